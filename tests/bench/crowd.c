/* crowd.c - see crowd.h. */
#include "tests/bench/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/die.h"

enum {
	EVENTS = 512,
	READ_BYTES = 65536,
	OPENING_MAX = 512,
	SHAKING_MAX = 160,
	SOURCE_ADDRESSES = 40
};
enum { IAC = 255, SB = 250, SE = 240, GA = 249, EOR = 239, WILL = 251 };
#define DO_MCCP2 "\xff\xfd\x56"
enum telnet_state { T_TEXT, T_IAC, T_OPTION, T_SUB, T_SUB_IAC };

struct crowd *crowd_new(uint16_t port, enum way way, size_t n)
{
	struct crowd *c = base_alloc(1, sizeof(*c));

	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes as it likes */
	c->players = base_alloc(n, sizeof(*c->players));
	c->n = n;
	c->port = port;
	c->way = way;
	c->ep = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
	for (size_t i = 0; i < n; i++)
		c->players[i] = (struct player){ .crowd = c, .number = (uint32_t)i, .fd = -1 };
	return c;
}

/* With a reset instead of a FIN, so that no port stays in TIME_WAIT. */
static void player_close(struct player *p)
{
	struct linger now = { 1, 0 };

	if (p->fd < 0)
		return;
	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	way_free(TAKE(p->ssl));
	close(p->fd);
	p->fd = -1;
	p->crowd->n_open--;
	if (p->state == PLAYER_IN)
		p->crowd->n_in--;
	p->state = PLAYER_CLOSED;
}

void crowd_free(struct crowd *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		player_close(&c->players[i]);
	close(c->ep);
	free(c->players);
	free(c);
}

static void player_open(struct player *p)
{
	struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT, .data.ptr = p };
	int one = 1;

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + p->number % SOURCE_ADDRESSES);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(p->crowd->port);
	p->fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
	p->crowd->n_open++;
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(p->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	must(bind(p->fd, (struct sockaddr *)&from, sizeof(from)), "bind");
	if (connect(p->fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
		die("connect to port %u: %s", p->crowd->port, strerror(errno));
	p->state = PLAYER_CONNECTING;
	must(epoll_ctl(p->crowd->ep, EPOLL_CTL_ADD, p->fd, &ev), "epoll_ctl");
}

static void player_is_dropped(struct player *p)
{
	player_close(p);
	p->crowd->n_dropped++;
}

void player_expect(struct player *p, const char *mark)
{
	p->n_mark = (uint8_t)strlen(mark);
	if (p->n_mark > MARK_MAX)
		die("mark too long: %s", mark);
	memcpy(p->mark, mark, p->n_mark);
	p->at = 0;
	p->marks = 0;
	p->is_waiting = true;
}

void player_send(struct player *p, const char *fmt, ...)
{
	uint8_t frame[512 + FRAME_MORE];
	char line[512];
	va_list ap;
	bool sent;
	int n;

	if (p->state == PLAYER_CLOSED)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - 2)
		die("line too long");
	memcpy(line + n, "\r\n", 2);
	if (way_is_ws(p->crowd->way))
		sent = way_send(p->fd, p->ssl, frame, frame_put(frame, line, (size_t)n));
	else
		sent = way_send(p->fd, p->ssl, line, (size_t)n + 2);
	if (!sent)
		player_is_dropped(p);
}

static void got_prompt(struct player *p)
{
	if (p->state == PLAYER_IN && p->is_waiting && (!p->n_mark || p->marks)) {
		p->is_waiting = false;
		p->crowd->events.answered(p->crowd->events.ctx, p);
	} else if (p->state == PLAYER_ENTERING) {
		p->state = PLAYER_IN;
		p->crowd->n_in++;
	}
}

static void got_text(struct player *p, uint8_t c)
{
	p->before = p->last;
	p->last = c;
	if (p->state == PLAYER_NAMING && c == ':' && !p->aux) {
		p->aux = 1;
		if (p->crowd->way == WAY_MCCP2)
			way_send(p->fd, p->ssl, DO_MCCP2, strlen(DO_MCCP2));
	}
	if (!p->n_mark)
		return;
	if (c == (uint8_t)p->mark[p->at])
		p->at++;
	else
		p->at = c == (uint8_t)p->mark[0];
	if (p->at < p->n_mark)
		return;
	p->at = 0;
	p->marks++;
	if (p->crowd->events.marked && p->state == PLAYER_IN)
		p->crowd->events.marked(p->crowd->events.ctx, p);
}

static enum telnet_state got_command(struct player *p, uint8_t c)
{
	if (c >= WILL && c < IAC)
		return T_OPTION;
	if (c == SB)
		return T_SUB;
	if ((c == GA || c == EOR) && p->before == '>' && p->last == ' ')
		got_prompt(p);
	return T_TEXT;
}

static void got_byte(struct player *p, uint8_t c)
{
	switch ((enum telnet_state)p->telnet) {
	case T_TEXT:
		if (c == IAC)
			p->telnet = T_IAC;
		else
			got_text(p, c);
		break;
	case T_IAC:
		p->telnet = (uint8_t)got_command(p, c);
		break;
	case T_OPTION:
		p->telnet = T_TEXT;
		break;
	case T_SUB:
		p->telnet = c == IAC ? T_SUB_IAC : T_SUB;
		break;
	case T_SUB_IAC:
		p->telnet = c == SE ? T_TEXT : T_SUB;
		break;
	}
}

static void got_frame_byte(struct player *p, uint8_t c)
{
	enum frame_byte is = frame_take(&p->frame, c);

	if (is == FRAME_NOTHING)
		return;
	got_text(p, c);
	if (is == FRAME_END && p->before == '>' && p->last == ' ')
		got_prompt(p);
}

/* The answer to the request for a WebSocket ends with an empty line. */
static void got_head_byte(struct player *p, uint8_t c)
{
	static const char end[] = "\r\n\r\n";

	p->at = c == (uint8_t)end[p->at] ? (uint8_t)(p->at + 1) : c == '\r';
	if (p->at < strlen(end))
		return;
	p->at = 0;
	p->state = PLAYER_NAMING;
}

static void got_bytes(struct player *p, const uint8_t *bytes, long n)
{
	bool is_ws = way_is_ws(p->crowd->way);

	p->crowd->bytes_in += (uint64_t)n;
	if (p->crowd->way == WAY_MCCP2 && p->aux)
		return; /* compressed */
	for (long i = 0; i < n && p->fd >= 0; i++)
		if (!is_ws)
			got_byte(p, bytes[i]);
		else if (p->state == PLAYER_UPGRADING)
			got_head_byte(p, bytes[i]);
		else
			got_frame_byte(p, bytes[i]);
}

static void player_read(struct player *p)
{
	static uint8_t bytes[READ_BYTES];

	do {
		long n = way_read(p->fd, p->ssl, bytes, sizeof(bytes));

		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			player_is_dropped(p);
			return;
		}
		got_bytes(p, bytes, n);
	} while (p->ssl && p->fd >= 0); /* there may be more that epoll does not tell of */
}

