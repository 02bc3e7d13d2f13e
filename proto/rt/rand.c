/*
 * rand.c - xoshiro256** 1.0 and splitmix64 (Blackman and Vigna, public domain), and getrandom(2).
 */
#include "rt/rand.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

__extension__ typedef unsigned __int128 uint128;

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (size_t i = 0; i < ARRAY_LEN(r->s); i++)
		r->s[i] = splitmix64(&seed);
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

/* Lemire's method: the high half of a product, thrown again where the low half would give a bias. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint128 product;

	assert(n > 0);
	product = (uint128)rng_next(r) * n;
	if ((uint64_t)product < n) {
		uint64_t threshold = (0 - n) % n;

		while ((uint64_t)product < threshold)
			product = (uint128)rng_next(r) * n;
	}
	return (uint64_t)(product >> 64);
}

static void system_fill(UNUSED void *ctx, void *p, size_t n)
{
	char *at = p;

	while (n > 0) {
		ssize_t r = getrandom(at, n, 0);

		if (r < 0) {
			if (errno == EINTR)
				continue;
			abort();
		}
		at += r;
		n -= (size_t)r;
	}
}

const struct entropy entropy_system = { .fill = system_fill };

uint64_t entropy_id(const struct entropy *e)
{
	uint64_t id;

	do
		e->fill(e->ctx, &id, sizeof(id));
	while (id == 0);
	return id;
}
