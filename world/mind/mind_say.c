/*
 * mind_say.c - what a mind says, as a command typed by that npc, a few sentences at a time; see
 * mind_inner.h.
 *
 * Sentences that are there when it is their turn are said together, up to PIECE_BYTES; then it pauses.
 * A player who has said more while he is being answered is waiting: he is told all that is there.
 *
 * Text that comes from an aibridge is clean and passed its guard; what a model wrote is looked at once
 * more by who knows everybody's name (lips.h).
 */
#include "world/mind/mind_inner.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/log.h"
#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/core/world.h"
#include "world/mind/acts.h"
#include "world/mind/lips.h"
#include "world/mind/view.h"

enum { PAUSE_MS = 500, BYTE_MS = 12, PAUSE_MAX_MS = 2500, PIECE_BYTES = 160, PIECE_SENTENCES = 3 };

bool mind_is_watched(const struct world *w, struct ent npc)
{
	return place_players(w, place_room(w, npc)) > 0;
}

/* ---- what is to be said ---- */

/* Why this is not said; NULL: it may be. */
static const char *fault(const struct world *w, const struct thoughts *t, struct span line)
{
	return lips_fault(w, t->npc, t->begun ? ent_by_id(w, t->asks[0].player) : ENT_NONE, line);
}

bool mind_line(struct world *w, struct ent npc, struct span text, bool emote, bool own)
{
	struct thoughts *t = mind_open(w, npc);
	struct buf clean = { 0 };
	const char *why;
	struct span line;
	bool good;

	text_clean(&clean, text);
	line = text_trim(buf_span(&clean));
	line.n = text_cut(line, MIND_LINE_MAX);
	good = line.n && t->n_lines < MIND_SENTENCES;
	why = good && !own ? fault(w, t, line) : NULL;
	if (why) {
		log_info("sentence_dropped", LOG_STR("npc", mind_key(w, npc)),
			 LOG_STR("reason", why));
		w->stats.sentences_dropped++;
		good = false;
	}
	if (good)
		t->lines[t->n_lines++] =
			(struct mind_line){ .text = base_dup(line.p, line.n), .emote = emote };
	buf_done(&clean);
	return good;
}

/* `{name}` is the player. */
static void fill_name(struct buf *out, struct span text, const char *name)
{
	static const char field[] = "{name}";
	const size_t n = sizeof(field) - 1;

	while (text.n) {
		if (text.n >= n && !memcmp(text.p, field, n)) {
			buf_adds(out, name);
			text.p += n;
			text.n -= n;
		} else {
			buf_addc(out, *text.p++);
			text.n--;
		}
	}
}

bool mind_own_line(struct world *w, struct ent npc, struct ent player, enum mind_why why)
{
	struct thoughts *t = mind_open(w, npc);
	Mudlark__AiView view = MUDLARK__AI_VIEW__INIT;
	struct buf line = { 0 };
	bool greets, shrugs;
	size_t n;

	view_build(w, npc, player, &w->scratch, &view);
	greets = why == MIND_GREET && view.n_greets;
	n = greets ? view.n_greets : view.n_shrugs;
	if (n) {
		const ProtobufCBinaryData *list = greets ? view.greets : view.shrugs,
					  *one = &list[t->n_own++ % n];

		fill_name(&line, (struct span){ (const char *)one->data, one->len },
			  name_of(w, player));
	} else if (t->slot.good && t->good_for == ent_id(w, player)) {
		buf_adds(&line, t->slot.good);
	}
	shrugs = !n && !line.n;
	if (shrugs)
		buf_adds(&line, "shrugs.");
	n = mind_line(w, npc, buf_span(&line), shrugs, true);
	buf_done(&line);
	return n;
}

/* ---- and is said ---- */

void mind_gesture(struct world *w, struct ent npc)
{
	const struct pack_mind *m = mind_pack(w, npc);
	struct thoughts *t = mind_thoughts(w, npc);

	t->gesture = 0;
	if (!m || !mind_is_watched(w, npc))
		return;
	act(w, &(struct act){ .actor = npc,
			      .markup = m->n_thinks ? m->thinks[t->slot.generation % m->n_thinks]
						    : NULL,
			      .to_others = m->n_thinks ? "$x" : "$n thinks for a moment.",
			      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

/* To another than it was just talking with. */
static void turn_to(struct world *w, const struct thoughts *t)
{
	const uint64_t player = t->asks[0].player;

	if (!t->answered || t->answered == player ||
	    w->tick - t->answered_tick > timer_seconds(w, MIND_TALK_S))
		return;
	act(w, &(struct act){ .actor = t->npc,
			      .target = ent_by_id(w, player),
			      .to_target = "$n turns to you.",
			      .to_others = "$n turns to $N.",
			      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

/* What is said next, together; an emote stands alone. Returns whether it is one. */
static bool take_piece(struct thoughts *t, struct buf *piece)
{
	const bool emote = t->lines[0].emote;
	size_t n = 0;

	do {
		if (n)
			buf_addc(piece, ' ');
		buf_adds(piece, t->lines[n].text);
		free(t->lines[n++].text);
	} while (!emote && n < t->n_lines && !t->lines[n].emote &&
		 (t->hurried ||
		  (n < PIECE_SENTENCES && piece->n + 1 + strlen(t->lines[n].text) <= PIECE_BYTES)));
	t->n_lines -= n;
	memmove(t->lines, t->lines + n, t->n_lines * sizeof(t->lines[0]));
	return emote;
}

static uint64_t pause_after(const struct world *w, const struct thoughts *t, size_t n)
{
	uint64_t ms = t->hurried ? PAUSE_MS : PAUSE_MS + BYTE_MS * n;

	return timer_seconds(w, ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) / 1000;
}

static void type(struct world *w, struct ent npc, struct span text, bool emote)
{
	struct buf typed = { 0 }, why = { 0 };

	buf_adds(&typed, emote ? "emote " : "say ");
	buf_add(&typed, text.p, text.n);
	if (!acts_type(w, npc, buf_span(&typed), &why))
		log_info("sentence_refused", LOG_STR("npc", mind_key(w, npc)),
			 LOG_TEXT("why", buf_span(&why)));
	buf_done(&typed);
	buf_done(&why);
}

static void say_piece(struct world *w, struct thoughts *t)
{
	struct ent npc = t->npc;
	struct buf piece = { 0 };
	bool emote = take_piece(t, &piece);

	t->gesture = 0;
	t->next_say = w->tick + pause_after(w, t, piece.n);
	if (t->begun) {
		if (!t->told++)
			turn_to(w, t);
		w->minds->speaking.player = t->asks[0].player;
		w->minds->speaking.depth = t->asks[0].depth;
	}
	type(w, npc, buf_span(&piece), emote);
	w->minds->speaking.player = 0;
	buf_done(&piece);
}

void mind_speak(struct world *w, struct ent npc)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	if (t && t->n_lines && t->next_say <= w->tick)
		say_piece(w, mind_open(w, npc));
}

void mind_hurry(struct world *w, struct ent npc)
{
	struct thoughts *t = mind_thoughts(w, npc);

	t->hurried = true;
	while (t && t->begun && t->n_lines) {
		say_piece(w, mind_open(w, npc));
		t = mind_thoughts(w, npc);
	}
	mind_go_on(w, npc);
}
