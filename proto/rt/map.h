/*
 * map.h - hash maps.  map64: 64-bit keys to pointers, open addressing, for hot loops; keys are mixed
 * with a secret when they come from outside.  strmap: text keys, keyed SipHash (libsodium), so that
 * nobody who chooses names can choose collisions.
 *
 * Iteration order is not defined by contents: world code must never let it reach state or output;
 * it keeps lists in order of insertion beside the map.
 */
#pragma once

#include "rt/base.h"

struct map64_slot {
	uint64_t key; /* 0: free */
	void *value;
};

struct map64 {
	struct map64_slot *slots;
	size_t n, cap; /* cap is 0 or a power of two */
	uint64_t secret;
};

/* secret 0: plain mixing (keys of our own). Key 0 is not allowed. */
void map64_init(struct map64 *m, uint64_t secret);
void map64_done(struct map64 *m);
void *map64_get(const struct map64 *m, uint64_t key);	     /* NULL: absent */
void *map64_put(struct map64 *m, uint64_t key, void *value); /* returns the old value */
void *map64_del(struct map64 *m, uint64_t key);		     /* returns the old value */
/* *it = 0 to begin; false at the end. The map must not change meanwhile. */
bool map64_next(const struct map64 *m, size_t *it, uint64_t *ret_key, void **ret_value);

struct strmap_slot;

struct strmap {
	struct strmap_slot *slots;
	size_t n, cap;
	uint8_t key[16];
};

/* key16 NULL: a random key from the system. */
void strmap_init(struct strmap *m, const uint8_t *key16);
void strmap_done(struct strmap *m);
void *strmap_get(const struct strmap *m, struct span key);
void *strmap_put(struct strmap *m, struct span key, void *value); /* copies the key */
void *strmap_del(struct strmap *m, struct span key);
bool strmap_next(const struct strmap *m, size_t *it, struct span *ret_key, void **ret_value);

/* SipHash-2-4 of bytes under a 16-byte key. */
uint64_t map_siphash(const uint8_t key16[16], const void *p, size_t n);
