/*
 * fuzz_mccp.c - compressed bytes from a client, and our own on their way out.
 *
 * Oracles: a step is no longer than it may be; however the bytes are cut, the same comes out and ends
 * the same way; nothing that blows up more than the ratio is let through; what we compress can be
 * inflated to what was said, turn by turn.
 */
#include <string.h>
#include <zlib.h>

#include "gateway/mccp.h"
#include "tests/fuzz/fuzz.h"

static enum mccp_got inflate_all(struct span in, size_t step, struct buf *out)
{
	struct mccp_stats stats = { 0 };
	struct mccp m = { 0 };
	enum mccp_got got = MCCP_NOTHING;
	char bytes[MCCP_STEP];
	size_t n, taken = 0;

	mccp_begin(&m);
	while (in.n > 0 && got == MCCP_NOTHING) {
		struct span part = { in.p, step && step < in.n ? step : in.n };

		taken += part.n;
		in = (struct span){ in.p + part.n, in.n - part.n };
		do {
			got = mccp_inflate(&m, &part, bytes, &n, &stats);
			FUZZ_HOLDS(n <= sizeof(bytes));
			if (got != MCCP_BOMB && got != MCCP_BROKEN)
				buf_add(out, bytes, n);
			FUZZ_HOLDS(out->n <= taken * (MCCP_RATIO + 1) + 2 * MCCP_WINDOW);
		} while (got == MCCP_BYTES);
	}
	mccp_done(&m);
	return got;
}

static void take_in(struct span bytes, size_t step)
{
	struct buf whole = { 0 }, single = { 0 };
	enum mccp_got a = inflate_all(bytes, 0, &whole), b = inflate_all(bytes, step, &single);

	/* Where a window of the ratio ends depends on the cuts, so only what is no bomb is the same. */
	if (a != MCCP_BOMB && b != MCCP_BOMB) {
		size_t n = whole.n < single.n ? whole.n : single.n;

		FUZZ_HOLDS(a == b);
		FUZZ_HOLDS(a == MCCP_BROKEN || whole.n == single.n);
		FUZZ_HOLDS(!n || !memcmp(buf_p(&whole), buf_p(&single), n));
	}
	if (whole.n > 0)
		fuzz_worked();
	buf_done(&whole);
	buf_done(&single);
}

static void expect_inflated(z_stream *z, struct buf *wire, struct span want, int status)
{
	struct buf got = { 0 };

	z->next_in = (Bytef *)(uintptr_t)buf_p(wire);
	z->avail_in = (uInt)wire->n;
	z->next_out = (Bytef *)buf_reserve(&got, want.n + 1);
	z->avail_out = (uInt)want.n + 1;
	FUZZ_HOLDS(inflate(z, Z_SYNC_FLUSH) == status);
	FUZZ_HOLDS(z->avail_in == 0 && z->avail_out == 1);
	buf_commit(&got, want.n);
	FUZZ_HOLDS(fuzz_equal(buf_span(&got), want));
	buf_done(&got);
	buf_clear(wire);
}

/* Each part is what is said in a turn. */
static void give_out(struct fuzz_in in)
{
	struct mccp_stats stats = { 0 };
	struct buf said = { 0 }, wire = { 0 };
	struct mccp m = { 0 };
	z_stream z = { 0 };

	FUZZ_HOLDS(inflateInit(&z) == Z_OK);
	mccp_agree(&m, true);
	FUZZ_HOLDS(mccp_seal(&m, &said, &wire, false, &stats) && wire.n == 5);
	buf_clear(&wire);
	while (in.n > 0) {
		struct span part = fuzz_until(&in, '\n');

		buf_add(&said, part.p, part.n);
		FUZZ_HOLDS(mccp_seal(&m, &said, &wire, false, &stats));
		FUZZ_HOLDS(said.n == 0);
		if (part.n > 0)
			expect_inflated(&z, &wire, part, Z_OK);
		FUZZ_HOLDS(wire.n == 0);
	}
	mccp_agree(&m, false);
	FUZZ_HOLDS(mccp_seal(&m, &said, &wire, false, &stats));
	expect_inflated(&z, &wire, SPAN(""), Z_STREAM_END);
	inflateEnd(&z);
	mccp_done(&m);
	buf_done(&said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	size_t step = 1 + fuzz_u8(&in) % 32;

	take_in((struct span){ (const char *)in.p, in.n }, step);
	give_out(in);
	return 0;
}
