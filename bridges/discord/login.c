/*
 * login.c - see login.h.
 *
 * A session is stored with the sequence up to which everything is in the game (`settled`), so that the process that
 * resumes it is told the rest again.
 */
#include "bridges/discord/login.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/discord/address.h"
#include "bridges/discord/wsclient.h"
#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/proc.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	STORE_US = SECOND, /* between two versions of the session */
	READ_AGAIN_US = SECOND / 2,
	CONNECT_US = 15 * SECOND,
	/* Servers and their channels, messages, what they say. */
	INTENTS = 1 << 0 | 1 << 9 | 1 << 15,
};

#define SESSION_KEY "session"
#define COUNT_KEY "identifies"

struct login {
	struct login_conf conf;
	struct loop *loop;
	struct gateway gateway;
	struct wsclient *socket;
	struct loop_timer timer, storing, reading, nowhere;
	struct gateway_session stored, kept;
	struct gateway_count kept_count;
	bool has_session, has_count; /* read */
	bool begun, unwell, resumed, ended;
};

static void rearm(struct login *l)
{
	const uint64_t due = gateway_due(&l->gateway);
	const uint64_t now = clock_mono(loop_clock(l->loop));

	if (!l->begun)
		return;
	if (due)
		loop_timer_in(&l->timer, due > now ? due - now : 0);
	else
		loop_timer_stop(&l->timer);
}

static void on_timer(void *ctx)
{
	struct login *l = ctx;

	gateway_tick(&l->gateway);
	rearm(l);
}

/* ---- what is kept ---- */

static void store_session(struct login *l)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	struct gateway_session s = l->gateway.session;

	s.seq = l->conf.settled(l->conf.ctx, s.seq);
	if (s.seq == l->stored.seq && !strcmp(s.id, l->stored.id) && !strcmp(s.url, l->stored.url))
		return;
	buf_adds(&body, "{\"id\":");
	json_quote(&body, (struct span){ s.id, strlen(s.id) });
	buf_adds(&body, ",\"url\":");
	json_quote(&body, (struct span){ s.url, strlen(s.url) });
	buf_addf(&body, ",\"application\":\"%s\",\"user\":\"%s\",\"seq\":%llu}", s.application,
		 s.user, (unsigned long long)s.seq);
	bridge_keep_put(l->conf.bridge, SESSION_KEY, buf_span(&body), NULL, NULL);
	l->stored = s;
}

static void on_storing(void *ctx)
{
	store_session(ctx);
}

/* A session that is not stored is lost when the process dies: a new one is stored at once. */
static void store_soon(struct login *l)
{
	const bool is_new = strcmp(l->gateway.session.id, l->stored.id) != 0;

	if (is_new || !l->storing.pending)
		loop_timer_in(&l->storing, is_new ? 0 : STORE_US);
}

static void take(const json_t *o, const char *key, char *ret, size_t cap)
{
	struct span s;

	if (!jsonin_text(o, key, &s) || s.n >= cap)
		return;
	memcpy(ret, s.p, s.n);
	ret[s.n] = 0;
}

static void begin(struct login *l)
{
	if (!l->has_session || !l->has_count || l->begun || l->ended)
		return;
	l->begun = true;
	l->resumed = *l->kept.id;
	l->stored = l->kept;
	gateway_start(&l->gateway, &l->kept, &l->kept_count);
	rearm(l);
}

static void on_session(void *ctx, const struct span *body, bool failed)
{
	CLEANUP(jsonin_freep) json_t *o = body ? jsonin_object(*body) : NULL;
	struct login *l = ctx;

	if (failed) {
		loop_timer_in(&l->reading, READ_AGAIN_US);
		return;
	}
	take(o, "id", l->kept.id, sizeof(l->kept.id));
	take(o, "url", l->kept.url, sizeof(l->kept.url));
	take(o, "application", l->kept.application, sizeof(l->kept.application));
	take(o, "user", l->kept.user, sizeof(l->kept.user));
	jsonin_count(o, "seq", INT64_MAX, &l->kept.seq);
	l->has_session = true;
	begin(l);
}

