/* watch.c - see watch.h. */
#include "tests/soak/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/buf.h"
#include "tests/soak/trend.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"
#include "tests/support/tmp.h"

enum { WAIT_S = 10 };

enum verdict {
	TOLD,	/* no more than that */
	MEMORY, /* flat */
	COUNT,	/* of what is held: does not grow by more than `slack` or some percent */
	QUEUE	/* of what waits: the same */
};

enum from { FROM_STATUS, FROM_FDS, FROM_METRICS, FROM_FILE, FROM_SQL };

static const double limit_percent = 1, count_percent = 3;

static const char *const processes[] = { "persist", "world", "gateway", "aibridge" };

/* A row of the table; those without a process are looked at for each of them. */
static const struct row {
	const char *what, *process,
		*source; /* a field of /proc, a family of numbers, a file, SQL */
	enum from from;
	enum verdict verdict;
	double slack;
} rows[] = {
	{ "memory, KiB", NULL, "VmRSS", FROM_STATUS, MEMORY, 0 },
	{ "of it not of files, KiB", NULL, "RssAnon", FROM_STATUS, TOLD, 0 },
	{ "descriptors", NULL, NULL, FROM_FDS, COUNT, 5 },
	{ "threads", NULL, "Threads", FROM_STATUS, COUNT, 1 },
	{ "records in rings", NULL, "mudlark_link_unacked_records", FROM_METRICS, QUEUE, 200 },
	{ "bytes in rings", NULL, "mudlark_link_unacked_bytes", FROM_METRICS, QUEUE, 65536 },
	{ "commits waiting", "persist", "mudlark_persist_waiting", FROM_METRICS, QUEUE, 50 },
	{ "passwords waiting", "persist", "mudlark_persist_hashing", FROM_METRICS, QUEUE, 5 },
	{ "batches waiting", "world", "mudlark_world_batches_waiting", FROM_METRICS, QUEUE, 50 },
	{ "asks under way", "world", "mudlark_world_asks_under_way", FROM_METRICS, QUEUE, 10 },
	{ "entities", "world", "mudlark_world_entities", FROM_METRICS, COUNT, 20 },
	{ "players", "world", "mudlark_world_players", FROM_METRICS, COUNT, 20 },
	{ "connections", "gateway", "mudlark_gateway_connections", FROM_METRICS, COUNT, 20 },
	{ "sessions", "gateway", "mudlark_gateway_sessions", FROM_METRICS, COUNT, 20 },
	{ "lines waiting", "gateway", "mudlark_gateway_lines_waiting", FROM_METRICS, QUEUE, 50 },
	{ "output waiting, bytes", "gateway", "mudlark_gateway_output_bytes", FROM_METRICS, QUEUE,
	  65536 },
	{ "asks queued", "aibridge", "mudlark_aibridge_asks_queued", FROM_METRICS, QUEUE, 10 },
	{ "settlements waiting", "aibridge", "mudlark_aibridge_settlements_waiting", FROM_METRICS,
	  QUEUE, 10 },
	{ "outbox, rows", "store", "SELECT count(*) FROM outbox", FROM_SQL, QUEUE, 200 },
	{ "sessions, rows", "store", "SELECT count(*) FROM session", FROM_SQL, QUEUE, 50 },
	{ "entities, rows", "store", "SELECT count(*) FROM entity", FROM_SQL, COUNT, 50 },
	{ "documents, rows", "store", "SELECT count(*) FROM document", FROM_SQL, TOLD, 0 },
	{ "events, rows", "store", "SELECT count(*) FROM event", FROM_SQL, TOLD, 0 },
	{ "database, bytes", "store", "mudlark.db", FROM_FILE, TOLD, 0 },
	{ "write-ahead log, bytes", "store", "mudlark.db-wal", FROM_FILE, QUEUE, 8 << 20 },
	{ "its log, bytes", "mudlark", "log/mudlark.log", FROM_FILE, TOLD, 0 },
};

struct series {
	const struct row *row;
	const char *process;
	double *values;
};

struct watch {
	struct mud *mud;
	const char *url;
	struct series *series;
	size_t n_series, n, cap;
	double *hours;
	uint64_t start_us;
	char *numbers[ARRAY_LEN(processes)]; /* what each said last */
};

static bool is_there(const struct row *r, enum store_kind kind)
{
	if (r->from == FROM_SQL)
		return kind == STORE_OF_PG; /* SQLite is not opened beside the server */
	return kind == STORE_OF_SQLITE || r->from != FROM_FILE || strcmp(r->process, "store") != 0;
}

static void add(struct watch *w, const struct row *r, const char *process)
{
	w->series = base_realloc(w->series, w->n_series + 1, sizeof(*w->series));
	w->series[w->n_series++] = (struct series){ .row = r, .process = process };
}

struct watch *watch_new(struct mud *m, enum store_kind kind, const char *url)
{
	struct watch *w = base_alloc(1, sizeof(*w));

	w->mud = m;
	w->url = url;
	w->start_us = now_us();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!is_there(&rows[i], kind))
			continue;
		if (rows[i].process)
			add(w, &rows[i], rows[i].process);
		for (size_t k = 0; k < ARRAY_LEN(processes) && !rows[i].process; k++)
			add(w, &rows[i], processes[k]);
	}
	return w;
}

