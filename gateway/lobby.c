/*
 * lobby.c - see lobby.h.
 *
 * lobby_pump() is the heart: whatever happens to a session ends with it, and it sends what its state allows
 * to send, or puts the session on the list of what it waits for.  Nothing here goes through all
 * sessions but the coming and going of the world.
 */
#include "gateway/lobby.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/group.h"
#include "gateway/inbox.h"
#include "gateway/resume.h"
#include "gateway/tell.h"
#include "rt/log.h"
#include "rt/trace.h"

enum {
	TRUSTED_QUEUE = 100000,	 /* the operator pipes whole files in; no rate either */
	LOBBY_AWAY_US = 1000000, /* the world may be away so long before players are told */
	LOBBY_DELAY_US = 10000,	 /* how often lines above the rate are looked at */
	LOBBY_FAREWELLS = 65536,
};

static const char away_line[] = "{system}The world holds its breath; what you type is kept.{/}";
static const char back_line[] = "{system}The world breathes again.{/}";
static const char lost_line[] = "{system}What you typed meanwhile is set aside.{/}";
static const char forgotten_line[] = "{system}The question is forgotten; ask again.{/}";
static const char full_line[] = "{system}Too many of your lines are waiting; "
				"this one was not taken.{/}";
static const char late_line[] = "{system}You took too long to log in. Come back any time.{/}";

static uint64_t now_us(const struct lobby *l)
{
	return clock_mono(l->clock);
}

void lobby_init(struct lobby *l, const struct lobby_conf *conf, const struct lobby_io *io,
		const struct clock *clock, const struct entropy *entropy)
{
	*l = (struct lobby){ .conf = conf, .io = *io, .clock = clock, .entropy = entropy };
	map64_init(&l->sessions, 0);
	map64_init(&l->groups, 0);
	TAILQ_INIT(&l->blocked);
	TAILQ_INIT(&l->delayed);
	TAILQ_INIT(&l->strangers);
	arena_init(&l->arena, 0);
	l->down_us = now_us(l);
}

/* Waiting */

static struct session_list *list_of(struct session *s)
{
	return s->wait == WAIT_ROOM ? &s->lobby->blocked : &s->lobby->delayed;
}

static void wait_for(struct session *s, enum session_wait what)
{
	if (s->wait == what)
		return;
	if (s->wait != WAIT_NOTHING)
		TAILQ_REMOVE(list_of(s), s, waiting);
	s->wait = (uint8_t)what;
	if (what == WAIT_RATE && TAILQ_EMPTY(&s->lobby->delayed))
		s->lobby->delay_us = now_us(s->lobby) + LOBBY_DELAY_US;
	if (what != WAIT_NOTHING)
		TAILQ_INSERT_TAIL(list_of(s), s, waiting);
}

static void add_stranger(struct session *s)
{
	struct lobby *l = s->lobby;

	if (s->trusted || s->login_by_us != 0 || l->conf->login_timeout_us == 0)
		return;
	s->login_by_us = now_us(l) + l->conf->login_timeout_us;
	s->prolong_by_us = now_us(l) + (LOBBY_LOGIN_TIMES - 1) * l->conf->login_timeout_us;
	TAILQ_INSERT_TAIL(&l->strangers, s, strangers);
	l->n_strangers++;
}

static void drop_stranger(struct session *s)
{
	if (s->login_by_us == 0)
		return;
	s->login_by_us = 0;
	TAILQ_REMOVE(&s->lobby->strangers, s, strangers);
	s->lobby->n_strangers--;
}

/* A line was typed. Whoever comes to the end of the list is the last to go, so it stays in order. */
static void prolong_login(struct session *s, uint64_t now)
{
	struct lobby *l = s->lobby;

	if (s->login_by_us == 0 || now > s->prolong_by_us)
		return;
	s->login_by_us = now + l->conf->login_timeout_us;
	TAILQ_REMOVE(&l->strangers, s, strangers);
	TAILQ_INSERT_TAIL(&l->strangers, s, strangers);
}

