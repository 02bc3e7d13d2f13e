/*
 * irc.c - see irc.h: networks with their connections on one side, streams and says of the bridge on the other, and which
 * channel goes with which.
 *
 * A target is a place of the chart with its stream; the network's channel points to it.  A reload makes a new list of
 * targets and moves over what has stayed the same.
 */
#include "bridges/irc/irc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/dial.h"
#include "bridges/irc/asked.h"
#include "bridges/irc/network.h"
#include "bridges/irc/numbers.h"
#include "bridges/irc/places.h"
#include "rt/log.h"

enum {
	S = 1000000,
	DIAL_US = 30 * S,
	OUTPUT_BYTES = 128 << 10,
	REFUSAL_US = 20 * S, /* one person is told so often why the game did not take it */
	REFUSAL_BURST = 2,
	REFUSAL_PEOPLE = 500,
};

struct net {
	struct irc *irc;
	const struct net_conf *conf;
	struct network *network;
	struct dial *dial; /* NULL: none */
	struct loop_timer timer;
	bool is_broken; /* the dial could not begin */
};

struct target {
	struct place place;
	struct net *net;
	struct channel *channel;
	struct bridge_stream *stream; /* NULL: nothing goes there */
};

struct irc {
	struct irc_conf *conf;
	struct bridge *bridge;
	struct nets nets;
	struct net *net;
	struct target **targets;
	size_t n_targets;
	struct askers askers;
	struct floods *refusals;
	bool is_stopping, is_over;
	struct metric numbers[NUMBERS];
};

/* The end */

/* What the channel has not begun to say is nobody's. */
static void take_back(struct target *t)
{
	if (!t->stream)
		return;
	out_take_back(&t->channel->out, t->channel->begun);
	bridge_returned(t->stream, t->channel->begun);
}

static void look_if_over(struct irc *x)
{
	if (!x->is_stopping || x->is_over)
		return;
	for (size_t i = 0; i < x->nets.n; i++)
		if (!network_is_over(x->net[i].network))
			return;
	x->is_over = true;
	for (size_t i = 0; i < x->n_targets; i++)
		take_back(x->targets[i]);
	bridge_stopped(x->bridge);
}

/* The connection */

static void on_open(void *ctx)
{
	struct net *net = ctx;

	network_opened(net->network);
}

static size_t on_data(void *ctx, struct span bytes)
{
	struct net *net = ctx;
	const size_t used = network_data(net->network, bytes);

	look_if_over(net->irc);
	return used;
}

static void on_room(void *ctx)
{
	struct net *net = ctx;

	network_room(net->network);
}

static void on_closed(void *ctx, const char *why, bool certificate)
{
	struct net *net = ctx;

	dial_free(TAKE(net->dial));
	network_closed(net->network, why, certificate);
	look_if_over(net->irc);
}

static void net_dial(void *ctx)
{
	struct net *net = ctx;
	const bool is_first = *net->irc->conf->host && net == net->irc->net;
	const struct dial_conf c = {
		.host = net->conf->host,
		.port = net->conf->port,
		.tls = net->conf->tls,
		.ca_file = net->conf->ca_file,
		.cert_file = net->conf->cert_file,
		.tls_option = is_first ? "irc.tls" : "tls=no",
		.timeout_us = DIAL_US,
		.max_output = OUTPUT_BYTES,
	};
	const struct dial_events e = {
		.open = on_open, .data = on_data, .room = on_room, .closed = on_closed, .ctx = net
	};

	net->is_broken = dial_new(&net->dial, bridge_loop(net->irc->bridge), &c, &e) < 0;
}

static void net_hang_up(void *ctx)
{
	struct net *net = ctx;

	dial_free(TAKE(net->dial));
}

static int net_send(void *ctx, struct span bytes)
{
	struct net *net = ctx;

	return net->dial ? dial_send(net->dial, bytes) : 0;
}

