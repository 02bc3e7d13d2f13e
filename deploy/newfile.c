/* newfile.c - see newfile.h. */
#include "newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who had the lock may have given the file its whole name, or none, since it was opened. */
static bool is_named(int fd, const char *part)
{
	struct stat ours, there;
	return fstat(fd, &ours) == 0 && lstat(part, &there) == 0 && ours.st_ino == there.st_ino &&
	       ours.st_dev == there.st_dev;
}

/* Locked by who writes it. -EEXIST: another does; -EAGAIN: another did. */
static int open_part(const char *part)
{
	int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int r = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -EEXIST : 0;
	if (r == 0 && !is_named(fd, part))
		r = -EAGAIN;
	/* What nobody has locked was left behind by a kill. */
	if (r == 0 && (fchmod(fd, 0600) < 0 || ftruncate(fd, 0) < 0))
		r = -errno;
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

int newfile_open(struct newfile *f, const char *path)
{
	*f = (struct newfile){ .fd = -1 };
	if (access(path, F_OK) == 0)
		return -EEXIST;
	CLEANUP(base_freep) char *part = NULL;
	if (asprintf(&part, "%s%s", path, NEWFILE_PART) < 0)
		abort();
	int fd;
	while ((fd = open_part(part)) == -EAGAIN)
		;
	/* Who had the lock until now may have kept it. */
	if (fd >= 0 && access(path, F_OK) == 0) {
		unlink(part);
		close(fd);
		return -EEXIST;
	}
	if (fd < 0)
		return fd;
	f->fd = fd;
	f->path = base_dup(path, strlen(path));
	f->part = TAKE(part);
	return 0;
}

static int sync_folder_of(const char *path)
{
	CLEANUP(base_freep) char *copy = base_dup(path, strlen(path));
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* Some file systems (of networks) cannot rename without replacing, but link. */
static int give_name(const char *part, const char *path)
{
	if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (link(part, path) < 0)
		return -errno;
	return unlink(part) < 0 ? -errno : 0;
}

int newfile_keep(struct newfile *f)
{
	int r = fsync(f->fd) < 0 ? -errno : 0;
	if (r == 0)
		r = give_name(f->part, f->path);
	if (r == 0) {
		free(TAKE(f->part));
		r = sync_folder_of(f->path);
		if (r < 0)
			unlink(f->path);
	}
	return r;
}

void newfile_done(struct newfile *f)
{
	if (f->part)
		unlink(f->part);
	if (f->fd >= 0)
		close(f->fd);
	free(f->part);
	free(f->path);
	*f = (struct newfile){ .fd = -1 };
}
