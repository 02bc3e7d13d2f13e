/*
 * proc_impl.h - what the files of proc share.  For proc*.c only.
 */
#pragma once

#include "rt/proc.h"

struct proc_inner {
	struct proc_common common;
	struct conf_part parts[2]; /* common, then the process's own */
	struct proc_hooks hooks;
	struct loop_timer heartbeat;
	int heartbeat_fd, ready_fd; /* -1: none */
	bool (*is_well)(void *ctx, struct buf *why);
	void *well_ctx;
	struct buf told; /* the supervisor, of how it is */
	bool systemd;	 /* wants to hear from us */
	bool put_off, stopping, ready;
	char **sets; /* borrowed from argv */
};

/* proc_args.c: the command line and the configuration. As proc_start(). */
int proc_args(struct proc *p, int argc, char **argv, int *ret_status) MUST_USE;

/* proc_dog.c: the watchdog of process.watchdog. Each call sets it back; 0: off. */
void proc_dog(int64_t limit_us);