static void net_wake(void *ctx, uint64_t delay_us)
{
	struct net *net = ctx;

	if (net->is_broken)
		loop_timer_soon(&net->timer);
	else if (delay_us == UINT64_MAX)
		loop_timer_stop(&net->timer);
	else
		loop_timer_in(&net->timer, delay_us);
}

static void on_time(void *ctx)
{
	struct net *net = ctx;

	if (net->is_broken) {
		net->is_broken = false;
		network_closed(net->network, "a file with certificates cannot be read", true);
	} else {
		network_time(net->network);
	}
	look_if_over(net->irc);
}

static void net_trouble(void *ctx, const char *text)
{
	struct net *net = ctx;
	struct buf key = { 0 }, whole = { 0 };

	buf_addf(&key, "irc/%s", net->conf->name);
	buf_addc(&key, '\0');
	if (net->irc->nets.n > 1)
		buf_addf(&whole, "network %s: ", net->conf->name);
	buf_adds(&whole, text);
	buf_addc(&whole, '\0');
	bridge_tell_staff(net->irc->bridge, buf_p(&key), buf_p(&whole));
	buf_done(&key);
	buf_done(&whole);
}

/* Outside -> game */

/* The game did not take it: who said it is told why, not too often. */
static void on_taken(void *ctx, const char *refused)
{
	struct asker *a = ctx;
	struct irc *x = a->net->irc;
	const struct span nick = { a->nick, strlen(a->nick) };
	const uint64_t now = clock_mono(loop_clock(bridge_loop(x->bridge)));

	if (refused && *refused && nick.n && flood_take(floods_of(x->refusals, nick, now), now))
		network_answer(a->net->network, NULL, nick,
			       (struct span){ refused, strlen(refused) });
	asker_free(a);
}

static void say(struct net *net, const struct target *t, const struct place_in *in,
		const struct heard *h)
{
	struct irc *x = net->irc;
	struct asker *a = asker_add(&x->askers, net, NULL, h->nick);
	const struct bridge_words w = {
		.source = t->place.source,
		.channel = in->channel,
		.name = h->name,
		.text = h->text,
		.identity = h->identity,
		.place = x->nets.n > 1 ? net->conf->name : NULL,
		.emote = h->emote,
		.linked_only = in->linked_only,
		.notice = h->notice,
		.taken = on_taken,
		.ctx = a,
	};
	const int r = bridge_say(x->bridge, &w);

	if (r == 0)
		return;
	asker_free(a);
	if (r == 1)
		network_lost(net->network, h->channel);
	else
		log_debug("irc_not_said", LOG_STR("source", t->place.source), LOG_ERRNO(r));
}

static void net_heard(void *ctx, const struct heard *h)
{
	const struct target *t = h->channel->owner;

	for (size_t i = 0; i < t->place.n_in; i++)
		say(ctx, t, &t->place.in[i], h);
}

static struct channel *channel_called(const struct irc *x, const struct net *net, const char *name)
{
	for (size_t i = 0; name && i < x->n_targets; i++)
		if (x->targets[i]->net == net && !strcmp(x->targets[i]->place.name, name))
			return x->targets[i]->channel;
	return NULL;
}

static void on_answer(void *ctx, struct span text, bool failed)
{
	struct asker *a = ctx;
	struct channel *c = channel_called(a->net->irc, a->net, a->channel);

	network_answer(a->net->network, c,
		       c && !failed ? SPAN("") : (struct span){ a->nick, strlen(a->nick) }, text);
	asker_free(a);
}

static const int asks[COMMANDS] = {
	[COMMAND_WHO] = MUDLARK__BRIDGE_ASK__KIND__WHO,
	[COMMAND_LOOK] = MUDLARK__BRIDGE_ASK__KIND__LOOK,
	[COMMAND_LINK] = MUDLARK__BRIDGE_ASK__KIND__LINK,
	[COMMAND_UNLINK] = MUDLARK__BRIDGE_ASK__KIND__UNLINK,
};

