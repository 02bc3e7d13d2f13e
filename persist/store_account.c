/* store_account.c - accounts, their characters, and who failed to log in lately. */
#include <ctype.h>
#include <string.h>

#include "persist/row.h"
#include "persist/store_inner.h"

enum { FOLDED_MAX = 64 };

/* Names are ASCII letters (check.h), so folding is lower case. */
static void fold(const char *name, char ret[FOLDED_MAX])
{
	size_t i = 0;

	for (; i < FOLDED_MAX - 1 && name[i]; i++)
		ret[i] = (char)tolower((unsigned char)name[i]);
	ret[i] = '\0';
}

int store_account_create(struct store *s, const char *name, const char *hash, int64_t now_ms,
			 uint64_t *ret_id)
{
	char folded[FOLDED_MAX];
	int64_t id = 0;

	fold(name, folded);
	const struct db_value args[] = { db_str(name), db_str(folded), db_str(hash),
					 db_str("player"), db_int(now_ms) };
	int r = s->driver->begin(s->db);
	if (!r)
		r = store_query(s, SQL_ACCOUNT_CREATE, args, ARRAY_LEN(args), store_one_int, &id);
	r = store_end(s, r);
	if (!r)
		*ret_id = (uint64_t)id;
	return r;
}

struct lister {
	struct arena *a;
	struct row_list accounts;
	struct row_list characters; /* of the last account */
};

static void take_character(struct lister *l, Mudlark__AccountRow *account, const struct db_value *v)
{
	Mudlark__CharacterRow *c = row_alloc(l->a, sizeof(*c));

	mudlark__character_row__init(c);
	c->id = (uint64_t)v[0].v.i;
	c->name = row_text(l->a, &v[1]);
	row_add(&l->characters, l->a, c);
	account->characters = (Mudlark__CharacterRow **)l->characters.items;
	account->n_characters = l->characters.n;
}

/* One row for each character, or one with NULLs for an account that has none. */
static int take_joined(void *ctx, const struct db_value *v, size_t n)
{
	struct lister *l = ctx;
	Mudlark__AccountRow *last = l->accounts.n ? l->accounts.items[l->accounts.n - 1] : NULL;

	(void)n;
	if (!last || last->id != (uint64_t)v[0].v.i) {
		if (l->accounts.n == STORE_ACCOUNTS_MAX)
			return 0;
		last = row_alloc(l->a, sizeof(*last));
		mudlark__account_row__init(last);
		last->id = (uint64_t)v[0].v.i;
		last->name = row_text(l->a, &v[1]);
		last->role = row_text(l->a, &v[2]);
		last->created_ms = v[3].v.i;
		last->last_login_ms = v[4].v.i;
		l->characters = (struct row_list){ 0 };
		row_add(&l->accounts, l->a, last);
	}
	if (v[5].type != DB_NULL)
		take_character(l, last, v + 5);
	return 0;
}

int store_account_list(struct store *s, const char *name, Mudlark__AccountRow ***ret, size_t *ret_n,
		       struct arena *a)
{
	char folded[FOLDED_MAX];
	struct lister l = { .a = a };

	fold(name, folded);
	const struct db_value args[] = { db_str(folded), db_int(STORE_ACCOUNTS_MAX) };
	const int r = store_query(s, SQL_ACCOUNT_LIST, args, ARRAY_LEN(args), take_joined, &l);
	if (r)
		return r;
	*ret = (Mudlark__AccountRow **)l.accounts.items;
	*ret_n = l.accounts.n;
	return 0;
}

struct hash_taker {
	struct arena *a;
	char *hash;
};

static int take_hash(void *ctx, const struct db_value *v, size_t n)
{
	struct hash_taker *t = ctx;

	(void)n;
	t->hash = row_text(t->a, &v[0]);
	return 0;
}

int store_account_find(struct store *s, const char *name, Mudlark__AccountRow **ret,
		       const char **ret_hash, struct arena *a)
{
	char folded[FOLDED_MAX];
	struct hash_taker t = { .a = a };
	Mudlark__AccountRow **accounts = NULL;
	size_t n = 0;

	fold(name, folded);
	if (!folded[0])
		return STORE_ABSENT;
	const struct db_value args[] = { db_str(folded) };
	int r = store_query(s, SQL_ACCOUNT_HASH, args, ARRAY_LEN(args), take_hash, &t);
	if (!r)
		r = store_account_list(s, folded, &accounts, &n, a);
	if (r)
		return r;
	if (!n || !t.hash)
		return STORE_ABSENT;
	*ret = accounts[0];
	*ret_hash = t.hash;
	return 0;
}

