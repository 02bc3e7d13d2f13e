/*
 * network.c - see network.h: the states of a connection, and what comes in handed to who understands it.
 */
#include "bridges/irc/network_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/clean.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	S = 1000000,
	REGISTER_US = 60 * S,
	BAN_US = 2 * S,	       /* an ERROR that says why takes no longer */
	LEAVE_US = S - S / 10, /* our own end waits for it, and is not given much longer */
	SILENCE_US = 60 * S,   /* then we ask */
	DEAD_US = 120 * S,
	WELL_US = 60 * S, /* online for so long: the next trouble is another one */
	SPEAKERS = 1000,
	ASKERS = 200,
	ASK_EVERY_US = 3 * S,
	ASK_BURST = 6,
	UNLIMITED_BURST = 1000,
	BUSY_EVERY_US = 60 * S,
	CROWD = 10, /* speakers whose worth of lines a channel may have */
};

struct state_row {
	const char *name;
	unsigned next; /* bits */
};

#define TO(s) (1u << NETWORK_##s)
static const struct state_row states[NETWORK_STATES] = {
	[NETWORK_WAITING] = { "waiting", TO(DIALLING) | TO(STOPPED) },
	[NETWORK_DIALLING] = { "dialling", TO(REGISTERING) | TO(WAITING) | TO(STOPPED) },
	[NETWORK_REGISTERING] = { "registering",
				  TO(ONLINE) | TO(WAITING) | TO(LEAVING) | TO(STOPPED) },
	[NETWORK_ONLINE] = { "online", TO(WAITING) | TO(LEAVING) | TO(STOPPED) },
	[NETWORK_LEAVING] = { "leaving", TO(STOPPED) },
	[NETWORK_STOPPED] = { "stopped", 0 },
};

const char *network_state_name(enum network_state s)
{
	return states[s].name;
}

enum network_state network_state(const struct network *n)
{
	return n->state;
}

uint64_t network_now(const struct network *n)
{
	return clock_mono(n->clock);
}

void network_enter_state(struct network *n, enum network_state s, uint64_t for_us)
{
	if (!(states[n->state].next & (1u << s)))
		abort();
	log_info("irc_state", LOG_STR("network", n->conf.name),
		 LOG_STR("from", states[n->state].name), LOG_STR("to", states[s].name));
	n->state = s;
	n->until_us = for_us ? network_now(n) + for_us : 0;
}

void network_note(char *dst, size_t cap, const char *what, struct span why)
{
	struct buf raw = { 0 }, clean = { 0 };

	buf_addf(&raw, "%s%s", what, *what && why.n ? ": " : "");
	buf_add(&raw, why.p, why.n);
	clean_line(&clean, buf_span(&raw), true);
	snprintf(dst, cap, "%.*s", (int)text_cut(buf_span(&clean), cap - 1), buf_p(&clean));
	buf_done(&raw);
	buf_done(&clean);
}

void network_trouble(struct network *n, const char *fmt, ...)
{
	char text[NETWORK_WHY];
	struct buf whole = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&whole, fmt, ap);
	va_end(ap);
	network_note(text, sizeof(text), "", buf_span(&whole));
	buf_done(&whole);
	if (strcmp(text, n->trouble) == 0)
		return;
	memcpy(n->trouble, text, sizeof(text));
	n->e.trouble(n->e.ctx, text);
}

uint64_t network_retry_us(struct network *n, bool is_hopeless)
{
	if (n->online_us && network_now(n) - n->online_us >= WELL_US)
		backoff_well(&n->backoff);
	return is_hopeless ? n->conf.retry_max_us : backoff_next(&n->backoff);
}

/* The connection is no more: nothing of it counts. */
static void forget_connection(struct network *n)
{
	login_lost(n);
	people_lost(n);
	speak_lost(n);
	n->reader = (struct irc_reader){ 0 };
	n->pinged_us = 0;
	n->online_us = 0;
	n->banned[0] = '\0';
	n->ban_us = 0;
}

static void note_why(struct network *n, const char *why)
{
	network_note(n->why, sizeof(n->why), "", (struct span){ why, strlen(why) });
}

