/*
 * bus.c - ZeroMQ in the loop; see bus.h.
 *
 * ZMQ_FD is edge-like: it says "something may have changed" once, and any call on the socket eats
 * that; who reads one message at a wake-up, or until EAGAIN, stalls sooner or later.  So pump_main()
 * leaves without asking for another turn only when ZMQ_EVENTS, read after the last operation, offers
 * nothing; and every operation outside of it ends with a kick.  The small sockets beside the main one
 * (monitor, ZAP) are drained by the same rule.
 */
#include "rt/bus.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "rt/bus_guard.h"
#include "rt/bus_keys.h"
#include "rt/bus_watch.h"
#include "rt/log.h"

enum {
	PUMP_MESSAGES = 256, /* in one go, before others in the loop have their turn */
	HWM = 32768,	     /* messages; far above what the window of a link lets fly */
	HEARTBEAT_MS = 1000,
	SILENCE_MS = 3000,
	GOODBYE_MS = 200, /* for what is still to be sent when a bus is freed */
	CROWDED_US = 10000,
	PARTS = 3,
	ZAP_PARTS = 7,
};

/* A socket in the loop. */
struct outlet {
	struct bus *bus;
	void *sock;
	struct event *readable;
	struct loop_timer again;
	void (*pump)(struct outlet *o);
};

struct bus {
	struct loop *loop;
	struct bus_events events;
	char *endpoint;
	void *zmq;
	struct outlet main, monitor, zap;
	bool bound, curve, ipc;
	bool want_write;
	bool dying;
	unsigned depth;	     /* callbacks on the stack */
	unsigned connection; /* counts sockets: a callback may have changed it */
	int lock_fd;
	struct bus_keys keys;
	char peer_key[BUS_KEY_SIZE];
	struct bus_watch watch;
	char *allow_file;
	struct bus_allow allow;
	zmq_msg_t *speaking; /* bound: a part of the message that is being delivered */
};

/* --- sockets in the loop --- */

static void on_readable(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct outlet *o = ctx;

	o->pump(o);
}

static void on_again(void *ctx)
{
	struct outlet *o = ctx;

	if (o->sock)
		o->pump(o);
}

static void kick(struct outlet *o)
{
	loop_timer_soon(&o->again);
}

static int outlet_open(struct outlet *o, int type)
{
	o->sock = zmq_socket(o->bus->zmq, type);
	return o->sock ? 0 : -errno;
}

static int outlet_watch(struct outlet *o)
{
	int fd;
	size_t n = sizeof(fd);

	if (zmq_getsockopt(o->sock, ZMQ_FD, &fd, &n) < 0)
		return -errno;
	o->readable = event_new(loop_base(o->bus->loop), fd, EV_READ | EV_PERSIST, on_readable, o);
	if (!o->readable || event_add(o->readable, NULL) < 0)
		return -ENOMEM;
	kick(o);
	return 0;
}

