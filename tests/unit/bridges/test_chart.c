/*
 * test_chart.c - rows of the channel map as an operator writes them, right and wrong.
 */
#include "bridges/chart.h"

#include <string.h>

#include "../rt/unit.h"
#include "bridges/bridge.h"

static const char *const extras[] = { "key", "every", NULL };

static struct chart c;

static const struct chart_row *read_one(const char *row)
{
	char *const rows[] = { (char *)(uintptr_t)row, NULL };
	struct buf why = { 0 };
	const int r = chart_read(&c, rows, extras, &why);

	ck_assert_msg(r == 0, "%.*s", (int)why.n, buf_p(&why));
	ck_assert_uint_eq(why.n, 0);
	ck_assert_uint_eq(c.n, 1);
	return &c.rows[0];
}

/* The sentence has `part` in it. */
static void refuse(const char *row, const char *part)
{
	char *const rows[] = { (char *)(uintptr_t) "#ok = chat", (char *)(uintptr_t)row, NULL };
	struct buf why = { 0 };
	struct chart untouched = { 0 };

	ck_assert_msg(chart_read(&untouched, rows, extras, &why) == 1, "%s", row);
	ck_assert_ptr_null(untouched.rows);
	buf_addc(&why, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&why), "row 2"));
	ck_assert_msg(strstr(buf_p(&why), part) != NULL, "%s", buf_p(&why));
	buf_done(&why);
}

static void check_list(char *const *list, const char *const *want)
{
	size_t i = 0;

	for (; want[i]; i++)
		ck_assert_str_eq(list[i], want[i]);
	ck_assert_ptr_null(list[i]);
}

START_TEST(a_row_goes_both_ways_unless_it_says_so)
{
	const struct chart_row *r = read_one("#mud = chat");

	ck_assert_str_eq(r->place, "#mud");
	check_list(r->channels, (const char *const[]){ "chat", NULL });
	ck_assert_ptr_null(r->boards);
	ck_assert(r->in && r->out && !r->joins && !r->linked_only);
	ck_assert_uint_eq(r->kinds, LINE(LINE_SAID) | LINE(LINE_NEWS));
	chart_done(&c);
	r = read_one("#log=chat out joins=no");
	ck_assert(!r->in && r->out);
	chart_done(&c);
	r = read_one("#advice = advice in speak=linked joins=yes");
	ck_assert(r->in && !r->out && r->joins && r->linked_only);
	chart_done(&c);
}
END_TEST

START_TEST(one_place_may_go_with_several_channels)
{
	static const char *const rows[] = { "libera/#mud = chat, advice,Trade both",
					    "libera/#mud = chat+advice+trade",
					    "libera/#mud = chat + advice ,trade out",
					    "libera/#mud = chat , advice, trade kinds=said" };
	const char *const want[] = { "chat", "advice", "trade", NULL };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_list(read_one(rows[i])->channels, want);
		ck_assert_str_eq(c.rows[0].place, "libera/#mud");
		chart_done(&c);
	}
}
END_TEST

START_TEST(kinds_and_boards_are_lists)
{
	const struct chart_row *r =
		read_one("#quay = chat boards=gazette,Notes kinds=entered,left,news");

	ck_assert_uint_eq(r->kinds, LINE(LINE_ENTERED) | LINE(LINE_LEFT) | LINE(LINE_NEWS));
	check_list(r->boards, (const char *const[]){ "gazette", "notes", NULL });
	chart_done(&c);
	r = read_one("#x = kinds=server+errands out");
	ck_assert_uint_eq(r->kinds, LINE(LINE_STARTED) | LINE(LINE_STOPPING) | LINE(LINE_ERRAND));
	check_list(r->channels, (const char *const[]){ NULL });
	chart_done(&c);
	r = read_one("#x = boards=gazette");
	ck_assert_uint_eq(r->kinds, LINE(LINE_NEWS) | LINE(LINE_POSTED) | LINE(LINE_REMOVED));
	chart_done(&c);
}
END_TEST

