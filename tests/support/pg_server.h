/*
 * pg_server.h - a real PostgreSQL for tests: a fresh cluster in a temporary folder, reached by a unix
 * socket in it and by nothing else, with the durable settings.  It dies with the process that started
 * it.  PostgreSQL refuses to run as root; then it runs as the user postgres of Debian's package.
 *
 * Header-only, so that unit tests and scenarios can both use it. Needs libpq.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <postgresql/libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PG_BIN
#define PG_BIN "/usr/lib/postgresql/15/bin"
#endif

struct pg_server {
	pid_t pid; /* 0: not running */
	char dir[64];
	char url[256]; /* of the database postgres */
};

static inline void pg_server_drop_root(void)
{
	const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;

	if (user && (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid)))
		_exit(126);
}

/* In the child: as the right user, quiet (into dir/log), then the program. */
static inline void pg_server_exec(const struct pg_server *s, char *const argv[])
{
	char log[128];

	pg_server_drop_root();
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	snprintf(log, sizeof(log), "%s/log", s->dir);
	const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 || chdir(s->dir) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

static inline int pg_server_run(const struct pg_server *s, char *const argv[])
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0)
		pg_server_exec(s, argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline bool pg_server_wait(const struct pg_server *s)
{
	for (int i = 0; i < 1500; i++) {
		if (PQping(s->url) == PQPING_OK)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	fprintf(stderr, "PostgreSQL did not come up, see %s/log\n", s->dir);
	return false;
}

/* Starts the server on the cluster that is there. `set` NULL or one "name=value" to change. */
static inline bool pg_server_up(struct pg_server *s, const char *set)
{
	char data[96], sockets[128], change[96];

	snprintf(data, sizeof(data), "%s/data", s->dir);
	snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s", s->dir);
	snprintf(change, sizeof(change), "%s", set ? set : "fsync=on");
	char *const argv[] = { PG_BIN "/postgres",
			       "-D",
			       data,
			       "-c",
			       "listen_addresses=",
			       "-c",
			       sockets,
			       "-c",
			       "max_connections=30",
			       "-c",
			       "shared_buffers=32MB",
			       "-c",
			       change,
			       NULL };
	s->pid = fork();
	if (s->pid == 0)
		pg_server_exec(s, argv);
	return s->pid > 0 && pg_server_wait(s);
}

static inline bool pg_server_start(struct pg_server *s)
{
	char data[96];
	const struct passwd *user = getpwnam("postgres");

	memset(s, 0, sizeof(*s));
	snprintf(s->dir, sizeof(s->dir), "/tmp/mudlark-pg-XXXXXX");
	if (!mkdtemp(s->dir))
		return false;
	if (geteuid() == 0 && (!user || chown(s->dir, user->pw_uid, user->pw_gid) < 0))
		return false;
	snprintf(data, sizeof(data), "%s/data", s->dir);
	snprintf(s->url, sizeof(s->url), "postgresql:///postgres?host=%s&user=postgres", s->dir);
	char *const argv[] = { PG_BIN "/initdb",
			       "-D",
			       data,
			       "-A",
			       "trust",
			       "-U",
			       "postgres",
			       "-E",
			       "UTF8",
			       "--locale=C.UTF-8",
			       "-k",
			       "--no-sync",
			       NULL };
	if (pg_server_run(s, argv)) {
		fprintf(stderr, "initdb failed, see %s/log\n", s->dir);
		return false;
	}
	return pg_server_up(s, NULL);
}

/* signo: SIGINT stops it in order, SIGKILL is a crash. */
static inline void pg_server_kill(struct pg_server *s, int signo)
{
	if (s->pid > 0) {
		kill(s->pid, signo);
		waitpid(s->pid, NULL, 0);
	}
	s->pid = 0;
}

static inline void pg_server_stop(struct pg_server *s)
{
	char *const argv[] = { "/bin/rm", "-rf", s->dir, NULL };

	if (s->pid > 0)
		kill(s->pid, SIGCONT);
	pg_server_kill(s, SIGINT);
	const pid_t cleaner = fork();
	if (cleaner == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	if (cleaner > 0)
		waitpid(cleaner, NULL, 0);
}

/* One statement on the database postgres; true when it worked. */
static inline bool pg_server_sql(const char *url, const char *sql)
{
	PGconn *c = PQconnectdb(url);
	PGresult *r = PQexec(c, sql);
	const bool fine =
		PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;

	if (!fine)
		fprintf(stderr, "%s: %s", sql, PQerrorMessage(c));
	PQclear(r);
	PQfinish(c);
	return fine;
}

/* A fresh database; its url into ret. */
static inline bool pg_server_database(const struct pg_server *s, const char *name, char *ret,
				      size_t n)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "CREATE DATABASE %s", name);
	snprintf(ret, n, "postgresql:///%s?host=%s&user=postgres", name, s->dir);
	return pg_server_sql(s->url, sql);
}
