/*
 * test_pack_minds.c - how people talk and what they ask for: what a pack says of it, every mistake in
 * it, and the example that builders are shown.
 */
#include "tests/unit/world/pack_rig.h"

#include "world/mind/bond.h"

#define MAP                                                                                        \
	AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {south: hall}, "             \
	     "things: [{npc: ann}, {npc: ben}, {item: cup}]}\n"                                    \
	     "items: {cup: {name: a cup, look: l}, moon: {name: the moon, look: l}, "              \
	     "arch: {name: an arch, look: l, flags: [fixed]}}\n"
#define ANN                                                                                        \
	"npcs:\n  ann:\n    name: Ann\n    look: l\n"                                              \
	"    mind:\n      persona: p\n      greets: [Hi.]\n      shrugs: [Hm.]\n"
#define OFFER "      topics:\n        a: {words: [x], says: [y], offers: job}\n"
#define BEN                                                                                        \
	"  ben: {name: Ben, look: l, mind: {persona: p, greets: [Hi.], shrugs: [Hm.], "            \
	"topics: {old: {words: [old], says: [Yes.], when: {errand: job, is: done}}}}}\n"           \
	"  eve: {name: Eve, look: l}\n"
#define JOB "errands:\n  job:\n    name: Job\n    giver: ann\n    offer: Do it.\n    steps:\n"
#define REACH "      - {key: k, journal: j, reach: yard}\n"

START_TEST(a_mind_is_what_its_file_says)
{
	const struct pack_mind *m;
	struct pack *p;

	put("pack.yaml", HEADER);
	put("world.yaml",
	    MAP ANN "      style: Slow.\n"
		    "      again: ['{name} again.']\n"
		    "      may: [say, give, remember]\n"
		    "      gives: [{item: cup, when: {has: cup, met: 2, regard: -5}}]\n" OFFER
		    "        b: {words: [old times], says: [Long ago., '{time}.'], gives: cup, "
		    "hint: false, regard: -3, when: {told: ben/old}}\n" BEN JOB REACH);
	p = load_good();
	m = pack_npc(p, SPAN("ann"))->mind;
	ck_assert_str_eq(m->style, "Slow.");
	ck_assert_str_eq(m->greets[0], "Hi.");
	ck_assert_str_eq(m->again[0], "{name} again.");
	ck_assert_uint_eq(m->may, VERB_SAY | VERB_GIVE | VERB_REMEMBER);
	ck_assert_uint_eq(pack_npc(p, SPAN("ben"))->mind->may, VERB_SAY | VERB_EMOTE);
	ck_assert_ptr_null(pack_npc(p, SPAN("eve"))->mind);
	ck_assert_ptr_eq(m->gifts[0].item, pack_item(p, SPAN("cup")));
	ck_assert_ptr_eq(m->gifts[0].when->has, pack_item(p, SPAN("cup")));
	ck_assert_uint_eq(m->gifts[0].when->met, 2);
	ck_assert(m->gifts[0].when->has_regard);
	ck_assert_int_eq(m->gifts[0].when->regard, -5);
	ck_assert_ptr_null(m->gifts[0].when->errand);
	ck_assert_uint_eq(m->n_topics, 2);
	ck_assert_ptr_eq(m->topics[0].offers, pack_errand(p, SPAN("job")));
	ck_assert_ptr_null(m->topics[0].when);
	ck_assert_ptr_null(m->topics[0].gives);
	ck_assert(m->topics[0].hint);
	ck_assert(!m->topics[1].hint);
	ck_assert_ptr_eq(m->topics[1].gives, m->gifts[0].item);
	ck_assert_str_eq(m->topics[1].lines[1], "{time}.");
	ck_assert_int_eq(m->topics[1].regard, -3);
	ck_assert_str_eq(m->topics[1].when->told_npc, "ben");
	ck_assert_str_eq(m->topics[1].when->told, "old");
	pack_free(p);
}
END_TEST

