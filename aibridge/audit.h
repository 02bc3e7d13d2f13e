/*
 * audit.h - what is kept of each attempt: who asked whom what, what was sent, what came back and cost; a document
 * of AUDIT_COLLECTION for each.  Never a key: what is sent is the body of the request, and keys are in headers.
 *
 * Keys begin with the time, so that what is old can be dropped by key (audit_key_before()).
 */
#pragma once

#include "aibridge.pb-c.h"
#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/buf.h"

#define AUDIT_COLLECTION "ai.audit"

enum { AUDIT_KEY_MAX = 64 };

struct audit {
	int64_t at_ms;
	const Mudlark__AiAsk *ask;
	unsigned attempt;
	const char *kind; /* greet, say, about, summary */
	const char *provider, *model;
	struct span request; /* empty: none was sent */
	struct span said;    /* what the world was given of it */
	struct span answer;  /* all that the provider wrote, as it came */
	struct span acts;    /* the tools it called, JSON objects between commas */
	const char *verdict, *error;
	uint64_t in, out, nanos, ms;
};

const char *audit_kind(const Mudlark__AiAsk *ask);
void audit_key(char ret[AUDIT_KEY_MAX], const struct audit *a);
/* Of all that is older. */
void audit_key_before(char ret[AUDIT_KEY_MAX], int64_t wall_ms);
void audit_write(const struct audit *a, struct buf *out);
/* Asks for the last `n` of an npc ("foreshore/marrable", or only "marrable"), and of a player if its name is not
 * empty, newest first. In `a`. */
void audit_query(struct arena *a, struct span npc, struct span player, uint32_t n,
		 Mudlark__DocumentQuery *ret);
/* One of them in lines for a person, at most 80 columns wide. */
void audit_show(struct span body, struct buf *out);
