/*
 * lips.c - what is not said after all; see lips.h.
 *
 * Players choose their names, so a name alone silences nobody: a word counts as one where it can hardly
 * be anything else.  Within a sentence a capital is enough.  At its beginning every word has one:
 * there a name counts when something is told of it ("Bob was here", "Bob's boat"), not when somebody
 * is only called ("Aye, ..." may be a player, too), and never a word that sentences begin with.  And
 * what the pack of this npc names is the pack's.
 */
#include "world/mind/lips.h"

#include <string.h>

#include "rt/text.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/pack/pack.h"

/* Sentences begin with them, whoever is called so. */
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

/* What is told of somebody goes on like this. */
static const char *const verbs[] = {
	"is",	"was",	"has",	 "had",	  "says", "said",   "told",  "asked", "went",
	"came", "left", "lives", "knows", "knew", "wanted", "wants", "hides", "stole",
	"took", "gave", "owes",	 "does",  "did",  "will",   "waits", "can",   "could",
};

/* A word, and what is around it. */
struct word {
	struct span text;
	bool first; /* of its sentence */
};

static bool is_among(struct span word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == word.n && !memcmp(list[i], word.p, word.n))
			return true;
	return false;
}

/* Of a name: those of guests have digits. */
static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* False: there is no more. */
static bool next_word(struct span *rest, struct word *word)
{
	for (; rest->n && !is_of_word(*rest->p); rest->p++, rest->n--)
		word->first |= strchr(".!?:;\"(", *rest->p) != NULL;
	word->text = *rest;
	while (rest->n && is_of_word(*rest->p)) {
		rest->p++;
		rest->n--;
	}
	word->text.n -= rest->n;
	return word->text.n;
}

/* Does text go on after a word with what is told of it: a verb, or 's? */
static bool is_told_of(struct span rest)
{
	static const char *const marks[] = { "'s ", "\xe2\x80\x99s " };
	struct word next = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (rest.n > strlen(marks[i]) && !memcmp(rest.p, marks[i], strlen(marks[i])))
			return true;
	return rest.n && *rest.p == ' ' && next_word(&rest, &next) && !next.first &&
	       is_among(next.text, verbs, ARRAY_LEN(verbs));
}

/* ---- what the pack names ---- */

static bool has_word(const char *text, struct span word)
{
	struct span rest = { text, text ? strlen(text) : 0 };
	struct word one = { 0 };

	while (next_word(&rest, &one))
		if (text_eq_fold(one.text, word))
			return true;
	return false;
}

static bool have_word(const char *const *texts, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++)
		if (has_word(texts[i], word))
			return true;
	return false;
}

static bool topics_have(const struct pack_topic *topics, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++)
		if (has_word(topics[i].fact, word) ||
		    have_word(topics[i].words, topics[i].n_words, word) ||
		    have_word(topics[i].lines, topics[i].n_lines, word))
			return true;
	return false;
}

static bool pack_has(const struct pack *pack, struct span word)
{
	for (size_t i = 0; i < pack->n_npcs; i++)
		if (has_word(pack->npcs[i].name.noun, word))
			return true;
	return topics_have(pack->smalltalk, pack->n_smalltalk, word);
}

static bool is_of_pack(const struct world *w, struct ent npc, struct span word)
{
	const struct npc *n = npc_get(w, npc);
	const struct pack_mind *m = n && n->proto ? n->proto->mind : NULL;

	for (size_t i = 0; i < w->n_packs; i++)
		if (pack_has(w->packs[i], word))
			return true;
	return m &&
	       (has_word(m->persona, word) || has_word(m->style, word) ||
		have_word(m->knows, m->n_knows, word) || have_word(m->greets, m->n_greets, word) ||
		have_word(m->shrugs, m->n_shrugs, word) ||
		topics_have(m->topics, m->n_topics, word));
}

/* ---- strangers ---- */

/* Somebody who plays, and of whom this npc cannot know. */
static bool is_stranger(const struct world *w, struct ent npc, struct ent player, struct span word)
{
	struct ent e = player_by_name(w, word);

	if (!ent_is(e) || ent_same(e, player))
		return false;
	if (ent_same(place_room(w, e), place_room(w, npc)) && target_visible(w, npc, e))
		return false;
	return !is_of_pack(w, npc, word);
}

static bool names_a_stranger(const struct world *w, struct ent npc, struct ent player,
			     struct span rest)
{
	struct word word = { .first = true };

	for (; next_word(&rest, &word); word.first = false) {
		const struct span text = word.text;

		if (*text.p < 'A' || *text.p > 'Z' || !is_stranger(w, npc, player, text))
			continue;
		if (!word.first ||
		    (!is_among(text, openers, ARRAY_LEN(openers)) && is_told_of(rest)))
			return true;
	}
	return false;
}

/* ---- speaking for others ---- */

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

static bool speaks_for_others(const struct world *w, struct ent npc, struct span text)
{
	const char *colon = memchr(text.p, ':', text.n);

	return colon &&
	       is_name_of_others(w, npc,
				 text_trim((struct span){ text.p, (size_t)(colon - text.p) }));
}

const char *lips_fault(const struct world *w, struct ent npc, struct ent player, struct span line)
{
	if (names_a_stranger(w, npc, player, line))
		return "names somebody who is not there";
	return speaks_for_others(w, npc, line) ? "speaks for somebody else" : NULL;
}
