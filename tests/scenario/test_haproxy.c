/*
 * test_haproxy.c - a real HAProxy in front of two gateways: players' true addresses get through it, by
 * telnet and by WebSocket, and a gateway that drains gets nobody new while nobody is refused.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/scenario/gate.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define HAPROXY "/usr/sbin/haproxy"

enum { UP_US = 10000000, STEP_US = 10000, MANY = 40 };

/* The configuration an operator would write, but for ports, how often health is looked at, and its own
 * address, by which it is told from players on the same machine. */
static const char config[] = "global\n"
			     "    maxconn 1000\n"
			     "defaults\n"
			     "    timeout connect 2s\n"
			     "    timeout client 1h\n"
			     "    timeout server 1h\n"
			     "    timeout check 2s\n"
			     "    option httpchk GET /readyz\n"
			     "    http-check expect status 200\n"
			     "    default-server inter 100ms fall 1 rise 1\n"
			     "frontend telnet\n"
			     "    mode tcp\n"
			     "    bind 127.0.0.1:%u\n"
			     "    default_backend telnet_gates\n"
			     "backend telnet_gates\n"
			     "    mode tcp\n"
			     "    source 127.0.0.10\n"
			     "    balance roundrobin\n"
			     "    retries 3\n"
			     "    option redispatch 1\n"
			     "    server east 127.0.0.1:%u send-proxy-v2 check port %u\n"
			     "    server west 127.0.0.1:%u send-proxy-v2 check port %u\n"
			     "frontend web\n"
			     "    mode http\n"
			     "    bind 127.0.0.1:%u\n"
			     "    option forwardfor\n"
			     "    default_backend web_gates\n"
			     "backend web_gates\n"
			     "    mode http\n"
			     "    source 127.0.0.10\n"
			     "    balance roundrobin\n"
			     "    timeout tunnel 1h\n"
			     "    server east 127.0.0.1:%u check port %u\n"
			     "    server west 127.0.0.1:%u check port %u\n";

struct front {
	struct child child;
	struct gate east, west;
	uint16_t telnet, web;
};

static const char *const sets[] = { "gateway.proxy_protocol=telnet",
				    "gateway.trusted_proxies=127.0.0.10", "gateway.drain=6s",
				    NULL };

/* True when a player gets through. */
static bool is_open(const struct front *f)
{
	struct talk t;
	bool r = talk_try(&t, "probe", f->telnet) && talk_sees(&t, "Name:", 1000000);

	talk_close(&t);
	return r;
}

static void front_start(struct front *f, const struct mud *m)
{
	CLEANUP(base_freep) char *file = tmp_path(m->dir, "haproxy.cfg");
	CLEANUP(base_freep) char *log = tmp_path(m->dir, "haproxy.out");
	char text[4096];

	*f = (struct front){ .telnet = tmp_port(), .web = tmp_port() };
	gate_start(&f->east, m, "east", sets);
	gate_start(&f->west, m, "west", sets);
	snprintf(text, sizeof(text), config, f->telnet, f->east.telnet, f->east.metrics,
		 f->west.telnet, f->west.metrics, f->web, f->east.web, f->east.metrics, f->west.web,
		 f->west.metrics);
	tmp_write(file, text);
	child_start(&f->child, (const char *[]){ HAPROXY, "-db", "-f", file, NULL }, log);
	for (uint64_t end = now_us() + UP_US; now_us() < end; usleep(STEP_US))
		if (is_open(f))
			return;
	CLEANUP(base_freep) char *said = tmp_read(log);
	die("haproxy lets nobody through:\n%s", said);
}

static void front_end(struct front *f)
{
	child_end(&f->child, SIGKILL, UP_US);
	gate_kill(&f->east);
	gate_kill(&f->west);
}

static void ck_sites(struct mud *m, const char *line)
{
	CLEANUP(base_freep) char *said = mud_console(m, "@sites\n");

	ck_assert_msg(strstr(said, line) != NULL, "not there: %s\n%s", line, said);
}

static void open_from(struct talk *t, const char *from, const struct front *f)
{
	talk_open_by(t, from, &(struct talk_way){ .port = f->telnet, .from = from });
}

