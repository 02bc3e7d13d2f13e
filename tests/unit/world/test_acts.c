/*
 * test_acts.c - what a model proposes is done within its lists, and nothing beyond them ever is.
 */
#include "hamlet_rig.h"
#include "tests/unit/verb_forms.h"

#include "world/mind/acts.h"
#include "world/mind/mind.h"
#include "world/turn.h"

static struct hamlet h;
static struct stage *st = &h.st;
static struct world *w;
static struct buf why;

static void setup(void)
{
	hamlet_open(&h);
	w = h.st.world;
}

static void teardown(void)
{
	buf_done(&why);
	hamlet_close(&h);
}

static bool propose(struct ent npc, struct ent player, const char *verb, const char *target,
		    const char *text)
{
	Mudlark__AiAct m = MUDLARK__AI_ACT__INIT;
	bool done;

	m.verb = (char *)(uintptr_t)verb;
	m.target = (char *)(uintptr_t)target;
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
	buf_reset(&why);
	done = acts_do(w, npc, player, &m, &why);
	buf_addc(&why, 0);
	ck_assert(done == (why.n == 1)); /* a refusal has a reason, and nothing else */
	stage_tick(st);
	return done;
}

#define DOES(npc, verb, target, text) ck_assert(propose((npc), h.ana, (verb), (target), (text)))
#define REFUSED(npc, verb, target, text, reason)                                                   \
	do {                                                                                       \
		ck_assert(!propose((npc), h.ana, (verb), (target), (text)));                       \
		ck_assert_str_eq(buf_p(&why), (reason));                                           \
	} while (0)

START_TEST(it_speaks_and_shows_what_it_does)
{
	DOES(h.wick, "say", "", "Come {bold}closer{/}.");
	STAGE_HEARS(st, 0, "Old Wick says, \"Come {bold}closer{/}.\"");
	DOES(h.wick, "emote", "", "points at the well.");
	STAGE_HEARS(st, 0, "Old Wick points at the well.");
	REFUSED(h.wick, "say", "", " \n", "You did not say what.");
	DOES(h.tam, "say", "", "Hello."); /* everybody may */
	REFUSED(h.tam, "mood", "sad", "", "You cannot do that now.");
}
END_TEST

START_TEST(words_are_made_clean_and_cut)
{
	char text[900], *said;

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	memcpy(text, "a\x1b[2J\r\nquit\n", 11);
	DOES(h.wick, "say", "", text);
	said = strstr(stage_heard(st, 0), "a[2Jquity");
	ck_assert_ptr_nonnull(said);
	ck_assert_uint_eq(strspn(said + 8, "y"), ACTS_TEXT_MAX - 8);
}
END_TEST

START_TEST(it_gives_what_its_pack_says_once_to_each)
{
	DOES(h.wick, "give", "lead token", "");
	STAGE_HEARS(st, 0, "Old Wick gives you a lead token.");
	STAGE_HEARS(st, 1, "Old Wick gives Ana a lead token.");
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "token"), 1);
	ck_assert_uint_eq(hamlet_has(&h, h.wick, "token"), 0);
	REFUSED(h.wick, "give", "lead token", "", "You cannot do that now.");
	ck_assert(propose(h.wick, h.ben, "give", "Lead Token", ""));
	ck_assert_uint_eq(hamlet_has(&h, h.ben, "token"), 1);
	REFUSED(h.wick, "give", "tin medal", "", "You cannot do that now.");
}
END_TEST

START_TEST(it_gives_what_it_carries_and_not_another_thing_of_that_name)
{
	struct ent mine, other = hamlet_give(&h, "crown", h.wick);

	/* something that answers to the same word came before it */
	name_set(w, other, "token");
	mine = hamlet_give(&h, "token", h.wick);
	DOES(h.wick, "give", "lead token", "");
	ck_assert(ent_same(place_owner(w, mine), h.ana));
	ck_assert(ent_same(place_owner(w, other), h.wick));
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "token"), 1);
}
END_TEST