START_TEST(what_a_condition_or_a_step_names_is_kept_in_mind)
{
	const struct pack_mind *m;
	struct pack *p;

	put("pack.yaml", HEADER);
	put("world.yaml", MAP ANN OFFER "        b: {words: [b], says: [b]}\n"
					"        c: {words: [c], says: [c], when: {told: ann/b}}\n"
					"        d: {words: [d], says: [d]}\n" BEN JOB
					"      - {key: k, journal: j, learn: ann/d}\n");
	p = load_good();
	m = pack_npc(p, SPAN("ann"))->mind;
	ck_assert(!m->topics[0].marks);
	ck_assert(m->topics[1].marks);
	ck_assert(!m->topics[2].marks);
	ck_assert(m->topics[3].marks);
	pack_free(p);
}
END_TEST

START_TEST(an_errand_is_what_its_file_says)
{
	const struct pack_errand *e;
	struct pack *p;

	put("pack.yaml", HEADER);
	put("world.yaml", MAP ANN OFFER BEN JOB REACH
	    "      - {key: l, journal: j, bring: cup, to: ben, done: '{bold}Done.{/}'}\n"
	    "    reward: [moon, moon]\n    regard: 7\n    thanks: Thanks.\n"
	    "    when: {met: 2}\n");
	p = load_good();
	e = pack_errand(p, SPAN("job"));
	ck_assert_str_eq(e->name, "Job");
	ck_assert_ptr_eq(e->giver, pack_npc(p, SPAN("ann")));
	ck_assert_uint_eq(e->n_steps, 2);
	ck_assert_ptr_eq(e->steps[0].reach, pack_room(p, SPAN("yard")));
	ck_assert_ptr_null(e->steps[0].bring);
	ck_assert_ptr_eq(e->steps[1].bring, pack_item(p, SPAN("cup")));
	ck_assert_ptr_eq(e->steps[1].to, pack_npc(p, SPAN("ben")));
	ck_assert_str_eq(e->steps[1].done, "{bold}Done.{/}");
	ck_assert_uint_eq(e->n_reward, 2);
	ck_assert_int_eq(e->regard, 7);
	ck_assert_uint_eq(e->when->met, 2);
	ck_assert_int_eq(pack_npc(p, SPAN("ben"))->mind->topics[0].when->is, ERRAND_IS_DONE);
	pack_free(p);
}
END_TEST

