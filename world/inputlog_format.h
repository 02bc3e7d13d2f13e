/*
 * inputlog_format.h - the bytes of an input log, for its writer and its reader.
 */
#pragma once

#include "rt/base.h"
#include "world/inputlog.h"

enum { INPUTLOG_MAGIC = 8, INPUTLOG_HEAD = 16, INPUTLOG_HASH = 8 * (1 + HASH_PARTS) };

#define INPUTLOG_MARK UINT64_MAX /* peer of a mark */

static const char inputlog_magic[INPUTLOG_MAGIC + 1] = "mlinput1";

static inline void inputlog_put_u64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static inline uint64_t inputlog_get_u64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

/* Length, crc of peer and bytes, peer. */
static inline void inputlog_pack_head(uint8_t head[INPUTLOG_HEAD], uint64_t peer, const void *p,
				      size_t n)
{
	uint32_t crc;

	inputlog_put_u64(head + 8, peer);
	crc = inputlog_crc32c(inputlog_crc32c(0, head + 8, 8), p, n);
	inputlog_put_u64(head, (uint64_t)n | (uint64_t)crc << 32);
}
