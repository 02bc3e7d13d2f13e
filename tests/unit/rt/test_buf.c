/*
 * test_buf.c - bytes go in at the end and out at the front, whatever the sizes.
 */
#include "rt/buf.h"

#include <string.h>
#include "rt/rand.h"
#include "unit.h"

static bool holds(const struct buf *b, const char *text)
{
	return b->n == strlen(text) && memcmp(buf_p(b), text, b->n) == 0;
}

START_TEST(what_is_added_comes_out_in_order)
{
	struct buf b = { 0 };

	buf_adds(&b, "one ");
	buf_add(&b, "two", 3);
	buf_addc(&b, ' ');
	buf_addf(&b, "%d", 3);
	ck_assert(holds(&b, "one two 3"));
	buf_drain(&b, 4);
	ck_assert(holds(&b, "two 3"));
	buf_done(&b);
}
END_TEST

START_TEST(an_empty_buffer_holds_no_memory)
{
	struct buf b = { 0 };

	buf_adds(&b, "x");
	buf_drain(&b, 1);
	ck_assert_ptr_null(b.p);
	buf_adds(&b, "y");
	buf_clear(&b);
	ck_assert_ptr_null(b.p);
	ck_assert_str_eq(buf_p(&b), "");
}
END_TEST

START_TEST(a_reset_keeps_the_memory)
{
	struct buf b = { 0 };
	char *before;

	buf_adds(&b, "some bytes");
	before = b.p;
	buf_reset(&b);
	ck_assert_uint_eq(b.n, 0);
	buf_adds(&b, "other");
	ck_assert_ptr_eq(b.p, before);
	ck_assert(holds(&b, "other"));
	buf_done(&b);
}
END_TEST

START_TEST(a_long_format_fits)
{
	struct buf b = { 0 };
	char long_text[1000];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	buf_addf(&b, "<%s>", long_text);
	ck_assert_uint_eq(b.n, sizeof(long_text) + 1);
	ck_assert_int_eq(buf_p(&b)[b.n - 1], '>');
	buf_done(&b);
}
END_TEST

START_TEST(a_queue_drained_in_steps_does_not_grow)
{
	struct buf b = { 0 };

	buf_adds(&b, "seed");
	for (int i = 0; i < 100000; i++) {
		buf_adds(&b, "0123456789");
		buf_drain(&b, 10);
	}
	ck_assert_uint_eq(b.n, 4);
	ck_assert_uint_le(b.cap, 128);
	buf_done(&b);
}
END_TEST

START_TEST(any_mix_of_adds_and_drains_keeps_every_byte)
{
	struct buf b = { 0 };
	unsigned char in = 0, out = 0;
	struct rng r;

	rng_seed(&r, 3);
	for (int i = 0; i < 20000; i++) {
		size_t n = rng_below(&r, 300);

		if (rng_below(&r, 2) == 0) {
			char *p = buf_reserve(&b, n);

			for (size_t k = 0; k < n; k++)
				p[k] = (char)in++;
			buf_commit(&b, n);
		} else {
			if (n > b.n)
				n = b.n;
			for (size_t k = 0; k < n; k++)
				ck_assert_int_eq((unsigned char)buf_p(&b)[k], out++);
			buf_drain(&b, n);
		}
	}
	buf_done(&b);
}
END_TEST

UNIT_MAIN("buf", what_is_added_comes_out_in_order, an_empty_buffer_holds_no_memory,
	  a_reset_keeps_the_memory, a_long_format_fits, a_queue_drained_in_steps_does_not_grow,
	  any_mix_of_adds_and_drains_keeps_every_byte)
