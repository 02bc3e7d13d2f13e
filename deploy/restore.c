/* restore.c - see restore.h. */
#include "restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "program.h"
#include "rt/proc.h"
#include "settings.h"

/* The folder of a store of our own is made; another store needs none. */
static int prepare(const struct args *a, const struct place *p)
{
	CLEANUP(base_freep) char *store = settings_find(a, "persist.store");
	const char *what = p->data;
	int r = store ? 0 : place_make(p, &what);
	if (r < 0)
		fprintf(stderr, "mudlark: %s: %s\n", what, strerror(-r));
	return r;
}

/* The lock outlives exec: its descriptor stays open in what this program becomes. */
static int lock(const struct place *p)
{
	int fd = -1, pid = 0;
	int r = place_lock(p, &fd, &pid);
	if (r == -EWOULDBLOCK) {
		fprintf(stderr,
			"mudlark: a server runs in %s (process %d): `mudlark stop` first; "
			"nothing was changed.\n",
			p->data, pid);
		return EXIT_IN_USE;
	}
	/* No such folder, no such server. */
	if (r < 0)
		return EXIT_DONE;
	return fcntl(fd, F_SETFD, 0) < 0 ? EXIT_FAULT : EXIT_DONE;
}

int restore_from(const struct args *a, const char *file)
{
	struct place place;
	place_init(&place, a->data);
	int status = prepare(a, &place) < 0 ? EXIT_FAULT : lock(&place);
	place_done(&place);
	if (status != EXIT_DONE)
		return status;
	char **argv = program_argv("mudlark-persist", a,
				   (const char *[]){ PROGRAM_QUIET, "--import", file, NULL });
	status = program_exec(argv);
	settings_free(argv);
	return status;
}