START_TEST(an_address_may_have_an_equals_sign_in_it)
{
	const struct chart_row *r =
		read_one("https://example.org/feed?a=1&b=2 = boards=gazette every=10m");

	ck_assert_str_eq(r->place, "https://example.org/feed?a=1&b=2");
	ck_assert_str_eq(chart_extra(r, "every"), "10m");
	ck_assert_ptr_null(chart_extra(r, "key"));
	ck_assert_ptr_null(chart_extra(r, "eve"));
	chart_done(&c);
	ck_assert_str_eq(chart_extra(read_one("#x = chat key=a=b"), "key"), "a=b");
	chart_done(&c);
}
END_TEST

START_TEST(what_is_wrong_is_said_with_the_row)
{
	refuse("#mud", "no \"=\"");
	refuse("= chat", "place");
	refuse("#mud =", "nothing goes there");
	refuse("#mud = out", "nothing goes there");
	refuse("#mud = chat,chat", "twice");
	refuse("#mud = chat advice", "\"advice\" is neither a way");
	refuse("#log = chat outt", "\"outt\" is neither a way");
	refuse("#log = chat sideways joins=no", "sideways");
	refuse("#log = chat out advice", "\"advice\"");
	refuse("#log = chat out + advice", "\"+\"");
	refuse("#log = out chat", "channels come first");
	refuse("#log = kinds=entered outt", "channels come first");
	refuse("#log = chat, out", "\"out\" stands behind a comma");
	refuse("#log = chat, joins=yes", "behind a comma");
	refuse("#mud = chat in out", "second way");
	refuse("#mud = ch@t", "ch@t");
	refuse("#mud = chat joins=perhaps", "joins is no or yes, not \"perhaps\"");
	refuse("#mud = chat joins=yes joins=no", "twice");
	refuse("#mud = chat speak=nobody", "speak is all or linked");
	refuse("#mud = chat kinds=said,whispers", "whispers");
	refuse("#mud = chat kinds=", "no words");
	refuse("#mud = boards=", "no words");
	refuse("#mud = kinds=said", "needs a channel");
	refuse("#mud = chat colour=red", "colour");
	refuse("#mud = chat colour=red", "key=, every=");
	refuse("#mud = chat key=1 key=2", "twice");
	refuse("#mud = a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "too many");
	refuse("#m\xff = chat", "UTF-8");
}
END_TEST

START_TEST(no_rows_are_an_empty_map)
{
	char *const rows[] = { NULL };
	struct buf why = { 0 };

	ck_assert_int_eq(chart_read(&c, rows, NULL, &why), 0);
	ck_assert_uint_eq(c.n, 0);
	chart_done(&c);
	ck_assert_int_eq(chart_read(&c, NULL, NULL, &why), 0);
	chart_done(&c);
}
END_TEST

START_TEST(too_many_rows_are_refused)
{
	char *rows[CHART_ROWS + 2];
	struct buf why = { 0 };

	for (size_t i = 0; i <= CHART_ROWS; i++)
		rows[i] = (char *)(uintptr_t) "#mud = chat";
	rows[CHART_ROWS + 1] = NULL;
	ck_assert_int_eq(chart_read(&c, rows, NULL, &why), 1);
	ck_assert_uint_gt(why.n, 0);
	rows[CHART_ROWS] = NULL;
	ck_assert_int_eq(chart_read(&c, rows, NULL, &why), 0);
	ck_assert_uint_eq(c.n, CHART_ROWS);
	chart_done(&c);
	buf_done(&why);
}
END_TEST

UNIT_MAIN("chart", a_row_goes_both_ways_unless_it_says_so, one_place_may_go_with_several_channels,
	  kinds_and_boards_are_lists, an_address_may_have_an_equals_sign_in_it,
	  what_is_wrong_is_said_with_the_row, no_rows_are_an_empty_map, too_many_rows_are_refused)
