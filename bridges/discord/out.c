/*
 * out.c - see out.h.
 */
#include "bridges/discord/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridges/backoff.h"
#include "bridges/discord/hook.h"
#include "bridges/discord/match.h"
#include "bridges/discord/piece.h"
#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	LINES = 32, /* that wait here */
	NOTES = 8,
	PAGE = 100,
	PAGES = 10,
	SETTLE_US = 2 * SECOND, /* for a request without an answer to be over */
	RETRY_MIN_US = SECOND,
	RETRY_MAX_US = 60 * SECOND,
	REFUSED_US = 900 * SECOND, /* until it is tried again in vain */
	GUARD = 100,
	KEY = 48,
	UNKNOWN_CHANNEL = 10003,
	UNKNOWN_WEBHOOK = 10015,
	INVALID_WEBHOOK_TOKEN = 50027,
};

enum state { READING, SEEKING, IDLE, HELD, SENDING, CHECKING, STOPPED, STATES };

static const char *const state_names[STATES] = {
	[READING] = "reading what it knows",
	[SEEKING] = "looking for its webhook",
	[IDLE] = "well",
	[HELD] = "held back",
	[SENDING] = "sending",
	[CHECKING] = "looking what is there already",
	[STOPPED] = "stopped",
};

struct kept {
	uint64_t seq;	/* the last line that is outside */
	uint64_t next;	/* a line of which some parts are; 0: none */
	uint64_t parts; /* how many */
	char last[MATCH_ID];
};

struct out {
	struct bridge *bridge;
	struct rest *rest;
	const struct names *names;
	struct bridge_stream *stream; /* NULL while READING */
	struct stream_spec spec;      /* its lists are the caller's, who outlives us */
	struct piece_style style;
	char *id, *avatar;
	char key[KEY];
	struct hook hook;
	enum state state;
	char why[REST_WHY]; /* of STOPPED */
	struct pieces queue;
	size_t lines, notes;
	size_t under_way; /* pieces that are being sent */
	struct kept kept;
	uint64_t stored; /* `seq` of what is durable, or about to be */
	bool storing, changed;
	bool ending;
	bool unwell; /* staff were told so */
	struct match_history history;
	unsigned pages;
	struct loop_timer timer;
	struct backoff backoff;
	bool held;	      /* the rate limit made us wait: what can be joined is */
	uint64_t said[GUARD]; /* hashes of what we sent last */
	size_t n_said;
	uint64_t sent;
};

static void pump(struct out *o);
static void on_kept(void *ctx, const struct span *body, bool failed);

static void want(struct out *o)
{
	const bool open = o->state > SEEKING && o->state != STOPPED && !o->ending;

	if (o->stream)
		bridge_want(o->stream, open && o->lines < LINES ? LINES - o->lines : 0);
}

static void enter(struct out *o, enum state s)
{
	o->state = s;
	loop_timer_stop(&o->timer);
	want(o);
}

static void hold(struct out *o, uint64_t us)
{
	enter(o, HELD);
	loop_timer_in(&o->timer, us);
}

/* Tried again after a long while: somebody may have put it right. */
static void stop(struct out *o, const char *why)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	snprintf(o->why, sizeof(o->why), "%s", why);
	enter(o, STOPPED);
	if (!o->hook.given)
		loop_timer_in(&o->timer, REFUSED_US);
	buf_adds(&text, "Nothing is told in ");
	names_show(o->names, o->id, &text);
	buf_addf(&text, " on Discord: %s.", o->why);
	buf_addc(&text, 0);
	bridge_tell_staff(o->bridge, o->key, buf_p(&text));
	o->unwell = true;
}

static void tell_well(struct out *o)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	if (!o->unwell)
		return;
	o->unwell = false;
	buf_adds(&text, "Lines are told again in ");
	names_show(o->names, o->id, &text);
	buf_adds(&text, " on Discord.");
	buf_addc(&text, 0);
	bridge_tell_staff(o->bridge, o->key, buf_p(&text));
}

/* ---- what is kept ---- */

