/*
 * fuzz_sse.c - server-sent events and lines of JSON of a provider.
 *
 * Oracles: however the bytes are cut, the same events and lines come out; none is longer than its bound; nothing
 * comes after a stop; what was not too long in pieces is not too long as a whole.
 */
#include "aibridge/ndjson.h"
#include "aibridge/sse.h"
#include "tests/fuzz/fuzz.h"

struct notes {
	struct buf text;
	unsigned left; /* until it is stopped */
	bool *stopped;
};

static void note(struct notes *n, struct span part)
{
	buf_addf(&n->text, "%zu ", part.n);
	buf_add(&n->text, part.p, part.n);
}

static void heard(struct notes *n)
{
	FUZZ_HOLDS(n->left > 0);
	if (--n->left == 0)
		*n->stopped = true;
	fuzz_worked();
}

static void on_event(void *ctx, struct span name, struct span data)
{
	FUZZ_HOLDS(name.n <= SSE_NAME_MAX && data.n <= SSE_MAX);
	note(ctx, name);
	note(ctx, data);
	heard(ctx);
}

static void on_line(void *ctx, struct span line)
{
	FUZZ_HOLDS(line.n > 0 && line.n <= NDJSON_MAX);
	note(ctx, line);
	heard(ctx);
}

static bool feed(struct sse *s, struct ndjson *l, struct span part)
{
	const bool fits = sse_feed(s, part);

	return ndjson_feed(l, part) && fits;
}

/* What comes of the bytes in pieces of `step`: events, then lines. */
static struct buf read_in(struct span bytes, size_t step, unsigned stop)
{
	struct notes events = { .left = stop }, lines = { .left = stop };
	struct sse s = { .fn = on_event, .ctx = &events };
	struct ndjson l = { .fn = on_line, .ctx = &lines };

	events.stopped = &s.stopped;
	lines.stopped = &l.stopped;
	while (bytes.n > 0) {
		const struct span part = { bytes.p, step < bytes.n ? step : bytes.n };

		FUZZ_HOLDS(feed(&s, &l, part));
		bytes.p += part.n;
		bytes.n -= part.n;
	}
	sse_done(&s);
	ndjson_done(&l);
	buf_addc(&events.text, '|');
	buf_add(&events.text, buf_p(&lines.text), lines.text.n);
	buf_done(&lines.text);
	return events.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	const unsigned stop = fuzz_u8(&in) + 1u;
	const size_t step = fuzz_u8(&in) % 16 + 2;
	const struct span bytes = { (const char *)in.p, in.n };
	struct buf whole = read_in(bytes, SIZE_MAX, stop);
	struct buf single = read_in(bytes, 1, stop);
	struct buf cut = read_in(bytes, step, stop);

	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&single)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&cut)));
	buf_done(&whole);
	buf_done(&single);
	buf_done(&cut);
	return 0;
}