static void on_count_read(void *ctx, const struct span *body, bool failed)
{
	CLEANUP(jsonin_freep) json_t *o = body ? jsonin_object(*body) : NULL;
	struct login *l = ctx;
	uint64_t day = 0, n = 0;

	if (failed) {
		loop_timer_in(&l->reading, READ_AGAIN_US);
		return;
	}
	jsonin_count(o, "day", INT32_MAX, &day);
	jsonin_count(o, "n", INT32_MAX, &n);
	l->kept_count = (struct gateway_count){ (int64_t)day, (uint32_t)n };
	l->has_count = true;
	begin(l);
}

/* What has not been read yet. */
static void on_reading(void *ctx)
{
	struct login *l = ctx;

	if (!l->has_session)
		bridge_keep_get(l->conf.bridge, SESSION_KEY, on_session, l);
	if (!l->has_count)
		bridge_keep_get(l->conf.bridge, COUNT_KEY, on_count_read, l);
}

/* ---- the WebSocket ---- */

static void on_open(void *ctx)
{
	struct login *l = ctx;

	gateway_opened(&l->gateway);
	rearm(l);
}

static void on_message(void *ctx, struct span text)
{
	struct login *l = ctx;

	gateway_message(&l->gateway, text);
	store_soon(l);
	rearm(l);
}

static void on_closed(void *ctx, unsigned code, const char *why)
{
	struct login *l = ctx;

	log_info("discord_closed", LOG_U64("code", code),
		 LOG_TEXT("why", ((struct span){ why, strlen(why) })));
	wsclient_free(TAKE(l->socket));
	gateway_closed(&l->gateway, code, why);
	rearm(l);
}

/* ---- what the machine wants ---- */

static void on_bot(void *ctx, const struct rest_answer *a)
{
	const json_t *limit = jsonin_in(a->body, "session_start_limit");
	struct gateway_limits limits = { .remaining = 1, .max_concurrency = 1, .shards = 1 };
	struct login *l = ctx;

	if (a->end == REST_DONE && jsonin_text(a->body, "url", &limits.url)) {
		jsonin_count(a->body, "shards", UINT32_MAX, &limits.shards);
		jsonin_count(limit, "remaining", UINT32_MAX, &limits.remaining);
		jsonin_count(limit, "reset_after", UINT32_MAX, &limits.reset_after_ms);
		jsonin_count(limit, "max_concurrency", UINT32_MAX, &limits.max_concurrency);
		gateway_told(&l->gateway, &limits);
	} else {
		gateway_not_told(&l->gateway, a->end == REST_REFUSED && a->status == 401, a->why);
	}
	rearm(l);
}

static void on_ask(void *ctx)
{
	struct login *l = ctx;

	if (rest_ask(l->conf.rest, &(struct rest_ask){ .method = "GET",
						       .path = "/gateway/bot",
						       .route = "gateway",
						       .repeatable = true,
						       .done = on_bot,
						       .ctx = l }) != 0)
		gateway_not_told(&l->gateway, false, "too many requests wait");
}

static int connect_to(struct login *l, const char *url, struct buf *why)
{
	CLEANUP(buf_done) struct buf target = { 0 };
	const struct wsclient_events e = {
		.open = on_open, .message = on_message, .closed = on_closed, .ctx = l
	};
	struct address a;
	int r;

	if (address_read(&a, "ws", (struct span){ url, strlen(url) }, why) != 0)
		return 1;
	buf_addf(&target, "%s/?v=10&encoding=json", a.path);
	buf_addc(&target, 0);
	r = wsclient_new(&l->socket, l->loop,
			 &(struct wsclient_conf){
				 .host = a.host,
				 .port = a.port,
				 .tls = a.tls,
				 .target = buf_p(&target),
				 .ca_file = l->conf.ca_file,
				 .agent = "DiscordBot (https://mudlark.invalid, " PROC_VERSION ")",
				 .timeout_us = CONNECT_US,
				 .max_message = GATEWAY_MESSAGE,
			 },
			 &e);
	address_done(&a);
	if (r < 0)
		buf_adds(why, "discord.ca_file cannot be read");
	return r < 0 ? 1 : 0;
}

/* In the next turn: the machine is in the middle of beginning the attempt. */
static void on_nowhere(void *ctx)
{
	struct login *l = ctx;

	gateway_closed(&l->gateway, WSCLIENT_CUT, "its address cannot be dialled");
	rearm(l);
}

