/* test_gateways.c - two gateways at one world: players meet across them, and both outlive the world. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { STEP_US = 5000 };

static void second_gateway(struct mud *m, struct child *ret, uint16_t port)
{
	CLEANUP(base_freep) char *log = tmp_path(m->dir, "second.out");
	char bus[300], telnet[64];

	snprintf(bus, sizeof(bus), "world.bus=ipc://%s/run/world.bus", m->dir);
	snprintf(telnet, sizeof(telnet), "gateway.telnet=127.0.0.1:%u", port);
	child_start(ret,
		    (const char *[]){ child_program("mudlark-gateway"), "--name", "second", "--set",
				      bus, "--set", telnet, "--set", "gateway.console=", "--set",
				      "gateway.metrics=", NULL },
		    log);
}

static void open_when_there(struct talk *t, const char *who, uint16_t port)
{
	for (uint64_t end = now_us() + TALK_US; now_us() < end; usleep(STEP_US))
		if (talk_try(t, who, port))
			return;
	die("%s: nobody listens on port %u", who, port);
}

START_TEST(players_of_two_gateways_share_the_world)
{
	const struct mud_conf conf = { 0 };
	uint16_t port = tmp_port();
	struct child second;
	struct talk a, b;
	struct mud m;

	mud_start(&m, &conf);
	second_gateway(&m, &second, port);
	talk_open(&a, "first gateway", m.telnet);
	talk_enter_new(&a, "Ada", "some long password");
	open_when_there(&b, "second gateway", port);
	talk_enter_new(&b, "Berta", "some long password");
	talk_line(&a, "say over there");
	talk_expect(&b, "Ada says, \"over there\"");
	mud_kill(&m, "world");
	talk_line(&a, "say one");
	talk_expect(&b, "Ada says, \"one\"");
	talk_line(&b, "say two");
	talk_expect(&a, "Berta says, \"two\"");
	ck_assert_uint_eq(talk_count(&b, "\"one\""), 1);
	ck_assert_uint_eq(talk_count(&a, "Berta says, \"two\""), 1);

	/* One gateway goes: its players are link-dead, the others play on. */
	kill(second.pid, SIGKILL);
	talk_expect_end(&b);
	talk_line(&a, "think alone");
	talk_expect(&a, "alone\n");
	child_end(&second, SIGKILL, 1000000);
	talk_close(&a);
	talk_close(&b);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = { { players_of_two_gateways_share_the_world, 1 } };

	return suite_main("gateways", 60, tests, ARRAY_LEN(tests));
}
