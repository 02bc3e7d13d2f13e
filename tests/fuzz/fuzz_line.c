/*
 * fuzz_line.c - what is typed, before it is a line of the world.
 *
 * Oracles: however the bytes are cut, the same lines come out; a line is clean UTF-8 of bounded length;
 * what is echoed to a client in character mode is harmless.
 */
#include <string.h>

#include "gateway/line.h"
#include "tests/fuzz/fuzz.h"

static void lines(struct span bytes, size_t step, enum charset from, struct buf *out)
{
	struct line l = { 0 };

	while (bytes.n) {
		struct span part = { bytes.p, step && step < bytes.n ? step : bytes.n };

		bytes.p += part.n;
		bytes.n -= part.n;
		while (line_next(&l, &part, NULL)) {
			struct buf line = { 0 };

			line_take(&l, &line, from);
			FUZZ_HOLDS(line.n <= LINE_BYTES);
			FUZZ_HOLDS(fuzz_is_clean(buf_span(&line), ""));
			buf_add(out, buf_p(&line), line.n);
			buf_addc(out, '\n');
			buf_done(&line);
			fuzz_worked();
		}
	}
	line_done(&l);
}

static void echoed(struct span bytes, enum charset from)
{
	struct buf echo = { 0 }, line = { 0 };
	struct line l = { 0 };

	while (line_next(&l, &bytes, &echo)) {
		line_take(&l, &line, from);
		buf_reset(&line);
	}
	line_show(&l, &echo);
	line_erase(&l, &echo);
	line_discard(&l, &echo);
	for (size_t i = 0; i < echo.n; i++) {
		uint8_t c = (uint8_t)buf_p(&echo)[i];

		FUZZ_HOLDS(c >= 0x20 ? c != 0x7f : c == '\b' || c == '\r' || c == '\n');
	}
	line_done(&l);
	buf_done(&line);
	buf_done(&echo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	enum charset from = (enum charset)(fuzz_u8(&in) % 3);
	size_t step = fuzz_u8(&in) % 9;
	struct span bytes = { (const char *)in.p, in.n };
	struct buf whole = { 0 }, single = { 0 }, cut = { 0 };

	lines(bytes, 0, from, &whole);
	lines(bytes, 1, from, &single);
	lines(bytes, step + 2, from, &cut);
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&single)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&cut)));
	echoed(bytes, from);
	buf_done(&whole);
	buf_done(&single);
	buf_done(&cut);
	return 0;
}
