/*
 * net.c - see net.h.
 *
 * A message under way is an event that holds its connection's number; a connection that was replaced,
 * or an end that died meanwhile, makes it vanish on arrival.  Ends are never freed before the net, so a
 * late event may always look at them.
 */
#include "tests/sim/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENDS = 4096, HELD_MAX = 4096, TURN_US = 30 };

struct message {
	struct sim_net *net;
	struct sim_end *to;
	uint64_t connection;
	size_t n_head, n_body;
	char bytes[];
};

struct sim_end {
	struct sim_net *net;
	struct link *link;    /* dialler */
	struct link_hub *hub; /* binder */
	struct sim_end *peer; /* dialler: who answered the present connection */
	enum sim_port port;
	uint64_t connection; /* dialler: present one, 0 none */
	bool dead, paused, awake;
	void (*turn)(void *ctx);
	void *turn_ctx;
	struct message **held; /* what came while paused */
	size_t n_held;
};

struct route_to {
	uint64_t connection;
	struct sim_end *dialler;
};

struct sim_net {
	struct sim_queue *q;
	struct sim_faults faults;
	struct sim_end *bound[SIM_PORTS];
	struct sim_end *ends[MAX_ENDS];
	size_t n_ends;
	struct route_to *routes; /* by connection number - 1 */
	size_t n_routes;
};

struct sim_net *sim_net_new(struct sim_queue *q)
{
	struct sim_net *n = base_alloc(1, sizeof(*n));

	n->q = q;
	n->faults.delay_min_us = 20;
	n->faults.delay_max_us = 400;
	return n;
}

static void end_free(struct sim_end *e)
{
	for (size_t i = 0; i < e->n_held; i++)
		free(e->held[i]);
	free(e->held);
	free(e);
}

void sim_net_free(struct sim_net *n)
{
	for (size_t i = 0; i < n->n_ends; i++)
		end_free(n->ends[i]);
	free(n->routes);
	free(n);
}

void sim_net_faults(struct sim_net *n, const struct sim_faults *f)
{
	n->faults = *f;
}

void sim_net_drop_event(void *arg)
{
	free(arg);
}

static void deliver(struct message *m)
{
	struct sim_end *e = m->to;
	struct span head = { m->bytes, m->n_head }, body = { m->bytes + m->n_head, m->n_body };

	if (e->dead)
		return;
	if (e->link && m->connection == e->connection)
		link_receive(e->link, head, body);
	else if (e->hub)
		link_hub_receive(e->hub, &m->connection, sizeof(m->connection), head, body);
	sim_end_wake(e);
}

static void arrive(void *ctx, void *arg)
{
	struct message *m = arg;
	struct sim_end *e = m->to;

	(void)ctx;
	if (e->paused && !e->dead && e->n_held < HELD_MAX) {
		e->held = base_realloc(e->held, e->n_held + 1, sizeof(*e->held));
		e->held[e->n_held++] = m;
		return;
	}
	deliver(m);
	free(m);
}

static void send_once(struct sim_net *n, struct sim_end *to, uint64_t connection, struct span head,
		      struct span body)
{
	struct message *m = base_alloc(1, sizeof(*m) + head.n + body.n);
	uint64_t delay = sim_between(n->q, n->faults.delay_min_us, n->faults.delay_max_us);

	*m = (struct message){ n, to, connection, head.n, body.n };
	memcpy(m->bytes, head.p, head.n);
	if (body.n)
		memcpy(m->bytes + head.n, body.p, body.n);
	/* Without the fault, what follows on a connection never overtakes: constant delay. */
	if (!sim_chance(n->q, n->faults.reorder))
		delay = n->faults.delay_min_us;
	sim_at(n->q, delay, arrive, NULL, m);
}

static void turn_event(void *ctx, void *arg)
{
	struct sim_end *e = ctx;

	(void)arg;
	e->awake = false;
	if (!e->dead && !e->paused && e->turn)
		e->turn(e->turn_ctx);
}

void sim_end_turn(struct sim_end *e, void (*turn)(void *ctx), void *ctx)
{
	e->turn = turn;
	e->turn_ctx = ctx;
}

void sim_end_wake(struct sim_end *e)
{
	if (e->awake || e->dead)
		return;
	e->awake = true;
	sim_at(e->net->q, TURN_US, turn_event, e, NULL);
}

