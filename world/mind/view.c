/*
 * view.c - what somebody may know; see view.h.
 *
 * Every text is cut to what its kind may have; what is too much then is left out, the least important
 * first, so the whole is bounded whatever packs and players write.
 */
#include "world/mind/view.h"

#include <string.h>

#include "rt/text.h"
#include "world/cmd/target.h"
#include "world/core/actor.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/sky.h"
#include "world/mind/acts.h"
#include "world/mind/bond.h"
#include "world/mind/errand.h"
#include "world/mind/heard.h"
#include "world/mind/mind.h"

enum {
	VIEW_MAX = 23 * 1024,
	TEXT_LONG = 2000,
	TEXT_LINE = 400,
	TEXT_WORD = 60,
	HERE_MAX = 12,
	LISTED_MAX = 64, /* entries of any list */
	ERRANDS_SHOWN = 8
};

/* What is being made. */
struct making {
	struct world *w;
	struct ent npc, player;
	const char *key; /* "foreshore/marrable" */
	const struct pack_mind *mind;
	struct arena *a;
	Mudlark__AiView *v;
};

/* A list of a message, while it grows. */
#define NEW_LIST(a, max, type) arena_alloc((a), ((max) + 1) * sizeof(type))

static bool is_field(const char *tag, size_t n)
{
	static const char *const fields[] = { "name", "place", "time", "weather" };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strlen(fields[i]) == n && !memcmp(fields[i], tag, n))
			return true;
	return false;
}

void view_plain(struct buf *out, const char *markup)
{
	while (*markup) {
		size_t plain = strcspn(markup, "{"), tag;

		buf_add(out, markup, plain);
		markup += plain;
		if (!*markup)
			return;
		if (markup[1] == '{') {
			buf_addc(out, '{');
			markup += 2;
			continue;
		}
		tag = strcspn(markup, "}");
		if (is_field(markup + 1, tag - 1))
			buf_add(out, markup, tag + (markup[tag] != 0));
		markup += tag + (markup[tag] != 0);
	}
}

static ProtobufCBinaryData cut(struct arena *a, const char *text, size_t max)
{
	const struct span all = { text, strlen(text) };
	const size_t n = text_cut(all, max);

	return (ProtobufCBinaryData){ n, (uint8_t *)arena_dup(a, text, n) };
}

static ProtobufCBinaryData cut_plain(struct arena *a, const char *markup, size_t max)
{
	struct buf text = { 0 };
	ProtobufCBinaryData ret;

	view_plain(&text, markup ? markup : "");
	buf_addc(&text, 0);
	ret = cut(a, buf_p(&text), max);
	buf_done(&text);
	return ret;
}

static char *cut_word(struct arena *a, const char *text, size_t max)
{
	return (char *)cut(a, text, max).data;
}

static size_t at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

static void put_lines(struct arena *a, const char *const *lines, size_t n, bool is_markup,
		      ProtobufCBinaryData **ret, size_t *ret_n)
{
	ProtobufCBinaryData *list;

	n = at_most(n, LISTED_MAX);
	list = NEW_LIST(a, n, *list);
	for (size_t i = 0; i < n; i++)
		list[i] =
			is_markup ? cut_plain(a, lines[i], TEXT_LINE) : cut(a, lines[i], TEXT_LINE);
	*ret = list;
	*ret_n = n;
}

static void put_words(struct arena *a, const char *const *words, size_t n, char ***ret,
		      size_t *ret_n)
{
	char **list;

	n = at_most(n, LISTED_MAX);
	list = NEW_LIST(a, n, *list);
	for (size_t i = 0; i < n; i++)
		list[i] = cut_word(a, words[i], TEXT_WORD);
	*ret = list;
	*ret_n = n;
}

/* ---- what it is ---- */