void lobby_touch(struct session *s)
{
	struct lobby *l = s->lobby;

	if (s->touched)
		return;
	s->touched = true;
	if (l->n_touched == l->cap_touched) {
		l->cap_touched = l->cap_touched > 0 ? l->cap_touched * 2 : 16;
		l->touched = base_realloc(l->touched, l->cap_touched, sizeof(*l->touched));
	}
	l->touched[l->n_touched++] = s->id;
}

/* Sending */

/* A token bucket, kept as the time at which it is full again. */
static bool take_rate(struct session *s, uint64_t now)
{
	const struct lobby_conf *c = s->lobby->conf;
	uint64_t interval, full;

	if (c->rate == 0 || s->trusted)
		return true;
	interval = 1000000 / c->rate;
	full = s->rate_us > now ? s->rate_us : now;
	if (c->burst > 0 && full - now > (c->burst - 1) * interval)
		return false;
	s->rate_us = full + interval;
	return true;
}

/* The time that a line takes is counted from here, over the worlds it may need. */
static void note_sent(struct session *s, uint64_t now)
{
	const struct lobby_io *io = &s->lobby->io;
	struct session_line *line = session_head(s);

	log_debug("line_sent", LOG_TRACE(s->id, session_done(s) + 1), LOG_ID("session", s->id));
	if (line->sent_us > 0)
		return;
	line->sent_us = now;
	if (io->line_sent)
		io->line_sent(io->ctx, s, now);
}

static void note_done(struct session *s)
{
	const struct lobby_io *io = &s->lobby->io;
	const struct session_line *line = session_head(s);

	log_debug("line_done", LOG_TRACE(s->id, session_done(s) + 1), LOG_ID("session", s->id));
	if (line->sent_us > 0 && io->line_done)
		io->line_done(io->ctx, s, now_us(s->lobby));
}

static enum session_wait send_lines(struct session *s)
{
	uint64_t now, rate = s->rate_us;

	if (s->n_lines == 0 || s->sent)
		return WAIT_NOTHING;
	now = now_us(s->lobby);
	if (!take_rate(s, now))
		return WAIT_RATE;
	if (s->hidden)
		session_head(s)->secret = true;
	if (!tell_line(s->lobby, s)) {
		s->rate_us = rate;
		return WAIT_ROOM;
	}
	s->sent = true;
	note_sent(s, now);
	return WAIT_NOTHING;
}

static enum session_wait send_some(struct session *s)
{
	struct lobby *l = s->lobby;

	if (!l->up)
		return WAIT_NOTHING; /* lobby_up() looks at everybody */
	if (l->full)
		return WAIT_ROOM;
	switch (s->state) {
	case SESSION_NEW:
		if (!tell_open(l, s))
			return WAIT_ROOM;
		session_enter(s, SESSION_OPENING);
		s->caps_changed = false;
		return WAIT_NOTHING;
	case SESSION_DETACHED:
		if (!tell_attach(l, s))
			return WAIT_ROOM;
		session_enter(s, SESSION_ATTACHING);
		s->caps_changed = false;
		if (s->resume)
			s->resume->world_due = false;
		return WAIT_NOTHING;
	case SESSION_LIVE:
		if (s->caps_changed && !tell_caps(l, s))
			return WAIT_ROOM;
		s->caps_changed = false;
		if (s->resume && !lobby_tell_resume(s))
			return WAIT_ROOM;
		if (s->resume && s->resume->wish)
			return WAIT_NOTHING; /* whose lines they are is not known yet */
		return send_lines(s);
	default:
		return WAIT_NOTHING;
	}
}

void lobby_pump(struct session *s)
{
	wait_for(s, send_some(s));
}

static void send_farewells(struct lobby *l)
{
	size_t n = 0;

	while (l->up && !l->full && n < l->n_farewells && tell_closed(l, &l->farewells[n]))
		n++;
	l->n_farewells -= n;
	if (l->n_farewells > 0) {
		memmove(l->farewells, l->farewells + n, l->n_farewells * sizeof(*l->farewells));
	} else {
		free(l->farewells);
		l->farewells = NULL;
	}
}