/* Each a whole file beside a good pack.yaml, and what is said of it. */
static const struct {
	const char *text, *expected;
} mistakes[] = {
	{ MAP ANN "      persuna: p\n" BEN JOB REACH,
	  "world.yaml:14:7: `persuna` is no key of a mind (there are: persona, style, knows, "
	  "avoids, greets, again, shrugs, thinks, may, gives, topics)\n" },
	{ MAP ANN "      style: 'so {bold}loud{/}'\n" BEN JOB REACH,
	  "world.yaml:14:14: no markup here: the text holds a `{`\n" },
	{ MAP ANN "      again: ['Hi {nmae}.']\n" BEN JOB REACH,
	  "world.yaml:14:15: `{nmae}.` is not filled in here (there is: {name})\n" },
	{ MAP ANN "      again: ['It is {time}.']\n" BEN JOB REACH,
	  "world.yaml:14:15: `{time}.` is not filled in here (there is: {name})\n" },
	{ MAP ANN "      again: []\n" BEN JOB REACH,
	  "world.yaml:14:7: `again` has 0 entries: it takes 1 to 16\n" },
	{ MAP ANN "      thinks: ['{blod}a{/}']\n" BEN JOB REACH,
	  "world.yaml:14:16: `{blod}` is no markup (a brace is written `{{`)\n" },
	{ MAP ANN "      may: [say, fly]\n" BEN JOB REACH,
	  "world.yaml:14:18: `fly` is no value of `may` (there are: say, emote, give, go, follow, "
	  "open, attack, offer, mood, remember)\n" },
	{ MAP ANN "      avoids: [Tax]\n" BEN JOB REACH,
	  "world.yaml:14:16: `Tax` must be lower case\n" },
	{ MAP ANN "      gives: [{item: cup}]\n" BEN JOB REACH,
	  "world.yaml:14:7: who `gives` something needs `give` in `may`\n" },
	{ MAP ANN "      gives: [{item: hat}]\n      may: [give]\n" BEN JOB REACH,
	  "world.yaml:14:22: there is no `hat` among the items\n" },
	{ MAP ANN "      topics: {a: {words: [Xy], says: [y]}}\n" BEN JOB REACH,
	  "world.yaml:14:28: `Xy` must be lower case\n" },
	{ MAP ANN "      topics: {a: {words: [], says: [y]}}\n" BEN JOB REACH,
	  "world.yaml:14:20: `words` has 0 entries: it takes 1 to 16\n" },
	{ MAP ANN "      topics: {a: {words: [x]}}\n" BEN JOB REACH,
	  "world.yaml:14:16: a topic needs `says`\n" },
	{ MAP ANN "      topics: {A: {words: [x], says: [y]}}\n" BEN JOB REACH,
	  "world.yaml:14:16: `A` cannot be a key: lower case letters, digits and _\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: ['{bold}y{/}']}}\n" BEN JOB REACH,
	  "world.yaml:14:39: `{bold}y{/}` is not filled in here (there is: {name}, {place}, "
	  "{time}, {weather})\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: ['{name']}}\n" BEN JOB REACH,
	  "world.yaml:14:39: `{name` is not filled in here (there is: {name}, {place}, {time}, "
	  "{weather})\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: ['{name} } ']}}\n" BEN JOB REACH,
	  "world.yaml:14:39: `} ` is not filled in here (there is: {name}, {place}, {time}, "
	  "{weather})\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], regard: -101}}\n" BEN JOB REACH,
	  "world.yaml:14:51: `regard` is a number from -100 to 100\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], offers: jib}}\n" BEN JOB REACH,
	  "world.yaml:14:51: there is no `jib` among the errands\n" },
	{ MAP ANN "      may: [give]\n      gives: [{item: cup}]\n"
		  "      topics: {a: {words: [x], says: [y], gives: hat}}\n" BEN JOB REACH,
	  "world.yaml:16:50: there is no `hat` among the items\n" },
	{ MAP ANN "      may: [give]\n      gives: [{item: cup}]\n"
		  "      topics: {a: {words: [x], says: [y], gives: moon}}\n" BEN JOB REACH,
	  "world.yaml:16:50: `moon` is handed over with a topic: it must be among the `gives` of "
	  "its mind\n" },
	{ MAP ANN OFFER BEN JOB REACH "smalltalk: {hi: {words: [hi], says: [hi], gives: cup}}\n",
	  "world.yaml:25:43: `gives` is no key of a topic of small talk (there are: words, "
	  "says)\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], when: {}}}\n" BEN JOB REACH,
	  "world.yaml:14:43: a condition must say something\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], when: {errand: jib}}}\n" BEN JOB REACH,
	  "world.yaml:14:58: there is no `jib` among the errands\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], when: {is: done}}}\n" BEN JOB REACH,
	  "world.yaml:14:49: `is` and `step` need an `errand`\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], when: {has: hat}}}\n" BEN JOB REACH,
	  "world.yaml:14:55: there is no `hat` among the items\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], when: {told: ben}}}\n" BEN JOB REACH,
	  "world.yaml:14:56: a topic is named NPC/TOPIC here\n" },
	{ MAP ANN
	  "      topics: {a: {words: [x], says: [y], when: {told: bob/old}}}\n" BEN JOB REACH,
	  "world.yaml:14:56: there is no `bob` among the npcs\n" },
	{ MAP ANN
	  "      topics: {a: {words: [x], says: [y], when: {told: ben/new}}}\n" BEN JOB REACH,
	  "world.yaml:14:56: `ben` has no topic `new`\n" },
	{ MAP ANN "      topics: {a: {words: [x], says: [y], when: {met: 0}}}\n" BEN JOB REACH,
	  "world.yaml:14:55: `met` is a number from 1 to 1000\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j}\n",
	  "world.yaml:24:9: a step is exactly one of `learn`, `bring` and `reach`\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, reach: yard, bring: cup, to: ann}\n",
	  "world.yaml:24:9: a step is exactly one of `learn`, `bring` and `reach`\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, bring: cup}\n",
	  "world.yaml:24:9: `bring` and `to` need each other\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, reach: moor}\n",
	  "world.yaml:24:37: there is no `moor` among the rooms\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, learn: ann/b}\n",
	  "world.yaml:24:37: `ann` has no topic `b`\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, bring: hat, to: bob}\n",
	  "world.yaml:24:37: there is no `hat` among the items\nworld.yaml:24:46: there is no "
	  "`bob` among the npcs\n" },
	{ MAP ANN OFFER BEN JOB REACH "      - {key: k, journal: j, reach: hall}\n",
	  "world.yaml:25:9: a second step `k`\n" },
	{ MAP ANN OFFER BEN JOB "      []\n",
	  "world.yaml:23:5: `steps` has 0 entries: it takes 1 to 16\n" },
	{ MAP ANN OFFER BEN JOB REACH "    reward: [hat]\n",
	  "world.yaml:25:14: there is no `hat` among the items\n" },
	{ MAP ANN OFFER BEN JOB REACH "    when: {errand: job, is: done, step: k}\n",
	  "world.yaml:25:29: only an errand that is open has a `step` to be done\n" },
	{ MAP ANN OFFER BEN JOB REACH "    when: {errand: job, step: l}\n",
	  "world.yaml:25:31: `l` is no step of `job`\n" },
	{ MAP ANN BEN JOB "      - {key: k, journal: j, reach: yard}\n",
	  "world.yaml:17:3: no topic of `ann` offers `job`\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, bring: moon, to: ann}\n",
	  "world.yaml:24:9: nobody can bring `moon`: nothing places or rewards it, and no topic "
	  "`gives` it\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, bring: arch, to: ann}\n",
	  "world.yaml:24:9: nobody can bring `arch`: it is fixed\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, bring: cup, to: eve}\n",
	  "world.yaml:24:9: `eve` stands in no room\n" },
	{ MAP ANN OFFER BEN JOB "      - {key: k, journal: j, learn: ben/old}\n",
	  "world.yaml:24:9: nobody can do this: that topic is told only when this step is done\n" },
};

