/*
 * link_frame.h - the bytes of a link's frame: the head, and the run of records behind it.
 *
 * Frames with records are the hot path: their four numbers are packed and parsed here without
 * memory; everything else in LinkHead (hello, calls ...) goes through the generated code.
 */
#pragma once

#include "link.pb-c.h"
#include "rt/base.h"

enum { LINK_HEAD_MAX = 4 * 11, LINK_VARINT_MAX = 10, LINK_CONTROL_MAX = 640 };

struct link_frame {
	uint64_t conversation, first, ack, window;
};

/* Both return how many bytes; get: 0 when the run ends before the number does. */
size_t link_varint_put(uint8_t *out, uint64_t v);
size_t link_varint_get(const char *p, size_t n, uint64_t *ret);

/* The same bytes as the generated pack of a LinkHead without a kind. */
size_t link_frame_pack(const struct link_frame *f, uint8_t out[LINK_HEAD_MAX]);
/* 0; 1: there is more than the four numbers, unpack the LinkHead; -EBADMSG. */
int link_frame_parse(struct link_frame *ret, struct span head) MUST_USE;

/* Hello, Welcome, Refuse: small by construction. */
struct span link_control_pack(const Mudlark__LinkHead *m, uint8_t out[LINK_CONTROL_MAX]);
/* Takes the next record off a run. -EBADMSG: it is cut short. */
int link_record_next(struct span *run, struct span *ret) MUST_USE;