static void put_self(const struct making *m)
{
	Mudlark__AiView *v = m->v;
	const char *mood = mind_mood(m->w, m->npc);

	v->npc = cut_word(m->a, m->key, 2 * BOND_KEY_MAX);
	v->name = cut_word(m->a, name_of(m->w, m->npc), TEXT_WORD);
	v->pronoun = cut_word(m->a, actor_pronoun(m->w, m->npc, PRONOUN_SUBJECT), TEXT_WORD);
	v->persona = cut(m->a, m->mind->persona ? m->mind->persona : "", TEXT_LONG);
	v->style = cut(m->a, m->mind->style ? m->mind->style : "", TEXT_LONG);
	v->mood = cut_word(m->a, mood ? mood : "", TEXT_WORD);
	put_lines(m->a, m->mind->knows, m->mind->n_knows, false, &v->knows, &v->n_knows);
	put_words(m->a, m->mind->avoids, m->mind->n_avoids, &v->avoids, &v->n_avoids);
	put_lines(m->a, m->mind->shrugs, m->mind->n_shrugs, true, &v->shrugs, &v->n_shrugs);
}

static void put_greets(const struct making *m)
{
	const struct bond *b = bond_get(m->w, m->player, m->key);
	const struct pack_mind *mind = m->mind;
	const bool again = b && b->met && mind->n_again;

	put_lines(m->a, again ? mind->again : mind->greets, again ? mind->n_again : mind->n_greets,
		  true, &m->v->greets, &m->v->n_greets);
}

/* ---- what it can tell ---- */

/* With what is handed over with it, which a model could promise again otherwise. */
static ProtobufCBinaryData fact_of(const struct making *m, const struct pack_topic *t)
{
	const struct pack_item *gift = acts_gift_of(m->w, m->npc, m->player, t);
	struct buf text = { 0 };
	ProtobufCBinaryData ret;

	if (!gift)
		return cut(m->a, t->fact ? t->fact : "", TEXT_LINE);
	if (t->fact || t->n_lines)
		buf_addf(&text, "%s ", t->fact ? t->fact : t->lines[0]);
	buf_addf(&text, "(As you tell this you hand over: %s.)", gift->name.noun);
	buf_addc(&text, 0);
	ret = cut(m->a, buf_p(&text), 2 * TEXT_LINE);
	buf_done(&text);
	return ret;
}

static Mudlark__AiTopic *new_topic(const struct making *m, const struct pack_topic *t, bool small)
{
	Mudlark__AiTopic *topic = arena_alloc(m->a, sizeof(*topic));

	mudlark__ai_topic__init(topic);
	topic->key = cut_word(m->a, t->key, BOND_KEY_MAX);
	topic->small = small;
	topic->unhinted = !t->hint;
	topic->fact = fact_of(m, t);
	put_words(m->a, t->words, t->n_words, &topic->words, &topic->n_words);
	put_lines(m->a, t->lines, t->n_lines, false, &topic->lines, &topic->n_lines);
	return topic;
}

static const struct pack_topic *find_topic(const struct pack_topic *list, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].key, key))
			return &list[i];
	return NULL;
}

/* Those that are open, behind what is there; an own topic hides small talk of the same key. */
static void add_topics(const struct making *m, const struct pack_topic *list, size_t n, bool small)
{
	Mudlark__AiView *v = m->v;

	for (size_t i = 0; i < n && v->n_topics < LISTED_MAX; i++) {
		if (!errand_when(m->w, m->player, m->key, list[i].when) ||
		    (small && find_topic(m->mind->topics, m->mind->n_topics, list[i].key)))
			continue;
		v->topics[v->n_topics++] = new_topic(m, &list[i], small);
	}
}

static void put_topics(const struct making *m)
{
	m->v->topics = NEW_LIST(m->a, LISTED_MAX, *m->v->topics);
	add_topics(m, m->mind->topics, m->mind->n_topics, false);
	for (size_t i = 0; i < m->w->n_packs; i++)
		add_topics(m, m->w->packs[i]->smalltalk, m->w->packs[i]->n_smalltalk, true);
}

const struct pack_topic *view_topic(const struct world *w, struct ent npc, struct ent player,
				    const char *key)
{
	const struct npc *n = npc_get(w, npc);
	const struct pack_mind *mind = n && n->proto ? n->proto->mind : NULL;
	const struct pack_topic *found;

	if (!mind)
		return NULL;
	found = find_topic(mind->topics, mind->n_topics, key);
	for (size_t i = 0; !found && i < w->n_packs; i++)
		found = find_topic(w->packs[i]->smalltalk, w->packs[i]->n_smalltalk, key);
	return found && errand_when(w, player, n->key, found->when) ? found : NULL;
}

/* ---- what it perceives ---- */

