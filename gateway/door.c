/*
 * door.c - see door.h.
 *
 *	          trusted proxy            TLS
 *	accepted -----> PROXY ----> admitted ----> HELLO ----> HANDSHAKE ----> in
 *	                                |            |
 *	                             refused     plain bytes
 *	                                +--> FAREWELL <--+
 *
 * What is read belongs to whom it is for: a header is looked at (MSG_PEEK) before its bytes, and no
 * others, are taken, and so is the first byte where TLS is to follow.  Handshakes are the only
 * costly thing here, so there are DOOR_STEPS of them in a turn; the rest wait for the next one in
 * `due`.
 */
#include "gateway/door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway/refusal.h"
#include "rt/log.h"

enum {
	WATCH_US = 100000,
	PEEK = 512,
	DISCARD = 4096,
	HANDSHAKE_RECORD = 0x16, /* the first byte of TLS */
};

enum guest_state { GUEST_PROXY, GUEST_HELLO, GUEST_HANDSHAKE, GUEST_FAREWELL };

struct guest {
	TAILQ_ENTRY(guest) link, due;
	struct doors *of;
	const struct door *door;
	struct event ev;
	struct tls_conn *tls;
	void *source;
	uint64_t since_us, deadline_us;
	int fd;
	uint8_t state;
	bool is_charged; /* by the throttle */
	bool is_due;	 /* waits for the next turn, does not listen meanwhile */
	struct cidr socket, address;
	struct proxy proxy;
};

static uint64_t now_us(const struct doors *ds)
{
	return clock_mono(loop_clock(ds->loop));
}

/* Guests */

static void on_ready(evutil_socket_t fd, short what, void *ctx);

static int wait_for(struct guest *g, short what)
{
	if (event_initialized(&g->ev)) {
		if (event_pending(&g->ev, what, NULL))
			return 0;
		event_del(&g->ev);
	}
	if (event_assign(&g->ev, loop_base(g->of->loop), g->fd, (short)(what | EV_PERSIST),
			 on_ready, g) < 0 ||
	    event_add(&g->ev, NULL) < 0)
		return -ENOMEM;
	return 0;
}

/* Leaves the door; the socket, TLS and the charge stay with the caller. */
static void leave(struct guest *g)
{
	struct doors *ds = g->of;

	event_del(&g->ev);
	if (g->is_due)
		TAILQ_REMOVE(&ds->due, g, due);
	if (g->state == GUEST_HANDSHAKE)
		throttle_handshake_over(g->source);
	TAILQ_REMOVE(&ds->guests, g, link);
	ds->n--;
}

static void discharge(struct guest *g)
{
	if (g->is_charged)
		throttle_leave(g->of->throttle, g->source);
	g->is_charged = false;
}

static void send_away(struct guest *g)
{
	leave(g);
	discharge(g);
	tls_conn_free(g->tls);
	close(g->fd);
	free(g);
}

static void lose(struct guest *g, enum door_end how)
{
	g->of->ends[how]++;
	send_away(g);
}

/* All is said, and he gets a moment to read it: closing with unread bytes would take it back. */
static void linger(struct guest *g)
{
	discharge(g);
	g->state = GUEST_FAREWELL;
	g->deadline_us = now_us(g->of) + DOOR_LINGER_US;
}

static struct guest *guest_new(struct doors *ds, const struct door *d, int fd, uint64_t now)
{
	struct guest *g = base_alloc(1, sizeof(*g));

	g->of = ds;
	g->door = d;
	g->fd = fd;
	g->since_us = now;
	if (wait_for(g, EV_READ) < 0) {
		free(g);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&ds->guests, g, link);
	ds->n++;
	if (!ds->watcher.pending)
		loop_timer_in(&ds->watcher, WATCH_US);
	return g;
}

/* Early drop: the fuller, the rarer a place. */
static bool has_place(struct doors *ds)
{
	const size_t least = DOOR_MAX / 4;

	return ds->n < least || rng_below(&ds->throttle->rng, DOOR_MAX - least) >= ds->n - least;
}

