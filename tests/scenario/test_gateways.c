/* test_gateways.c - two gateways at one world: players meet across them, and both outlive the world. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/scenario/backup.h"
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

/* Two lives of the world later a backup is put into another store; the second gateway lives on. */
static void set_back(struct mud *m, const char *dir, const char *folder, const char *url)
{
	pid_t old;

	for (int i = 0; i < 2; i++) {
		old = mud_kill(m, "world");
		mud_wait_pid(m, "world", old);
	}
	ck_assert_int_eq(mud_stop(m), 0);
	CLEANUP(base_freep) char *file = backup_only(folder, ".gz");
	backup_expect(dir, url, (const char *const[]){ "restore", file, NULL }, 0, "");
	mud_start(m, &(struct mud_conf){ .dir = dir, .store = url });
}

START_TEST(a_gateway_lives_on_when_a_backup_is_put_back)
{
	uint16_t port = tmp_port();
	char *dir = tmp_dir(), *folder = tmp_dir(), *other = tmp_dir();
	struct child second;
	struct talk a, b;
	struct mud m;
	char url[300];

	snprintf(url, sizeof(url), "%s", store_url(STORE_OF_SQLITE, other));
	mud_start(&m, &(struct mud_conf){ .dir = dir });
	second_gateway(&m, &second, port);
	open_when_there(&a, "before", port);
	talk_enter_new(&a, "Ada", "some long password");
	backup_expect(dir, NULL, (const char *const[]){ "backup", "--to", folder, NULL }, 0, "");
	set_back(&m, dir, folder, url);
	talk_expect(&a, "The world was put back to an earlier moment");
	talk_expect_end(&a);
	talk_close(&a);

	/* Who comes now plays, also as somebody the backup knows. */
	open_when_there(&b, "after", port);
	talk_enter_new(&b, "Berta", "some long password");
	open_when_there(&a, "again", port);
	talk_enter(&a, "Ada", "some long password");
	talk_line(&a, "say back again");
	talk_expect(&b, "Ada says, \"back again\"");
	talk_close(&a);
	talk_close(&b);
	kill(second.pid, SIGKILL);
	child_end(&second, SIGKILL, 1000000);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ players_of_two_gateways_share_the_world, 1 },
		{ a_gateway_lives_on_when_a_backup_is_put_back, 1 },
	};

	return suite_main("gateways", 60, tests, ARRAY_LEN(tests));
}
