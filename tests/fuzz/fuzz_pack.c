/*
 * fuzz_pack.c - a pack made by a stranger: the input is pack.yaml and world.yaml, with a byte 0
 * between them; or, behind a byte 1, a list of small edits to a good pack, many of which leave it good.
 *
 * Oracles: a refused pack gives sentences with a place and nothing else; an accepted one is whole -
 * exits lead to rooms, spawns have a prototype and a place, minds have lines, errands can be done,
 * texts are clean UTF-8 - and loads the same twice.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "world/pack/pack.h"

static char dir[64];

static const char good_head[] = "name: small\nversion: \"1\"\nlicence: MIT\nstart: quay\n"
				"credits: [nobody]\nbanner: |\n  Hello\n";
static const char good_map[] =
	"area: { key: town, name: The Town }\n"
	"rooms:\n"
	"  quay:\n"
	"    name: The Quay\n"
	"    look: Water and {item}ropes{/}.\n"
	"    exits: { north: lane, up: { to: loft, oneway: true } }\n"
	"    details: { \"rope, ropes\": Wet ropes. }\n"
	"    things:\n"
	"      - { item: box, holds: [ { item: coin, count: 3 } ] }\n"
	"      - npc: gull\n"
	"      - npc: ann\n"
	"  lane: { name: A Lane, look: Narrow., exits: { south: quay } }\n"
	"  loft: { name: A Loft, look: Dusty., indoors: true,\n"
	"          exits: { down: { to: lane, oneway: true } } }\n"
	"items:\n"
	"  box: { name: a wooden box, look: A box., flags: [fixed], holds: 5 }\n"
	"  coin: { name: a copper coin, look: Worn., weight: 5 }\n"
	"npcs:\n"
	"  gull: { name: a gull, look: It looks back., wanders: true, barks: [ \"A cry.\" ] }\n"
	"  ann:\n"
	"    name: Ann\n"
	"    look: Busy.\n"
	"    mind:\n"
	"      persona: Ann mends nets.\n"
	"      knows: [The tide.]\n"
	"      avoids: [storm]\n"
	"      greets: [\"Yes, {name}?\"]\n"
	"      shrugs: [Hm., No.]\n"
	"      thinks: [\"{npc}Ann{/} knots.\"]\n"
	"      may: [say, give]\n"
	"      gives: [ { item: coin, when: { regard: -5 } } ]\n"
	"      topics:\n"
	"        rope: { words: [rope], says: [Wet., \"At {time}.\"], offers: job, regard: 3 }\n"
	"        job: { words: [job], says: [Done.], fact: It is done., when: { errand: job, is: "
	"done } }\n"
	"        coin: { words: [coin], says: [One.], when: { errand: job, step: give, has: coin } "
	"}\n"
	"help:\n"
	"  tides: { title: Tides, text: They come and go., words: [tide] }\n"
	"smalltalk:\n"
	"  hello: { words: [hi, good day], says: [\"And to you, {name}.\"] }\n"
	"errands:\n"
	"  job: { name: A Job, giver: ann, offer: Would you?, reward: [coin], regard: 5, when: { "
	"met: 1 },\n"
	"    steps: [ { key: ask, journal: Ask., learn: ann/rope }, { key: go, journal: Go., "
	"reach: loft },\n"
	"      { key: give, journal: Give., bring: coin, to: ann, done: Done. } ] }\n";

static void remove_dir(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/pack.yaml", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/world.yaml", dir);
	unlink(path);
	rmdir(dir);
}

static void write_file(const char *name, struct span text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FUZZ_HOLDS(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
}

static void make_dir(void)
{
	if (*dir)
		return;
	snprintf(dir, sizeof(dir), "/dev/shm/pack-XXXXXX");
	FUZZ_HOLDS(mkdtemp(dir));
	atexit(remove_dir);
}

/* An edit: where (two bytes), how many to take away, how many to put there, and these. */
static void edit(struct fuzz_in *in, struct buf *text)
{
	for (int i = 0; in->n && i < 3; i++) {
		size_t at = (size_t)(fuzz_u8(in) << 8 | fuzz_u8(in)) % text->n;
		size_t gone = fuzz_u8(in) % 3;
		struct span put = fuzz_take(in, fuzz_u8(in) % 4);
		struct buf next = { 0 };

		if (gone > text->n - at)
			gone = text->n - at;
		buf_add(&next, buf_p(text), at);
		buf_add(&next, put.p, put.n);
		buf_add(&next, buf_p(text) + at + gone, text->n - at - gone);
		buf_addc(&next, '\n');
		buf_done(text);
		*text = next;
	}
}

static void write_pack(struct fuzz_in *in)
{
	struct buf map = { 0 };

	if (in->n && in->p[0] == 1) {
		fuzz_u8(in);
		buf_adds(&map, good_map);
		edit(in, &map);
		write_file("pack.yaml", SPAN(good_head));
		write_file("world.yaml", buf_span(&map));
		buf_done(&map);
	} else {
		write_file("pack.yaml", fuzz_until(in, 0));
		write_file("world.yaml", fuzz_take(in, in->n));
	}
}

