/*
 * dump.h - everything that persist has, at one instant while play goes on, read over a link piece by
 * piece: the lines of an export (persist/README.md has the format).
 */
#pragma once

#include "command.h"
#include "rt/base.h"

struct dump_to {
	int fd;		/* stays open */
	bool is_packed; /* by gzip */
	int halt;	/* of halt.h */
};

/* Writes all of it. EXIT_DONE, or an exit status after the reason was said on stderr: what was written
 * then is of no use. */
int dump_run(const struct args *a, const struct dump_to *to) MUST_USE;
/* The same from a server that runs or, where none does on this machine, from its store. Never packed. */
int dump_any(const struct args *a, int fd, int halt) MUST_USE;
