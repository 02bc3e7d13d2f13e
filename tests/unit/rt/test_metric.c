/*
 * test_metric.c - the text of metrics, and the server asked over real loopback HTTP by a forked
 * client.
 */
#include "rt/metric.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "rt/metric_doors.h"
#include "unit.h"

static bool has(const struct buf *b, const char *text)
{
	return memmem(buf_p(b), b->n, text, strlen(text)) != NULL;
}

static unsigned count(const struct buf *b, const char *text)
{
	const char *at = buf_p(b), *end = at + b->n;
	unsigned n = 0;

	while ((at = memmem(at, (size_t)(end - at), text, strlen(text)))) {
		at += strlen(text);
		n++;
	}
	return n;
}

START_TEST(a_family_is_explained_once_and_kept_together)
{
	const struct metric m[] = {
		{ .name = "mudlark_sessions{kind=\"telnet\"}",
		  .help = "Sessions.",
		  .kind = METRIC_GAUGE,
		  .value = 3 },
		{ .name = "mudlark_lines_total",
		  .help = "Lines.",
		  .kind = METRIC_COUNTER,
		  .value = 123456789012 },
		{ .name = "mudlark_sessions{kind=\"web\"}",
		  .help = "Sessions.",
		  .kind = METRIC_GAUGE,
		  .value = 0.5 },
	};
	struct buf b = { 0 };

	metric_text(m, ARRAY_LEN(m), &b);
	buf_addc(&b, '\0');
	ck_assert_str_eq(buf_p(&b), "# HELP mudlark_sessions Sessions.\n"
				    "# TYPE mudlark_sessions gauge\n"
				    "mudlark_sessions{kind=\"telnet\"} 3\n"
				    "mudlark_sessions{kind=\"web\"} 0.5\n"
				    "# HELP mudlark_lines_total Lines.\n"
				    "# TYPE mudlark_lines_total counter\n"
				    "mudlark_lines_total 123456789012\n");
	buf_done(&b);
}
END_TEST

START_TEST(a_duration_falls_into_the_first_bucket_that_holds_it)
{
	struct metric m = { .name = "t", .help = "h", .kind = METRIC_HISTOGRAM };
	static const struct {
		uint64_t us;
		size_t bucket;
	} cases[] = {
		{ 0, 0 },
		{ 50, 0 },
		{ 51, 1 },
		{ 100, 1 },
		{ 101, 2 },
		{ 200, 2 },
		{ 201, 3 },
		{ 1638400, 15 },
		{ 1638401, METRIC_BUCKETS },
		{ UINT64_MAX, METRIC_BUCKETS },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t before = m.bucket[cases[i].bucket];

		metric_observe_us(&m, cases[i].us);
		ck_assert_uint_eq(m.bucket[cases[i].bucket], before + 1);
	}
	ck_assert_uint_eq(m.count, ARRAY_LEN(cases));
}
END_TEST

START_TEST(a_histogram_is_cumulative_in_seconds)
{
	struct metric m = { .name = "mudlark_turn_seconds{kind=\"a\"}",
			    .help = "Turns.",
			    .kind = METRIC_HISTOGRAM };
	struct buf b = { 0 };

	metric_observe_us(&m, 60);
	metric_observe_us(&m, 150);
	metric_observe_us(&m, 5000000);
	metric_text(&m, 1, &b);
	ck_assert(has(&b, "mudlark_turn_seconds_bucket{kind=\"a\",le=\"0.000050\"} 0\n"));
	ck_assert(has(&b, "mudlark_turn_seconds_bucket{kind=\"a\",le=\"0.000100\"} 1\n"));
	ck_assert(has(&b, "mudlark_turn_seconds_bucket{kind=\"a\",le=\"0.000200\"} 2\n"));
	ck_assert(has(&b, "mudlark_turn_seconds_bucket{kind=\"a\",le=\"1.638400\"} 2\n"));
	ck_assert(has(&b, "mudlark_turn_seconds_bucket{kind=\"a\",le=\"+Inf\"} 3\n"));
	ck_assert(has(&b, "mudlark_turn_seconds_sum{kind=\"a\"} 5.00021\n"));
	ck_assert(has(&b, "mudlark_turn_seconds_count{kind=\"a\"} 3\n"));
	ck_assert_uint_eq(count(&b, "_bucket{"), METRIC_BUCKETS + 1);
	buf_done(&b);
}
END_TEST

struct scene {
	struct loop *l;
	struct metric metrics[1];
	struct metric_source source;
	struct metric_server *server;
	uint16_t port;
	bool ready;
};

static void refresh(void *ctx)
{
	struct scene *s = ctx;

	s->metrics[0].value++;
}

static bool is_ready(void *ctx, struct buf *reason)
{
	const struct scene *s = ctx;

	if (!s->ready)
		buf_adds(reason, "no world");
	return s->ready;
}

static uint16_t free_port(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t n = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&to, &n), 0);
	close(fd);
	return ntohs(to.sin_port);
}

