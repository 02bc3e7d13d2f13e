/*
 * floor_gateway.c - the near half of the floor (floor.h): epoll, lines in, lines and a prompt out.
 *
 * usage: floor_gateway PORT ENDPOINT          prints "ready" when it listens
 *
 * One message to the world and one write for each answer in a turn.  A connection holds memory
 * only for half a line and for output its socket did not take.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/bench/floor.h"
#include "tests/support/die.h"

enum { CONNS = 20000, EVENTS = 512, READ_BYTES = 16384 };

static const char greeting[] = "Name: \xff\xf9";
static const char prompt[] = "\r\n> \xff\xf9";

struct conn {
	char *in, *out; /* half a line; what waits to be written */
	uint32_t n_in, n_out;
	bool is_open, is_dirty, waits_out;
};

static struct conn conns[CONNS];
static uint32_t dirty[CONNS];
static size_t n_dirty;
static int highest;
static char batch[4 << 20]; /* this turn's lines for the world */
static size_t n_batch;
static int ep, listener;
static void *dealer;

static void drop(uint32_t c)
{
	close((int)c);
	free(conns[c].in);
	free(conns[c].out);
	conns[c] = (struct conn){ .is_dirty = conns[c].is_dirty };
}

static void out_add(uint32_t c, const char *text, size_t n)
{
	struct conn *k = &conns[c];
	char *grown;

	if (!k->is_open)
		return;
	grown = realloc(k->out, k->n_out + n + sizeof(prompt));
	if (!grown)
		die("floor_gateway: no memory");
	k->out = grown;
	memcpy(k->out + k->n_out, text, n);
	memcpy(k->out + k->n_out + n, prompt, sizeof(prompt) - 1);
	k->n_out += (uint32_t)(n + sizeof(prompt) - 1);
	if (!k->is_dirty) {
		k->is_dirty = true;
		dirty[n_dirty++] = c;
	}
}

static void out_write(uint32_t c)
{
	struct conn *k = &conns[c];
	ssize_t n = send((int)c, k->out, k->n_out, MSG_NOSIGNAL | MSG_DONTWAIT);
	struct epoll_event ev = { .data.u32 = c };

	if (n < 0 && errno != EAGAIN) {
		drop(c);
		return;
	}
	if (n < 0)
		n = 0;
	k->n_out -= (uint32_t)n;
	memmove(k->out, k->out + n, k->n_out);
	if (!k->n_out) {
		free(k->out);
		k->out = NULL;
	}
	if (k->waits_out == (k->n_out > 0))
		return;
	k->waits_out = k->n_out > 0;
	ev.events = k->waits_out ? EPOLLIN | EPOLLOUT : EPOLLIN;
	must(epoll_ctl(ep, EPOLL_CTL_MOD, (int)c, &ev), "epoll_ctl");
}

static void line_add(uint32_t c, const char *text, size_t n)
{
	struct floor_record r = { c, (uint32_t)n };

	if (n_batch + sizeof(r) + n > sizeof(batch))
		die("floor_gateway: too much in one turn");
	memcpy(batch + n_batch, &r, sizeof(r));
	memcpy(batch + n_batch + sizeof(r), text, n);
	n_batch += sizeof(r) + n;
}

static void keep_half(struct conn *k, const char *p, size_t n)
{
	if (!n)
		return;
	k->in = malloc(n);
	if (!k->in)
		die("floor_gateway: no memory");
	memcpy(k->in, p, n);
	k->n_in = (uint32_t)n;
}

static void conn_read(uint32_t c)
{
	static char bytes[READ_BYTES];
	struct conn *k = &conns[c];
	size_t n = k->n_in;
	char *p = bytes, *nl;
	ssize_t got;

	memcpy(bytes, k->in ? k->in : "", n);
	free(k->in);
	k->in = NULL;
	k->n_in = 0;
	got = recv((int)c, bytes + n, sizeof(bytes) - n, 0);
	if (got <= 0) {
		drop(c);
		return;
	}
	n += (size_t)got;
	while ((nl = memchr(p, '\n', n))) {
		size_t length = (size_t)(nl - p);

		line_add(c, p, length && nl[-1] == '\r' ? length - 1 : length);
		n -= length + 1;
		p = nl + 1;
	}
	keep_half(k, p, n);
}

