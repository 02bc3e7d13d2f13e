/* Looking at many processes at once: ones that answer, and ones that are dead, silent or strange. */
#include "deploy/watch.h"

#include <check.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* A process that says always the same, or nothing. */
struct stage {
	const char *says; /* NULL: it takes the connection and is silent */
	size_t n;	  /* of it; 0: to its end */
	struct loop *loop;
	struct evconnlistener *listener;
	struct bufferevent *clients[8];
	size_t n_clients;
	char address[80]; /* unix:PATH */
};

struct scene {
	struct loop *loop;
	struct watch watch;
	struct stage stages[4];
	char dir[32];
	unsigned rounds;
};

static void on_written(struct bufferevent *client, UNUSED void *ctx)
{
	bufferevent_flush(client, EV_WRITE, BEV_FINISHED);
	shutdown(bufferevent_getfd(client), SHUT_WR);
}

static void on_asked(struct bufferevent *client, void *ctx)
{
	struct stage *s = ctx;
	bufferevent_disable(client, EV_READ);
	if (!s->says)
		return;
	bufferevent_setcb(client, NULL, on_written, NULL, s);
	bufferevent_write(client, s->says, s->n ? s->n : strlen(s->says));
}

static void on_client(UNUSED struct evconnlistener *l, evutil_socket_t fd,
		      UNUSED struct sockaddr *address, UNUSED int n, void *ctx)
{
	struct stage *s = ctx;
	struct bufferevent *client =
		bufferevent_socket_new(loop_base(s->loop), fd, BEV_OPT_CLOSE_ON_FREE);
	ck_assert_uint_lt(s->n_clients, ARRAY_LEN(s->clients));
	s->clients[s->n_clients++] = client;
	bufferevent_setcb(client, on_asked, NULL, NULL, s);
	bufferevent_enable(client, EV_READ | EV_WRITE);
}

static void stage_open(struct scene *scene, size_t i, const char *says)
{
	struct stage *s = &scene->stages[i];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	*s = (struct stage){ .says = says, .loop = scene->loop };
	snprintf(s->address, sizeof(s->address), "unix:%s/%zu", scene->dir, i);
	memcpy(at.sun_path, s->address + 5, strlen(s->address + 5) + 1);
	s->listener =
		evconnlistener_new_bind(loop_base(scene->loop), on_client, s, LEV_OPT_CLOSE_ON_FREE,
					8, (struct sockaddr *)&at, sizeof(at));
	ck_assert_ptr_nonnull(s->listener);
}

static void stage_close(struct stage *s)
{
	for (size_t i = 0; i < s->n_clients; i++)
		bufferevent_free(s->clients[i]);
	s->n_clients = 0;
	if (s->listener)
		evconnlistener_free(s->listener);
	s->listener = NULL;
	unlink(s->address + 5);
}

static void on_round(void *ctx)
{
	struct scene *s = ctx;
	s->rounds++;
	loop_stop(s->loop, 0);
}