/* Speaking */

void lobby_text(struct session *s, struct lobby_text *t)
{
	if (t->id == 0)
		t->id = ++s->lobby->text_id;
	s->lobby->io.text(s->lobby->io.ctx, s, t);
}

static void say(struct session *s, const char *markup, bool answer)
{
	struct lobby_text t = {
		.markup = { markup, strlen(markup) },
		.class = MUDLARK__TEXT_CLASS__TEXT_SYSTEM,
		.answer = answer,
	};

	lobby_text(s, &t);
}

void lobby_say(struct session *s, const char *markup)
{
	say(s, markup, false);
}

static void say_away(struct session *s)
{
	if (s->told_away)
		return;
	s->told_away = true;
	say(s, away_line, true);
}

static void say_back(struct session *s)
{
	if (!s->told_away)
		return;
	s->told_away = false;
	say(s, back_line, s->n_lines == 0);
}

/* Coming and going */

struct session *lobby_get(struct lobby *l, uint64_t id)
{
	struct session *s = id ? map64_get(&l->sessions, id) : NULL;

	if (!s)
		l->stats.orphans++;
	return s;
}

struct session *lobby_open(struct lobby *l, const struct lobby_guest *guest)
{
	struct session *s;
	uint64_t id;

	do
		id = entropy_id(l->entropy);
	while (map64_get(&l->sessions, id));
	s = session_new(id, guest->peer, guest->trusted);
	s->lobby = l;
	s->owner = guest->owner;
	s->via = guest->via ? guest->via : "";
	s->exempt = guest->exempt;
	map64_put(&l->sessions, id, s);
	log_info("session_opened", LOG_ID("session", id), LOG_STR("peer", guest->peer));
	add_stranger(s);
	if (l->told_away)
		say_away(s);
	lobby_pump(s);
	return s;
}

/* The world is told, now or when it is there, and the session is freed. */
static void bury(struct session *s, const char *reason)
{
	struct lobby *l = s->lobby;

	log_info("session_closed", LOG_ID("session", s->id), LOG_STR("reason", reason),
		 LOG_U64("lines", s->numbered), LOG_INT("undone", s->n_lines));
	if (s->state != SESSION_NEW && l->n_farewells < LOBBY_FAREWELLS) {
		size_t n = l->n_farewells + 1;

		l->farewells = base_realloc(l->farewells, n, sizeof(*l->farewells));
		l->farewells[l->n_farewells++] = (struct lobby_farewell){ s->id, reason };
	}
	session_enter(s, SESSION_ENDED);
	wait_for(s, WAIT_NOTHING);
	drop_stranger(s);
	group_enter(&l->groups, s, 0);
	map64_del(&l->sessions, s->id);
	l->stats.queued -= s->n_lines;
	session_free(s);
	send_farewells(l);
}

void lobby_hangup(struct session *s, const char *reason)
{
	bury(s, reason);
}

void lobby_end(struct session *s, const char *reason, const char *markup)
{
	if (markup)
		say(s, markup, false);
	s->lobby->io.close(s->lobby->io.ctx, s, reason);
	bury(s, reason);
}

void lobby_eof(struct session *s)
{
	s->eof = true;
	if (s->n_lines == 0)
		lobby_end(s, "eof", NULL);
}

void lobby_done(struct lobby *l)
{
	uint64_t id;
	size_t it = 0;
	void *s;

	while (map64_next(&l->sessions, &it, &id, &s)) {
		group_enter(&l->groups, s, 0);
		session_free(s);
	}
	map64_done(&l->sessions);
	map64_done(&l->groups);
	arena_done(&l->arena);
	mssp_done(&l->mssp);
	free(l->farewells);
	free(l->touched);
}

/* What clients do */

void lobby_line(struct session *s, struct span text)
{
	lobby_line_tagged(s, text, 0, false);
}