static void on_connect(void *ctx, const char *url)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	struct login *l = ctx;

	wsclient_free(TAKE(l->socket));
	if (connect_to(l, url, &why) == 0)
		return;
	buf_addc(&why, 0);
	bridge_tell_staff(l->conf.bridge, "gateway", buf_p(&why));
	l->unwell = true;
	loop_timer_soon(&l->nowhere);
}

static void on_send(void *ctx, struct span text)
{
	struct login *l = ctx;

	if (l->socket && wsclient_send(l->socket, text) != 0)
		log_warning("discord_gateway_unsent");
}

static void on_close(void *ctx, unsigned code)
{
	struct login *l = ctx;

	if (l->socket)
		wsclient_close(l->socket, code, "");
}

static void on_counted(void *ctx)
{
	struct login *l = ctx;

	gateway_counted(&l->gateway);
	rearm(l);
}

static void on_count(void *ctx, const struct gateway_count *c)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	struct login *l = ctx;

	buf_addf(&body, "{\"day\":%lld,\"n\":%u}", (long long)c->day, c->identifies);
	bridge_keep_put(l->conf.bridge, COUNT_KEY, buf_span(&body), on_counted, l);
}

static void on_event(void *ctx, const char *name, const json_t *d)
{
	struct login *l = ctx;

	l->conf.event(l->conf.ctx, name, d, l->gateway.session.seq);
}

static void on_changed(void *ctx, enum gateway_state from, enum gateway_state to)
{
	struct login *l = ctx;

	log_info("discord_gateway", LOG_STR("from", gateway_state_name(from)),
		 LOG_STR("to", gateway_state_name(to)), LOG_STR("why", l->gateway.why));
	if (to == GATEWAY_READY)
		l->conf.in(l->conf.ctx, from == GATEWAY_RESUMING);
	if (to == GATEWAY_STOPPED && l->gateway.ending && !l->ended) {
		l->ended = true;
		store_session(l);
		l->conf.ended(l->conf.ctx);
	}
	store_soon(l);
}

static void on_tell(void *ctx, const char *text)
{
	struct login *l = ctx;
	char whole[300];

	if (text)
		snprintf(whole, sizeof(whole), "Discord: %s.", text);
	else
		snprintf(whole, sizeof(whole), "Discord: logged in again.");
	if (text || l->unwell)
		bridge_tell_staff(l->conf.bridge, "gateway", whole);
	l->unwell = text;
}

/* ---- for its owner ---- */

struct login *login_new(const struct login_conf *c)
{
	struct login *l = base_alloc(1, sizeof(*l));
	const struct gateway_conf conf = {
		.token = c->token,
		.url = c->gateway_url,
		.intents = INTENTS,
		.shard = c->shard,
		.shards = c->shards,
		.seed = entropy_id(&entropy_system),
	};
	const struct gateway_io io = {
		.ask = on_ask,
		.connect = on_connect,
		.send = on_send,
		.close = on_close,
		.count = on_count,
		.event = on_event,
		.changed = on_changed,
		.tell = on_tell,
		.ctx = l,
	};

	l->conf = *c;
	l->loop = bridge_loop(c->bridge);
	gateway_init(&l->gateway, &conf, &io, loop_clock(l->loop));
	loop_timer_init(l->loop, &l->timer, on_timer, l);
	loop_timer_init(l->loop, &l->storing, on_storing, l);
	loop_timer_init(l->loop, &l->reading, on_reading, l);
	loop_timer_init(l->loop, &l->nowhere, on_nowhere, l);
	on_reading(l);
	return l;
}

void login_end(struct login *l)
{
	if (!l->begun) {
		l->ended = true;
		l->conf.ended(l->conf.ctx);
		return;
	}
	if (l->gateway.state == GATEWAY_STOPPED && !l->ended) {
		l->ended = true;
		l->conf.ended(l->conf.ctx);
		return;
	}
	gateway_end(&l->gateway);
	rearm(l);
}

const struct gateway *login_gateway(const struct login *l)
{
	return &l->gateway;
}

void login_free(struct login *l)
{
	if (!l)
		return;
	bridge_forget(l->conf.bridge, l);
	rest_forget(l->conf.rest, l);
	wsclient_free(l->socket);
	loop_timer_done(&l->timer);
	loop_timer_done(&l->storing);
	loop_timer_done(&l->reading);
	loop_timer_done(&l->nowhere);
	sodium_memzero(&l->gateway, sizeof(l->gateway));
	free(l);
}
