/*
 * gateway.c - see gateway.h.
 *
 * Whatever goes wrong ends in try_later(): the time is drawn from the back-off, which is forgotten only after a connection
 * that has lasted.
 */
#include "bridges/discord/gateway.h"

#include <stdio.h>
#include <string.h>

#include "bridges/discord/address.h"
#include "rt/jsonin.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	LASTING_US = 30 * SECOND, /* a connection after which the back-off is forgotten */
	BACKOFF_MIN_US = SECOND,
	BACKOFF_MAX_US = 900 * SECOND,
	APART_US = 5 * SECOND + SECOND / 4, /* between two Identifys */
	LOST_RESUMES = 3,		    /* then the gateway is asked for again */
	INTERVAL_MIN_MS = 500,
	INTERVAL_MAX_MS = 600000,
	WINDOW_US = 60 * SECOND,
	DAY_MS = 86400000,
};

enum opcode {
	OP_DISPATCH = 0,
	OP_HEARTBEAT = 1,
	OP_IDENTIFY = 2,
	OP_RESUME = 6,
	OP_RECONNECT = 7,
	OP_INVALID_SESSION = 9,
	OP_HELLO = 10,
	OP_ACK = 11,
	OPS
};

struct state_row {
	const char *name;
	uint32_t patience_us; /* 0: endless, or set by who enters */
	const char *lost;     /* why it is left when that is over */
	bool open;	      /* there is a connection that one can write to */
};

static const struct state_row states[GATEWAY_STATES] = {
	[GATEWAY_OFF] = { .name = "off" },
	[GATEWAY_WAITING] = { .name = "waiting" },
	[GATEWAY_ASKING] = { .name = "asking" },
	[GATEWAY_CONNECTING] = { "connecting", 20 * SECOND, "no connection in time", false },
	[GATEWAY_GREETING] = { "greeting", 20 * SECOND, "no Hello in time", true },
	[GATEWAY_COUNTING] = { "counting", 30 * SECOND, "the count cannot be stored", true },
	[GATEWAY_IDENTIFYING] = { "identifying", 30 * SECOND, "no READY in time", true },
	[GATEWAY_RESUMING] = { "resuming", 60 * SECOND, "no RESUMED in time", true },
	[GATEWAY_READY] = { .name = "ready", .open = true },
	[GATEWAY_CLOSING] = { .name = "closing" },
	[GATEWAY_STOPPED] = { .name = "stopped" },
};

enum verdict { RESUME, ANEW, STOP };

struct close_row {
	unsigned code;
	enum verdict verdict;
	const char *why;
};

/* What is not here is resumed. */
static const struct close_row closings[] = {
	{ 4004, STOP,
	  "Discord does not accept the token: put a valid one into discord.token_file" },
	{ 4007, ANEW, "the sequence was not accepted" },
	{ 4009, ANEW, "the session has timed out" },
	{ 4010, STOP, "Discord does not accept discord.shard" },
	{ 4011, STOP, "the bot is in so many servers that it has to be sharded (discord.shards)" },
	{ 4012, STOP, "Discord no longer speaks version 10 of its gateway" },
	{ 4013, STOP, "Discord does not know the intents asked for" },
	{ 4014, STOP,
	  "the bot may not read messages: switch on its Message Content Intent (developer portal, "
	  "Bot)" },
};

static uint64_t now(const struct gateway *g)
{
	return clock_mono(g->clock);
}

const char *gateway_state_name(enum gateway_state s)
{
	return states[s].name;
}

/* The one place where the state changes. */
static void enter(struct gateway *g, enum gateway_state to)
{
	const enum gateway_state from = g->state;

	g->state = to;
	g->due_us = states[to].patience_us ? now(g) + states[to].patience_us : 0;
	if (!states[to].open)
		g->beat_us = 0;
	g->io.changed(g->io.ctx, from, to);
}

static void stop(struct gateway *g, const char *why)
{
	snprintf(g->why, sizeof(g->why), "%s", why);
	enter(g, GATEWAY_STOPPED);
	g->io.tell(g->io.ctx, why);
}

static void try_later(struct gateway *g)
{
	uint64_t us = backoff_next(&g->backoff);

	if (g->ending) {
		enter(g, GATEWAY_STOPPED);
		return;
	}
	if (us < g->least_wait_us)
		us = g->least_wait_us;
	g->least_wait_us = 0;
	enter(g, GATEWAY_WAITING);
	g->due_us = now(g) + us;
}