/* An UPDATE that returns the id of what it changed. */
static int update(struct store *s, enum sql st, uint64_t id, struct db_value v)
{
	const struct db_value args[] = { db_u64(id), v };
	int64_t changed = 0;
	int r = s->driver->begin(s->db);

	if (!r)
		r = store_query(s, st, args, ARRAY_LEN(args), store_one_int, &changed);
	r = store_end(s, r);
	return r || changed ? r : STORE_ABSENT;
}

int store_account_set_hash(struct store *s, uint64_t id, const char *hash)
{
	return update(s, SQL_ACCOUNT_SET_HASH, id, db_str(hash));
}

int store_account_set_role(struct store *s, uint64_t id, const char *role)
{
	return update(s, SQL_ACCOUNT_SET_ROLE, id, db_str(role));
}

int store_account_logged_in(struct store *s, uint64_t id, int64_t now_ms)
{
	return update(s, SQL_ACCOUNT_LOGGED_IN, id, db_int(now_ms));
}

struct census {
	int64_t accounts, characters;
};

static int take_census(void *ctx, const struct db_value *v, size_t n)
{
	struct census *c = ctx;

	(void)n;
	c->accounts = v[0].v.i;
	c->characters = v[1].v.i;
	return 0;
}

struct twin {
	uint64_t id, account;
	bool is_same;
};

static int take_twin(void *ctx, const struct db_value *v, size_t n)
{
	struct twin *t = ctx;

	(void)n;
	t->is_same = (uint64_t)v[0].v.i == t->id && (uint64_t)v[1].v.i == t->account;
	return 0;
}

static int write_character(struct store *s, uint64_t account, uint64_t id, const char *name)
{
	char folded[FOLDED_MAX];
	struct census c = { 0 };

	fold(name, folded);
	const struct db_value args[] = { db_u64(id), db_u64(account), db_str(name),
					 db_str(folded) };
	struct twin twin = { id, account, false };
	int r = store_query(s, SQL_CHARACTER_FIND, &args[3], 1, take_twin, &twin);
	if (!r)
		r = store_query(s, SQL_CHARACTER_COUNT, &args[1], 1, take_census, &c);
	/* Asked again by somebody who never heard the answer. */
	if (r || twin.is_same)
		return r;
	if (!c.accounts)
		return STORE_ABSENT;
	if (c.characters >= STORE_CHARACTERS_MAX)
		return STORE_BAD;
	return store_query(s, SQL_CHARACTER_CREATE, args, ARRAY_LEN(args), NULL, NULL);
}

int store_character_create(struct store *s, uint64_t account, uint64_t id, const char *name)
{
	int r = s->driver->begin(s->db);

	if (!r)
		r = write_character(s, account, id, name);
	return store_end(s, r);
}

int store_failure_recent(struct store *s, const char *who, int64_t since_ms, uint32_t *ret_recent)
{
	const struct db_value args[] = { db_str(who), db_int(since_ms) };
	int64_t n = 0;
	const int r = store_query(s, SQL_FAILURE_COUNT, args, ARRAY_LEN(args), store_one_int, &n);

	if (!r)
		*ret_recent = (uint32_t)n;
	return r;
}

int store_failure_note(struct store *s, const char *const *who, size_t n, int64_t now_ms)
{
	const struct db_value old[] = { db_int(now_ms - STORE_FAILURE_MS) };
	int r = s->driver->begin(s->db);

	if (!r)
		r = s->driver->queue(s->db, SQL_FAILURE_PRUNE, old, ARRAY_LEN(old), 1);
	for (size_t i = 0; i < n && !r; i++) {
		const struct db_value note[] = { db_str(who[i]), db_int(now_ms) };
		r = s->driver->queue(s->db, SQL_FAILURE_NOTE, note, ARRAY_LEN(note), 1);
	}
	return store_end(s, r);
}

int store_failure_clear(struct store *s, const char *who)
{
	struct buf first = { 0 }, end = { 0 };

	buf_addf(&first, "%s ", who);
	buf_addf(&end, "%s!", who); /* what follows a space */
	const struct db_value args[] = { db_str(who), db_text(buf_p(&first), first.n),
					 db_text(buf_p(&end), end.n) };
	const int r = store_query(s, SQL_FAILURE_CLEAR, args, ARRAY_LEN(args), NULL, NULL);
	buf_done(&first);
	buf_done(&end);
	return r;
}
