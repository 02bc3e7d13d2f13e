/* test_bus.c - sockets in the loop: endpoints that are refused, whole messages, keys. */
#include "rt/bus.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/bus_keys.h"
#include "rt/log.h"

struct end {
	struct bus *bus;
	struct bus_addr peer;
	char head[64], body[64];
	size_t n_body;
	unsigned messages, losts, writables, stop_after;
	struct test *test;
};

struct test {
	char dir[64], endpoint[128];
	struct loop *loop;
	struct loop_timer late;
	struct end bound, dialled;
};

static void on_message(void *ctx, const struct bus_addr *from, struct span head, struct span body)
{
	struct end *e = ctx;

	e->messages++;
	e->peer = *from;
	snprintf(e->head, sizeof(e->head), "%.*s", (int)head.n, head.p);
	snprintf(e->body, sizeof(e->body), "%.*s", (int)(body.n < 60 ? body.n : 60), body.p);
	e->n_body = body.n;
	if (e->messages == e->stop_after)
		loop_stop(e->test->loop, 0);
}

static void on_writable(void *ctx)
{
	((struct end *)ctx)->writables++;
}

static void on_lost(void *ctx)
{
	struct end *e = ctx;

	e->losts++;
	loop_stop(e->test->loop, 2);
}

static void on_late(void *ctx)
{
	loop_stop(((struct test *)ctx)->loop, 1);
}

static void path_in(const struct test *t, const char *name, char ret[160])
{
	snprintf(ret, 160, "%s/%s", t->dir, name);
}

static void start(struct test *t)
{
	*t = (struct test){ 0 };
	log_set(LOG_ERROR, false);
	strcpy(t->dir, "/tmp/mudlark-bus-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(t->dir));
	snprintf(t->endpoint, sizeof(t->endpoint), "ipc://%s/run/test.bus", t->dir);
	ck_assert_int_eq(loop_new(&t->loop), 0);
	loop_timer_init(t->loop, &t->late, on_late, t);
	t->bound.test = t->dialled.test = t;
}

static void finish(struct test *t)
{
	static const char *const files[] = { "run/test.bus", "run/test.bus.lock", "run",   "server",
					     "client",	     "stranger",	  "allow", "log" };
	char path[160];

	bus_free(t->dialled.bus);
	bus_free(t->bound.bus);
	loop_timer_done(&t->late);
	loop_free(t->loop);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		path_in(t, files[i], path);
		(void)remove(path);
	}
	ck_assert_int_eq(rmdir(t->dir), 0);
}

static int run_for(struct test *t, uint64_t us)
{
	loop_timer_in(&t->late, us);
	return loop_run(t->loop);
}

static struct bus_spec spec_of(struct test *t, struct end *e)
{
	return (struct bus_spec){ .endpoint = t->endpoint,
				  .events = { on_message, on_writable, on_lost, e } };
}

static void open_both(struct test *t)
{
	const struct bus_spec b = spec_of(t, &t->bound), d = spec_of(t, &t->dialled);

	ck_assert_int_eq(bus_bind(&t->bound.bus, t->loop, &b), 0);
	ck_assert_int_eq(bus_dial(&t->dialled.bus, t->loop, &d), 0);
}

START_TEST(a_message_of_one_or_two_parts_goes_there_and_back)
{
	struct test t;

	start(&t);
	open_both(&t);
	t.bound.stop_after = 2;
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("head"), SPAN("body")), 0);
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("alone"), SPAN("")), 0);
	ck_assert_int_eq(run_for(&t, 5000000), 0);
	ck_assert_str_eq(t.bound.head, "alone");
	ck_assert_uint_eq(t.bound.n_body, 0);
	t.dialled.stop_after = 1;
	ck_assert_int_eq(bus_send(t.bound.bus, &t.bound.peer, SPAN("back"), SPAN("again")), 0);
	ck_assert_int_eq(run_for(&t, 5000000), 0);
	ck_assert_str_eq(t.dialled.body, "again");
	finish(&t);
}
END_TEST

START_TEST(a_peer_that_is_not_there_is_unreachable)
{
	struct test t;
	const struct bus_addr nobody = { .n = 5, .id = { 0, 1, 2, 3, 4 } };

	start(&t);
	open_both(&t);
	ck_assert_int_eq(bus_send(t.bound.bus, &nobody, SPAN("x"), SPAN("")), -EHOSTUNREACH);
	bus_hangup(t.dialled.bus);
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("x"), SPAN("")), -EHOSTUNREACH);
	finish(&t);
}
END_TEST

