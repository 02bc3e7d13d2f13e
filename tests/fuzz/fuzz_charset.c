/*
 * fuzz_charset.c - bytes in every character set, in and out.
 *
 * Oracles: what comes in is UTF-8 or has a NUL; what is reduced to a set stays as it is when it is
 * reduced again, and comes back the same from that set's bytes.
 */
#include <string.h>

#include "gateway/charset.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	enum charset set = fuzz_u8(&in) % CHARSETS;
	struct span bytes = { (const char *)in.p, in.n };
	struct buf text = { 0 }, clean = { 0 }, reduced = { 0 }, again = { 0 }, packed = { 0 },
		   back = { 0 };

	charset_decode(&text, bytes, set);
	FUZZ_HOLDS(text_is_utf8(buf_span(&text)) || memchr(buf_p(&text), 0, text.n));
	text_clean(&clean, buf_span(&text));
	charset_reduce(&reduced, buf_span(&clean), set);
	FUZZ_HOLDS(text_is_utf8(buf_span(&reduced)));
	charset_reduce(&again, buf_span(&reduced), set);
	FUZZ_HOLDS(fuzz_equal(buf_span(&again), buf_span(&reduced)));
	charset_pack(&packed, buf_span(&reduced), set);
	charset_decode(&back, buf_span(&packed), set);
	FUZZ_HOLDS(fuzz_equal(buf_span(&back), buf_span(&reduced)));
	if (packed.n > 0)
		fuzz_worked();
	buf_done(&text);
	buf_done(&clean);
	buf_done(&reduced);
	buf_done(&again);
	buf_done(&packed);
	buf_done(&back);
	return 0;
}
