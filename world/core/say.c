/*
 * say.c - sentences; see say.h.
 */
#include "world/core/say.h"

#include <stdarg.h>
#include <string.h>

#include "world/core/actor.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/world.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/sessions.h"
#include "world/turn.h"

enum { EXCEPT_MAX = 2, LINK_MAX = 48 /* bytes of a command in a tag */ };

void say_escape(struct buf *out, struct span text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '{')
			continue;
		buf_add(out, text.p + from, i - from);
		buf_addc(out, '{');
		from = i;
	}
	buf_add(out, text.p + from, text.n - from);
}

void say_link(struct buf *out, const char *command, struct span markup)
{
	bool fits = *command && strlen(command) <= LINK_MAX && !strpbrk(command, "{}");

	if (fits)
		buf_addf(out, "{do %s}", command);
	buf_add(out, markup.p, markup.n);
	if (fits)
		buf_adds(out, "{/}");
}

/* The first letter behind any tags becomes a capital. */
static void capitalise(char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] == '{' && i + 1 < n && p[i + 1] != '{') {
		const char *end = memchr(p + i, '}', n - i);

		if (!end)
			return;
		i = (size_t)(end - p) + 1;
	}
	if (i < n && p[i] >= 'a' && p[i] <= 'z')
		p[i] = (char)(p[i] - 'a' + 'A');
}

static void add_code(const struct world *w, const struct act *a, char code, struct buf *out)
{
	static const char actor_forms[] = "emsf", target_forms[] = "EMSF";
	const char *form;

	if ((form = memchr(actor_forms, code, 4))) {
		buf_adds(out, actor_pronoun(w, a->actor, (enum pronoun_form)(form - actor_forms)));
		return;
	}
	if ((form = memchr(target_forms, code, 4))) {
		buf_adds(out,
			 actor_pronoun(w, a->target, (enum pronoun_form)(form - target_forms)));
		return;
	}
	switch (code) {
	case 'n':
		name_add(w, a->actor, 1, out);
		break;
	case 'N':
		name_add(w, a->target, 1, out);
		break;
	case 'o':
		name_add(w, a->object, 1, out);
		break;
	case 'O':
		name_add_the(w, a->object, out);
		break;
	case 'p':
		name_add(w, a->object2, 1, out);
		break;
	case 'P':
		name_add_the(w, a->object2, out);
		break;
	case 't':
		say_escape(out, a->text);
		break;
	case 'x':
		buf_adds(out, a->markup ? a->markup : "");
		break;
	default:
		buf_addc(out, code);
		break;
	}
}

static void expand(const struct world *w, const struct act *a, const char *template,
		   struct buf *out)
{
	size_t begin = out->n;

	for (const char *p = template; *p;) {
		size_t plain = strcspn(p, "$");

		buf_add(out, p, plain);
		p += plain;
		if (*p && p[1]) {
			add_code(w, a, p[1], out);
			p += 2;
		} else if (*p) {
			p++;
		}
	}
	if (out->n > begin)
		capitalise(out->p + out->off + begin, out->n - begin);
}

