/*
 * test_door.c - who comes through the door, as whom, and what those are told who do not: limits,
 * bans, PROXY headers, deadlines.
 */
#include "tests/unit/gateway/door_rig.h"

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

/* X-Forwarded-For */

START_TEST(a_proxy_of_the_web_is_not_counted_but_those_behind_it)
{
	struct door_guest proxy;
	int status = 0;

	begin(&(struct door){ .http = true });
	limits.rate = 1;
	limits.max_per_ip = 3;
	for (unsigned i = 0; i < THROTTLE_PAGES; i++) {
		close(arrive("10.1.1.1"));
		ck_assert_uint_eq(came, i + 1);
		ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	}
	close(arrive("10.1.1.1")); /* by now he who sent all these has to wait */
	proxy = guest;
	ck_assert_ptr_nonnull(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert_int_eq(status, 429);
	ck_assert_mem_eq(&guest, &proxy, sizeof(proxy));
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.10"), &status));
	ck_assert_ptr_null(door_upgrade(&doors, &guest, &status));
	ck_assert_ptr_nonnull(door_upgrade(&doors, &guest, &status));
	end();
}
END_TEST

START_TEST(requests_of_one_connection_may_be_of_many)
{
	int status = 0;

	begin(&(struct door){ .http = true });
	limits.max_per_ip = 1;
	close(arrive("10.1.1.1"));
	for (int i = 0; i < 4; i++) {
		ck_assert_ptr_null(door_forwarded(&doors, &guest,
						  i % 2 ? BYTES("192.0.2.9") : BYTES("192.0.2.10"),
						  &status));
		ck_assert_str_eq(guest.peer, i % 2 ? "192.0.2.9" : "192.0.2.10");
	}
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES(""), &status));
	ck_assert_str_eq(guest.peer, "10.1.1.1"); /* the proxy itself, which now counts */
	ck_assert_ptr_nonnull(guest.source);
	ck_assert_uint_eq(throttle.n, 1);
	end();
}
END_TEST

START_TEST(a_forwarded_address_is_charged_in_place_of_the_proxys)
{
	struct door_guest first;
	struct stream held;
	int status = 0;

	begin(&(struct door){ .http = true });
	limits.max_per_ip = 1;
	doors.refusal = no_site;
	close(arrive("10.1.1.1"));
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert_str_eq(guest.peer, "192.0.2.9");
	ck_assert_uint_eq(throttle.n, 1);
	first = guest;
	held = in;
	in = stream_of(-1);
	close(arrive("10.1.1.1")); /* the proxy's own place is free again */
	ck_assert_uint_eq(came, 2);
	ck_assert_ptr_nonnull(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert_int_eq(status, 429);
	ck_assert_ptr_nonnull(door_forwarded(&doors, &guest, BYTES("192.0.2.66"), &status));
	ck_assert_int_eq(status, 403);
	ck_assert_uint_eq(throttle.n, 2);
	throttle_leave(&throttle, first.source);
	stream_close(&held);
	end();
}
END_TEST

START_TEST(who_is_exempt_is_known_by_the_address_that_counts)
{
	char *nets[] = { (char[]){ "192.0.2.9" }, NULL };
	const char *bad;
	int status = 0;

	begin(&(struct door){ .http = true });
	ck_assert_int_eq(address_nets_set(&throttle.exempt, nets, &bad), 0);
	close(arrive("192.0.2.9"));
	ck_assert(guest.exempt);
	close(arrive("10.1.1.1"));
	ck_assert(!guest.exempt);
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert(guest.exempt);
	nets[0] = (char[]){ "10.0.0.0/8" };
	ck_assert_int_eq(address_nets_set(&throttle.exempt, nets, &bad), 0);
	close(arrive("10.1.1.1"));
	ck_assert(guest.exempt);
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.9"), &status));
	ck_assert(!guest.exempt);
	end();
}
END_TEST

/* _i 0: the header tells of a stranger; 1: of a trusted proxy; 2: of nobody. */
START_TEST(behind_a_proxy_header_nobody_is_forwarded)
{
	static const char *const said[] = {
		"PROXY TCP4 192.0.2.7 198.51.100.2 4711 8443\r\n",
		"PROXY TCP4 10.1.1.2 198.51.100.2 4711 8443\r\n",
		"PROXY UNKNOWN\r\n",
	};
	static const char *const known[] = { "192.0.2.7", "10.1.1.2", "10.1.1.1" };
	int fd, status = 0;

	begin(&(struct door){ .proxy = true, .http = true });
	fd = arrive("10.1.1.1");
	say(fd, text_of(said[_i]));
	ck_assert_uint_eq(came, 1);
	ck_assert_ptr_null(door_forwarded(&doors, &guest, BYTES("192.0.2.66"), &status));
	ck_assert_str_eq(guest.peer, known[_i]);
	ck_assert_ptr_nonnull(guest.source);
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
	tcase_add_test(tc, a_proxy_of_the_web_is_not_counted_but_those_behind_it);
	tcase_add_test(tc, requests_of_one_connection_may_be_of_many);
	tcase_add_loop_test(tc, behind_a_proxy_header_nobody_is_forwarded, 0, 3);
	tcase_add_test(tc, a_forwarded_address_is_charged_in_place_of_the_proxys);
	tcase_add_test(tc, who_is_exempt_is_known_by_the_address_that_counts);
	tcase_add_test(tc, a_stranger_forwards_nobody);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
