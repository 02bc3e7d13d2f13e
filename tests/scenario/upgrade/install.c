/* install.c - see install.h. */
#include "tests/scenario/upgrade/install.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/child.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

static const char *const parts[] = { "", "persist", "world", "gateway", "aibridge" };

static void copy(const char *from, const char *to)
{
	const int in = must(open(from, O_RDONLY | O_CLOEXEC), from);
	const int out = must(open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700), to);
	struct stat st;

	must(fstat(in, &st), from);
	while (st.st_size > 0) {
		const ssize_t n = sendfile(out, in, NULL, (size_t)st.st_size);

		if (n <= 0)
			die("cannot copy %s", from);
		st.st_size -= n;
	}
	close(in);
	must(close(out), to);
}

static char *program(const char *dir, const char *part)
{
	char name[40];

	snprintf(name, sizeof(name), *part ? "mudlark-%s" : "mudlark", part);
	return tmp_path(dir, name);
}

void install_put(struct install *in, const char *part, enum version v)
{
	CLEANUP(base_freep) char *from = program(in->bin[v], part);
	CLEANUP(base_freep) char *to = program(in->dir, part);
	CLEANUP(base_freep) char *fresh = tmp_path(in->dir, "fresh");

	copy(from, fresh);
	must(rename(fresh, to), to);
}

void install_all(struct install *in, enum version v)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		install_put(in, parts[i], v);
}

void install_init(struct install *in, const char *dir)
{
	const char *base = getenv("MUDLARK_BASE");
	const char *ours = child_program("");

	if (!base)
		die("MUDLARK_BASE is to name the folder with the programs of before");
	in->bin[OLD] = base_dup(base, strlen(base));
	in->bin[NEW] = base_dup(ours, strlen(ours));
	in->dir = tmp_path(dir, "bin");
	must(mkdir(in->dir, 0700), in->dir);
	install_all(in, OLD);
	must(setenv("MUDLARK_BIN", in->dir, 1), "setenv");
}

void install_done(struct install *in)
{
	unsetenv("MUDLARK_BIN");
	free(in->bin[OLD]);
	free(in->bin[NEW]);
	free(in->dir);
}

bool install_runs(const struct install *in, const char *part, pid_t pid)
{
	CLEANUP(base_freep) char *path = program(in->dir, part);
	struct stat file, exe;
	char link[40];

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	must(stat(path, &file), path);
	return stat(link, &exe) == 0 && exe.st_dev == file.st_dev && exe.st_ino == file.st_ino;
}
