/*
 * test_telnet.c - the Telnet parser: every command, every cut, every bound.
 */
#include "gateway/telnet.h"

#include "rt/rand.h"
#include "tests/unit/gateway/bytes.h"

/* Events as text, runs of text joined: `hello [cmd 246] [do 31] [sub 24:abc] [long 201]`. */
static void note(struct buf *out, const struct telnet_event *ev)
{
	switch (ev->kind) {
	case TELNET_KIND_TEXT:
		buf_add(out, ev->data.p, ev->data.n);
		break;
	case TELNET_KIND_COMMAND:
		buf_addf(out, "[cmd %u]", ev->command);
		break;
	case TELNET_KIND_OPTION:
		buf_addf(out, "[opt %u %u]", ev->command, ev->option);
		break;
	case TELNET_KIND_SUB:
		buf_addf(out, "[sub %u:", ev->option);
		buf_add(out, ev->data.p, ev->data.n);
		buf_addc(out, ']');
		break;
	case TELNET_KIND_OVERLONG:
		buf_addf(out, "[long %u]", ev->option);
		break;
	}
}

static void feed(struct telnet *t, struct span in, struct buf *out)
{
	struct telnet_event ev;

	while (telnet_next(t, &in, &ev))
		note(out, &ev);
}

/* The events of bytes that come in pieces of `step`; 0: in one. */
static struct buf events(struct span in, size_t step)
{
	struct telnet t = { 0 };
	struct buf out = { 0 };

	for (size_t i = 0; i < in.n;) {
		size_t n = step && step < in.n - i ? step : in.n - i;

		feed(&t, (struct span){ in.p + i, n }, &out);
		i += n;
	}
	telnet_done(&t);
	return out;
}

static void expect(struct span in, const char *want)
{
	for (size_t step = 0; step < 5; step++) {
		struct buf got = events(in, step);

		ck_assert_text(&got, want);
	}
}

START_TEST(text_passes_unchanged)
{
	expect(BYTES("say hello\r\n"), "say hello\r\n");
}
END_TEST

START_TEST(a_doubled_iac_is_one_byte_of_text)
{
	expect(BYTES("a\xff\xff"
		     "b"),
	       "a\xff"
	       "b");
}
END_TEST

START_TEST(commands_and_options_are_told_apart)
{
	expect(BYTES("\xff\xf6x\xff\xfd\x1fy\xff\xf1"), "[cmd 246]x[opt 253 31]y[cmd 241]");
}
END_TEST

START_TEST(a_subnegotiation_keeps_its_bytes)
{
	struct span in = BYTES("\xff\xfa\x1f\x00\xff\xff\x00\x18\xff\xf0");
	struct telnet t = { 0 };
	struct telnet_event ev;

	ck_assert(telnet_next(&t, &in, &ev));
	ck_assert_int_eq(ev.kind, TELNET_KIND_SUB);
	ck_assert_uint_eq(ev.data.n, 4);
	ck_assert_mem_eq(ev.data.p, "\x00\xff\x00\x18", 4);
	ck_assert(!telnet_next(&t, &in, &ev));
	ck_assert_ptr_null(t.sub.p);
}
END_TEST

START_TEST(a_subnegotiation_without_an_option_is_nothing)
{
	expect(BYTES("a\xff\xfa\xff\xf0"
		     "b"),
	       "ab");
}
END_TEST

START_TEST(an_iac_command_inside_a_subnegotiation_ends_it)
{
	expect(BYTES("\xff\xfa\x18\x00xterm\xff\xfb\x1fhello"), "[opt 251 31]hello");
	expect(BYTES("\xff\xfa\x18\x00xterm\xff\xfa\x1f"
		     "abcd\xff\xf0"),
	       "[sub 31:abcd]");
}
END_TEST

START_TEST(an_overlong_subnegotiation_is_skipped_and_told_once)
{
	struct telnet t = { 0 };
	struct buf in = { 0 }, out = { 0 };

	buf_add(&in, "\xff\xfa\x18", 3);
	for (size_t i = 0; i < TELNET_SUB_MAX + 5000; i++)
		buf_addc(&in, 'x');
	buf_add(&in, "\xff\xf0hello", 7);
	feed(&t, buf_span(&in), &out);
	ck_assert_text(&out, "[long 24]hello");
	ck_assert_ptr_null(t.sub.p);
	buf_done(&in);
}
END_TEST