static void net_asked(void *ctx, const struct asked *q)
{
	struct net *net = ctx;
	struct irc *x = net->irc;

	if (command_is_private(q->command) && !q->identity) {
		network_answer(net->network, NULL, q->nick,
			       SPAN("There is nothing about you here that would last."));
		return;
	}
	bridge_ask(x->bridge, asks[q->command], q->identity, q->name, q->arg, on_answer,
		   asker_add(&x->askers, net, q->channel ? q->channel->name : NULL, q->nick));
}

/* Game -> outside */

static void net_sent(UNUSED void *ctx, struct channel *c, uint64_t seq)
{
	const struct target *t = c->owner;

	if (t->stream)
		bridge_sent(t->stream, seq);
}

static void net_window(UNUSED void *ctx, struct channel *c, size_t n)
{
	const struct target *t = c->owner;

	if (t->stream)
		bridge_want(t->stream, n);
}

static void on_line(void *ctx, const struct bridge_line *l)
{
	struct target *t = ctx;

	network_line(t->net->network, t->channel, l);
}

static void on_skipped(void *ctx, uint64_t seq, enum skip_why why, size_t n, int64_t from_ms,
		       int64_t to_ms)
{
	struct target *t = ctx;

	network_skipped(t->net->network, t->channel, seq, why, n, from_ms, to_ms);
}

/* Targets */

static void open_stream(struct irc *x, struct target *t)
{
	const struct stream_spec spec = {
		.key = t->place.source,
		.kinds = t->place.kinds,
		.channels = (const char *const *)t->place.channels,
		.boards = (const char *const *)t->place.boards,
	};
	const struct stream_events e = { .line = on_line, .skipped = on_skipped, .ctx = t };

	if (!t->place.kinds)
		return;
	t->stream = bridge_stream_open(x->bridge, &spec, &e);
	network_channel_changed(t->net->network, t->channel);
}

static void close_stream(struct target *t)
{
	if (t->stream)
		bridge_stream_close(TAKE(t->stream));
}

static void adjust_channel(struct target *t)
{
	t->channel->joins = t->place.joins;
	t->channel->in = t->place.n_in > 0;
	t->channel->with_channel = place_has_many(&t->place);
}

static void target_free(struct target *t)
{
	struct places one = { base_alloc(1, sizeof(*one.v)), 1 };

	close_stream(t);
	one.v[0] = t->place;
	places_done(&one);
	free(t);
}

static struct net *net_called(const struct irc *x, const char *name)
{
	for (size_t i = 0; i < x->nets.n; i++)
		if (!strcmp(x->net[i].conf->name, name))
			return &x->net[i];
	return NULL;
}

/* Takes the place. NULL: the network has too many channels. */
static struct target *target_new(struct irc *x, struct place *p)
{
	struct target *t = base_alloc(1, sizeof(*t));

	t->place = *p;
	*p = (struct place){ 0 };
	t->net = net_called(x, t->place.network);
	t->channel = network_channel(t->net->network, t->place.name, t->place.key, t);
	if (!t->channel) {
		log_error("irc_too_many_channels", LOG_STR("network", t->place.network),
			  LOG_STR("channel", t->place.name));
		target_free(t);
		return NULL;
	}
	adjust_channel(t);
	open_stream(x, t);
	return t;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The place as it is written now; what is swapped out goes with p. */
static void target_change(struct irc *x, struct target *t, struct place *p)
{
	const struct place old = t->place;
	const bool same_key = is_same(old.key, p->key), same_out = place_is_same_out(&old, p);

	t->place = *p;
	*p = old;
	adjust_channel(t);
	if (!same_key) {
		free(t->channel->key);
		t->channel->key =
			t->place.key ? base_dup(t->place.key, strlen(t->place.key)) : NULL;
		network_channel_changed(t->net->network, t->channel);
	}
	if (same_out)
		return;
	take_back(t);
	close_stream(t);
	open_stream(x, t);
}

static struct target *take_target(struct irc *x, const char *source)
{
	for (size_t i = 0; i < x->n_targets; i++) {
		struct target *t = x->targets[i];

		if (!t || strcmp(t->place.source, source) != 0)
			continue;
		x->targets[i] = NULL;
		return t;
	}
	return NULL;
}

/* What is in the new list and what is not. */
static void take_places(struct irc *x, struct places *p)
{
	struct target **now = base_alloc(p->n + 1, sizeof(struct target *));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct target *t = take_target(x, p->v[i].source);

		if (t)
			target_change(x, t, &p->v[i]);
		else
			t = target_new(x, &p->v[i]);
		if (t)
			now[n++] = t;
	}
	for (size_t i = 0; i < x->n_targets; i++) {
		if (!x->targets[i])
			continue;
		take_back(x->targets[i]);
		close_stream(x->targets[i]);
		network_drop_channel(x->targets[i]->net->network, x->targets[i]->channel);
		target_free(x->targets[i]);
	}
	free(x->targets);
	x->targets = now;
	x->n_targets = n;
}

