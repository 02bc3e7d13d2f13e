/*
 * test_map.c - both maps against a plain array as the model, and their hashing.
 */
#include "rt/map.h"

#include <stdio.h>
#include <string.h>
#include "rt/rand.h"
#include "unit.h"

enum { KEYS = 700, STEPS = 200000 };

static int things[KEYS];

START_TEST(numbers_map_like_the_model)
{
	static void *model[KEYS];
	struct map64 m;
	struct rng r;
	size_t n = 0;

	rng_seed(&r, 11);
	map64_init(&m, 0);
	for (int i = 0; i < STEPS; i++) {
		/* Phases that fill and phases that empty. */
		bool put = rng_below(&r, 10) < (i / 20000 % 2 ? 3u : 7u);
		size_t k = rng_below(&r, KEYS);
		uint64_t key = (k + 1) << 40;

		if (put) {
			void *value = &things[rng_below(&r, KEYS)];

			n += model[k] == NULL;
			ck_assert_ptr_eq(map64_put(&m, key, value), model[k]);
			model[k] = value;
		} else {
			n -= model[k] != NULL;
			ck_assert_ptr_eq(map64_del(&m, key), model[k]);
			model[k] = NULL;
		}
		ck_assert_uint_eq(m.n, n);
		k = rng_below(&r, KEYS);
		ck_assert_ptr_eq(map64_get(&m, (k + 1) << 40), model[k]);
	}
	for (size_t k = 0; k < KEYS; k++)
		ck_assert_ptr_eq(map64_get(&m, (k + 1) << 40), model[k]);
	map64_done(&m);
}
END_TEST

START_TEST(texts_map_like_the_model)
{
	static void *model[KEYS];
	struct strmap m;
	struct rng r;
	size_t n = 0;

	rng_seed(&r, 12);
	strmap_init(&m, NULL);
	for (int i = 0; i < STEPS / 4; i++) {
		bool put = rng_below(&r, 10) < (i / 5000 % 2 ? 3u : 7u);
		size_t k = rng_below(&r, KEYS);
		char text[16];
		struct span key = { text, (size_t)snprintf(text, sizeof(text), "key %zu", k) };

		if (put) {
			void *value = &things[rng_below(&r, KEYS)];

			n += model[k] == NULL;
			ck_assert_ptr_eq(strmap_put(&m, key, value), model[k]);
			model[k] = value;
		} else {
			n -= model[k] != NULL;
			ck_assert_ptr_eq(strmap_del(&m, key), model[k]);
			model[k] = NULL;
		}
		ck_assert_uint_eq(m.n, n);
		ck_assert_ptr_eq(strmap_get(&m, key), model[k]);
	}
	strmap_done(&m);
}
END_TEST

START_TEST(a_walk_meets_every_key_once)
{
	struct map64 m;
	bool met[101] = { false };
	uint64_t key;
	void *value;
	size_t it = 0, n = 0;

	map64_init(&m, 77);
	for (uint64_t k = 1; k <= 100; k++)
		map64_put(&m, k, &things[k]);
	while (map64_next(&m, &it, &key, &value)) {
		ck_assert(!met[key]);
		ck_assert_ptr_eq(value, &things[key]);
		met[key] = true;
		n++;
	}
	ck_assert_uint_eq(n, 100);
	map64_done(&m);
}
END_TEST

START_TEST(a_walk_meets_every_text_once)
{
	struct strmap m;
	struct span key;
	void *value;
	size_t it = 0, n = 0;

	strmap_init(&m, NULL);
	strmap_put(&m, SPAN("a"), &things[0]);
	strmap_put(&m, SPAN(""), &things[1]);
	strmap_put(&m, SPAN("a\0b"), &things[2]);
	while (strmap_next(&m, &it, &key, &value)) {
		ck_assert_ptr_eq(strmap_get(&m, key), value);
		n++;
	}
	ck_assert_uint_eq(n, 3);
	strmap_done(&m);
}
END_TEST

START_TEST(an_empty_map_has_nothing)
{
	struct map64 m;
	struct strmap s;

	map64_init(&m, 0);
	strmap_init(&s, NULL);
	ck_assert_ptr_null(map64_get(&m, 5));
	ck_assert_ptr_null(map64_del(&m, 5));
	ck_assert_ptr_null(map64_get(&m, 0));
	ck_assert_ptr_null(strmap_get(&s, SPAN("x")));
	ck_assert_ptr_null(strmap_del(&s, SPAN("x")));
	map64_done(&m);
	strmap_done(&s);
}
END_TEST

START_TEST(a_map_gives_memory_back_after_a_peak)
{
	struct map64 m;

	map64_init(&m, 0);
	for (uint64_t k = 1; k <= 100000; k++)
		map64_put(&m, k, &m);
	ck_assert_uint_ge(m.cap, 100000);
	for (uint64_t k = 1; k <= 100000; k++)
		map64_del(&m, k);
	ck_assert_uint_le(m.cap, 32);
	map64_done(&m);
}
END_TEST

START_TEST(siphash_is_the_published_one)
{
	/* First vectors of SipHash-2-4's reference: key 00..0f, messages "", 00, 00 01. */
	static const uint64_t expected[] = {
		0x726fdb47dd0e0e31u,
		0x74f839c593dc67fdu,
		0x0d6c8009d9a94f5au,
	};
	uint8_t key[16], message[3] = { 0, 1, 2 };

	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (size_t n = 0; n < ARRAY_LEN(expected); n++)
		ck_assert_uint_eq(map_siphash(key, message, n), expected[n]);
}
END_TEST

START_TEST(two_maps_hash_a_name_differently)
{
	struct strmap a, b;

	strmap_init(&a, NULL);
	strmap_init(&b, NULL);
	ck_assert_mem_ne(a.key, b.key, sizeof(a.key));
	strmap_done(&a);
	strmap_done(&b);
}
END_TEST

UNIT_MAIN("map", numbers_map_like_the_model, texts_map_like_the_model, a_walk_meets_every_key_once,
	  a_walk_meets_every_text_once, an_empty_map_has_nothing,
	  a_map_gives_memory_back_after_a_peak, siphash_is_the_published_one,
	  two_maps_hash_a_name_differently)
