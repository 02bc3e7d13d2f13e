/*
 * test_match.c - which of the messages that may be outside are: pieces beside a channel's history.
 */
#include "bridges/discord/match.h"

#include <string.h>
#include "../rt/unit.h"
#include "rt/jsonin.h"
#include "rt/text.h"

static struct pieces queue;
static struct match_history history;
static char last[MATCH_ID];

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void begin(void)
{
	TAILQ_INIT(&queue);
	history = (struct match_history){ 0 };
}

static void end(void)
{
	pieces_done(&queue);
	match_done(&history);
}

static void add(const char *name, const char *text, bool unsure)
{
	static const struct piece_style style = { "", false };
	const struct bridge_line line = { .seq = 7,
					  .kind = LINE_SAID,
					  .name = span_of(name),
					  .text = span_of(text),
					  .unsure = unsure };

	pieces_of_line(&queue, &line, &style);
}

/* A page, newest first, of "ID WEBHOOK NAME TEXT" each. */
static void page(size_t n, const char *const rows[][4])
{
	CLEANUP(buf_done) struct buf json = { 0 };
	CLEANUP(jsonin_freep) json_t *o = NULL;
	char newest[MATCH_ID];
	size_t got;

	buf_addc(&json, '[');
	for (size_t i = 0; i < n; i++) {
		buf_addf(&json, "%s{\"id\":\"%s\",\"webhook_id\":\"%s\",\"author\":{\"username\":",
			 i ? "," : "", rows[i][0], rows[i][1]);
		json_quote(&json, span_of(rows[i][2]));
		buf_adds(&json, "},\"content\":");
		json_quote(&json, span_of(rows[i][3]));
		buf_addc(&json, '}');
	}
	buf_addc(&json, ']');
	o = jsonin_read(buf_span(&json), 100000, 8);
	match_page(&history, o, "9", newest, &got);
	ck_assert_uint_eq(got, n);
	if (n)
		ck_assert_str_eq(newest, rows[0][0]);
}

START_TEST(nothing_outside_means_nothing_is_found)
{
	begin();
	add("Ana", "hello", true);
	page(0, NULL);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 0);
	ck_assert_str_eq(last, "");
	end();
}
END_TEST

START_TEST(the_beginning_of_what_was_to_be_sent_is_found)
{
	static const char *const rows[][4] = {
		{ "12", "9", "Ana", "world" },
		{ "11", "9", "Ana", "hello" },
	};

	begin();
	add("Ana", "hello", true);
	add("Ana", "world", true);
	add("Ana", "again", true);
	page(2, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 2);
	ck_assert_str_eq(last, "12");
	end();
}
END_TEST

START_TEST(the_same_words_twice_are_two_lines)
{
	static const char *const rows[][4] = { { "11", "9", "Ana", "hello" } };

	begin();
	add("Ana", "hello", true);
	add("Ana", "hello", true);
	page(1, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 1);
	end();
}
END_TEST

START_TEST(what_others_say_there_is_nothing_of_ours)
{
	static const char *const rows[][4] = {
		{ "13", "8", "Ana", "hello" },
		{ "12", "", "Ana", "hello" },
		{ "11", "9", "Joe", "hello" },
	};

	begin();
	add("Ana", "hello", true);
	page(3, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 0);
	end();
}
END_TEST

START_TEST(a_line_that_somebody_deleted_is_known_by_a_later_one)
{
	static const char *const rows[][4] = { { "12", "9", "Ana", "world" } };

	begin();
	add("Ana", "hello", true);
	add("Ana", "world", true);
	page(1, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 2);
	end();
}
END_TEST

START_TEST(lines_that_went_in_one_message_are_found)
{
	static const char *const rows[][4] = {
		{ "12", "9", "Ana", "c" },
		{ "11", "9", "Ana", "a\nb" },
	};

	begin();
	add("Ana", "a", true);
	add("Ana", "b", true);
	add("Ana", "c", true);
	add("Ana", "d", true);
	page(2, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 3);
	ck_assert_str_eq(last, "12");
	end();
}
END_TEST

START_TEST(only_what_is_unsure_is_looked_for)
{
	static const char *const rows[][4] = {
		{ "12", "9", "Ana", "b" },
		{ "11", "9", "Ana", "a" },
	};

	begin();
	add("Ana", "a", true);
	add("Ana", "b", false);
	page(2, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 1);
	end();
}
END_TEST

START_TEST(the_message_that_is_known_does_not_count)
{
	static const char *const rows[][4] = { { "10", "9", "Ana", "hello" } };

	begin();
	strcpy(history.skip, "10");
	add("Ana", "hello", true);
	page(1, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 0);
	end();
}
END_TEST

START_TEST(pages_follow_each_other_oldest_first)
{
	static const char *const one[][4] = { { "11", "9", "Ana", "a" } };
	static const char *const two[][4] = { { "13", "9", "Ana", "c" },
					      { "12", "9", "Ana", "b" } };

	begin();
	add("Ana", "a", true);
	add("Ana", "b", true);
	add("Ana", "c", true);
	page(1, one);
	page(2, two);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 3);
	ck_assert_str_eq(last, "13");
	end();
}
END_TEST

START_TEST(escapes_and_blanks_make_no_difference)
{
	static const char *const rows[][4] = { { "11", "9",
						 "joe\xef\xbc\xa0"
						 "irc",
						 "\\*hi\\* @\xe2\x80\x8b"
						 "everyone" } };

	begin();
	add("joe@irc", "*hi*  @everyone", true);
	page(1, rows);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 1);
	end();
}
END_TEST

START_TEST(cards_are_known_by_what_stands_on_them)
{
	static const char text[] =
		"[{\"id\":\"11\",\"webhook_id\":\"9\",\"author\":{\"username\":\"Mudlark\"},"
		"\"content\":\"\",\"embeds\":[{\"type\":\"rich\",\"title\":\"Announcement\","
		"\"description\":\"tea\"}]}]";
	static const struct piece_style style = { "", false };
	const struct bridge_line line = {
		.seq = 7, .kind = LINE_NEWS, .text = span_of("tea"), .unsure = true
	};
	CLEANUP(jsonin_freep) json_t *o = jsonin_read(span_of(text), 100000, 8);
	char newest[MATCH_ID];
	size_t n;

	begin();
	pieces_of_line(&queue, &line, &style);
	match_page(&history, o, "9", newest, &n);
	ck_assert_uint_eq(match_pieces(&history, &queue, last), 1);
	end();
}
END_TEST

UNIT_MAIN("match", nothing_outside_means_nothing_is_found,
	  the_beginning_of_what_was_to_be_sent_is_found, the_same_words_twice_are_two_lines,
	  what_others_say_there_is_nothing_of_ours,
	  a_line_that_somebody_deleted_is_known_by_a_later_one,
	  lines_that_went_in_one_message_are_found, only_what_is_unsure_is_looked_for,
	  the_message_that_is_known_does_not_count, pages_follow_each_other_oldest_first,
	  escapes_and_blanks_make_no_difference, cards_are_known_by_what_stands_on_them)