static void close_it(struct gateway *g, const char *why)
{
	snprintf(g->why, sizeof(g->why), "%s", why);
	enter(g, GATEWAY_CLOSING);
	g->io.close(g->io.ctx, GATEWAY_AWAY);
}

static void forget_session(struct gateway *g)
{
	*g->session.id = 0;
	*g->session.url = 0;
	g->session.seq = 0;
}

/* ---- what we send ---- */

static bool may_send(const struct gateway *g, size_t reserve)
{
	const size_t at = (g->sent + reserve) % GATEWAY_SENDS;

	return g->sent + reserve < GATEWAY_SENDS || g->sent_us[at] + WINDOW_US < now(g);
}

static void put(struct gateway *g, struct span text)
{
	g->sent_us[g->sent++ % GATEWAY_SENDS] = now(g);
	g->io.send(g->io.ctx, text);
}

static void beat(struct gateway *g)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	buf_adds(&text, "{\"op\":1,\"d\":");
	if (g->session.seq)
		json_int(&text, (int64_t)g->session.seq);
	else
		buf_adds(&text, "null");
	buf_addc(&text, '}');
	put(g, buf_span(&text));
}

static void quote(struct buf *out, const char *s)
{
	json_quote(out, (struct span){ s, strlen(s) });
}

static void identify(struct gateway *g)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	buf_adds(&text, "{\"op\":2,\"d\":{\"token\":");
	quote(&text, g->conf.token);
	buf_addf(&text, ",\"intents\":%u,\"shard\":[%u,%u]", g->conf.intents, g->conf.shard,
		 g->conf.shards);
	buf_adds(&text, ",\"properties\":{\"os\":\"linux\",\"browser\":\"mudlark\","
			"\"device\":\"mudlark\"}}}");
	g->identified_us = now(g);
	g->identifies++;
	enter(g, GATEWAY_IDENTIFYING);
	put(g, buf_span(&text));
}

static void resume(struct gateway *g)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	buf_adds(&text, "{\"op\":6,\"d\":{\"token\":");
	quote(&text, g->conf.token);
	buf_adds(&text, ",\"session_id\":");
	quote(&text, g->session.id);
	buf_adds(&text, ",\"seq\":");
	json_int(&text, (int64_t)g->session.seq);
	buf_adds(&text, "}}");
	g->resumes++;
	enter(g, GATEWAY_RESUMING);
	put(g, buf_span(&text));
}

/* ---- the way to a connection ---- */

static void dial(struct gateway *g, const char *url)
{
	enter(g, GATEWAY_CONNECTING);
	g->io.connect(g->io.ctx, url);
}

static void begin(struct gateway *g)
{
	if (*g->session.id && *g->session.url && g->lost_resumes < LOST_RESUMES) {
		g->at_session = true;
		dial(g, g->session.url);
		return;
	}
	enter(g, GATEWAY_ASKING);
	g->io.ask(g->io.ctx);
}

static int64_t today(const struct gateway *g)
{
	return clock_wall(g->clock) / DAY_MS;
}

/* How long until one may identify; 0: now. */
static uint64_t identify_wait(struct gateway *g, const struct gateway_limits *l)
{
	char why[160];

	if (g->count.day != today(g))
		g->count = (struct gateway_count){ .day = today(g) };
	if (l->remaining == 0) {
		snprintf(why, sizeof(why),
			 "Discord allows no further session for %llu minutes; waiting",
			 (unsigned long long)(l->reset_after_ms / 60000 + 1));
		g->io.tell(g->io.ctx, why);
		return (l->reset_after_ms < DAY_MS ? l->reset_after_ms : DAY_MS) * 1000 + SECOND;
	}
	if (g->count.identifies >= GATEWAY_IDENTIFIES) {
		snprintf(why, sizeof(why), "%d sessions were begun today, which is enough; waiting",
			 GATEWAY_IDENTIFIES);
		g->io.tell(g->io.ctx, why);
		return (uint64_t)(DAY_MS - clock_wall(g->clock) % DAY_MS) * 1000 + SECOND;
	}
	if (g->identified_us && g->identified_us + APART_US > now(g))
		return g->identified_us + APART_US - now(g);
	return 0;
}

