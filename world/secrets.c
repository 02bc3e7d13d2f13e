/*
 * secrets.c - see secrets.h.  Entries are in order of age, so sweeping looks at the oldest only.
 */
#include "world/secrets.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rt/map.h"
#include "rt/rand.h"
#include "rt/text.h"

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

static bool is_login(const char *package)
{
	static const char prefix[] = "char.login";
	size_t n = sizeof(prefix) - 1;

	return !strncasecmp(package, prefix, n) && (!package[n] || package[n] == '.');
}

/* Cleaned as a typed line is, so that it is the same password; "" when it is none. */
static struct span token_for(struct secrets *s, json_t *password, char token[SECRET_TOKEN + 1])
{
	const char *text = json_string_value(password);
	struct span ret = { "", 0 };
	struct buf clean = { 0 };

	if (!text)
		return ret;
	if (json_string_length(password) <= SECRET_BYTES)
		text_clean(&clean, (struct span){ text, json_string_length(password) });
	sodium_memzero((char *)(uintptr_t)text, json_string_length(password));
	if (clean.n) {
		ret = secrets_put(s, buf_span(&clean), token);
		sodium_memzero(clean.p + clean.off, clean.n);
	}
	buf_done(&clean);
	return ret;
}

void secrets_hide_data(struct secrets *s, Mudlark__SessionData *m, struct arena *arena)
{
	struct buf safe = { 0 };
	char token[SECRET_TOKEN + 1];
	json_t *body;
	const char *account, *text;
	struct span hidden;

	if (!is_login(m->package))
		return;
	body = json_loadb((const char *)m->json.data, m->json.len, JSON_REJECT_DUPLICATES, NULL);
	account = json_string_value(json_object_get(body, "account"));
	hidden = token_for(s, json_object_get(body, "password"), token);
	buf_addc(&safe, '{');
	if (account && hidden.n) {
		json_member(&safe, "account");
		json_quote(&safe, (struct span){ account, strnlen(account, SECRET_ACCOUNT) });
		json_member(&safe, "password");
		json_quote(&safe, hidden);
	}
	buf_addc(&safe, '}');
	json_decref(body);
	if (m->json.len)
		sodium_memzero(m->json.data, m->json.len);
	text = arena_dup(arena, buf_p(&safe), safe.n);
	m->json = (ProtobufCBinaryData){ .len = text ? safe.n : 0,
					 .data = (uint8_t *)(uintptr_t)text };
	buf_done(&safe);
}
