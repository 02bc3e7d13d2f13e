/*
 * bus_keys.h - the files with CURVE keys.
 *
 * A key file (mudlark keys) has mode 0600 and two lines, `public <Z85>` and `secret <Z85>`.  An
 * allow-list has the public keys of those who may connect, one a line, behind an optional `public`,
 * each followed by the roles that its owner may have, `bridge` or `world,ops`; a key that is followed by
 * none on any line may have any, and is logged for it.
 * A file of peers has those of who is dialled, `world <Z85>` and `persist <Z85>`.  `#` begins a comment.
 */
#pragma once

#include "rt/base.h"
#include "rt/bus.h"
#include "rt/map.h"

struct bus_keys {
	char public_z85[BUS_KEY_SIZE], secret_z85[BUS_KEY_SIZE];
};

/* What is wrong is said in the log. */
int bus_keys_load(const char *file, struct bus_keys *ret) MUST_USE;
/* A key; or the name of a file with a line of this role (may be NULL), else with one that names no role. */
int bus_keys_peer(const char *key_or_file, const char *role, char ret[BUS_KEY_SIZE]) MUST_USE;

struct bus_allow {
	const char *file;
	struct strmap keys; /* with the roles of each */
	struct strmap
		refused; /* logged already, keys and keys with a role: so many, then no more until the file changes */
	int64_t mtime_ns; /* of the file that was read */
	int64_t size;
};

void bus_allow_init(struct bus_allow *a, const char *file);
void bus_allow_done(struct bus_allow *a);
/* Reads the file again when it has changed; one that cannot be read allows nobody.  A key that is refused is logged
 * once, with the address that it came from. */
bool bus_allowed(struct bus_allow *a, const char *key_z85, struct span address);
/* NULL, or a sentence: who has this key may not be of that role.  Logged once for each of both. */
const char *bus_allow_fault(struct bus_allow *a, const char *key_z85, const char *role);
