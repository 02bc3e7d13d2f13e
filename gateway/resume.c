/*
 * resume.c - see resume.h.
 */
#include "gateway/resume.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct resume_wish {
	uint8_t hash[RESUME_TOKEN];
	uint8_t next[RESUME_TOKEN], next_hash[RESUME_TOKEN];
	uint64_t at;
	bool sent;
};

static void set_token(struct resume *r, const uint8_t token[RESUME_TOKEN])
{
	memcpy(r->token, token, RESUME_TOKEN);
	crypto_hash_sha256(r->hash, token, RESUME_TOKEN);
	r->client_due = true;
}

struct resume *resume_new(const struct entropy *e, uint32_t grace_s)
{
	struct resume *r = base_alloc(1, sizeof(*r));
	uint8_t token[RESUME_TOKEN];

	e->fill(e->ctx, token, sizeof(token));
	set_token(r, token);
	sodium_memzero(token, sizeof(token));
	r->grace_s = grace_s;
	r->world_due = true;
	return r;
}

static void drop_wish(struct resume *r)
{
	if (r->wish)
		sodium_memzero(r->wish, sizeof(*r->wish));
	free(r->wish);
	r->wish = NULL;
}

void resume_free(struct resume *r)
{
	if (!r)
		return;
	drop_wish(r);
	sodium_memzero(r, sizeof(*r));
	free(r);
}

static bool read_hex(uint8_t out[RESUME_TOKEN], struct span hex)
{
	size_t n = 0;

	return hex.n == RESUME_HEX &&
	       sodium_hex2bin(out, RESUME_TOKEN, hex.p, hex.n, NULL, &n, NULL) == 0 &&
	       n == RESUME_TOKEN;
}

int resume_claim(struct resume *r, const struct resume_claim *c, const struct entropy *e)
{
	struct resume_wish *w;
	uint8_t token[RESUME_TOKEN], next[RESUME_TOKEN];

	if (r->wish || !read_hex(token, c->token) ||
	    (read_hex(next, c->next) && sodium_memcmp(next, token, sizeof(next)) == 0))
		return 1;
	w = r->wish = base_alloc(1, sizeof(*w));
	crypto_hash_sha256(w->hash, token, sizeof(token));
	sodium_memzero(token, sizeof(token));
	w->at = c->at;
	if (!read_hex(w->next, c->next))
		e->fill(e->ctx, w->next, sizeof(w->next));
	crypto_hash_sha256(w->next_hash, w->next, sizeof(w->next));
	return 0;
}

void resume_fill_token(const struct resume *r, Mudlark__SessionToken *ret)
{
	ret->hash = (ProtobufCBinaryData){ RESUME_TOKEN, (uint8_t *)(uintptr_t)r->hash };
	ret->grace_s = r->grace_s;
}

void resume_fill_wish(const struct resume *r, Mudlark__SessionResume *ret,
		      Mudlark__SessionToken *next)
{
	ret->hash = (ProtobufCBinaryData){ RESUME_TOKEN, r->wish->hash };
	ret->at = r->wish->at;
	next->hash = (ProtobufCBinaryData){ RESUME_TOKEN, r->wish->next_hash };
	next->grace_s = r->grace_s;
	ret->next = next;
}

bool resume_is_unsent(const struct resume *r)
{
	return r->wish && !r->wish->sent;
}

void resume_sent(struct resume *r, bool sent)
{
	if (r->wish)
		r->wish->sent = sent;
}

void resume_answered(struct resume *r, const Mudlark__Resumed *m)
{
	if (m->ok) {
		set_token(r, r->wish->next);
		r->world_due = false;
		r->taken = r->done = r->done_told = m->tag;
	} else {
		r->refused++;
	}
	drop_wish(r);
}

bool resume_news_token(struct resume *r, char hex[RESUME_HEX + 1])
{
	if (!r->client_due)
		return false;
	sodium_bin2hex(hex, RESUME_HEX + 1, r->token, RESUME_TOKEN);
	sodium_memzero(r->token, RESUME_TOKEN);
	r->client_due = false;
	return true;
}

bool resume_news_place(struct resume *r, uint64_t *at, uint64_t *line)
{
	if (r->at == r->at_told && r->done == r->done_told)
		return false;
	*at = r->at_told = r->at;
	*line = r->done_told = r->done;
	return true;
}
