/*
 * keyring.h - all that processes on several machines or in containers need to trust one another: a folder with a key
 * pair for each, lists of who may dial whom, and the secrets beside them (deploy/README.md, "Containers").
 *
 * What is there stays as it is; only what is missing is made, and lists are completed.  Lists are added to in place:
 * a container that sees one of them as a single file would never see another in its stead.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"

enum { KEYRING_NOBODY = -1 };

struct keyring_conf {
	const char *dir;
	const char *const *names; /* of further pairs, ROLE-ANYTHING, besides one for each role */
	size_t n_names;
	long owner; /* user and group that the files are for, KEYRING_NOBODY: who calls */
};

struct keyring_count {
	unsigned made, kept;
};

/* Whether there can be a pair of this name: one of a role, or ROLE-ANYTHING. */
bool keyring_knows(const char *name);
/* A pair, DIR/NAME.key and DIR/NAME.pub. 0; -EEXIST: there is one; -errno. Said on stderr. */
int keyring_pair(const char *dir, const char *name) MUST_USE;
/* All of it. 0, or -errno, said on stderr. */
int keyring_make(const struct keyring_conf *c, struct keyring_count *ret) MUST_USE;
