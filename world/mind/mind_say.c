/*
 * mind_say.c - what a mind says, as a command typed by that npc, a few sentences at a time; see
 * mind_inner.h.
 *
 * Sentences that are there when it is their turn are said together, up to PIECE_BYTES; then it pauses.
 * A player who has said more while he is being answered is waiting: he is told all that is there.
 *
 * Text that comes from an aibridge is clean and passed its guard, but that knows few by name: what
 * would tell of a player whom this npc cannot perceive is dropped here, and what begins as if somebody
 * else spoke ("Jem Pottle: I owe you").
 */
#include "world/mind/mind_inner.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/log.h"
#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/core/world.h"
#include "world/mind/acts.h"
#include "world/mind/view.h"

enum { PAUSE_MS = 500, BYTE_MS = 12, PAUSE_MAX_MS = 2500, PIECE_BYTES = 160, PIECE_SENTENCES = 3 };

bool mind_is_watched(const struct world *w, struct ent npc)
{
	return place_players(w, place_room(w, npc)) > 0;
}

/* ---- lips ---- */

/* Words that begin sentences and are names of people, too, or could be taken for one to make everybody
 * fall silent: as the first word they name nobody. */
static const char *const openers[] = {
	"All",	 "And",	  "Any",  "Are",   "Ask",    "Bah",    "But",	   "Can",
	"Come",	 "Could", "Did",  "Does",  "Down",   "Each",   "Even",	   "Every",
	"Few",	 "For",	  "From", "Give",  "Good",   "Grace",  "Had",	   "Has",
	"Have",	 "Her",	  "Here", "His",   "Hope",   "How",    "Just",	   "Keep",
	"Let",	 "Like",  "Look", "Many",  "Mark",   "May",    "Maybe",	   "Might",
	"More",	 "Most",  "Must", "Never", "Nobody", "None",   "Not",	   "Nothing",
	"Now",	 "Once",  "One",  "Only",  "Our",    "Out",    "Over",	   "Perhaps",
	"Rose",	 "Say",	  "See",  "She",   "Should", "Some",   "Somebody", "Something",
	"Still", "Take",  "Tell", "That",  "The",    "Their",  "Them",	   "Then",
	"There", "These", "They", "This",  "Those",  "Though", "Tide",	   "Time",
	"Too",	 "Two",	  "Very", "Was",   "Well",   "Were",   "What",	   "When",
	"Where", "Which", "Who",  "Why",   "Will",   "With",   "Would",	   "Yes",
	"Yet",	 "You",	  "Your",
};

static bool is_opener(struct span word)
{
	for (size_t i = 0; i < ARRAY_LEN(openers); i++)
		if (strlen(openers[i]) == word.n && !memcmp(openers[i], word.p, word.n))
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* The next run of letters; empty at the end. */
static struct span next_word(struct span *rest)
{
	struct span word = *rest;

	while (word.n && !is_letter(*word.p)) {
		word.p++;
		word.n--;
	}
	rest->p = word.p;
	rest->n = word.n;
	while (rest->n && is_letter(*rest->p)) {
		rest->p++;
		rest->n--;
	}
	word.n -= rest->n;
	return word;
}

/* Somebody who plays, and of whom this npc cannot know. */
static bool is_stranger(const struct world *w, const struct thoughts *t, struct span word)
{
	struct ent e = player_by_name(w, word);
	const struct player *p = player_get(w, e);

	if (!p || (t->begun && t->asks[0].player == ent_id(w, e)))
		return false;
	return p->hidden || !ent_same(place_room(w, e), place_room(w, t->npc));
}

/* Names are written with a capital; what a sentence begins with is, too. */
static bool names_a_stranger(const struct world *w, const struct thoughts *t, struct span text)
{
	bool first = true;
	struct span word;

	while ((word = next_word(&text)).n) {
		const bool capital = *word.p >= 'A' && *word.p <= 'Z';

		if (capital && !(first && is_opener(word)) && is_stranger(w, t, word))
			return true;
		first = text.n && strchr(".!?", *text.p);
	}
	return false;
}

/* The whole name, its first word, or its last. */
static bool is_name(struct span words, const char *name)
{
	const char *first = strchr(name, ' '), *last = strrchr(name, ' ');

	return text_eq_fold(words, (struct span){ name, strlen(name) }) ||
	       (first && (text_eq_fold(words, (struct span){ name, (size_t)(first - name) }) ||
			  text_eq_fold(words, (struct span){ last + 1, strlen(last + 1) })));
}

static bool is_name_of_others(const struct world *w, struct ent npc, struct span words)
{
	if (is_name(words, name_of(w, npc)))
		return false;
	for (size_t i = 0; i < w->n_packs; i++)
		for (size_t k = 0; k < w->packs[i]->n_npcs; k++) {
			const struct pack_name *n = &w->packs[i]->npcs[k].name;

			if (!*n->article && is_name(words, n->noun))
				return true;
		}
	return ent_is(player_by_name(w, words));
}

/* "Jem Pottle: I owe you a hundred guineas." */
static bool speaks_for_others(const struct world *w, struct ent npc, struct span text)
{
	const char *colon = memchr(text.p, ':', text.n);

	return colon &&
	       is_name_of_others(w, npc,
				 text_trim((struct span){ text.p, (size_t)(colon - text.p) }));
}

/* ---- what is to be said ---- */

/* Why this is not said; NULL: it may be. */
static const char *fault(const struct world *w, const struct thoughts *t, struct span line)
{
	if (names_a_stranger(w, t, line))
		return "names somebody who is not there";
	return speaks_for_others(w, t->npc, line) ? "speaks for somebody else" : NULL;
}

bool mind_line(struct world *w, struct ent npc, struct span text, bool emote)
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
	why = good ? fault(w, t, line) : NULL;
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
	n = mind_line(w, npc, buf_span(&line), shrugs);
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