static int read_places(struct irc *x, struct places *ret)
{
	struct buf why = { 0 };
	const int r = places_read(ret, x->conf->channels, &x->nets, &why);

	if (r)
		log_error("option_wrong", LOG_STR("option", "irc.channels"),
			  LOG_TEXT("reason", buf_span(&why)));
	buf_done(&why);
	return r;
}

/* For operators */

static void on_status(void *ctx, struct buf *out)
{
	const struct irc *x = ctx;

	if (!x->nets.n)
		buf_adds(out, "no network is configured\n");
	for (size_t i = 0; i < x->nets.n; i++) {
		network_status(x->net[i].network, out);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < x->n_targets; i++) {
		const struct target *t = x->targets[i];

		network_channel_status(t->net->network, t->channel, out);
		if (t->stream && bridge_stream_muted(t->stream))
			buf_adds(out, "; muted");
		buf_addc(out, '\n');
	}
}

static bool on_ready(void *ctx, struct buf *why)
{
	const struct irc *x = ctx;
	bool well = true;

	for (size_t i = 0; i < x->nets.n; i++)
		well &= network_is_well(x->net[i].network, why);
	return well;
}

static void on_stop(void *ctx)
{
	struct irc *x = ctx;

	x->is_stopping = true;
	for (size_t i = 0; i < x->nets.n; i++)
		network_leave(x->net[i].network, "The bridge to the game goes down.");
	look_if_over(x);
}

static void refresh(void *ctx)
{
	struct irc *x = ctx;
	struct metric *m = x->numbers;

	irc_numbers(m);
	m[N_NETWORKS].value = (double)x->nets.n;
	m[N_CHANNELS].value = (double)x->n_targets;
	for (size_t i = 0; i < x->nets.n; i++) {
		const struct network_count *c = network_counts(x->net[i].network);

		m[N_ONLINE].value += network_state(x->net[i].network) == NETWORK_ONLINE;
		m[N_SENT].value += (double)c->sent;
		m[N_HEARD].value += (double)c->heard;
		m[N_UNSURE].value += (double)c->unsure;
		m[N_LEFT].value += (double)c->left_out;
		m[N_DIALS].value += (double)c->connects;
	}
	for (size_t i = 0; i < x->n_targets; i++)
		m[N_JOINED].value += x->targets[i]->channel->state == CHANNEL_IN;
}

/* The whole */

static void net_init(struct irc *x, struct net *net, const struct net_conf *c)
{
	const struct irc_conf *conf = x->conf;
	const struct network_conf nc = {
		.name = c->name,
		.nick = c->nick,
		.realname = c->realname,
		.server_password = c->server_password,
		.login = { .mechanism = c->sasl,
			   .account = c->account,
			   .password = c->password ? c->password : "" },
		.flood_every_us = (uint64_t)conf->flood_every,
		.flood_burst = (unsigned)conf->flood_burst,
		.retry_min_us = (uint64_t)conf->retry_min,
		.retry_max_us = (uint64_t)conf->retry_max,
		.speak_every_us = (uint64_t)conf->speak_every,
		.speak_burst = (unsigned)conf->speak_burst,
		.max_age_ms = conf->common.max_age / 1000,
		.bots = conf->bots,
	};
	const struct network_events e = {
		.dial = net_dial,
		.hang_up = net_hang_up,
		.send = net_send,
		.wake = net_wake,
		.trouble = net_trouble,
		.heard = net_heard,
		.asked = net_asked,
		.sent = net_sent,
		.window = net_window,
		.ctx = net,
	};
	struct loop *loop = bridge_loop(x->bridge);

	*net = (struct net){ .irc = x, .conf = c };
	loop_timer_init(loop, &net->timer, on_time, net);
	net->network = network_new(&nc, &e, loop_clock(loop), &entropy_system);
}

