/*
 * acts.c - one table of verbs: what each may be done to, and how it is done; see acts.h.
 *
 * The list of targets that a model is shown is the list that its proposal is checked by: what is not on
 * it now is refused before anything is run.
 */
#include "world/mind/acts.h"

#include <string.h>

#include "rt/text.h"
#include "world/cmd/haul.h"
#include "world/cmd/table.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/protos.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/mind/bond.h"
#include "world/mind/errand.h"
#include "world/mind/mind.h"
#include "world/mind/view.h"
#include "world/turn.h"

enum { TARGETS_MAX = 16 };

/* An npc and the one it talks to. */
struct pair {
	struct world *w;
	struct ent npc, player;
	const struct npc *self; /* with a mind */
};

struct targets {
	const char *names[TARGETS_MAX];
	size_t n;
};

/* A proposal that has passed the lists: verb, target and text are clean. */
struct proposal {
	struct pair p;
	const char *verb, *target;
	struct span text;
	struct buf *why;
};

struct verb_row {
	enum pack_verb verb;
	const char *name;
	/* Fills in what it may be done to; NULL: it needs no target. */
	void (*list)(const struct pair *p, struct targets *ret);
	bool (*run)(const struct proposal *o);
	bool needs_text;
	bool is_typed; /* it is done by the command of that name: none in the game, no such verb */
};

static const struct pack_mind *mind_of(const struct pair *p)
{
	return p->self->proto->mind;
}

static void add_target(struct targets *t, const char *name)
{
	if (t->n < TARGETS_MAX)
		t->names[t->n++] = name;
}

static bool is_with(const struct pair *p)
{
	struct ent room = place_room(p->w, p->npc);

	return ent_is(room) && ent_same(place_owner(p->w, p->player), room) &&
	       target_visible(p->w, p->npc, p->player);
}

static bool refuse(struct buf *why, const char *reason)
{
	buf_adds(why, reason);
	return false;
}

/* ---- lines ---- */

/* Only what stands here is typed by anybody but a player. */
static bool may_type(struct span line)
{
	static const char *const words[] = { "say", "emote", "give", "go", "open", "attack" };
	struct span rest = line, word = text_word(&rest);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == word.n && !memcmp(words[i], word.p, word.n))
			return true;
	return false;
}

bool acts_type(struct world *w, struct ent npc, struct span line, struct buf *why)
{
	struct buf told = { 0 };
	struct turn_ear before;
	bool done;

	if (ent_kind(w, npc) != KIND_NPC || !may_type(line))
		return refuse(why, "That is nothing you can do.");
	before = turn_listen(w, npc, &told);
	w->env.run(w, npc, line);
	done = turn_listened(w, before);
	if (!told.n)
		buf_adds(&told, "Nothing came of it.");
	buf_addc(&told, 0);
	if (!done)
		view_plain(why, buf_p(&told));
	buf_done(&told);
	return done;
}

static bool type(const struct proposal *o, const char *object)
{
	struct buf line = { 0 };
	bool done;

	buf_addf(&line, "%s %s", o->verb, object);
	done = acts_type(o->p.w, o->p.npc, buf_span(&line), o->why);
	buf_done(&line);
	return done;
}

static bool type_target(const struct proposal *o)
{
	return type(o, o->target);
}

static bool type_text(const struct proposal *o)
{
	struct buf words = { 0 };
	bool done;

	buf_addf(&words, "%.*s", (int)o->text.n, o->text.p);
	buf_addc(&words, 0);
	done = type(o, buf_p(&words));
	buf_done(&words);
	return done;
}

/* ---- giving ---- */

static bool is_open(const struct pair *p, const struct pack_gift *g)
{
	return !bond_gave(p->w, p->player, p->self->key, g->item->key) &&
	       errand_when(p->w, p->player, p->self->key, g->when);
}