START_TEST(a_message_above_the_limit_is_refused)
{
	struct test t;
	char *big = base_alloc(1, BUS_FRAME_MAX);

	start(&t);
	open_both(&t);
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("x"),
				  (struct span){ big, BUS_FRAME_MAX }),
			 -EMSGSIZE);
	t.bound.stop_after = 1;
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("x"),
				  (struct span){ big, BUS_FRAME_MAX - 1 }),
			 0);
	ck_assert_int_eq(run_for(&t, 5000000), 0);
	ck_assert_uint_eq(t.bound.n_body, BUS_FRAME_MAX - 1);
	free(big);
	finish(&t);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_tried_later_and_does_not_spin_the_loop)
{
	struct test t;
	unsigned sent = 0;

	start(&t);
	open_both(&t);
	t.bound.stop_after = 1;
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("hello"), SPAN("")), 0);
	ck_assert_int_eq(run_for(&t, 5000000), 0);
	/* The dialler's own loop turn never comes while we fill its pipe from here. */
	while (sent < 10000000 && bus_send(t.bound.bus, &t.bound.peer, SPAN("x"), SPAN("")) == 0)
		sent++;
	ck_assert_uint_lt(sent, 10000000);
	ck_assert_int_eq(run_for(&t, 3000000), 1);
	ck_assert_uint_eq(t.dialled.messages, sent);
	ck_assert_uint_ge(t.bound.writables, 1);
	ck_assert_uint_le(t.bound.writables, 2);
	finish(&t);
}
END_TEST

START_TEST(one_address_is_served_by_one_process_and_a_dead_ones_socket_is_no_obstacle)
{
	struct test t;
	struct bus *second = NULL;
	struct bus_spec spec;
	char path[160];
	struct stat st;
	FILE *f;

	start(&t);
	open_both(&t);
	spec = spec_of(&t, &t.bound);
	log_set(LOG_ERROR, false);
	ck_assert_int_eq(bus_bind(&second, t.loop, &spec), -EADDRINUSE);
	ck_assert_ptr_null(second);
	path_in(&t, "run/test.bus", path);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 077, 0);
	path_in(&t, "run", path);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	bus_free(t.bound.bus);
	path_in(&t, "run/test.bus", path);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(bus_bind(&t.bound.bus, t.loop, &spec), 0);
	finish(&t);
}
END_TEST

START_TEST(a_directory_that_others_can_enter_is_refused)
{
	struct test t;
	struct bus *b = NULL;
	struct bus_spec spec;
	char path[160];

	start(&t);
	path_in(&t, "run", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	spec = spec_of(&t, &t.bound);
	ck_assert_int_eq(bus_bind(&b, t.loop, &spec), -EPERM);
	ck_assert_ptr_null(b);
	finish(&t);
}
END_TEST

START_TEST(endpoints_that_cannot_be_are_refused)
{
	static const struct {
		const char *endpoint;
		int result;
	} bad[] = {
		{ "ipc:///tmp/"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/world.bus",
		  -ENAMETOOLONG },
		{ "ipc://", -ENAMETOOLONG },
		{ "inproc://x", -EINVAL },
		{ "", -EINVAL },
		{ "tcp://127.0.0.1:*", -EPERM },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct test t;
		struct bus *b = NULL;
		struct bus_spec spec;

		start(&t);
		spec = spec_of(&t, &t.bound);
		spec.endpoint = bad[i].endpoint;
		ck_assert_int_eq(bus_bind(&b, t.loop, &spec), bad[i].result);
		ck_assert_int_eq(bus_dial(&b, t.loop, &spec), bad[i].result);
		ck_assert_ptr_null(b);
		finish(&t);
	}
}
END_TEST

START_TEST(a_broken_connection_is_told_and_dialling_again_makes_a_new_one)
{
	struct test t;
	struct bus_spec spec;

	start(&t);
	open_both(&t);
	t.bound.stop_after = 1;
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("one"), SPAN("")), 0);
	ck_assert_int_eq(run_for(&t, 5000000), 0);
	spec = spec_of(&t, &t.bound);
	bus_free(t.bound.bus);
	t.bound.bus = NULL;
	ck_assert_int_eq(run_for(&t, 5000000), 2);
	/* Nobody there: the attempt itself fails, and that is told as well. */
	ck_assert_int_eq(bus_redial(t.dialled.bus), 0);
	ck_assert_int_eq(run_for(&t, 5000000), 2);
	ck_assert_int_eq(bus_bind(&t.bound.bus, t.loop, &spec), 0);
	ck_assert_int_eq(bus_redial(t.dialled.bus), 0);
	t.bound.messages = 0;
	ck_assert_int_eq(bus_send(t.dialled.bus, NULL, SPAN("two"), SPAN("")), 0);
	ck_assert_int_eq(run_for(&t, 5000000), 0);
	ck_assert_str_eq(t.bound.head, "two");
	finish(&t);
}
END_TEST