/* A client's own number, if it is a new one. */
static bool take_tag(struct session *s, uint64_t tag)
{
	if (!s->resume || tag == 0)
		return true;
	if (tag <= s->resume->taken)
		return false;
	s->resume->taken = tag;
	return true;
}

void lobby_line_tagged(struct session *s, struct span text, uint64_t tag, bool secret)
{
	struct lobby *l = s->lobby;
	const size_t max = s->trusted ? TRUSTED_QUEUE : l->conf->input_queue;
	const uint64_t now = now_us(l);

	if (!take_tag(s, tag))
		return;
	if (session_add_line(s, text, tag, max, now) != 0) {
		l->stats.refused++;
		if (!s->told_full)
			lobby_say(s, full_line);
		s->told_full = true;
		lobby_touch(s);
		return;
	}
	if (secret)
		session_set_secret(s);
	l->stats.lines++;
	l->stats.queued++;
	log_debug("line_taken", LOG_TRACE(s->id, s->numbered), LOG_ID("session", s->id),
		  LOG_U64("line", s->numbered));
	prolong_login(s, now);
	if (!l->up)
		say_away(s);
	lobby_pump(s);
}

void lobby_data(struct session *s, struct span package, struct span json)
{
	struct lobby *l = s->lobby;

	if (!l->up || l->full || s->state != SESSION_LIVE || !take_rate(s, now_us(l)) ||
	    !tell_data(l, s, package, json))
		log_debug("data_dropped", LOG_ID("session", s->id), LOG_TEXT("package", package));
}

void lobby_caps(struct session *s)
{
	s->caps_changed = true;
	lobby_touch(s);
}

/* What the world does */

void lobby_last_done(struct session *s, uint64_t seq)
{
	if (s->n_lines > 0 && session_done(s) < seq)
		note_done(s);
}

void lobby_finish(struct session *s, uint64_t seq)
{
	struct lobby *l = s->lobby;
	uint32_t before = s->n_lines;

	lobby_last_done(s, seq);
	session_finish(s, seq);
	l->stats.queued -= before - s->n_lines;
	if (s->eof && s->n_lines == 0)
		lobby_end(s, "eof", NULL);
	else
		lobby_pump(s);
}

/* A new world does not know the session: it is as good as just connected. */
static void start_anew(struct session *s)
{
	struct lobby *l = s->lobby;
	size_t n = session_drop_lines(s);

	if (s->resume)
		s->resume->done = s->resume->taken;
	l->stats.queued -= n;
	l->stats.dropped += n;
	group_enter(&l->groups, s, 0);
	s->playing = false;
	add_stranger(s);
	if (n > 0)
		lobby_say(s, lost_line);
	s->told_away = false;
}

/*
 * Behind a world that died come the durable records of its last moments, before the new world's answer
 * to the attach, which is never durable. Only what the store knows, too, may be taken for an answer.
 */
static bool is_history(const struct session *s, const Mudlark__SessionState *m)
{
	if (!s->lobby->durable)
		return false;
	return s->state == SESSION_DETACHED || (s->state == SESSION_ATTACHING && !m->playing);
}

void lobby_state(struct session *s, const Mudlark__SessionState *m)
{
	bool known = m->resumed || m->playing;
	bool attached = s->state == SESSION_ATTACHING;

	if (is_history(s, m))
		return;
	if (attached && !known)
		start_anew(s);
	if (attached || s->state == SESSION_OPENING) {
		session_enter(s, SESSION_LIVE);
		say_back(s);
	}
	if (m->playing && !s->playing)
		log_info("session_playing", LOG_ID("session", s->id), LOG_STR("who", m->who));
	s->playing = m->playing;
	if (s->playing)
		drop_stranger(s);
	else
		add_stranger(s);
	if (attached && known && s->hidden && !m->hide_input)
		lobby_say(s, forgotten_line);
	if (s->hidden != m->hide_input) {
		s->hidden = m->hide_input;
		s->lobby->io.hide(s->lobby->io.ctx, s);
	}
	lobby_finish(s, attached && known ? m->applied : 0);
}