static void list_gifts(const struct pair *p, struct targets *ret)
{
	const struct pack_mind *mind = mind_of(p);

	for (size_t i = 0; is_with(p) && i < mind->n_gifts; i++)
		if (is_open(p, &mind->gifts[i]))
			add_target(ret, mind->gifts[i].item->name.noun);
}

static const struct pack_item *find_gift(const struct pair *p, const char *noun)
{
	const struct pack_mind *mind = mind_of(p);

	for (size_t i = 0; i < mind->n_gifts; i++)
		if (is_open(p, &mind->gifts[i]) && !strcmp(mind->gifts[i].item->name.noun, noun))
			return mind->gifts[i].item;
	return NULL;
}

/* Something of this kind that it carries; ENT_NONE: nothing. */
static struct ent carried(const struct pair *p, const struct pack_item *proto)
{
	for (struct ent e = place_first(p->w, p->npc); ent_is(e); e = place_next(p->w, e)) {
		const struct item *it = item_get(p->w, e);

		if (it && it->proto == proto)
			return e;
	}
	return ENT_NONE;
}

/* How it would be called by its holder: "2.token". */
static void name_exactly(const struct pair *p, struct ent item, struct buf *out)
{
	const struct name *name = name_get(p->w, item);
	struct target t;
	unsigned at = 1;

	if (!target_parse((struct span){ name->called.words[0], strlen(name->called.words[0]) },
			  &t))
		return;
	for (struct ent e = place_first(p->w, p->npc); ent_is(e) && !ent_same(e, item);
	     e = place_next(p->w, e)) {
		const struct name *other = name_get(p->w, e);

		at += other &&
		      target_fits(&t, other->called.words, other->called.n_words, NULL) == 2;
	}
	buf_addf(out, "%u.%s", at, name->called.words[0]);
}

static bool hand_over(const struct proposal *o, struct ent item)
{
	struct buf line = { 0 };
	bool done;

	name_exactly(&o->p, item, &line);
	buf_addf(&line, " to %s", name_of(o->p.w, o->p.player));
	buf_addc(&line, 0);
	done = type(o, buf_p(&line)) && ent_same(place_owner(o->p.w, item), o->p.player);
	buf_done(&line);
	return done;
}

/* What it does not carry is made, when the player can take it. */
static bool give(const struct proposal *o, const struct pack_item *proto)
{
	const struct pack *pack;
	struct world *w = o->p.w;
	struct ent item = carried(&o->p, proto);
	const bool is_made = !ent_is(item);
	struct span key;

	if (place_count(w, o->p.player) >= CARRY_THINGS ||
	    place_weight(w, o->p.player) + proto->weight > CARRY_GRAMS)
		return refuse(o->why, "That is more than they can carry.");
	if (is_made) {
		pack = protos_pack(w, o->p.self->key, &key);
		item = item_new(w, pack, proto);
		if (place_move(w, item, o->p.npc)) {
			ent_destroy(w, item);
			return refuse(o->why, "Your hands are full.");
		}
		event_emit(w, FACT_ITEM_CREATED, o->p.npc, "\"entity\":" EVENT_ID, ent_id(w, item));
	}
	if (!hand_over(o, item)) {
		if (is_made)
			ent_destroy(w, item);
		return false;
	}
	bond_note_gift(w, o->p.player, o->p.self->key, proto->key);
	return true;
}

static bool do_give(const struct proposal *o)
{
	return give(o, find_gift(&o->p, o->target));
}

/* ---- going ---- */

static void list_ways(const struct pair *p, struct targets *ret)
{
	struct ent here = place_room(p->w, p->npc);
	const struct room *room = room_get(p->w, here), *there;

	for (enum dir d = 0; room && d < N_DIRS; d++) {
		there = room_get(p->w, room_exit(p->w, here, d));
		if (there && there->def->area == room->def->area)
			add_target(ret, dir_info(d)->name);
	}
}

static const char nobody[] = "nobody";

