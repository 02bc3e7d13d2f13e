/*
 * test_mccp.c - compressed bytes both ways: what goes out can be inflated turn by turn, what comes in is
 * the same however it is cut, and no bomb gets far.
 */
#include "gateway/mccp.h"

#include <stdlib.h>
#include <zlib.h>
#include "rt/rand.h"
#include "tests/unit/gateway/bytes.h"

#define MARKER "\xff\xfa\x56\xff\xf0"

static struct mccp m;
static struct mccp_stats stats;
static struct buf said, wire;

/* The client's end of MCCP2. */
static z_stream client;

static void begin(void)
{
	m = (struct mccp){ 0 };
	stats = (struct mccp_stats){ 0 };
	client = (z_stream){ 0 };
	ck_assert_int_eq(inflateInit(&client), Z_OK);
}

static void end(void)
{
	mccp_done(&m);
	inflateEnd(&client);
	buf_done(&said);
	buf_done(&wire);
}

static bool say(const char *text, bool last)
{
	buf_clear(&wire);
	buf_adds(&said, text);
	return mccp_seal(&m, &said, &wire, last, &stats);
}

/* The wire, inflated; Z_STREAM_END when it is the end. */
static int expect_inflated(const char *want)
{
	char out[4096];
	int r;

	client.next_in = (Bytef *)(uintptr_t)buf_p(&wire);
	client.avail_in = (uInt)wire.n;
	client.next_out = (Bytef *)out;
	client.avail_out = sizeof(out);
	r = inflate(&client, Z_SYNC_FLUSH);
	ck_assert_uint_eq(sizeof(out) - client.avail_out, strlen(want));
	ck_assert_mem_eq(out, want, strlen(want));
	return r;
}

START_TEST(without_agreement_nothing_is_touched)
{
	begin();
	ck_assert(!say("hello", false));
	ck_assert_bytes(&said, "hello");
	ck_assert_uint_eq(wire.n, 0);
	end();
}
END_TEST

START_TEST(the_marker_is_the_last_of_what_is_plain)
{
	begin();
	mccp_agree(&m, true);
	ck_assert(say("hello", false));
	ck_assert_bytes(&wire, "hello" MARKER);
	ck_assert(say("one", false));
	ck_assert_int_eq(expect_inflated("one"), Z_OK);
	ck_assert(say("two", false));
	ck_assert_int_eq(expect_inflated("two"), Z_OK);
	ck_assert_uint_eq(stats.said, 6);
	end();
}
END_TEST

START_TEST(a_turn_without_words_costs_no_bytes)
{
	begin();
	mccp_agree(&m, true);
	ck_assert(say("", false));
	ck_assert(say("x", false));
	ck_assert(say("", false));
	ck_assert_uint_eq(wire.n, 0);
	end();
}
END_TEST

START_TEST(who_takes_it_back_gets_the_end_and_then_plain_text)
{
	begin();
	mccp_agree(&m, true);
	ck_assert(say("", false));
	mccp_agree(&m, false);
	ck_assert(say("packed", false));
	ck_assert_int_eq(expect_inflated("packed"), Z_STREAM_END);
	ck_assert(!say("plain", false));
	ck_assert_bytes(&said, "plain");
	buf_clear(&said);
	mccp_agree(&m, true); /* and once more */
	ck_assert(say("", false));
	ck_assert_bytes(&wire, MARKER);
	ck_assert_int_eq(inflateReset(&client), Z_OK);
	ck_assert(say("again", false));
	ck_assert_int_eq(expect_inflated("again"), Z_OK);
	end();
}
END_TEST

START_TEST(the_last_words_end_the_stream)
{
	begin();
	mccp_agree(&m, true);
	ck_assert(say("", false));
	ck_assert(say("farewell", true));
	ck_assert_int_eq(expect_inflated("farewell"), Z_STREAM_END);
	mccp_agree(&m, true);
	ck_assert(!say("plain", true)); /* nothing is begun at the end */
	end();
}
END_TEST

START_TEST(an_agreement_taken_back_in_the_same_turn_begins_nothing)
{
	begin();
	mccp_agree(&m, true);
	mccp_agree(&m, false);
	ck_assert(!say("plain", false));
	end();
}
END_TEST

START_TEST(large_turns_come_through)
{
	struct buf text = { 0 }, got = { 0 };
	struct rng r;
	int status;

	begin();
	rng_seed(&r, 3);
	for (int i = 0; i < 100000; i++)
		buf_addc(&text, (char)rng_below(&r, 256));
	mccp_agree(&m, true);
	ck_assert(say("", false));
	buf_clear(&wire);
	buf_add(&said, buf_p(&text), text.n);
	ck_assert(mccp_seal(&m, &said, &wire, false, &stats));
	client.next_in = (Bytef *)(uintptr_t)buf_p(&wire);
	client.avail_in = (uInt)wire.n;
	client.next_out = (Bytef *)buf_reserve(&got, text.n + 1);
	client.avail_out = (uInt)text.n + 1;
	status = inflate(&client, Z_SYNC_FLUSH);
	ck_assert_int_eq(status, Z_OK);
	ck_assert_uint_eq(client.avail_out, 1);
	ck_assert_mem_eq(got.p, buf_p(&text), text.n);
	buf_done(&text);
	buf_done(&got);
	end();
}
END_TEST

/* MCCP3 */

static struct buf packed_by(struct span text, int flush)
{
	struct buf out = { 0 };
	z_stream z = { 0 };
	size_t room = text.n + 1024;