START_TEST(who_cannot_carry_it_can_have_it_later)
{
	struct ent anvil = hamlet_give(&h, "anvil", h.ana), more = hamlet_give(&h, "anvil", h.ana);

	REFUSED(h.wick, "give", "lead token", "", "That is more than they can carry.");
	ent_destroy(w, anvil);
	ent_destroy(w, more);
	DOES(h.wick, "give", "lead token", "");
}
END_TEST

START_TEST(gifts_have_conditions)
{
	hamlet_tell(&h, h.wick, h.ana, "ring");
	stage_type(st, 0, "accept");
	hamlet_tell(&h, h.tam, h.ana, "path");
	stage_type(st, 0, "north");
	stage_type(st, 0, "get ring");
	stage_type(st, 0, "south");
	DOES(h.wick, "give", "lead token", "");
	REFUSED(h.wick, "give", "tin medal", "", "You cannot do that now.");
	stage_type(st, 0, "give ring to wick");
	DOES(h.wick, "give", "tin medal", "");
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "medal"), 1);
}
END_TEST

START_TEST(it_goes_within_its_area)
{
	DOES(h.wick, "go", "north", "");
	ck_assert(ent_same(place_room(w, h.wick), stage_room(st, "hall")));
	DOES(h.wick, "go", "south", "");
	REFUSED(h.wick, "go", "east", "", "You cannot do that to what is not there.");
	REFUSED(h.wick, "go", "up", "", "You cannot do that to what is not there.");
	ck_assert(ent_same(place_room(w, h.wick), stage_room(st, "green")));
}
END_TEST

START_TEST(it_follows_whom_it_talks_to)
{
	REFUSED(h.wick, "follow", "Ben", "", "You cannot do that to what is not there.");
	REFUSED(h.wick, "follow", "nobody", "", "You cannot do that to what is not there.");
	DOES(h.wick, "follow", "Ana", "");
	ck_assert(ent_same(mind_follows(w, h.wick), h.ana));
	DOES(h.wick, "follow", "nobody", "");
	ck_assert(!ent_is(mind_follows(w, h.wick)));
}
END_TEST

START_TEST(it_offers_its_own_errands_when_it_may)
{
	DOES(h.wick, "offer", "fetch", "");
	ck_assert_int_eq(errand_state(w, h.ana, "hamlet/fetch", NULL), ERRAND_OFFERED);
	ck_assert_ptr_nonnull(strstr(stage_heard(st, 0), "The Bone Ring"));
	REFUSED(h.wick, "offer", "fetch", "", "You cannot do that now."); /* once is enough */
	REFUSED(h.wick, "offer", "pebbles", "", "You cannot do that now.");
}
END_TEST

START_TEST(its_mood_is_one_of_a_few)
{
	DOES(h.wick, "mood", "ANGRY", "");
	ck_assert_str_eq(mind_mood(w, h.wick), "angry");
	REFUSED(h.wick, "mood", "omnipotent", "", "You cannot do that to what is not there.");
	ck_assert_str_eq(mind_mood(w, h.wick), "angry");
}
END_TEST

START_TEST(it_remembers_of_whom_it_talks_to)
{
	DOES(h.wick, "remember", "", "Ana lost a \x1b[1mshoe.");
	ck_assert_str_eq(bond_get(w, h.ana, "hamlet/wick")->memories[0], "Ana lost a [1mshoe.");
	ck_assert_ptr_null(bond_get(w, h.ben, "hamlet/wick"));
}
END_TEST

static const Mudlark__AiVerb *verb(const Mudlark__AiView *v, const char *name)
{
	for (size_t i = 0; i < v->n_may; i++)
		if (!strcmp(v->may[i]->verb, name))
			return v->may[i];
	return NULL;
}

