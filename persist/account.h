/*
 * account.h - the three calls that deal with passwords: create, verify, change.
 *
 * Each goes through three steps: account_begin() reads the store, account_hash() computes (20 to 100 ms
 * of one core, so in a worker), account_finish() writes the store and answers.  An account that does not
 * exist costs the same as one that does and gets the same answer.
 *
 * Failures of the last five minutes are kept in the store, and counted three times: of one source at
 * one account, of one source at all accounts, and of all sources at one account.  The last limit is far higher,
 * so that nobody is locked out by a stranger's few guesses.  A right password among guesses that were under
 * way at the same time is refused, too.
 *
 * A source may make so many new accounts in ten minutes; the operator and the console are not counted.
 */
#pragma once

#include <sodium.h>

#include "persist/store.h"

/* Argon2id: 19 MiB, two passes (as OWASP advises). */
enum { ACCOUNT_OPSLIMIT = 2, ACCOUNT_MEMLIMIT = 19 << 20 };

/* Failures that lock ... */
enum {
	ACCOUNT_FAILURES = 5, /* a source out of one account */
	ACCOUNT_FAILURES_OF_SOURCE = 20,
	ACCOUNT_FAILURES_OF_ACCOUNT = 100,
	ACCOUNT_FAILURE_MS = 5 * 60 * 1000,
	ACCOUNT_CREATE_MS = 10 * 60 * 1000,
};

enum { ACCOUNT_WHO_MAX = 80, ACCOUNT_PAIR_MAX = 2 * ACCOUNT_WHO_MAX };

struct account_work {
	/* What to do. */
	bool verify;			   /* `password` against `hash` (or in vain) */
	bool make;			   /* a new hash, if verify was right */
	struct span password, fresh;	   /* fresh: to be made into a hash */
	char hash[crypto_pwhash_STRBYTES]; /* empty: unknown account */
	/* What came of it. */
	bool right, failed;
	char made[crypto_pwhash_STRBYTES]; /* empty: none */
	/* Who. */
	uint64_t account;
	char who[ACCOUNT_WHO_MAX], source[ACCOUNT_WHO_MAX]; /* source empty: not counted */
	char pair[ACCOUNT_PAIR_MAX];			    /* who and source */
	char creator[ACCOUNT_WHO_MAX];			    /* source of a new one, or empty */
};

struct account_at {
	const struct store_ops *ops;
	struct store *s;
	int64_t now_ms;
	uint32_t create_rate; /* new accounts of one source in ten minutes; 0: any number */
	struct arena *a;
};

/* Is this call one of ours? */
bool account_is(const Mudlark__PersistCall *q);
/* 0; -errno: the store is away. *ret_done: the answer is complete. `is_ops`: may force. */
int account_begin(const struct account_at *at, const Mudlark__PersistCall *q, bool is_ops,
		  struct account_work *w, Mudlark__PersistReply *reply, bool *ret_done) MUST_USE;
/* Touches nothing but w; passwords are still the caller's. */
void account_hash(struct account_work *w);
int account_finish(const struct account_at *at, const Mudlark__PersistCall *q,
		   const struct account_work *w, Mudlark__PersistReply *reply) MUST_USE;
/* Wipes the passwords of a call. */
void account_forget(const Mudlark__PersistCall *q, struct account_work *w);

/* Sets the status and a sentence. */
void reply_say(Mudlark__PersistReply *reply, Mudlark__Status status, const char *why);