START_TEST(gmcp_may_be_longer_than_others)
{
	struct telnet t = { 0 };
	struct buf in = { 0 };
	struct span bytes;
	struct telnet_event ev;

	buf_add(&in, "\xff\xfa\xc9", 3);
	for (size_t i = 0; i < TELNET_GMCP_MAX; i++)
		buf_addc(&in, 'x');
	buf_add(&in, "\xff\xf0", 2);
	bytes = buf_span(&in);
	ck_assert(telnet_next(&t, &bytes, &ev));
	ck_assert_int_eq(ev.kind, TELNET_KIND_SUB);
	ck_assert_uint_eq(ev.data.n, TELNET_GMCP_MAX);
	telnet_done(&t);
	buf_done(&in);
}
END_TEST

START_TEST(a_subnegotiation_that_never_ends_holds_no_more_than_its_cap)
{
	struct telnet t = { 0 };
	struct buf out = { 0 };
	char block[1000];

	memset(block, 'x', sizeof(block));
	feed(&t, BYTES("\xff\xfa\x18"), &out);
	for (int i = 0; i < 5000; i++) {
		feed(&t, (struct span){ block, sizeof(block) }, &out);
		ck_assert_uint_le(t.sub.n, TELNET_SUB_MAX);
	}
	ck_assert_text(&out, "[long 24]");
	telnet_done(&t);
}
END_TEST

START_TEST(any_cut_of_any_bytes_gives_the_same_events)
{
	static const char interesting[] = "\xff\xfa\xf0\xfb\xfd\x18\x1f\xc9\r\n"
					  "ab";
	struct rng r;

	rng_seed(&r, 1);
	for (int round = 0; round < 3000; round++) {
		char bytes[64];
		struct span in = { bytes, 1 + rng_below(&r, sizeof(bytes)) };
		struct buf whole, cut;

		for (size_t i = 0; i < in.n; i++)
			bytes[i] = interesting[rng_below(&r, sizeof(interesting))];
		whole = events(in, 0);
		cut = events(in, 1 + rng_below(&r, 4));
		ck_assert_uint_eq(whole.n, cut.n);
		ck_assert_mem_eq(buf_p(&whole), buf_p(&cut), whole.n);
		buf_done(&whole);
		buf_done(&cut);
	}
}
END_TEST

START_TEST(what_is_sent_as_data_comes_back_as_text)
{
	struct telnet t = { 0 };
	struct buf out = { 0 }, back = { 0 };
	char all[256];

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	telnet_data(&out, (struct span){ all, sizeof(all) });
	ck_assert_uint_eq(out.n, 257);
	feed(&t, buf_span(&out), &back);
	ck_assert_uint_eq(back.n, 256);
	ck_assert_mem_eq(buf_p(&back), all, 256);
	buf_done(&out);
	buf_done(&back);
}
END_TEST

START_TEST(a_subnegotiation_sent_is_framed_and_escaped)
{
	struct buf out = { 0 };

	telnet_sub(&out, OPTION_GMCP, BYTES("a\xff"));
	ck_assert_bytes(&out, "\xff\xfa\xc9"
			      "a\xff\xff\xff\xf0");
	buf_done(&out);
}
END_TEST

UNIT_MAIN("telnet", text_passes_unchanged, a_doubled_iac_is_one_byte_of_text,
	  commands_and_options_are_told_apart, a_subnegotiation_keeps_its_bytes,
	  a_subnegotiation_without_an_option_is_nothing,
	  an_iac_command_inside_a_subnegotiation_ends_it,
	  an_overlong_subnegotiation_is_skipped_and_told_once, gmcp_may_be_longer_than_others,
	  a_subnegotiation_that_never_ends_holds_no_more_than_its_cap,
	  any_cut_of_any_bytes_gives_the_same_events, what_is_sent_as_data_comes_back_as_text,
	  a_subnegotiation_sent_is_framed_and_escaped)
