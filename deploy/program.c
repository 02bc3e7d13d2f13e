/* program.c - see program.h. */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "rt/proc.h"

int program_become(const char *name, const char *const *args)
{
	CLEANUP(base_freep) char *bin = place_bin();
	CLEANUP(base_freep) char *path = place_join(bin, name);
	size_t n = 0;
	while (args[n])
		n++;
	CLEANUP(base_freep) const char **argv = base_alloc(n + 2, sizeof(*argv));
	argv[0] = path;
	memcpy(argv + 1, args, n * sizeof(*argv));
	argv[n + 1] = NULL;
	/* execv() takes char *const[] for reasons of age and writes to none of it. */
	execv(path, (char *const *)(void *)argv);
	fprintf(stderr, "mudlark: %s: %s\n", path, strerror(errno));
	return EXIT_FAULT;
}
