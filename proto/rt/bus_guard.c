/* bus_guard.c - directory, name and lock of an ipc:// endpoint; see bus_guard.h. */
#include "rt/bus_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/log.h"
#include "rt/path.h"

const char *bus_ipc_path(const char *endpoint)
{
	return strncmp(endpoint, "ipc://", 6) == 0 ? endpoint + 6 : NULL;
}

int bus_ipc_check(const char *endpoint)
{
	const char *path = bus_ipc_path(endpoint);
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (!path || (*path && strlen(path) <= max))
		return 0;
	log_error("bus_path", LOG_STR("path", path), LOG_U64("max_bytes", max),
		  LOG_STR("why", "the path of a Unix socket is empty or too long: choose a shorter "
				 "data directory"));
	return -ENAMETOOLONG;
}

/* The directory and those above it, as far as they are missing. */
static int make_dirs(const char *path, char dir[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const size_t n = slash ? (size_t)(slash - path) : 0;

	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	if (!slash) {
		memcpy(dir, ".", 2);
		return 0;
	}
	snprintf(dir, PATH_MAX, "%.*s", n ? (int)n : 1, path);
	return path_make(dir);
}

static int check_dir(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return -errno;
	if (st.st_mode & 077 || st.st_uid != geteuid()) {
		log_error("bus_directory", LOG_STR("directory", dir),
			  LOG_STR("why", "sockets need a directory that only this user can enter "
					 "(mode 0700)"));
		return -EPERM;
	}
	return 0;
}

static int take_lock(const char *path)
{
	char lock[PATH_MAX];
	int fd;

	if (snprintf(lock, sizeof(lock), "%s.lock", path) >= (int)sizeof(lock))
		return -ENAMETOOLONG;
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		const int r = errno == EWOULDBLOCK ? -EADDRINUSE : -errno;

		if (r == -EADDRINUSE)
			log_error("bus_in_use", LOG_STR("path", path),
				  LOG_STR("why", "another process serves this address"));
		close(fd);
		return r;
	}
	return fd;
}

int bus_guard(const char *path, int *ret_fd)
{
	char dir[PATH_MAX];
	int r = make_dirs(path, dir);

	if (r == 0)
		r = check_dir(dir);
	if (r == 0)
		r = take_lock(path);
	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT) {
		const int error = -errno;

		close(r);
		return error;
	}
	*ret_fd = r;
	return 0;
}