static void on_stored(void *ctx);

static void store(struct out *o)
{
	CLEANUP(buf_done) struct buf body = { 0 };

	o->changed = true;
	if (o->storing)
		return;
	o->changed = false;
	o->storing = true;
	o->stored = o->kept.seq;
	buf_addf(&body, "{\"seq\":%llu,\"next\":%llu,\"parts\":%llu,\"last\":\"%s\"}",
		 (unsigned long long)o->kept.seq, (unsigned long long)o->kept.next,
		 (unsigned long long)o->kept.parts, o->kept.last);
	bridge_keep_put(o->bridge, o->key, buf_span(&body), on_stored, o);
}

static void on_stored(void *ctx)
{
	struct out *o = ctx;

	o->storing = false;
	if (o->stored)
		bridge_sent(o->stream, o->stored);
	if (o->changed)
		store(o);
}

static bool is_id(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n < MATCH_ID;
}

static void read_kept(struct out *o, struct span body)
{
	CLEANUP(jsonin_freep) json_t *k = jsonin_object(body);
	struct span last;

	jsonin_count(k, "seq", INT64_MAX, &o->kept.seq);
	jsonin_count(k, "next", INT64_MAX, &o->kept.next);
	jsonin_count(k, "parts", INT64_MAX, &o->kept.parts);
	jsonin_text(k, "last", &last);
	if (is_id(last))
		memcpy(o->kept.last, last.p, last.n);
}

/* The first n pieces are outside, or given up. `id` "": no message shows it. */
static void confirm(struct out *o, size_t n, const char *id)
{
	while (n--) {
		const struct piece *p = TAILQ_FIRST(&o->queue);

		if (!p->seq) {
			o->notes--;
			if (p->upto > o->kept.seq)
				o->kept.seq = p->upto;
		} else if (p->last) {
			o->kept.seq = p->seq;
			o->kept.next = o->kept.parts = 0;
			o->lines--;
		} else {
			o->kept.next = p->seq;
			o->kept.parts = p->part + 1;
		}
		pieces_drop(&o->queue);
	}
	if (*id)
		snprintf(o->kept.last, sizeof(o->kept.last), "%s", id);
	store(o);
}

/* ---- what may be outside already ---- */

static size_t unsure_pieces(const struct out *o, size_t *ret_lines)
{
	const struct piece *p;
	size_t n = 0;

	*ret_lines = 0;
	TAILQ_FOREACH(p, &o->queue, entry)
	{
		if (!p->unsure)
			break;
		*ret_lines += p->last && p->seq;
		n++;
	}
	return n;
}

/* In the place of the game's lines up to `upto`; 0: of none. */
static void put_note_of(struct out *o, uint64_t upto, const char *text)
{
	struct piece *p = piece_note(text);

	o->notes++;
	p->upto = upto;
	TAILQ_INSERT_TAIL(&o->queue, p, entry);
}

static void put_note(struct out *o, const char *text, bool first)
{
	struct piece *p;

	if (o->notes >= NOTES)
		return;
	o->notes++;
	p = piece_note(text);
	if (first)
		TAILQ_INSERT_HEAD(&o->queue, p, entry);
	else
		TAILQ_INSERT_TAIL(&o->queue, p, entry);
}

/* Nobody can tell: they are not sent again, and it is said that they may be missing. */
static void give_up_unsure(struct out *o)
{
	size_t lines, n = unsure_pieces(o, &lines);
	char text[80];

	confirm(o, n, "");
	snprintf(text, sizeof(text), "(up to %zu line%s may be missing here)", lines,
		 lines == 1 ? "" : "s");
	if (lines)
		put_note(o, text, true);
}

static void conclude(struct out *o, bool complete)
{
	char last[MATCH_ID];
	const size_t n = match_pieces(&o->history, &o->queue, last);
	struct piece *p;

	log_info("discord_history_read", LOG_STR("channel", o->id), LOG_U64("found", n));
	match_done(&o->history);
	confirm(o, n, last);
	if (!complete)
		give_up_unsure(o);
	TAILQ_FOREACH(p, &o->queue, entry)
	p->unsure = false;
	enter(o, IDLE);
	pump(o);
}

