/*
 * inputlog.h - everything that ever happened to a world, as a file; and playing it again.
 *
 * The file: 8 bytes "mlinput1", then records: u32 length, u32 crc32c (of what follows), u64 peer, and
 * `length` bytes, little-endian.  The bytes are a packed WorldIn.  Two kinds of records are marks of
 * the log itself and have peer ~0: an empty one is the end of a turn; one of 8 * (1 + HASH_PARTS) bytes
 * is the state hash after the turns so far, whole and by part.  The log begins with Begin, Load... and
 * Ready, so a replay needs no database.
 *
 * Writing never blocks the world: a thread writes what has been put into a bounded buffer; when that
 * is full the log ends there, loudly, and play goes on.
 */
#pragma once

#include <stdio.h>
#include "rt/base.h"
#include "world/core/world.h"

enum { INPUTLOG_BUFFER = 32 << 20, INPUTLOG_HASH_TICKS = 100 };

struct inputlog;

/* A new file; an older one of the name is kept as NAME.old. */
int inputlog_open(struct inputlog **ret, const char *path) MUST_USE;
void inputlog_close(struct inputlog *l); /* writes the rest; NULL is fine */
void inputlog_input(struct inputlog *l, uint64_t peer, const Mudlark__WorldIn *in);
void inputlog_turn(struct inputlog *l);
void inputlog_hash(struct inputlog *l, const struct world *w);

struct replay_result {
	uint64_t ticks, inputs, turns, hashes; /* hashes: records that were compared */
	uint64_t state, output;		       /* final */
	bool differs;
};

/* Plays a log with these packs, telling on `out` what is found.  0; 1: it differs, or is damaged
 * (said on out); -errno. */
int inputlog_replay(const char *path, const struct pack *const *packs, size_t n_packs, FILE *out,
		    struct replay_result *ret) MUST_USE;

/* CRC-32C (Castagnoli). */
uint32_t inputlog_crc32c(uint32_t crc, const void *p, size_t n);
