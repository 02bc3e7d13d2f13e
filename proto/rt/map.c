/*
 * map.c - see map.h.  Both maps probe linearly from the hash's place and keep this invariant: between
 * the place a key hashes to and the slot it is in, no slot is free.  Deletion restores it by moving
 * later keys back, so there are no tombstones.  A map grows at 3/4 full and shrinks at 1/8.
 */
#include "rt/map.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "rt/rand.h"

enum { MAP_MIN = 16 };

static bool must_grow(size_t n, size_t cap)
{
	return n + 1 > cap / 4 * 3;
}

static bool may_shrink(size_t n, size_t cap)
{
	return cap > MAP_MIN && n < cap / 8;
}

/* May the key whose place is `home` move back from `at` to the hole? Places are on a circle. */
static bool may_move(size_t home, size_t hole, size_t at, size_t mask)
{
	return ((at - home) & mask) >= ((at - hole) & mask);
}

void map64_init(struct map64 *m, uint64_t secret)
{
	*m = (struct map64){ .secret = secret };
}

void map64_done(struct map64 *m)
{
	free(m->slots);
	*m = (struct map64){ .secret = m->secret };
}

static size_t home64(const struct map64 *m, uint64_t key)
{
	uint64_t z = key ^ m->secret;

	z = (z ^ (z >> 33)) * 0xff51afd7ed558ccdu;
	z = (z ^ (z >> 33) ^ m->secret) * 0xc4ceb9fe1a85ec53u;
	return (size_t)(z ^ (z >> 33)) & (m->cap - 1);
}

/* The slot of the key, or the free one where it belongs. */
static struct map64_slot *find64(const struct map64 *m, uint64_t key)
{
	size_t i = home64(m, key);

	while (m->slots[i].key != 0 && m->slots[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static void resize64(struct map64 *m, size_t cap)
{
	struct map64_slot *old = m->slots;
	size_t old_cap = m->cap;

	m->slots = base_alloc(cap, sizeof(*m->slots));
	m->cap = cap;
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].key != 0)
			*find64(m, old[i].key) = old[i];
	free(old);
}

void *map64_get(const struct map64 *m, uint64_t key)
{
	return m->n && key ? find64(m, key)->value : NULL;
}

void *map64_put(struct map64 *m, uint64_t key, void *value)
{
	struct map64_slot *slot;
	void *old;

	assert(key != 0);
	if (must_grow(m->n, m->cap))
		resize64(m, m->cap ? m->cap * 2 : MAP_MIN);
	slot = find64(m, key);
	old = slot->value;
	if (slot->key == 0)
		m->n++;
	slot->key = key;
	slot->value = value;
	return old;
}

void *map64_del(struct map64 *m, uint64_t key)
{
	size_t mask = m->cap - 1, hole, at;
	struct map64_slot *slot;
	void *old;

	if (m->n == 0 || key == 0)
		return NULL;
	slot = find64(m, key);
	if (slot->key == 0)
		return NULL;
	old = slot->value;
	hole = (size_t)(slot - m->slots);
	for (at = (hole + 1) & mask; m->slots[at].key != 0; at = (at + 1) & mask) {
		if (may_move(home64(m, m->slots[at].key), hole, at, mask)) {
			m->slots[hole] = m->slots[at];
			hole = at;
		}
	}
	m->slots[hole] = (struct map64_slot){ 0 };
	m->n--;
	if (may_shrink(m->n, m->cap))
		resize64(m, m->cap / 2);
	return old;
}

bool map64_next(const struct map64 *m, size_t *it, uint64_t *ret_key, void **ret_value)
{
	for (; *it < m->cap; (*it)++) {
		const struct map64_slot *slot = &m->slots[*it];

		if (slot->key == 0)
			continue;
		*ret_key = slot->key;
		*ret_value = slot->value;
		(*it)++;
		return true;
	}
	return false;
}

struct strmap_slot {
	char *key; /* NULL: free */
	size_t n;
	uint64_t hash;
	void *value;
};

uint64_t map_siphash(const uint8_t key16[16], const void *p, size_t n)
{
	uint64_t hash;
	uint8_t out[crypto_shorthash_BYTES];

	crypto_shorthash(out, n ? p : (const void *)"", n, key16);
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

void strmap_init(struct strmap *m, const uint8_t *key16)
{
	*m = (struct strmap){ 0 };
	if (key16)
		memcpy(m->key, key16, sizeof(m->key));
	else
		entropy_system.fill(entropy_system.ctx, m->key, sizeof(m->key));
}

void strmap_done(struct strmap *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i].key);
	free(m->slots);
	m->slots = NULL;
	m->n = 0;
	m->cap = 0;
}

static struct strmap_slot *find_text(const struct strmap *m, struct span key, uint64_t hash)
{
	size_t i = (size_t)hash & (m->cap - 1);

	for (;; i = (i + 1) & (m->cap - 1)) {
		struct strmap_slot *s = &m->slots[i];

		if (!s->key)
			return s;
		if (s->hash == hash && s->n == key.n && memcmp(s->key, key.p, key.n) == 0)
			return s;
	}
}

static void resize_text(struct strmap *m, size_t cap)
{
	struct strmap_slot *old = m->slots;
	size_t old_cap = m->cap;

	m->slots = base_alloc(cap, sizeof(*m->slots));
	m->cap = cap;
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].key)
			*find_text(m, (struct span){ old[i].key, old[i].n }, old[i].hash) = old[i];
	free(old);
}

void *strmap_get(const struct strmap *m, struct span key)
{
	return m->n ? find_text(m, key, map_siphash(m->key, key.p, key.n))->value : NULL;
}

void *strmap_put(struct strmap *m, struct span key, void *value)
{
	uint64_t hash = map_siphash(m->key, key.p, key.n);
	struct strmap_slot *slot;
	void *old;

	if (must_grow(m->n, m->cap))
		resize_text(m, m->cap ? m->cap * 2 : MAP_MIN);
	slot = find_text(m, key, hash);
	old = slot->value;
	if (!slot->key) {
		slot->key = base_dup(key.p, key.n);
		slot->n = key.n;
		slot->hash = hash;
		m->n++;
	}
	slot->value = value;
	return old;
}

void *strmap_del(struct strmap *m, struct span key)
{
	size_t mask = m->cap - 1, hole, at;
	struct strmap_slot *slot;
	void *old;

	if (m->n == 0)
		return NULL;
	slot = find_text(m, key, map_siphash(m->key, key.p, key.n));
	if (!slot->key)
		return NULL;
	old = slot->value;
	free(slot->key);
	hole = (size_t)(slot - m->slots);
	for (at = (hole + 1) & mask; m->slots[at].key; at = (at + 1) & mask) {
		if (may_move((size_t)m->slots[at].hash & mask, hole, at, mask)) {
			m->slots[hole] = m->slots[at];
			hole = at;
		}
	}
	m->slots[hole] = (struct strmap_slot){ 0 };
	m->n--;
	if (may_shrink(m->n, m->cap))
		resize_text(m, m->cap / 2);
	return old;
}

bool strmap_next(const struct strmap *m, size_t *it, struct span *ret_key, void **ret_value)
{
	for (; *it < m->cap; (*it)++) {
		const struct strmap_slot *slot = &m->slots[*it];

		if (!slot->key)
			continue;
		*ret_key = (struct span){ slot->key, slot->n };
		*ret_value = slot->value;
		(*it)++;
		return true;
	}
	return false;
}