static int read_nets(struct irc *x)
{
	struct buf why = { 0 };
	char option[NETS_OPTION];
	const int r = nets_read(&x->nets, x->conf, &why, option);

	if (r)
		log_error("option_wrong", LOG_STR("option", option),
			  LOG_TEXT("reason", buf_span(&why)));
	buf_done(&why);
	return r ? -EINVAL : 0;
}

static int start_bridge(struct irc *x, struct proc *proc)
{
	const struct bridge_events e = {
		.status = on_status, .ready = on_ready, .stop = on_stop, .ctx = x
	};

	return bridge_start(&x->bridge, proc, &x->conf->common, "irc", &e);
}

static void irc_free(void *ctx)
{
	struct irc *x = ctx;

	if (!x)
		return;
	for (size_t i = 0; i < x->n_targets; i++)
		target_free(x->targets[i]);
	free(x->targets);
	for (size_t i = 0; x->net && i < x->nets.n; i++) {
		dial_free(x->net[i].dial);
		network_free(x->net[i].network);
		loop_timer_done(&x->net[i].timer);
	}
	free(x->net);
	bridge_free(x->bridge);
	askers_done(&x->askers);
	floods_free(x->refusals);
	nets_done(&x->nets);
	free(x);
}

static int start(void **ret, struct proc *proc, void *conf)
{
	struct irc *x = base_alloc(1, sizeof(*x));
	struct places places = { 0 };
	int r;

	x->conf = conf;
	x->refusals = floods_new(REFUSAL_US, REFUSAL_BURST, REFUSAL_PEOPLE);
	r = read_nets(x);
	if (!r && read_places(x, &places))
		r = -EINVAL;
	if (!r)
		r = start_bridge(x, proc);
	if (r) {
		places_done(&places);
		nets_done(&x->nets);
		irc_free(x);
		return r;
	}
	x->net = base_alloc(x->nets.n + 1, sizeof(*x->net));
	for (size_t i = 0; i < x->nets.n; i++)
		net_init(x, &x->net[i], &x->nets.v[i]);
	take_places(x, &places);
	places_done(&places);
	refresh(x);
	bridge_metrics(x->bridge, x->numbers, NUMBERS, refresh, x);
	for (size_t i = 0; i < x->nets.n; i++)
		network_start(x->net[i].network);
	*ret = x;
	return 0;
}

static void stop(void *ctx)
{
	struct irc *x = ctx;

	bridge_stop(x->bridge);
}

static void reload(void *ctx)
{
	struct irc *x = ctx;
	struct places places = { 0 };

	if (x->is_stopping || read_places(x, &places))
		return;
	take_places(x, &places);
	places_done(&places);
}

const struct bridge_program irc_program = { start, stop, reload, irc_free };

int irc_check(const void *conf, struct buf *why)
{
	const struct irc_conf *c = conf;
	CLEANUP(buf_done) struct buf sentence = { 0 };
	struct nets nets = { 0 };
	struct places places = { 0 };
	char option[NETS_OPTION];
	const char *wrong = nets_read(&nets, c, &sentence, option) ? option : NULL;

	if (!wrong && places_read(&places, c->channels, &nets, &sentence))
		wrong = "irc.channels";
	if (wrong)
		buf_addf(why, "%s: %.*s", wrong, (int)sentence.n, buf_p(&sentence));
	places_done(&places);
	nets_done(&nets);
	return wrong != NULL;
}
