/* retain.c - see retain.h. */
#include "retain.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "newfile.h"

#define SHAPE "mudlark-%Y%m%d-%H%M%SZ.jsonl.gz"

enum { DAY_S = 24 * 60 * 60 };

struct list {
	char (*names)[RETAIN_NAME];
	size_t n, cap;
};

struct folder {
	int fd;
	void (*told)(void *ctx, const char *name, const char *left);
	void *ctx;
	time_t now;
	int trouble; /* the first */
};

void retain_name(time_t at, char ret[RETAIN_NAME])
{
	struct tm tm;
	gmtime_r(&at, &tm);
	strftime(ret, RETAIN_NAME, SHAPE, &tm);
}

/* Written by us, to the letter: the name of its time is the name again. */
static bool parse(const char *name, time_t *ret)
{
	struct tm tm = { 0 };
	char again[RETAIN_NAME];
	const char *end = strptime(name, SHAPE, &tm);
	if (!end || *end)
		return false;
	*ret = timegm(&tm);
	retain_name(*ret, again);
	return strcmp(again, name) == 0;
}

static bool parse_part(const char *name)
{
	char whole[RETAIN_NAME];
	time_t at;
	size_t n = strlen(name), n_part = strlen(NEWFILE_PART);
	if (n <= n_part || n - n_part >= sizeof(whole) || strcmp(name + n - n_part, NEWFILE_PART))
		return false;
	memcpy(whole, name, n - n_part);
	whole[n - n_part] = '\0';
	return parse(whole, &at);
}

static void drop(struct folder *f, const char *name)
{
	struct stat st;
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return;
	if (unlinkat(f->fd, name, 0) == 0)
		f->told(f->ctx, name, NULL);
	else if (f->trouble == 0)
		f->trouble = -errno;
}

/* One that is locked is being written. */
static void drop_part(struct folder *f, const char *name)
{
	int fd = openat(f->fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		drop(f, name);
	close(fd);
}

static void list_add(struct list *l, const char *name)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->names = base_realloc(l->names, l->cap, sizeof(*l->names));
	}
	memcpy(l->names[l->n++], name, strlen(name) + 1);
}

static int by_age(const void *a, const void *b)
{
	return strcmp(b, a);
}

/* NULL: a backup; else why it is none. */
static const char *fault_of(const struct folder *f, const char *name, time_t at)
{
	struct stat st;
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return "it is no plain file";
	if (st.st_size == 0)
		return "it is empty";
	return at > f->now + RETAIN_AHEAD_S ? "its time has not come yet" : NULL;
}

static void look(struct folder *f, DIR *d, const char *fresh, struct list *ret)
{
	const struct dirent *e;
	time_t at;
	while ((e = readdir(d))) {
		if (parse(e->d_name, &at)) {
			const char *fault =
				strcmp(e->d_name, fresh) == 0 ? NULL : fault_of(f, e->d_name, at);
			if (fault)
				f->told(f->ctx, e->d_name, fault);
			else
				list_add(ret, e->d_name);
		} else if (parse_part(e->d_name)) {
			drop_part(f, e->d_name);
		}
	}
	if (ret->n > 1)
		qsort(ret->names, ret->n, sizeof(*ret->names), by_age);
}

static bool may_go(const char *name, size_t rank, const struct retain *rule, time_t now)
{
	time_t at = 0;
	if (!parse(name, &at) || (rule->keep == 0 && rule->days == 0))
		return false;
	return rank >= rule->keep && (rule->days == 0 || at < now - (time_t)rule->days * DAY_S);
}

int retain_apply(const char *dir, const char *fresh, const struct retain *rule, time_t now,
		 void (*told)(void *ctx, const char *name, const char *left), void *ctx)
{
	struct list list = { 0 };
	DIR *d = opendir(dir);
	if (!d)
		return -errno;
	struct folder f = { .fd = dirfd(d), .told = told, .ctx = ctx, .now = now };
	look(&f, d, fresh, &list);
	for (size_t i = 0; i < list.n; i++)
		if (strcmp(list.names[i], fresh) != 0 && may_go(list.names[i], i, rule, now))
			drop(&f, list.names[i]);
	closedir(d);
	free(list.names);
	return f.trouble;
}
