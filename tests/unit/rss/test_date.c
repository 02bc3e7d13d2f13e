/*
 * test_date.c - dates as they are met: by the book, and not.
 */
#include "bridges/rss/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../rt/unit.h"

struct row {
	const char *text;
	int64_t seconds;
};

enum { NONE = -1 };

static const struct row rows[] = {
	/* RFC 822 and 2822 */
	{ "Sat, 07 Sep 2002 00:00:01 GMT", 1031356801 },
	{ "07 Sep 2002 00:00:01 GMT", 1031356801 },
	{ "7 Sep 02 00:00 GMT", 1031356800 },
	{ "Sat, 07 Sep 2002 02:00:01 +0200", 1031356801 },
	{ "Fri, 06 Sep 2002 19:00:01 EST", 1031356801 },
	{ "Fri, 06 Sep 2002 17:00:01 -0700", 1031356801 },
	{ "Fri, 06 Sep 2002 17:00:01 PDT", 1031356801 },
	{ "Sat, 07 Sep 2002 00:00:01 Z", 1031356801 },
	{ "Sat, 07 Sep 2002 00:00:01 UT", 1031356801 },
	{ "Sun, 06 Nov 94 08:49:37 GMT", 784111777 },
	{ "Sun, 06 Nov 49 08:49:37 GMT", 2519801377 },
	{ "Wed, 01 Jan 103 00:00:00 GMT", 1041379200 },
	{ "Sat,  07   Sep 2002\t00:00:01\r\n GMT", 1031356801 },
	/* others */
	{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
	{ "Sun Nov  6 08:49:37 1994", 784111777 },
	{ "Sun Nov 06 08:49:37 +0000 1994", 784111777 },
	{ "Nov 6, 1994 8:49 AM", 784111740 },
	{ "November 6, 1994, 8:49 pm", 784154940 },
	{ "6 November 1994 12:00 am", 784080000 },
	{ "03 Apr 02 1500 GMT", 1017846000 },
	{ "Sat, 07 Sept 2002 00:00:01 GMT", 1031356801 },
	{ "Sat, 7 Sep 2002 00:00:01 GMT+02:00", 1031349601 },
	{ "Saturday 7 September 2002 00:00:01 UTC", 1031356801 },
	{ "Seg, 24 Set 2018 19:42:40 -0300", 1537828960 },
	{ "mar., 04 d\303\251c. 2018 10:00:00 +0100", 1543914000 },
	{ "Sat, 07 Sep 2002 24:00:00 GMT", 1031443200 },
	{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228799 },
	{ "Sat, 07 Sep 2002", 1031356800 },
	{ "Sat, 07 Sep 2002 00:00:01 Somewhere/Else", 1031356801 },
	/* RFC 3339, ISO 8601 */
	{ "2003-12-13T18:30:02Z", 1071340202 },
	{ "2003-12-13T18:30:02.25Z", 1071340202 },
	{ "2003-12-13T18:30:02+01:00", 1071336602 },
	{ "2003-12-13T18:30:02-0330", 1071352802 },
	{ "2003-12-13t18:30:02z", 1071340202 },
	{ "2003-12-13 18:30:02", 1071340202 },
	{ "2003-12-13 18:30:02 +0100", 1071336602 },
	{ "2003-12-13 18:30:02 EST", 1071358202 },
	{ "2003-12-13T18:30Z", 1071340200 },
	{ "2003-12-13", 1071273600 },
	{ "2003-12", 1070236800 },
	{ "2003", 1041379200 },
	{ "20031213T183002Z", 1071340202 },
	{ "20031213", 1071273600 },
	{ "2003/12/13 18:30:02", 1071340202 },
	{ "  2003-12-13T18:30:02Z\n", 1071340202 },
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2000-02-29", 951782400 },
	/* none */
	{ "", NONE },
	{ "yesterday", NONE },
	{ "Sat, 32 Sep 2002 00:00:01 GMT", NONE },
	{ "2001-02-29", NONE },
	{ "2003-13-01", NONE },
	{ "2003-12-13T25:00:00Z", NONE },
	{ "2003-12-13T18:61:00Z", NONE },
	{ "Sep 2002", NONE },
	{ "99999999999999999999", NONE },
	{ "2003-12-13Tnoon", NONE },
};

static void look(const struct row *r)
{
	int64_t ms = -1;
	const bool good = date_read((struct span){ r->text, strlen(r->text) }, &ms);

	ck_assert_msg(good == (r->seconds != NONE), "\"%s\" is %s", r->text,
		      good ? "taken" : "refused");
	if (good)
		ck_assert_msg(ms / 1000 == r->seconds, "\"%s\" is %lld, not %lld", r->text,
			      (long long)(ms / 1000), (long long)r->seconds);
	else
		ck_assert_int_eq(ms, -1);
}

START_TEST(dates_are_read_as_they_are_written_in_feeds)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		look(&rows[i]);
}
END_TEST

START_TEST(the_machines_zone_has_no_say)
{
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		look(&rows[i]);
}
END_TEST

START_TEST(parts_of_a_second_are_kept)
{
	int64_t ms;

	ck_assert(date_read(SPAN("2003-12-13T18:30:02.7Z"), &ms));
	ck_assert_int_eq(ms, 1071340202700);
	ck_assert(date_read(SPAN("2003-12-13T18:30:02.123456Z"), &ms));
	ck_assert_int_eq(ms, 1071340202123);
}
END_TEST

START_TEST(every_day_of_four_centuries_is_found_again)
{
	int64_t want = -25567ll * 86400000; /* 1900-01-01 */

	for (int y = 1900; y < 2300; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= 31; d++) {
				char text[32];
				int64_t ms;
				const int n =
					snprintf(text, sizeof(text), "%04d-%02d-%02d", y, m, d);

				if (!date_read((struct span){ text, (size_t)n }, &ms))
					continue;
				ck_assert_msg(ms == want, "%s", text);
				want += 86400000;
			}
	ck_assert_int_eq(want, 120530ll * 86400000); /* 2300-01-01 */
}
END_TEST

START_TEST(what_lies_far_ahead_is_now)
{
	ck_assert_int_eq(date_clamp(2000000000000, 1000000000000), 1000000000000);
	ck_assert_int_eq(date_clamp(1000000003600, 1000000000000), 1000000003600);
	ck_assert_int_eq(date_clamp(5, 1000000000000), 5);
}
END_TEST

UNIT_MAIN("date", dates_are_read_as_they_are_written_in_feeds, the_machines_zone_has_no_say,
	  parts_of_a_second_are_kept, every_day_of_four_centuries_is_found_again,
	  what_lies_far_ahead_is_now)
