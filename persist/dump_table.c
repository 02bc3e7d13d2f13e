/* dump_table.c - the tables of an export; see dump_table.h.  New columns stand behind the old ones. */
#include "persist/dump_table.h"

#include <string.h>

/* clang-format off */
static const struct dump_column world_columns[] = {
	{ "world", DUMP_INT, false, 1 },
	{ "epoch", DUMP_INT, false, 1 },
	{ "instance", DUMP_ID, false, 1 },
	{ "batch", DUMP_INT, false, 1 },
	{ "tick", DUMP_INT, true, 1 },
	{ "next_id", DUMP_ID, true, 1 },
	{ "event_seq", DUMP_INT, true, 1 },
	{ "random", DUMP_BLOB, true, 1 },
	{ "timers", DUMP_JSON, true, 1 },
};
static const struct dump_column entity_columns[] = {
	{ "id", DUMP_ID, false, 1 },
	{ "world", DUMP_INT, false, 1 },
	{ "owner", DUMP_ID, false, 1 },
	{ "kind", DUMP_TEXT, false, 1 },
	{ "body", DUMP_JSON, false, 1 },
	{ "version", DUMP_INT, false, 1 },
};
static const struct dump_column document_columns[] = {
	{ "id", DUMP_INT, false, 1 },
	{ "collection", DUMP_TEXT, false, 1 },
	{ "key", DUMP_TEXT, false, 1 },
	{ "body", DUMP_JSON, false, 1 },
	{ "version", DUMP_INT, false, 1 },
};
static const struct dump_column event_columns[] = {
	{ "seq", DUMP_INT, false, 1 },
	{ "world", DUMP_INT, false, 1 },
	{ "wall_ms", DUMP_INT, false, 1 },
	{ "kind", DUMP_TEXT, false, 1 },
	{ "body", DUMP_JSON, false, 1 },
};
static const struct dump_column session_columns[] = {
	{ "session", DUMP_ID, false, 1 },
	{ "world", DUMP_INT, false, 1 },
	{ "gateway", DUMP_ID, false, 1 },
	{ "character", DUMP_ID, false, 1 },
	{ "account", DUMP_INT, false, 1 },
	{ "applied", DUMP_INT, false, 1 },
	{ "tag", DUMP_INT, false, 2 },
	{ "token", DUMP_BLOB, false, 2 },
	{ "grace", DUMP_INT, false, 2 },
};
static const struct dump_column outbox_columns[] = {
	{ "world", DUMP_INT, false, 1 },
	{ "gateway", DUMP_ID, false, 1 },
	{ "oseq", DUMP_INT, false, 1 },
	{ "records", DUMP_BLOB, false, 1 },
};
static const struct dump_column account_columns[] = {
	{ "id", DUMP_INT, false, 1 },
	{ "name", DUMP_TEXT, false, 1 },
	{ "folded", DUMP_TEXT, false, 1 },
	{ "hash", DUMP_TEXT, false, 1 },
	{ "role", DUMP_TEXT, false, 1 },
	{ "created", DUMP_INT, false, 1 },
	{ "last_login", DUMP_INT, false, 1 },
};
static const struct dump_column character_columns[] = {
	{ "id", DUMP_ID, false, 1 },
	{ "account", DUMP_INT, false, 1 },
	{ "name", DUMP_TEXT, false, 1 },
	{ "folded", DUMP_TEXT, false, 1 },
};
static const struct dump_column ledger_columns[] = {
	{ "account", DUMP_TEXT, false, 3 },
	{ "tokens", DUMP_INT, false, 3 },
	{ "nanos", DUMP_INT, false, 3 },
	{ "open_tokens", DUMP_INT, false, 3 },
	{ "open_nanos", DUMP_INT, false, 3 },
	{ "calls", DUMP_INT, false, 3 },
	{ "at", DUMP_INT, false, 3 },
};
static const struct dump_column reservation_columns[] = {
	{ "id", DUMP_TEXT, false, 3 },
	{ "accounts", DUMP_TEXT, false, 3 },
	{ "tokens", DUMP_INT, false, 3 },
	{ "nanos", DUMP_INT, false, 3 },
	{ "at", DUMP_INT, false, 3 },
};
static const struct dump_column failure_columns[] = {
	{ "who", DUMP_TEXT, false, 1 },
	{ "at", DUMP_INT, false, 1 },
};
static const struct dump_column dead_letter_columns[] = {
	{ "world", DUMP_INT, false, 1 },
	{ "epoch", DUMP_INT, false, 1 },
	{ "batch", DUMP_INT, false, 1 },
	{ "body", DUMP_BLOB, false, 1 },
	{ "why", DUMP_TEXT, false, 1 },
	{ "at", DUMP_INT, false, 1 },
};
/* clang-format on */

#define TABLE(name_, n_key_, is_bag_, since_)                                                      \
	{                                                                                          \
		.name = #name_, .columns = name_##_columns,                                        \
		.n_columns = ARRAY_LEN(name_##_columns), .n_key = (n_key_), .is_bag = (is_bag_),   \
		.since = (since_)                                                                  \
	}

const struct dump_table dump_tables[DUMP_TABLES] = {
	TABLE(world, 1, false, 1),    TABLE(entity, 1, false, 1),
	TABLE(document, 1, false, 1), TABLE(event, 2, false, 1),
	TABLE(session, 1, false, 1),  TABLE(outbox, 3, false, 1),
	TABLE(account, 1, false, 1),  TABLE(character, 1, false, 1),
	TABLE(ledger, 1, false, 3),   TABLE(reservation, 1, false, 3),
	TABLE(failure, 2, true, 1),   TABLE(dead_letter, 3, false, 1),
};

const struct dump_table *dump_table_find(struct span name, uint32_t schema)
{
	for (size_t i = 0; i < DUMP_TABLES; i++) {
		const struct dump_table *t = &dump_tables[i];
		if (t->since <= schema && strlen(t->name) == name.n &&
		    memcmp(t->name, name.p, name.n) == 0)
			return t;
	}
	return NULL;
}

size_t dump_columns(const struct dump_table *t, uint32_t schema)
{
	size_t n = 0;

	while (n < t->n_columns && t->columns[n].since <= schema)
		n++;
	return n;
}

static void add_names(struct buf *out, const struct dump_table *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s", i ? ", " : "", t->columns[i].name);
}

void dump_select(struct buf *out, const struct dump_table *t)
{
	buf_adds(out, "SELECT ");
	add_names(out, t, t->n_columns);
	buf_addf(out, " FROM %s ORDER BY ", t->name);
	add_names(out, t, t->n_key);
	buf_addc(out, '\0');
}

void dump_insert(struct buf *out, const struct dump_table *t)
{
	buf_addf(out, "INSERT INTO %s (", t->name);
	add_names(out, t, t->n_columns);
	buf_adds(out, ") VALUES (");
	for (size_t i = 0; i < t->n_columns; i++)
		buf_addf(out, "%s$%zu", i ? ", " : "", i + 1);
	buf_adds(out, ")");
	buf_addc(out, '\0');
}