static void wait_for_better(struct network *n, bool is_hopeless)
{
	const uint64_t us = network_retry_us(n, is_hopeless);
	const enum outage outage = is_hopeless ? OUTAGE_HOPELESS : OUTAGE_PASSING;

	forget_connection(n);
	network_enter_state(n, NETWORK_WAITING, us);
	if (outage > n->outage) {
		n->outage = outage;
		network_trouble(n, "not connected: %s", n->why);
	}
}

void network_halt(struct network *n, const char *why)
{
	note_why(n, why);
	n->e.hang_up(n->e.ctx);
	forget_connection(n);
	network_enter_state(n, NETWORK_STOPPED, 0);
	network_trouble(n, "stopped, the network wants us no more: %s", n->why);
}

void network_give_up(struct network *n, const char *why, bool is_hopeless)
{
	if (n->banned[0]) {
		network_halt(n, n->banned);
		return;
	}
	note_why(n, why);
	n->e.hang_up(n->e.ctx);
	wait_for_better(n, is_hopeless);
}

/* Time */

static bool is_connected(const struct network *n)
{
	return n->state == NETWORK_REGISTERING || n->state == NETWORK_ONLINE ||
	       n->state == NETWORK_LEAVING;
}

static void earlier(uint64_t *due, uint64_t at)
{
	if (at && at < *due)
		*due = at;
}

static uint64_t alive_due(const struct network *n)
{
	return n->pinged_us ? n->heard_us + DEAD_US : n->heard_us + SILENCE_US;
}

static void schedule(struct network *n)
{
	uint64_t due = UINT64_MAX, now = network_now(n);

	earlier(&due, n->until_us);
	earlier(&due, n->ban_us);
	if (n->state == NETWORK_ONLINE) {
		earlier(&due, alive_due(n));
		earlier(&due, people_due(n));
	}
	if (n->state == NETWORK_ONLINE || n->state == NETWORK_REGISTERING)
		earlier(&due, login_due(n));
	if (n->state == NETWORK_ONLINE)
		earlier(&due, speak_due(n));
	n->e.wake(n->e.ctx, due == UINT64_MAX ? UINT64_MAX : due > now ? due - now : 0);
}

static void keep_alive(struct network *n)
{
	const uint64_t now = network_now(n);

	if (now < alive_due(n))
		return;
	if (n->pinged_us) {
		network_give_up(n, "the server has not answered for two minutes", false);
		return;
	}
	n->pinged_us = now;
	(void)speak_now(n, SPAN("PING :alive\r\n"));
}

/* After everything that came: what can be done now, and when to look again. */
void network_settle(struct network *n)
{
	if (n->is_entered)
		return;
	n->is_entered = true;
	if (n->state == NETWORK_ONLINE && n->is_overrun)
		network_give_up(n, "the server wanted more answers of us than we can give", false);
	if (n->state == NETWORK_ONLINE)
		speak_time(n);
	n->is_entered = false;
	schedule(n);
}

static void time_is_up(struct network *n)
{
	switch (n->state) {
	case NETWORK_WAITING:
		network_enter_state(n, NETWORK_DIALLING, 0);
		n->count.connects++;
		n->e.dial(n->e.ctx);
		break;
	case NETWORK_REGISTERING:
		network_give_up(n, "the server did not let us in within a minute", false);
		break;
	case NETWORK_LEAVING:
		n->e.hang_up(n->e.ctx);
		forget_connection(n);
		network_enter_state(n, NETWORK_STOPPED, 0);
		break;
	case NETWORK_DIALLING:
	case NETWORK_ONLINE:
	case NETWORK_STOPPED:
	case NETWORK_STATES:
		break;
	}
}

void network_time(struct network *n)
{
	n->is_entered = true;
	if (n->ban_us && network_now(n) >= n->ban_us && is_connected(n))
		network_give_up(n, n->banned, true);
	if (n->until_us && network_now(n) >= n->until_us)
		time_is_up(n);
	if (n->state == NETWORK_REGISTERING || n->state == NETWORK_ONLINE)
		login_time(n);
	if (n->state == NETWORK_ONLINE)
		people_time(n);
	if (n->state == NETWORK_ONLINE)
		keep_alive(n);
	n->is_entered = false;
	network_settle(n);
}

/* What comes in */

