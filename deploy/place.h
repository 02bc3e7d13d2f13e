/*
 * place.h - where things lie in a data directory: DIR/mudlark.db, DIR/run/ (sockets, locks; 0700),
 * DIR/log/.  And where the programs are.
 */
#pragma once

#include "rt/base.h"

struct place {
	char *data;
	char *run;
	char *log;	/* directory */
	char *log_file; /* log/mudlark.log */
	char *socket;	/* run/up.sock: control of `mudlark up` */
	char *lock;	/* run/up.lock: held while it runs */
	char *console;	/* run/console.sock: the gateway's staff console */
};

void place_init(struct place *p, const char *data);
void place_done(struct place *p);
/* Makes the directories. -errno; *ret_what names the one that failed. */
int place_make(const struct place *p, const char **ret_what) MUST_USE;
/* The lock, held until the descriptor is closed. -EWOULDBLOCK: another has it, *ret_pid says who.
 */
int place_lock(const struct place *p, int *ret_fd, int *ret_pid) MUST_USE;

/* DIR/NAME; to be freed. */
char *place_join(const char *dir, const char *name) MUST_USE;
/* The folder of this very program; to be freed. */
char *place_bin(void) MUST_USE;
