/*
 * run.h - main() of every bridge: command line, configuration, start, loop, end.
 */
#pragma once

#include "rt/proc.h"

struct bridge_program {
	/* 0, *ret is the bridge; -EINVAL, -EPERM: its configuration is not right; other errors. */
	int (*start)(void **ret, struct proc *proc, void *conf);
	void (*stop)(void *x);	 /* within 4 s */
	void (*reload)(void *x); /* options have changed */
	void (*free)(void *x);	 /* NULL is harmless */
};

/* `conf` is empty, of the size that the table says. Returns the status of the process. */
int bridge_run(const struct bridge_program *program, const struct proc_spec *spec, void *conf,
	       int argc, char **argv) MUST_USE;
