/*
 * What comes through the pipe of a process's heart, however it is cut.
 */
#include "deploy/beat.h"

#include <check.h>
#include <string.h>

#include "../rt/unit.h"

static void feed(struct beat *b, const char *text)
{
	beat_feed(b, (struct span){ text, strlen(text) });
}

START_TEST(beats_say_nothing_of_how_it_is)
{
	struct beat b;

	beat_init(&b);
	feed(&b, "....\n..");
	ck_assert_str_eq(b.why, "");
}
END_TEST

START_TEST(the_newest_whole_line_counts)
{
	struct beat b;

	beat_init(&b);
	feed(&b, "..=not con");
	ck_assert_str_eq(b.why, "");
	feed(&b, "nected\n..=half");
	ck_assert_str_eq(b.why, "not connected");
	feed(&b, " a line\n");
	ck_assert_str_eq(b.why, "half a line");
	feed(&b, ".=\n.");
	ck_assert_str_eq(b.why, "");
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	char text[1000];
	struct beat b;

	memset(text, 'x', sizeof(text));
	beat_init(&b);
	feed(&b, "=");
	beat_feed(&b, (struct span){ text, sizeof(text) });
	feed(&b, "\n=short\n=");
	beat_feed(&b, (struct span){ text, sizeof(text) });
	ck_assert_str_eq(b.why, "short");
	feed(&b, "\n.");
	ck_assert_uint_eq(strlen(b.why), PROC_WHY_BYTES);
}
END_TEST

UNIT_MAIN("beat", beats_say_nothing_of_how_it_is, the_newest_whole_line_counts,
	  what_is_too_long_is_cut)
