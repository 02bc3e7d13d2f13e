/*
 * test_door.c - the ways in: TLS as `openssl s_client` speaks it, certificates that change under
 * players, proxies that say for whom they connect, IPv6; and what the gateway has given up by then.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/secure.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

enum { TRY_US = 10000000 };

static size_t log_count(const struct mud *m, const char *text)
{
	CLEANUP(base_freep) char *log = mud_log(m);
	size_t n = 0;

	for (const char *at = log; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* TLS */

START_TEST(openssl_s_client_plays)
{
	const struct mud_conf conf = { .tls = true, .web = true };
	char address[32], line[64];
	const char *const argv[] = { "openssl", "s_client", "-quiet", "-connect",
				     address,	"-tls1_2",  NULL };
	struct mud m;
	int status;

	mud_start(&m, &conf);
	snprintf(line, sizeof(line), "play: telnet over TLS 127.0.0.1 %u\n", m.telnet_tls);
	ck_assert(child_says(&m.up, line, TRY_US));
	snprintf(line, sizeof(line), "play: http://127.0.0.1:%u/\n", m.web);
	ck_assert(child_says(&m.up, line, TRY_US));
	snprintf(address, sizeof(address), "127.0.0.1:%u", m.telnet_tls);
	CLEANUP(base_freep)
	char *said = child_output(argv, "guest\r\nlook\r\nquit\r\n", TRY_US, &status);
	ck_assert_ptr_nonnull(strstr(said, "Exits:"));
	ck_assert_ptr_nonnull(strstr(said, "Good-bye"));
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* Another pair in the place of the one that is used. */
static void renew(const struct mud *m)
{
	char cert[300], key[300];
	const char *const argv[] = { "openssl",
				     "req",
				     "-x509",
				     "-newkey",
				     "ec",
				     "-pkeyopt",
				     "ec_paramgen_curve:P-256",
				     "-nodes",
				     "-days",
				     "5",
				     "-subj",
				     "/CN=renewed",
				     "-keyout",
				     key,
				     "-out",
				     cert,
				     NULL };
	int status;

	snprintf(cert, sizeof(cert), "%s/tls/cert.pem", m->dir);
	snprintf(key, sizeof(key), "%s/tls/key.pem", m->dir);
	free(child_output(argv, NULL, TRY_US, &status));
	ck_assert_int_eq(status, 0);
}

static void reload(struct mud *m)
{
	int status;

	free(mud_command(m, (const char *[]){ "reload", "gateway", NULL }, NULL, &status));
	ck_assert_int_eq(status, 0);
}

START_TEST(a_new_certificate_is_for_new_connections_and_drops_nobody)
{
	const struct mud_conf conf = { .tls = true };
	char first[65], second[65], third[65], path[300];
	struct talk old, young, last;
	struct mud m;

	mud_start(&m, &conf);
	talk_open_by(&old, "old", &(struct talk_way){ .port = m.telnet_tls, .tls = true });
	secure_print(old.secure, first);
	talk_enter_guest(&old);
	renew(&m);
	reload(&m);
	mud_expect_log(&m, "event=certificate_loaded");
	mud_expect_log(&m, "event=certificate_expires days=");
	talk_open_by(&young, "young", &(struct talk_way){ .port = m.telnet_tls, .tls = true });
	secure_print(young.secure, second);
	ck_assert_str_ne(first, second);
	talk_enter_guest(&young);
	talk_line(&old, "say still here");
	talk_expect(&old, "still here");
	snprintf(path, sizeof(path), "%s/tls/cert.pem", m.dir);
	tmp_write(path, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
	reload(&m);
	mud_expect_log(&m, "event=certificate_unchanged");
	talk_open_by(&last, "last", &(struct talk_way){ .port = m.telnet_tls, .tls = true });
	secure_print(last.secure, third);
	ck_assert_str_eq(second, third);
	talk_line(&old, "say and still");
	talk_expect(&old, "and still");
	talk_close(&old);
	talk_close(&young);
	talk_close(&last);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(the_wrong_language_is_answered_in_a_way_that_helps)
{
	const struct mud_conf conf = { .tls = true, .web = true };
	struct talk t;
	struct mud m;

	mud_start(&m, &conf);
	talk_open(&t, "plain", m.telnet_tls);
	talk_line(&t, "guest");
	talk_expect(&t, "This port speaks TLS.");
	talk_expect_end(&t);
	talk_close(&t);
	CLEANUP(base_freep)
	char *page = ws_http(m.web_tls, false, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", TRY_US);
	ck_assert(strncmp(page, "HTTP/1.1 400 ", 13) == 0);
	ck_assert_ptr_nonnull(strstr(page, "https://"));
	ck_assert(!talk_try_by(&t, "tls", &(struct talk_way){ .port = m.telnet, .tls = true }));
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* Proxies */

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static const char v1[] = "PROXY TCP4 192.0.2.7 198.51.100.2 4711 4000\r\n";
static const char v2[] = SIGNATURE "\x21\x21\0\x24"
				   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
				   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x12\x67\x0f\xa0";

static const char *const behind_proxy[] = {
	"gateway.proxy_protocol=telnet,telnet_tls",
	"gateway.trusted_proxies=127.0.0.8/32",
	NULL,
};

START_TEST(players_behind_a_proxy_are_who_they_are)
{
	const struct mud_conf conf = { .tls = true, .sets = behind_proxy };
	struct talk plain, secret;
	struct mud m;

	mud_start(&m, &conf);
	talk_open_by(&plain, "plain", &(struct talk_way){ .port = m.telnet, .from = "127.0.0.8" });
	talk_bytes(&plain, v1, sizeof(v1) - 1);
	talk_enter_guest(&plain);
	mud_expect_log(&m, "peer=192.0.2.7");
	talk_open_by(&secret, "secret",
		     &(struct talk_way){ .port = m.telnet_tls, .from = "127.0.0.8" });
	talk_bytes(&secret, v2, sizeof(v2) - 1);
	secret.secure = secure_open(secret.fd);
	ck_assert_ptr_nonnull(secret.secure);
	talk_enter_guest(&secret);
	mud_expect_log(&m, "peer=2001:db8::7");
	talk_close(&plain);
	talk_close(&secret);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_header_is_believed_of_trusted_proxies_only)
{
	const struct mud_conf conf = { .sets = behind_proxy };
	struct talk forged, silent;
	struct mud m;

	mud_start(&m, &conf);
	talk_open(&forged, "forged", m.telnet);
	talk_expect(&forged, "Name:");
	talk_bytes(&forged, v1, sizeof(v1) - 1);
	talk_expect(&forged, "Name:"); /* it was no name */
	mud_expect_log(&m, "peer=127.0.0.1");
	ck_assert(!mud_logged(&m, "192.0.2.7"));
	talk_open_by(&silent, "silent",
		     &(struct talk_way){ .port = m.telnet, .from = "127.0.0.8" });
	talk_line(&silent, "guest");
	talk_expect_end(&silent);
	ck_assert_uint_eq(talk_count(&silent, "Name:"), 0);
	mud_expect_log(&m, "event=proxy_header_refused");
	talk_close(&forged);
	talk_close(&silent);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* IPv6 */

static int connect_six(uint16_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = must(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	to.sin6_addr = in6addr_loopback;
	must(connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect to ::1");
	return fd;
}

static bool has_six(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

START_TEST(one_address_serves_both_protocols)
{
	const uint16_t port = tmp_port();
	char set[64];
	const char *const sets[] = { set, NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk four, six = { .who = "six" };
	struct mud m;

	if (!has_six()) {
		printf("skipped: no IPv6\n");
		return;
	}
	snprintf(set, sizeof(set), "gateway.telnet=%s:%u", _i ? "" : "[::]", port);
	mud_start(&m, &conf);
	six.fd = connect_six(port);
	talk_enter_guest(&six);
	talk_open(&four, "four", port);
	talk_enter_guest(&four);
	mud_expect_log(&m, "peer=::1");
	mud_expect_log(&m, "peer=127.0.0.1");
	ck_assert_uint_eq(log_count(&m, "::ffff:"), 0);
	talk_close(&four);
	talk_close(&six);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* What was given up */

/* "Seccomp:" of /proc/PID/status: what stands behind it. */
static void status_of(pid_t pid, const char *key, char ret[64])
{
	char path[64], line[256];
	size_t n = strlen(key);
	FILE *f;

	*ret = '\0';
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, n) == 0)
			snprintf(ret, 64, "%.*s", (int)strcspn(line + n + 1, "\t\n"), line + n + 1);
	if (f)
		fclose(f);
}

START_TEST(a_gateway_that_runs_has_no_rights_left)
{
	const struct mud_conf conf = { 0 };
	char text[64];
	struct talk t;
	struct mud m;
	pid_t pid;

	mud_start(&m, &conf);
	pid = mud_pid(&m, "gateway");
	if (mud_logged(&m, "event=sandbox_off")) {
		printf("skipped: built without a sandbox\n");
	} else {
		status_of(pid, "Seccomp:", text);
		ck_assert_str_eq(text, "2");
		status_of(pid, "NoNewPrivs:", text);
		ck_assert_str_eq(text, "1");
		status_of(pid, "CapEff:", text);
		ck_assert_str_eq(text, "0000000000000000");
	}
	talk_open(&t, "guest", m.telnet); /* over a restart of the world: what that needs is left */
	talk_enter_guest(&t);
	mud_wait_pid(&m, "world", mud_kill(&m, "world"));
	talk_line(&t, "say hello");
	talk_expect(&t, "hello");
	reload(&m);
	mud_expect_log(&m, "event=reloaded");
	ck_assert_int_eq(mud_pid(&m, "gateway"), pid);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* What libraries do to dial a host again is left, too. */
START_TEST(a_world_that_is_dialled_by_tcp_may_die_as_well)
{
	const char *dir = tmp_dir();
	char bus[64], own[300], allow[300], peer[300];
	const char *const keys[] = { child_program("mudlark"), "keys", dir, "all", NULL };
	const char *const sets[] = { bus, own, allow, peer, NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk t;
	struct mud m;
	pid_t pid;
	int status;

	free(child_output(keys, NULL, TRY_US, &status));
	ck_assert_int_eq(status, 0);
	snprintf(bus, sizeof(bus), "world.bus=tcp://127.0.0.1:%u", tmp_port());
	snprintf(own, sizeof(own), "bus.key_file=%s/all.key", dir);
	snprintf(allow, sizeof(allow), "bus.allow_file=%s/all.pub", dir);
	snprintf(peer, sizeof(peer), "bus.peer_key=%s/all.pub", dir);
	mud_start(&m, &conf);
	pid = mud_pid(&m, "gateway");
	talk_open(&t, "guest", m.telnet);
	talk_enter_guest(&t);
	mud_wait_pid(&m, "world", mud_kill(&m, "world"));
	talk_line(&t, "say hello");
	talk_expect(&t, "hello");
	ck_assert_int_eq(mud_pid(&m, "gateway"), pid);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(root_is_left_behind_when_the_addresses_are_bound)
{
	const char *dir = tmp_dir();
	char telnet[64], text[64];
	CLEANUP(base_freep) char *log = tmp_path(dir, "gateway.log");
	const uint16_t port = tmp_port();
	const char *const argv[] = { child_program("mudlark-gateway"),
				     "--set",
				     telnet,
				     "--set",
				     "gateway.console=",
				     "--set",
				     "gateway.user=nobody",
				     "--set",
				     "world.bus=ipc:///nowhere/world.bus",
				     NULL };
	struct child c;

	if (geteuid() != 0) {
		printf("skipped: not root\n");
		return;
	}
	snprintf(telnet, sizeof(telnet), "gateway.telnet=127.0.0.1:%u", port);
	child_start(&c, argv, log);
	ck_assert(child_says(&c, "event=bus_out_of_reach", TRY_US));
	ck_assert(child_says(&c, "event=listening", TRY_US));
	status_of(c.pid, "Uid:", text);
	ck_assert_str_ne(text, "0");
	ck_assert_str_ne(text, "");
	ck_assert_int_eq(child_end(&c, SIGTERM, TRY_US), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ openssl_s_client_plays, 1 },
		{ a_new_certificate_is_for_new_connections_and_drops_nobody, 1 },
		{ the_wrong_language_is_answered_in_a_way_that_helps, 1 },
		{ players_behind_a_proxy_are_who_they_are, 1 },
		{ a_header_is_believed_of_trusted_proxies_only, 1 },
		{ one_address_serves_both_protocols, 2 },
		{ a_gateway_that_runs_has_no_rights_left, 1 },
		{ a_world_that_is_dialled_by_tcp_may_die_as_well, 1 },
		{ root_is_left_behind_when_the_addresses_are_bound, 1 },
	};

	return suite_main("door", 60, tests, ARRAY_LEN(tests));
}
