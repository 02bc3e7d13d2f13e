/* apart.c - see apart.h. */
#include "tests/scenario/apart.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/probe.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { ARGS_MAX = 3 + 2 * CAST_SETS, ANSWER_US = 500000, PATIENCE_US = 20000000 };
enum { STEP_US = 3000, GONE_US = 5000000 };

struct role_row {
	const char *name, *section;
};

static const struct role_row roles[APART_ROLES] = {
	[APART_PERSIST] = { "persist", "persist" },
	[APART_WORLD] = { "world", "world" },
	[APART_GATEWAY] = { "gateway", "gateway" },
	[APART_AIBRIDGE] = { "aibridge", "ai" },
	[APART_IRC] = { "irc", "irc" },
	[APART_DISCORD] = { "discord", "discord" },
	[APART_RSS] = { "rss", "rss" },
};

const char *apart_name(enum apart_role role)
{
	return roles[role].name;
}

void apart_begin(struct apart *a, const char *dir, const char *store)
{
	*a = (struct apart){ .dir = base_dup(dir, strlen(dir)), .telnet = tmp_port() };
	cast_set(&a->sets, "persist.store=%s", store);
	cast_set(&a->sets, "persist.bus=ipc://%s/persist.bus", dir);
	cast_set(&a->sets, "world.bus=ipc://%s/world.bus", dir);
	cast_set(&a->sets, "gateway.telnet=127.0.0.1:%u", a->telnet);
	cast_set(&a->sets, "gateway.telnet_tls=");
	cast_set(&a->sets, "gateway.web=");
	cast_set(&a->sets, "gateway.web_tls=");
	cast_set(&a->sets, "gateway.console=");
	for (size_t i = 0; i < APART_ROLES; i++)
		cast_set(&a->sets, "%s.metrics=unix:%s/%s.metrics", roles[i].section, dir,
			 roles[i].name);
}

void apart_start(struct apart *a, enum apart_role role)
{
	CLEANUP(base_freep) char *log = NULL;
	char program[32], file[32];
	const char *argv[ARGS_MAX];
	size_t n = 0;

	snprintf(program, sizeof(program), "mudlark-%s", roles[role].name);
	snprintf(file, sizeof(file), "%s.out", roles[role].name);
	log = tmp_path(a->dir, file);
	argv[n++] = child_program(program);
	for (size_t i = 0; i < a->sets.n; i++) {
		argv[n++] = "--set";
		argv[n++] = a->sets.v[i];
	}
	argv[n] = NULL;
	child_start(&a->child[role], argv, log);
}

void apart_kill(struct apart *a, enum apart_role role)
{
	if (child_end(&a->child[role], SIGKILL, GONE_US) < 0)
		die("%s does not die", roles[role].name);
}

void apart_signal(struct apart *a, enum apart_role role, int signo)
{
	must(kill(a->child[role].pid, signo), "kill");
}

/* Those that need others first. */
void apart_end(struct apart *a)
{
	for (size_t i = APART_ROLES; i-- > 0;)
		if (a->child[i].pid)
			apart_kill(a, (enum apart_role)i);
	cast_sets_done(&a->sets);
	free(TAKE(a->dir));
}

int apart_ask(const struct apart *a, enum apart_role role, const char *path, char **ret_text)
{
	struct buf body = { 0 };
	char address[300];
	unsigned status;
	int r;

	snprintf(address, sizeof(address), "unix:%s/%s.metrics", a->dir, roles[role].name);
	r = probe_get(address, path, ANSWER_US, &status, &body);
	*ret_text = base_dup(body.n ? buf_p(&body) : "", body.n);
	buf_done(&body);
	return r < 0 ? r : (int)status;
}

void apart_expect(const struct apart *a, enum apart_role role, const char *path, int status,
		  const char *text)
{
	const uint64_t end = now_us() + PATIENCE_US;

	for (;;) {
		CLEANUP(base_freep) char *said = NULL;
		const int got = apart_ask(a, role, path, &said);

		if (got == status && strstr(said, text))
			return;
		if (now_us() > end)
			die("%s%s says %d %s, not %d %s", roles[role].name, path, got, said, status,
			    text);
		usleep(STEP_US);
	}
}

char *apart_log(const struct apart *a, enum apart_role role)
{
	return tmp_read(a->child[role].log);
}
