/*
 * cmd_logs.c - `mudlark logs`: the end of DATA/log/mudlark.log, and on request what follows.
 *
 * It reads the file and asks nobody, so it also tells why nothing runs any more.  Following
 * survives the file being turned over: the path is looked at again whenever the end is reached.
 */
#include "command.h"
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "rt/proc.h"

/* A line belongs to a process when its first word is the process's name. */
static bool is_wanted(const char *line, const char *process)
{
	size_t n = process ? strlen(process) : 0;
	return !process || (strncmp(line, process, n) == 0 && (line[n] == ' ' || line[n] == '|'));
}

struct tail {
	char **lines; /* a ring */
	size_t n, cap;
};

static void tail_add(struct tail *t, const char *line)
{
	if (t->cap == 0)
		return;
	char **slot = &t->lines[t->n++ % t->cap];
	free(*slot);
	*slot = base_dup(line, strlen(line));
}

static void tail_print(struct tail *t)
{
	size_t have = t->n < t->cap ? t->n : t->cap;
	for (size_t i = t->n - have; i < t->n; i++)
		fputs(t->lines[i % t->cap], stdout);
	for (size_t i = 0; i < t->cap; i++)
		free(t->lines[i]);
	free(t->lines);
	fflush(stdout);
}

static void read_all(FILE *f, const char *process, struct tail *t)
{
	char *line = NULL;
	size_t cap = 0;
	while (getline(&line, &cap, f) > 0)
		if (is_wanted(line, process))
			tail_add(t, line);
	free(line);
}

/* True when the path names another file by now, which is then opened. */
static bool reopen(const char *path, FILE **f)
{
	struct stat here, there;
	if (fstat(fileno(*f), &here) < 0 || stat(path, &there) < 0 || here.st_ino == there.st_ino)
		return false;
	FILE *next = fopen(path, "re");
	if (!next)
		return false;
	fclose(*f);
	*f = next;
	return true;
}

static int follow(const char *path, FILE **f, const char *process)
{
	const struct timespec step = { .tv_nsec = 100000000 };
	char *line = NULL;
	size_t cap = 0;
	while (!ferror(stdout)) {
		if (getline(&line, &cap, *f) > 0) {
			if (is_wanted(line, process))
				fputs(line, stdout);
			continue;
		}
		fflush(stdout);
		clearerr(*f);
		if (!reopen(path, f))
			nanosleep(&step, NULL);
	}
	free(line);
	return EXIT_DONE;
}

static int run(const struct args *a)
{
	struct place place;
	place_init(&place, a->data);
	const char *process = a->n_words ? a->words[0] : NULL;
	int status = EXIT_DONE;
	FILE *f = fopen(place.log_file, "re");
	if (!f) {
		fprintf(stderr, "mudlark logs: %s: %s\n", place.log_file, strerror(errno));
		status = EXIT_UNAVAILABLE;
	} else {
		struct tail t = { .cap = a->lines };
		t.lines = base_alloc(t.cap + 1, sizeof(*t.lines));
		read_all(f, process, &t);
		tail_print(&t);
		if (a->given & ARG_FOLLOW)
			status = follow(place.log_file, &f, process);
		fclose(f);
	}
	place_done(&place);
	return status;
}

const struct command cmd_logs = {
	.name = "logs",
	.words = "[PROCESS]",
	.about = "the last lines of the log, of all processes or of one",
	.more = "PROCESS is one of those that `mudlark status` shows, or mudlark for the "
		"supervisor's own\n"
		"words.",
	.flags = ARG_DATA | ARG_FOLLOW | ARG_LINES,
	.words_max = 1,
	.run = run,
};