/* --- keys --- */

static void write_file(const struct test *t, const char *name, const char *text, mode_t mode)
{
	char path[160];
	FILE *f;

	path_in(t, name, path);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void write_keys(const struct test *t, const char *name, char ret_public[BUS_KEY_SIZE])
{
	char secret[BUS_KEY_SIZE], text[128];

	ck_assert_int_eq(bus_keypair(ret_public, secret), 0);
	snprintf(text, sizeof(text), "public %s\nsecret %s\n", ret_public, secret);
	write_file(t, name, text, 0600);
}

static int free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static int try_key(struct test *t, const char *client, const char *server_key, uint64_t us)
{
	struct bus_spec d = spec_of(t, &t->dialled);
	char file[160];
	int r;

	path_in(t, client, file);
	d.security.key_file = file;
	d.security.peer_key = server_key;
	bus_free(t->dialled.bus);
	t->dialled.bus = NULL;
	ck_assert_int_eq(bus_dial(&t->dialled.bus, t->loop, &d), 0);
	t->bound.messages = 0;
	t->bound.stop_after = 1;
	ck_assert_int_eq(bus_send(t->dialled.bus, NULL, SPAN("secret"), SPAN("")), 0);
	r = run_for(t, us);
	/* A connection that is turned away is lost; wait whether the message comes all the same. */
	return r == 2 ? run_for(t, us) : r;
}

START_TEST(over_tcp_only_listed_keys_get_through_and_the_list_is_read_again)
{
	struct test t;
	struct bus_spec b;
	char server[BUS_KEY_SIZE], client[BUS_KEY_SIZE], stranger[BUS_KEY_SIZE], text[256];
	char key_file[160], allow_file[160];

	start(&t);
	write_keys(&t, "server", server);
	write_keys(&t, "client", client);
	write_keys(&t, "stranger", stranger);
	snprintf(text, sizeof(text), "# who may\n  public %s # the gateway\n\n", client);
	write_file(&t, "allow", text, 0644);
	path_in(&t, "server", key_file);
	path_in(&t, "allow", allow_file);
	snprintf(t.endpoint, sizeof(t.endpoint), "tcp://127.0.0.1:%d", free_port());
	b = spec_of(&t, &t.bound);
	b.security.key_file = key_file;
	ck_assert_int_eq(bus_bind(&t.bound.bus, t.loop, &b), -EPERM);
	b.security.allow_file = allow_file;
	ck_assert_int_eq(bus_bind(&t.bound.bus, t.loop, &b), 0);
	ck_assert_int_eq(try_key(&t, "client", server, 5000000), 0);
	ck_assert_str_eq(t.bound.head, "secret");
	ck_assert_int_ne(try_key(&t, "stranger", server, 300000), 0);
	ck_assert_int_ne(try_key(&t, "client", stranger, 300000), 0);
	ck_assert_uint_eq(t.bound.messages, 0);
	snprintf(text, sizeof(text), "%s\n%s\n", client, stranger);
	write_file(&t, "allow", text, 0644);
	ck_assert_int_eq(try_key(&t, "stranger", key_file, 5000000), 0);
	finish(&t);
}
END_TEST

/* A server whose list has the client's key alone. */
static void open_listed(struct test *t, char ret_server[BUS_KEY_SIZE],
			char ret_client[BUS_KEY_SIZE])
{
	char text[64], key_file[160], allow_file[160];
	struct bus_spec b;

	write_keys(t, "server", ret_server);
	write_keys(t, "client", ret_client);
	snprintf(text, sizeof(text), "%s\n", ret_client);
	write_file(t, "allow", text, 0644);
	path_in(t, "server", key_file);
	path_in(t, "allow", allow_file);
	snprintf(t->endpoint, sizeof(t->endpoint), "tcp://127.0.0.1:%d", free_port());
	b = spec_of(t, &t->bound);
	b.security.key_file = key_file;
	b.security.allow_file = allow_file;
	ck_assert_int_eq(bus_bind(&t->bound.bus, t->loop, &b), 0);
}

/* Dials again whenever the connection is lost, so many times. */
static void dial_often(struct test *t, const char *client, const char *server_key, unsigned times)
{
	struct bus_spec d = spec_of(t, &t->dialled);
	char file[160];

	path_in(t, client, file);
	d.security.key_file = file;
	d.security.peer_key = server_key;
	ck_assert_int_eq(bus_dial(&t->dialled.bus, t->loop, &d), 0);
	while (times-- > 0) {
		ck_assert_int_eq(run_for(t, 10000000), 2);
		ck_assert_int_eq(bus_redial(t->dialled.bus), 0);
	}
	bus_free(t->dialled.bus);
	t->dialled.bus = NULL;
}

/* What is logged between goes into a file. */
static int log_into(struct test *t)
{
	const int kept = dup(STDERR_FILENO);
	char path[160];
	int fd;

	path_in(t, "log", path);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
	log_set(LOG_WARNING, false);
	return kept;
}

static void log_back(int kept)
{
	log_set(LOG_ERROR, false);
	ck_assert_int_ge(dup2(kept, STDERR_FILENO), 0);
	close(kept);
}

static unsigned lines_with(const struct test *t, const char *a, const char *b)
{
	char path[160], line[1024];
	unsigned n = 0;
	FILE *f;

	path_in(t, "log", path);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, a) && strstr(line, b);
	fclose(f);
	return n;
}