START_TEST(every_mistake_of_a_mind_or_an_errand_has_its_place)
{
	expect_in(mistakes[_i].text, mistakes[_i].expected);
}
END_TEST

#define ANN_GIVES(when) "      may: [give]\n      gives: [{item: moon" when "}]\n"
#define BRING "      - {key: k, journal: j, bring: moon, to: ben}\n"
#define HARD "this never holds: what it waits for waits for it, or never is\n"

/* Each by itself is as it should be; together they come to nothing. */
static const struct {
	const char *text, *expected;
} knots[] = {
	{ MAP ANN OFFER "        b: {words: [b], says: [b], when: {told: ann/b}}\n" BEN JOB REACH,
	  "world.yaml:16:42: " HARD },
	{ MAP ANN OFFER "        b: {words: [b], says: [b], when: {told: ann/c}}\n"
			"        c: {words: [c], says: [c], when: {told: ann/b}}\n" BEN JOB REACH,
	  "world.yaml:16:42: " HARD "world.yaml:17:42: " HARD },
	{ MAP ANN
	  "      topics:\n"
	  "        a: {words: [a], says: [a], offers: job, when: {errand: b, is: done}}\n"
	  "        b: {words: [b], says: [b], offers: b, when: {errand: job, is: done}}\n" BEN JOB
		  REACH "  b: {name: B, giver: ann, offer: o, steps: [{key: k, journal: j, "
	  "reach: yard}]}\n",
	  "world.yaml:15:55: " HARD "world.yaml:16:53: " HARD "world.yaml:17:127: " HARD },
	{ MAP ANN ANN_GIVES(", when: {errand: job, is: done}") OFFER
	  "        b: {words: [b], says: [b], gives: moon}\n" BEN JOB BRING,
	  "world.yaml:15:34: " HARD "world.yaml:19:127: " HARD
	  "world.yaml:27:9: nobody can bring `moon`: what it comes from waits for this, or never "
	  "is\n" },
	{ MAP ANN ANN_GIVES("") OFFER BEN JOB BRING,
	  "world.yaml:26:9: nobody can bring `moon`: nothing places or rewards it, and no topic "
	  "`gives` it\n" },
	{ MAP ANN OFFER "        b: {words: [b], says: [b], offers: b}\n" BEN JOB BRING
			"    reward: [arch]\n"
			"  b: {name: B, giver: ann, offer: o, reward: [moon], when: {has: arch}, "
			"steps: [{key: k, journal: j, reach: yard}]}\n",
	  "world.yaml:17:127: " HARD
	  "world.yaml:25:9: nobody can bring `moon`: what it comes from waits for this, or never "
	  "is\nworld.yaml:27:60: " HARD },
	{ MAP ANN "      topics: {a: {words: ['...'], says: [y], offers: job}}\n" BEN JOB REACH,
	  "world.yaml:14:28: `...` has no letter and no digit: nobody says it\n" },
	{ MAP ANN "      topics: {a: {words: [x, ' '], says: [y], offers: job}}\n" BEN JOB REACH,
	  "world.yaml:14:31: ` ` has no letter and no digit: nobody says it\n" },
	{ MAP ANN
	  "      topics: {a: {words: [x, \xe2\x80\xa6], says: [y], offers: job}}\n" BEN JOB REACH,
	  "world.yaml:14:31: `\xe2\x80\xa6` has no letter and no digit: nobody says it\n" },
	{ MAP ANN OFFER "        b: {words: [x, z], says: [b]}\n"
			"        c: {words: [z, x], says: [c], when: {met: 2}}\n" BEN JOB REACH,
	  "world.yaml:17:20: `c` is never told: `b` has the same words and no condition\n" },
};

