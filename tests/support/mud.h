/*
 * mud.h - a whole Mudlark for a test: `mudlark up` in a folder of its own, telnet (and TLS and web, when
 * asked for) on free loopback ports, ended with the test.
 */
#pragma once

#include "tests/support/child.h"

struct mud {
	char *dir; /* --data */
	uint16_t telnet;
	uint16_t telnet_tls, web, web_tls; /* 0: not asked for */
	struct child up;
	pid_t known[16]; /* every process of it that was ever seen, to prove that none is left */
	size_t n_known;
};

struct mud_conf {
	const char *store;	 /* persist.store; NULL: SQLite in the folder */
	const char *const *sets; /* further "section.key=value", NULL-terminated; NULL: none */
	const char *dir;	 /* --data; NULL: a fresh folder */
	const char *config;	 /* --config, for what --set cannot say; NULL: none */
	bool tls;		 /* telnet over TLS, too, by a certificate it makes itself */
	bool web;		 /* HTTP and WebSocket; with `tls` also these over TLS */
};

/* Starts it and waits until players can log in. Limits for one address are wide open. */
void mud_start(struct mud *m, const struct mud_conf *c);
/* SIGINT as from Ctrl-C. The status; the test ends when it takes more than 5 s or anything is left.
 */
int mud_stop(struct mud *m);

/* Process id of "gateway", "world" or "persist"; 0: there is none now. */
pid_t mud_pid(struct mud *m, const char *role);
/* kill -9 of it, at once. Returns the id it had. */
pid_t mud_kill(struct mud *m, const char *role);
/* Waits until there is another one than `old`. */
pid_t mud_wait_pid(struct mud *m, const char *role, pid_t old);
/* What `mudlark console` answers to lines (staff). Freed by the caller. */
char *mud_console(struct mud *m, const char *lines) MUST_USE;
/* Any `mudlark COMMAND... --data DIR`; NULL-terminated words. Freed by the caller. */
char *mud_command(struct mud *m, const char *const *words, const char *input,
		  int *ret_status) MUST_USE;
/* The log so far. Freed by the caller. */
char *mud_log(const struct mud *m) MUST_USE;
/* Has it said this? / Waits until it has. */
bool mud_logged(const struct mud *m, const char *text);
void mud_expect_log(const struct mud *m, const char *text);
