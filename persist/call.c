/* call.c - calls that are answered by the store alone: a table by the case of the call. */
#include "persist/call.h"

#include "persist/account.h"
#include "persist/check.h"
#include "persist/row.h"

struct caller {
	const struct store_ops *ops;
	struct store *s;
	struct arena *a;
	Mudlark__PersistReply *reply;
	struct buf why;
};

static int run_grant(struct caller *c, const Mudlark__PersistCall *q)
{
	Mudlark__Granted *g = row_alloc(c->a, sizeof(*g));

	mudlark__granted__init(g);
	const int r = c->ops->grant(c->s, q->grant->world, q->grant->instance, &g->epoch, &g->state,
				    c->a);
	if (!r)
		c->reply->granted = g;
	return r;
}

static int run_load_page(struct caller *c, const Mudlark__PersistCall *q)
{
	Mudlark__Page *page = row_alloc(c->a, sizeof(*page));
	const int r = c->ops->load_page(c->s, q->load_page, page, c->a);

	if (!r)
		c->reply->page = page;
	return r;
}

static int run_load_tree(struct caller *c, const Mudlark__PersistCall *q)
{
	const int r = c->ops->load_tree(c->s, q->load_tree->id, &c->reply->entities,
					&c->reply->n_entities, c->a);

	if (r == STORE_BAD)
		buf_adds(&c->why, "There is too much in it to be loaded at once.");
	return r;
}

static int run_account_list(struct caller *c, const Mudlark__PersistCall *q)
{
	const char *name = q->account_list->name;
	const int r =
		c->ops->account_list(c->s, name, &c->reply->accounts, &c->reply->n_accounts, c->a);

	return !r && name[0] && !c->reply->n_accounts ? STORE_ABSENT : r;
}

static int run_account_grant(struct caller *c, const Mudlark__PersistCall *q)
{
	Mudlark__AccountRow *row;
	const char *hash;

	if (!check_role(q->account_grant->role)) {
		buf_adds(&c->why, "A role is one of player, helper, builder, admin, implementor.");
		return STORE_BAD;
	}
	int r = c->ops->account_find(c->s, q->account_grant->name, &row, &hash, c->a);
	if (!r)
		r = c->ops->account_set_role(c->s, row->id, q->account_grant->role);
	if (r)
		return r;
	c->reply->id = row->id;
	return c->ops->account_list(c->s, row->name, &c->reply->accounts, &c->reply->n_accounts,
				    c->a);
}

static int run_character_create(struct caller *c, const Mudlark__PersistCall *q)
{
	const Mudlark__CharacterCreate *create = q->character_create;
	const char *fault = check_name(create->name);

	if (!fault && !create->id)
		fault = "A character needs an id.";
	if (fault) {
		buf_adds(&c->why, fault);
		return STORE_BAD;
	}
	const int r = c->ops->character_create(c->s, create->account, create->id, create->name);
	if (r == STORE_BAD)
		buf_addf(&c->why, "An account has at most %d characters.", STORE_CHARACTERS_MAX);
	if (!r)
		c->reply->id = create->id;
	return r;
}

static int run_document_get(struct caller *c, const Mudlark__PersistCall *q)
{
	Mudlark__DocumentRow **rows = row_alloc(c->a, sizeof(*rows));
	const int r = c->ops->document_get(c->s, q->document_get->collection, q->document_get->key,
					   &rows[0], c->a);

	if (r)
		return r;
	c->reply->documents = rows;
	c->reply->n_documents = 1;
	c->reply->version = rows[0]->version;
	return 0;
}

static int run_document_put(struct caller *c, const Mudlark__PersistCall *q)
{
	const Mudlark__DocumentPut *put = q->document_put;

	if (check_document(put->collection, put->key, put->body, &c->why))
		return STORE_BAD;
	return c->ops->document_put(c->s, put, &c->reply->version);
}

static int run_document_query(struct caller *c, const Mudlark__PersistCall *q)
{
	return c->ops->document_query(c->s, q->document_query, &c->reply->documents,
				      &c->reply->n_documents, c->a, &c->why);
}

