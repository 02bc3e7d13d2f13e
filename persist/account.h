/*
 * account.h - the three calls that deal with passwords: create, verify, change.
 *
 * Each goes through three steps: account_begin() reads the store, account_hash() computes (20 to 100 ms
 * of one core, so in a worker), account_finish() writes the store and answers.  An account that does not
 * exist costs the same as one that does and gets the same answer.
 *
 * After ACCOUNT_FAILURES failures in five minutes an account, or an address, has to wait; failures are
 * kept in the store.  A right password among guesses that were under way at the same time is refused, too.
 */
#pragma once

#include <sodium.h>

#include "persist/store.h"

/* Argon2id: 19 MiB, two passes (as OWASP advises). */
enum { ACCOUNT_OPSLIMIT = 2, ACCOUNT_MEMLIMIT = 19 << 20, ACCOUNT_FAILURES = 5 };

enum { ACCOUNT_WHO_MAX = 80 };

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
};

struct account_at {
	const struct store_ops *ops;
	struct store *s;
	int64_t now_ms;
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