static bool is_ban(struct span why)
{
	static const char *const words[] = { "k-line", "g-line", "z-line", "d-line", "kline",
					     "gline",  "zline",	 "dline",  "banned", "akill" };
	char small[NETWORK_WHY];
	size_t n = why.n < sizeof(small) - 1 ? why.n : sizeof(small) - 1;

	for (size_t i = 0; i < n; i++)
		small[i] = why.p[i] >= 'A' && why.p[i] <= 'Z' ? (char)(why.p[i] | 32) : why.p[i];
	small[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (memmem(small, n, words[i], strlen(words[i])))
			return true;
	return false;
}

static bool on_ping(struct network *n, const struct irc_line *l)
{
	const struct irc_parts pong = { .command = "PONG", .text = irc_last(l) };

	speak_parts(n, &pong);
	return true;
}

static bool on_error(struct network *n, const struct irc_line *l)
{
	char why[NETWORK_WHY];

	network_note(why, sizeof(why), n->banned, irc_last(l));
	if (n->state == NETWORK_LEAVING)
		/* It read all before our goodbye. */
		speak_confirm(n, n->position);
	else if (n->banned[0] || is_ban(irc_last(l)))
		network_halt(n, why);
	else
		network_give_up(n, why, false);
	return true;
}

/* An ERROR follows, which says more of why. */
static bool on_banned(struct network *n, const struct irc_line *l)
{
	network_note(n->banned, sizeof(n->banned), "", l->n_params ? irc_last(l) : SPAN("banned"));
	n->ban_us = network_now(n) + BAN_US;
	return true;
}

static bool on_pong(struct network *n, UNUSED const struct irc_line *l)
{
	n->pinged_us = 0;
	return false;
}

struct row {
	const char *command;
	bool (*fn)(struct network *n, const struct irc_line *l); /* true: nobody else need see it */
};

static const struct row rows[] = {
	{ "PING", on_ping },
	{ "PONG", on_pong },
	{ "ERROR", on_error },
	{ "465", on_banned },
};

static bool own_line(struct network *n, const struct irc_line *l)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (irc_is(l, rows[i].command))
			return rows[i].fn(n, l);
	return false;
}

static void take_line(struct network *n, struct span line)
{
	struct irc_line l;

	if (!irc_parse(&l, line) || own_line(n, &l) || !is_connected(n))
		return;
	/* Several may want the same line: an echo confirms and is no news, a 433 is for a login alone. */
	if (login_line(n, &l) || n->state == NETWORK_REGISTERING || !is_connected(n))
		return;
	if (!speak_line(n, &l) && !people_line(n, &l))
		(void)hear_line(n, &l);
}

size_t network_data(struct network *n, struct span bytes)
{
	size_t used = 0, at = 0;
	struct span line;

	if (!is_connected(n))
		return bytes.n;
	n->is_entered = true;
	n->heard_us = network_now(n);
	n->pinged_us = 0;
	while (is_connected(n) &&
	       irc_read(&n->reader, (struct span){ bytes.p + at, bytes.n - at }, &used, &line)) {
		at += used;
		used = 0;
		take_line(n, line);
	}
	n->is_entered = false;
	network_settle(n);
	return is_connected(n) ? at + used : bytes.n;
}

void network_opened(struct network *n)
{
	n->is_entered = true;
	network_enter_state(n, NETWORK_REGISTERING, REGISTER_US);
	n->heard_us = network_now(n);
	n->is_full = false;
	login_begin(n);
	n->is_entered = false;
	network_settle(n);
}

void network_closed(struct network *n, const char *why, bool is_hopeless)
{
	n->is_entered = true;
	if (n->state == NETWORK_LEAVING) {
		forget_connection(n);
		network_enter_state(n, NETWORK_STOPPED, 0);
	} else if (n->banned[0]) {
		network_give_up(n, n->banned, true);
	} else if (n->state == NETWORK_DIALLING || is_connected(n)) {
		note_why(n, why);
		wait_for_better(n, is_hopeless);
	}
	n->is_entered = false;
	network_settle(n);
}

void network_room(struct network *n)
{
	n->is_full = false;
	network_settle(n);
}

/* Its life */

/* 0 is no limit. */
static void set_pace(uint64_t *every_us, unsigned *burst)
{
	if (*every_us)
		return;
	*every_us = 1;
	*burst = UNLIMITED_BURST;
}