static void accept_all(void)
{
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct epoll_event ev = { .events = EPOLLIN, .data.u32 = (uint32_t)fd };

		if (fd >= CONNS)
			die("floor_gateway: too many connections");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		conns[fd].is_open = true;
		highest = fd > highest ? fd : highest;
		must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
		if (send(fd, greeting, sizeof(greeting) - 1, MSG_NOSIGNAL) < 0)
			drop((uint32_t)fd);
	}
}

/* Line by line: what is gained by joining the lines of a turn is for Mudlark to show. */
static void out_to_all(const char *text, size_t n)
{
	for (uint32_t c = 0; c <= (uint32_t)highest; c++) {
		out_add(c, text, n);
		if (conns[c].n_out && !conns[c].waits_out)
			out_write(c);
	}
}

static void from_world(void)
{
	const char *p, *end, *text;
	struct floor_record r;
	zmq_msg_t m;

	must(zmq_msg_init(&m), "zmq_msg_init");
	while (zmq_msg_recv(&m, dealer, ZMQ_DONTWAIT) >= 0) {
		p = zmq_msg_data(&m);
		end = p + zmq_msg_size(&m);
		while ((text = floor_next(&p, end, &r))) {
			if (r.conn == FLOOR_ALL)
				out_to_all(text, r.n);
			else
				out_add(r.conn, text, r.n);
		}
	}
	zmq_msg_close(&m);
}

static void turn_end(void)
{
	if (n_batch)
		must(zmq_send(dealer, batch, n_batch, ZMQ_DONTWAIT), "zmq_send");
	n_batch = 0;
	from_world();
	for (size_t i = 0; i < n_dirty; i++) {
		conns[dirty[i]].is_dirty = false;
		if (conns[dirty[i]].n_out && !conns[dirty[i]].waits_out)
			out_write(dirty[i]);
	}
	n_dirty = 0;
}

static void set_up(const char *port, const char *endpoint)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct epoll_event ev = { .events = EPOLLIN };
	int one = 1, hwm = 0, fd;
	size_t n = sizeof(fd);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)atoi(port));
	ep = must(epoll_create1(0), "epoll_create1");
	listener = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(bind(listener, (struct sockaddr *)&a, sizeof(a)), "bind");
	must(listen(listener, 4096), "listen");
	ev.data.u32 = (uint32_t)listener;
	must(epoll_ctl(ep, EPOLL_CTL_ADD, listener, &ev), "epoll_ctl");

	dealer = zmq_socket(zmq_ctx_new(), ZMQ_DEALER);
	must(zmq_setsockopt(dealer, ZMQ_SNDHWM, &hwm, sizeof(hwm)), "SNDHWM");
	must(zmq_setsockopt(dealer, ZMQ_RCVHWM, &hwm, sizeof(hwm)), "RCVHWM");
	must(zmq_connect(dealer, endpoint), endpoint);
	must(zmq_getsockopt(dealer, ZMQ_FD, &fd, &n), "ZMQ_FD");
	ev = (struct epoll_event){ .events = EPOLLIN | EPOLLET, .data.u32 = (uint32_t)fd };
	must(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];

	if (argc != 3)
		die("usage: floor_gateway PORT ENDPOINT");
	set_up(argv[1], argv[2]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int state = 0, n;
		size_t size = sizeof(state);

		must(zmq_getsockopt(dealer, ZMQ_EVENTS, &state, &size), "ZMQ_EVENTS");
		n = epoll_wait(ep, events, EVENTS, state & ZMQ_POLLIN ? 0 : -1);
		for (int i = 0; i < n; i++) {
			uint32_t c = events[i].data.u32;

			if (c == (uint32_t)listener)
				accept_all();
			else if (conns[c].is_open && events[i].events & EPOLLOUT)
				out_write(c);
			else if (conns[c].is_open)
				conn_read(c);
		}
		turn_end();
	}
}
