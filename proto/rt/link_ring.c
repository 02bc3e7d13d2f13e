/* link_ring.c - the resend ring; see link_ring.h. */
#include "rt/link_ring.h"

#include <assert.h>
#include <string.h>

#include "rt/link_frame.h"

void link_ring_reset(struct link_ring *r)
{
	buf_clear(&r->bytes);
	r->sent_bytes = 0;
	r->first = r->cursor = r->next = 1;
	r->high = 0;
}

void link_ring_done(struct link_ring *r)
{
	buf_done(&r->bytes);
}

size_t link_ring_size_of(size_t record)
{
	size_t n = 1;

	for (size_t v = record; v >= 0x80; v >>= 7)
		n++;
	return n + record;
}

void link_ring_add(struct link_ring *r, const struct span *pieces, size_t n, size_t total)
{
	const size_t size = link_ring_size_of(total);
	char *out = buf_reserve(&r->bytes, size);

	out += link_varint_put((uint8_t *)out, total);
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].n)
			memcpy(out, pieces[i].p, pieces[i].n);
		out += pieces[i].n;
	}
	buf_commit(&r->bytes, size);
	r->next++;
}

/* Length of the record at the front of a run of ours, with its frame. */
static size_t size_at(const char *p, size_t n)
{
	uint64_t len = 0;
	const size_t head = link_varint_get(p, n, &len);

	assert(head && len <= n - head);
	return head + (size_t)len;
}

/* Bytes of the records first..seq. */
static size_t bytes_up_to(const struct link_ring *r, uint64_t seq)
{
	const char *p = buf_p(&r->bytes);
	size_t at = 0;

	if (seq + 1 == r->cursor)
		return r->sent_bytes;
	if (seq + 1 == r->next)
		return r->bytes.n;
	for (uint64_t s = r->first; s <= seq; s++)
		at += size_at(p + at, r->bytes.n - at);
	return at;
}

void link_ring_ack(struct link_ring *r, uint64_t seq)
{
	size_t gone;

	assert(seq < r->next);
	if (seq < r->first)
		return;
	gone = bytes_up_to(r, seq);
	r->first = seq + 1;
	/* It may be further than we are with sending again after a break. */
	r->sent_bytes -= gone < r->sent_bytes ? gone : r->sent_bytes;
	if (r->cursor < r->first)
		r->cursor = r->first;
	if (gone == r->bytes.n)
		buf_clear(&r->bytes);
	else
		buf_drain(&r->bytes, gone);
}

void link_ring_rewind(struct link_ring *r, uint64_t from)
{
	assert(from >= r->first && from <= r->next);
	link_ring_ack(r, from - 1);
	r->cursor = r->first;
	r->sent_bytes = 0;
}

struct span link_ring_batch(const struct link_ring *r, uint64_t upto, size_t max_bytes,
			    uint64_t *ret_n)
{
	const char *p = buf_p(&r->bytes) + r->sent_bytes;
	const size_t left = r->bytes.n - r->sent_bytes;
	uint64_t seq = r->cursor;
	size_t at = 0;

	if (left <= max_bytes && upto >= r->next - 1) {
		*ret_n = r->next - r->cursor;
		return (struct span){ p, left };
	}
	for (; seq < r->next && seq <= upto; seq++) {
		const size_t size = size_at(p + at, left - at);

		if (at && at + size > max_bytes)
			break;
		at += size;
	}
	*ret_n = seq - r->cursor;
	return (struct span){ p, at };
}

uint64_t link_ring_sent(struct link_ring *r, struct span batch, uint64_t n)
{
	uint64_t fresh = 0;

	r->cursor += n;
	r->sent_bytes += batch.n;
	if (r->cursor - 1 > r->high) {
		fresh = r->cursor - 1 - r->high;
		r->high = r->cursor - 1;
	}
	return fresh;
}
