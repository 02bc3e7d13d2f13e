/*
 * test_undump.c - the reader of exports: whatever is changed in one is refused with a sentence that names the line,
 * at the latest at its end.
 */
#include <stdlib.h>

#include "export.h"
#include "persist/undump.h"

/* What a reader says of a text that comes in pieces of `step` bytes; "" for content. Freed by the caller. */
static char *judge(struct span text, size_t step)
{
	const struct undump_sink nowhere = { 0 };
	struct undump u;
	struct buf why = { 0 };
	struct feeder f = { text, step };
	struct span piece;
	int r = 0;

	undump_init(&u, 4, &nowhere);
	while (!r && f.left.n) {
		(void)feed(&f, &piece, &why);
		r = undump_feed(&u, piece, &why);
	}
	if (!r)
		r = undump_end(&u, &why);
	ck_assert_int_eq(r, why.n ? STORE_BAD : 0);
	char *said = base_dup(buf_p(&why), why.n);
	undump_done(&u);
	buf_done(&why);
	return said;
}

static void is_fine(struct span text, size_t step)
{
	CLEANUP(base_freep) char *said = judge(text, step);
	ck_assert_str_eq(said, "");
}

static void is_refused(struct span text, const char *sentence)
{
	CLEANUP(base_freep) char *said = judge(text, 100000);
	ck_assert_msg(strstr(said, sentence) != NULL, "\"%s\" instead of \"%s\"", said, sentence);
}

/* Any refusal, but with a line. */
static void is_bad(struct span text, const char *what, size_t at)
{
	CLEANUP(base_freep) char *said = judge(text, 100000);
	ck_assert_msg(strncmp(said, "line ", 5) == 0, "%s at %zu: \"%s\"", what, at, said);
}

START_TEST(it_does_not_matter_how_the_bytes_come)
{
	struct export e;
	export_random(&e, 1, 3);
	for (size_t step = 1; step < e.text.n; step = step * 3 + 1)
		is_fine(buf_span(&e.text), step);
	buf_done(&e.text);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	struct export e;
	export_random(&e, 2, 2);
	for (size_t i = 0; i < e.text.n; i++)
		is_bad((struct span){ buf_p(&e.text), i }, "cut", i);
	buf_done(&e.text);
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	struct export e;
	export_random(&e, 3, 1);
	char *text = e.text.p + e.text.off;
	for (size_t i = 0; i < e.text.n * 8; i++) {
		text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
		is_bad(buf_span(&e.text), "flipped", i);
		text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
	}
	is_fine(buf_span(&e.text), 1000);
	buf_done(&e.text);
}
END_TEST

START_TEST(any_byte_too_many_or_too_few_is_refused)
{
	struct export e;
	export_random(&e, 4, 1);
	for (size_t i = 0; i <= e.text.n; i++) {
		struct buf more = { 0 }, fewer = { 0 };
		buf_add(&more, buf_p(&e.text), i);
		buf_add(&more, &"\n {}\"0\0"[i % 7], 1);
		buf_add(&more, buf_p(&e.text) + i, e.text.n - i);
		is_bad(buf_span(&more), "added", i);
		if (i < e.text.n) {
			buf_add(&fewer, buf_p(&e.text), i);
			buf_add(&fewer, buf_p(&e.text) + i + 1, e.text.n - i - 1);
			is_bad(buf_span(&fewer), "removed", i);
		}
		buf_done(&more);
		buf_done(&fewer);
	}
	buf_done(&e.text);
}
END_TEST

enum { LINES_MAX = 200 };

struct lines {
	struct span line[LINES_MAX];
	size_t n;
};

static void split(const struct buf *text, struct lines *ret)
{
	struct span left = buf_span(text);

	for (ret->n = 0; left.n; ret->n++) {
		const char *end = memchr(left.p, '\n', left.n);
		const size_t n = (size_t)(end + 1 - left.p);
		ck_assert_uint_lt(ret->n, LINES_MAX);
		ret->line[ret->n] = (struct span){ left.p, n };
		left = (struct span){ left.p + n, left.n - n };
	}
}