struct network *network_new(const struct network_conf *conf, const struct network_events *e,
			    const struct clock *clock, const struct entropy *entropy)
{
	struct network *n = base_alloc(1, sizeof(*n));
	const uint64_t now = clock_mono(clock);

	*n = (struct network){
		.conf = *conf, .e = *e, .clock = clock, .entropy = entropy, .position = 1
	};
	rng_seed(&n->rng, entropy_id(entropy));
	backoff_init(&n->backoff, conf->retry_min_us, conf->retry_max_us, rng_next(&n->rng));
	set_pace(&n->conf.flood_every_us, &n->conf.flood_burst);
	set_pace(&n->conf.speak_every_us, &n->conf.speak_burst);
	flood_init(&n->pace, n->conf.flood_every_us, n->conf.flood_burst, now);
	flood_init(&n->busy, BUSY_EVERY_US, 1, now);
	n->speakers = floods_new(n->conf.speak_every_us, n->conf.speak_burst, SPEAKERS);
	n->askers = floods_new(ASK_EVERY_US, ASK_BURST, ASKERS);
	echo_init(&n->echo);
	isupport_init(&n->isupport);
	snprintf(n->nick, sizeof(n->nick), "%s", conf->nick);
	snprintf(n->why, sizeof(n->why), "not tried yet");
	return n;
}

void network_free(struct network *n)
{
	if (!n)
		return;
	speak_done(n);
	for (size_t i = 0; i < n->n_channels; i++)
		channel_free(n->channels[i]);
	free(n->channels);
	floods_free(n->speakers);
	floods_free(n->askers);
	echo_done(&n->echo);
	sasl_done(&n->sasl);
	free(n);
}

void network_start(struct network *n)
{
	n->until_us = network_now(n);
	network_settle(n);
}

void network_leave(struct network *n, const char *why)
{
	const struct irc_parts quit = { .command = "QUIT", .text = { why, strlen(why) } };

	if (n->state == NETWORK_LEAVING || n->state == NETWORK_STOPPED)
		return;
	n->is_entered = true;
	if (n->state == NETWORK_REGISTERING || n->state == NETWORK_ONLINE) {
		speak_parts(n, &quit);
		network_enter_state(n, NETWORK_LEAVING, LEAVE_US);
	} else {
		n->e.hang_up(n->e.ctx);
		network_enter_state(n, NETWORK_STOPPED, 0);
	}
	n->is_entered = false;
	network_settle(n);
}

bool network_is_over(const struct network *n)
{
	return n->state == NETWORK_STOPPED;
}

/* Channels */

const char *network_name_fault(const char *channel)
{
	const size_t n = strlen(channel);

	if (n < 2 || !strchr("#&+!", channel[0]))
		return "a channel of IRC begins with #";
	if (n > 64)
		return "a channel's name has at most 64 bytes";
	if (strpbrk(channel, " ,\a\r\n"))
		return "a channel's name has neither space nor comma";
	return NULL;
}

struct channel *network_find(const struct network *n, struct span name)
{
	for (size_t i = 0; i < n->n_channels; i++)
		if (casemap_equal(n->isupport.casemap, name,
				  (struct span){ n->channels[i]->name,
						 strlen(n->channels[i]->name) }))
			return n->channels[i];
	return NULL;
}

bool network_is_me(const struct network *n, struct span nick)
{
	return casemap_equal(n->isupport.casemap, nick, (struct span){ n->nick, strlen(n->nick) });
}

struct channel *network_channel(struct network *n, const char *name, const char *key, void *owner)
{
	struct channel *c;

	if (n->n_channels >= NETWORK_CHANNELS)
		return NULL;
	c = channel_new(name, network_now(n), rng_next(&n->rng));
	c->key = key ? base_dup(key, strlen(key)) : NULL;
	c->owner = owner;
	/* As much as several who speak as fast as they may. */
	flood_init(&c->hear, (n->conf.speak_every_us + CROWD - 1) / CROWD,
		   n->conf.speak_burst * CROWD, network_now(n));
	c->at_us = network_now(n);
	n->channels = base_realloc(n->channels, n->n_channels + 1, sizeof(struct channel *));
	n->channels[n->n_channels++] = c;
	network_settle(n);
	return c;
}

void network_drop_channel(struct network *n, struct channel *c)
{
	const struct irc_parts part = { .command = "PART",
					.middle = { { c->name, strlen(c->name) } } };
	size_t i = 0;

	if (n->state == NETWORK_ONLINE && c->state != CHANNEL_OUT)
		speak_later(n, &part);
	speak_forget(n, c);
	while (n->channels[i] != c)
		i++;
	n->n_channels--;
	memmove(&n->channels[i], &n->channels[i + 1],
		(n->n_channels - i) * sizeof(struct channel *));
	channel_free(c);
	network_settle(n);
}

