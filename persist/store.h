/*
 * store.h - what a store can do; SQLite and PostgreSQL are two tables of these functions, and the
 * simulator's in-memory model is a third.
 *
 * All functions block and run in the one store thread (or in the simulator).  Results: 0; -errno:
 * the store is away or broken (the caller reconnects with back-off and tries again, nothing is known of
 * the outcome); above 0: one of enum store_refusal, nothing was changed.
 */
#pragma once

#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/buf.h"

enum store_refusal {
	STORE_ABSENT = 1,  /* no such row */
	STORE_EXISTS,      /* name taken */
	STORE_STALE,       /* epoch is not the present one */
	STORE_POISON,      /* the data itself is refused by the database; *why says how */
	STORE_CONFLICT,    /* version differs */
	STORE_BAD,         /* not a valid request; *why says how */
};

struct store;

struct store_ops {
	const char *name; /* sqlite, postgresql, model */

	/* `where`: sqlite:PATH or postgresql://...; opens, checks the durable settings, migrates. */
	int (*open)(struct store **ret, const char *where, struct buf *why);
	void (*close)(struct store *s);

	/* A new epoch for a world: higher than every one before. */
	int (*grant)(struct store *s, uint32_t world, uint64_t instance, uint64_t *ret_epoch,
		     Mudlark__WorldState **ret_state, struct arena *a);
	/* Epoch, instance and last durable batch of a world; zeros when there never was one. */
	int (*progress)(struct store *s, uint32_t world, uint64_t *ret_epoch,
			uint64_t *ret_instance, uint64_t *ret_batch);

	/*
	 * All commits in one transaction, in order. A batch at or below the stored one is skipped
	 * (replay). STORE_STALE: the epoch is old, nothing was written. STORE_POISON: *ret_bad is the
	 * index of the commit that cannot be stored; nothing was written.
	 */
	int (*commit)(struct store *s, Mudlark__Commit *const *commits, size_t n, size_t *ret_bad,
		      struct buf *why);
	/* Marks a poisoned batch as passed: stored for the operator in `dead_letter`, batch advanced. */
	int (*set_aside)(struct store *s, const Mudlark__Commit *c, const char *why);

	int (*load_page)(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
			 struct arena *a);
	int (*load_tree)(struct store *s, uint64_t id, Mudlark__EntityRow ***ret, size_t *ret_n,
			 struct arena *a);

	int (*document_get)(struct store *s, const char *collection, const char *key,
			    Mudlark__DocumentRow **ret, struct arena *a);
	int (*document_put)(struct store *s, const Mudlark__DocumentPut *q, uint64_t *ret_version);
	int (*document_query)(struct store *s, const Mudlark__DocumentQuery *q,
			      Mudlark__DocumentRow ***ret, size_t *ret_n, struct arena *a,
			      struct buf *why);
	int (*events_after)(struct store *s, const Mudlark__EventsAfter *q, Mudlark__EventRow ***ret,
			    size_t *ret_n, struct arena *a);

	/* Accounts: `hash` is libsodium's crypto_pwhash string. Names compare case-folded. */
	int (*account_create)(struct store *s, const char *name, const char *hash, int64_t now_ms,
			      uint64_t *ret_id);
	int (*account_find)(struct store *s, const char *name, Mudlark__AccountRow **ret,
			    const char **ret_hash, struct arena *a);
	int (*account_set_hash)(struct store *s, uint64_t id, const char *hash);
	int (*account_set_role)(struct store *s, uint64_t id, const char *role);
	int (*account_logged_in)(struct store *s, uint64_t id, int64_t now_ms);
	int (*account_list)(struct store *s, const char *name, Mudlark__AccountRow ***ret,
			    size_t *ret_n, struct arena *a);
	int (*character_create)(struct store *s, uint64_t account, uint64_t id, const char *name);
	/* Failed log-ins, kept so that a restart forgives nobody. */
	int (*failure_note)(struct store *s, const char *who, int64_t now_ms, uint32_t *ret_recent);
	int (*failure_clear)(struct store *s, const char *who);
};

extern const struct store_ops store_sqlite, store_pg;
/* By the scheme of `where`; NULL: unknown. */
const struct store_ops *store_for(const char *where);
