/* people.c - see people.h. */
#include "tests/scenario/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/store.h"
#include "tests/support/tmp.h"

const char *const people_trees[] = { "oak",   "ash",   "elm",	"yew",	 "fir",
				     "larch", "maple", "hazel", "birch", "willow" };

static const char head[] = "name: mill\nversion: \"1\"\nlicence: MIT\nstart: mill\n";

static const char map[] =
	"area: { key: mill, name: The Mill }\n"
	"items:\n"
	"  loaf: { name: a loaf, look: Warm., weight: 400 }\n"
	"  sack: { name: a sack, look: Empty., weight: 300 }\n"
	"  crown: { name: a crown, look: Gold., weight: 200 }\n"
	"  token: { name: a token, look: Lead., weight: 20 }\n"
	"rooms:\n"
	"  mill:\n"
	"    name: The Mill\n"
	"    look: Two stones and a wheel.\n"
	"    exits: { north: yard, up: loft }\n"
	"    things: [ { npc: miller }, { npc: widow }, { npc: cat }, { item: crown } ]\n"
	"  yard:\n"
	"    name: The Yard\n"
	"    look: Cobbles.\n"
	"    exits: { south: mill, north: field }\n"
	"    things: [ { item: sack } ]\n"
	"  field: { name: The Field, look: Barley., exits: { south: yard } }\n"
	"  loft: { name: The Loft, look: Dust., exits: { down: mill } }\n";

#define TREE(name)                                                                                 \
	"        " name ": { words: [ " name " ], says: [ \"There is " name                        \
	" enough for a wheel.\" ] }\n"
#define TREES                                                                                      \
	TREE("oak")                                                                                \
	TREE("ash")                                                                                \
	TREE("elm")                                                                                \
	TREE("yew")                                                                                \
	TREE("fir") TREE("larch") TREE("maple") TREE("hazel") TREE("birch") TREE("willow")

/* clang-format off */
static const char folk[] =
	"npcs:\n"
	"  miller:\n"
	"    name: Hob Miller\n"
	"    words: [hob, miller]\n"
	"    look: White.\n"
	"    pronouns: he\n"
	"    mind:\n"
	"      persona: Hob Miller owns the mill and a kestrel that nobody knows of.\n"
	"      style: Short. Never says kestrel.\n"
	"      knows: [ The kestrel sleeps in the loft. ]\n"
	"      avoids: [ murrain ]\n"
	"      greets: [ \"Mind the wheel, {name}.\" ]\n"
	"      again: [ \"Back at the mill, {name}.\" ]\n"
	"      shrugs: [ \"The stones are loud today.\" ]\n"
	"      thinks: [ \"Hob Miller looks at the wheel.\" ]\n"
	"      may: [ say, emote, give, go, follow, open, attack, offer, mood, remember ]\n"
	"      gives: [ { item: loaf } ]\n"
	"      topics:\n"
	"        wheel: { words: [ wheel, tide ], says: [ \"The wheel turns with the tide.\" ] }\n"
	"        sluice:\n"
	"          words: [ sluice ]\n"
	"          says: [ \"The sluice opens at the third bell.\" ]\n"
	"          marks: true\n"
	"        work:\n"
	"          words: [ work ]\n"
	"          says: [ \"I could use a sack.\" ]\n"
	"          offers: sack\n"
	TREES
	"  widow:\n"
	"    name: Ada Reed\n"
	"    words: [ ada, widow ]\n"
	"    look: Old.\n"
	"    pronouns: she\n"
	"    mind:\n"
	"      persona: Ada Reed knits, and keeps a kestrel.\n"
	"      greets: [ \"Sit, {name}.\" ]\n"
	"      shrugs: [ \"I only knit.\" ]\n"
	"      topics:\n"
	"        wool: { words: [ wool ], says: [ \"Three sheep, and one of them is mine.\" ] }\n"
	TREES
	"  cat: { name: a cat, look: Grey., greeting: Miaow. }\n"
	"errands:\n"
	"  sack:\n"
	"    name: A Sack for the Mill\n"
	"    giver: miller\n"
	"    offer: Hob Miller wants a sack.\n"
	"    steps:\n"
	"      - { key: ask, journal: Ask about the sluice., learn: miller/sluice, done: You know "
	"when. }\n"
	"      - { key: bring, journal: Bring a sack., bring: sack, to: miller, done: It is his. "
	"}\n"
	"    reward: [ token ]\n"
	"    thanks: Hob Miller nods.\n";
/* clang-format on */

static void write_pack(const char *dir)
{
	CLEANUP(base_freep) char *pack = tmp_path(dir, "mill");
	CLEANUP(base_freep) char *head_path = tmp_path(pack, "pack.yaml");
	CLEANUP(base_freep) char *map_path = tmp_path(pack, "map.yaml");
	CLEANUP(base_freep) char *folk_path = tmp_path(pack, "folk.yaml");

	must(mkdir(pack, 0700), pack);
	tmp_write(head_path, head);
	tmp_write(map_path, map);
	tmp_write(folk_path, folk);
}

void people_start(struct people *p, const struct people_conf *c)
{
	char packs[300], provider[64], url[80], key[300];
	const char *sets[PEOPLE_SETS] = { "world.packs=mill", packs, "world.talk_rate=0",
					  "log.level=debug", "ai.metrics=" };
	size_t n = 5;

	*p = (struct people){ .dir = tmp_dir() };
	snprintf(p->store, sizeof(p->store), "%s", store_url(STORE_OF_SQLITE, p->dir));
	write_pack(p->dir);
	fake_ai_start(&p->fake, p->dir);
	snprintf(packs, sizeof(packs), "world.pack_path=%s", p->dir);
	snprintf(provider, sizeof(provider), "ai.provider=%s",
		 c->provider ? c->provider : "scripted");
	sets[n++] = provider;
	if (c->provider) {
		snprintf(url, sizeof(url), "ai.url=http://127.0.0.1:%u", p->fake.port);
		snprintf(key, sizeof(key), "ai.key_file=%s", p->fake.key_file);
		sets[n++] = url;
		sets[n++] = key;
		sets[n++] = "ai.model=fake-1";
		sets[n++] = "ai.prices=fake-1=1.00/5.00";
	}
	for (size_t i = 0; c->sets && c->sets[i] && n < PEOPLE_SETS - 1; i++)
		sets[n++] = c->sets[i];
	sets[n] = NULL;
	mud_start(&p->mud, &(struct mud_conf){
				   .dir = p->dir, .sets = sets, .store = p->store, .web = c->web });
}

void people_stop(struct people *p)
{
	CLEANUP(base_freep) char *stats = fake_ai_stats(&p->fake);

	if (fake_ai_stat(&p->fake, "refused"))
		die("the provider refused a request: %s", stats);
	if (mud_stop(&p->mud))
		die("it did not stop as it should");
	fake_ai_wait(&p->fake, "in_flight", 0);
	fake_ai_stop(&p->fake);
}

void people_hear(struct talk *t, const char *text)
{
	CLEANUP(base_freep) char *line = NULL;

	must(asprintf(&line, "Hob Miller says, \"%s", text), "asprintf");
	talk_expect(t, line);
}

void people_nowhere(struct people *p, const char *text)
{
	tmp_nowhere(p->dir, text, p->fake.key_file);
}
