/*
 * relay_ask.c - what people outside ask: who plays, what there is to see, and to be known as who they are.
 *
 * An answer is what anybody may know, and nothing of where somebody is.
 */
#include "world/relay/relay_inner.h"

#include <string.h>

#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/sky.h"

enum { PEOPLE_SHOWN = 50, LINE_BYTES = 380, TITLE_BYTES = 80, DESCRIPTION_BYTES = 1000 };

struct ask {
	const struct relay_bridge *bridge;
	struct span identity, name, text;
	struct buf out;
	bool failed;
};

static void refuse(struct ask *a, const char *why)
{
	buf_adds(&a->out, why);
	a->failed = true;
}

static size_t people(const struct world *w)
{
	size_t n = 0;

	for (struct ent e = player_next(w, ENT_NONE); ent_is(e); e = player_next(w, e))
		n += !player_get(w, e)->hidden;
	return n;
}

static void add_cut(struct buf *out, const char *text, size_t max)
{
	const struct span whole = relay_span(text);

	buf_add(out, whole.p, text_cut(whole, max));
}

static void add_person(const struct world *w, struct ent e, struct buf *out)
{
	const struct player *p = player_get(w, e);

	buf_adds(out, name_of(w, e));
	if (p->title && *p->title) {
		buf_addc(out, ' ');
		add_cut(out, p->title, TITLE_BYTES);
	}
	if (p->guest)
		buf_adds(out, " [guest]");
}

static void add_count(struct buf *out, size_t n)
{
	if (n == 1)
		buf_adds(out, "One person is about");
	else if (n)
		buf_addf(out, "%zu people are about", n);
	else
		buf_adds(out, "Nobody is about");
}

/* In lines that fit into one message nearly everywhere. */
static void who(struct world *w, struct ask *a)
{
	const size_t n = people(w);
	size_t shown = 0, line = 0;
	struct buf one = { 0 };

	add_count(&a->out, n);
	buf_addc(&a->out, n ? ':' : '.');
	for (struct ent e = player_next(w, ENT_NONE); ent_is(e) && shown < PEOPLE_SHOWN;
	     e = player_next(w, e)) {
		if (player_get(w, e)->hidden)
			continue;
		buf_reset(&one);
		add_person(w, e, &one);
		if (!shown || a->out.n - line + one.n > LINE_BYTES) {
			buf_addc(&a->out, '\n');
			line = a->out.n;
		} else {
			buf_adds(&a->out, ", ");
		}
		buf_add(&a->out, buf_p(&one), one.n);
		shown++;
	}
	if (n > shown)
		buf_addf(&a->out, "\nand %zu more", n - shown);
	buf_done(&one);
}

static void look_at_world(struct world *w, struct ask *a)
{
	const struct sky sky = sky_now(w);
	const char *name = world_text(w, TEXT_NAME);

	buf_addf(&a->out, "%s. It is %s; %s; %s.\n", *name ? name : "Mudlark", sky.time, sky.tide,
		 sky.weather);
	add_count(&a->out, people(w));
	buf_addc(&a->out, '.');
}

static void look(struct world *w, struct ask *a)
{
	const struct player *p;
	struct ent e;

	if (!a->text.n) {
		look_at_world(w, a);
		return;
	}
	e = player_by_name(w, a->text);
	p = player_get(w, e);
	if (!p || p->hidden) {
		refuse(a, "Nobody of that name is about.");
		return;
	}
	add_person(w, e, &a->out);
	buf_addc(&a->out, '\n');
	if (p->descr && *p->descr)
		add_cut(&a->out, p->descr, DESCRIPTION_BYTES);
	else
		buf_adds(&a->out, "There is nothing remarkable to be seen.");
}

/* In the game it is told, too, for who did not mean that. */
static void tell_linked(struct world *w, const struct ask *a, const struct relay_link *l)
{
	const struct span name = relay_clean(w, a->name);
	struct buf out = { 0 };

	buf_adds(&out, "{system}From now on ");
	say_escape(&out, name.n ? name : SPAN("somebody"));
	buf_addf(&out, " on %s speaks as you.%s ({bold}link off{/} ends it.){/}", a->bridge->name,
		 relay_link_is_loose(l) ? " That holds as long as the address there stays the same."
					: "");
	say_span(w, ent_by_id(w, l->character), MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_span(&out));
	buf_done(&out);
}

static void make_link(struct world *w, struct ask *a)
{
	const struct relay_link *l = NULL;
	const char *why;

	if (!relay_is_key_of(a->bridge, a->identity)) {
		refuse(a, "You need a name of your own for that, one that nobody else can take.");
		return;
	}
	why = relay_link_take(w, a->identity, a->text, &l);
	if (why) {
		refuse(a, why);
		return;
	}
	tell_linked(w, a, l);
	buf_addf(&a->out, "From now on you are %s in the game%s.", l->name,
		 relay_link_is_loose(l) ? ", as long as your address stays the same" : "");
}

static void end_link(struct world *w, struct ask *a)
{
	if (relay_is_key_of(a->bridge, a->identity) && relay_link_end(w, a->identity))
		buf_adds(&a->out, "You are linked to nobody in the game any more.");
	else
		refuse(a, "You are not linked to anybody in the game.");
}

struct kind_row {
	void (*run)(struct world *w, struct ask *a);
};

static const struct kind_row kinds[] = {
	[MUDLARK__BRIDGE_ASK__KIND__WHO] = { who },
	[MUDLARK__BRIDGE_ASK__KIND__LOOK] = { look },
	[MUDLARK__BRIDGE_ASK__KIND__LINK] = { make_link },
	[MUDLARK__BRIDGE_ASK__KIND__UNLINK] = { end_link },
};

static void answer(struct world *w, const struct ask *a, uint64_t number)
{
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeAnswer m = MUDLARK__BRIDGE_ANSWER__INIT;

	m.ask = number;
	m.text = (ProtobufCBinaryData){ a->out.n, (uint8_t *)(uintptr_t)buf_p(&a->out) };
	m.failed = a->failed;
	in.body_case = MUDLARK__BRIDGE_IN__BODY_ANSWER;
	in.answer = &m;
	relay_owe(w, a->bridge, &in);
}

void relay_ask(struct world *w, uint64_t peer, const Mudlark__BridgeAsk *m)
{
	struct ask a = { .bridge = relay_from(w, peer, RELAY_WORK_ASK),
			 .identity = relay_span(m->identity),
			 .name = relay_bytes(m->name) };
	const struct span text = relay_bytes(m->text);

	if (!a.bridge)
		return;
	if ((unsigned)m->kind >= ARRAY_LEN(kinds) ||
	    (text.n && !relay_is_plain(text, RELAY_TEXT_BYTES))) {
		refuse(&a, "That cannot be asked.");
	} else {
		a.text = relay_clean(w, text);
		kinds[m->kind].run(w, &a);
	}
	answer(w, &a, m->ask);
	buf_done(&a.out);
}
