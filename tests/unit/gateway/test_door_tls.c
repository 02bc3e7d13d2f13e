/*
 * test_door_tls.c - the door where TLS is spoken: handshakes, crowds of them, and those who speak
 * something else.
 */
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/resource.h>
#include "gateway/tls_self.h"
#include "tests/unit/gateway/door_rig.h"

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
	}
	ck_assert_uint_eq(doors.handshakes, CROWD);
	for (int i = 0; i < CROWD; i++) {
		part(&v[i]);
		close(fd[i]);
	}
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

int main(void)
{
	Suite *suite = suite_create("door_tls");
	TCase *tc = tcase_create("door_tls");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, UNIT_TIMEOUT_S);
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
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
