/*
 * test_target.c - what players type for a thing, and what it is taken to mean.
 */
#include "world/cmd/target.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "world/cmd/similar.h"

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static const struct {
	const char *phrase;
	bool ok;
	uint32_t first, most;
	const char *words; /* joined by spaces */
} phrases[] = {
	{ "sword", true, 1, 1, "sword" },
	{ "  sword  ", true, 1, 1, "sword" },
	{ "2.sword", true, 2, 1, "sword" },
	{ "2.brass lantern", true, 2, 1, "brass lantern" },
	{ "all", true, 1, UINT32_MAX, "" },
	{ "ALL", true, 1, UINT32_MAX, "" },
	{ "all.coin", true, 1, UINT32_MAX, "coin" },
	{ "all coins", true, 1, UINT32_MAX, "coins" },
	{ "all the coins", true, 1, UINT32_MAX, "coins" },
	{ "all of the coins", true, 1, UINT32_MAX, "coins" },
	{ "allspice", true, 1, 1, "allspice" },
	{ "3*coin", true, 1, 3, "coin" },
	{ "3 coin", true, 1, 3, "coin" },
	{ "12 copper pennies", true, 1, 12, "copper pennies" },
	{ "the brass lantern", true, 1, 1, "brass lantern" },
	{ "a coil of rope", true, 1, 1, "coil rope" },
	{ "the", true, 1, 1, "the" },
	{ "7th rib", true, 1, 1, "7th rib" },
	{ "", false, 0, 0, "" },
	{ "   ", false, 0, 0, "" },
	{ "0.sword", false, 0, 0, "" },
	{ "0 swords", false, 0, 0, "" },
	{ "2.", false, 0, 0, "" },
	{ "3", false, 0, 0, "" },
	{ "99999999999.sword", false, 0, 0, "" },
	{ "2x.sword", true, 1, 1, "2x.sword" },
	{ "mr. ossory", true, 1, 1, "mr. ossory" },
	{ "a b c d e f g h", false, 0, 0, "" },
};

START_TEST(a_phrase_means_so_many_of_these_words)
{
	struct buf words = { 0 };
	struct target t;
	bool ok = target_parse(span_of(phrases[_i].phrase), &t);

	ck_assert_msg(ok == phrases[_i].ok, "%s", phrases[_i].phrase);
	if (!ok)
		return;
	for (size_t i = 0; i < t.n_words; i++)
		buf_addf(&words, "%s%.*s", i ? " " : "", (int)t.words[i].n, t.words[i].p);
	buf_addc(&words, 0);
	ck_assert_str_eq(buf_p(&words), phrases[_i].words);
	ck_assert_uint_eq(t.first, phrases[_i].first);
	ck_assert_uint_eq(t.most, phrases[_i].most);
	buf_done(&words);
}
END_TEST

static const struct {
	const char *args, *between, *what, *where; /* where NULL: not split */
} splits[] = {
	{ "letter from bottle", "from in", "letter", "bottle" },
	{ "all.coin in the old basket", "from in", "all.coin", "the old basket" },
	{ "letter from bottle in crate", "from in", "letter", "bottle in crate" },
	{ "brass lantern to Ana", "to", "brass lantern", "Ana" },
	{ "letter IN bottle", "in", "letter", "bottle" },
	{ "letter", "from in", "letter", NULL },
	{ "letter from", "from in", "letter from", NULL },
	{ "from bottle", "from in", "from bottle", NULL },
	{ "", "from", "", NULL },
};

START_TEST(a_phrase_is_split_at_the_word_between)
{
	struct span what, where;
	bool split = target_split(span_of(splits[_i].args), splits[_i].between, &what, &where);

	ck_assert(split == (splits[_i].where != NULL));
	ck_assert_msg(what.n == strlen(splits[_i].what) && !memcmp(what.p, splits[_i].what, what.n),
		      "%.*s", (int)what.n, what.p);
	if (split)
		ck_assert_msg(where.n == strlen(splits[_i].where) &&
				      !memcmp(where.p, splits[_i].where, where.n),
			      "%.*s", (int)where.n, where.p);
}
END_TEST

static const struct {
	const char *phrase;
	int fit;
} fits[] = {
	{ "penny", 2 },		{ "pen", 1 },	    { "copper penny", 2 },
	{ "cop penny", 1 },	{ "coin", 2 },	    { "silver", 0 },
	{ "copper silver", 0 }, { "PENNY", 2 },	    { "coins", 2 },
	{ "all.coins", 2 },	{ "3 pennies", 2 }, { "all.penny", 2 },
	{ "all", 2 },		{ "pennyx", 0 },    { "s", 0 },
};

START_TEST(all_typed_words_must_fit_the_name)
{
	static const char *const words[] = { "coin", "copper", "penny" };
	struct target t;

	ck_assert(target_parse(span_of(fits[_i].phrase), &t));
	ck_assert_msg(target_fits(&t, words, ARRAY_LEN(words), "copper pennies") == fits[_i].fit,
		      "%s", fits[_i].phrase);
}
END_TEST

START_TEST(words_are_as_far_apart_as_slips_of_the_finger)
{
	ck_assert_uint_eq(similar_distance(SPAN("look"), SPAN("look")), 0);
	ck_assert_uint_eq(similar_distance(SPAN("look"), SPAN("LOKO")), 1);
	ck_assert_uint_eq(similar_distance(SPAN("look"), SPAN("lok")), 1);
	ck_assert_uint_eq(similar_distance(SPAN("inventory"), SPAN("invetnroy")), 2);
	ck_assert_uint_eq(similar_distance(SPAN(""), SPAN("abc")), 3);
	ck_assert_uint_eq(similar_distance(SPAN("kitten"), SPAN("sitting")), 3);
	ck_assert_uint_eq(similar_distance(SPAN("a"), SPAN("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")), 9);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("target");
	TCase *tc = tcase_create("target");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, a_phrase_means_so_many_of_these_words, 0, ARRAY_LEN(phrases));
	tcase_add_loop_test(tc, a_phrase_is_split_at_the_word_between, 0, ARRAY_LEN(splits));
	tcase_add_loop_test(tc, all_typed_words_must_fit_the_name, 0, ARRAY_LEN(fits));
	tcase_add_test(tc, words_are_as_far_apart_as_slips_of_the_finger);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