static void list_player(const struct pair *p, struct targets *ret)
{
	if (is_with(p))
		add_target(ret, name_of(p->w, p->player));
}

static void list_followed(const struct pair *p, struct targets *ret)
{
	list_player(p, ret);
	if (ent_is(mind_follows(p->w, p->npc)))
		add_target(ret, nobody);
}

static bool do_follow(const struct proposal *o)
{
	mind_follow(o->p.w, o->p.npc, strcmp(o->target, nobody) ? o->p.player : ENT_NONE);
	return true;
}

/* ---- things ---- */

static void list_boxes(const struct pair *p, struct targets *ret)
{
	for (struct ent e = place_first(p->w, place_room(p->w, p->npc)); ent_is(e);
	     e = place_next(p->w, e)) {
		const struct name *name = name_get(p->w, e);

		if (ent_kind(p->w, e) == KIND_PLAYER)
			return;
		if (item_holds(p->w, e) && name && name->called.n_words)
			add_target(ret, name->called.words[0]);
	}
}

/* ---- its own mind ---- */

static void list_errands(const struct pair *p, struct targets *ret)
{
	struct span key;
	const struct pack *pack = protos_pack(p->w, p->self->key, &key);

	for (size_t i = 0; is_with(p) && pack && i < pack->n_errands; i++) {
		const struct pack_errand *e = &pack->errands[i];

		if (e->giver == p->self->proto &&
		    errand_state_of(p->w, p->player, e, NULL) == ERRAND_NONE &&
		    errand_when(p->w, p->player, p->self->key, e->when))
			add_target(ret, e->key);
	}
}

static bool do_offer(const struct proposal *o)
{
	struct span key;
	const struct pack *pack = protos_pack(o->p.w, o->p.self->key, &key);
	const char *path = arena_printf(&o->p.w->scratch, "%s/%s", pack->name, o->target);

	return errand_offer(o->p.w, o->p.npc, o->p.player, path) ||
	       refuse(o->why, "You have no such errand to offer now.");
}

static void list_moods(const struct pair *p, struct targets *ret)
{
	static const char *const moods[] = { "calm", "cheerful", "wary",   "angry",
					     "sad",  "afraid",	 "amused", "tired" };

	(void)p;
	for (size_t i = 0; i < ARRAY_LEN(moods); i++)
		add_target(ret, moods[i]);
}

static bool do_mood(const struct proposal *o)
{
	mind_set_mood(o->p.w, o->p.npc, (struct span){ o->target, strlen(o->target) });
	return true;
}

static bool do_remember(const struct proposal *o)
{
	bond_remember(o->p.w, o->p.player, o->p.self->key, o->text);
	return true;
}

/* ---- all of them ---- */

static const struct verb_row verbs[] = {
	{ VERB_SAY, "say", NULL, type_text, true, true },
	{ VERB_EMOTE, "emote", NULL, type_text, true, true },
	{ VERB_GIVE, "give", list_gifts, do_give, false, true },
	{ VERB_GO, "go", list_ways, type_target, false, true },
	{ VERB_FOLLOW, "follow", list_followed, do_follow, false, false },
	{ VERB_OPEN, "open", list_boxes, type_target, false, true },
	{ VERB_ATTACK, "attack", list_player, type_target, false, true },
	{ VERB_OFFER, "offer", list_errands, do_offer, false, false },
	{ VERB_MOOD, "mood", list_moods, do_mood, false, false },
	{ VERB_REMEMBER, "remember", NULL, do_remember, true, false },
};

static bool make_pair(struct world *w, struct ent npc, struct ent player, struct pair *ret)
{
	const struct npc *self = npc_get(w, npc);

	*ret = (struct pair){ .w = w, .npc = npc, .player = player, .self = self };
	return self && self->key && self->proto && self->proto->mind;
}