static void outlet_close(struct outlet *o, int linger_ms)
{
	if (o->readable)
		event_free(o->readable);
	o->readable = NULL;
	if (!o->sock)
		return;
	loop_timer_stop(&o->again);
	(void)zmq_setsockopt(o->sock, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	(void)zmq_close(o->sock);
	o->sock = NULL;
}

static int events_of(const struct outlet *o)
{
	int events = 0;
	size_t n = sizeof(events);

	(void)zmq_getsockopt(o->sock, ZMQ_EVENTS, &events, &n);
	return events;
}

/* --- receiving --- */

struct parts {
	zmq_msg_t part[ZAP_PARTS];
	size_t n, max;
	bool too_many;
};

static void parts_done(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		(void)zmq_msg_close(&p->part[i]);
	p->n = 0;
}

static struct span part(struct parts *p, size_t i)
{
	if (i >= p->n)
		return (struct span){ "", 0 };
	return (struct span){ zmq_msg_data(&p->part[i]), zmq_msg_size(&p->part[i]) };
}

/* A whole message, never a piece of one. False: none is waiting. */
static bool parts_receive(struct parts *p, void *sock, size_t max)
{
	bool more = true;

	*p = (struct parts){ .max = max };
	while (more) {
		zmq_msg_t surplus, *m = p->n < max ? &p->part[p->n] : &surplus;

		(void)zmq_msg_init(m);
		if (zmq_msg_recv(m, sock, ZMQ_DONTWAIT) < 0) {
			(void)zmq_msg_close(m);
			parts_done(p);
			return false;
		}
		more = zmq_msg_more(m);
		if (m == &surplus) {
			p->too_many = true;
			(void)zmq_msg_close(m);
		} else {
			p->n++;
		}
	}
	return true;
}

static void destroy(struct bus *b);

static void enter(struct bus *b)
{
	b->depth++;
}

static void leave(struct bus *b)
{
	if (--b->depth == 0 && b->dying)
		destroy(b);
}

static void deliver(struct bus *b, struct parts *p)
{
	struct bus_addr from = { 0 };
	const size_t ids = b->bound ? 1 : 0;

	if (p->too_many || p->n < ids + 1) {
		log_debug("bus_odd_message", LOG_U64("parts", p->n));
		return;
	}
	if (b->bound) {
		const struct span id = part(p, 0);

		if (id.n > BUS_ID_MAX)
			return;
		from.n = (uint8_t)id.n;
		memcpy(from.id, id.p, id.n);
	}
	b->speaking = &p->part[ids];
	b->events.message(b->events.ctx, &from, part(p, ids), part(p, ids + 1));
	b->speaking = NULL;
}

static void tell_writable(struct bus *b)
{
	b->want_write = false;
	if (b->events.writable)
		b->events.writable(b->events.ctx);
}

/* False: freed, hung up or dialled again by a callback. */
static bool same(const struct bus *b, unsigned connection)
{
	return !b->dying && b->connection == connection && b->main.sock;
}

/* At most n messages. False: the socket is another one now. */
static bool receive_some(struct bus *b, unsigned n)
{
	const unsigned connection = b->connection;
	struct parts p;

	while (n-- > 0 && parts_receive(&p, b->main.sock, PARTS)) {
		deliver(b, &p);
		parts_done(&p);
		if (!same(b, connection))
			return false;
	}
	return true;
}

/*
 * Looking at ZMQ_EVENTS costs less than a receive that finds nothing, so a single message costs two
 * looks; for many, runs between the looks get longer.  A router is writable as a whole while one of
 * its peers is not, so a second attempt in one go would turn into a spin: it waits.
 */
static void pump_main(struct outlet *o)
{
	struct bus *b = o->bus;
	const unsigned connection = b->connection;
	unsigned run = 1;
	bool tried = false;

	if (!o->sock || b->dying)
		return;
	enter(b);
	for (;;) {
		const int events = events_of(o);

		if (b->want_write && events & ZMQ_POLLOUT && !tried) {
			tried = true;
			tell_writable(b);
			if (!same(b, connection))
				break;
			continue;
		}
		if (!(events & ZMQ_POLLIN)) {
			if (b->want_write && events & ZMQ_POLLOUT)
				loop_timer_in(&o->again, CROWDED_US);
			break;
		}
		if (run > PUMP_MESSAGES) {
			kick(o);
			break;
		}
		if (!receive_some(b, run))
			break;
		run *= 2;
	}
	leave(b);
}

/* --- the monitor of a dialled socket --- */

/* What came in before the connection broke is delivered before it is called lost. */
static void pump_monitor(struct outlet *o)
{
	struct bus *b = o->bus;
	const unsigned connection = b->connection;
	struct parts p;
	bool lost = false;

	do {
		while (parts_receive(&p, o->sock, 2)) {
			lost |= bus_watch_event(&b->watch, part(&p, 0));
			parts_done(&p);
		}
	} while (events_of(o) & ZMQ_POLLIN);
	if (!lost)
		return;
	enter(b);
	pump_main(&b->main);
	if (same(b, connection) && b->events.lost)
		b->events.lost(b->events.ctx);
	if (b->main.sock && !b->dying)
		kick(&b->main);
	leave(b);
}

static int watch_loss(struct bus *b)
{
	char name[64];
	int r;

	snprintf(name, sizeof(name), "inproc://monitor-%u", b->connection);
	if (zmq_socket_monitor(b->main.sock, name, bus_watch_kinds()) < 0)
		return -errno;
	r = outlet_open(&b->monitor, ZMQ_PAIR);
	if (r < 0)
		return r;
	if (zmq_connect(b->monitor.sock, name) < 0)
		return -errno;
	return outlet_watch(&b->monitor);
}

/* --- who may connect: ZeroMQ's authentication protocol, RFC 27 --- */

static void answer_zap(struct bus *b, struct parts *p)
{
	const struct span key = part(p, 6), mechanism = part(p, 5), id = part(p, 1);
	const struct span address = part(p, 3);
	char z85[BUS_KEY_SIZE] = "";
	bool allowed = false;
	const char *code, *text;

	if (p->n == ZAP_PARTS && key.n == 32 && mechanism.n == 5 &&
	    memcmp(mechanism.p, "CURVE", 5) == 0 &&
	    zmq_z85_encode(z85, (const uint8_t *)key.p, key.n))
		allowed = bus_allowed(&b->allow, z85, address);
	code = allowed ? "200" : "400";
	text = allowed ? "OK" : "this key is not on the list";
	(void)(zmq_send(b->zap.sock, "1.0", 3, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
	       zmq_send(b->zap.sock, id.p, id.n, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
	       zmq_send(b->zap.sock, code, 3, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
	       zmq_send(b->zap.sock, text, strlen(text), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
	       zmq_send(b->zap.sock, z85, strlen(z85), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
	       zmq_send(b->zap.sock, "", 0, ZMQ_DONTWAIT) >= 0);
}

static void pump_zap(struct outlet *o)
{
	struct parts p;

	do {
		while (parts_receive(&p, o->sock, ZAP_PARTS)) {
			answer_zap(o->bus, &p);
			parts_done(&p);
		}
	} while (events_of(o) & ZMQ_POLLIN);
}

/* The key is the user id that answer_zap() gave. */
const char *bus_role_fault(struct bus *b, const char *role)
{
	const char *key = b->speaking ? zmq_msg_gets(b->speaking, "User-Id") : NULL;

	return b->bound && b->curve ? bus_allow_fault(&b->allow, key ? key : "", role) : NULL;
}

static int serve_zap(struct bus *b)
{
	int r;

	bus_allow_init(&b->allow, b->allow_file);
	r = outlet_open(&b->zap, ZMQ_REP);
	if (r < 0)
		return r;
	if (zmq_bind(b->zap.sock, "inproc://zeromq.zap.01") < 0)
		return -errno;
	return outlet_watch(&b->zap);
}

/* --- opening --- */

struct option {
	int name;
	int value;
};

static int set_options(void *sock, const struct option *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (zmq_setsockopt(sock, o[i].name, &o[i].value, sizeof(o[i].value)) < 0)
			return -errno;
	}
	return 0;
}

static int set_common(struct bus *b)
{
	static const struct option common[] = {
		{ ZMQ_LINGER, 0 },
		{ ZMQ_SNDHWM, HWM },
		{ ZMQ_RCVHWM, HWM },
		{ ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS },
		{ ZMQ_HEARTBEAT_TIMEOUT, SILENCE_MS },
		{ ZMQ_HANDSHAKE_IVL, SILENCE_MS },
		{ ZMQ_IPV6, 1 },
	};
	static const struct option router = { ZMQ_ROUTER_MANDATORY, 1 };
	static const struct option dealer = { ZMQ_RECONNECT_IVL, -1 };
	const int64_t max = BUS_FRAME_MAX + 64 * 1024;
	int r = set_options(b->main.sock, common, ARRAY_LEN(common));

	if (r == 0)
		r = set_options(b->main.sock, b->bound ? &router : &dealer, 1);
	if (r == 0 && zmq_setsockopt(b->main.sock, ZMQ_MAXMSGSIZE, &max, sizeof(max)) < 0)
		r = -errno;
	return r;
}

static int set_curve(struct bus *b)
{
	static const char domain[] = "mudlark";
	const struct option server = { ZMQ_CURVE_SERVER, 1 };
	void *s = b->main.sock;
	int r = 0;

	if (!b->curve)
		return 0;
	if (b->bound)
		r = set_options(s, &server, 1);
	if (r == 0 && b->bound && zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, domain, sizeof(domain) - 1) < 0)
		r = -errno;
	if (r == 0 && !b->bound &&
	    (zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, b->peer_key, BUS_KEY_SIZE) < 0 ||
	     zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, b->keys.public_z85, BUS_KEY_SIZE) < 0))
		r = -errno;
	if (r == 0 && zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, b->keys.secret_z85, BUS_KEY_SIZE) < 0)
		r = -errno;
	return r;
}

static int open_main(struct bus *b)
{
	int r = outlet_open(&b->main, b->bound ? ZMQ_ROUTER : ZMQ_DEALER);

	b->connection++;
	b->want_write = false;
	if (r == 0)
		r = set_common(b);
	if (r == 0)
		r = set_curve(b);
	return r;
}

static bool given(const char *s)
{
	return s && *s;
}

static int refuse_open(const char *endpoint, const char *why)
{
	log_error("bus_refused", LOG_STR("endpoint", endpoint), LOG_STR("why", why));
	return -EPERM;
}

/* Decides whether the endpoint may be used as asked for, and reads the keys. */
static int secure(struct bus *b, const struct bus_security *s)
{
	int r = bus_ipc_check(b->endpoint);

	if (r < 0)
		return r;
	b->ipc = bus_ipc_path(b->endpoint) != NULL;
	if (!b->ipc && strncmp(b->endpoint, "tcp://", 6) != 0) {
		log_error("bus_endpoint", LOG_STR("endpoint", b->endpoint),
			  LOG_STR("why", "must begin with ipc:// or tcp://"));
		return -EINVAL;
	}
	if (b->ipc || s->insecure)
		return 0;
	if (!given(s->key_file))
		return refuse_open(b->endpoint,
				   "tcp needs a key file (mudlark keys) or --insecure");
	if (b->bound && !given(s->allow_file))
		return refuse_open(b->endpoint, "tcp needs a list of keys that may connect");
	if (!b->bound && !given(s->peer_key))
		return refuse_open(b->endpoint, "tcp needs the public key of the other side");
	b->curve = true;
	r = bus_keys_load(s->key_file, &b->keys);
	if (r == 0 && !b->bound)
		r = bus_keys_peer(s->peer_key, s->peer, b->peer_key);
	if (r == 0 && b->bound)
		b->allow_file = base_dup(s->allow_file, strlen(s->allow_file));
	return r;
}

static void outlet_init(struct outlet *o, struct bus *b, void (*pump)(struct outlet *o))
{
	o->bus = b;
	o->pump = pump;
	loop_timer_init(b->loop, &o->again, on_again, o);
}

static int bus_new(struct bus **ret, struct loop *l, const struct bus_spec *spec, bool bound)
{
	CLEANUP(bus_freep) struct bus *b = base_alloc(1, sizeof(*b));
	int r;

	b->loop = l;
	b->events = spec->events;
	b->bound = bound;
	b->lock_fd = -1;
	b->endpoint = base_dup(spec->endpoint, strlen(spec->endpoint));
	b->watch = (struct bus_watch){ b->endpoint, b->keys.public_z85, 0, false };
	outlet_init(&b->main, b, pump_main);
	outlet_init(&b->monitor, b, pump_monitor);
	outlet_init(&b->zap, b, pump_zap);
	r = secure(b, &spec->security);
	if (r < 0)
		return r;
	b->zmq = zmq_ctx_new();
	if (!b->zmq)
		return -errno;
	*ret = TAKE(b);
	return 0;
}

/* The socket file is ours alone from its first moment. */
static int bind_main(struct bus *b)
{
	const mode_t before = umask(077);
	const int r = zmq_bind(b->main.sock, b->endpoint) < 0 ? -errno : 0;

	(void)umask(before);
	if (r < 0)
		log_error("bus_bind", LOG_STR("endpoint", b->endpoint), LOG_ERRNO(r));
	return r;
}

int bus_bind(struct bus **ret, struct loop *l, const struct bus_spec *spec)
{
	CLEANUP(bus_freep) struct bus *b = NULL;
	int r = bus_new(&b, l, spec, true);

	if (r == 0 && b->ipc)
		r = bus_guard(bus_ipc_path(b->endpoint), &b->lock_fd);
	if (r == 0 && b->curve)
		r = serve_zap(b);
	if (r == 0)
		r = open_main(b);
	if (r == 0)
		r = bind_main(b);
	if (r == 0)
		r = outlet_watch(&b->main);
	if (r < 0)
		return r;
	*ret = TAKE(b);
	return 0;
}

int bus_dial(struct bus **ret, struct loop *l, const struct bus_spec *spec)
{
	CLEANUP(bus_freep) struct bus *b = NULL;
	int r = bus_new(&b, l, spec, false);

	if (r == 0)
		r = bus_redial(b);
	if (r < 0)
		return r;
	*ret = TAKE(b);
	return 0;
}

int bus_redial(struct bus *b)
{
	int r;

	assert(!b->bound);
	bus_hangup(b);
	r = open_main(b);
	if (r == 0)
		r = watch_loss(b);
	if (r == 0 && zmq_connect(b->main.sock, b->endpoint) < 0)
		r = -errno;
	if (r == 0)
		r = outlet_watch(&b->main);
	if (r < 0)
		bus_hangup(b);
	return r;
}

/* First who tells, then who listens: the library loses the memory of an event that nobody takes. */
static void end_monitor(struct bus *b)
{
	if (b->main.sock)
		(void)zmq_socket_monitor(b->main.sock, NULL, 0);
	outlet_close(&b->monitor, 0);
}

void bus_hangup(struct bus *b)
{
	end_monitor(b);
	outlet_close(&b->main, 0);
	b->connection++;
}

/* The lock goes last: closing removes the socket file, which by then could be another's. */
static void destroy(struct bus *b)
{
	end_monitor(b);
	outlet_close(&b->main, GOODBYE_MS);
	outlet_close(&b->zap, 0);
	loop_timer_done(&b->main.again);
	loop_timer_done(&b->monitor.again);
	loop_timer_done(&b->zap.again);
	while (b->zmq && zmq_ctx_term(b->zmq) < 0 && errno == EINTR)
		;
	if (b->lock_fd >= 0) {
		(void)unlink(bus_ipc_path(b->endpoint));
		close(b->lock_fd);
	}
	if (b->allow_file)
		bus_allow_done(&b->allow);
	explicit_bzero(&b->keys, sizeof(b->keys));
	free(b->allow_file);
	free(b->endpoint);
	free(b);
}

void bus_free(struct bus *b)
{
	if (!b || b->dying)
		return;
	enter(b);
	b->dying = true;
	leave(b);
}

void bus_freep(struct bus **b)
{
	bus_free(*b);
}

/* --- sending --- */

static int put(void *sock, const void *p, size_t n, int flags)
{
	int r;

	do
		r = zmq_send(sock, p, n, flags);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static int send_parts(struct bus *b, const struct bus_addr *to, struct span head, struct span body)
{
	void *s = b->main.sock;
	const int more = ZMQ_DONTWAIT | ZMQ_SNDMORE;

	/* Only the first part can be refused for want of room or of a peer. */
	int r = b->bound ? put(s, to->id, to->n, more) : 0;

	if (r == 0)
		r = put(s, head.p, head.n, body.n ? more : ZMQ_DONTWAIT);
	if (r == 0 && body.n)
		r = put(s, body.p, body.n, ZMQ_DONTWAIT);
	return r;
}

int bus_send(struct bus *b, const struct bus_addr *to, struct span head, struct span body)
{
	int r;

	if (head.n + body.n > BUS_FRAME_MAX)
		return -EMSGSIZE;
	if (!b->main.sock || b->dying)
		return -EHOSTUNREACH;
	r = send_parts(b, to, head, body);
	if (r == -EAGAIN)
		b->want_write = true;
	/* Inside of the pump the look at ZMQ_EVENTS before leaving serves for the kick. */
	if (b->depth == 0)
		kick(&b->main);
	return r;
}

void bus_settle(struct bus *b)
{
	if (!b->main.sock || b->depth || !b->main.again.pending || b->want_write)
		return;
	if (!(events_of(&b->main) & ZMQ_POLLIN))
		loop_timer_stop(&b->main.again);
}

int bus_keypair(char ret_public[BUS_KEY_SIZE], char ret_secret[BUS_KEY_SIZE])
{
	return zmq_curve_keypair(ret_public, ret_secret) < 0 ? -errno : 0;
}
