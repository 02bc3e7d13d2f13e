/* place.c - paths of a data directory, its lock, and the folder of the programs; see place.h. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/path.h"

char *place_join(const char *dir, const char *name)
{
	char *path = NULL;
	const char *slash = *dir && dir[strlen(dir) - 1] == '/' ? "" : "/";
	if (asprintf(&path, "%s%s%s", dir, slash, name) < 0)
		abort();
	return path;
}

void place_init(struct place *p, const char *data)
{
	size_t n = strlen(data);
	while (n > 1 && data[n - 1] == '/')
		n--;
	p->data = base_dup(data, n);
	p->run = place_join(p->data, "run");
	p->log = place_join(p->data, "log");
	p->log_file = place_join(p->log, "mudlark.log");
	p->socket = place_join(p->run, "up.sock");
	p->lock = place_join(p->run, "up.lock");
	p->console = place_join(p->run, "console.sock");
}

void place_done(struct place *p)
{
	char *all[] = { p->data, p->run, p->log, p->log_file, p->socket, p->lock, p->console };
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		free(all[i]);
	*p = (struct place){ 0 };
}

int place_make(const struct place *p, const char **ret_what)
{
	const char *dirs[] = { p->data, p->run, p->log };
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		struct stat st;
		int r = path_make(dirs[i]);
		if (r == 0 && stat(dirs[i], &st) < 0)
			r = -errno;
		if (r == 0 && !S_ISDIR(st.st_mode))
			r = -ENOTDIR;
		/* Sockets that take orders lie in run/: nobody else may reach them. */
		if (r == 0 && i > 0 && (st.st_mode & 077) != 0 && chmod(dirs[i], 0700) < 0)
			r = -errno;
		if (r < 0) {
			*ret_what = dirs[i];
			return r;
		}
	}
	return 0;
}

int place_lock(const struct place *p, int *ret_fd, int *ret_pid)
{
	int fd = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int r = -errno;
		char text[32] = "";
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
		*ret_pid = n > 0 ? atoi(text) : 0;
		close(fd);
		return r;
	}
	char text[32];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n) {
		int r = -errno;
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

char *place_bin(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n <= 0)
		return base_dup(".", 1);
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return base_dup(path, strlen(path));
}
