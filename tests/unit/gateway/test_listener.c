/*
 * test_listener.c - connections arrive; sockets left by the dead are replaced, those of the living not;
 * a process without descriptors says so.
 */
#include "gateway/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "rt/log.h"
#include "tests/unit/gateway/bytes.h"

static struct loop *loop;
static unsigned accepted, refused;
static int last = -1;

static void on_accepted(UNUSED void *ctx, int fd, UNUSED const struct sockaddr *from)
{
	accepted++;
	last = fd;
}

static void on_overflow(UNUSED void *ctx, UNUSED int fd)
{
	refused++;
}

static int open_at(struct listener **ret, const char *address)
{
	struct listener_spec spec = {
		.address = address,
		.accepted = on_accepted,
		.overflow = on_overflow,
	};

	return listener_open(ret, loop, &spec);
}

static void begin(void)
{
	log_set(LOG_ERROR, false);
	ck_assert_int_eq(loop_new(&loop), 0);
}

static int dial(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void turn(void)
{
	event_base_loop(loop_base(loop), EVLOOP_NONBLOCK);
}

START_TEST(an_empty_address_is_off)
{
	struct listener *l;

	begin();
	ck_assert_int_eq(open_at(&l, ""), 0);
	ck_assert_ptr_null(l);
	loop_free(loop);
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	struct listener *l;

	begin();
	ck_assert_int_eq(open_at(&l, "here"), -EINVAL);
	ck_assert_int_eq(open_at(&l, "127.0.0.1:"), -EINVAL);
	ck_assert_int_eq(open_at(&l, "[::1:80"), -EINVAL);
	loop_free(loop);
}
END_TEST

START_TEST(all_that_wait_are_taken_in_one_turn)
{
	struct listener *l;
	int fd[50];

	begin();
	ck_assert_int_eq(open_at(&l, "127.0.0.1:0"), 0);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		fd[i] = dial(listener_port(l));
	turn();
	ck_assert_uint_eq(accepted, ARRAY_LEN(fd));
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
	listener_close(l);
	loop_free(loop);
}
END_TEST

static int dial_six(unsigned port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	a.sin6_addr = in6addr_loopback;
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

START_TEST(all_addresses_are_bound_at_one_port)
{
	static const char *const addresses[] = { ":0", "[::]:0" };

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct listener *l;
		int four, six;

		begin();
		accepted = 0;
		ck_assert_int_eq(open_at(&l, addresses[i]), 0);
		four = dial(listener_port(l));
		six = dial_six(listener_port(l));
		turn();
		ck_assert_uint_eq(accepted, six >= 0 ? 2 : 1); /* a machine may have no IPv6 */
		close(four);
		close(six);
		listener_close(l);
		loop_free(loop);
	}
}
END_TEST

static int number_of(int fd, int level, int option)
{
	socklen_t n = sizeof(int);
	int value = -1;

	getsockopt(fd, level, option, &value, &n);
	return value;
}

START_TEST(connections_inherit_what_keeps_them_alive)
{
	struct listener *l;
	int fd;

	begin();
	ck_assert_int_eq(open_at(&l, "127.0.0.1:0"), 0);
	fd = dial(listener_port(l));
	turn();
	ck_assert_int_ge(last, 0);
	ck_assert_int_eq(number_of(last, SOL_SOCKET, SO_KEEPALIVE), 1);
	ck_assert_int_eq(number_of(last, SOL_SOCKET, SO_OOBINLINE), 1);
	ck_assert_int_eq(number_of(last, IPPROTO_TCP, TCP_KEEPIDLE), 60);
	ck_assert_int_eq(number_of(last, IPPROTO_TCP, TCP_USER_TIMEOUT), 120000);
	ck_assert_int_ne(number_of(last, IPPROTO_TCP, TCP_NODELAY), 0);
	close(last);
	close(fd);
	listener_close(l);
	loop_free(loop);
}
END_TEST

START_TEST(a_port_in_use_is_said)
{
	struct listener *l, *second;
	char address[32];

	begin();
	ck_assert_int_eq(open_at(&l, "127.0.0.1:0"), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", listener_port(l));
	ck_assert_int_eq(open_at(&second, address), -EADDRINUSE);
	listener_close(l);
	loop_free(loop);
}
END_TEST

START_TEST(without_descriptors_a_newcomer_is_told_and_nothing_spins)
{
	struct rlimit limit;
	struct listener *l;
	int fd, fill;

	begin();
	ck_assert_int_eq(open_at(&l, "127.0.0.1:0"), 0);
	fd = dial(listener_port(l));
	fill = dup(0);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)fill + 1;
	setrlimit(RLIMIT_NOFILE, &limit);
	turn();
	ck_assert_uint_eq(accepted, 0);
	ck_assert_uint_eq(refused, 1);
	turn();
	ck_assert_uint_eq(refused, 1);
	close(fill);
	close(fd);
	listener_close(l);
	loop_free(loop);
}
END_TEST

static void path_of(char *ret, size_t n, const char *prefix)
{
	snprintf(ret, n, "%s/tmp/mudlark-listener-%d/run/console.sock", prefix, (int)getpid());
}

static void remove_path(char *path)
{
	unlink(path);
	for (int i = 0; i < 2; i++) {
		*strrchr(path, '/') = '\0';
		rmdir(path);
	}
}

START_TEST(a_unix_socket_is_for_its_owner_only)
{
	struct listener *l, *second;
	char address[128], path[100];
	struct stat st;

	begin();
	path_of(address, sizeof(address), "unix:");
	path_of(path, sizeof(path), "");
	ck_assert_int_eq(open_at(&l, address), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(open_at(&second, address), -EADDRINUSE);
	listener_close(l);
	ck_assert_int_eq(stat(path, &st), -1);
	remove_path(path);
	loop_free(loop);
}
END_TEST

START_TEST(a_socket_left_by_a_dead_process_is_replaced)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct listener *l;
	char address[128], path[100];
	int dead, fd;

	begin();
	path_of(address, sizeof(address), "unix:");
	path_of(path, sizeof(path), "");
	ck_assert_int_eq(open_at(&l, address), 0);
	listener_close(l);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	dead = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(dead, (struct sockaddr *)&a, sizeof(a)), 0);
	close(dead);
	ck_assert_int_eq(open_at(&l, address), 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	turn();
	ck_assert_uint_eq(accepted, 1);
	close(last);
	close(fd);
	listener_close(l);
	remove_path(path);
	loop_free(loop);
}
END_TEST

UNIT_MAIN("listener", an_empty_address_is_off, what_is_no_address_is_refused,
	  all_that_wait_are_taken_in_one_turn, all_addresses_are_bound_at_one_port,
	  connections_inherit_what_keeps_them_alive, a_port_in_use_is_said,
	  without_descriptors_a_newcomer_is_told_and_nothing_spins,
	  a_unix_socket_is_for_its_owner_only, a_socket_left_by_a_dead_process_is_replaced)