void lobby_up(struct lobby *l, enum link_up how)
{
	uint64_t id;
	size_t it = 0;
	void *value;

	log_info("world_up", LOG_STR("how", how == LINK_FRESH ? "fresh" : "resumed"));
	l->up = true;
	l->full = l->told_away = false;
	while (map64_next(&l->sessions, &it, &id, &value)) {
		struct session *s = value;

		if (how == LINK_FRESH) {
			if (s->state == SESSION_OPENING)
				session_enter(s, SESSION_NEW);
			else if (s->state == SESSION_LIVE || s->state == SESSION_ATTACHING)
				session_enter(s, SESSION_DETACHED);
			s->sent = false;
			if (s->resume)
				resume_sent(s->resume, false);
		} else {
			say_back(s);
		}
		lobby_pump(s);
	}
	send_farewells(l);
}

void lobby_down(struct lobby *l)
{
	if (!l->up)
		return;
	log_warning("world_away", LOG_INT("sessions", l->sessions.n));
	l->up = false;
	l->down_us = now_us(l);
}

void lobby_room(struct lobby *l)
{
	struct session *s;

	l->full = false;
	send_farewells(l);
	while (!l->full && (s = TAILQ_FIRST(&l->blocked))) {
		wait_for(s, WAIT_NOTHING);
		lobby_pump(s);
	}
}

void lobby_record(struct lobby *l, struct span record)
{
	const Mudlark__GatewayIn *m =
		(const void *)route_unpack(&mudlark__gateway_in__descriptor, record, &l->arena);

	if (!m) {
		l->stats.malformed++;
		log_error("record_malformed", LOG_INT("bytes", record.n));
#ifndef MUT_NO_OUTPUT_DEDUP
	} else if (m->oseq > 0 && m->oseq <= l->oseq) {
		l->stats.repeated++;
#endif
	} else {
		l->durable = m->oseq > 0;
		if (l->durable)
			l->oseq = m->oseq;
		inbox_take(l, m);
	}
	arena_reset(&l->arena);
}

/* Time */

void lobby_flush(struct lobby *l)
{
	size_t n = l->n_touched;

	for (size_t i = 0; i < n; i++) {
		struct session *s = map64_get(&l->sessions, l->touched[i]);

		if (!s)
			continue;
		s->touched = false;
		s->told_full = false;
		lobby_pump(s);
	}
	l->n_touched = 0;
}

uint64_t lobby_due(const struct lobby *l)
{
	const struct session *stranger = TAILQ_FIRST(&l->strangers);
	uint64_t due = UINT64_MAX;

	if (!l->up && !l->told_away)
		due = l->down_us + LOBBY_AWAY_US;
	if (!TAILQ_EMPTY(&l->delayed) && l->delay_us < due)
		due = l->delay_us;
	if (stranger && stranger->login_by_us < due)
		due = stranger->login_by_us;
	return due;
}

static void tell_all_away(struct lobby *l)
{
	uint64_t id;
	size_t it = 0;
	void *s;

	l->told_away = true;
	while (map64_next(&l->sessions, &it, &id, &s))
		say_away(s);
}

/* Nobody can log in while the world is away; then the time begins again. */
static void end_strangers(struct lobby *l, uint64_t now)
{
	struct session *s;

	while ((s = TAILQ_FIRST(&l->strangers)) && s->login_by_us <= now) {
		if (l->up) {
			lobby_end(s, "login_timeout", late_line);
			continue;
		}
		drop_stranger(s);
		add_stranger(s);
	}
}

void lobby_tick(struct lobby *l)
{
	uint64_t now = now_us(l);
	struct session *s, *next;

	if (!l->up && !l->told_away && now >= l->down_us + LOBBY_AWAY_US)
		tell_all_away(l);
	if (now >= l->delay_us) {
		l->delay_us = now + LOBBY_DELAY_US;
		for (s = TAILQ_FIRST(&l->delayed); s; s = next) {
			next = TAILQ_NEXT(s, waiting);
			lobby_pump(s);
		}
	}
	end_strangers(l, now);
}