void watch_free(struct watch *w)
{
	for (size_t i = 0; i < w->n_series; i++)
		free(w->series[i].values);
	free(w->series);
	free(w->hours);
	free(w);
}

/* -- where figures come from */

/* What the process says of itself; freed by the caller. */
static char *scrape(const struct mud *m, const char *process)
{
	static const char request[] =
		"GET /metrics HTTP/1.1\r\nHost: mud\r\nConnection: close\r\n\r\n";
	const struct timeval patience = { .tv_sec = WAIT_S };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct buf text = { 0 };
	ssize_t n;
	int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	snprintf(to.sun_path, sizeof(to.sun_path), "%s/run/%s.metrics", m->dir, process);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	must(connect(fd, (struct sockaddr *)&to, sizeof(to)), to.sun_path);
	must((int)send(fd, request, strlen(request), MSG_NOSIGNAL), to.sun_path);
	do {
		n = recv(fd, buf_reserve(&text, 65536), 65536, 0);
		if (n > 0)
			buf_commit(&text, (size_t)n);
	} while (n > 0);
	close(fd);
	buf_add(&text, "", 1);
	return text.p;
}

/* The sum over a family. */
static double sum_of(const char *numbers, const char *family)
{
	const size_t n = strlen(family);
	double sum = 0;

	for (const char *line = numbers; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, family, n) != 0 || (line[n] != ' ' && line[n] != '{'))
			continue;
		line += strcspn(line, " \n");
		sum += strtod(line, NULL);
	}
	return sum;
}

static double file_size(const struct mud *m, const char *name)
{
	CLEANUP(base_freep) char *path = tmp_path(m->dir, name);
	struct stat st;

	return stat(path, &st) ? 0 : (double)st.st_size;
}

static double value_of(struct watch *w, const struct series *s)
{
	const struct row *r = s->row;

	switch (r->from) {
	case FROM_STATUS:
		return (double)sample_status(mud_pid(w->mud, s->process), r->source);
	case FROM_FDS:
		return (double)sample_fds(mud_pid(w->mud, s->process));
	case FROM_FILE:
		return file_size(w->mud, r->source);
	case FROM_SQL:
		return (double)store_number(w->url, r->source);
	case FROM_METRICS:
		break;
	}
	for (size_t i = 0; i < ARRAY_LEN(processes); i++)
		if (!strcmp(processes[i], s->process))
			return sum_of(w->numbers[i], r->source);
	return 0;
}

void watch_sample(struct watch *w)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 256;
		w->hours = base_realloc(w->hours, w->cap, sizeof(*w->hours));
		for (size_t i = 0; i < w->n_series; i++)
			w->series[i].values =
				base_realloc(w->series[i].values, w->cap, sizeof(double));
	}
	for (size_t i = 0; i < ARRAY_LEN(processes); i++)
		w->numbers[i] = scrape(w->mud, processes[i]);
	w->hours[w->n] = (double)(now_us() - w->start_us) / 3.6e9;
	for (size_t i = 0; i < w->n_series; i++)
		w->series[i].values[w->n] = value_of(w, &w->series[i]);
	for (size_t i = 0; i < ARRAY_LEN(processes); i++)
		free(TAKE(w->numbers[i]));
	w->n++;
}

/* -- the verdict */

static bool is_bad(const struct row *r, const struct trend *t)
{
	const double share = t->mean * count_percent / 100;

	switch (r->verdict) {
	case MEMORY:
		return trend_leaks(t, limit_percent);
	case COUNT:
	case QUEUE:
		return trend_grows(t, share > r->slack ? share : r->slack);
	case TOLD:
		break;
	}
	return false;
}

size_t watch_verdict(const struct watch *w, uint64_t warm_us)
{
	static const char *const words[] = {
		[TOLD] = "-", [MEMORY] = "flat", [COUNT] = "steady", [QUEUE] = "steady"
	};
	const double warm = (double)warm_us / 3.6e9;
	size_t from = 0, bad = 0;

	while (from < w->n && w->hours[from] < warm)
		from++;
	printf("%-9s %-24s %12s %12s %22s  %s\n", "process", "what", "mean", "last",
	       "growth an hour (error)", "verdict");
	for (size_t i = 0; i < w->n_series; i++) {
		const struct series *s = &w->series[i];
		const struct trend t = trend_of(w->hours + from, s->values + from, w->n - from);
		const bool wrong = is_bad(s->row, &t);
		const double percent = t.mean > 0 ? t.slope / t.mean * 100 : 0;

		bad += wrong;
		printf("%-9s %-24s %12.0f %12.0f %8.2f %% %9.1f (%.1f)  %s\n", s->process,
		       s->row->what, t.mean, w->n ? s->values[w->n - 1] : 0, percent, t.slope,
		       t.error, wrong ? "GROWS" : words[s->row->verdict]);
	}
	return bad;
}

void watch_write(const struct watch *w, const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		die("cannot write %s", path);
	fprintf(f, "seconds");
	for (size_t i = 0; i < w->n_series; i++)
		fprintf(f, ";%s: %s", w->series[i].process, w->series[i].row->what);
	for (size_t k = 0; k < w->n; k++) {
		fprintf(f, "\n%.0f", w->hours[k] * 3600);
		for (size_t i = 0; i < w->n_series; i++)
			fprintf(f, ";%.0f", w->series[i].values[k]);
	}
	fprintf(f, "\n");
	must(fclose(f) ? -1 : 0, path);
}
