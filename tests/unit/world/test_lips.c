/*
 * test_lips.c - a model tells of nobody who is not there, and what players call themselves silences
 * nobody.
 */
#include "mind_rig.h"

#include "world/mind/lips.h"

static struct mind_rig r;
static struct world *w;
static struct ent widow, ana;

static void setup(void)
{
	mind_rig_open(&r, "life=0");
	w = r.st.world;
	widow = mind_rig_npc(&r, "nan");
	ana = stage_ent(&r.st, 0);
}

static void teardown(void)
{
	mind_rig_close(&r);
}

/* Somebody of this name plays, in another room. */
static struct ent stranger(const char *name)
{
	struct ent e = stage_ent(&r.st, stage_enter(&r.st, name));

	stage_put(&r.st, e, "loft");
	return e;
}

static bool passes(const char *line)
{
	return !lips_fault(w, widow, ana, (struct span){ line, strlen(line) });
}

struct row {
	const char *name, *line;
	bool passes;
};

static const struct row rows[] = {
	{ "Bob", "I saw Bob.", false },
	{ "Bob", "Bob is in the loft.", false },
	{ "Bob", "No. Bob was here.", false },
	{ "Bob", "He said, \"Bob took it.\"", false },
	{ "Bob", "Bob's boat is gone.", false },
	{ "Bob", "Bob\xe2\x80\x99s boat is gone.", false },
	{ "Bob", "It is with Bob\xe2\x80\x99s boat.", false },
	{ "Bob", "A bobbin, and bob is a word.", true },
	{ "Guest2", "I saw Guest2.", false },
	{ "Guest2", "Guest2 was here.", false },
	{ "Guest2", "I saw Guest22.", true },
	{ "Robin", "A robin sings.", true },
	{ "Robin", "Robin redbreast, we call it.", true },
	{ "Aye", "Aye, that it is.", true },
	{ "Aye", "Aye. Cold.", true },
	{ "Six", "Six gulls over the water.", true },
	{ "Six", "Six is late.", true }, /* the tide turns then */
	{ "Whatever", "Whatever you say.", true },
	{ "There", "There is nothing.", true },
	{ "Jem", "Jem was here.", true }, /* that one is of the pack */
	{ "Widow", "The Old Woman has no Widow.", false },
	{ "Woman", "I am an Old Woman.", true }, /* as her persona says */
	{ "Nan", "Nan was here.", true },
};

START_TEST(a_name_counts_where_it_can_be_nothing_else)
{
	stranger(rows[_i].name);
	ck_assert_msg(passes(rows[_i].line) == rows[_i].passes, "%s: %s", rows[_i].name,
		      rows[_i].line);
}
END_TEST

START_TEST(who_is_there_may_be_named_but_not_who_hides)
{
	struct ent bob = stranger("Bob");

	ck_assert(passes("Ana is here, I see Ana."));
	ck_assert(!passes("I see Bob."));
	stage_put(&r.st, bob, "quay");
	ck_assert(passes("I see Bob."));
	player_write(w, bob)->hidden = true;
	ck_assert(!passes("I see Bob."));
}
END_TEST

START_TEST(nobody_speaks_for_others)
{
	ck_assert(!passes("Jem Pottle: I owe you."));
	ck_assert(!passes("Ana: it is all yours."));
	ck_assert(passes("Nan: it is so."));
	ck_assert(passes("So: it is."));
}
END_TEST

/* The words of a pack are said, whoever plays. */
START_TEST(own_lines_are_not_judged)
{
	Mudlark__AiSaid m = MUDLARK__AI_SAID__INIT;
	static const char text[] = "Ask Bob: Bob was here.";

	stranger("Bob");
	stage_type(&r.st, 0, "talk nan");
	stage_forget(&r.st);
	m.ask = mind_rig_asked(&r)->ask;
	m.n = 1;
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
	STAGE_FEED(&r.st, MIND_RIG_BRIDGE, AI_SAID, ai_said, &m);
	stage_settle(&r.st);
	STAGE_HEARS_NOTHING(&r.st, 0);
	m.n = 2;
	m.own = true;
	STAGE_FEED(&r.st, MIND_RIG_BRIDGE, AI_SAID, ai_said, &m);
	stage_settle(&r.st);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Ask Bob: Bob was here.\"");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lips");
	TCase *tc = tcase_create("lips");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_name_counts_where_it_can_be_nothing_else, 0, ARRAY_LEN(rows));
	tcase_add_test(tc, who_is_there_may_be_named_but_not_who_hides);
	tcase_add_test(tc, nobody_speaks_for_others);
	tcase_add_test(tc, own_lines_are_not_judged);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
