/* gate.c - see gate.h. */
#include "tests/scenario/gate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

enum { WITHIN_US = 10000000, STEP_US = 5000, ARGS_MAX = 64 };

static const char *const wide[] = {
	"gateway.console=",	    "gateway.max_conns_per_ip=0", "gateway.max_conns_per_net=0",
	"gateway.conn_rate=0",	    "gateway.input_rate=0",	  "gateway.byte_rate=0",
	"gateway.input_queue=1000",
};

static size_t add(const char **argv, size_t n, const char *const *sets, size_t n_sets)
{
	for (size_t i = 0; i < n_sets && sets[i]; i++) {
		if (n + 3 > ARGS_MAX)
			die("too many options");
		argv[n++] = "--set";
		argv[n++] = sets[i];
	}
	return n;
}

void gate_start(struct gate *g, const struct mud *m, const char *name, const char *const *sets)
{
	char bus[300], telnet[64], web[64], metrics[64], file[64];
	const char *const own[] = { bus, telnet, web, metrics };
	const char *argv[ARGS_MAX] = { child_program("mudlark-gateway"), "--name", name };
	CLEANUP(base_freep) char *log = NULL;
	size_t n = 3;

	*g = (struct gate){
		.name = name, .telnet = tmp_port(), .web = tmp_port(), .metrics = tmp_port()
	};
	snprintf(bus, sizeof(bus), "world.bus=ipc://%s/run/world.bus", m->dir);
	snprintf(telnet, sizeof(telnet), "gateway.telnet=127.0.0.1:%u", g->telnet);
	snprintf(web, sizeof(web), "gateway.web=127.0.0.1:%u", g->web);
	snprintf(metrics, sizeof(metrics), "gateway.metrics=127.0.0.1:%u", g->metrics);
	snprintf(file, sizeof(file), "%s.out", name);
	log = tmp_path(m->dir, file);
	n = add(argv, n, own, ARRAY_LEN(own));
	n = add(argv, n, wide, ARRAY_LEN(wide));
	if (sets)
		(void)add(argv, n, sets, ARGS_MAX);
	child_start(&g->child, argv, log);
	gate_expect_readyz(g, 200);
}

int gate_readyz(const struct gate *g)
{
	CLEANUP(base_freep) char *answer = NULL;
	struct talk t;
	int status = 0;

	/* Is anybody there? Asking one who is not would end the test. */
	if (!talk_try(&t, g->name, g->metrics))
		return 0;
	talk_close(&t);
	answer = ws_http(g->metrics, false,
			 "GET /readyz HTTP/1.1\r\nHost: mud\r\nConnection: close\r\n\r\n",
			 WITHIN_US);
	if (sscanf(answer, "HTTP/1.1 %d", &status) != 1)
		return 0;
	return status;
}

void gate_expect_readyz(const struct gate *g, int status)
{
	int got = 0;

	for (uint64_t end = now_us() + WITHIN_US; now_us() < end; usleep(STEP_US)) {
		got = gate_readyz(g);
		if (got == status)
			return;
	}
	CLEANUP(base_freep) char *log = tmp_read(g->child.log);
	die("%s: /readyz is %d, not %d:\n%s", g->name, got, status, log);
}

void gate_kill(struct gate *g)
{
	child_end(&g->child, SIGKILL, WITHIN_US);
}