/* At this host, or these: "" is every address. */
static void open_at(struct scene *s, const char *host)
{
	char address[64];

	*s = (struct scene){ .port = free_port(), .ready = true };
	s->metrics[0] = (struct metric){
		.name = "mudlark_x_total", .help = "X.", .kind = METRIC_COUNTER, .value = 4
	};
	s->source = (struct metric_source){ s->metrics, 1, refresh, is_ready, s };
	ck_assert_int_eq(loop_new(&s->l), 0);
	snprintf(address, sizeof(address), "%s:%u", host, s->port);
	ck_assert_int_eq(metric_serve(&s->server, s->l, address, &s->source), 0);
}

static void open_scene(struct scene *s)
{
	open_at(s, "localhost");
}

static void close_scene(struct scene *s)
{
	metric_server_free(s->server);
	loop_free(s->l);
}

/* The client's whole life, in a process of its own. */
static void client(int fd, const struct sockaddr *to, socklen_t n, const char *request, int out)
{
	char piece[4096];
	ssize_t r;

	if (connect(fd, to, n) < 0 || write(fd, request, strlen(request)) < 0)
		_exit(1);
	while ((r = read(fd, piece, sizeof(piece))) > 0)
		if (write(out, piece, (size_t)r) != r)
			_exit(1);
	_exit(0);
}

struct answer {
	struct loop *l;
	struct buf *text;
};

static void on_answer(int fd, short what, void *ctx)
{
	struct answer *a = ctx;
	char *p = buf_reserve(a->text, 4096);
	ssize_t n = read(fd, p, 4096);

	(void)what;
	if (n > 0)
		buf_commit(a->text, (size_t)n);
	else
		loop_stop(a->l, 0);
}

static void ask_at(struct scene *s, int fd, const struct sockaddr *to, socklen_t n,
		   const char *request, struct buf *ret)
{
	struct answer answer = { s->l, ret };
	struct event *ev;
	int ends[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		client(fd, to, n, request, ends[1]);
	close(ends[1]);
	close(fd);
	buf_reset(ret);
	ev = event_new(loop_base(s->l), ends[0], EV_READ | EV_PERSIST, on_answer, &answer);
	ck_assert_int_eq(event_add(ev, NULL), 0);
	ck_assert_int_eq(loop_run(s->l), 0);
	event_free(ev);
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static void ask(struct scene *s, const char *method, const char *path, struct buf *ret)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(s->port) };
	char request[200];

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		 method, path);
	ask_at(s, socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&to, sizeof(to),
	       request, ret);
}

