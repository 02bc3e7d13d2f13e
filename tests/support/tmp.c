/* tmp.c - see tmp.h.  What was made is removed by the process that made it, never by a fork of it.
 */
#include "tests/support/tmp.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/die.h"

enum { DIRS_MAX = 256, PORT_FIRST = 20000, PORTS = 12000 };

static struct {
	char *path;
	pid_t owner;
} dirs[DIRS_MAX];
static size_t n_dirs;

static int remove_one(const char *path, const struct stat *st UNUSED, int kind UNUSED,
		      struct FTW *at UNUSED)
{
	return remove(path);
}

static void remove_all(void)
{
	for (size_t i = 0; i < n_dirs; i++)
		if (dirs[i].owner == getpid() && !getenv("MUDLARK_KEEP"))
			nftw(dirs[i].path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *tmp_dir(void)
{
	const char *base = getenv("TMPDIR");
	char path[256];

	if (n_dirs == DIRS_MAX)
		die("too many temporary folders");
	snprintf(path, sizeof(path), "%s/mudlark-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(path))
		die("cannot make %s", path);
	if (!n_dirs)
		atexit(remove_all);
	dirs[n_dirs].owner = getpid();
	dirs[n_dirs].path = base_dup(path, strlen(path));
	return dirs[n_dirs++].path;
}

char *tmp_path(const char *dir, const char *name)
{
	char *path = NULL;

	must(asprintf(&path, "%s/%s", dir, name), "asprintf");
	return path;
}

static bool is_free(uint16_t port)
{
	const struct sockaddr_in a = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons(port) };
	const int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	const bool free_ = !bind(fd, (const struct sockaddr *)&a, sizeof(a));

	close(fd);
	return free_;
}

/* Below those that the kernel gives to connections, which might have it before the server; tests that run at the
 * same time begin at places of their own. */
uint16_t tmp_port(void)
{
	static unsigned asked;

	for (;;) {
		const unsigned at = (unsigned)getpid() * 7919u + asked++ * 31u;
		const uint16_t port = (uint16_t)(PORT_FIRST + at % PORTS);

		if (is_free(port))
			return port;
	}
}

void tmp_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (!f || fputs(text, f) < 0 || fclose(f))
		die("cannot write %s", path);
}

char *tmp_read(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = 0, cap = 4096, got;
	char *text = base_alloc(cap, 1);

	while (f && (got = fread(text + n, 1, cap - n - 1, f)) > 0) {
		n += got;
		if (cap - n < 2)
			text = base_realloc(text, cap *= 2, 1);
	}
	if (f)
		fclose(f);
	text[n] = '\0';
	return text;
}

static void look_into(const char *path, const char *text)
{
	CLEANUP(base_freep) char *all = NULL;
	struct stat st;
	FILE *f;

	if (stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return;
	f = fopen(path, "re");
	if (!f)
		die("cannot read %s", path);
	all = base_alloc((size_t)st.st_size + 1, 1);
	if (memmem(all, fread(all, 1, (size_t)st.st_size, f), text, strlen(text)))
		die("%s holds \"%s\"", path, text);
	fclose(f);
}

void tmp_nowhere(const char *dir, const char *text, const char *but)
{
	struct dirent *e;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((e = readdir(d))) {
		CLEANUP(base_freep) char *path = tmp_path(dir, e->d_name);

		if (e->d_name[0] == '.' || !strcmp(path, but))
			continue;
		if (e->d_type == DT_DIR)
			tmp_nowhere(path, text, but);
		else
			look_into(path, text);
	}
	closedir(d);
}
