/*
 * link_ring.h - the records a link has not been acknowledged yet.
 *
 * They lie in one run of bytes, each with its length in front, exactly as they travel: a batch is a
 * piece of the ring, and nothing is packed twice.
 *
 *     first .......... cursor .......... next
 *     | sent, not acked |  not sent yet  |
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct link_ring {
	struct buf bytes;
	size_t sent_bytes; /* of `bytes`, in front of the cursor */
	uint64_t first;	   /* sequence of the first record kept: acked + 1 */
	uint64_t cursor;   /* of the first record to be sent */
	uint64_t next;	   /* of the next record to be added */
	uint64_t high;	   /* highest sequence ever sent */
};

void link_ring_reset(struct link_ring *r); /* empty, the next record is 1 */
void link_ring_done(struct link_ring *r);
void link_ring_add(struct link_ring *r, const struct span *pieces, size_t n, size_t total);
/* Forgets the records up to seq, which was sent at some time. */
void link_ring_ack(struct link_ring *r, uint64_t seq);
/* Everything from `from` on is to be sent (again); what is in front of it is forgotten. */
void link_ring_rewind(struct link_ring *r, uint64_t from);
/* The next records to send: not beyond `upto`, at most max_bytes unless one is larger. */
struct span link_ring_batch(const struct link_ring *r, uint64_t upto, size_t max_bytes,
			    uint64_t *ret_n);
/* They went out. Returns how many of them for the first time. */
uint64_t link_ring_sent(struct link_ring *r, struct span batch, uint64_t n);

/* What a record of so many bytes takes in the ring. */
size_t link_ring_size_of(size_t record);

static inline size_t link_ring_records(const struct link_ring *r)
{
	return (size_t)(r->next - r->first);
}