void gateway_told(struct gateway *g, const struct gateway_limits *l)
{
	uint64_t us;

	if (g->state != GATEWAY_ASKING)
		return;
	if (g->conf.url && *g->conf.url)
		snprintf(g->url, sizeof(g->url), "%s", g->conf.url);
	else
		snprintf(g->url, sizeof(g->url), "%.*s", (int)l->url.n, l->url.p);
	if (l->shards > g->conf.shards)
		g->io.tell(g->io.ctx, "Discord recommends more shards than discord.shards says");
	us = *g->session.id ? 0 : identify_wait(g, l);
	if (us == 0) {
		dial(g, g->url);
		return;
	}
	enter(g, GATEWAY_WAITING);
	g->due_us = now(g) + us + rng_below(&g->backoff.rng, SECOND);
}

void gateway_not_told(struct gateway *g, bool refused, const char *why)
{
	if (g->state != GATEWAY_ASKING)
		return;
	snprintf(g->why, sizeof(g->why), "%s", why);
	if (refused)
		stop(g, closings[0].why);
	else
		try_later(g);
}

void gateway_opened(struct gateway *g)
{
	if (g->state == GATEWAY_CONNECTING)
		enter(g, GATEWAY_GREETING);
}

void gateway_counted(struct gateway *g)
{
	if (g->state == GATEWAY_COUNTING)
		identify(g);
}

/* ---- what comes ---- */

static void on_hello(struct gateway *g, const json_t *o)
{
	const json_t *d = jsonin_in(o, "d");
	uint64_t ms;

	if (g->state != GATEWAY_GREETING)
		return;
	if (!jsonin_count(d, "heartbeat_interval", INTERVAL_MAX_MS, &ms) || ms < INTERVAL_MIN_MS) {
		close_it(g, "Hello has no sound heartbeat_interval");
		return;
	}
	g->interval_us = ms * 1000;
	g->acked = true;
	g->sent = 0;
	if (*g->session.id) {
		resume(g);
	} else {
		g->count.identifies++;
		enter(g, GATEWAY_COUNTING);
		g->io.count(g->io.ctx, &g->count);
	}
	if (states[g->state].open)
		g->beat_us = now(g) + rng_below(&g->backoff.rng, g->interval_us) + 1;
}

static bool take_text(const json_t *o, const char *key, char *ret, size_t cap)
{
	struct span s;

	if (!jsonin_text(o, key, &s) || !s.n || s.n >= cap)
		return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = 0;
	return true;
}

/* An address that may not be dialled is as good as none. */
static void take_url(struct gateway *g, const json_t *d)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	struct address a;
	struct span s;

	*g->session.url = 0;
	if (!jsonin_text(d, "resume_gateway_url", &s) || s.n >= GATEWAY_URL ||
	    address_read(&a, "ws", s, &why) != 0)
		return;
	address_done(&a);
	memcpy(g->session.url, s.p, s.n);
	g->session.url[s.n] = 0;
}

static void settle(struct gateway *g)
{
	g->lost_resumes = 0;
	g->at_session = false;
	*g->why = 0;
	g->ready_us = now(g);
	enter(g, GATEWAY_READY);
	g->io.tell(g->io.ctx, NULL);
}

static bool on_ready(struct gateway *g, const json_t *d)
{
	if (g->state != GATEWAY_IDENTIFYING ||
	    !take_text(d, "session_id", g->session.id, sizeof(g->session.id))) {
		close_it(g, "a READY that makes no sense");
		return false;
	}
	take_url(g, d);
	take_text(jsonin_in(d, "application"), "id", g->session.application, GATEWAY_ID);
	take_text(jsonin_in(d, "user"), "id", g->session.user, GATEWAY_ID);
	settle(g);
	return true;
}

static void on_dispatch(struct gateway *g, const json_t *o)
{
	char name[64];
	const json_t *d = jsonin_in(o, "d");

	if (!take_text(o, "t", name, sizeof(name)) || g->state < GATEWAY_IDENTIFYING ||
	    g->state > GATEWAY_READY)
		return;
	jsonin_count(o, "s", INT64_MAX, &g->session.seq);
	if (!strcmp(name, "READY") && !on_ready(g, d))
		return;
	if (!strcmp(name, "RESUMED") && g->state == GATEWAY_RESUMING)
		settle(g);
	g->io.event(g->io.ctx, name, d);
}

/* They ask. Who asks too often is answered less often. */
static void on_heartbeat(struct gateway *g, UNUSED const json_t *o)
{
	if (may_send(g, GATEWAY_RESERVE))
		beat(g);
}