START_TEST(what_can_never_come_to_pass_is_a_mistake)
{
	expect_in(knots[_i].text, knots[_i].expected);
}
END_TEST

START_TEST(what_comes_one_behind_the_other_is_none)
{
	put("pack.yaml", HEADER);
	put("world.yaml", MAP ANN ANN_GIVES(", when: {errand: job, step: k}") OFFER
	    "        b: {words: [b], says: [b], gives: moon, when: {told: ann/c}}\n"
	    "        c: {words: [x, c], says: [c], when: {has: cup}}\n"
	    "        d: {words: [x, c], says: [d]}\n"
	    "        e: {words: [e], says: [e], when: {errand: job, is: new}}\n" BEN JOB BRING);
	pack_free(load_good());
}
END_TEST

START_TEST(an_errand_is_offered_by_who_gives_it_and_before_it_is_taken_on)
{
	expect_in(MAP ANN OFFER
		  "  ben: {name: Ben, look: l, mind: {persona: p, greets: [Hi.], shrugs: [Hm.], "
		  "topics: {b: {words: [b], says: [b], offers: job}}}}\n" JOB REACH,
		  "world.yaml:16:122: `job` is for `ann` to offer\n");
	expect_in(MAP ANN "      topics: {a: {words: [x], says: [y], offers: job, "
			  "when: {errand: job}}}\n" BEN JOB REACH,
		  "world.yaml:18:3: no topic of `ann` offers `job`\n");
}
END_TEST

/* Where a text stands, and how long it may be. */
static const struct {
	const char *before, *behind, *where;
	size_t bytes;
} bounds[] = {
	{ MAP ANN "      style: ", "\n" OFFER BEN JOB REACH, "14:14", 500 },
	{ MAP ANN "      knows:\n      - ", "\n" OFFER BEN JOB REACH, "15:9", 200 },
	{ MAP ANN "      again:\n      - ", "\n" OFFER BEN JOB REACH, "15:9", 300 },
	{ MAP ANN OFFER "        b: {words: [b], says: [", "]}\n" BEN JOB REACH, "16:32", 300 },
};

static void put_bytes_of(size_t i, size_t n)
{
	struct buf text = { 0 };

	buf_adds(&text, bounds[i].before);
	while (n--)
		buf_addc(&text, 'x');
	buf_adds(&text, bounds[i].behind);
	put("pack.yaml", HEADER);
	put_bytes("world.yaml", buf_p(&text), text.n);
	buf_done(&text);
}