/* Refused before he was a guest. */
static void refuse(struct doors *ds, const struct door *d, int fd, const struct refusal *no)
{
	struct guest *g;

	if (d->tls)
		refusal_alert(fd);
	else
		refusal_say(fd, d->http, no);
	g = ds->n < DOOR_MAX / 4 ? guest_new(ds, d, fd, now_us(ds)) : NULL;
	if (g)
		linger(g);
	else
		close(fd);
}

static struct refusal refusal_of(enum throttle_verdict v)
{
	const bool full = v == THROTTLE_FULL || v == THROTTLE_DROPPED;

	return (struct refusal){ throttle_sentence(v), full ? 503 : 429 };
}

/* Who stands behind a proxy of the web is told by each request: before, the proxy's own limits would
 * be those of all who come by it. */
static enum throttle_use use_of(const struct doors *ds, const struct door *d, const struct cidr *a)
{
	if (!d->http)
		return THROTTLE_PLAYER;
	return address_nets_have(&ds->conf->trusted, a) ? THROTTLE_PROXY : THROTTLE_PAGE;
}

/* True: he may come in, and is charged. */
static bool admit(struct doors *ds, const struct cidr *a, enum throttle_use use, void **ret_source,
		  struct refusal *ret)
{
	struct sockaddr_storage from;
	enum throttle_verdict v;
	const char *why = NULL;
	uint64_t now = now_us(ds);

	if (ds->refusal && use != THROTTLE_PROXY) {
		address_sockaddr(a, &from);
		why = ds->refusal(ds->ctx, (const struct sockaddr *)&from, now);
	}
	if (why) {
		ds->ends[DOOR_REFUSED_SITE]++;
		*ret = (struct refusal){ why, 403 };
		return false;
	}
	v = throttle_enter(ds->throttle, a, use, now, ret_source);
	*ret = refusal_of(v);
	return v == THROTTLE_WELCOME;
}

/* Coming in */

struct arrival {
	int fd;
	struct tls_conn *tls;
	struct cidr address;
	void *source;
	bool is_final;
};

static void hand_on(struct doors *ds, const struct door *d, const struct arrival *a)
{
	struct stream s = stream_of(a->fd);
	struct door_guest guest = {
		.address = a->address,
		.socket = a->address,
		.source = a->source,
		.secure = a->tls != NULL,
		.exempt = throttle_exempts(ds->throttle, &a->address),
		.is_final = a->is_final,
		.is_known = use_of(ds, d, &a->address) != THROTTLE_PROXY,
	};

	s.tls = a->tls;
	s.wary = !a->tls && !d->http;
	cidr_text(&a->address, guest.peer);
	d->accepted(d->ctx, &s, &guest);
}

static void come_in(struct guest *g)
{
	const struct door *d = g->door;
	struct doors *ds = g->of;
	struct arrival a = { g->fd, g->tls, g->address, g->source, g->proxy.state == PROXY_DONE };

	leave(g);
	free(g);
	hand_on(ds, d, &a);
}

static void begin_handshake(struct guest *g)
{
	if (!throttle_handshake(g->source)) {
		refusal_alert(g->fd);
		lose(g, DOOR_TOO_MANY);
		return;
	}
	g->state = GUEST_HANDSHAKE;
	g->tls = tls_accept(g->of->tls, g->fd, g->door->http);
	if (!g->tls)
		lose(g, DOOR_BAD_TLS);
}

static void refuse_plain(struct guest *g)
{
	static const struct refusal telnet = {
		"This port speaks TLS. Please turn TLS on in your client, or take the other port.",
		400
	};
	static const struct refusal web = {
		"This port speaks TLS. Please take https:// instead of http://.", 400
	};

	refusal_say(g->fd, g->door->http, g->door->http ? &web : &telnet);
	g->of->ends[DOOR_NO_TLS]++;
	linger(g);
}

/* The first byte tells. */
static void on_hello(struct guest *g)
{
	unsigned char first;
	ssize_t n = recv(g->fd, &first, 1, MSG_PEEK);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		lose(g, DOOR_GONE);
	else if (first == HANDSHAKE_RECORD)
		begin_handshake(g);
	else
		refuse_plain(g);
}

