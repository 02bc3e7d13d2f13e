/*
 * enter.c - characters come into the world, lose their link, come back, and leave.
 *
 * Who has a connection when this world begins is attached silently by its gateway; who has none and
 * does not come back within the grace leaves as if he had quit.
 *
 * Others are told of a lost connection at once, or, when it can be taken up again, only if that has not
 * happened within a few seconds: a gateway that starts anew is not worth a word.  `silent` of the player is
 * stored with what they were told, so they hear of a return if and only if they heard of the loss.
 */
#include <string.h>

#include "rt/log.h"
#include "world/begin.h"
#include "world/commit.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/players.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/core/timers.h"
#include "world/data.h"
#include "world/outbox.h"
#include "world/resume.h"
#include "world/sessions.h"
#include "world/tick.h"
#include "world/turn.h"

enum { UNNOTICED_SECONDS = 5 };

static bool is_hidden(const struct world *w, struct ent player)
{
	const struct player *p = player_get(w, player);

	return !p || p->hidden;
}

static void tell_others(struct world *w, struct ent player, const char *sentence)
{
	if (!is_hidden(w, player))
		act(w, &(struct act){ .actor = player,
				      .to_others = sentence,
				      .passing = true,
				      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

/* The other connection of the same character goes. */
static void take_over(struct world *w, struct session *old)
{
	resume_disappoint(w, old);
	session_send_moved(w, old,
			   SPAN("{system}You have come in by another connection; this one is "
				"closed.{/}"));
	commit_session_ended(w, old->id, outbox_instance(w, old->gateway));
	session_free(w, old);
}

static void come_back(struct world *w, struct session *s, bool took_over)
{
	session_set_group(w, s, place_room(w, s->actor));
	say_reply(w, s->actor,
		  took_over ? "{system}You take over from your other connection.{/}"
			    : "{system}You are back where you were.{/}");
	if (!took_over)
		enter_restored(w, s->actor);
}

void enter_restored(struct world *w, struct ent player)
{
	players_set_leaves(w, player, 0);
	event_emit(w, FACT_PLAYER_LINK_RESTORED, player, NULL);
	if (!player_get(w, player)->silent)
		return;
	player_write(w, player)->silent = false;
	tell_others(w, player, "$n stirs and looks about $f again.");
}

/* Is there anybody in this world with whom one can talk? */
static bool has_minds(const struct world *w)
{
	for (size_t i = 0; i < w->n_packs; i++)
		for (size_t k = 0; k < w->packs[i]->n_npcs; k++)
			if (w->packs[i]->npcs[k].mind)
				return true;
	return false;
}

static void welcome(struct world *w, struct ent player)
{
	say_reply(w, player,
		  "{system}Welcome, %s. %sType {do help}{bold}help{/}{/} to see what %s can do.{/}",
		  name_of(w, player),
		  has_minds(w) ? "Those who live here like to talk: {do talk}{bold}talk{/}{/} "
				 "shows who is near, and then simply say what you want to say. "
			       : "",
		  has_minds(w) ? "else one" : "one");
}

static void arrive(struct world *w, struct session *s)
{
	const struct player *p = player_get(w, s->actor);
	struct ent room = ent_by_id(w, p->room);

	if (!p->room && !p->hidden) /* has never left */
		welcome(w, s->actor);
	if (ent_kind(w, room) != KIND_ROOM)
		room = room_start(w);
	if (place_move(w, s->actor, room))
		log_error("no_place_to_enter", LOG_ID("entity", ent_id(w, s->actor)));
	event_emit(w, FACT_PLAYER_ENTERED, s->actor, "\"room\":" EVENT_ID ",\"name\":\"%s\"%s",
		   ent_id(w, room), name_of(w, s->actor),
		   p->hidden  ? ",\"hidden\":true"
		   : p->guest ? ",\"guest\":true"
			      : "");
	tell_others(w, s->actor, "$n comes into the world.");
}

void enter_world(struct world *w, struct session *s, struct ent player)
{
	struct session *old = session_of(w, player);
	bool is_here = ent_is(place_room(w, player)), took_over;

	if (old == s)
		old = NULL;
	took_over = old && old->state != SESSION_PARKED;
	if (old)
		take_over(w, old);
	login_free(w, s);
	session_forget_ask(s);
	s->state = SESSION_PLAYING;
	s->actor = player;
	players_link(w, player, s->id);
	ent_touch(w, player);
	players_set_leaves(w, player, 0);
	commit_session(w, s);
	if (is_here)
		come_back(w, s, took_over);
	else
		arrive(w, s);
	data_all(w, s);
	w->env.run(w, player, SPAN("look"));
}

static void drop_all(struct world *w, struct ent player, struct ent room)
{
	struct ent in;

	while (ent_is(in = place_first(w, player))) {
		if (place_move(w, in, room)) {
			ent_destroy(w, in);
			continue;
		}
		event_emit(w, FACT_ITEM_DROPPED, player, "\"item\":" EVENT_ID ",\"room\":" EVENT_ID,
			   ent_id(w, in), ent_id(w, room));
	}
}

/* The session ends here; its character has no connection from now on. */
static struct ent part(struct world *w, struct session *s)
{
	struct ent player = s->actor;

	resume_disappoint(w, s);
	commit_session_ended(w, s->id, outbox_instance(w, s->gateway));
	players_link(w, player, 0);
	session_free(w, s);
	return player;
}

void enter_leave(struct world *w, struct ent player)
{
	struct ent room = place_room(w, player);
	struct player *p = player_write(w, player);
	struct session *s = session_of(w, player);

	if (s)
		(void)part(w, s);
	p->silent = false;
	players_set_leaves(w, player, 0);
	tell_others(w, player, "$n leaves the world.");
	event_emit(w, FACT_PLAYER_LEFT, player, "\"room\":" EVENT_ID ",\"name\":\"%s\"%s",
		   ent_id(w, room), name_of(w, player),
		   p->hidden  ? ",\"hidden\":true"
		   : p->guest ? ",\"guest\":true"
			      : "");
	if (p->guest) {
		drop_all(w, player, ent_is(room) ? room : room_start(w));
		ent_destroy(w, player);
		return;
	}
	p->room = ent_id(w, room);
	if (place_move(w, player, ENT_NONE))
		log_error("cannot_leave", LOG_ID("entity", ent_id(w, player)));
	ent_unload(w, player);
}

static void leave_later(struct world *w, struct ent player)
{
	players_set_leaves(w, player, w->tick + timer_seconds(w, w->conf.linkdead_seconds));
}

static void fall_silent(struct world *w, struct ent player)
{
	if (player_get(w, player)->silent)
		return;
	player_write(w, player)->silent = true;
	tell_others(w, player, "$n falls silent and stares into the distance.");
}

static void stay_linkdead(struct world *w, struct ent player)
{
	if (player_get(w, player)->guest) {
		enter_leave(w, player);
		return;
	}
	event_emit(w, FACT_PLAYER_LINK_LOST, player, NULL);
	fall_silent(w, player);
	leave_later(w, player);
}

/* The character is link-dead, but what it would hear is kept; a guest waits, too. */
static void park(struct world *w, struct session *s)
{
	session_move(w, s, OUTBOX_NOWHERE, 0);
	s->state = SESSION_PARKED;
	s->until = w->tick + timer_seconds(w, s->grace_s);
	commit_session(w, s);
	event_emit(w, FACT_PLAYER_LINK_LOST, s->actor, NULL);
	if (player_get(w, s->actor)->guest)
		players_set_leaves(w, s->actor, s->until);
	else
		leave_later(w, s->actor);
}

void enter_link_lost(struct world *w, struct session *s)
{
	if (s->state == SESSION_LOGIN)
		session_free(w, s);
	else if (resume_can(s))
		park(w, s);
	else
		stay_linkdead(w, part(w, s));
}

/* A new world begins the grace anew, and these seconds with it, unless others were told before. */
bool enter_parked_long(struct world *w, const struct session *s)
{
	const uint64_t parked = s->until - timer_seconds(w, s->grace_s);

	if (player_get(w, s->actor)->silent ||
	    w->tick < parked + timer_seconds(w, UNNOTICED_SECONDS))
		return false;
	fall_silent(w, s->actor);
	return true;
}

void enter_parked_over(struct world *w, struct session *s)
{
	struct ent player = part(w, s);

	if (player_get(w, player)->guest)
		enter_leave(w, player);
	else
		fall_silent(w, player);
}

/* What was said to it in this unit comes before the last words. */
static void close_with(struct world *w, struct session *s, const char *text)
{
	struct buf whole = { 0 };

	if (s == turn_own(w) && turn_reply(w)->n) {
		buf_add(&whole, buf_p(turn_reply(w)), turn_reply(w)->n);
		buf_addc(&whole, '\n');
	}
	buf_adds(&whole, text);
	session_send_close(w, s, buf_span(&whole));
	buf_done(&whole);
}

void session_quit(struct world *w, struct session *s, const char *text)
{
	close_with(w, s, text);
	enter_leave(w, part(w, s));
}

void session_close(struct world *w, struct session *s, const char *text)
{
	close_with(w, s, text);
	resume_token(w, s, NULL);
	enter_link_lost(w, s);
}

/* The same connection, after a restart of the world or of the link; none of this is kept. */
static void attach(struct world *w, struct session *s, const Mudlark__SessionAttach *m)
{
	bool is_known = s->state != SESSION_LOGIN;

	s->seen = s->applied > m->done ? s->applied : m->done;
	if (!is_known) {
		s->running = 0;
		s->waiting = false;
		session_tell_state(w, s, false);
		outbox_seal(w, false); /* an answer to an attach is never kept */
		login_begin(w, s, "{system}The world has begun anew; please come in again.{/}");
		return;
	}
	if (s->running > s->seen)
		s->seen = s->running;
	s->state = SESSION_PLAYING;
	session_tell_state(w, s, true);
	session_set_group(w, s, place_room(w, s->actor));
	data_attached(w, s);
	outbox_seal(w, false);
}

void enter_attached(struct world *w, struct session *s, uint32_t gateway,
		    const Mudlark__SessionAttach *m)
{
	if (s->state == SESSION_PARKED) {
		resume_unpark(w, s, gateway, m->at);
		outbox_seal(w, true);
	}
	attach(w, s, m);
	/* One that is stored is newer: the gateway may have to read yet that it was rotated. */
	if (!m->token || resume_can(s))
		return;
	resume_token(w, s, m->token);
	if (s->state == SESSION_PLAYING)
		commit_session(w, s);
}

static void on_attach_over(struct world *w, const struct timer *t)
{
	(void)t;
	tick_attach_over(w);
}

void enter_init(struct world *w)
{
	timer_handle(w, TIMER_ATTACH, on_attach_over);
}

/* Characters that are in the world but have neither a connection nor a time to leave. */
static void settle_player(struct world *w, struct ent player)
{
	const struct player *p = player_get(w, player);

	if (p->session || p->leaves)
		return;
	if (p->guest)
		players_set_leaves(w, player, w->tick + 1);
	else
		leave_later(w, player);
}

void enter_ready(struct world *w)
{
	for (struct session *s = session_next(w, NULL); s; s = session_next(w, s)) {
		if (s->state != SESSION_DETACHED && s->state != SESSION_PARKED)
			continue;
		players_link(w, s->actor, s->id);
		session_take_group(w, s, place_room(w, s->actor));
	}
	for (struct ent e = player_next(w, ENT_NONE), next; ent_is(e); e = next) {
		next = player_next(w, e);
		settle_player(w, e);
	}
	timer_cancel_for(w, TIMER_ATTACH, 0);
	if (outbox_n_gateways(w) > 1) /* of sessions, or of output that it may not have yet */
		timer_add(w, TIMER_ATTACH, timer_seconds(w, w->conf.attach_seconds), 0, 0);
}
