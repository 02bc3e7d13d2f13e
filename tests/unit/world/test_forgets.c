/*
 * test_forgets.c - what is to be forgotten is owed until aibridges say that it is done: over lost
 * connections, restarts and a table that is full.
 */
#include "mind_rig.h"

#include "world/mind/bond.h"
#include "world/mind/forgets.h"

enum { MINUTE = 600 };

static struct mind_rig r;
static struct world *w;
static char stored[64][128]; /* what is in the store: key=body */
static size_t n_stored;

static void put(const Mudlark__DocumentRow *d)
{
	const size_t n = strlen(d->key);
	size_t i = 0;

	while (i < n_stored && (strncmp(stored[i], d->key, n) != 0 || stored[i][n] != '='))
		i++;
	if (i < n_stored)
		memmove(stored[i], stored[--n_stored], sizeof(stored[0]));
	if (!d->body.len)
		return;
	ck_assert_uint_lt(n_stored, ARRAY_LEN(stored));
	(void)snprintf(stored[n_stored++], sizeof(stored[0]), "%s=%.*s", d->key, (int)d->body.len,
		       (const char *)d->body.data);
}

static void on_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	stage_commit(ctx, c, record);
	for (size_t i = 0; i < c->n_documents; i++)
		put(c->documents[i]);
}

static void open_world(void)
{
	mind_rig_open(&r, "life=0");
	w = r.st.world;
	w->env.commit = on_commit;
}

static void setup(void)
{
	n_stored = 0;
	open_world();
}

static void teardown(void)
{
	mind_rig_close(&r);
}

/* Another one in its place, with what is in the store. */
static void restart(void)
{
	mind_rig_close(&r);
	open_world();
	for (size_t i = 0; i < n_stored; i++) {
		Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT;
		char *body = strchr(stored[i], '=');

		*body = '\0';
		row.collection = "ai";
		row.key = stored[i];
		row.body = (ProtobufCBinaryData){ strlen(body + 1), (uint8_t *)(body + 1) };
		bridges_load(w, &row);
		*body = '=';
	}
}

static void add(uint64_t who, const char *npc)
{
	ck_assert(forgets_add(w, who, npc));
	stage_settle(&r.st);
	stage_tick(&r.st);
}

static size_t told(void)
{
	return mind_rig_count(&r, MUDLARK__AI_IN__BODY_FORGET);
}

/* The one told last. */
static Mudlark__AiForget last(void)
{
	const Mudlark__AiIn *m = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_FORGET, 0, NULL);

	ck_assert_ptr_nonnull(m);
	return *m->forget;
}

static void done(uint64_t bridge, const Mudlark__AiForget *f)
{
	Mudlark__AiForgot m = MUDLARK__AI_FORGOT__INIT;

	m.who = f->who;
	m.npc = f->npc;
	m.number = f->number;
	STAGE_FEED(&r.st, bridge, AI_FORGOT, ai_forgot, &m);
	stage_settle(&r.st);
	stage_tick(&r.st);
}

START_TEST(it_is_owed_until_it_is_done)
{
	Mudlark__AiForget f;

	add(7, "parley/nan");
	ck_assert_uint_eq(n_stored, 1);
	ck_assert_uint_eq(told(), 1);
	f = last();
	ck_assert_uint_eq(f.who, 7);
	ck_assert_str_eq(f.npc, "parley/nan");
	done(MIND_RIG_OTHER, &f); /* was never told */
	ck_assert_uint_eq(n_stored, 1);
	done(MIND_RIG_BRIDGE, &f);
	ck_assert_uint_eq(n_stored, 0);
	ck_assert_uint_eq(forgets_count(w), 0);
	done(MIND_RIG_BRIDGE, &f);
	mind_rig_up(&r, MIND_RIG_OTHER);
	ck_assert_uint_eq(told(), 1);
}
END_TEST

START_TEST(it_is_told_again_when_an_aibridge_comes_and_once_a_minute)
{
	Mudlark__AiForget f;

	mind_rig_down(&r, MIND_RIG_BRIDGE);
	add(7, NULL);
	ck_assert_uint_eq(told(), 0);
	mind_rig_up(&r, MIND_RIG_BRIDGE);
	ck_assert_uint_eq(told(), 1);
	mind_rig_down(&r, MIND_RIG_BRIDGE); /* it died of it */
	mind_rig_up(&r, MIND_RIG_OTHER);
	ck_assert_uint_eq(told(), 2);
	mind_rig_ticks(&r, MINUTE - 2);
	ck_assert_uint_eq(told(), 2);
	mind_rig_ticks(&r, 4);
	ck_assert_uint_eq(told(), 3);
	f = last();
	done(MIND_RIG_OTHER, &f);
	mind_rig_ticks(&r, 2 * MINUTE);
	ck_assert_uint_eq(told(), 3);
}
END_TEST

