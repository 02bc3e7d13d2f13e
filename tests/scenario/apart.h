/*
 * apart.h - the processes of a Mudlark without anybody who watches over them: each is started, ended and asked how it
 * is by the test, so that one of them can be away for as long as it takes to look at the others.
 */
#pragma once

#include "rt/buf.h"
#include "tests/scenario/cast.h"

enum apart_role {
	APART_PERSIST,
	APART_WORLD,
	APART_GATEWAY,
	APART_AIBRIDGE,
	APART_IRC,
	APART_DISCORD,
	APART_RSS,
	APART_ROLES
};

struct apart {
	char *dir;
	uint16_t telnet;
	struct cast_sets sets; /* more can be set before they are started */
	struct child child[APART_ROLES];
};

/* Nothing runs yet; `store`: persist.store. */
void apart_begin(struct apart *a, const char *dir, const char *store);
/* Ends all that run. */
void apart_end(struct apart *a);
/* "world" */
const char *apart_name(enum apart_role role);
/* Starts it; it may not be ready when this returns. */
void apart_start(struct apart *a, enum apart_role role);
/* kill -9. */
void apart_kill(struct apart *a, enum apart_role role);
void apart_signal(struct apart *a, enum apart_role role, int signo);
/* The status and text of an answer to GET, or -errno as probe_get(). Freed by the caller. */
int apart_ask(const struct apart *a, enum apart_role role, const char *path,
	      char **ret_text) MUST_USE;
/* Waits until the answer has this status and this text in it. */
void apart_expect(const struct apart *a, enum apart_role role, const char *path, int status,
		  const char *text);
/* Its log so far; freed by the caller. */
char *apart_log(const struct apart *a, enum apart_role role) MUST_USE;