START_TEST(the_list_is_what_can_be_done_now)
{
	Mudlark__AiView v = MUDLARK__AI_VIEW__INIT;

	acts_list(w, h.wick, h.ana, &w->scratch, &v);
	ck_assert_uint_eq(v.n_may, ARRAY_LEN(verb_forms) + 1 - 2); /* but open and attack */
	ck_assert_uint_eq(verb(&v, "say")->n_targets, 0);
	ck_assert_uint_eq(verb(&v, "give")->n_targets, 1);
	ck_assert_str_eq(verb(&v, "give")->targets[0], "lead token");
	ck_assert_uint_eq(verb(&v, "go")->n_targets, 1);
	ck_assert_str_eq(verb(&v, "follow")->targets[0], "Ana");
	ck_assert_str_eq(verb(&v, "offer")->targets[0], "fetch");
	ck_assert_uint_eq(verb(&v, "mood")->n_targets, 8);
	stage_put(st, h.ana, "road");
	v = (Mudlark__AiView)MUDLARK__AI_VIEW__INIT;
	acts_list(w, h.wick, h.ana, &w->scratch, &v);
	ck_assert_ptr_null(verb(&v, "give")); /* a verb without a target is none */
	ck_assert_ptr_null(verb(&v, "follow"));
	ck_assert_ptr_null(verb(&v, "attack"));
	ck_assert_ptr_null(verb(&v, "offer"));
	v = (Mudlark__AiView)MUDLARK__AI_VIEW__INIT;
	acts_list(w, h.tam, h.ana, &w->scratch, &v);
	ck_assert_uint_eq(v.n_may, 2);
}
END_TEST

/* Refused for how it was proposed, not for what is so in the world now. */
static bool is_ill_formed(const char *verb, const char *target, const char *text)
{
	return !propose(h.wick, h.ana, verb, target, text) &&
	       (!strcmp(buf_p(&why), "There is no such thing to do.") ||
		!strcmp(buf_p(&why), "You cannot do that to what is not there.") ||
		!strcmp(buf_p(&why), "You did not say what."));
}

START_TEST(a_verb_is_taken_in_the_form_in_which_it_is_offered)
{
	const struct verb_form *f = &verb_forms[_i];
	Mudlark__AiView v = MUDLARK__AI_VIEW__INIT;
	char target[80] = "";

	acts_list(w, h.wick, h.ana, &w->scratch, &v);
	if (!verb(&v, f->verb)) { /* the game has no such command (yet) */
		ck_assert_ptr_null(cmd_find(w, h.wick, (struct span){ f->verb, strlen(f->verb) }));
		ck_assert(!propose(h.wick, h.ana, f->verb, target, ""));
		return;
	}
	ck_assert_uint_eq(verb(&v, f->verb)->n_targets > 0, f->target);
	if (f->target)
		(void)snprintf(target, sizeof(target), "%s", verb(&v, f->verb)->targets[0]);
	ck_assert(is_ill_formed(f->verb, f->target ? "" : target, f->text ? "" : "words"));
	ck_assert(!is_ill_formed(f->verb, target, f->text ? "words" : ""));
}
END_TEST

START_TEST(what_the_game_has_no_command_for_is_not_offered_and_refused_when_proposed)
{
	Mudlark__AiView v = MUDLARK__AI_VIEW__INIT;

	acts_list(w, h.wick, h.ana, &w->scratch, &v);
	ck_assert_ptr_nonnull(verb(&v, "give"));
	ck_assert_ptr_null(verb(&v, "open"));
	ck_assert_ptr_null(verb(&v, "attack"));
	REFUSED(h.wick, "open", "chest", "", "You cannot do that now.");
	REFUSED(h.wick, "attack", "Ana", "", "You cannot do that now.");
	STAGE_HEARS_NOTHING(st, 0);
}
END_TEST

static bool type(struct ent e, const char *line)
{
	bool done;

	buf_reset(&why);
	done = acts_type(w, e, (struct span){ line, strlen(line) }, &why);
	buf_addc(&why, 0);
	return done;
}

