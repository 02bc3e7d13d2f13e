/*
 * session.c - the table of sessions; see session.h.
 */
#include "world/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "world/commit.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/name.h"
#include "world/data.h"
#include "world/outbox.h"
#include "world/resume.h"
#include "world/turn.h"

#define PROMPT_PLAY "> "

struct sessions {
	struct map64 by_id;
	struct session *first, *last;
	struct map64 listening; /* room slot and gateway -> count */
};

struct sessions *sessions_new(void)
{
	return base_alloc(1, sizeof(struct sessions));
}

void sessions_free(struct world *w)
{
	if (!w->sessions)
		return;
	while (w->sessions->first)
		session_free(w, w->sessions->first);
	map64_done(&w->sessions->by_id);
	map64_done(&w->sessions->listening);
	free(w->sessions);
	w->sessions = NULL;
}

struct session *session_get(const struct world *w, uint64_t id)
{
	return id ? map64_get(&w->sessions->by_id, id) : NULL;
}

struct session *session_of(const struct world *w, struct ent player)
{
	const struct player *p = player_get(w, player);

	return p && p->session ? session_get(w, p->session) : NULL;
}

struct session *session_next(const struct world *w, const struct session *previous)
{
	return previous ? previous->next : w->sessions->first;
}

struct session *session_new(struct world *w, uint64_t id, uint32_t gateway)
{
	struct sessions *t = w->sessions;
	struct session *s = base_alloc(1, sizeof(*s));

	s->id = id;
	s->gateway = gateway;
	s->prev = t->last;
	*(t->last ? &t->last->next : &t->first) = s;
	t->last = s;
	map64_put(&t->by_id, id, s);
	outbox_count_session(w, gateway, 1);
	return s;
}

void session_forget_ask(struct session *s)
{
	s->answer = NULL;
	s->ask = NULL;
	s->ask_hidden = false;
	for (int i = 0; i < SESSION_KEEPS; i++) {
		free(s->keeps[i]);
		s->keeps[i] = NULL;
	}
}

static void count_listener(struct world *w, struct ent room, uint32_t gateway, intptr_t change)
{
	struct map64 *m = &w->sessions->listening;
	uint64_t key = ((uint64_t)room.slot + 1) << 16 | gateway;
	intptr_t n = (intptr_t)map64_get(m, key) + change;

	if (n)
		map64_put(m, key, (void *)n);
	else
		map64_del(m, key);
}

size_t sessions_listening(const struct world *w, struct ent room, uint32_t gateway)
{
	return (size_t)(intptr_t)map64_get(&w->sessions->listening,
					   ((uint64_t)room.slot + 1) << 16 | gateway);
}

void session_free(struct world *w, struct session *s)
{
	struct sessions *t = w->sessions;

	if (ent_is(s->group))
		count_listener(w, s->group, s->gateway, -1);
	if (turn_own(w) == s)
		turn_set_own(w, NULL);
	data_free(w, s);
	sources_leave(w, s);
	login_free(w, s);
	session_forget_ask(s);
	resume_token(w, s, NULL);
	map64_del(&t->by_id, s->id);
	outbox_count_session(w, s->gateway, -1);
	*(s->prev ? &s->prev->next : &t->first) = s->next;
	*(s->next ? &s->next->prev : &t->last) = s->prev;
	free(s->peer);
	free(s->supports);
	free(s);
}

void session_set_caps(struct session *s, const Mudlark__SessionCaps *caps)
{
	struct buf list = { 0 };

	if (!caps)
		return;
	s->gmcp = caps->gmcp;
	buf_addc(&list, ' ');
	for (size_t i = 0; i < caps->n_supports && list.n < 1024; i++)
		buf_addf(&list, "%s ", caps->supports[i]);
	free(s->supports);
	s->supports = caps->gmcp && list.n > 1 ? base_dup(buf_p(&list), list.n) : NULL;
	buf_done(&list);
}

static bool has_word(const char *list, const char *word, size_t n)
{
	for (const char *p = list; (p = strchr(p, ' ')) && p[1]; p++)
		if (!strncasecmp(p + 1, word, n) && p[1 + n] == ' ')
			return true;
	return false;
}

bool sessions_support(const struct session *s, const char *package)
{
	size_t n = strlen(package);

	if (!s->supports)
		return false;
	/* "Comm.Channel.Text" is part of "Comm.Channel" and of "Comm". */
	while (n && !has_word(s->supports, package, n))
		while (n && package[--n] != '.')
			;
	return n > 0;
}

static void tell(struct world *w, const struct session *s, Mudlark__GatewayIn *m)
{
	if (s != turn_own(w))
		world_effect(w);
	outbox_add(w, s->gateway, m);
}