START_TEST(players_are_known_by_their_own_address)
{
	const struct mud_conf conf = { 0 };
	struct talk a, b, c;
	struct front f;
	struct mud m;
	struct ws w;

	mud_start(&m, &conf);
	front_start(&f, &m);
	open_from(&a, "127.0.0.2", &f);
	talk_enter_new(&a, "Ada", "some long password");
	open_from(&b, "127.0.0.3", &f);
	talk_enter_new(&b, "Berta", "some long password");
	/* One who says of himself that he comes from elsewhere is not believed. */
	ws_open(&w,
		&(struct ws_spec){ .port = f.web, .headers = "X-Forwarded-For: 203.0.113.7\r\n" });
	ws_expect(&w, "Name:");
	ck_sites(&m, "  127.0.0.2        telnet ");
	ck_sites(&m, "  127.0.0.3        telnet ");
	ck_sites(&m, "  127.0.0.1        ws ");
	/* ... nor is he who speaks PROXY and is no trusted proxy. */
	talk_open_by(&c, "liar", &(struct talk_way){ .port = f.east.telnet, .from = "127.0.0.5" });
	talk_bytes(&c, "PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n", 38);
	talk_expect(&c, "Name:");
	ck_sites(&m, "  127.0.0.5        telnet   east");

	CLEANUP(base_freep)
	char *said = mud_console(&m, "@ban 127.0.0.2 because of a test\n");
	ck_assert_msg(strstr(said, "One connection is closed.") != NULL, "%s", said);
	talk_expect(&a, "Your address may not connect here: of a test.");
	talk_expect_end(&a);
	talk_close(&a);
	for (int i = 0; i < 2; i++) { /* one at each gateway */
		open_from(&a, "127.0.0.2", &f);
		talk_expect(&a, "Your address may not connect here: of a test.");
		talk_expect_end(&a);
		talk_close(&a);
	}
	talk_line(&b, "think fine");
	talk_expect(&b, "fine\n");
	talk_close(&b);
	talk_close(&c);
	ws_close(&w);
	front_end(&f);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* Sessions that a gateway took after it had begun to shut. */
static unsigned opened_late(const struct gate *g)
{
	CLEANUP(base_freep) char *log = tmp_read(g->child.log);
	const char *at = strstr(log, "to=leaving");
	unsigned n = 0;

	ck_assert_msg(at != NULL, "%s", log);
	while ((at = strstr(at, "event=session_opened"))) {
		at++;
		n++;
	}
	return n;
}

START_TEST(nobody_is_refused_while_a_gateway_drains_and_nobody_new_gets_there)
{
	const struct mud_conf conf = { 0 };
	struct talk old[4], new[MANY];
	struct front f;
	unsigned n = 0;
	struct mud m;

	mud_start(&m, &conf);
	front_start(&f, &m);
	for (size_t i = 0; i < ARRAY_LEN(old); i++) {
		open_from(&old[i], "127.0.0.4", &f);
		talk_enter_guest(&old[i]);
	}
	kill(f.east.child.pid, SIGTERM);
	/* From now to the end of the gateway there is no moment at which a player does not get in. */
	for (; child_is_alive(f.east.child.pid) && n < MANY; n++) {
		open_from(&new[n], "127.0.0.6", &f);
		talk_expect(&new[n], "Name:");
		for (size_t i = 0; i < ARRAY_LEN(old); i++)
			talk_read(&old[i], 1);
		talk_read(&new[n], 200000); /* one in a while: nothing more comes */
	}
	ck_assert_int_eq(child_wait(&f.east.child, UP_US), 0);
	ck_assert_uint_eq(opened_late(&f.east), 0);
	for (unsigned i = 0; i < n; i++)
		talk_close(&new[i]);
	/* Roundrobin had put half of the old ones there: told twice, then sent away. */
	n = 0;
	for (size_t i = 0; i < ARRAY_LEN(old); i++) {
		while (old[i].fd >= 0 && talk_read(&old[i], 100000))
			;
		if (!talk_count(&old[i], "The gates close for now."))
			continue;
		n++;
		ck_assert_uint_eq(talk_count(&old[i], "This gate closes in "), 2);
		ck_assert_int_lt(old[i].fd, 0);
	}
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		talk_close(&old[i]);
	front_end(&f);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ players_are_known_by_their_own_address, 1 },
		{ nobody_is_refused_while_a_gateway_drains_and_nobody_new_gets_there, 1 },
	};

	if (access(HAPROXY, X_OK) < 0) {
		printf("skipped: %s is not there\n", HAPROXY);
		return EXIT_SUCCESS;
	}
	return suite_main("haproxy", 60, tests, ARRAY_LEN(tests));
}