static void ask_page(struct out *o, const char *after);

static void on_page(void *ctx, const struct rest_answer *a)
{
	struct out *o = ctx;
	char newest[MATCH_ID];
	size_t n;

	if (a->end == REST_REFUSED) {
		match_done(&o->history);
		give_up_unsure(o);
		enter(o, IDLE);
		pump(o);
		return;
	}
	if (a->end != REST_DONE || !json_is_array(a->body)) {
		match_done(&o->history);
		hold(o, backoff_next(&o->backoff));
		return;
	}
	match_page(&o->history, a->body, o->hook.id, newest, &n);
	o->pages++;
	if (n >= PAGE && *o->kept.last && o->pages < PAGES)
		ask_page(o, newest);
	else
		/* The last one that was sent is asked for, too: without it the right to read is missing. */
		conclude(o, *o->kept.last ? *newest && n < PAGE : true);
}

static void ask_page(struct out *o, const char *after)
{
	char path[120], route[64];

	snprintf(path, sizeof(path), "/channels/%s/messages?limit=%d%s%s", o->id, PAGE,
		 *after ? "&after=" : "", after);
	snprintf(route, sizeof(route), "history channels/%s", o->id);
	if (rest_ask(o->rest, &(struct rest_ask){ .method = "GET",
						  .path = path,
						  .route = route,
						  .repeatable = true,
						  .done = on_page,
						  .ctx = o }) != 0)
		hold(o, backoff_next(&o->backoff));
}

static void check(struct out *o)
{
	char after[MATCH_ID] = "";

	enter(o, CHECKING);
	o->pages = 0;
	if (*o->kept.last)
		snprintf(after, sizeof(after), "%llu", strtoull(o->kept.last, NULL, 10) - 1);
	snprintf(o->history.skip, sizeof(o->history.skip), "%s", o->kept.last);
	ask_page(o, after);
}

/* ---- sending ---- */

static uint64_t hash_text(struct span text)
{
	static const uint8_t key[16];
	CLEANUP(buf_done) struct buf folded = { 0 };

	match_fold(&folded, text);
	return map_siphash(key, buf_p(&folded), folded.n);
}

static void remember_said(struct out *o)
{
	const struct piece *p = TAILQ_FIRST(&o->queue);

	for (size_t i = 0; i < o->under_way; i++, p = TAILQ_NEXT(p, entry))
		o->said[o->n_said++ % GUARD] = hash_text((struct span){ p->text, strlen(p->text) });
}

bool out_has_said(const struct out *o, struct span text)
{
	const uint64_t h = hash_text(text);

	for (size_t i = 0; i < GUARD && i < o->n_said; i++)
		if (o->said[i] == h)
			return true;
	return false;
}

static void on_done(struct out *o, const json_t *message)
{
	struct span id;
	char last[MATCH_ID] = "";

	if (jsonin_text(message, "id", &id) && is_id(id))
		memcpy(last, id.p, id.n);
	o->sent++;
	hook_worked(&o->hook);
	backoff_well(&o->backoff);
	remember_said(o);
	confirm(o, o->under_way, last);
	enter(o, IDLE);
	pump(o);
}

/* A message that Discord will not have: the next may be better. */
static void give_up(struct out *o, const struct rest_answer *a)
{
	const bool note = !TAILQ_FIRST(&o->queue)->seq;

	log_warning("discord_message_refused", LOG_STR("channel", o->id), LOG_STR("why", a->why));
	confirm(o, o->under_way, "");
	if (!note)
		put_note(o, "(a line could not be shown here)", true);
	enter(o, IDLE);
	pump(o);
}

static void on_refused(struct out *o, const struct rest_answer *a)
{
	if (a->code == UNKNOWN_WEBHOOK || a->code == INVALID_WEBHOOK_TOKEN ||
	    (a->status == 404 && !a->code)) {
		enter(o, SEEKING);
		hook_lost(&o->hook);
	} else if (a->code == UNKNOWN_CHANNEL || a->status == 401 || a->status == 403) {
		stop(o, a->why);
	} else {
		give_up(o, a);
	}
}