	ck_assert_int_eq(deflateInit(&z, 9), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = (Bytef *)buf_reserve(&out, room);
	z.avail_out = (uInt)room;
	deflate(&z, flush);
	ck_assert_uint_gt(z.avail_out, 0);
	buf_commit(&out, room - z.avail_out);
	deflateEnd(&z);
	return out;
}

/* All that comes of a packet is added to out; what it ended with. */
static enum mccp_got take(struct span *in, struct buf *out)
{
	enum mccp_got got;
	char step[MCCP_STEP];
	size_t n;

	do {
		got = mccp_inflate(&m, in, step, &n, &stats);
		ck_assert_uint_le(n, MCCP_STEP);
		buf_add(out, step, n);
	} while (got == MCCP_BYTES);
	return got;
}

START_TEST(however_it_is_cut_the_same_comes_out)
{
	static const char text[] = "look\r\nsay the quick brown fox\r\nnorth\r\n";
	struct buf packed = packed_by(SPAN(text), Z_SYNC_FLUSH);
	struct rng r;

	rng_seed(&r, 1);
	for (unsigned round = 0; round < 100; round++) {
		struct span rest = buf_span(&packed);
		struct buf out = { 0 };

		begin();
		mccp_begin(&m);
		while (rest.n > 0) {
			size_t n = round == 0 ? 1 : 1 + (size_t)rng_below(&r, rest.n);
			struct span part = { rest.p, n };

			ck_assert_int_eq(take(&part, &out), MCCP_NOTHING);
			rest = (struct span){ rest.p + n, rest.n - n };
		}
		ck_assert_bytes(&out, text);
		buf_done(&out);
		end();
	}
	buf_done(&packed);
}
END_TEST

START_TEST(behind_the_end_of_the_stream_it_is_plain)
{
	struct buf packed = packed_by(SPAN("packed"), Z_FINISH), out = { 0 };
	struct span in;

	begin();
	buf_adds(&packed, "plain");
	in = buf_span(&packed);
	mccp_begin(&m);
	ck_assert_int_eq(take(&in, &out), MCCP_END);
	ck_assert_bytes(&out, "packed");
	ck_assert_uint_eq(in.n, 5);
	ck_assert_mem_eq(in.p, "plain", 5);
	mccp_plain(&m);
	ck_assert_ptr_null(m.in);
	buf_done(&packed);
	buf_done(&out);
	end();
}
END_TEST

START_TEST(a_bomb_is_known_by_its_first_64_kilobytes)
{
	struct buf zeros = { 0 }, packed, out = { 0 };
	struct span in;

	for (int i = 0; i < 1000000; i++)
		buf_addc(&zeros, 0);
	packed = packed_by(buf_span(&zeros), Z_FINISH);
	begin();
	in = buf_span(&packed);
	mccp_begin(&m);
	ck_assert_int_eq(take(&in, &out), MCCP_BOMB);
	ck_assert_uint_le(out.n, MCCP_WINDOW);
	ck_assert_uint_eq(stats.broken, 1);
	end();
	buf_done(&zeros);
	buf_done(&packed);
	buf_done(&out);
}
END_TEST

START_TEST(much_text_is_no_bomb)
{
	struct buf text = { 0 }, packed, out = { 0 };
	struct span in;

	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "say %d times\r\n", i * 7919 % 20011);
	packed = packed_by(buf_span(&text), Z_SYNC_FLUSH);
	begin();
	in = buf_span(&packed);
	mccp_begin(&m);
	ck_assert_int_eq(take(&in, &out), MCCP_NOTHING);
	ck_assert_uint_eq(out.n, text.n);
	ck_assert_mem_eq(buf_p(&out), buf_p(&text), text.n);
	ck_assert_uint_eq(stats.inflated, text.n);
	end();
	buf_done(&text);
	buf_done(&packed);
	buf_done(&out);
}
END_TEST

START_TEST(what_is_no_zlib_is_broken)
{
	struct span in = SPAN("look\r\n");
	struct buf out = { 0 };

	begin();
	mccp_begin(&m);
	ck_assert_int_eq(take(&in, &out), MCCP_BROKEN);
	ck_assert_uint_eq(out.n, 0);
	end();
}
END_TEST

START_TEST(a_preset_dictionary_is_broken)
{
	char bytes[256];
	struct span in = { bytes, 0 };
	struct buf out = { 0 };
	z_stream z = { 0 };

	ck_assert_int_eq(deflateInit(&z, 9), Z_OK);
	ck_assert_int_eq(deflateSetDictionary(&z, (const Bytef *)"look", 4), Z_OK);
	z.next_in = (Bytef *)(uintptr_t) "look";
	z.avail_in = 4;
	z.next_out = (Bytef *)bytes;
	z.avail_out = sizeof(bytes);
	deflate(&z, Z_FINISH);
	in.n = sizeof(bytes) - z.avail_out;
	deflateEnd(&z);
	begin();
	mccp_begin(&m);
	ck_assert_int_eq(take(&in, &out), MCCP_BROKEN);
	end();
}
END_TEST

UNIT_MAIN("mccp", without_agreement_nothing_is_touched, the_marker_is_the_last_of_what_is_plain,
	  a_turn_without_words_costs_no_bytes, who_takes_it_back_gets_the_end_and_then_plain_text,
	  the_last_words_end_the_stream, an_agreement_taken_back_in_the_same_turn_begins_nothing,
	  large_turns_come_through, however_it_is_cut_the_same_comes_out,
	  behind_the_end_of_the_stream_it_is_plain, a_bomb_is_known_by_its_first_64_kilobytes,
	  much_text_is_no_bomb, what_is_no_zlib_is_broken, a_preset_dictionary_is_broken)
