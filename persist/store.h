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
	STORE_ABSENT = 1, /* no such row */
	STORE_EXISTS,	  /* name taken */
	STORE_STALE,	  /* epoch is not the present one */
	STORE_POISON,	  /* the data itself is refused by the database; *why says how */
	STORE_CONFLICT,	  /* version differs */
	STORE_BAD,	  /* not a valid request; *why says how */
	STORE_SPENT,	  /* an account of the ledger has not that much left */
};

enum {
	STORE_PAGE_BYTES = 256 << 10,
	STORE_BODY_MAX = 256 << 10,	   /* of one entity or document */
	STORE_REPLY_MAX = 512 << 10,	   /* of bodies in one answer */
	STORE_FAILURE_MS = 10 * 60 * 1000, /* how long one is remembered */
	STORE_CHARACTERS_MAX = 16,	   /* of one account */
	STORE_ACCOUNTS_MAX = 1000,	   /* in one list */
	STORE_LETTERS_KEPT = 1000,	   /* dead letters of one world: the newest */
	STORE_LEDGER_ACCOUNTS_MAX = 16,	   /* of one reservation */
	STORE_SETTLE_DOCUMENTS_MAX = 16,   /* written with one settlement */
};

struct store;
struct dump;

/* What was read from an export, or is in one. */
struct store_import {
	uint32_t schema; /* of the export */
	uint64_t rows;
	char state[65]; /* the state hash of what is stored now */
};

struct store_world {
	uint32_t world;
	uint64_t epoch, instance, batch;
};

struct store_ops {
	const char *name; /* sqlite, postgresql, model */

	/*
	 * `where`: sqlite:PATH or postgresql://...; opens, checks the durable settings, migrates.
	 * -EADDRINUSE: another process holds it. STORE_BAD: refused for good (weak settings, a newer
	 * schema); *why is a sentence whenever the result is not 0.
	 */
	int (*open)(struct store **ret, const char *where, struct buf *why);
	void (*close)(struct store *s);

	/*
	 * A new epoch for a world: higher than every one before, its batches count from 1. Asked again
	 * by the instance that holds it, the same epoch. *ret_state NULL: a world that never was.
	 */
	int (*grant)(struct store *s, uint32_t world, uint64_t instance, uint64_t *ret_epoch,
		     Mudlark__WorldState **ret_state, struct arena *a);
	/* Epoch, instance and last durable batch of a world; zeros when there never was one. */
	int (*progress)(struct store *s, uint32_t world, uint64_t *ret_epoch,
			uint64_t *ret_instance, uint64_t *ret_batch);
	/* The same of every world there is. */
	int (*worlds)(struct store *s, struct store_world **ret, size_t *ret_n, struct arena *a);

	/*
	 * All commits (of one world and epoch) in one transaction, in order. A batch at or below the
	 * stored one is skipped (replay). STORE_STALE: the epoch is old. STORE_BAD: a batch is missing,
	 * or the epoch was never granted. STORE_POISON: *ret_bad is the index of the commit that cannot
	 * be stored, or n when the database does not tell. Nothing was written unless 0.
	 */
	int (*commit)(struct store *s, Mudlark__Commit *const *commits, size_t n, size_t *ret_bad,
		      struct buf *why);
	/* Of each world's events the newest so many stay, about (0, as it is opened: all); the others go
	 * with later commits, a slice at a time. */
	void (*keep_events)(struct store *s, uint64_t keep);
	/* Marks a poisoned batch as passed: stored for the operator in `dead_letter`, batch advanced.
	 * The lines it was the effect of count as run: its sessions' `applied` is taken over, unless
	 * that is what cannot be stored. 0 also when it was passed before; STORE_STALE, STORE_BAD as
	 * above. */
	int (*set_aside)(struct store *s, const Mudlark__Commit *c, const char *why);

	/* Rows of at most STORE_PAGE_BYTES of bodies (and at least one row). */
	int (*load_page)(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
			 struct arena *a);
	/* The entity first. STORE_ABSENT. */
	int (*load_tree)(struct store *s, uint64_t id, Mudlark__EntityRow ***ret, size_t *ret_n,
			 struct arena *a);