START_TEST(a_key_that_is_not_on_the_list_is_told_of_once_on_either_side)
{
	struct test t;
	char server[BUS_KEY_SIZE], client[BUS_KEY_SIZE], stranger[BUS_KEY_SIZE];
	int kept;

	start(&t);
	open_listed(&t, server, client);
	write_keys(&t, "stranger", stranger);
	kept = log_into(&t);
	dial_often(&t, "stranger", server, 6);
	log_back(kept);
	ck_assert_uint_eq(lines_with(&t, "bus_key_refused", stranger), 1);
	ck_assert_uint_eq(lines_with(&t, "bus_key_refused", "127.0.0.1"), 1);
	ck_assert_uint_eq(lines_with(&t, "bus_turned_away", "not on its list"), 1);
	ck_assert_uint_eq(lines_with(&t, "bus_turned_away", stranger), 1);
	finish(&t);
}
END_TEST

START_TEST(who_dials_with_the_wrong_key_for_the_other_side_is_told_after_some_attempts)
{
	struct test t;
	char server[BUS_KEY_SIZE], client[BUS_KEY_SIZE];
	int kept;

	start(&t);
	open_listed(&t, server, client);
	kept = log_into(&t);
	dial_often(&t, "client", client, 12);
	log_back(kept);
	ck_assert_uint_eq(lines_with(&t, "bus_turned_away", "bus.peer_key"), 1);
	ck_assert_uint_eq(lines_with(&t, "bus_key_refused", ""), 0);
	finish(&t);
}
END_TEST

START_TEST(a_secret_that_others_can_read_is_refused)
{
	struct test t;
	struct bus *b = NULL;
	struct bus_spec spec;
	char public[BUS_KEY_SIZE], file[160];

	start(&t);
	write_keys(&t, "client", public);
	path_in(&t, "client", file);
	ck_assert_int_eq(chmod(file, 0640), 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "tcp://127.0.0.1:9");
	spec = spec_of(&t, &t.dialled);
	spec.security.key_file = file;
	spec.security.peer_key = public;
	ck_assert_int_eq(bus_dial(&b, t.loop, &spec), -EPERM);
	ck_assert_int_eq(chmod(file, 0600), 0);
	spec.security.peer_key = NULL;
	ck_assert_int_eq(bus_dial(&b, t.loop, &spec), -EPERM);
	spec.security.peer_key = "/nonexistent";
	ck_assert_int_eq(bus_dial(&b, t.loop, &spec), -ENOENT);
	write_file(&t, "client", "public short\nsecret shorter\n", 0600);
	spec.security.peer_key = public;
	ck_assert_int_eq(bus_dial(&b, t.loop, &spec), -EINVAL);
	finish(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bus");
	TCase *c = tcase_create("bus");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 30);
	tcase_add_test(c, a_message_of_one_or_two_parts_goes_there_and_back);
	tcase_add_test(c, a_peer_that_is_not_there_is_unreachable);
	tcase_add_test(c, a_message_above_the_limit_is_refused);
	tcase_add_test(c, a_peer_that_does_not_read_is_tried_later_and_does_not_spin_the_loop);
	tcase_add_test(c,
		       one_address_is_served_by_one_process_and_a_dead_ones_socket_is_no_obstacle);
	tcase_add_test(c, a_directory_that_others_can_enter_is_refused);
	tcase_add_test(c, endpoints_that_cannot_be_are_refused);
	tcase_add_test(c, a_broken_connection_is_told_and_dialling_again_makes_a_new_one);
	tcase_add_test(c, over_tcp_only_listed_keys_get_through_and_the_list_is_read_again);
	tcase_add_test(c, a_key_that_is_not_on_the_list_is_told_of_once_on_either_side);
	tcase_add_test(c,
		       who_dials_with_the_wrong_key_for_the_other_side_is_told_after_some_attempts);
	tcase_add_test(c, a_secret_that_others_can_read_is_refused);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