static void on_reconnect(struct gateway *g, UNUSED const json_t *o)
{
	close_it(g, "Discord asks for another connection");
}

static void on_invalid(struct gateway *g, const json_t *o)
{
	if (!jsonin_true(o, "d"))
		forget_session(g);
	g->least_wait_us = SECOND + rng_below(&g->backoff.rng, 4 * SECOND);
	close_it(g, "the session is not valid");
}

static void on_ack(struct gateway *g, UNUSED const json_t *o)
{
	g->acked = true;
}

struct op_row {
	void (*handle)(struct gateway *g, const json_t *o);
};

static const struct op_row ops[OPS] = {
	[OP_DISPATCH] = { on_dispatch },   [OP_HEARTBEAT] = { on_heartbeat },
	[OP_RECONNECT] = { on_reconnect }, [OP_INVALID_SESSION] = { on_invalid },
	[OP_HELLO] = { on_hello },	   [OP_ACK] = { on_ack },
};

void gateway_message(struct gateway *g, struct span text)
{
	CLEANUP(jsonin_freep) json_t *o = NULL;
	uint64_t op;

	if (!states[g->state].open)
		return;
	o = jsonin_read(text, GATEWAY_MESSAGE, GATEWAY_DEPTH);
	if (!json_is_object(o) || !jsonin_count(o, "op", INT32_MAX, &op)) {
		close_it(g, "a message that cannot be read");
		return;
	}
	if (op < OPS && ops[op].handle)
		ops[op].handle(g, o);
}

void gateway_closed(struct gateway *g, unsigned code, const char *why)
{
	const struct close_row *row = NULL;

	if (g->state < GATEWAY_CONNECTING || g->state == GATEWAY_STOPPED)
		return;
	if (g->ready_us && now(g) - g->ready_us >= LASTING_US)
		backoff_well(&g->backoff);
	g->ready_us = 0;
	for (size_t i = 0; i < ARRAY_LEN(closings); i++)
		if (closings[i].code == code)
			row = &closings[i];
	if (row && row->verdict == STOP) {
		stop(g, row->why);
		return;
	}
	if (row && row->verdict == ANEW)
		forget_session(g);
	if (g->at_session)
		g->lost_resumes++;
	g->at_session = false;
	if (g->state != GATEWAY_CLOSING)
		snprintf(g->why, sizeof(g->why), "closed by Discord: %u %s", code,
			 row ? row->why : why);
	try_later(g);
}

/* ---- time ---- */

static void on_beat(struct gateway *g)
{
	if (!g->acked) {
		g->zombies++;
		close_it(g, "heartbeats are no longer answered");
		return;
	}
	g->beat_us = now(g) + g->interval_us;
	if (!may_send(g, 0))
		return;
	g->acked = false;
	beat(g);
}

void gateway_tick(struct gateway *g)
{
	const uint64_t t = now(g);

	if (g->beat_us && g->beat_us <= t)
		on_beat(g);
	if (!g->due_us || g->due_us > t)
		return;
	g->due_us = 0;
	if (g->state == GATEWAY_WAITING)
		begin(g);
	else if (states[g->state].lost)
		close_it(g, states[g->state].lost);
}

uint64_t gateway_due(const struct gateway *g)
{
	if (!g->beat_us || (g->due_us && g->due_us < g->beat_us))
		return g->due_us;
	return g->beat_us;
}

void gateway_init(struct gateway *g, const struct gateway_conf *c, const struct gateway_io *io,
		  const struct clock *clock)
{
	*g = (struct gateway){ .conf = *c, .io = *io, .clock = clock };
	backoff_init(&g->backoff, BACKOFF_MIN_US, BACKOFF_MAX_US, c->seed);
}

void gateway_start(struct gateway *g, const struct gateway_session *s,
		   const struct gateway_count *c)
{
	if (s)
		g->session = *s;
	if (c)
		g->count = *c;
	begin(g);
}

bool gateway_end(struct gateway *g)
{
	g->ending = true;
	if (g->state == GATEWAY_CONNECTING || states[g->state].open) {
		close_it(g, "the bridge ends");
		return false;
	}
	if (g->state != GATEWAY_CLOSING && g->state != GATEWAY_STOPPED)
		enter(g, GATEWAY_STOPPED);
	return g->state == GATEWAY_STOPPED;
}
