/* known.h - what `mudlark up` says of the processes it runs: the rows of its order `status` (up_orders.c). */
#pragma once

#include "control.h"
#include "rt/base.h"

struct known {
	char name[CONTROL_WORD], state[CONTROL_WORD];
	int pid;     /* 0: none now */
	uint64_t ms; /* since its last start */
	unsigned restarts;
	char why[CONTROL_LINE]; /* ready, but this is missing, or how long it is silent; empty: nothing */
};

/* One row each, without what control_verdict() takes off. How many; what is no row ends them. */
size_t known_read(struct span rows, struct known *ret, size_t max);
/* Ready, and nothing is missing. */
bool known_is_well(const struct known *k);
const struct known *known_find(const struct known *list, size_t n, const char *name);
