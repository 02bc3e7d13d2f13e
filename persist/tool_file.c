/* tool_file.c - files of exports; see tool_file.h.  zlib reads what is not gzip as it is. */
#include "persist/tool_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "persist/store.h"

enum { CHUNK_BYTES = 64 << 10 };

struct tool_source {
	gzFile file;
	char *path;
	char chunk[CHUNK_BYTES];
};

static bool is_standard(const char *path)
{
	return strcmp(path, "-") == 0;
}

static int say_errno(struct buf *why, const char *what, const char *path)
{
	const int r = -errno;

	buf_addf(why, "cannot %s %s: %s", what, path, strerror(-r));
	return r;
}

int tool_source_open(struct tool_source **ret, const char *path, struct buf *why)
{
	const int fd = is_standard(path) ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return say_errno(why, "read", path);
	struct tool_source *s = base_alloc(1, sizeof(*s));
	s->path = base_dup(path, strlen(path));
	s->file = gzdopen(fd, "rb");
	if (!s->file) {
		close(fd);
		tool_source_close(s);
		buf_addf(why, "cannot read %s: out of memory", path);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

int tool_source_read(void *source, struct span *ret, struct buf *why)
{
	struct tool_source *s = source;
	int code = Z_OK;

	errno = 0;
	const int n = gzread(s->file, s->chunk, sizeof(s->chunk));
	const char *text = gzerror(s->file, &code);

	if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END)) {
		buf_addf(why, "%s cannot be read: %s", s->path,
			 code == Z_ERRNO       ? strerror(errno)
			 : code == Z_BUF_ERROR ? "it was cut off in its compressed data"
					       : text);
		/* What cannot be unpacked is no whole file. */
		return code == Z_ERRNO ? -EIO : STORE_BAD;
	}
	*ret = (struct span){ s->chunk, (size_t)n };
	return 0;
}

void tool_source_close(struct tool_source *s)
{
	if (!s)
		return;
	if (s->file)
		(void)gzclose_r(s->file);
	free(s->path);
	free(s);
}

int tool_target_open(struct tool_target *t, const char *path, struct buf *why)
{
	struct buf part = { 0 };

	*t = (struct tool_target){ .fd = STDOUT_FILENO };
	if (is_standard(path))
		return 0;
	t->path = base_dup(path, strlen(path));
	buf_addf(&part, "%s.part", path);
	t->part = base_dup(buf_p(&part), part.n);
	buf_done(&part);
	t->fd = open(t->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	return t->fd < 0 ? say_errno(why, "write", t->part) : 0;
}

int tool_target_write(struct tool_target *t, struct span bytes, struct buf *why)
{
	while (bytes.n) {
		const ssize_t n = write(t->fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return say_errno(why, "write", t->part ? t->part : "the standard output");
		bytes = (struct span){ bytes.p + n, bytes.n - (size_t)n };
	}
	return 0;
}

/* So that the name, too, is there after a power cut. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	CLEANUP(base_freep)
	char *folder = slash ? base_dup(path, (size_t)(slash - path) + 1) : base_dup(".", 1);
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int r = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

int tool_target_commit(struct tool_target *t, struct buf *why)
{
	if (!t->path)
		return 0;
	if (fsync(t->fd) < 0 || rename(t->part, t->path) < 0 || sync_folder(t->path) < 0)
		return say_errno(why, "write", t->path);
	free(t->part);
	t->part = NULL;
	return 0;
}

void tool_target_close(struct tool_target *t)
{
	if (t->path && t->fd >= 0)
		close(t->fd);
	if (t->part && t->fd >= 0)
		(void)unlink(t->part);
	free(t->part);
	free(t->path);
	*t = (struct tool_target){ .fd = -1 };
}