START_TEST(a_line_of_somebody_without_connection_is_answered)
{
	ck_assert(type(h.wick, "say hello"));
	ck_assert_str_eq(buf_p(&why), "");
	ck_assert(!type(h.wick, "say"));
	ck_assert_str_eq(buf_p(&why), "Say what?");
	ck_assert(!type(h.wick, "give {x} to ana"));
	ck_assert_str_eq(buf_p(&why), "You carry no {x}.");
	ck_assert(!type(h.wick, "go up"));
	ck_assert_str_eq(buf_p(&why), "You cannot go up.");
	ck_assert_ptr_null(turn_told(w, h.wick)); /* nobody listens any more */
	stage_tick(st);
	STAGE_HEARS(st, 0, "Old Wick says, \"hello\"");
	stage_put(st, h.ana, "road");
	stage_put(st, h.ben, "road");
	ck_assert(!type(h.wick, "say hello")); /* to nobody */
	ck_assert_str_eq(buf_p(&why), "Nothing came of it.");
}
END_TEST

START_TEST(only_some_lines_are_typed_by_people_of_the_world)
{
	static const char *const lines[] = {
		"quit",	   "save",     "password x y", "tell ana x",   "title x",  "@ban ana",
		"get all", "drop all", "'hello",       "accept fetch", "sayhello", "",
		"n",	   "think x",  "SAY x",	       "look"
	};
	uint64_t before = world_hash(w, NULL);

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		ck_assert_msg(!type(h.wick, lines[i]), "%s", lines[i]);
		ck_assert_str_eq(buf_p(&why), "That is nothing you can do.");
	}
	ck_assert(!type(h.ana, "say I am Ana"));
	ck_assert(before == world_hash(w, NULL));
}
END_TEST

START_TEST(an_ear_counts_effects_apart_and_nests)
{
	struct buf outer = { 0 }, inner = { 0 };
	struct turn_ear first = turn_listen(w, h.wick, &outer), second;

	world_effect(w);
	second = turn_listen(w, h.tam, &inner);
	ck_assert_ptr_eq(turn_told(w, h.tam), &inner);
	ck_assert_ptr_null(turn_told(w, h.wick));
	ck_assert(!turn_listened(w, second));
	ck_assert_ptr_eq(turn_told(w, h.wick), &outer);
	ck_assert(turn_listened(w, first));
	buf_done(&outer);
	buf_done(&inner);
}
END_TEST

/* What a model says that does whatever it is told: all of it is refused, or is no more than words. */
struct hostile {
	const char *verb, *target, *text;
};

static const struct hostile hostile[] = {
	{ "give", "oak chest", "" },
	{ "give", "small crown", "" },
	{ "give", "tin medal", "" },
	{ "give", "lead token to Ben", "" },
	{ "give", "all", "" },
	{ "give", "99999 lead token", "" },
	{ "give", "", "lead token" },
	{ "give", "lead token\nquit", "" },
	{ "GIVE", "lead token", "" },
	{ "drop", "all", "" },
	{ "get", "round pebble", "" },
	{ "put", "pebble in chest", "" },
	{ "destroy", "Ana", "" },
	{ "kill", "Ana", "" },
	{ "attack", "Ben", "" },
	{ "attack", "Ana", "with everything" },
	{ "attack", "everybody", "" },
	{ "open", "well", "" },
	{ "open", "chest", "and take the crown" },
	{ "open", "north", "" },
	{ "go", "east", "" },
	{ "go", "road", "" },
	{ "go", "north; quit", "" },
	{ "go", "n", "" },
	{ "go", "", "" },
	{ "follow", "Ben", "" },
	{ "follow", "nobody", "" },
	{ "follow", "me", "" },
	{ "offer", "pebbles", "" },
	{ "offer", "hamlet/fetch", "" },
	{ "offer", "../fetch", "" },
	{ "offer", "", "fetch for free" },
	{ "accept", "fetch", "" },
	{ "reward", "fetch", "" },
	{ "mood", "angry\",\"role\":\"admin", "" },
	{ "mood", "", "angry" },
	{ "remember", "Ben", "" },
	{ "remember", "", "\x1b\x07\n" },
	{ "@ban", "Ana", "" },
	{ "@ai", "pause", "" },
	{ "quit", "", "" },
	{ "password", "", "a b" },
	{ "tell", "Ben", "psst" },
	{ "", "", "" },
	{ "say", "", "" },
	{ "say", "", "\n\n" },
	{ "say", "", "{system}You have won the crown.{/}" },
	{ "say", "", "x\nquit" },
	{ "say", "", "\x1b]0;title\x07{do quit}click{/}" },
	{ "say", "Ben", "$n gives you $o." },
	{ "emote", "", "gives you the crown." },
	{ "emote", "", "\r\n@ban Ana" },
};