static void put_place(const struct making *m)
{
	const struct room *room = room_get(m->w, place_room(m->w, m->npc));
	const struct sky sky = sky_now(m->w);
	struct buf text = { 0 };

	if (room && room->def)
		buf_addf(&text, "%s\n%s", room->def->name, room->def->look);
	buf_addc(&text, 0);
	m->v->place = cut_plain(m->a, buf_p(&text), TEXT_LONG / 2);
	buf_done(&text);
	m->v->time = arena_printf(m->a, "%s, %s", sky.time, sky.tide);
	m->v->weather = cut_word(m->a, sky.weather, TEXT_WORD);
}

static Mudlark__AiSeen *new_seen(const struct making *m, const char *name, const char *about)
{
	Mudlark__AiSeen *seen = arena_alloc(m->a, sizeof(*seen));

	mudlark__ai_seen__init(seen);
	seen->name = cut_word(m->a, name, TEXT_WORD);
	seen->about = cut_word(m->a, about, TEXT_WORD);
	return seen;
}

static Mudlark__AiSeen *see(const struct making *m, struct ent e)
{
	struct buf name = { 0 };
	Mudlark__AiSeen *seen;

	name_add(m->w, e, 1, &name);
	buf_addc(&name, 0);
	seen = new_seen(m, buf_p(&name), ent_kind(m->w, e) == KIND_PLAYER ? "a player" : "");
	buf_done(&name);
	return seen;
}

/* Whoever it talks to is among them in any crowd. */
static void put_here(const struct making *m)
{
	struct ent room = place_room(m->w, m->npc);
	Mudlark__AiView *v = m->v;
	struct ent e;

	v->here = NEW_LIST(m->a, HERE_MAX + 1, *v->here);
	v->here[v->n_here++] = see(m, m->player);
	for (e = place_first(m->w, room); ent_is(e) && v->n_here < HERE_MAX;
	     e = place_next(m->w, e))
		if (ent_kind(m->w, e) != KIND_ITEM && !ent_same(e, m->npc) &&
		    !ent_same(e, m->player) && target_visible(m->w, m->npc, e))
			v->here[v->n_here++] = see(m, e);
	while (ent_is(e) && (ent_kind(m->w, e) == KIND_ITEM || ent_same(e, m->player) ||
			     !target_visible(m->w, m->npc, e)))
		e = place_next(m->w, e);
	if (ent_is(e))
		v->here[v->n_here++] = new_seen(m, "and others", "");
}

static void put_recent(const struct making *m)
{
	const char *line;

	m->v->recent = NEW_LIST(m->a, HEARD_MAX, *m->v->recent);
	for (size_t i = 0; i < HEARD_MAX && (line = heard_at(m->w, m->npc, m->player, i)); i++)
		m->v->recent[m->v->n_recent++] = cut(m->a, line, HEARD_TEXT_MAX);
}

/* ---- what it makes of who it talks to ---- */

static const char *feeling(int32_t regard)
{
	if (regard >= 50)
		return " and are very fond of ";
	if (regard >= 10)
		return " and like ";
	if (regard <= -50)
		return " and cannot stand ";
	return regard <= -10 ? " and do not much like " : NULL;
}

static void put_relation(const struct making *m)
{
	static const char *const often[] = { " before", " once", " twice", " three times",
					     " many times" };
	const struct bond *b = bond_get(m->w, m->player, m->key);
	const uint32_t met = bond_met_before(m->w, m->player, m->key);
	const char *like = feeling(b ? b->regard : 0);

	m->v->met = met;
	m->v->regard = b ? b->regard : 0;
	m->v->relation.data =
		(uint8_t *)arena_printf(m->a, "You have %smet %s%s%s%s.", met ? "" : "not ",
					name_of(m->w, m->player),
					often[at_most(met, ARRAY_LEN(often) - 1)], like ? like : "",
					like ? actor_pronoun(m->w, m->player, PRONOUN_OBJECT) : "");
	m->v->relation.len = strlen((char *)m->v->relation.data);
	m->v->memories = NEW_LIST(m->a, BOND_MEMORIES, *m->v->memories);
	for (size_t i = 0; b && i < BOND_MEMORIES && b->memories[i]; i++)
		m->v->memories[m->v->n_memories++] = cut(m->a, b->memories[i], BOND_MEMORY_MAX);
}