static void step(struct guest *g)
{
	struct doors *ds = g->of;
	const char *why = "";

	ds->steps++;
	switch (tls_handshake(g->tls, &why)) {
	case TLS_DONE:
		ds->handshakes++;
		come_in(g);
		break;
	case TLS_WANTS_READ:
		if (wait_for(g, EV_READ) < 0)
			lose(g, DOOR_BAD_TLS);
		break;
	case TLS_WANTS_WRITE:
		if (wait_for(g, EV_WRITE) < 0)
			lose(g, DOOR_BAD_TLS);
		break;
	case TLS_FAILED:
		log_debug("handshake_failed", LOG_STR("reason", why));
		lose(g, DOOR_BAD_TLS);
		break;
	}
}

static void on_handshake(struct guest *g)
{
	struct doors *ds = g->of;

	if (ds->steps < DOOR_STEPS) {
		step(g);
		return;
	}
	event_del(&g->ev);
	g->is_due = true;
	TAILQ_INSERT_TAIL(&ds->due, g, due);
	loop_timer_soon(&ds->again);
}

static void on_again(void *ctx)
{
	struct doors *ds = ctx;
	struct guest *g;

	for (ds->steps = 0; ds->steps < DOOR_STEPS && (g = TAILQ_FIRST(&ds->due));) {
		TAILQ_REMOVE(&ds->due, g, due);
		g->is_due = false;
		step(g);
	}
	if (!TAILQ_EMPTY(&ds->due))
		loop_timer_soon(&ds->again);
}

/* It is known who he is. */
static void on_known(struct guest *g)
{
	struct refusal no;

	g->is_charged =
		admit(g->of, &g->address, use_of(g->of, g->door, &g->address), &g->source, &no);
	if (!g->is_charged) {
		if (g->door->tls)
			refusal_alert(g->fd);
		else
			refusal_say(g->fd, g->door->http, &no);
		linger(g);
	} else if (g->door->tls) {
		g->state = GUEST_HELLO;
		g->deadline_us = g->since_us + g->of->conf->handshake_us;
	} else {
		come_in(g);
	}
}

static void bad_header(struct guest *g)
{
	char peer[CIDR_TEXT];

	cidr_text(&g->socket, peer);
	log_warning("proxy_header_refused", LOG_STR("peer", peer),
		    LOG_STR("listener", g->door->name));
	lose(g, DOOR_BAD_PROXY);
}

static void on_proxy(struct guest *g)
{
	char bytes[PEEK];
	ssize_t n = recv(g->fd, bytes, sizeof(bytes), MSG_PEEK);
	size_t taken;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(g, DOOR_GONE);
		return;
	}
	taken = proxy_take(&g->proxy, (struct span){ bytes, (size_t)n });
	if (recv(g->fd, bytes, taken, 0) != (ssize_t)taken) {
		lose(g, DOOR_GONE);
		return;
	}
	if (g->proxy.state == PROXY_BAD) {
		bad_header(g);
	} else if (g->proxy.state == PROXY_DONE) {
		if (g->proxy.known)
			g->address = g->proxy.client;
		on_known(g);
	}
}

