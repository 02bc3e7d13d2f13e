/*
 * test_door.c - who comes through the door, as whom, and what those are told who do not: PROXY headers, TLS,
 * limits, deadlines.  A guest is the other end of a pair of sockets; his address is what we say.
 */
#include "gateway/door.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway/tls_self.h"
#include "rt/log.h"
#include "tests/unit/gateway/bytes.h"

enum { PATIENCE_US = 200000, LONG_US = 10000000, FAR_US = 600000000 };

#define PROXY_LINE "PROXY TCP4 192.0.2.7 198.51.100.2 4711 4000\r\n"

static struct loop *loop;
static struct throttle_conf limits;
static struct throttle throttle;
static struct doors_conf conf;
static struct doors doors;
static struct door door;

/* The last one who came in. */
static unsigned came;
static struct door_guest guest;
static struct stream in;

static void on_accepted(UNUSED void *ctx, struct stream *s, const struct door_guest *g)
{
	came++;
	guest = *g;
	in = *s;
}

static const char *no_site(UNUSED void *ctx, const struct sockaddr *from, UNUSED uint64_t now_us)
{
	struct cidr a, banned;

	ck_assert(cidr_of_sockaddr(from, &a));
	ck_assert(address_parse(text_of("192.0.2.66"), &banned));
	return address_eq(&a, &banned) ? "You are not welcome here." : NULL;
}

static void begin(const struct door *d)
{
	char *nets[] = { (char[]){ "10.0.0.0/8" }, NULL };
	const char *bad;

	log_set(LOG_ERROR, false);
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(loop_new(&loop), 0);
	limits = (struct throttle_conf){ .max_conns = 5000 };
	throttle_init(&throttle, &limits);
	conf = (struct doors_conf){ .handshake_us = FAR_US };
	ck_assert_int_eq(address_nets_set(&conf.trusted, nets, &bad), 0);
	doors_init(&doors, loop, &conf, &throttle);
	door = *d;
	door.name = "telnet";
	door.accepted = on_accepted;
	came = 0;
	in = stream_of(-1);
}