	int (*document_get)(struct store *s, const char *collection, const char *key,
			    Mudlark__DocumentRow **ret, struct arena *a);
	/* STORE_CONFLICT: *ret_version is the present one. STORE_ABSENT: nothing to delete. */
	int (*document_put)(struct store *s, const Mudlark__DocumentPut *q, uint64_t *ret_version);
	int (*document_query)(struct store *s, const Mudlark__DocumentQuery *q,
			      Mudlark__DocumentRow ***ret, size_t *ret_n, struct arena *a,
			      struct buf *why);
	int (*events_after)(struct store *s, const Mudlark__EventsAfter *q,
			    Mudlark__EventRow ***ret, size_t *ret_n, struct arena *a);
	/* Number of the oldest event of a world (0: of all); 0: there is none. */
	int (*event_oldest)(struct store *s, uint32_t world, uint64_t *ret_oldest);

	/* *ret_count: of documents that were deleted. */
	int (*document_drop)(struct store *s, const Mudlark__DocumentDrop *q, uint64_t *ret_count);

	/*
	 * The ledger (persist.proto). Both may be done twice: what was there, or is done, stays as it
	 * is. STORE_SPENT: *ret_account is one that has not enough left (of q's), and none was charged.
	 */
	int (*ledger_reserve)(struct store *s, const Mudlark__LedgerReserve *q,
			      const char **ret_account, struct buf *why);
	int (*ledger_settle)(struct store *s, const Mudlark__LedgerSettle *q, struct buf *why);
	int (*ledger_list)(struct store *s, const Mudlark__LedgerList *q, Mudlark__LedgerRow ***ret,
			   size_t *ret_n, struct arena *a);
	/* *ret_count: of accounts and reservations that were forgotten. */
	int (*ledger_drop)(struct store *s, const Mudlark__LedgerDrop *q, uint64_t *ret_count);
	/*
	 * What document_get, ledger_reserve and ledger_settle do between these two is durable with the second; when it
	 * is given, or returns, anything but 0, not at all or unknown. STORE_SPENT and STORE_BAD spoil
	 * nothing, STORE_POISON all (-EAGAIN): then one by one.
	 */
	int (*group_begin)(struct store *s);
	int (*group_end)(struct store *s, int r);

	/* Accounts: `hash` is libsodium's crypto_pwhash string. Names compare case-folded. */
	int (*account_create)(struct store *s, const char *name, const char *hash, int64_t now_ms,
			      uint64_t *ret_id);
	int (*account_find)(struct store *s, const char *name, Mudlark__AccountRow **ret,
			    const char **ret_hash, struct arena *a);
	int (*account_set_hash)(struct store *s, uint64_t id, const char *hash);
	int (*account_set_role)(struct store *s, uint64_t id, const char *role);
	int (*account_logged_in)(struct store *s, uint64_t id, int64_t now_ms);
	/* Empty name: all. With their characters. */
	int (*account_list)(struct store *s, const char *name, Mudlark__AccountRow ***ret,
			    size_t *ret_n, struct arena *a);
	/* STORE_ABSENT: no such account. STORE_BAD: it has STORE_CHARACTERS_MAX. 0 also when this very
	 * character is there already. */
	int (*character_create)(struct store *s, uint64_t account, uint64_t id, const char *name);
	/* Failed log-ins and the like, kept so that a restart forgives nobody: noted under n names. */
	int (*failure_note)(struct store *s, const char *const *who, size_t n, int64_t now_ms);
	/* *ret_recent: those after `since_ms`. */
	int (*failure_recent)(struct store *s, const char *who, int64_t since_ms,
			      uint32_t *ret_recent);
	/* With those under `who`, a space, and more. */
	int (*failure_clear)(struct store *s, const char *who);

	/* These may be NULL: then a store has neither. */
	/* As open, for dump() alone: what is not there is not made (-ENOENT), and an older schema is refused
	 * (STORE_BAD) and left as it is. */
	int (*look)(struct store **ret, const char *where, struct buf *why);
	/* Everything there is, at this instant (dump.h). The store can be closed before it. */
	int (*dump)(struct store *s, struct dump **ret, struct buf *why);
	/*
	 * Fills an empty store with an export (undump.h), which `read` hands over: 0 and some bytes, none at its
	 * end; anything else ends the import. All of it is stored, or nothing: STORE_BAD: the export or the
	 * store is not such that it could be; -EADDRINUSE: somebody else has the store open.
	 */
	int (*import)(struct store *s, int (*read)(void *ctx, struct span *ret, struct buf *why),
		      void *ctx, struct store_import *ret, struct buf *why);
	/* The schema as it was before it was opened (0: none) and as it is. */
	void (*schema)(struct store *s, uint32_t *ret_was, uint32_t *ret_is);
};

extern const struct store_ops store_sqlite, store_pg;
/* By the scheme of `where`; NULL: unknown. */
const struct store_ops *store_for(const char *where);
