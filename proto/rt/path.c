/*
 * path.c - see path.h.  The innermost is tried first: those above it may be closed to us.
 */
#include "rt/path.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int path_make(const char *dir)
{
	int r;

	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	r = path_make_for(dir);
	if (r < 0)
		return r;
	return mkdir(dir, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

int path_make_for(const char *file)
{
	const char *slash = strrchr(file, '/');
	CLEANUP(base_freep) char *dir = NULL;

	if (!slash || slash == file)
		return 0;
	dir = base_dup(file, (size_t)(slash - file));
	return path_make(dir);
}
