/*
 * test_conserve.c - whatever players do with things, every thing stays in exactly one place.
 *
 * Random lines over a few rooms, from a seed that is said when it fails: after each line each thing
 * is found once by walking the places, limits hold, and no kind of thing has become more or fewer.
 */
#include "stage.h"

#include "rt/rand.h"
#include "world/cmd/haul.h"
#include "world/core/item.h"

enum { LINES = 400, SEEDS = 20, SLOTS = 4096 };

static struct stage st;
static struct rng rng;

static const char *pick(const char *const *list, size_t n)
{
	return list[rng_below(&rng, n)];
}

#define PICK(list) pick((list), ARRAY_LEN(list))

static void random_line(char *line, size_t size)
{
	static const char *const verbs[] = { "get %s",	     "get %s",	     "get %s from %s",
					     "drop %s",	     "put %s in %s", "put %s in %s",
					     "give %s to %s" };
	static const char *const things[] = { "all",	   "all.coin", "basket", "2.oyster",
					      "3 oysters", "crate",    "orange", "mug",
					      "coin",	   "letter",   "bottle", "lantern",
					      "notice",	   "pottle",   "2.mug" };
	static const char *const places[] = { "basket", "bottle", "mug", "2.mug", "crate", "ana",
					      "ben",	"me",	  "jem", "bet",	  "here" };
	static const char *const ways[] = { "n", "e", "s", "w", "u", "d", "nw", "se" };

	if (rng_below(&rng, 4) == 0) {
		snprintf(line, size, "%s", PICK(ways));
		return;
	}
	switch (rng_below(&rng, ARRAY_LEN(verbs))) {
	case 0:
	case 1:
		snprintf(line, size, "get %s", PICK(things));
		break;
	case 2:
		snprintf(line, size, "get %s from %s", PICK(things), PICK(places));
		break;
	case 3:
		snprintf(line, size, "drop %s", PICK(things));
		break;
	case 6:
		snprintf(line, size, "give %s to %s", PICK(things), PICK(places));
		break;
	default:
		snprintf(line, size, "put %s in %s", PICK(things), PICK(places));
		break;
	}
}

/* Counts what is in e at any depth, and holds it to the limits. */
static size_t count_inside(struct ent e, unsigned *seen)
{
	size_t n = 0, direct = 0;

	for (struct ent c = place_first(st.world, e); ent_is(c); c = place_next(st.world, c)) {
		ck_assert(ent_same(place_owner(st.world, c), e));
		if (ent_kind(st.world, c) == KIND_ITEM) {
			ck_assert_uint_lt(c.slot, SLOTS);
			ck_assert_uint_eq(seen[c.slot]++, 0);
			n++;
		}
		direct++;
		n += count_inside(c, seen);
	}
	ck_assert_uint_eq(direct, place_count(st.world, e));
	if (ent_kind(st.world, e) == KIND_ITEM && direct)
		ck_assert_uint_le(direct, item_holds(st.world, e));
	if (ent_kind(st.world, e) == KIND_PLAYER) {
		ck_assert_uint_le(direct, CARRY_THINGS);
		ck_assert_uint_le(place_weight(st.world, e), CARRY_GRAMS);
	}
	return n;
}

static size_t count_placed(void)
{
	unsigned *seen = base_alloc(SLOTS, sizeof(*seen));
	size_t n = 0;

	for (struct ent e = ent_next(st.world, ENT_NONE); ent_is(e); e = ent_next(st.world, e))
		if (ent_kind(st.world, e) == KIND_ROOM)
			n += count_inside(e, seen);
	free(seen);
	return n;
}

static size_t count_items(void)
{
	size_t n = 0;

	for (struct ent e = ent_next(st.world, ENT_NONE); ent_is(e); e = ent_next(st.world, e))
		n += ent_kind(st.world, e) == KIND_ITEM;
	return n;
}

START_TEST(things_are_conserved)
{
	uint64_t seed = 0x5eed0000u + (uint64_t)_i;
	size_t items, done = 0, who;
	char line[128];

	rng_seed(&rng, seed);
	stage_open(&st, "world/packs/foreshore");
	stage_enter(&st, "Ana");
	stage_enter(&st, "Ben");
	items = count_items();
	ck_assert_uint_ge(items, 40);
	ck_assert_uint_eq(count_placed(), items);
	while (done++ < LINES) {
		random_line(line, sizeof(line));
		who = rng_below(&rng, st.n);
		stage_type(&st, who, line);
		ck_assert_msg(count_items() == items && count_placed() == items,
			      "seed %llx line %zu: %zu %s -> %s", (unsigned long long)seed, done,
			      who, line, stage_heard(&st, who));
		stage_forget(&st);
	}
	stage_close(&st);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conserve");
	TCase *tc = tcase_create("conserve");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, things_are_conserved, 0, SEEDS);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