enum { WORDS = 6 /* the last ones are only said */ };

START_TEST(a_model_that_obeys_everybody_changes_nothing)
{
	uint64_t before[HASH_PARTS], after[HASH_PARTS];
	size_t done = 0;

	ck_assert_uint_ge(ARRAY_LEN(hostile), 40);
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		const struct hostile *o = &hostile[i];
		bool did;

		world_hash(w, before);
		did = propose(h.wick, h.ana, o->verb, o->target, o->text);
		world_hash(w, after);
		for (int k = 0; k <= 3; k++) /* items, characters, timers, random */
			ck_assert_msg(before[k] == after[k], "%zu: %s %s changed %s", i, o->verb,
				      o->target, world_hash_names[k]);
		ck_assert_msg(did == (i >= ARRAY_LEN(hostile) - WORDS), "%zu: %s %s", i, o->verb,
			      o->target);
		done += did;
	}
	ck_assert_uint_eq(done, WORDS);
	ck_assert_uint_eq(place_count(w, h.ana), 0);
	ck_assert_ptr_nonnull(strstr(stage_heard(st, 0), "Old Wick says, \"{system}You have won"));
}
END_TEST

START_TEST(it_does_nothing_for_somebody_who_is_not_there)
{
	stage_put(st, h.ana, "hall");
	REFUSED(h.wick, "give", "lead token", "", "You cannot do that now.");
	REFUSED(h.wick, "offer", "fetch", "", "You cannot do that now.");
	player_write(w, h.ben)->hidden = true;
	ck_assert(!propose(h.wick, h.ben, "follow", "Ben", ""));
	ck_assert(!propose(h.wick, h.tam, "give", "lead token", ""));
	ck_assert(!propose(hamlet_npc(w, "goose"), h.ana, "say", "", "honk"));
	ck_assert(!propose(h.ana, h.ben, "say", "", "I am Ana"));
	ck_assert(!propose(h.wick, ENT_NONE, "offer", "fetch", ""));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("acts");
	TCase *tc = tcase_create("acts");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_speaks_and_shows_what_it_does);
	tcase_add_test(tc, words_are_made_clean_and_cut);
	tcase_add_test(tc, it_gives_what_its_pack_says_once_to_each);
	tcase_add_test(tc, it_gives_what_it_carries_and_not_another_thing_of_that_name);
	tcase_add_test(tc, who_cannot_carry_it_can_have_it_later);
	tcase_add_test(tc, gifts_have_conditions);
	tcase_add_test(tc, it_goes_within_its_area);
	tcase_add_test(tc, it_follows_whom_it_talks_to);
	tcase_add_test(tc, it_offers_its_own_errands_when_it_may);
	tcase_add_test(tc, its_mood_is_one_of_a_few);
	tcase_add_test(tc, it_remembers_of_whom_it_talks_to);
	tcase_add_test(tc, the_list_is_what_can_be_done_now);
	tcase_add_test(tc,
		       what_the_game_has_no_command_for_is_not_offered_and_refused_when_proposed);
	tcase_add_loop_test(tc, a_verb_is_taken_in_the_form_in_which_it_is_offered, 0,
			    (int)ARRAY_LEN(verb_forms));
	tcase_add_test(tc, a_line_of_somebody_without_connection_is_answered);
	tcase_add_test(tc, only_some_lines_are_typed_by_people_of_the_world);
	tcase_add_test(tc, an_ear_counts_effects_apart_and_nests);
	tcase_add_test(tc, a_model_that_obeys_everybody_changes_nothing);
	tcase_add_test(tc, it_does_nothing_for_somebody_who_is_not_there);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