static void scene_open(struct scene *s)
{
	*s = (struct scene){ .dir = "/tmp/mudlark-test-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	ck_assert_int_eq(loop_new(&s->loop), 0);
	watch_init(&s->watch, s->loop, on_round, s);
}

static void scene_close(struct scene *s)
{
	watch_done(&s->watch);
	for (size_t i = 0; i < ARRAY_LEN(s->stages); i++)
		stage_close(&s->stages[i]);
	loop_free(s->loop);
	ck_assert_int_eq(rmdir(s->dir), 0);
}

static void look(struct scene *s, uint64_t timeout_us)
{
	watch_round(&s->watch, timeout_us);
	ck_assert_int_eq(loop_run(s->loop), 0);
	for (size_t i = 0; i < ARRAY_LEN(s->stages); i++) {
		for (size_t k = 0; k < s->stages[i].n_clients; k++)
			bufferevent_free(s->stages[i].clients[k]);
		s->stages[i].n_clients = 0;
	}
}

#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"

START_TEST(one_that_is_silent_holds_up_nobody)
{
	struct scene s;
	scene_open(&s);
	stage_open(&s, 0, OK "a 7\n");
	stage_open(&s, 1, NULL);
	stage_open(
		&s, 2,
		"HTTP/1.1 503 Service Unavailable\r\n\r\nthe \033[31mworld\033[0m is away\nmore\n");
	ck_assert_int_eq(watch_add(&s.watch, "good", s.stages[0].address), 0);
	ck_assert_int_eq(watch_add(&s.watch, "mute", s.stages[1].address), 0);
	ck_assert_int_eq(watch_add(&s.watch, "ill", s.stages[2].address), 0);
	ck_assert_int_eq(watch_add(&s.watch, "gone", "unix:/nowhere/at/all"), 0);
	look(&s, 100000);
	const struct watch_target *good = watch_find(&s.watch, "good");
	ck_assert_int_eq(good->r, 0);
	ck_assert_uint_eq(good->ready, 200);
	ck_assert_double_eq(scrape_value(watch_now(good), "a"), 7);
	ck_assert_int_eq(watch_find(&s.watch, "mute")->r, -ETIMEDOUT);
	ck_assert_uint_eq(watch_find(&s.watch, "mute")->ready, 0);
	ck_assert_uint_eq(watch_find(&s.watch, "ill")->ready, 503);
	ck_assert_str_eq(watch_find(&s.watch, "ill")->why, "the [31mworld[0m is away");
	ck_assert_int_eq(watch_find(&s.watch, "gone")->r, -ENOENT);
	ck_assert_uint_eq(watch_now(watch_find(&s.watch, "gone"))->n, 0);
	scene_close(&s);
}
END_TEST

START_TEST(what_is_not_an_answer_is_told_apart)
{
	struct scene s;
	struct buf huge = { 0 };
	scene_open(&s);
	buf_adds(&huge, OK);
	for (size_t i = 0; huge.n < FETCH_HEAD_MAX + FETCH_BODY_MAX + 100; i++)
		buf_addf(&huge, "a{i=\"%zu\"} 1 and so on for ever and ever\n", i);
	stage_open(&s, 0, "SSH-2.0-OpenSSH_9.2\r\n");
	stage_open(&s, 1, "HTTP/1.1 200 OK\r\nCut: of");
	stage_open(&s, 2, buf_p(&huge));
	s.stages[2].n = huge.n;
	stage_open(&s, 3, OK "a 1\nb 2\nc 3.1415");
	for (int i = 0; i < 4; i++) {
		const char name[] = { (char)('0' + i), '\0' };
		ck_assert_int_eq(watch_add(&s.watch, name, s.stages[i].address), 0);
	}
	ck_assert_int_eq(watch_add(&s.watch, "wrong", "nowhere"), 0);
	ck_assert_int_eq(watch_add(&s.watch, "port", "127.0.0.1:http"), 0);
	look(&s, 5000000);
	ck_assert_int_eq(watch_find(&s.watch, "0")->r, -EPROTO);
	ck_assert_int_eq(watch_find(&s.watch, "1")->r, -EPROTO);
	ck_assert_int_eq(watch_find(&s.watch, "2")->r, -EMSGSIZE);
	ck_assert_int_eq(watch_find(&s.watch, "3")->r, 0);
	ck_assert(isnan(scrape_value(watch_now(watch_find(&s.watch, "3")), "c")));
	ck_assert_double_eq(scrape_value(watch_now(watch_find(&s.watch, "3")), "b"), 2);
	ck_assert_int_eq(watch_find(&s.watch, "wrong")->r, -EINVAL);
	ck_assert_int_eq(watch_find(&s.watch, "port")->r, -EINVAL);
	scene_close(&s);
	buf_done(&huge);
}
END_TEST

START_TEST(a_new_life_or_a_gap_begins_a_new_history)
{
	struct scene s;
	scene_open(&s);
	stage_open(&s, 0, OK "process_start_time_seconds 100\nn 1\n");
	ck_assert_int_eq(watch_add(&s.watch, "p", s.stages[0].address), 0);
	const struct watch_target *t = watch_find(&s.watch, "p");
	for (int i = 0; i < 3; i++)
		look(&s, 5000000);
	ck_assert_uint_eq(t->n, 3);
	ck_assert_ptr_eq(watch_before(t, 1), &t->shots[1]);
	ck_assert_ptr_eq(watch_before(t, 10), &t->shots[0]);
	s.stages[0].says = OK "process_start_time_seconds 200\nn 0\n";
	look(&s, 5000000);
	ck_assert_uint_eq(t->n, 1);
	ck_assert_ptr_null(watch_before(t, 1));
	look(&s, 5000000);
	stage_close(&s.stages[0]);
	look(&s, 5000000);
	ck_assert_uint_eq(t->n, 0);
	ck_assert_uint_eq(watch_now(t)->n, 0);
	scene_close(&s);
}
END_TEST

START_TEST(only_the_last_rounds_are_kept)
{
	struct scene s;
	scene_open(&s);
	stage_open(&s, 0, OK "n 1\n");
	ck_assert_int_eq(watch_add(&s.watch, "p", s.stages[0].address), 0);
	for (int i = 0; i < WATCH_SHOTS + 3; i++)
		look(&s, 5000000);
	ck_assert_uint_eq(watch_find(&s.watch, "p")->n, WATCH_SHOTS);
	scene_close(&s);
}
END_TEST

START_TEST(a_supervisor_is_asked_along)
{
	struct scene s;
	scene_open(&s);
	stage_open(&s, 0, "= world 12 ready 5 0\nok\n");
	ck_assert_int_eq(watch_super(&s.watch, s.stages[0].address + 5), 0);
	look(&s, 5000000);
	ck_assert_uint_eq(s.watch.told.n, strlen(s.stages[0].says));
	stage_close(&s.stages[0]);
	look(&s, 5000000);
	ck_assert_uint_eq(s.watch.told.n, 0);
	scene_close(&s);
}
END_TEST

START_TEST(names_and_addresses_have_their_limits)
{
	struct scene s;
	char name[32];
	scene_open(&s);
	ck_assert_int_eq(watch_add(&s.watch, "a-name-that-is-longer-than-any-name-should-be",
				   "x:1"),
			 1);
	for (int i = 0; i < WATCH_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		ck_assert_int_eq(watch_add(&s.watch, name, "x:1"), 0);
	}
	ck_assert_int_eq(watch_add(&s.watch, "one-more", "x:1"), 1);
	ck_assert_int_eq(watch_add(&s.watch, "p3", "y:2"), 0);
	ck_assert_str_eq(watch_find(&s.watch, "p3")->address, "y:2");
	ck_assert_uint_eq(s.watch.n, WATCH_MAX);
	scene_close(&s);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("watch");
	tcase_set_timeout(c, 20);
	tcase_add_test(c, one_that_is_silent_holds_up_nobody);
	tcase_add_test(c, what_is_not_an_answer_is_told_apart);
	tcase_add_test(c, a_new_life_or_a_gap_begins_a_new_history);
	tcase_add_test(c, only_the_last_rounds_are_kept);
	tcase_add_test(c, a_supervisor_is_asked_along);
	tcase_add_test(c, names_and_addresses_have_their_limits);
	Suite *s = suite_create("watch");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
