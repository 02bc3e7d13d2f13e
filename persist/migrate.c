/*
 * migrate.c - brings the schema up to date in one transaction.  The checksum of every migration that
 * was applied is compared with the text in this binary: a history that differs is refused, as is a
 * schema from a newer binary, since older code would damage what it does not understand.
 */
#include "persist/migrate.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "persist/store.h"
#include "rt/clock.h"
#include "rt/log.h"

enum { CHECKSUM_HEX = 33 };

struct history {
	const char *dialect;
	uint32_t have;
	struct buf *why;
};

static const struct migration *find(const char *dialect, int64_t number)
{
	for (size_t i = 0; i < n_migrations; i++) {
		if (strcmp(migrations[i].dialect, dialect) == 0 && migrations[i].number == number)
			return &migrations[i];
	}
	return NULL;
}

uint32_t migrate_newest(const char *dialect)
{
	uint32_t newest = 0;

	while (find(dialect, newest + 1))
		newest++;
	return newest;
}

static void checksum(const char *text, char ret[CHECKSUM_HEX])
{
	unsigned char hash[16];

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text, strlen(text), NULL, 0);
	sodium_bin2hex(ret, CHECKSUM_HEX, hash, sizeof(hash));
}

static int check_version(void *ctx, const struct db_value *v, size_t n)
{
	struct history *h = ctx;
	char sum[CHECKSUM_HEX];
	const struct migration *m = n == 2 ? find(h->dialect, v[0].v.i) : NULL;

	if (!m) {
		buf_addf(h->why,
			 "the database has schema %lld, this program knows %u: use a newer program",
			 (long long)v[0].v.i, migrate_newest(h->dialect));
		return STORE_BAD;
	}
	checksum(m->text, sum);
	if (v[1].v.s.n != strlen(sum) || memcmp(v[1].v.s.p, sum, strlen(sum)) != 0) {
		buf_addf(h->why,
			 "the database was made by another text of migration %u: checksum %.*s,"
			 " this program has %s",
			 m->number, (int)v[1].v.s.n, v[1].v.s.p, sum);
		return STORE_BAD;
	}
	h->have = m->number;
	return 0;
}

static int count(void *ctx, const struct db_value *v, size_t n)
{
	*(int64_t *)ctx = n ? v[0].v.i : 0;
	return 0;
}

static int read_history(struct db *db, struct history *h)
{
	int64_t tables = 0;
	const struct db_rows counted = { count, &tables }, versions = { check_version, h };
	int r = db->driver->query(db, SQL_HAS_SCHEMA, NULL, 0, &counted);

	if (r)
		return r;
	if (tables)
		return db->driver->query(db, SQL_VERSIONS, NULL, 0, &versions);
	return db->driver->script(db, "CREATE TABLE schema_version (version bigint PRIMARY KEY,"
				      " checksum text NOT NULL, applied_at bigint NOT NULL)");
}

static int apply(struct db *db, const struct migration *m)
{
	char sum[CHECKSUM_HEX];
	int r = db->driver->script(db, m->text);

	if (r)
		return r;
	checksum(m->text, sum);
	const struct db_value args[] = { db_int(m->number), db_str(sum),
					 db_int(clock_wall(&clock_system)) };
	r = db->driver->query(db, SQL_VERSION_ADD, args, ARRAY_LEN(args), NULL);
	if (!r)
		log_info("schema_migrated", LOG_STR("store", db->driver->name),
			 LOG_U64("version", m->number));
	return r;
}

int migrate_look(struct db *db, uint32_t *ret_is, struct buf *why)
{
	struct history h = { .dialect = db->driver->schema, .why = why };
	int64_t tables = 0;
	const struct db_rows counted = { count, &tables }, versions = { check_version, &h };
	int r = db->driver->query(db, SQL_HAS_SCHEMA, NULL, 0, &counted);

	if (!r && tables)
		r = db->driver->query(db, SQL_VERSIONS, NULL, 0, &versions);
	*ret_is = h.have;
	if (!r && !h.have) {
		buf_adds(why, "there is no store in this database");
		return -ENOENT;
	}
	if (!r && h.have < migrate_newest(h.dialect)) {
		buf_addf(why,
			 "the store has schema %u, this program needs %u: bring it up to date with"
			 " mudlark-persist --migrate, or use the program that made it",
			 h.have, migrate_newest(h.dialect));
		return STORE_BAD;
	}
	if (r && !why->n)
		buf_add(why, buf_p(&db->why), db->why.n);
	return r;
}

int migrate(struct db *db, uint32_t *ret_was, struct buf *why)
{
	struct history h = { .dialect = db->driver->schema, .why = why };
	int r = db->driver->begin_migration(db);

	if (!r)
		r = read_history(db, &h);
	*ret_was = h.have;
	for (uint32_t i = h.have + 1; !r && find(h.dialect, i); i++)
		r = apply(db, find(h.dialect, i));
	if (!r)
		r = db->driver->commit(db);
	if (!r)
		return 0;
	if (!why->n)
		buf_add(why, buf_p(&db->why), db->why.n);
	db->driver->rollback(db);
	/* A database that refuses our own statements is no database for us. */
	return r > 0 ? STORE_BAD : r;
}
