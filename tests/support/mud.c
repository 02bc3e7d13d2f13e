/* mud.c - see mud.h. */
#include "tests/support/mud.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/sample.h"
#include "tests/support/tmp.h"

enum { READY_US = 30000000, STOP_US = 5000000, BACK_US = 20000000, COMMAND_US = 20000000 };
enum { ARGS_MAX = 96, CHILDREN_MAX = 16, STEP_US = 2000, LOG_US = 20000 };

/* Wide open, so that a test from one address is not taken for a flood. */
static const char *const wide[] = {
	"gateway.max_conns_per_ip=0", "gateway.conn_rate=0",
	"gateway.input_rate=0",	      "gateway.max_conns_per_net=0",
	"gateway.byte_rate=0",	      "gateway.input_queue=1000",
	"gateway.metrics=",	      "world.metrics=",
	"persist.metrics=",	      "world.max_per_address=0",
	"world.opens_minute=0",	      "world.opens_ten_minutes=0",
	"world.failed_logins=0",      "world.silent_sessions=0",
};

static void add_sets(const char **argv, size_t n, const struct mud_conf *c)
{
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		argv[n++] = "--set";
		argv[n++] = wide[i];
	}
	for (size_t i = 0; c->sets && c->sets[i]; i++) {
		if (n + 3 > ARGS_MAX)
			die("too many options");
		argv[n++] = "--set";
		argv[n++] = c->sets[i];
	}
}

struct place {
	const char *option;
	uint16_t *port;
	bool wanted;
	char set[64];
};

/* A free port for every listener that is wanted. */
static size_t add_places(const char **argv, size_t n, struct place *places, size_t n_places)
{
	for (size_t i = 0; i < n_places; i++) {
		struct place *p = &places[i];

		*p->port = p->wanted ? tmp_port() : 0;
		if (!p->wanted)
			continue;
		snprintf(p->set, sizeof(p->set), "gateway.%s=127.0.0.1:%u", p->option, *p->port);
		argv[n++] = "--set";
		argv[n++] = p->set;
	}
	return n;
}

void mud_start(struct mud *m, const struct mud_conf *c)
{
	const char *argv[ARGS_MAX] = { child_program("mudlark"), "up", "--data" };
	CLEANUP(base_freep) char *log = NULL;
	struct place places[] = {
		{ "telnet", &m->telnet, true, "" },
		{ "telnet_tls", &m->telnet_tls, c->tls, "" },
		{ "web", &m->web, c->web, "" },
		{ "web_tls", &m->web_tls, c->tls && c->web, "" },
	};
	char store[300];
	const char *dir;
	size_t n = 3;

	*m = (struct mud){ 0 };
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	dir = c->dir ? c->dir : tmp_dir();
	m->dir = base_dup(dir, strlen(dir));
	log = tmp_path(m->dir, "up.out");
	argv[n++] = m->dir;
	n = add_places(argv, n, places, ARRAY_LEN(places));
	if (c->config) {
		argv[n++] = "--config";
		argv[n++] = c->config;
	}
	if (c->store) {
		snprintf(store, sizeof(store), "persist.store=%s", c->store);
		argv[n++] = "--set";
		argv[n++] = store;
	}
	add_sets(argv, n, c);
	unlink(log); /* of a server that was here before */
	child_start(&m->up, argv, log);
	if (child_says(&m->up, "\nready\n", READY_US))
		return;
	CLEANUP(base_freep) char *text = mud_log(m);
	child_end(&m->up, SIGTERM, STOP_US);
	die("mudlark up was not ready:\n%s", text);
}

static void know(struct mud *m, pid_t pid)
{
	for (size_t i = 0; i < m->n_known; i++)
		if (m->known[i] == pid)
			return;
	if (m->n_known == ARRAY_LEN(m->known)) {
		memmove(m->known, m->known + 1, sizeof(m->known) - sizeof(m->known[0]));
		m->n_known--;
	}
	m->known[m->n_known++] = pid;
}

/* "persist" in ".../mudlark-persist --set ..." */
static bool is_role(pid_t pid, const char *role)
{
	char line[512], name[64];
	size_t n;

	sample_cmdline(pid, line, sizeof(line));
	n = strcspn(line, " ");
	line[n] = '\0';
	snprintf(name, sizeof(name), "mudlark-%s", role);
	return n >= strlen(name) && !strcmp(line + n - strlen(name), name);
}

pid_t mud_pid(struct mud *m, const char *role)
{
	pid_t children[CHILDREN_MAX], found = 0;
	size_t n = sample_children(m->up.pid, children, CHILDREN_MAX);

	for (size_t i = 0; i < n; i++) {
		if (!child_is_alive(children[i]))
			continue;
		know(m, children[i]);
		if (is_role(children[i], role))
			found = children[i];
	}
	return found;
}

pid_t mud_kill(struct mud *m, const char *role)
{
	pid_t pid = mud_pid(m, role);

	if (pid)
		kill(pid, SIGKILL);
	return pid;
}

pid_t mud_wait_pid(struct mud *m, const char *role, pid_t old)
{
	for (uint64_t end = now_us() + BACK_US; now_us() < end; usleep(STEP_US)) {
		pid_t pid = mud_pid(m, role);

		if (pid && pid != old)
			return pid;
	}
	die("%s did not come back", role);
}

int mud_stop(struct mud *m)
{
	int status;

	mud_pid(m, "world");
	status = child_end(&m->up, SIGINT, STOP_US);
	if (status < 0)
		die("mudlark up did not stop within 5 s");
	for (size_t i = 0; i < m->n_known; i++)
		if (child_is_alive(m->known[i]))
			die("process %d is left behind", (int)m->known[i]);
	free(TAKE(m->dir));
	return status;
}

char *mud_command(struct mud *m, const char *const *words, const char *input, int *ret_status)
{
	const char *argv[ARGS_MAX] = { child_program("mudlark") };
	size_t n = 1;

	while (*words && n < ARGS_MAX - 3)
		argv[n++] = *words++;
	argv[n++] = "--data";
	argv[n++] = m->dir;
	return child_output(argv, input, COMMAND_US, ret_status);
}

char *mud_console(struct mud *m, const char *lines)
{
	static const char *const words[] = { "console", NULL };
	int status;
	char *text = mud_command(m, words, lines, &status);

	if (status)
		die("mudlark console: status %d\n%s", status, text);
	return text;
}

char *mud_log(const struct mud *m)
{
	CLEANUP(base_freep) char *path = tmp_path(m->dir, "up.out");

	return tmp_read(path);
}

bool mud_logged(const struct mud *m, const char *text)
{
	CLEANUP(base_freep) char *log = mud_log(m);

	return strstr(log, text) != NULL;
}

void mud_expect_log(const struct mud *m, const char *text)
{
	const uint64_t end = now_us() + BACK_US;

	while (!mud_logged(m, text)) {
		if (now_us() > end)
			die("the log never said: %s", text);
		usleep(LOG_US);
	}
}