/* Text to one session that is not (or not only) the answer to its line. */
static void send_to(struct world *w, struct session *s, Mudlark__TextClass class, struct span text)
{
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	world_effect(w);
	o.sessions = &s->id;
	o.n_sessions = 1;
	o.class_ = class;
	o.text = (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
	outbox_text(w, s->gateway, &o);
}

void say_span(struct world *w, struct ent who, Mudlark__TextClass class, struct span markup)
{
	struct session *s = session_of(w, who);
	struct buf *reply = s ? turn_reply(w) : turn_told(w, who);

	if (s && s != turn_own(w)) {
		send_to(w, s, class, markup);
		return;
	}
	if (!reply)
		return;
	if (reply->n)
		buf_addc(reply, '\n');
	buf_add(reply, markup.p, markup.n);
}

void say_to(struct world *w, struct ent who, Mudlark__TextClass class, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	if (!session_of(w, who) && !turn_told(w, who))
		return;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	say_span(w, who, class, buf_span(&text));
	buf_done(&text);
}

/* The sessions of `skip` that listen to the room by this gateway. */
static size_t excepted(const struct world *w, struct ent room, uint32_t gateway,
		       const struct ent *skip, uint64_t ret[EXCEPT_MAX])
{
	size_t n = 0;

	for (int i = 0; i < EXCEPT_MAX; i++) {
		const struct session *s = session_of(w, skip[i]);

		if (s && s->gateway == gateway && ent_same(s->group, room))
			ret[n++] = s->id;
	}
	return n;
}

/* One record for each gateway where somebody else listens. */
static void send_room(struct world *w, struct ent room, const struct ent skip[EXCEPT_MAX],
		      Mudlark__TextClass class, struct span text)
{
	const struct session *own = turn_own(w);

	for (uint32_t g = 0; g < outbox_n_gateways(w); g++) {
		uint64_t except[EXCEPT_MAX];
		Mudlark__Output o = MUDLARK__OUTPUT__INIT;
		size_t n = excepted(w, room, g, skip, except);

		if (sessions_listening(w, room, g) <= n)
			continue;
		if (own && own->gateway == g && ent_same(own->group, room) &&
		    !ent_same(own->actor, skip[0]) && !ent_same(own->actor, skip[1]))
			turn_flush_reply(w);
		world_effect(w);
		o.group = ent_id(w, room);
		o.except = except;
		o.n_except = n;
		o.class_ = class;
		o.text = (ProtobufCBinaryData){ .len = text.n,
						.data = (uint8_t *)(uintptr_t)text.p };
		outbox_text(w, g, &o);
	}
}

void act(struct world *w, const struct act *a)
{
	struct buf text = { 0 };
	struct ent room = ent_is(a->room) ? a->room : place_room(w, a->actor);

	if (a->to_actor && session_of(w, a->actor)) {
		expand(w, a, a->to_actor, &text);
		say_span(w, a->actor, MUDLARK__TEXT_CLASS__TEXT_REPLY, buf_span(&text));
		buf_reset(&text);
	}
	if (a->to_target && session_of(w, a->target)) {
		expand(w, a, a->to_target, &text);
		say_span(w, a->target, a->class, buf_span(&text));
		buf_reset(&text);
	}
	if (a->passing && place_players(w, room) > SAY_CROWD)
		return;
	if (a->to_others && ent_is(room)) {
		const struct ent skip[EXCEPT_MAX] = { a->actor, a->target };

		expand(w, a, a->to_others, &text);
		send_room(w, room, skip, a->class, buf_span(&text));
	}
	buf_done(&text);
}

void say_room(struct world *w, struct ent room, struct ent except, Mudlark__TextClass class,
	      const char *fmt, ...)
{
	const struct ent skip[EXCEPT_MAX] = { except, ENT_NONE };
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	send_room(w, room, skip, class, buf_span(&text));
	buf_done(&text);
}

struct buf *say_begin(struct world *w, struct ent who)
{
	struct session *s = session_of(w, who);
	struct buf *draft = turn_draft(w, s), *told = s ? NULL : turn_told(w, who);

	if (told && told->n)
		buf_addc(told, '\n');
	return told ? told : draft;
}

void say_end(struct world *w)
{
	struct session *to;
	struct buf *draft = turn_draft_done(w, &to);

	if (to && draft)
		send_to(w, to, MUDLARK__TEXT_CLASS__TEXT_REPLY, buf_span(draft));
}

static void send_sessions(struct world *w, uint32_t gateway, struct session *const *to, size_t n,
			  Mudlark__TextClass class, struct span text)
{
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	o.sessions = arena_alloc(&w->scratch, (n + 1) * sizeof(*o.sessions));
	for (size_t i = 0; i < n; i++)
		if (to[i]->gateway == gateway && to[i] != turn_own(w))
			o.sessions[o.n_sessions++] = to[i]->id;
	if (!o.n_sessions)
		return;
	world_effect(w);
	o.class_ = class;
	o.text = (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
	outbox_text(w, gateway, &o);
}

void say_sessions(struct world *w, struct session *const *to, size_t n, Mudlark__TextClass class,
		  struct span markup)
{
	for (uint32_t g = 0; g < outbox_n_gateways(w); g++)
		if (outbox_sessions(w, g))
			send_sessions(w, g, to, n, class, markup);
	for (size_t i = 0; i < n; i++)
		if (to[i] == turn_own(w))
			say_span(w, to[i]->actor, class, markup);
}

void say_others(struct world *w, struct ent except, Mudlark__TextClass class, struct span markup)
{
	struct session **to;
	size_t n = 0;

	for (const struct session *s = session_next(w, NULL); s; s = session_next(w, s))
		n++;
	to = arena_alloc(&w->scratch, (n + 1) * sizeof(*to));
	n = 0;
	for (struct session *s = session_next(w, NULL); s; s = session_next(w, s))
		if (s->state != SESSION_LOGIN && !(ent_is(except) && ent_same(s->actor, except)))
			to[n++] = s;
	say_sessions(w, to, n, class, markup);
}

void say_all(struct world *w, Mudlark__TextClass class, const char *markup)
{
	say_others(w, ENT_NONE, class, (struct span){ markup, strlen(markup) });
}
