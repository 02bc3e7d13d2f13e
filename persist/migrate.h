/*
 * migrate.h - the schema's history: numbered migrations, embedded in the binary from schema/ (a
 * folder for each dialect), applied once each, in order, under a lock.
 */
#pragma once

#include "persist/db.h"

struct migration {
	const char *dialect;
	uint32_t number;
	const char *text;
};

/* Made by schema/embed.sh. */
extern const struct migration migrations[];
extern const size_t n_migrations;

/* The schema this binary knows, the highest number. */
uint32_t migrate_newest(const char *dialect);
/* 0; -errno; STORE_BAD: the schema is newer than this binary, or not the one it was made by. *ret_was: the
 * schema that was there, 0 for none. */
int migrate(struct db *db, uint32_t *ret_was, struct buf *why) MUST_USE;
/* Changes nothing: -ENOENT: no schema is there. STORE_BAD: as above, or it is older. */
int migrate_look(struct db *db, uint32_t *ret_is, struct buf *why) MUST_USE;