static void lost_event(void *ctx, void *arg)
{
	struct sim_end *e = ctx;

	(void)arg;
	if (!e->dead && !e->connection && e->link)
		link_lost(e->link, "closed");
	sim_end_wake(e);
}

static void cut(struct sim_end *dialler)
{
	dialler->connection = 0;
	dialler->peer = NULL;
	sim_at(dialler->net->q, 1, lost_event, dialler, NULL);
}

static int post(struct sim_net *n, struct sim_end *to, uint64_t connection, struct span head,
		struct span body)
{
	if (sim_chance(n->q, n->faults.drop))
		return 0;
	send_once(n, to, connection, head, body);
	if (sim_chance(n->q, n->faults.twice))
		send_once(n, to, connection, head, body);
	return 0;
}

static int dialler_send(void *ctx, struct span head, struct span body)
{
	struct sim_end *e = ctx;

	if (e->dead || !e->connection || !e->peer || e->peer->dead)
		return 0; /* like ZeroMQ: accepted, and gone */
	if (sim_chance(e->net->q, e->net->faults.cut)) {
		cut(e);
		return 0;
	}
	return post(e->net, e->peer, e->connection, head, body);
}

static int dialler_redial(void *ctx)
{
	struct sim_end *e = ctx;
	struct sim_net *n = e->net;

	e->connection = 0;
	e->peer = n->bound[e->port];
	if (!e->peer || e->peer->dead) {
		cut(e); /* nobody there */
		return 0;
	}
	n->routes = base_realloc(n->routes, n->n_routes + 1, sizeof(*n->routes));
	e->connection = n->n_routes + 1;
	n->routes[n->n_routes++] = (struct route_to){ e->connection, e };
	return 0;
}

static int hub_send(void *ctx, const void *addr, size_t n_addr, struct span head, struct span body)
{
	struct sim_end *e = ctx, *to;
	uint64_t connection;

	if (n_addr != sizeof(connection))
		return -EINVAL;
	memcpy(&connection, addr, sizeof(connection));
	if (!connection || connection > e->net->n_routes)
		return -EHOSTUNREACH;
	to = e->net->routes[connection - 1].dialler;
	if (to->dead || to->connection != connection || e->dead)
		return -EHOSTUNREACH;
	return post(e->net, to, connection, head, body);
}

static struct sim_end *end_new(struct sim_net *n, enum sim_port port)
{
	struct sim_end *e = base_alloc(1, sizeof(*e));

	if (n->n_ends == MAX_ENDS)
		abort();
	e->net = n;
	e->port = port;
	n->ends[n->n_ends++] = e;
	return e;
}

struct sim_end *sim_end_dial(struct sim_net *n, enum sim_port to, struct link_wire *ret_wire)
{
	struct sim_end *e = end_new(n, to);

	*ret_wire = (struct link_wire){ dialler_send, dialler_redial, e };
	(void)dialler_redial(e);
	return e;
}

void sim_end_link(struct sim_end *e, struct link *l)
{
	e->link = l;
}

struct sim_end *sim_end_bind(struct sim_net *n, enum sim_port at, struct link_hub_wire *ret_wire)
{
	struct sim_end *e = end_new(n, at);

	*ret_wire = (struct link_hub_wire){ .send = hub_send, .ctx = e };
	n->bound[at] = e;
	return e;
}

void sim_end_hub(struct sim_end *e, struct link_hub *h)
{
	e->hub = h;
}

void sim_end_die(struct sim_end *e)
{
	struct sim_net *n = e->net;

	e->dead = true;
	e->link = NULL;
	e->hub = NULL;
	if (n->bound[e->port] == e)
		n->bound[e->port] = NULL;
	for (size_t i = 0; i < n->n_ends; i++)
		if (n->ends[i]->peer == e && !n->ends[i]->dead)
			cut(n->ends[i]);
}

void sim_end_pause(struct sim_end *e, bool paused)
{
	e->paused = paused;
	if (paused)
		return;
	sim_end_wake(e);
	for (size_t i = 0; i < e->n_held; i++) {
		deliver(e->held[i]);
		free(e->held[i]);
	}
	e->n_held = 0;
}