static void text_holds(const char *text)
{
	FUZZ_HOLDS(text && fuzz_is_clean((struct span){ text, strlen(text) }, "\n"));
}

static void room_holds(const struct pack *p, const struct pack_room *r)
{
	text_holds(r->name);
	text_holds(r->look);
	FUZZ_HOLDS(r->area && pack_room(p, (struct span){ r->key, strlen(r->key) }) == r);
	for (size_t i = 0; i < r->n_exits; i++) {
		FUZZ_HOLDS(r->exits[i].to >= p->rooms && r->exits[i].to < p->rooms + p->n_rooms);
		FUZZ_HOLDS(!i || r->exits[i - 1].dir < r->exits[i].dir);
	}
}

static void spawn_holds(const struct pack *p, const struct pack_spawn *s)
{
	FUZZ_HOLDS(!s->item != !s->npc);
	FUZZ_HOLDS(!s->room != !s->inside);
	FUZZ_HOLDS(s->count >= 1);
	FUZZ_HOLDS(!s->inside || (s->inside >= p->spawns && s->inside < s));
}

/* A line that is said: plain, with the fields that are filled in and no other brace. */
static void lines_hold(const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text_holds(lines[i]);
		FUZZ_HOLDS(strlen(lines[i]) <= 300 && !strstr(lines[i], "{/}"));
	}
}

static void topic_holds(const struct pack *p, const struct pack_topic *t)
{
	FUZZ_HOLDS(t->key && t->n_words && t->n_lines);
	lines_hold(t->lines, t->n_lines);
	lines_hold(t->words, t->n_words);
	FUZZ_HOLDS(!t->offers ||
		   (t->offers >= p->errands && t->offers < p->errands + p->n_errands));
	if (t->when && t->when->told)
		FUZZ_HOLDS(t->when->told_npc);
	if (t->when && t->when->step)
		FUZZ_HOLDS(t->when->errand);
}

static void mind_holds(const struct pack *p, const struct pack_mind *m)
{
	text_holds(m->persona);
	FUZZ_HOLDS(m->n_greets && m->n_shrugs && m->may);
	lines_hold(m->greets, m->n_greets);
	lines_hold(m->shrugs, m->n_shrugs);
	for (size_t i = 0; i < m->n_topics; i++)
		topic_holds(p, &m->topics[i]);
	for (size_t i = 0; i < m->n_gifts; i++)
		FUZZ_HOLDS(m->gifts[i].item);
}

static void errand_holds(const struct pack_errand *e)
{
	text_holds(e->name);
	text_holds(e->offer);
	FUZZ_HOLDS(e->giver && e->giver->mind && e->n_steps);
	for (size_t i = 0; i < e->n_steps; i++) {
		const struct pack_step *s = &e->steps[i];

		text_holds(s->journal);
		FUZZ_HOLDS(!!s->learn + !!s->bring + !!s->reach == 1);
		FUZZ_HOLDS(!s->bring == !s->to && !s->learn == !s->learn_npc);
	}
	for (size_t i = 0; i < e->n_reward; i++)
		FUZZ_HOLDS(e->reward[i]);
}

static void pack_holds(const struct pack *p)
{
	FUZZ_HOLDS(p->start);
	for (size_t i = 0; i < p->n_rooms; i++)
		room_holds(p, &p->rooms[i]);
	for (size_t i = 0; i < p->n_items; i++) {
		text_holds(p->items[i].name.noun);
		text_holds(p->items[i].look);
		FUZZ_HOLDS(p->items[i].name.n_words > 0);
	}
	for (size_t i = 0; i < p->n_spawns; i++)
		spawn_holds(p, &p->spawns[i]);
	for (size_t i = 0; i < p->n_npcs; i++)
		if (p->npcs[i].mind)
			mind_holds(p, p->npcs[i].mind);
	for (size_t i = 0; i < p->n_smalltalk; i++)
		topic_holds(p, &p->smalltalk[i]);
	for (size_t i = 0; i < p->n_errands; i++)
		errand_holds(&p->errands[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct buf errors = { 0 }, none = { 0 };
	struct pack *pack = NULL, *again = NULL;
	int result;

	make_dir();
	write_pack(&in);
	result = pack_load(&pack, dir, &errors);
	FUZZ_HOLDS(result == 0 || result == 1);
	if (result) {
		FUZZ_HOLDS(!pack && errors.n && buf_p(&errors)[errors.n - 1] == '\n');
		FUZZ_HOLDS(!strncmp(buf_p(&errors), dir, strlen(dir)));
	} else {
		FUZZ_HOLDS(!errors.n);
		pack_holds(pack);
		FUZZ_HOLDS(!pack_load(&again, dir, &none));
		FUZZ_HOLDS(!strcmp(pack->hash, again->hash) && pack->n_rooms == again->n_rooms);
		fuzz_worked();
	}
	pack_free(pack);
	pack_free(again);
	buf_done(&errors);
	buf_done(&none);
	return 0;
}