static void join(const struct lines *l, struct buf *ret)
{
	for (size_t i = 0; i < l->n; i++)
		buf_add(ret, l->line[i].p, l->line[i].n);
}

static void lines_are_bad(const struct lines *l, const char *what, size_t at)
{
	struct buf text = { 0 };
	join(l, &text);
	is_bad(buf_span(&text), what, at);
	buf_done(&text);
}

START_TEST(lines_that_are_missing_doubled_or_moved_are_refused)
{
	struct export e;
	struct lines all;
	export_random(&e, 5, 4);
	split(&e.text, &all);
	for (size_t i = 0; i < all.n; i++) {
		struct lines l = all;
		memmove(&l.line[i], &l.line[i + 1], (all.n - i - 1) * sizeof(l.line[0]));
		l.n--;
		lines_are_bad(&l, "missing", i);
		l = all;
		memmove(&l.line[i + 1], &l.line[i], (all.n - i) * sizeof(l.line[0]));
		l.n++;
		lines_are_bad(&l, "doubled", i);
		for (size_t j = 0; j < i; j++) {
			l = all;
			l.line[i] = all.line[j];
			l.line[j] = all.line[i];
			lines_are_bad(&l, "swapped", i * 1000 + j);
		}
	}
	buf_done(&e.text);
}
END_TEST

/* An export with this header and these lines, and a last line that is right. */
static void refuses(const char *header, const char *rows, const char *sentence)
{
	struct export e;
	const struct span line = { rows, strlen(rows) };

	memset(&e, 0, sizeof(e));
	dump_sum_init(&e.sum, 4);
	buf_addf(&e.text, "%s\n", header);
	dump_sum_header(&e.sum, buf_span(&e.text));
	buf_add(&e.text, line.p, line.n);
	if (line.n)
		dump_sum_row(&e.sum, &dump_tables[0], line);
	export_end(&e);
	is_refused(buf_span(&e.text), sentence);
	buf_done(&e.text);
}

#define HEADER "{\"mudlark\":\"export\",\"format\":1,\"schema\":4}"

struct refusal_row {
	const char *header, *rows, *sentence;
};

static const struct refusal_row refusals[] = {
	{ "{}", "", "line 1: this is not the beginning of an export of Mudlark" },
	{ "<html>", "", "line 1: this is not the beginning of an export of Mudlark" },
	{ "{\"mudlark\":\"export\",\"format\":1,\"schema\":5}", "",
	  "line 1: the export has schema 5 in format 1, this program knows 4 and 1: use a newer"
	  " program" },
	{ "{\"mudlark\":\"export\",\"format\":2,\"schema\":4}", "", "schema 4 in format 2" },
	{ "{\"mudlark\":\"export\",\"format\":1,\"schema\":0}", "",
	  "line 1: this is an export of no schema that there ever was" },
	{ HEADER, "hello\n", "line 2: this is not a row of an export" },
	{ HEADER, "\n", "line 2: this is not a row of an export" },
	{ HEADER, "{\"table\":\"\xff\"}\n", "line 2: this is not UTF-8" },
	{ HEADER, "{\"table\":\"password\",\"id\":1}\n",
	  "line 2: there is no table \"password\" in schema 4" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"when\":1}\n",
	  "line 2: table failure has no column \"when\"" },
	{ HEADER, "{\"table\":\"failure\",\"at\":1,\"who\":\"a\"}\n",
	  "line 2: column \"who\" is missing" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\"}\n", "line 2: column \"at\" is missing" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":1,\"more\":2}\n",
	  "line 2: table failure has no column \"more\"" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":1,\"at\":1}\n",
	  "line 2: table failure has no column \"at\"" },
	{ HEADER, "{\"table\":\"failure\",\"who\":5,\"at\":1}\n",
	  "line 2: column \"who\" has no proper value" },
	{ HEADER, "{\"table\":\"failure\",\"who\":null,\"at\":1}\n",
	  "line 2: column \"who\" has no proper value" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":9223372036854775808}\n",
	  "line 2: column \"at\" has no proper value" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":1.5}\n",
	  "line 2: column \"at\" has no proper value" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":\"1\"}\n",
	  "line 2: the row is not written as an export writes it" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":9007199254740993}\n",
	  "line 2: the row is not written as an export writes it" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"\\u0061\",\"at\":1}\n",
	  "line 2: the row is not written as an export writes it" },
	{ HEADER, "{\"table\":\"failure\",\"who.base64\":\"YQ==\",\"at\":1}\n",
	  "line 2: the row is not written as an export writes it" },
	{ HEADER, "{\"table\":\"failure\", \"who\":\"a\",\"at\":1}\n",
	  "line 2: column \"who\" is missing" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":1} \n",
	  "line 2: the row does not end where it should" },
	{ HEADER,
	  "{\"table\":\"document\",\"id\":1,\"collection\":\"c\",\"key\":\"k\",\"body\":"
	  "{\"b\":1,\"a\":2},\"version\":1}\n",
	  "line 2: the row is not written as an export writes it" },
	{ HEADER, "{\"table\":\"failure\",\"who\":\"a\",\"at\":1}\n", "line 3: of table world" },
};

