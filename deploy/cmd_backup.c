/*
 * cmd_backup.c - `mudlark backup`: everything that is stored into a new file of a folder, while play goes on;
 * verified; then the old ones may go.
 *
 * A backup has its name only when all of it is on the disk and was read back from there by the very check
 * that a restore makes.
 */
#include "command.h"
#include "dump.h"
#include "halt.h"
#include "newfile.h"
#include "place.h"
#include "program.h"
#include "retain.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rt/path.h"
#include "rt/proc.h"

enum { SAME_SECOND = 60, HASH_HEX = 64 };

struct backup {
	const struct args *args;
	char *dir;
	char name[RETAIN_NAME];
	struct newfile file;
	char hash[HASH_HEX + 1];
	int halt;
};

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "mudlark backup: %s: %s\n", what, why);
	return EXIT_FAULT;
}

/* One's own folder is made, but not one that was named: it may be a disk that is not there. */
static int open_folder(struct backup *b)
{
	struct stat st;
	b->dir = b->args->to ? base_dup(b->args->to, strlen(b->args->to))
			     : place_join(b->args->data, "backup");
	if (!b->args->to && access(b->args->data, F_OK) == 0) {
		int r = path_make(b->dir);
		if (r < 0)
			return complain(b->dir, strerror(-r));
	}
	if (stat(b->dir, &st) < 0)
		return complain(b->dir, strerror(errno));
	return S_ISDIR(st.st_mode) ? EXIT_DONE : complain(b->dir, strerror(ENOTDIR));
}

/* A second backup within the same second is named as of the next. */
static int open_file(struct backup *b)
{
	time_t now = time(NULL);
	int r = -EEXIST;
	for (int i = 0; i < SAME_SECOND && r == -EEXIST; i++) {
		retain_name(now + i, b->name);
		CLEANUP(base_freep) char *path = place_join(b->dir, b->name);
		r = newfile_open(&b->file, path);
	}
	return r < 0 ? complain(b->dir, strerror(-r)) : EXIT_DONE;
}

/* "state HASH" is one of the lines. */
static void find_hash(struct backup *b, struct buf *said)
{
	buf_addc(said, '\0');
	const char *at = strstr(buf_p(said), "state ");
	if (at)
		snprintf(b->hash, sizeof(b->hash), "%.*s", (int)strspn(at + 6, "0123456789abcdef"),
			 at + 6);
}

static int read_back(struct backup *b)
{
	const char *const words[] = { PROGRAM_QUIET, "--verify", b->file.part, NULL };
	int ends[2];
	pid_t pid = 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return complain(b->dir, strerror(errno));
	char **argv = program_argv("mudlark-persist", NULL, words);
	int r = program_start(&pid, argv, -1, ends[1]);
	settings_free(argv);
	close(ends[1]);
	struct buf said = { 0 };
	int status = EXIT_FAULT;
	if (r == 0) {
		program_listen(pid, ends[0], b->halt, &said);
		status = program_wait(pid, b->halt);
		find_hash(b, &said);
	}
	close(ends[0]);
	buf_done(&said);
	if (status != EXIT_DONE && halt_status(b->halt) == EXIT_DONE)
		complain(b->name, "what was written is not whole; it was deleted");
	return status;
}

static int keep(struct backup *b)
{
	struct stat st;
	int r = fstat(b->file.fd, &st) < 0 ? -errno : newfile_keep(&b->file);
	if (r < 0)
		return complain(b->file.path, strerror(-r));
	if (!(b->args->given & ARG_QUIET))
		printf("%s: %" PRIdMAX " bytes, verified, state %s\n", b->file.path,
		       (intmax_t)st.st_size, b->hash);
	return EXIT_DONE;
}

static int write_file(struct backup *b)
{
	int status =
		dump_run(b->args,
			 &(struct dump_to){ .fd = b->file.fd, .is_packed = true, .halt = b->halt });
	if (status == EXIT_DONE)
		status = read_back(b);
	if (halt_status(b->halt) != EXIT_DONE) {
		status = halt_status(b->halt);
		complain("interrupted", "there is no new backup");
	}
	return status == EXIT_DONE ? keep(b) : status;
}

static void on_told(void *ctx, const char *name, const char *left)
{
	const struct backup *b = ctx;
	if (b->args->given & ARG_QUIET)
		return;
	if (!left)
		printf("%s/%s: deleted, too old\n", b->dir, name);
	else if (b->args->keep || b->args->keep_days)
		printf("%s/%s: left alone and not counted, %s\n", b->dir, name, left);
}

static int forget_old(struct backup *b)
{
	const struct retain rule = { b->args->keep, b->args->keep_days };
	int r = retain_apply(b->dir, b->name, &rule, time(NULL), on_told, b);
	return r < 0 ? complain(b->dir, strerror(-r)) : EXIT_DONE;
}

static int run(const struct args *a)
{
	struct backup b = { .args = a, .file = { .fd = -1 }, .halt = halt_open() };
	if (b.halt < 0)
		return complain("signals", strerror(-b.halt));
	int status = open_folder(&b);
	if (status == EXIT_DONE)
		status = open_file(&b);
	if (status == EXIT_DONE)
		status = write_file(&b);
	newfile_done(&b.file);
	if (status == EXIT_DONE)
		status = forget_old(&b);
	base_freep(&b.dir);
	close(b.halt);
	return status;
}

const struct command cmd_backup = {
	.name = "backup",
	.words = "",
	.about = "everything that is stored into a new file, while play goes on",
	.more = "Writes mudlark-YYYYMMDD-HHMMSSZ.jsonl.gz, reads it back and checks it, and prints "
		"one "
		"line.\n"
		"Then --keep and --keep-days delete old ones; with both, one goes when both say "
		"so.  "
		"Other files\n"
		"are never touched.  Exit status: 0 there is a new backup, 69 no persist or no "
		"database, 73 another\n"
		"backup is under way, 1 it could not be written, 130 Ctrl-C; in all of these there "
		"is "
		"none.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET | ARG_TO | ARG_KEEP | ARG_KEEP_DAYS | ARG_QUIET |
		 ARG_INSECURE,
	.run = run,
};
