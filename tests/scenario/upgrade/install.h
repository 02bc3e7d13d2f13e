/*
 * install.h - a folder of programs as an operator has it, of which each can be replaced by that of another version while
 * it runs, the way a package manager does: by rename.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"

enum version { OLD, NEW };

struct install {
	char *dir;    /* what MUDLARK_BIN is set to */
	char *bin[2]; /* where the programs of each version are */
};

/* A folder below `dir`, all of it OLD; programs that tests start come from it from now on. */
void install_init(struct install *in, const char *dir);
void install_done(struct install *in);
/* Replaces mudlark-PART, or with "" `mudlark` itself. */
void install_put(struct install *in, const char *part, enum version v);
/* All of them. */
void install_all(struct install *in, enum version v);
/* Is what runs there the program that is installed by that name now? */
bool install_runs(const struct install *in, const char *part, pid_t pid);
