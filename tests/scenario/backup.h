/*
 * backup.h - a server that is backed up in a test: the commands, what they made, and a store with so much in it
 * that a dump of it takes its time.
 */
#pragma once

#include "tests/support/mud.h"
#include "tests/support/store.h"

enum { BACKUP_US = 60000000 };

/* Any `mudlark WORDS... --data DIR`, "persist.store" set when `store` is not NULL. What it printed; freed by
 * the caller. */
char *backup_command(const char *dir, const char *store, const char *const *words,
		     int *ret_status) MUST_USE;
/* The same, which must say `text` and end with this status. */
void backup_expect(const char *dir, const char *store, const char *const *words, int status,
		   const char *text);
/* The only file of a folder, whose name ends so; NULL: it has another name, or there are more or none. Freed by
 * the caller. */
char *backup_only(const char *folder, const char *end) MUST_USE;
/* Files in a folder. */
size_t backup_files(const char *folder);
/* "state HASH" of what a command printed: HASH. Dies when there is none. Freed by the caller. */
char *backup_state(const char *printed) MUST_USE;
/* 8 MB into the store, which no server uses now. */
void backup_ballast(const char *url);