static int run_document_drop(struct caller *c, const Mudlark__PersistCall *q)
{
	return c->ops->document_drop(c->s, q->document_drop, &c->reply->count);
}

static int run_ledger_reserve(struct caller *c, const Mudlark__PersistCall *q)
{
	const char *account = "";
	const int r = c->ops->ledger_reserve(c->s, q->ledger_reserve, &account, &c->why);

	if (r == STORE_SPENT) {
		c->reply->account = (char *)account;
		buf_addf(&c->why, "The account %s has not that much left.", account);
	}
	return r;
}

static int run_ledger_settle(struct caller *c, const Mudlark__PersistCall *q)
{
	return c->ops->ledger_settle(c->s, q->ledger_settle, &c->why);
}

static int run_ledger_list(struct caller *c, const Mudlark__PersistCall *q)
{
	return c->ops->ledger_list(c->s, q->ledger_list, &c->reply->ledger, &c->reply->n_ledger,
				   c->a);
}

static int run_ledger_drop(struct caller *c, const Mudlark__PersistCall *q)
{
	return c->ops->ledger_drop(c->s, q->ledger_drop, &c->reply->count);
}

static int run_events_after(struct caller *c, const Mudlark__PersistCall *q)
{
	const Mudlark__EventsAfter *e = q->events_after;
	const int r = c->ops->events_after(c->s, e, &c->reply->events, &c->reply->n_events, c->a);

	return r ? r : c->ops->event_oldest(c->s, e->world, &c->reply->oldest);
}

static int (*const runs[])(struct caller *, const Mudlark__PersistCall *) = {
	[MUDLARK__PERSIST_CALL__BODY_GRANT] = run_grant,
	[MUDLARK__PERSIST_CALL__BODY_LOAD_PAGE] = run_load_page,
	[MUDLARK__PERSIST_CALL__BODY_LOAD_TREE] = run_load_tree,
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST] = run_account_list,
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_GRANT] = run_account_grant,
	[MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE] = run_character_create,
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET] = run_document_get,
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT] = run_document_put,
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY] = run_document_query,
	[MUDLARK__PERSIST_CALL__BODY_EVENTS_AFTER] = run_events_after,
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE] = run_ledger_reserve,
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE] = run_ledger_settle,
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST] = run_ledger_list,
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP] = run_document_drop,
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_DROP] = run_ledger_drop,
};

/* What a refusal of the store is to a caller. */
struct refusal_row {
	Mudlark__Status status;
	const char *why;
};

static const struct refusal_row refusals[] = {
	[STORE_ABSENT] = { MUDLARK__STATUS__STATUS_ABSENT, "There is no such thing." },
	[STORE_EXISTS] = { MUDLARK__STATUS__STATUS_EXISTS, "That name is taken." },
	[STORE_STALE] = { MUDLARK__STATUS__STATUS_CONFLICT, "A newer epoch rules." },
	[STORE_POISON] = { MUDLARK__STATUS__STATUS_BAD, "The database does not take that." },
	[STORE_CONFLICT] = { MUDLARK__STATUS__STATUS_CONFLICT, "Somebody changed it meanwhile." },
	[STORE_SPENT] = { MUDLARK__STATUS__STATUS_SPENT, "There is not that much left." },
	[STORE_BAD] = { MUDLARK__STATUS__STATUS_BAD, "That is not a valid request." },
};

int call_run(const struct store_ops *ops, struct store *s, const Mudlark__PersistCall *q,
	     struct arena *a, Mudlark__PersistReply *reply)
{
	struct caller c = { .ops = ops, .s = s, .a = a, .reply = reply };
	const size_t at = (size_t)q->body_case;

	mudlark__persist_reply__init(reply);
	if (at >= ARRAY_LEN(runs) || !runs[at]) {
		reply_say(reply, MUDLARK__STATUS__STATUS_BAD, refusals[STORE_BAD].why);
		return 0;
	}
	const int r = runs[at](&c, q);
	if (r > 0) {
		const struct db_value why = db_text(buf_p(&c.why), c.why.n);
		reply_say(reply, refusals[r].status, c.why.n ? row_text(a, &why) : refusals[r].why);
	}
	buf_done(&c.why);
	return r < 0 ? r : 0;
}
