/* logfile.c - the rotated log on disk; see logfile.h. */
#include "logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_it(struct logfile *f)
{
	f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd < 0)
		return -errno;
	struct stat st;
	f->size = fstat(f->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	return 0;
}

int logfile_open(struct logfile *f, const char *path, uint64_t limit)
{
	*f = (struct logfile){ .path = base_dup(path, strlen(path)), .fd = -1, .limit = limit };
	return open_it(f);
}

static void old_name(const struct logfile *f, int i, char *out, size_t n)
{
	if (i == 0)
		snprintf(out, n, "%s", f->path);
	else
		snprintf(out, n, "%s.%d", f->path, i);
}

static int turn_over(struct logfile *f)
{
	char from[4096], to[4096];
	close(f->fd);
	f->fd = -1;
	for (int i = LOGFILE_KEEP; i > 0; i--) {
		old_name(f, i - 1, from, sizeof(from));
		old_name(f, i, to, sizeof(to));
		if (rename(from, to) < 0 && errno != ENOENT)
			return -errno;
	}
	return open_it(f);
}

int logfile_write(struct logfile *f, struct span text)
{
	if (f->fd < 0 || (f->size > 0 && f->size + text.n > f->limit)) {
		int r = f->fd < 0 ? open_it(f) : turn_over(f);
		if (r < 0)
			return r;
	}
	ssize_t n = write(f->fd, text.p, text.n);
	if (n < 0)
		return -errno;
	if ((size_t)n < text.n) {
		/* What is torn goes, or the next line would be glued to it. */
		if (ftruncate(f->fd, (off_t)f->size) < 0)
			f->size += (uint64_t)n;
		return -ENOSPC;
	}
	f->size += (uint64_t)n;
	return 0;
}

void logfile_close(struct logfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct logfile){ .fd = -1 };
}
