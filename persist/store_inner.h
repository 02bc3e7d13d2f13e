/*
 * store_inner.h - the common store over a db: store.c (life, worlds), store_commit.c, store_load.c,
 * store_document.c, store_ledger.c, store_import.c, store_account.c.
 */
#pragma once

#include "persist/db.h"
#include "persist/store.h"

struct store {
	const struct db_driver *driver;
	struct db *db;
	char *where;
	uint32_t schema_was, schema_is;
	uint64_t event_keep; /* 0: all */
	/* How many are stored of one world; counted anew when it is another's turn, or not certain (`of` 0). */
	struct {
		uint32_t of;
		uint64_t n;
	} events;
	bool in_group;	 /* the open transaction is that of store_group_begin() ... */
	bool is_spoiled; /* ... and cannot be kept */
	/* What load_page goes through, found once for all its pages. */
	struct {
		uint32_t world;
		uint64_t *list;
		size_t n, cap;
	} ids;
};

/* store.c */
void store_forget_ids(struct store *s);
/* Ends the open transaction: commits when r is 0, else rolls back. */
int store_end(struct store *s, int r);
int store_query(struct store *s, enum sql st, const struct db_value *args, size_t n,
		int (*row)(void *ctx, const struct db_value *v, size_t n_columns), void *ctx);
/* Row functions: the first column into the int64_t at ctx; the number of rows into the uint64_t. */
int store_one_int(void *ctx, const struct db_value *v, size_t n);
int store_count(void *ctx, const struct db_value *v, size_t n);
int store_grant(struct store *s, uint32_t world, uint64_t instance, uint64_t *ret_epoch,
		Mudlark__WorldState **ret_state, struct arena *a);
int store_progress(struct store *s, uint32_t world, uint64_t *ret_epoch, uint64_t *ret_instance,
		   uint64_t *ret_batch);

/* store_commit.c */
int store_commit(struct store *s, Mudlark__Commit *const *commits, size_t n, size_t *ret_bad,
		 struct buf *why);
void store_keep_events(struct store *s, uint64_t keep);
int store_set_aside(struct store *s, const Mudlark__Commit *c, const char *why);

/* store_load.c */
int store_load_page(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
		    struct arena *a);
int store_load_tree(struct store *s, uint64_t id, Mudlark__EntityRow ***ret, size_t *ret_n,
		    struct arena *a);
int store_events_after(struct store *s, const Mudlark__EventsAfter *q, Mudlark__EventRow ***ret,
		       size_t *ret_n, struct arena *a);
int store_event_oldest(struct store *s, uint32_t world, uint64_t *ret_oldest);

/* store_document.c */
int store_document_get(struct store *s, const char *collection, const char *key,
		       Mudlark__DocumentRow **ret, struct arena *a);
int store_document_put(struct store *s, const Mudlark__DocumentPut *q, uint64_t *ret_version);
int store_document_query(struct store *s, const Mudlark__DocumentQuery *q,
			 Mudlark__DocumentRow ***ret, size_t *ret_n, struct arena *a,
			 struct buf *why);

int store_document_drop(struct store *s, const Mudlark__DocumentDrop *q, uint64_t *ret_count);

/* store_ledger.c */
int store_ledger_reserve(struct store *s, const Mudlark__LedgerReserve *q, const char **ret_account,
			 struct buf *why);
int store_ledger_settle(struct store *s, const Mudlark__LedgerSettle *q, struct buf *why);
int store_ledger_list(struct store *s, const Mudlark__LedgerList *q, Mudlark__LedgerRow ***ret,
		      size_t *ret_n, struct arena *a);
int store_ledger_drop(struct store *s, const Mudlark__LedgerDrop *q, uint64_t *ret_count);
int store_group_begin(struct store *s);
int store_group_end(struct store *s, int r);

/* store_import.c */
int store_import(struct store *s, int (*read)(void *ctx, struct span *ret, struct buf *why),
		 void *ctx, struct store_import *ret, struct buf *why);

/* store_account.c */
int store_account_create(struct store *s, const char *name, const char *hash, int64_t now_ms,
			 uint64_t *ret_id);
int store_account_find(struct store *s, const char *name, Mudlark__AccountRow **ret,
		       const char **ret_hash, struct arena *a);
int store_account_set_hash(struct store *s, uint64_t id, const char *hash);
int store_account_set_role(struct store *s, uint64_t id, const char *role);
int store_account_logged_in(struct store *s, uint64_t id, int64_t now_ms);
int store_account_list(struct store *s, const char *name, Mudlark__AccountRow ***ret, size_t *ret_n,
		       struct arena *a);
int store_character_create(struct store *s, uint64_t account, uint64_t id, const char *name);
int store_failure_note(struct store *s, const char *const *who, size_t n, int64_t now_ms);
int store_failure_recent(struct store *s, const char *who, int64_t since_ms, uint32_t *ret_recent);
int store_failure_clear(struct store *s, const char *who);
