/*
 * outname.c - see outname.h.
 */
#include "rt/outname.h"

#include <string.h>
#include <utf8proc.h>

enum { FULL_WIDTH = 0xff01, FULL_WIDTH_END = 0xff5e, FULL_WIDTH_STEP = 0xfee0 };

static bool is_listed(int32_t c, const int32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == c)
			return true;
	return false;
}

/* Drawn as nothing, besides those that Unicode calls spaces. */
static bool is_space(int32_t c)
{
	static const int32_t others[] = { '\t',	  '\n',	  '\r',	  0x2800, 0x115f,
					  0x1160, 0x3164, 0xffa0, 0x2028, 0x2029 };

	return is_listed(c, others, ARRAY_LEN(others)) ||
	       utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

static bool is_odd(int32_t c)
{
	/* Colons, commas, stars, bars and the like of other scripts. */
	static const int32_t lookalikes[] = {
		0x02b9, 0x02bc, 0x02d0, 0x02f8, 0x0589, 0x05c3, 0x0703, 0x0704, 0x1361, 0x1365,
		0x16ec, 0x1803, 0x1809, 0x2032, 0x2033, 0x204e, 0x205a, 0x2217, 0x2223, 0x2236,
		0x2758, 0xa4fd, 0xa789, 0xfe13, 0xfe30, 0xfe50, 0xfe51, 0xfe52, 0xfe55, 0xfe61,
		0xfe64, 0xfe65, 0xfe6b, 0x3001, 0x3003, 0x060c, 0x066d, 0x066b, 0xff64, 0x01c0,
	};

	if (c >= FULL_WIDTH && c <= FULL_WIDTH_END)
		c -= FULL_WIDTH_STEP;
	if (c < 0x80)
		return c && strchr(":,*|@<>`\"'()[]{}", c);
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
		return true;
	default:
		return is_listed(c, lookalikes, ARRAY_LEN(lookalikes));
	}
}

/* The next code point, and its bytes. */
static int32_t next(struct span *rest, struct span *ret_bytes)
{
	int32_t c = 0xfffd;
	const utf8proc_ssize_t n =
		utf8proc_iterate((const uint8_t *)rest->p,
				 (utf8proc_ssize_t)(rest->n < 4 ? rest->n : 4), &c);
	const size_t used = n > 0 ? (size_t)n : 1;

	*ret_bytes = n > 0 ? (struct span){ rest->p, used } : SPAN("_");
	*rest = (struct span){ rest->p + used, rest->n - used };
	return n > 0 ? c : 0xfffd;
}

void outname_add(struct buf *out, struct span name, bool spaced)
{
	bool gap = false, any = false;
	struct span bytes;

	while (name.n) {
		const int32_t c = next(&name, &bytes);

		if (is_space(c)) {
			gap = any;
			continue;
		}
		if (gap)
			buf_addc(out, spaced ? ' ' : '_');
		if (is_odd(c))
			buf_addc(out, '_');
		else
			buf_add(out, bytes.p, bytes.n);
		gap = false;
		any = true;
	}
}