START_TEST(texts_are_bounded)
{
	char expected[128];

	put_bytes_of((size_t)_i, bounds[_i].bytes);
	pack_free(load_good());
	put_bytes_of((size_t)_i, bounds[_i].bytes + 1);
	snprintf(expected, sizeof(expected),
		 "world.yaml:%s: this text has %zu bytes, of %zu at most\n", bounds[_i].where,
		 bounds[_i].bytes + 1, bounds[_i].bytes);
	expect(expected);
}
END_TEST

static void put_topics(size_t n)
{
	struct buf text = { 0 };

	buf_adds(&text, MAP ANN "      topics:\n        a: {words: [x], says: [y], offers: job}\n");
	for (size_t i = 1; i < n; i++)
		buf_addf(&text, "        t%zu: {words: [w%zu], says: [s], marks: true}\n", i, i);
	buf_adds(&text, BEN JOB REACH "smalltalk: {hi: {words: [hi], says: [Hi.]}}\n");
	put("pack.yaml", HEADER);
	put_bytes("world.yaml", buf_p(&text), text.n);
	buf_done(&text);
}

START_TEST(a_mind_has_an_end)
{
	put_topics(63);
	pack_free(load_good());
	put_topics(64);
	expect("world.yaml:10:5: with the small talk this mind has 65 topics, of 64 at most\n");
}
END_TEST

START_TEST(all_that_can_be_told_can_be_kept_in_mind)
{
	ck_assert_int_le(PACK_TOPICS_MAX, BOND_TOLD_MAX);
	ck_assert_int_le(PACK_GIFTS_MAX, BOND_MEMORIES);
	ck_assert_int_eq(PACK_REGARD_MAX, BOND_REGARD_MAX);
}
END_TEST

START_TEST(the_example_for_builders_is_a_good_pack)
{
	static const char begin[] = "```yaml\nnpcs:\n";
	char text[32 * 1024];
	FILE *f = fopen("world/packs/README.md", "r");
	struct pack *p;
	char *at, *end;
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = 0;
	at = strstr(text, begin);
	ck_assert_ptr_nonnull(at);
	at += strlen("```yaml\n");
	end = strstr(at, "```");
	ck_assert_ptr_nonnull(end);
	put("pack.yaml", HEADER);
	put_bytes("example.yaml", at, (size_t)(end - at));
	put("rooms.yaml",
	    AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {south: hall}, "
		 "things: [{npc: lockman}, {item: drumstick}]}\n"
		 "items:\n  drumstick: {name: a drumstick, look: l}\n"
		 "  penny: {name: a penny, look: l}\n");
	p = load_good();
	ck_assert_uint_eq(p->n_errands, 1);
	ck_assert_uint_eq(p->n_smalltalk, 1);
	ck_assert_uint_eq(p->npcs[0].mind->n_topics, 3);
	pack_free(p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pack_minds");
	TCase *tc = tcase_create("pack_minds");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_mind_is_what_its_file_says);
	tcase_add_test(tc, what_a_condition_or_a_step_names_is_kept_in_mind);
	tcase_add_test(tc, an_errand_is_what_its_file_says);
	tcase_add_loop_test(tc, every_mistake_of_a_mind_or_an_errand_has_its_place, 0,
			    ARRAY_LEN(mistakes));
	tcase_add_loop_test(tc, what_can_never_come_to_pass_is_a_mistake, 0, ARRAY_LEN(knots));
	tcase_add_test(tc, what_comes_one_behind_the_other_is_none);
	tcase_add_test(tc, an_errand_is_offered_by_who_gives_it_and_before_it_is_taken_on);
	tcase_add_loop_test(tc, texts_are_bounded, 0, ARRAY_LEN(bounds));
	tcase_add_test(tc, a_mind_has_an_end);
	tcase_add_test(tc, all_that_can_be_told_can_be_kept_in_mind);
	tcase_add_test(tc, the_example_for_builders_is_a_good_pack);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
