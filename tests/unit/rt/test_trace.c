/*
 * test_trace.c - the number of a line: the same everywhere, another one for another line.
 */
#include "rt/trace.h"

#include "rt/map.h"
#include "unit.h"

enum { SESSIONS = 200, LINES = 500 };

START_TEST(every_process_works_out_the_same_number)
{
	/* Logs of processes of different versions are read together: the numbers are for ever. */
	ck_assert_uint_eq(trace_number(1, 1), UINT64_C(0xd9bf17d113f38956));
	ck_assert_uint_eq(trace_number(0x2a22d4b2bc883fae, 1), UINT64_C(0x3cd7e4e990cef3e7));
}
END_TEST

START_TEST(another_line_has_another_number)
{
	struct map64 seen;

	map64_init(&seen, 0);
	for (uint64_t session = 1; session <= SESSIONS; session++)
		for (uint64_t line = 1; line <= LINES; line++)
			ck_assert_ptr_null(map64_put(&seen, trace_number(session, line), &seen));
	ck_assert_uint_eq(seen.n, SESSIONS * LINES);
	map64_done(&seen);
}
END_TEST

UNIT_MAIN("trace", every_process_works_out_the_same_number, another_line_has_another_number)
