/*
 * secrets.c - see secrets.h.  Entries are in order of age, so sweeping looks at the oldest only.
 */
#include "world/secrets.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/map.h"
#include "rt/rand.h"

static const uint64_t KEEP_US = (uint64_t)600 * 1000000;

struct secret {
	struct secret *next;
	uint64_t hash, until_us;
	size_t n;
	char text[];
};

struct secrets {
	const struct clock *clock;
	uint8_t key[16];
	struct map64 by_hash; /* newest with that hash */
	struct secret *first, *last;
	size_t n;
};

struct secrets *secrets_new(const struct clock *clock)
{
	struct secrets *s = base_alloc(1, sizeof(*s));

	s->clock = clock;
	entropy_system.fill(entropy_system.ctx, s->key, sizeof(s->key));
	map64_init(&s->by_hash, 0);
	return s;
}

static void drop_first(struct secrets *s)
{
	struct secret *old = s->first;

	s->first = old->next;
	if (!s->first)
		s->last = NULL;
	s->n--;
	if (map64_get(&s->by_hash, old->hash) == old)
		map64_del(&s->by_hash, old->hash);
	sodium_memzero(old->text, old->n);
	free(old);
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	while (s->first)
		drop_first(s);
	map64_done(&s->by_hash);
	sodium_memzero(s->key, sizeof(s->key));
	free(s);
}

void secrets_sweep(struct secrets *s)
{
	uint64_t now = clock_mono(s->clock);

	while (s->first && (s->first->until_us <= now || s->n > SECRETS_MAX))
		drop_first(s);
}

struct span secrets_put(struct secrets *s, struct span text, char token[SECRET_TOKEN + 1])
{
	struct secret *new;

	if (!text.n)
		return (struct span){ "", 0 };
	secrets_sweep(s);
	new = base_alloc(1, sizeof(*new) + text.n);
	new->hash = map_siphash(s->key, text.p, text.n) | 1;
	new->until_us = clock_mono(s->clock) + KEEP_US;
	new->n = text.n;
	memcpy(new->text, text.p, text.n);
	*(s->last ? &s->last->next : &s->first) = new;
	s->last = new;
	s->n++;
	map64_put(&s->by_hash, new->hash, new);
	snprintf(token, SECRET_TOKEN + 1, "#%016llx", (unsigned long long)new->hash);
	return (struct span){ token, SECRET_TOKEN };
}

static bool reveal(const struct secrets *s, ProtobufCBinaryData *field)
{
	char token[SECRET_TOKEN + 1] = { 0 };
	const struct secret *found;

	if (!field->len)
		return true;
	if (field->len != SECRET_TOKEN || field->data[0] != '#')
		return false;
	memcpy(token, field->data, SECRET_TOKEN);
	found = map64_get(&s->by_hash, strtoull(token + 1, NULL, 16));
	if (!found)
		return false;
	field->data = (uint8_t *)(uintptr_t)found->text;
	field->len = found->n;
	return true;
}

bool secrets_reveal(struct secrets *s, Mudlark__PersistCall *c)
{
	switch (c->body_case) {
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE:
		return reveal(s, &c->account_create->password);
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY:
		return reveal(s, &c->account_verify->password);
	case MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD:
		return reveal(s, &c->account_password->old_password) &&
		       reveal(s, &c->account_password->new_password);
	default:
		return true;
	}
}
