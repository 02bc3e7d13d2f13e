/*
 * run.c - see run.h.
 */
#include "bridges/run.h"

#include <errno.h>

int bridge_run(const struct bridge_program *program, const struct proc_spec *spec, void *conf,
	       int argc, char **argv)
{
	struct proc proc = { 0 };
	void *x = NULL;
	int status, r;

	if (proc_start(&proc, spec, conf, argc, argv, &status) != 0)
		return status;
	r = program->start(&x, &proc, conf);
	if (r == 0) {
		const struct proc_hooks hooks = { .stop = program->stop,
						  .reload = program->reload,
						  .ctx = x };

		proc_hooks(&proc, &hooks);
		status = proc_run(&proc);
	} else {
		status = r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_FAULT;
	}
	program->free(x);
	proc_done(&proc);
	return status;
}