START_TEST(what_is_wrong_is_told_with_its_line)
{
	const struct refusal_row *row = &refusals[_i];
	refuses(row->header, row->rows, row->sentence);
}
END_TEST

static void add_failure(struct export *e, const char *who, int64_t at)
{
	const struct db_value v[] = { db_str(who), db_int(at) };
	export_row(e, table_of("failure"), v);
}

START_TEST(order_is_told_of_even_when_the_last_line_fits)
{
	const struct db_value ana[] = { db_str("ana"), db_int(1), db_int(1), db_int(1),
					db_int(1),     db_int(1), db_int(1) };
	struct export e;
	export_begin(&e, 4);
	add_failure(&e, "b", 1);
	add_failure(&e, "b", 1);
	add_failure(&e, "a", 5);
	export_end(&e);
	is_refused(buf_span(&e.text),
		   "line 4: this row stands before the one above it, by its key");
	buf_done(&e.text);

	export_begin(&e, 4);
	export_row(&e, table_of("ledger"), ana);
	export_row(&e, table_of("ledger"), ana);
	export_end(&e);
	is_refused(buf_span(&e.text), "line 3: this row is there twice, by its key");
	buf_done(&e.text);

	export_begin(&e, 4);
	add_failure(&e, "b", 1);
	export_row(&e, table_of("ledger"), ana);
	export_end(&e);
	is_refused(buf_span(&e.text),
		   "line 3: a row of table ledger cannot stand behind those of table failure");
	buf_done(&e.text);
}
END_TEST

START_TEST(a_table_of_a_later_schema_is_unknown_to_an_older_one)
{
	struct export e;
	export_begin(&e, 2);
	buf_adds(&e.text, "{\"table\":\"ledger\",\"account\":\"a\"}\n");
	is_refused(buf_span(&e.text), "line 2: there is no table \"ledger\" in schema 2");
	buf_done(&e.text);
}
END_TEST

START_TEST(a_line_that_never_ends_is_refused_early)
{
	struct buf text = { 0 };
	char *p = buf_reserve(&text, 2 * DUMP_LINE_MAX);
	memset(p, 'a', 2 * DUMP_LINE_MAX);
	buf_commit(&text, 2 * DUMP_LINE_MAX);
	is_refused(buf_span(&text),
		   "line 1: it is longer than the 4194304 bytes that a line may have");
	buf_done(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("undump");
	TCase *t = tcase_create("undump");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, it_does_not_matter_how_the_bytes_come);
	tcase_add_test(t, every_truncation_is_refused);
	tcase_add_test(t, every_flipped_bit_is_refused);
	tcase_add_test(t, any_byte_too_many_or_too_few_is_refused);
	tcase_add_test(t, lines_that_are_missing_doubled_or_moved_are_refused);
	tcase_add_loop_test(t, what_is_wrong_is_told_with_its_line, 0, (int)ARRAY_LEN(refusals));
	tcase_add_test(t, order_is_told_of_even_when_the_last_line_fits);
	tcase_add_test(t, a_table_of_a_later_schema_is_unknown_to_an_older_one);
	tcase_add_test(t, a_line_that_never_ends_is_refused_early);
	suite_add_tcase(s, t);
	SRunner *runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