/* Has this errand, at this step, to do with it? */
static bool concerns(const struct pack_npc *npc, const struct pack_errand *errand,
		     enum errand_state state, uint32_t step)
{
	return errand->giver == npc ||
	       (state == ERRAND_TAKEN && step < errand->n_steps &&
		(errand->steps[step].to == npc || errand->steps[step].learn_npc == npc));
}

static void add_errand(const struct making *m, const struct pack_errand *errand,
		       enum errand_state state, uint32_t step)
{
	const struct pack_npc *npc = npc_get(m->w, m->npc)->proto;
	const char *who = name_of(m->w, m->player);
	struct buf text = { 0 };

	if (state == ERRAND_OFFERED)
		buf_addf(&text, "You have offered %s the errand \"%s\": %s", who, errand->name,
			 errand->offer ? errand->offer : "");
	else if (state == ERRAND_TAKEN && step < errand->n_steps)
		buf_addf(&text, "%s has taken on the errand \"%s\"%s: %s", who, errand->name,
			 errand->giver == npc ? " for you" : "",
			 errand->steps[step].journal ? errand->steps[step].journal : "");
	else
		buf_addf(&text, "%s has done the errand \"%s\" for you.", who, errand->name);
	buf_addc(&text, 0);
	m->v->errands[m->v->n_errands++] = cut_plain(m->a, buf_p(&text), TEXT_LINE);
	buf_done(&text);
}

static void put_errands(const struct making *m)
{
	const struct pack_npc *npc = npc_get(m->w, m->npc)->proto;

	m->v->errands = NEW_LIST(m->a, ERRANDS_SHOWN, *m->v->errands);
	for (size_t i = 0; i < m->w->n_packs; i++) {
		const struct pack *pack = m->w->packs[i];

		for (size_t k = 0; k < pack->n_errands && m->v->n_errands < ERRANDS_SHOWN; k++) {
			const struct pack_errand *errand = &pack->errands[k];
			uint32_t step = 0;
			enum errand_state state = errand_state_of(m->w, m->player, errand, &step);

			if (state != ERRAND_NONE && concerns(npc, errand, state, step))
				add_errand(m, errand, state, step);
		}
	}
}

static void put_refused(const struct making *m)
{
	const char *line;

	m->v->refused = NEW_LIST(m->a, LISTED_MAX, *m->v->refused);
	for (size_t i = 0; i < LISTED_MAX && (line = mind_refused(m->w, m->npc, i)); i++)
		m->v->refused[m->v->n_refused++] = cut_plain(m->a, line, TEXT_LINE);
}

/* ---- the whole ---- */

/* False: nothing is left that may go. */
static bool drop_least(Mudlark__AiView *v)
{
	enum { KEPT = 4 };

	if (v->n_recent > KEPT) {
		v->recent++; /* the oldest */
		v->n_recent--;
	} else if (v->n_topics && v->topics[v->n_topics - 1]->small) {
		v->n_topics--;
	} else if (v->n_knows > KEPT) {
		v->n_knows--;
	} else if (v->n_topics > KEPT) {
		v->n_topics--;
	} else if (v->n_greets > 1) {
		v->n_greets--;
	} else if (v->n_shrugs > 1) {
		v->n_shrugs--;
	} else if (v->n_topics) {
		v->n_topics--;
	} else {
		return false;
	}
	return true;
}

void view_build(struct world *w, struct ent npc, struct ent player, struct arena *a,
		Mudlark__AiView *ret)
{
	const struct npc *n = npc_get(w, npc);
	const struct making m = { .w = w,
				  .npc = npc,
				  .player = player,
				  .key = n ? n->key : NULL,
				  .mind = n && n->proto ? n->proto->mind : NULL,
				  .a = a,
				  .v = ret };

	mudlark__ai_view__init(ret);
	if (!m.mind)
		return;
	put_self(&m);
	put_greets(&m);
	put_topics(&m);
	put_place(&m);
	put_here(&m);
	put_recent(&m);
	put_relation(&m);
	put_errands(&m);
	put_refused(&m);
	acts_list(w, npc, player, a, ret);
	while (mudlark__ai_view__get_packed_size(ret) > VIEW_MAX && drop_least(ret))
		;
}