/* The way is open as far as TLS. */
static void player_opened(struct player *p)
{
	struct span request = frame_request();

	p->aux = 0;
	p->at = 0;
	p->state = way_is_ws(p->crowd->way) ? PLAYER_UPGRADING : PLAYER_NAMING;
	if (p->state == PLAYER_UPGRADING && !way_send(p->fd, p->ssl, request.p, request.n))
		player_is_dropped(p);
}

static void player_shakes(struct player *p)
{
	int r = way_shake(p->ssl);

	if (r > 0)
		player_opened(p);
	else if (r < 0)
		player_is_dropped(p);
}

static void player_connected(struct player *p)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };

	must(epoll_ctl(p->crowd->ep, EPOLL_CTL_MOD, p->fd, &ev), "epoll_ctl");
	if (!way_is_tls(p->crowd->way)) {
		player_opened(p);
		return;
	}
	p->ssl = way_secure(p->fd);
	p->state = PLAYER_SHAKING;
	player_shakes(p);
}

static void player_event(struct player *p, uint32_t events)
{
	if (p->fd < 0)
		return;
	if (p->state == PLAYER_CONNECTING && events & EPOLLOUT)
		player_connected(p);
	else if (p->state == PLAYER_SHAKING)
		player_shakes(p);
	if (p->fd >= 0 && p->state > PLAYER_SHAKING &&
	    (p->ssl || events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		player_read(p);
}

static int take(struct crowd *c, uint64_t wait_us)
{
	struct timespec t = { (time_t)(wait_us / 1000000), (long)(wait_us % 1000000) * 1000 };
	struct epoll_event events[EVENTS];
	int n = epoll_pwait2(c->ep, events, EVENTS, &t, NULL);

	for (int i = 0; i < n; i++)
		player_event(events[i].data.ptr, events[i].events);
	return n;
}

void crowd_turn(struct crowd *c, uint64_t until_us)
{
	uint64_t now = now_us();

	take(c, until_us > now ? until_us - now : 0);
}

void crowd_nap(struct crowd *c, uint64_t for_us)
{
	struct timespec t = { 0, (long)for_us * 1000 };

	nanosleep(&t, NULL);
	while (take(c, 0) == EVENTS)
		;
}

/* Those that were asked for their name answer it; how many have come as far as wanted. */
static size_t enter_step(struct crowd *c, size_t opened, enum player_state up_to)
{
	size_t there = 0;

	for (size_t i = 0; i < opened; i++) {
		struct player *p = &c->players[i];
		bool asked = p->state == PLAYER_NAMING && p->aux;

		if (asked && up_to > PLAYER_NAMING) {
			p->state = PLAYER_ENTERING;
			player_send(p, "guest");
		}
		there += asked ? up_to == PLAYER_NAMING : p->state >= up_to;
	}
	return there;
}

size_t crowd_enter(struct crowd *c, enum player_state up_to, uint64_t within_us)
{
	uint64_t until = now_us() + within_us;
	/* A gateway drops newcomers when many shake hands at once: no flood is measured here. */
	size_t at_once = way_is_tls(c->way) ? SHAKING_MAX : OPENING_MAX;
	size_t opened = 0, there = 0;

	while (now_us() < until && there + c->n_dropped < c->n) {
		while (opened < c->n && opened - there - c->n_dropped < at_once)
			player_open(&c->players[opened++]);
		crowd_turn(c, now_us() + 10000);
		there = enter_step(c, opened, up_to);
	}
	return there;
}

void crowd_settle(struct crowd *c, uint64_t quiet_us, uint64_t within_us)
{
	uint64_t end = now_us() + within_us, quiet_since = now_us(), bytes = c->bytes_in;

	while (now_us() < end && now_us() - quiet_since < quiet_us) {
		crowd_turn(c, now_us() + quiet_us / 4);
		if (c->bytes_in != bytes)
			quiet_since = now_us();
		bytes = c->bytes_in;
	}
}
