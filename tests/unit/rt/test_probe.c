/*
 * test_probe.c - one GET with a deadline, against servers that answer right, wrongly or not at all.
 */
#include "rt/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "unit.h"

enum { PATIENT_US = 20000000, SHORT_US = 200000, BIG = PROBE_BODY_MAX + (1 << 20) };

struct server {
	pid_t pid;
	char address[32];
};

static void send_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t r = send(fd, text, n, MSG_NOSIGNAL);

		if (r <= 0)
			_exit(0);
		text += r;
		n -= (size_t)r;
	}
}

/* A child that takes one connection, reads what is asked and answers so; NULL: never. */
static struct server serve(const char *answer, size_t n, const char *host)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(to);
	struct server s;
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
	char asked[512];

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&to, size), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&to, &size), 0);
	snprintf(s.address, sizeof(s.address), "%s:%u", host, ntohs(to.sin_port));
	s.pid = fork();
	ck_assert_int_ge(s.pid, 0);
	if (s.pid > 0) {
		close(listener);
		return s;
	}
	fd = accept(listener, NULL, NULL);
	if (recv(fd, asked, sizeof(asked), 0) < 0 ||
	    memcmp(asked, "GET /readyz HTTP/1.1\r\n", 22) != 0)
		_exit(1);
	while (!answer)
		pause();
	send_all(fd, answer, n);
	_exit(0);
}

/* What came of asking a server that says so. */
static int ask(const char *answer, size_t n, const char *host, uint64_t timeout_us,
	       unsigned *ret_status, struct buf *body)
{
	struct server s = serve(answer, n, host);
	int r = probe_get(s.address, "/readyz", timeout_us, ret_status, body), status;

	kill(s.pid, SIGKILL);
	ck_assert_int_eq(waitpid(s.pid, &status, 0), s.pid);
	return r;
}

START_TEST(status_and_body_are_given)
{
	static const char no[] = "HTTP/1.1 503 Not\r\nA: b\r\n\r\nthe world is away\n";
	static const char *const hosts[] = { "127.0.0.1", "", "0.0.0.0", "localhost" };
	unsigned status = 0;

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct buf body = { 0 };

		ck_assert_int_eq(ask(no, sizeof(no) - 1, hosts[i], PATIENT_US, &status, &body), 0);
		ck_assert_uint_eq(status, 503);
		ck_assert_uint_eq(body.n, 18);
		ck_assert_mem_eq(buf_p(&body), "the world is away\n", 18);
		buf_done(&body);
	}
}
END_TEST

START_TEST(what_is_no_answer_is_an_error)
{
	static const char *const wrong[] = { "", "HTTP/1.1 200 OK\r\n", "SSH-2.0-x\r\n\r\n",
					     "HTTP/1.1 abc\r\n\r\n" };
	unsigned status;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct buf body = { 0 };

		ck_assert_int_eq(ask(wrong[i], strlen(wrong[i]), "127.0.0.1", PATIENT_US, &status,
				     &body),
				 -EPROTO);
		ck_assert_uint_eq(body.n, 0);
	}
}
END_TEST

START_TEST(who_does_not_answer_is_not_waited_for_and_who_says_too_much_not_heard)
{
	char *big = base_alloc(BIG, 1);
	struct buf body = { 0 };
	unsigned status;

	ck_assert_int_eq(ask(NULL, 0, "127.0.0.1", SHORT_US, &status, &body), -ETIMEDOUT);
	memcpy(big, "HTTP/1.1 200 OK\r\n\r\n", 19);
	ck_assert_int_eq(ask(big, BIG, "127.0.0.1", PATIENT_US, &status, &body), -EMSGSIZE);
	ck_assert_uint_eq(body.n, 0);
	free(big);
}
END_TEST

START_TEST(nobody_there_and_no_address_are_said)
{
	struct buf body = { 0 };
	unsigned status;

	ck_assert_int_eq(probe_get("unix:/nowhere/at/all", "/", PATIENT_US, &status, &body),
			 -ENOENT);
	ck_assert_int_eq(probe_get("unix:", "/", PATIENT_US, &status, &body), -EINVAL);
	ck_assert_int_eq(probe_get("9100", "/", PATIENT_US, &status, &body), -EINVAL);
	ck_assert_int_eq(probe_get("127.0.0.1:1", "/", PATIENT_US, &status, &body), -ECONNREFUSED);
}
END_TEST

UNIT_MAIN("probe", status_and_body_are_given, what_is_no_answer_is_an_error,
	  who_does_not_answer_is_not_waited_for_and_who_says_too_much_not_heard,
	  nobody_there_and_no_address_are_said)