static void on_unknown(struct out *o)
{
	struct piece *p = TAILQ_FIRST(&o->queue);

	for (size_t i = 0; i < o->under_way; i++, p = TAILQ_NEXT(p, entry))
		p->unsure = true;
	hold(o, SETTLE_US);
}

static void on_answer(void *ctx, const struct rest_answer *a)
{
	struct out *o = ctx;

	if (a->end == REST_DONE)
		on_done(o, a->body);
	else if (a->end == REST_REFUSED)
		on_refused(o, a);
	else if (a->end == REST_UNKNOWN)
		on_unknown(o);
	else
		hold(o, backoff_next(&o->backoff));
}

static void route_of(const struct out *o, char ret[64])
{
	snprintf(ret, 64, "execute webhooks/%s", o->hook.id);
}

static void send_now(struct out *o)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	char path[HOOK_ID + HOOK_TOKEN + 40], route[64];

	o->under_way = o->held ? pieces_joined(&o->queue) : 1;
	o->held = false;
	pieces_body(&o->queue, o->under_way, &body);
	snprintf(path, sizeof(path), "/webhooks/%s/%s?wait=true", o->hook.id, o->hook.token);
	route_of(o, route);
	enter(o, SENDING);
	if (rest_ask(o->rest, &(struct rest_ask){
				      .method = "POST",
				      .path = path,
				      .route = route,
				      .body = buf_span(&body),
				      .bare = true,
				      .done = on_answer,
				      .ctx = o,
			      }) != 0)
		hold(o, backoff_next(&o->backoff));
}

/* Goes on with what is next. */
static void pump(struct out *o)
{
	const struct piece *p = TAILQ_FIRST(&o->queue);
	char route[64];
	uint64_t us;

	if (o->state != IDLE || !p || o->ending)
		return;
	if (p->unsure) {
		check(o);
		return;
	}
	route_of(o, route);
	us = rest_wait(o->rest, route);
	if (us == 0) {
		send_now(o);
		return;
	}
	o->held = true;
	hold(o, us);
}

static void on_timer(void *ctx)
{
	struct out *o = ctx;

	if (o->state == READING) {
		bridge_keep_get(o->bridge, o->key, on_kept, o);
	} else if (o->state == HELD) {
		enter(o, IDLE);
		pump(o);
	} else if (o->state == STOPPED || o->state == SEEKING) {
		enter(o, SEEKING);
		hook_seek(&o->hook);
	}
}

static void on_hook(void *ctx)
{
	struct out *o = ctx;

	if (o->state != SEEKING)
		return;
	if (o->hook.state == HOOK_READY) {
		tell_well(o);
		enter(o, IDLE);
		pump(o);
	} else if (o->hook.state == HOOK_REFUSED) {
		stop(o, o->hook.why);
	} else {
		loop_timer_in(&o->timer, backoff_next(&o->backoff));
	}
}

/* ---- the stream ---- */

/* Parts of a line that went before the process ended. */
static void drop_known(struct out *o, struct pieces *line)
{
	while (!TAILQ_EMPTY(line) && TAILQ_FIRST(line)->seq == o->kept.next &&
	       TAILQ_FIRST(line)->part < o->kept.parts)
		pieces_drop(line);
}

static void on_line(void *ctx, const struct bridge_line *line)
{
	struct out *o = ctx;
	struct pieces made = TAILQ_HEAD_INITIALIZER(made);

	if (line->seq <= o->kept.seq) {
		store(o);
		return;
	}
	pieces_of_line(&made, line, &o->style);
	drop_known(o, &made);
	if (TAILQ_EMPTY(&made)) {
		o->kept.seq = line->seq;
		store(o);
		return;
	}
	o->lines++;
	TAILQ_CONCAT(&o->queue, &made, entry);
	pump(o);
}

