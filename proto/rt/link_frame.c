/* link_frame.c - packing and parsing of frames; see link_frame.h. */
#include "rt/link_frame.h"

#include <assert.h>
#include <errno.h>

size_t link_varint_put(uint8_t *out, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		out[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (uint8_t)v;
	return n;
}

size_t link_varint_get(const char *p, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n && i < LINK_VARINT_MAX; i++) {
		const uint8_t b = (uint8_t)p[i];

		v |= (uint64_t)(b & 0x7f) << (7 * i);
		if (!(b & 0x80)) {
			*ret = v;
			return i + 1;
		}
	}
	return 0;
}

size_t link_frame_pack(const struct link_frame *f, uint8_t out[LINK_HEAD_MAX])
{
	const uint64_t v[] = { f->conversation, f->first, f->ack, f->window };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (!v[i])
			continue;
		out[n++] = (uint8_t)((i + 1) << 3);
		n += link_varint_put(out + n, v[i]);
	}
	return n;
}

int link_frame_parse(struct link_frame *ret, struct span head)
{
	uint64_t v[4] = { 0 };

	while (head.n) {
		const unsigned tag = (uint8_t)head.p[0];
		size_t n;

		if (tag & 7 || tag < 1 << 3 || tag > 4 << 3)
			return 1;
		n = link_varint_get(head.p + 1, head.n - 1, &v[(tag >> 3) - 1]);
		if (!n)
			return -EBADMSG;
		head.p += 1 + n;
		head.n -= 1 + n;
	}
	*ret = (struct link_frame){ v[0], v[1], v[2], v[3] };
	return 0;
}

struct span link_control_pack(const Mudlark__LinkHead *m, uint8_t out[LINK_CONTROL_MAX])
{
	assert(mudlark__link_head__get_packed_size(m) <= LINK_CONTROL_MAX);
	return (struct span){ (const char *)out, mudlark__link_head__pack(m, out) };
}

int link_record_next(struct span *run, struct span *ret)
{
	uint64_t len;
	const size_t n = link_varint_get(run->p, run->n, &len);

	if (!n || len > run->n - n)
		return -EBADMSG;
	*ret = (struct span){ run->p + n, (size_t)len };
	run->p += n + (size_t)len;
	run->n -= n + (size_t)len;
	return 0;
}