static void load(void)
{
	char dir[64], cert[96], key[96], why[TLS_WHY];
	bool made;

	snprintf(dir, sizeof(dir), "/tmp/mudlark-door-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
	snprintf(key, sizeof(key), "%s/key.pem", dir);
	ck_assert_int_eq(tls_self_provide(cert, key, &made, why), 0);
	ck_assert_int_eq(tls_load(&doors.tls, cert, key, why), 0);
	unlink(cert);
	unlink(key);
	rmdir(dir);
}

static void begin_tls(bool http)
{
	begin(&(struct door){ .tls = true, .http = http });
	load();
}

static void end(void)
{
	doors_done(&doors);
	ck_assert_uint_eq(doors.n, 0);
	if (in.fd >= 0) {
		throttle_leave(&throttle, guest.source);
		stream_close(&in);
	}
	ck_assert_uint_eq(throttle.n, 0);
	tls_free(doors.tls);
	throttle_done(&throttle);
	address_nets_done(&conf.trusted);
	loop_free(loop);
}

/* Somebody connects from there; his end of the socket. */
static int arrive(const char *from)
{
	struct sockaddr_storage s;
	struct cidr a;
	int pair[2];

	ck_assert(address_parse(text_of(from), &a));
	address_sockaddr(&a, &s);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	doors_take(&doors, &door, pair[0], (struct sockaddr *)&s);
	return pair[1];
}

static void turn(void)
{
	doors.steps = 0; /* as at the end of each turn of loop_run() */
	event_base_loop(loop_base(loop), EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void say(int fd, struct span text)
{
	ck_assert_int_eq(send(fd, text.p, text.n, 0), (ssize_t)text.n);
	turn();
}

/* Everything that is said to him until he is closed, or for so long. true: closed. */
static bool hear(int fd, struct buf *ret, uint64_t within_us)
{
	uint64_t end_us = clock_mono(&clock_system) + within_us;

	do {
		ssize_t n = recv(fd, buf_reserve(ret, 4096), 4096, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return true;
		if (n > 0)
			buf_commit(ret, (size_t)n);
		turn();
	} while (clock_mono(&clock_system) < end_us);
	return false;
}

#define expect_closed(fd_, literal)                                                                \
	do {                                                                                       \
		struct buf heard_ = { 0 };                                                         \
		ck_assert(hear(fd_, &heard_, LONG_US));                                            \
		ck_assert_bytes(&heard_, literal);                                                 \
		buf_done(&heard_);                                                                 \
		close(fd_);                                                                        \
	} while (0)

#define ALERT "\x15\x03\x03\0\x02\x02\x31"

static void expect_unread(struct span text)
{
	char bytes[256];
	long n = stream_read(&in, bytes, sizeof(bytes));

	ck_assert_int_eq(n, (long)text.n);
	ck_assert_mem_eq(bytes, text.p, text.n);
}

/* Plain */

START_TEST(a_plain_guest_is_never_in_the_door)
{
	int fd;

	begin(&(struct door){ 0 });
	fd = arrive("192.0.2.1");
	ck_assert_uint_eq(came, 1);
	ck_assert_uint_eq(doors.n, 0);
	ck_assert_str_eq(guest.peer, "192.0.2.1");
	ck_assert(!guest.secure);
	close(fd);
	end();
}
END_TEST

START_TEST(who_is_too_many_is_told_so)
{
	int fd;

	begin(&(struct door){ .http = _i });
	limits.max_conns = 0;
	fd = arrive("192.0.2.1");
	if (_i)
		expect_closed(fd, "HTTP/1.1 503 Service Unavailable\r\n"
				  "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Length: 55\r\nCache-Control: no-store\r\n"
				  "Connection: close\r\nRetry-After: 60\r\n\r\n"
				  "Mudlark is full at the moment. Please try again later.\n");
	else
		expect_closed(fd, "Mudlark is full at the moment. Please try again later.\r\n");
	ck_assert_uint_eq(came, 0);
	end();
}
END_TEST

START_TEST(who_is_banned_is_told_so_and_costs_no_place)
{
	int fd;

	begin(&(struct door){ 0 });
	doors.refusal = no_site;
	fd = arrive("192.0.2.66");
	expect_closed(fd, "You are not welcome here.\r\n");
	ck_assert_uint_eq(doors.ends[DOOR_REFUSED_SITE], 1);
	ck_assert_uint_eq(throttle.n, 0);
	close(arrive("192.0.2.67"));
	ck_assert_uint_eq(came, 1);
	end();
}
END_TEST

START_TEST(the_refused_can_say_what_they_like_and_still_read_why)
{
	struct buf heard = { 0 };
	int fd;

	begin(&(struct door){ 0 });
	limits.max_conns = 0;
	fd = arrive("192.0.2.1");
	say(fd, BYTES("GET / HTTP/1.1\r\n\r\n"));
	turn();
	ck_assert(hear(fd, &heard, LONG_US));
	ck_assert_ptr_nonnull(memmem(buf_p(&heard), heard.n, "full", 4));
	close(fd);
	buf_done(&heard);
	end();
}
END_TEST

/* PROXY */

START_TEST(a_proxy_says_for_whom_it_connects)
{
	int fd;

	begin(&(struct door){ .proxy = true });
	fd = arrive("10.1.1.1");
	ck_assert_uint_eq(came, 0);
	say(fd, BYTES(PROXY_LINE "guest\r\n"));
	ck_assert_uint_eq(came, 1);
	ck_assert_str_eq(guest.peer, "192.0.2.7");
	expect_unread(BYTES("guest\r\n"));
	close(fd);
	end();
}
END_TEST

START_TEST(a_header_may_come_byte_by_byte)
{
	static const char header[] = PROXY_LINE;
	int fd;

	begin(&(struct door){ .proxy = true });
	fd = arrive("10.1.1.1");
	for (size_t i = 0; i < sizeof(header) - 1; i++) {
		ck_assert_uint_eq(came, 0);
		say(fd, (struct span){ header + i, 1 });
	}
	ck_assert_uint_eq(came, 1);
	ck_assert_str_eq(guest.peer, "192.0.2.7");
	ck_assert_int_eq(stream_read(&in, (char[1]){ 0 }, 1), -EAGAIN);
	close(fd);
	end();
}
END_TEST

START_TEST(a_health_check_is_the_proxy_itself)
{
	int fd;

	begin(&(struct door){ .proxy = true });
	fd = arrive("10.1.1.1");
	say(fd, BYTES("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"));
	ck_assert_uint_eq(came, 1);
	ck_assert_str_eq(guest.peer, "10.1.1.1");
	close(fd);
	end();
}
END_TEST

START_TEST(a_trusted_proxy_has_to_say_it)
{
	int fd;

	begin(&(struct door){ .proxy = true });
	fd = arrive("10.1.1.1");
	say(fd, BYTES("guest\r\n"));
	expect_closed(fd, "");
	ck_assert_uint_eq(came, 0);
	ck_assert_uint_eq(doors.ends[DOOR_BAD_PROXY], 1);
	end();
}
END_TEST

START_TEST(others_may_say_what_they_like_and_are_who_they_are)
{
	int fd;

	begin(&(struct door){ .proxy = true });
	fd = arrive("192.0.2.200");
	ck_assert_uint_eq(came, 1);
	ck_assert_str_eq(guest.peer, "192.0.2.200");
	say(fd, BYTES(PROXY_LINE));
	expect_unread(BYTES(PROXY_LINE));
	close(fd);
	end();
}
END_TEST

START_TEST(a_listener_without_proxies_reads_no_header)
{
	int fd;

	begin(&(struct door){ 0 });
	fd = arrive("10.1.1.1");
	ck_assert_uint_eq(came, 1);
	say(fd, BYTES(PROXY_LINE));
	expect_unread(BYTES(PROXY_LINE));
	close(fd);
	end();
}
END_TEST

START_TEST(the_address_that_was_said_counts)
{
	int first, second;

	begin(&(struct door){ .proxy = true });
	limits.max_per_ip = 1;
	doors.refusal = no_site;
	first = arrive("10.1.1.1");
	say(first, BYTES(PROXY_LINE));
	ck_assert_uint_eq(came, 1);
	second = arrive("10.1.1.1");
	say(second, BYTES(PROXY_LINE));
	expect_closed(second, "There are too many connections from your address.\r\n");
	second = arrive("10.1.1.1");
	say(second, BYTES("PROXY TCP4 192.0.2.66 198.51.100.2 4711 4000\r\n"));
	expect_closed(second, "You are not welcome here.\r\n");
	close(first);
	end();
}
END_TEST

START_TEST(a_proxy_that_says_nothing_is_closed)
{
	int silent, slow;

	begin(&(struct door){ .proxy = true });
	conf.handshake_us = PATIENCE_US;
	silent = arrive("10.1.1.1");
	slow = arrive("10.1.1.1");
	say(slow, BYTES("PROXY TCP4 192."));
	expect_closed(silent, "");
	expect_closed(slow, "");
	ck_assert_uint_eq(doors.ends[DOOR_LATE], 2);
	end();
}
END_TEST

/* TLS */

struct visitor {
	SSL_CTX *ctx;
	SSL *ssl;
};

static void visit(struct visitor *v, int fd)
{
	v->ctx = SSL_CTX_new(TLS_client_method());
	v->ssl = SSL_new(v->ctx);
	SSL_set_fd(v->ssl, fd);
}

static void part(struct visitor *v)
{
	SSL_free(v->ssl);
	SSL_CTX_free(v->ctx);
}

static bool shake(struct visitor *v)
{
	for (int i = 0; i < 50; i++) {
		if (SSL_connect(v->ssl) == 1) {
			turn();
			return true;
		}
		turn();
	}
	return false;
}

START_TEST(a_guest_with_tls_comes_in_by_his_handshake)
{
	struct visitor v;
	int fd;

	begin_tls(false);
	fd = arrive("192.0.2.1");
	ck_assert_uint_eq(came, 0);
	visit(&v, fd);
	ck_assert(shake(&v));
	ck_assert_uint_eq(came, 1);
	ck_assert(guest.secure);
	ck_assert_uint_eq(doors.handshakes, 1);
	ck_assert_int_eq(SSL_write(v.ssl, "guest\r\n", 7), 7);
	expect_unread(BYTES("guest\r\n"));
	part(&v);
	close(fd);
	end();
}
END_TEST

START_TEST(a_proxy_header_is_in_front_of_tls)
{
	struct visitor v;
	int fd;

	begin_tls(false);
	door.proxy = true;
	fd = arrive("10.1.1.1");
	ck_assert_int_eq(send(fd, PROXY_LINE, sizeof(PROXY_LINE) - 1, 0), sizeof(PROXY_LINE) - 1);
	visit(&v, fd);
	ck_assert(shake(&v));
	ck_assert_uint_eq(came, 1);
	ck_assert_str_eq(guest.peer, "192.0.2.7");
	part(&v);
	close(fd);
	end();
}
END_TEST

START_TEST(plain_bytes_where_tls_is_spoken_get_a_sentence)
{
	struct buf heard = { 0 };
	int fd;

	begin_tls(_i);
	fd = arrive("192.0.2.1");
	say(fd, BYTES("GET / HTTP/1.1\r\n\r\n"));
	ck_assert(hear(fd, &heard, LONG_US));
	buf_addc(&heard, '\0');
	if (_i)
		ck_assert(strncmp(buf_p(&heard), "HTTP/1.1 400 Bad Request\r\n", 26) == 0);
	ck_assert_ptr_nonnull(strstr(buf_p(&heard), "This port speaks TLS."));
	ck_assert_uint_eq(doors.ends[DOOR_NO_TLS], 1);
	buf_done(&heard);
	close(fd);
	end();
}
END_TEST

START_TEST(who_waits_for_us_to_begin_is_told_after_a_while)
{
	struct buf heard = { 0 };
	int fd;

	begin_tls(false);
	conf.handshake_us = PATIENCE_US;
	fd = arrive("192.0.2.1");
	ck_assert(hear(fd, &heard, LONG_US));
	ck_assert_ptr_nonnull(memmem(buf_p(&heard), heard.n, "This port speaks TLS.", 21));
	buf_done(&heard);
	close(fd);
	end();
}
END_TEST

START_TEST(half_a_handshake_is_closed)
{
	int fd;

	begin_tls(false);
	conf.handshake_us = PATIENCE_US;
	fd = arrive("192.0.2.1");
	say(fd, BYTES("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"));
	expect_closed(fd, "");
	ck_assert_uint_eq(doors.ends[DOOR_LATE], 1);
	end();
}
END_TEST

START_TEST(nonsense_in_a_handshake_is_closed)
{
	struct buf heard = { 0 };
	int fd;

	begin_tls(false);
	fd = arrive("192.0.2.1");
	say(fd, BYTES("\x16\x03\x01\0\x05nonsense that is no hello"));
	ck_assert(hear(fd, &heard, LONG_US));
	ck_assert_uint_eq(doors.ends[DOOR_BAD_TLS], 1);
	buf_done(&heard);
	close(fd);
	end();
}
END_TEST

START_TEST(who_is_refused_where_tls_is_spoken_gets_an_alert)
{
	int fd;

	begin_tls(_i);
	limits.max_conns = 0;
	fd = arrive("192.0.2.1");
	expect_closed(fd, ALERT);
	end();
}
END_TEST

START_TEST(who_hangs_up_is_forgotten)
{
	int fd;

	begin_tls(false);
	fd = arrive("192.0.2.1");
	ck_assert_uint_eq(doors.n, 1);
	close(fd);
	turn();
	ck_assert_uint_eq(doors.n, 0);
	ck_assert_uint_eq(doors.ends[DOOR_GONE], 1);
	end();
}
END_TEST

START_TEST(handshakes_of_one_address_are_bounded)
{
	int fd[THROTTLE_HANDSHAKES + 1];

	begin_tls(false);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		fd[i] = arrive("192.0.2.1");
		say(fd[i], BYTES("\x16\x03\x01\x02"));
	}
	ck_assert_uint_eq(doors.n, THROTTLE_HANDSHAKES);
	ck_assert_uint_eq(doors.ends[DOOR_TOO_MANY], 1);
	expect_closed(fd[THROTTLE_HANDSHAKES], ALERT);
	close(fd[0]); /* makes a place */
	turn();
	fd[0] = arrive("192.0.2.1");
	say(fd[0], BYTES("\x16\x03\x01\x02"));
	ck_assert_uint_eq(doors.n, THROTTLE_HANDSHAKES);
	for (size_t i = 0; i < THROTTLE_HANDSHAKES; i++)
		close(fd[i]);
	end();
}
END_TEST

START_TEST(a_crowd_of_handshakes_does_not_hold_a_turn)
{
	enum { CROWD = 3 * DOOR_STEPS };
	struct visitor v[CROWD];
	char from[32];
	int fd[CROWD];

	begin_tls(false);
	for (int i = 0; i < CROWD; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i);
		fd[i] = arrive(from);
		visit(&v[i], fd[i]);
		ck_assert_int_eq(SSL_connect(v[i].ssl), -1);
	}
	turn(); /* their first bytes are seen */
	for (int i = 0; i < 20 && came < CROWD; i++) {
		turn();
		ck_assert_uint_le(doors.steps, DOOR_STEPS);
		for (int k = 0; k < CROWD; k++)
			if (!SSL_is_init_finished(v[k].ssl))
				SSL_connect(v[k].ssl);
		if (came > 0 && in.fd >= 0) { /* only the last one is kept by on_accepted */
			throttle_leave(&throttle, guest.source);
			stream_close(&in);
		}
	}
	ck_assert_uint_eq(doors.handshakes, CROWD);
	for (int i = 0; i < CROWD; i++) {
		part(&v[i]);
		close(fd[i]);
	}
	throttle.n = 0;
	end();
}
END_TEST

START_TEST(the_door_has_an_end)
{
	enum { CROWD = DOOR_MAX + 300 };
	static int fd[CROWD];
	struct rlimit files;
	unsigned n = 0;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_max < 2 * CROWD + 50) {
		printf("skipped: too few descriptors\n");
		return;
	}
	begin_tls(false);
	for (int i = 0; i < CROWD; i++)
		fd[i] = arrive("192.0.2.1");
	ck_assert_uint_le(doors.n, DOOR_MAX);
	ck_assert_uint_gt(doors.n, DOOR_MAX / 4); /* early drop begins there */
	ck_assert_uint_eq(doors.n + doors.ends[DOOR_REFUSED_FULL], CROWD);
	for (int i = 0; i < CROWD; i++) {
		n += recv(fd[i], (char[1]){ 0 }, 1, MSG_DONTWAIT) == 0;
		close(fd[i]);
	}
	ck_assert_uint_eq(n, doors.ends[DOOR_REFUSED_FULL]);
	end();
}
END_TEST

/* X-Forwarded-For */

START_TEST(a_forwarded_address_is_charged_in_place_of_the_proxys)
{
	int fd, status = 0;

	begin(&(struct door){ .http = true });
	limits.max_per_ip = 1;
	doors.refusal = no_site;
	fd = arrive("10.1.1.1");
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert_str_eq(guest.peer, "192.0.2.9");
	ck_assert_uint_eq(throttle.n, 1);
	close(arrive("10.1.1.1")); /* the proxy's own place is free again */
	ck_assert_uint_eq(came, 2);
	ck_assert_ptr_nonnull(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert_int_eq(status, 429);
	ck_assert_ptr_nonnull(door_forwarded(&doors, &guest, BYTES("192.0.2.66"), &status));
	ck_assert_int_eq(status, 403);
	ck_assert_uint_eq(throttle.n, 2);
	throttle.n = 1; /* the first is not kept by on_accepted */
	close(fd);
	end();
}
END_TEST

START_TEST(a_stranger_forwards_nobody)
{
	int status = 0;

	begin(&(struct door){ .http = true });
	close(arrive("198.51.100.1"));
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.66"), &status));
	ck_assert_str_eq(guest.peer, "198.51.100.1");
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("door");
	TCase *tc = tcase_create("door");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, UNIT_TIMEOUT_S);
	tcase_add_test(tc, a_plain_guest_is_never_in_the_door);
	tcase_add_loop_test(tc, who_is_too_many_is_told_so, 0, 2);
	tcase_add_test(tc, who_is_banned_is_told_so_and_costs_no_place);
	tcase_add_test(tc, the_refused_can_say_what_they_like_and_still_read_why);
	tcase_add_test(tc, a_proxy_says_for_whom_it_connects);
	tcase_add_test(tc, a_header_may_come_byte_by_byte);
	tcase_add_test(tc, a_health_check_is_the_proxy_itself);
	tcase_add_test(tc, a_trusted_proxy_has_to_say_it);
	tcase_add_test(tc, others_may_say_what_they_like_and_are_who_they_are);
	tcase_add_test(tc, a_listener_without_proxies_reads_no_header);
	tcase_add_test(tc, the_address_that_was_said_counts);
	tcase_add_test(tc, a_proxy_that_says_nothing_is_closed);
	tcase_add_test(tc, a_guest_with_tls_comes_in_by_his_handshake);
	tcase_add_test(tc, a_proxy_header_is_in_front_of_tls);
	tcase_add_loop_test(tc, plain_bytes_where_tls_is_spoken_get_a_sentence, 0, 2);
	tcase_add_test(tc, who_waits_for_us_to_begin_is_told_after_a_while);
	tcase_add_test(tc, half_a_handshake_is_closed);
	tcase_add_test(tc, nonsense_in_a_handshake_is_closed);
	tcase_add_loop_test(tc, who_is_refused_where_tls_is_spoken_gets_an_alert, 0, 2);
	tcase_add_test(tc, who_hangs_up_is_forgotten);
	tcase_add_test(tc, handshakes_of_one_address_are_bounded);
	tcase_add_test(tc, a_crowd_of_handshakes_does_not_hold_a_turn);
	tcase_add_test(tc, the_door_has_an_end);
	tcase_add_test(tc, a_forwarded_address_is_charged_in_place_of_the_proxys);
	tcase_add_test(tc, a_stranger_forwards_nobody);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
