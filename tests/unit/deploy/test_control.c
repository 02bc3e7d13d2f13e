/* The control socket of `mudlark up`: the line protocol, and both ends over a real socket. */
#include "deploy/control.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARSE(text, q) control_parse(SPAN(text), q)

START_TEST(a_request_is_words)
{
	struct control_request q;
	ck_assert_int_eq(PARSE("  restart   world ", &q), 0);
	ck_assert_uint_eq(q.n, 2);
	ck_assert_str_eq(q.words[0], "restart");
	ck_assert_str_eq(q.words[1], "world");
}
END_TEST

START_TEST(what_is_no_request_is_refused)
{
	struct control_request q;
	char longest[CONTROL_WORD + 1];
	memset(longest, 'a', sizeof(longest));
	ck_assert_int_eq(PARSE("", &q), 1);
	ck_assert_int_eq(PARSE("   ", &q), 1);
	ck_assert_int_eq(PARSE("a b c d e", &q), 1);
	ck_assert_int_eq(PARSE("sta\ttus", &q), 1);
	ck_assert_int_eq(PARSE("st\xc3\xa4tus", &q), 1);
	ck_assert_int_eq(PARSE("st\0atus", &q), 1);
	ck_assert_int_eq(control_parse((struct span){ longest, CONTROL_WORD - 1 }, &q), 0);
	ck_assert_int_eq(control_parse((struct span){ longest, CONTROL_WORD }, &q), 1);
	ck_assert_int_eq(PARSE("a b c d", &q), 0);
	ck_assert_uint_eq(q.n, 4);
}
END_TEST

static int verdict(const char *answer, const char *wanted_rows)
{
	struct buf rows = { 0 };
	int r = control_verdict((struct span){ answer, strlen(answer) }, &rows);
	buf_addc(&rows, '\0');
	if (wanted_rows)
		ck_assert_str_eq(buf_p(&rows), wanted_rows);
	buf_done(&rows);
	return r;
}

START_TEST(an_answer_is_rows_and_a_verdict)
{
	ck_assert_int_eq(verdict("ok\n", ""), 0);
	ck_assert_int_eq(verdict("= a 1\n= b 2\nok\n", "a 1\nb 2\n"), 0);
	ck_assert_int_eq(verdict("= a 1\nerror No such thing.\n", "No such thing."), 1);
}
END_TEST

START_TEST(an_answer_cut_short_is_no_answer)
{
	ck_assert_int_eq(verdict("", NULL), -EPROTO);
	ck_assert_int_eq(verdict("= a 1\n", NULL), -EPROTO);
	ck_assert_int_eq(verdict("= a 1\nok", NULL), -EPROTO);
	ck_assert_int_eq(verdict("hello\nok\n", NULL), -EPROTO);
}
END_TEST

struct server {
	char dir[32], path[64];
	struct loop *loop;
	struct control *control;
	unsigned asked;
};

static void handle(void *ctx, const struct control_request *q, struct buf *answer)
{
	struct server *s = ctx;
	s->asked++;
	if (strcmp(q->words[0], "big") == 0)
		for (int i = 0; i < 20000; i++)
			buf_addf(answer, "= row %d\n", i);
	if (strcmp(q->words[0], "no") == 0)
		buf_adds(answer, "error No.\n");
	else
		buf_adds(answer, "ok\n");
}

static void set_up(struct server *s)
{
	*s = (struct server){ .dir = "/tmp/mudlark-test-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/up.sock", s->dir);
	ck_assert_int_eq(loop_new(&s->loop), 0);
	ck_assert_int_eq(control_open(&s->control, s->loop, s->path, handle, s), 0);
}

static void tear_down(struct server *s)
{
	control_close(s->control);
	loop_free(s->loop);
	ck_assert_int_eq(rmdir(s->dir), 0);
}

static void on_end(void *ctx, UNUSED int signo)
{
	loop_stop(ctx, 0);
}

/* Runs the server's loop until a child process that plays the client ends; its exit status. */
static int with_client(struct server *s, int (*client)(const struct server *s))
{
	int status = -1;
	ck_assert_int_eq(loop_on_signal(s->loop, SIGCHLD, on_end, s->loop), 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(client(s));
	ck_assert_int_eq(loop_run(s->loop), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static int polite_client(const struct server *s)
{
	struct buf rows = { 0 };
	if (control_ask(s->path, "status", &rows) != 0 || rows.n != 0)
		return 1;
	if (control_ask(s->path, "no", &rows) != 1 || rows.n != 3)
		return 2;
	buf_clear(&rows);
	if (control_ask(s->path, "big", &rows) != 0 || rows.n < 100000)
		return 3;
	buf_done(&rows);
	return 0;
}

START_TEST(questions_are_answered_over_the_socket)
{
	struct server s;
	struct stat st;
	set_up(&s);
	ck_assert_int_eq(stat(s.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 077, 0);
	ck_assert_int_eq(with_client(&s, polite_client), 0);
	ck_assert_uint_eq(s.asked, 3);
	tear_down(&s);
}
END_TEST

static int rude_client(const struct server *s)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fds[CONTROL_CLIENTS + 4];
	char flood[4 * CONTROL_LINE], answer[64];
	memset(flood, 'x', sizeof(flood));
	memcpy(to.sun_path, s->path, sizeof(s->path));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		if (connect(fds[i], (struct sockaddr *)&to, sizeof(to)) < 0)
			return 1;
	}
	/* One that talks without end is answered with a refusal ... */
	if (send(fds[0], flood, sizeof(flood), MSG_NOSIGNAL) < 0)
		return 2;
	if (recv(fds[0], answer, sizeof(answer), 0) < 6 || memcmp(answer, "error ", 6) != 0)
		return 3;
	/* ... and one above the limit is hung up on. */
	if (recv(fds[CONTROL_CLIENTS + 3], answer, sizeof(answer), 0) != 0)
		return 4;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	struct buf rows = { 0 };
	for (int tries = 0; tries < 200; tries++)
		if (control_ask(s->path, "status", &rows) == 0)
			return 0;
	return 5;
}

START_TEST(rude_clients_are_bounded_and_leave_no_trace)
{
	struct server s;
	set_up(&s);
	ck_assert_int_eq(with_client(&s, rude_client), 0);
	ck_assert_uint_eq(s.asked, 1);
	tear_down(&s);
}
END_TEST

START_TEST(nobody_listening_is_told_apart)
{
	struct buf rows = { 0 };
	ck_assert_int_eq(control_ask("/tmp/mudlark-nobody/up.sock", "status", &rows), -ENOENT);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("control");
	tcase_add_test(c, a_request_is_words);
	tcase_add_test(c, what_is_no_request_is_refused);
	tcase_add_test(c, an_answer_is_rows_and_a_verdict);
	tcase_add_test(c, an_answer_cut_short_is_no_answer);
	tcase_add_test(c, questions_are_answered_over_the_socket);
	tcase_add_test(c, rude_clients_are_bounded_and_leave_no_trace);
	tcase_add_test(c, nobody_listening_is_told_apart);
	Suite *s = suite_create("control");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