START_TEST(metrics_are_shown_fresh)
{
	struct scene s;
	struct buf b = { 0 };

	open_scene(&s);
	ask(&s, "GET", "/metrics", &b);
	ck_assert(has(&b, "HTTP/1.1 200 OK\r\n"));
	ck_assert(has(&b, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	ck_assert(has(&b, "\nmudlark_x_total 5\n"));
	ck_assert(has(&b, "\nprocess_cpu_seconds_total "));
	ask(&s, "GET", "/metrics", &b);
	ck_assert(has(&b, "\nmudlark_x_total 6\n"));
	buf_done(&b);
	close_scene(&s);
}
END_TEST

START_TEST(readiness_has_a_reason)
{
	struct scene s;
	struct buf b = { 0 };

	open_scene(&s);
	ask(&s, "GET", "/readyz", &b);
	ck_assert(has(&b, "HTTP/1.1 200 "));
	s.ready = false;
	ask(&s, "GET", "/readyz", &b);
	ck_assert(has(&b, "HTTP/1.1 503 "));
	ck_assert(has(&b, "\r\n\r\nno world\n"));
	ask(&s, "GET", "/healthz", &b);
	ck_assert(has(&b, "HTTP/1.1 200 "));
	ck_assert(has(&b, "\r\n\r\nok\n"));
	buf_done(&b);
	close_scene(&s);
}
END_TEST

START_TEST(only_reading_is_served)
{
	struct scene s;
	struct buf b = { 0 };

	open_scene(&s);
	ask(&s, "HEAD", "/healthz", &b);
	ck_assert(has(&b, "HTTP/1.1 200 "));
	ck_assert(!has(&b, "ok\n"));
	ask(&s, "DELETE", "/metrics", &b);
	ck_assert(!has(&b, " 200 "));
	ask(&s, "GET", "/etc/passwd", &b);
	ck_assert(has(&b, "HTTP/1.1 404 "));
	buf_done(&b);
	close_scene(&s);
}
END_TEST

START_TEST(headers_without_end_are_refused)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct scene s;
	struct buf b = { 0 };
	static char request[20000] = "GET /healthz HTTP/1.1\r\nX: ";

	memset(request + strlen(request), 'x', sizeof(request) - strlen(request) - 1);
	open_scene(&s);
	to.sin_port = htons(s.port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ask_at(&s, socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&to, sizeof(to),
	       request, &b);
	ck_assert(!has(&b, " 200 "));
	buf_done(&b);
	close_scene(&s);
}
END_TEST

/* Half a request, and then nothing. */
static int dawdle(const struct scene *s)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(s->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(write(fd, "GET /", 5), 5);
	return fd;
}

START_TEST(so_many_are_connected_and_the_oldest_makes_room)
{
	int fds[METRIC_PEERS_MAX + 20];
	struct scene s;
	struct buf b = { 0 };
	char byte;

	open_scene(&s);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = dawdle(&s);
		if (i % 16 == 15)
			ask(&s, "GET", "/healthz", &b);
	}
	ask(&s, "GET", "/healthz", &b);
	ck_assert(has(&b, "HTTP/1.1 200 "));
	ask(&s, "GET", "/healthz", &b);
	ck_assert_int_eq(recv(fds[0], &byte, 1, MSG_DONTWAIT), 0);
	ck_assert_int_lt(recv(fds[ARRAY_LEN(fds) - 1], &byte, 1, MSG_DONTWAIT), 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	buf_done(&b);
	close_scene(&s);
}
END_TEST

/* Ends the loop when every descriptor is closed behind it. */
static void on_full(void *ctx)
{
	loop_stop(ctx, 0);
}

START_TEST(without_a_descriptor_it_waits_and_then_goes_on)
{
	struct rlimit was, few;
	struct loop_timer enough;
	struct scene s;
	struct buf b = { 0 };

	open_scene(&s);
	int fd = dawdle(&s);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = (rlim_t)fd + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	loop_timer_init(s.l, &enough, on_full, s.l);
	loop_timer_in(&enough, 100000);
	ck_assert_int_eq(loop_run(s.l), 0);
	loop_timer_done(&enough);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	ask(&s, "GET", "/healthz", &b);
	ck_assert(has(&b, "HTTP/1.1 200 "));
	close(fd);
	buf_done(&b);
	close_scene(&s);
}
END_TEST

START_TEST(a_unix_socket_serves_and_goes)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/mudlark-metric-XXXXXX", address[64];
	struct scene s = { .ready = true };
	struct buf b = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(to.sun_path, sizeof(to.sun_path), "%s/m", dir);
	snprintf(address, sizeof(address), "unix:%s/m", dir);
	s.source = (struct metric_source){ s.metrics, 0, NULL, NULL, NULL };
	ck_assert_int_eq(loop_new(&s.l), 0);
	ck_assert_int_eq(metric_serve(&s.server, s.l, address, &s.source), 0);
	ask_at(&s, socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&to, sizeof(to),
	       "GET /readyz HTTP/1.0\r\n\r\n", &b);
	ck_assert(has(&b, " 200 "));
	close_scene(&s);
	ck_assert_int_ne(access(to.sun_path, F_OK), 0);
	rmdir(dir);
	buf_done(&b);
}
END_TEST

START_TEST(every_address_that_an_option_may_name_is_served)
{
	static const char *const hosts[] = { "", "0.0.0.0", "[::]", "127.0.0.1", "localhost" };
	struct scene s;
	struct buf b = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		open_at(&s, hosts[i]);
		ask(&s, "GET", "/healthz", &b);
		ck_assert_msg(has(&b, "HTTP/1.1 200 "), "%s", hosts[i]);
		close_scene(&s);
	}
	buf_done(&b);
}
END_TEST

START_TEST(all_addresses_are_served_over_ipv6_too)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct scene s;
	struct buf b = { 0 };

	if (probe < 0 || bind(probe, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return; /* a machine may have no IPv6 */
	close(probe);
	open_at(&s, "");
	to.sin6_port = htons(s.port);
	ask_at(&s, socket(AF_INET6, SOCK_STREAM, 0), (const struct sockaddr *)&to, sizeof(to),
	       "GET /healthz HTTP/1.0\r\n\r\n", &b);
	ck_assert(has(&b, " 200 "));
	buf_done(&b);
	close_scene(&s);
}
END_TEST

START_TEST(an_address_in_use_or_wrong_is_an_error_and_none_is_off)
{
	struct scene s;
	struct metric_server *other = NULL;
	char address[32];

	open_scene(&s);
	snprintf(address, sizeof(address), "127.0.0.1:%u", s.port);
	ck_assert_int_eq(metric_serve(&other, s.l, address, &s.source), -EADDRINUSE);
	ck_assert_int_eq(metric_serve(&other, s.l, "nowhere", &s.source), -EINVAL);
	ck_assert_ptr_null(other);
	ck_assert_int_eq(metric_serve(&other, s.l, "", &s.source), 0);
	ck_assert_ptr_null(other);
	close_scene(&s);
}
END_TEST

UNIT_MAIN("metric", a_family_is_explained_once_and_kept_together,
	  a_duration_falls_into_the_first_bucket_that_holds_it,
	  a_histogram_is_cumulative_in_seconds, metrics_are_shown_fresh, readiness_has_a_reason,
	  only_reading_is_served, headers_without_end_are_refused,
	  so_many_are_connected_and_the_oldest_makes_room,
	  without_a_descriptor_it_waits_and_then_goes_on,
	  every_address_that_an_option_may_name_is_served, all_addresses_are_served_over_ipv6_too,
	  a_unix_socket_serves_and_goes, an_address_in_use_or_wrong_is_an_error_and_none_is_off)