/* Nobody is interested in what he still says. */
static void on_farewell(struct guest *g)
{
	char bytes[DISCARD];
	ssize_t n = recv(g->fd, bytes, sizeof(bytes), 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		send_away(g);
}

static void on_ready(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	static void (*const on[])(struct guest * g) = {
		[GUEST_PROXY] = on_proxy,
		[GUEST_HELLO] = on_hello,
		[GUEST_HANDSHAKE] = on_handshake,
		[GUEST_FAREWELL] = on_farewell,
	};
	struct guest *g = ctx;

	on[g->state](g);
}

static void on_late(struct guest *g)
{
	switch ((enum guest_state)g->state) {
	case GUEST_FAREWELL:
		send_away(g);
		break;
	case GUEST_HELLO:
		/* A telnet client without TLS waits for us to begin. */
		refuse_plain(g);
		break;
	case GUEST_PROXY:
	case GUEST_HANDSHAKE:
		lose(g, DOOR_LATE);
		break;
	}
}

static void on_watch(void *ctx)
{
	struct doors *ds = ctx;
	uint64_t now = now_us(ds);
	struct guest *g, *next;

	for (g = TAILQ_FIRST(&ds->guests); g; g = next) {
		next = TAILQ_NEXT(g, link);
		if (g->deadline_us <= now)
			on_late(g);
	}
	if (!TAILQ_EMPTY(&ds->guests))
		loop_timer_in(&ds->watcher, WATCH_US);
}

static void on_turn(void *ctx)
{
	struct doors *ds = ctx;

	ds->steps = 0;
}

/* Public */

void doors_init(struct doors *ds, struct loop *loop, const struct doors_conf *conf,
		struct throttle *throttle)
{
	*ds = (struct doors){ .loop = loop, .conf = conf, .throttle = throttle };
	TAILQ_INIT(&ds->guests);
	TAILQ_INIT(&ds->due);
	loop_timer_init(loop, &ds->watcher, on_watch, ds);
	loop_timer_init(loop, &ds->again, on_again, ds);
	loop_on_idle(loop, on_turn, ds);
}

void doors_done(struct doors *ds)
{
	struct guest *g;

	while ((g = TAILQ_FIRST(&ds->guests)))
		send_away(g);
	loop_timer_done(&ds->watcher);
	loop_timer_done(&ds->again);
	loop_off_idle(ds->loop, on_turn, ds);
}

/* Has to wait in the door: for a header, or for TLS. */
static void wait_inside(struct doors *ds, const struct door *d, const struct arrival *a,
			bool proxied)
{
	const uint64_t patience = ds->conf->handshake_us, now = now_us(ds);
	struct guest *g = has_place(ds) ? guest_new(ds, d, a->fd, now) : NULL;

	if (!g) {
		ds->ends[DOOR_REFUSED_FULL]++;
		close(a->fd);
		return;
	}
	g->socket = g->address = a->address;
	g->state = GUEST_PROXY;
	g->deadline_us = now + (patience < DOOR_PROXY_US ? patience : DOOR_PROXY_US);
	if (!proxied)
		on_known(g);
}

void doors_take(struct doors *ds, const struct door *d, int fd, const struct sockaddr *from)
{
	struct arrival a = { .fd = fd };
	struct refusal no;
	bool proxied;

	if (!cidr_of_sockaddr(from, &a.address)) {
		close(fd);
		return;
	}
	proxied = d->proxy && address_nets_have(&ds->conf->trusted, &a.address);
	if (proxied || d->tls)
		wait_inside(ds, d, &a, proxied);
	else if (admit(ds, &a.address, use_of(ds, d, &a.address), &a.source, &no))
		hand_on(ds, d, &a);
	else
		refuse(ds, d, fd, &no);
}

void doors_overflow(const struct door *d, int fd)
{
	const struct refusal no = refusal_of(THROTTLE_FULL);

	if (d->tls)
		refusal_alert(fd);
	else
		refusal_say(fd, d->http, &no);
}

const char *door_forwarded(struct doors *ds, struct door_guest *g, struct span forwarded,
			   int *ret_status)
{
	struct cidr a = g->is_final ? g->socket
				    : address_forwarded(forwarded, &ds->conf->trusted, &g->socket);
	struct refusal no;
	void *source;

	if (g->is_known && address_eq(&a, &g->address))
		return NULL;
	if (!admit(ds, &a, THROTTLE_PAGE, &source, &no)) {
		*ret_status = no.status;
		return no.sentence;
	}
	throttle_leave(ds->throttle, g->source);
	g->source = source;
	g->address = a;
	g->exempt = throttle_exempts(ds->throttle, &a);
	g->is_known = true;
	cidr_text(&a, g->peer);
	return NULL;
}

const char *door_upgrade(struct doors *ds, const struct door_guest *g, int *ret_status)
{
	enum throttle_verdict v = throttle_upgrade(ds->throttle, g->source, now_us(ds));
	struct refusal no = refusal_of(v);

	if (v == THROTTLE_WELCOME)
		return NULL;
	*ret_status = no.status;
	return no.sentence;
}