START_TEST(all_that_were_told_have_to_have_done_it)
{
	Mudlark__AiForget f;

	mind_rig_up(&r, MIND_RIG_OTHER);
	add(7, NULL);
	ck_assert_uint_eq(told(), 2);
	f = last();
	done(MIND_RIG_OTHER, &f);
	done(MIND_RIG_OTHER, &f);
	ck_assert_uint_eq(n_stored, 1);
	/* What the other has written before it died may come after that. */
	mind_rig_down(&r, MIND_RIG_BRIDGE);
	done(MIND_RIG_OTHER, &f);
	ck_assert_uint_eq(n_stored, 1);
	mind_rig_ticks(&r, 10 * FORGETS_LOST_S + 1);
	ck_assert_uint_eq(told(), 3);
	done(MIND_RIG_OTHER, &f);
	ck_assert_uint_eq(n_stored, 0);
}
END_TEST

START_TEST(it_outlives_the_world)
{
	Mudlark__AiForget before, after;

	add(7, "parley/nan");
	add(8, NULL);
	before = last();
	ck_assert_uint_eq(before.who, 8);
	before.npc = "";
	restart();
	ck_assert_uint_eq(forgets_count(w), 2);
	mind_rig_up(&r, MIND_RIG_OTHER);
	after = last();
	ck_assert_uint_eq(after.who, before.who);
	ck_assert_uint_eq(after.number, before.number);
	done(MIND_RIG_BRIDGE, &after);
	done(MIND_RIG_OTHER, &after);
	ck_assert_uint_eq(n_stored, 1);
}
END_TEST

START_TEST(what_was_wanted_again_is_not_done_by_what_was_told_before)
{
	Mudlark__AiForget first, second;

	add(7, NULL);
	first = last();
	first.npc = "";
	add(7, NULL);
	second = last();
	ck_assert_uint_gt(second.number, first.number);
	ck_assert_uint_eq(n_stored, 1);
	done(MIND_RIG_BRIDGE, &first);
	ck_assert_uint_eq(n_stored, 1);
	done(MIND_RIG_BRIDGE, &second);
	ck_assert_uint_eq(n_stored, 0);
}
END_TEST

START_TEST(who_wants_it_a_thousand_times_takes_one_place)
{
	char npc[24];

	mind_rig_down(&r, MIND_RIG_BRIDGE);
	for (int i = 0; i < FORGETS_MAX; i++)
		ck_assert(forgets_add(w, 7, NULL));
	ck_assert_uint_eq(forgets_count(w), 1);
	for (int i = 0; i < FORGETS_SINGLE; i++) {
		snprintf(npc, sizeof(npc), "parley/n%d", i);
		ck_assert(forgets_add(w, 8, npc));
	}
	ck_assert_uint_eq(forgets_count(w), 1 + FORGETS_SINGLE);
	ck_assert(forgets_add(w, 8, "parley/more")); /* then by all */
	ck_assert_uint_eq(forgets_count(w), 2);
	stage_tick(&r.st);
	ck_assert_uint_eq(n_stored, 2);
	mind_rig_up(&r, MIND_RIG_BRIDGE);
	ck_assert_str_eq(last().npc, "");
}
END_TEST

START_TEST(nothing_is_claimed_when_it_cannot_be_kept)
{
	const struct ent ana = stage_ent(&r.st, 0);

	w->env.commit = stage_commit;
	mind_rig_down(&r, MIND_RIG_BRIDGE);
	for (uint64_t i = 0; i < FORGETS_MAX; i++)
		ck_assert(forgets_add(w, 1000 + i, NULL));
	ck_assert(!forgets_add(w, 7, NULL));
	ck_assert(forgets_add(w, 1000, NULL)); /* has its place */
	bond_meet(w, ana, "parley/nan");
	STAGE_SAYS(
		&r.st, 0, "forget me",
		"So much is to be forgotten just now that nobody can keep it in mind. Nothing of "
		"yours is forgotten yet: please try again in a while.");
	ck_assert_uint_eq(bond_get(w, ana, "parley/nan")->met, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("forgets");
	TCase *c = tcase_create("forgets");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, it_is_owed_until_it_is_done);
	tcase_add_test(c, it_is_told_again_when_an_aibridge_comes_and_once_a_minute);
	tcase_add_test(c, all_that_were_told_have_to_have_done_it);
	tcase_add_test(c, it_outlives_the_world);
	tcase_add_test(c, what_was_wanted_again_is_not_done_by_what_was_told_before);
	tcase_add_test(c, who_wants_it_a_thousand_times_takes_one_place);
	tcase_add_test(c, nothing_is_claimed_when_it_cannot_be_kept);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