void network_channel_changed(struct network *n, struct channel *c)
{
	if (c->state == CHANNEL_OUT)
		c->at_us = network_now(n);
	backoff_well(&c->backoff);
	network_settle(n);
	/* Who listens for it now may not know what it takes. */
	speak_window(n, c);
}

/* From the game */

void network_line(struct network *n, struct channel *c, const struct bridge_line *l)
{
	out_line(&c->out, l, c->with_channel);
	if (l->unsure)
		speak_hold(n, c);
	network_settle(n);
	speak_window(n, c);
}

void network_skipped(struct network *n, struct channel *c, uint64_t seq, enum skip_why why,
		     size_t count, int64_t from_ms, int64_t to_ms)
{
	out_skipped(&c->out, seq, why, count, from_ms, to_ms);
	network_settle(n);
}

/* How it is */

static void add_waiting(const struct network *n, struct buf *out)
{
	const uint64_t now = network_now(n);

	if (n->state == NETWORK_WAITING && n->until_us > now)
		buf_addf(out, ", again in %llu s",
			 (unsigned long long)((n->until_us - now + S - 1) / S));
}

/* Our nick and the network's name are what the server says. */
void network_status(const struct network *n, struct buf *out)
{
	struct buf text = { 0 };

	buf_addf(&text, "%s: %s", n->conf.name, states[n->state].name);
	if (n->state == NETWORK_ONLINE)
		buf_addf(&text, " as %s%s%s%s", n->nick, n->is_logged_in ? " (logged in)" : "",
			 n->isupport.network[0] ? " on " : "", n->isupport.network);
	else if (n->why[0])
		buf_addf(&text, ": %s", n->why);
	add_waiting(n, &text);
	buf_addf(&text, "; %llu lines sent, %llu heard", (unsigned long long)n->count.sent,
		 (unsigned long long)n->count.heard);
	clean_line(out, buf_span(&text), true);
	buf_done(&text);
}

void network_channel_status(const struct network *n, const struct channel *c, struct buf *out)
{
	const int64_t oldest_ms = out_oldest_ms(&c->out);

	buf_addf(out, "%s/%s: ", n->conf.name, c->name);
	if (n->state != NETWORK_ONLINE)
		buf_adds(out, "the network is away");
	else if (c->state == CHANNEL_IN)
		buf_addf(out, "joined, %zu people", c->members.n);
	else
		buf_adds(out, channel_state_name(c->state));
	if (c->why[0])
		buf_addf(out, ": %s", c->why);
	buf_addf(out, "; %llu sent, %llu heard, %zu waiting", (unsigned long long)c->sent,
		 (unsigned long long)c->heard, c->out.n);
	if (oldest_ms)
		buf_addf(out, ", the oldest for %lld s",
			 (long long)(clock_wall(n->clock) - oldest_ms) / 1000);
	if (c->repeater_us > network_now(n))
		buf_addf(out, "; not relaying %s, who repeats what we say", c->repeater);
}

/* Sentences, with a space between two. */
static void add_fault(struct buf *why, const char *what, const char *state, const char *reason)
{
	const size_t n = strlen(reason);
	const bool has_end = n && strchr(".!?", reason[n - 1]);

	buf_addf(why, "%s%s is %s%s%s%s", why->n ? " " : "", what, state, n ? ": " : "", reason,
		 has_end ? "" : ".");
}

bool network_is_well(const struct network *n, struct buf *why)
{
	struct buf name = { 0 };

	if (n->state != NETWORK_ONLINE) {
		add_fault(why, n->conf.name, states[n->state].name, n->why);
		return false;
	}
	for (size_t i = 0; i < n->n_channels; i++) {
		const struct channel *c = n->channels[i];

		if (c->state == CHANNEL_IN)
			continue;
		buf_addf(&name, "%s/%s", n->conf.name, c->name);
		buf_addc(&name, '\0');
		add_fault(why, buf_p(&name), channel_state_name(c->state), c->why);
		buf_done(&name);
		return false;
	}
	return true;
}

const struct network_count *network_counts(const struct network *n)
{
	return &n->count;
}