static void on_skipped(void *ctx, uint64_t seq, enum skip_why why, size_t n, int64_t from_ms,
		       int64_t to_ms)
{
	struct out *o = ctx;
	const time_t from = (time_t)(from_ms / 1000), to = (time_t)(to_ms / 1000);
	char text[160], since[32] = "", until[32] = "";
	struct tm tm;

	if (gmtime_r(&from, &tm))
		strftime(since, sizeof(since), "%H:%M", &tm);
	if (gmtime_r(&to, &tm))
		strftime(until, sizeof(until), "%H:%M UTC", &tm);
	if (why == SKIP_LOST || !n)
		snprintf(text, sizeof(text), "(some lines were lost here)");
	else
		snprintf(text, sizeof(text), "(%zu line%s from %s to %s %s left out)", n,
			 n == 1 ? "" : "s", since, until, n == 1 ? "was" : "were");
	put_note_of(o, seq, text);
	pump(o);
}

void out_note(struct out *o, const char *text)
{
	put_note(o, text, false);
	pump(o);
}

static void on_kept(void *ctx, const struct span *body, bool failed)
{
	struct out *o = ctx;
	const struct stream_events e = { .line = on_line, .skipped = on_skipped, .ctx = o };

	if (failed) {
		loop_timer_in(&o->timer, RETRY_MIN_US / 2);
		return;
	}
	if (body)
		read_kept(o, *body);
	o->stored = o->kept.seq;
	o->stream = bridge_stream_open(o->bridge, &o->spec, &e);
	enter(o, SEEKING);
	hook_seek(&o->hook);
}

int out_new(struct out **ret, const struct out_conf *c)
{
	struct out *o = base_alloc(1, sizeof(*o));

	o->bridge = c->bridge;
	o->rest = c->rest;
	o->names = c->names;
	o->spec = c->spec;
	o->id = base_dup(c->id, strlen(c->id));
	o->avatar = base_dup(c->avatar, strlen(c->avatar));
	o->style = (struct piece_style){ o->avatar, c->tell_channel };
	snprintf(o->key, sizeof(o->key), "out/%s", o->id);
	TAILQ_INIT(&o->queue);
	loop_timer_init(bridge_loop(c->bridge), &o->timer, on_timer, o);
	backoff_init(&o->backoff, RETRY_MIN_US, RETRY_MAX_US, entropy_id(&entropy_system));
	if (hook_init(&o->hook, c->rest, o->id, c->webhook, on_hook, o) != 0) {
		out_free(o);
		return 1;
	}
	bridge_keep_get(o->bridge, o->key, on_kept, o);
	*ret = o;
	return 0;
}

void out_end(struct out *o)
{
	o->ending = true;
	want(o);
}

void out_free(struct out *o)
{
	if (!o)
		return;
	bridge_forget(o->bridge, o);
	rest_forget(o->rest, o);
	if (o->stream)
		bridge_stream_close(o->stream);
	hook_done(&o->hook);
	loop_timer_done(&o->timer);
	pieces_done(&o->queue);
	match_done(&o->history);
	free(o->id);
	free(o->avatar);
	free(o);
}

bool out_is_own(const struct out *o, struct span webhook_id)
{
	return webhook_id.n && webhook_id.n == strlen(o->hook.id) &&
	       !memcmp(webhook_id.p, o->hook.id, webhook_id.n);
}

bool out_is_busy(const struct out *o)
{
	return o->state == SENDING || o->storing;
}

bool out_is_well(const struct out *o)
{
	return o->state > SEEKING && o->state != STOPPED;
}

uint64_t out_sent(const struct out *o)
{
	return o->sent;
}

void out_status(const struct out *o, struct buf *to)
{
	buf_adds(to, state_names[o->state]);
	if (o->state == STOPPED)
		buf_addf(to, ": %s", o->why);
	if (o->lines)
		buf_addf(to, ", %zu waiting", o->lines);
	if (o->stream && bridge_stream_muted(o->stream))
		buf_adds(to, ", muted");
	buf_addf(to, ", %llu sent", (unsigned long long)o->sent);
}