static bool is_command(const struct pair *p, const char *name)
{
	const struct cmd *cmd = cmd_find(p->w, p->npc, (struct span){ name, strlen(name) });

	return cmd && !strcmp(cmd->name, name);
}

static bool is_allowed(const struct pair *p, const struct verb_row *row, struct targets *ret)
{
	ret->n = 0;
	if (!(mind_of(p)->may & row->verb) || (row->is_typed && !is_command(p, row->name)))
		return false;
	if (row->list)
		row->list(p, ret);
	return !row->list || ret->n;
}

void acts_list(struct world *w, struct ent npc, struct ent player, struct arena *a,
	       Mudlark__AiView *ret)
{
	struct targets targets;
	struct pair p;

	if (!make_pair(w, npc, player, &p))
		return;
	ret->may = arena_alloc(a, ARRAY_LEN(verbs) * sizeof(*ret->may));
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		Mudlark__AiVerb *v;

		if (!is_allowed(&p, &verbs[i], &targets))
			continue;
		v = arena_alloc(a, sizeof(*v));
		mudlark__ai_verb__init(v);
		v->verb = (char *)(uintptr_t)verbs[i].name;
		v->targets = arena_alloc(a, (targets.n + 1) * sizeof(*v->targets));
		for (size_t k = 0; k < targets.n; k++)
			v->targets[v->n_targets++] =
				arena_dup(a, targets.names[k], strlen(targets.names[k]));
		ret->may[ret->n_may++] = v;
	}
}

/* The target as it is on the list; NULL: it is not. */
static const char *find_target(const struct targets *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (text_eq_fold((struct span){ t->names[i], strlen(t->names[i]) },
				 (struct span){ name, strlen(name) }))
			return t->names[i];
	return NULL;
}

static bool run(struct proposal *o, const struct verb_row *row, const Mudlark__AiAct *act)
{
	struct targets targets;
	struct buf text = { 0 };
	bool done;

	if (!is_allowed(&o->p, row, &targets))
		return refuse(o->why, "You cannot do that now.");
	o->verb = row->name;
	o->target = row->list ? find_target(&targets, act->target) : "";
	if (!o->target)
		return refuse(o->why, "You cannot do that to what is not there.");
	text_clean(&text, (struct span){ (const char *)act->text.data, act->text.len });
	o->text = text_trim(buf_span(&text));
	o->text.n = text_cut(o->text, ACTS_TEXT_MAX);
	done = row->needs_text && !o->text.n ? refuse(o->why, "You did not say what.")
					     : row->run(o);
	buf_done(&text);
	return done;
}

bool acts_do(struct world *w, struct ent npc, struct ent player, const Mudlark__AiAct *act,
	     struct buf *why)
{
	struct proposal o = { .why = why };

	if (!make_pair(w, npc, player, &o.p))
		return refuse(why, "You cannot do anything.");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (!strcmp(verbs[i].name, act->verb))
			return run(&o, &verbs[i], act);
	return refuse(why, "There is no such thing to do.");
}

const struct pack_item *acts_gift_of(struct world *w, struct ent npc, struct ent player,
				     const struct pack_topic *topic)
{
	struct pair p;

	if (!topic->gives || !make_pair(w, npc, player, &p) || !is_with(&p))
		return NULL;
	for (size_t i = 0; i < mind_of(&p)->n_gifts; i++)
		if (mind_of(&p)->gifts[i].item == topic->gives &&
		    is_open(&p, &mind_of(&p)->gifts[i]))
			return topic->gives;
	return NULL;
}

bool acts_hand_over(struct world *w, struct ent npc, struct ent player,
		    const struct pack_topic *topic, struct buf *why)
{
	const struct pack_item *gift = acts_gift_of(w, npc, player, topic);
	struct proposal o = { .verb = "give", .target = "", .why = why };

	if (!gift || !make_pair(w, npc, player, &o.p))
		return refuse(why, "You have nothing to give with that now.");
	return give(&o, gift);
}
