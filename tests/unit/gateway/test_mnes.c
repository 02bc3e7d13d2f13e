/*
 * test_mnes.c - NEW-ENVIRON: names and values, escaped, cut short, swapped, too long, too many.
 */
#include "gateway/mnes.h"

#include "rt/rand.h"
#include "tests/unit/gateway/bytes.h"

/* The variables as `name=value;`, `+` in front of those of the user. */
static struct buf read_all(struct span sub)
{
	struct buf out = { 0 };
	struct mnes_var v;
	struct mnes m;

	if (!mnes_begin(&m, sub))
		return out;
	while (mnes_next(&m, &v)) {
		ck_assert_uint_le(v.n, MNES_VALUE_MAX);
		ck_assert_int_eq(v.value[v.n], '\0');
		buf_addf(&out, "%s%s=%s;", v.user ? "+" : "", v.name, v.value);
	}
	return out;
}

#define expect(bytes, want)                                                                        \
	do {                                                                                       \
		struct buf got_ = read_all(BYTES(bytes));                                          \
		ck_assert_text(&got_, want);                                                       \
	} while (0)

START_TEST(variables_have_names_and_values)
{
	expect("\0\0CLIENT_NAME\1Mudlet\0MTTS\1"
	       "2349\3RESUME_TOKEN\1abc",
	       "CLIENT_NAME=Mudlet;MTTS=2349;+RESUME_TOKEN=abc;");
	expect("\2\0CHARSET\1UTF-8", "CHARSET=UTF-8;");
	expect("\0\0EMPTY\1\0X\1y", "EMPTY=;X=y;");
}
END_TEST

START_TEST(what_has_no_value_is_passed_over)
{
	expect("\0\0USER\0CLIENT_NAME\1x", "CLIENT_NAME=x;");
	expect("\0\0USER", "");
	expect("\0\0\1x", "");
	expect("\0", "");
	expect("", "");
}
END_TEST

START_TEST(a_request_tells_nothing)
{
	expect("\1\0CLIENT_NAME\1x", "");
}
END_TEST

START_TEST(escaped_bytes_are_text)
{
	expect("\0\0A\2\1B\1x\2\2y\2\3z", "A\1B=x\2y\3z;");
	expect("\0\0A\1x\2", "A=x\2;");
}
END_TEST

START_TEST(old_clients_that_swap_them_are_understood)
{
	expect("\0\1CLIENT_NAME\0old\1MTTS\0"
	       "5",
	       "CLIENT_NAME=old;MTTS=5;");
}
END_TEST

START_TEST(what_is_too_long_is_passed_over)
{
	struct buf sub = { 0 }, got;

	buf_add(&sub, "\0\0", 2);
	for (int i = 0; i < MNES_NAME_MAX + 1; i++)
		buf_addc(&sub, 'n');
	buf_add(&sub, "\1x\0A\1", 5);
	for (int i = 0; i < MNES_VALUE_MAX + 1; i++)
		buf_addc(&sub, 'v');
	buf_add(&sub, "\0B\1y", 4);
	got = read_all(buf_span(&sub));
	ck_assert_text(&got, "B=y;");
	buf_done(&sub);
}
END_TEST

START_TEST(only_so_many_are_looked_at)
{
	struct buf sub = { 0 }, got;

	buf_addc(&sub, 0);
	for (int i = 0; i < 1000; i++)
		buf_add(&sub, "\0A\1b", 4);
	got = read_all(buf_span(&sub));
	ck_assert_uint_eq(got.n, 4 * MNES_VARS);
	buf_done(&sub);
	buf_done(&got);
}
END_TEST

START_TEST(no_bytes_at_all_do_harm)
{
	struct rng r;

	rng_seed(&r, 2);
	for (int round = 0; round < 50000; round++) {
		char bytes[40];
		struct buf got;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)rng_below(&r, rng_below(&r, 2) ? 5 : 256);
		bytes[0] = 0;
		got = read_all((struct span){ bytes, 1 + rng_below(&r, sizeof(bytes) - 1) });
		buf_done(&got);
	}
}
END_TEST

UNIT_MAIN("mnes", variables_have_names_and_values, what_has_no_value_is_passed_over,
	  a_request_tells_nothing, escaped_bytes_are_text,
	  old_clients_that_swap_them_are_understood, what_is_too_long_is_passed_over,
	  only_so_many_are_looked_at, no_bytes_at_all_do_harm)