/* The rest of *p is filled in. */
static void tell_place(struct world *w, const struct session *s, Mudlark__Place *p)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;

	p->session = s->id;
	p->group = ent_id(w, s->group);
	m.body_case = MUDLARK__GATEWAY_IN__BODY_PLACE;
	m.place = p;
	tell(w, s, &m);
}

void session_take_group(struct world *w, struct session *s, struct ent room)
{
	if (ent_is(s->group))
		count_listener(w, s->group, s->gateway, -1);
	s->group = room;
	if (ent_is(s->group))
		count_listener(w, s->group, s->gateway, 1);
	data_grouped(w, s);
}

void session_set_group(struct world *w, struct session *s, struct ent room)
{
	Mudlark__Place p = MUDLARK__PLACE__INIT;

	p.from = ent_id(w, s->group);
	session_take_group(w, s, room);
	tell_place(w, s, &p);
	data_room(w, s);
}

void session_move(struct world *w, struct session *s, uint32_t gateway, uint64_t again)
{
	const struct ent room = s->group;
	Mudlark__Place p = MUDLARK__PLACE__INIT;

	p.from = ent_id(w, room);
	p.from_gateway = outbox_instance(w, s->gateway);
	p.again = again;
	if (gateway == OUTBOX_NOWHERE)
		sources_leave(w, s);
	session_take_group(w, s, ENT_NONE);
	outbox_count_session(w, s->gateway, -1);
	s->gateway = gateway;
	outbox_count_session(w, gateway, 1);
	session_take_group(w, s, room);
	tell_place(w, s, &p);
}

void session_placed(struct world *w, struct ent player)
{
	struct session *s = session_of(w, player);
	struct ent room = place_room(w, player);

	if (s && !ent_same(s->group, room))
		session_set_group(w, s, room);
}

void session_tell_state(struct world *w, struct session *s, bool resumed)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__SessionState st = MUDLARK__SESSION_STATE__INIT;

	s->hidden = s->answer && s->ask_hidden;
	s->playing_told = s->state == SESSION_PLAYING;
	st.session = s->id;
	st.resumed = resumed;
	st.playing = s->playing_told;
	st.hide_input = s->hidden;
	st.applied = s->applied;
	st.who = s->playing_told ? (char *)(uintptr_t)name_of(w, s->actor) : st.who;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_SESSION_STATE;
	m.session_state = &st;
	tell(w, s, &m);
}

static const char *prompt_of(const struct session *s)
{
	if (s->answer)
		return s->ask;
	return s->state == SESSION_PLAYING ? PROMPT_PLAY : s->prompt;
}

void session_answer(struct world *w, struct session *s, struct span text, uint64_t done)
{
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;
	const char *prompt = prompt_of(s);
	bool is_new = prompt && prompt != s->prompt && !s->waiting;

	if (!s->waiting && (s->hidden != (s->answer && s->ask_hidden) ||
			    s->playing_told != (s->state == SESSION_PLAYING)))
		session_tell_state(w, s, true);
	if (!text.n && !done && !is_new)
		return;
	o.sessions = &s->id;
	o.n_sessions = 1;
	o.text = (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
	o.done = done;
	if (is_new) {
		s->prompt = prompt;
		o.prompt = (ProtobufCBinaryData){ .len = strlen(prompt),
						  .data = (uint8_t *)(uintptr_t)prompt };
	}
	if (s != turn_own(w))
		world_effect(w);
	outbox_text(w, s->gateway, &o);
}

static void send_close(struct world *w, const struct session *s, struct span text, bool moved)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__SessionClose c = MUDLARK__SESSION_CLOSE__INIT;

	c.session = s->id;
	c.text = (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
	c.done = s->running;
	c.moved = moved;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE;
	m.session_close = &c;
	tell(w, s, &m);
}

void session_send_close(struct world *w, const struct session *s, struct span text)
{
	send_close(w, s, text, false);
}

void session_send_moved(struct world *w, const struct session *s, struct span text)
{
	send_close(w, s, text, true);
}

void session_ask(struct world *w, struct session *s, const char *prompt, bool hidden,
		 void (*answer)(struct world *w, struct session *s, struct span text))
{
	(void)w;
	s->answer = answer;
	s->ask = prompt;
	s->ask_hidden = hidden;
}

void session_keep(struct session *s, unsigned slot, struct span text)
{
	free(s->keeps[slot]);
	s->keeps[slot] = base_dup(text.p, text.n);
}

struct span session_kept(const struct session *s, unsigned slot)
{
	const char *text = s->keeps[slot] ? s->keeps[slot] : "";

	return (struct span){ text, strlen(text) };
}

void session_wait(struct session *s)
{
	s->waiting = true;
}

void session_go_on(struct world *w, struct session *s)
{
	(void)w;
	s->waiting = false;
}
