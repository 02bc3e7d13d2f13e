/*
 * errand.c - small errands; see errand.h.
 *
 * Everything of an errand happens in the unit of the fact that does it, so it is stored and told as one:
 * a step is never done without its reward, nor twice.
 */
#include "world/mind/errand.h"

#include <stdio.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/cmd/haul.h"
#include "world/core/event.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/protos.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/mind/bond.h"
#include "world/mind/errands.h"
#include "world/mind/home.h"

enum { DEPTH_MAX = 8, PATH_BYTES = 2 * BOND_KEY_MAX };

/* Of a player, now. */
struct taken {
	const struct pack_errand *errand;
	uint32_t step;
};

static void tell(struct world *w, struct ent player, const char *markup)
{
	say_to(w, player, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, "%s", markup);
}

static void tell_journal(struct world *w, struct ent player, const struct pack_errand *errand,
			 const struct pack_step *step)
{
	if (step->journal)
		say_to(w, player, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, "{system}%s: %s{/}",
		       errand->name, step->journal);
}

static const struct pack *pack_of(const struct world *w, const struct pack_errand *errand)
{
	for (size_t i = 0; i < w->n_packs; i++)
		if (errand >= w->packs[i]->errands &&
		    errand < w->packs[i]->errands + w->packs[i]->n_errands)
			return w->packs[i];
	return NULL;
}

static const struct pack_errand *find(const struct world *w, const char *path)
{
	struct span key;
	const struct pack *pack = protos_pack(w, path, &key);

	return pack ? pack_errand(pack, key) : NULL;
}

/* A step that the pack does not know any more: from the beginning. */
static uint32_t step_at(const struct pack_errand *errand, const char *key)
{
	for (uint32_t i = 0; key && i < errand->n_steps; i++)
		if (!strcmp(errand->steps[i].key, key))
			return i;
	return 0;
}

enum errand_state errand_state(const struct world *w, struct ent player, const char *path,
			       uint32_t *ret_step)
{
	const struct errand_entry *e = errands_find(w, player, path);
	const struct pack_errand *errand = e ? find(w, path) : NULL;

	if (ret_step && errand && e->state == ERRAND_TAKEN)
		*ret_step = step_at(errand, e->step);
	return e ? e->state : ERRAND_NONE;
}

static void make_path(const struct world *w, const struct pack_errand *errand,
		      char path[PATH_BYTES])
{
	const struct pack *pack = pack_of(w, errand);

	snprintf(path, PATH_BYTES, "%s/%s", pack ? pack->name : "", errand->key);
}

enum errand_state errand_state_of(const struct world *w, struct ent player,
				  const struct pack_errand *errand, uint32_t *ret_step)
{
	char path[PATH_BYTES];

	make_path(w, errand, path);
	return errand_state(w, player, path, ret_step);
}

const struct pack_errand *errand_next(const struct world *w, struct ent player,
				      const struct pack_errand *previous,
				      enum errand_state *ret_state, uint32_t *ret_step)
{
	const struct errands *book = errands_get(w, player);
	bool is_behind = !previous;

	for (size_t i = 0; book && i < book->n; i++) {
		const struct pack_errand *errand = find(w, book->v[i].path);

		if (is_behind && errand && book->v[i].state != ERRAND_DONE) {
			*ret_state = book->v[i].state;
			*ret_step = step_at(errand, book->v[i].step);
			return errand;
		}
		is_behind |= errand && errand == previous;
	}
	return NULL;
}

/* ---- conditions ---- */

static bool carries(const struct world *w, struct ent owner, const struct pack_item *proto,
		    unsigned depth)
{
	for (struct ent e = place_first(w, owner); ent_is(e); e = place_next(w, e)) {
		const struct item *it = item_get(w, e);

		if (it && (it->proto == proto ||
			   (depth && place_count(w, e) && carries(w, e, proto, depth - 1))))
			return true;
	}
	return false;
}

static bool is_errand_so(const struct world *w, struct ent player, const struct pack_when *when)
{
	uint32_t step = 0;
	enum errand_state state = errand_state_of(w, player, when->errand, &step);

	switch (when->is) {
	case ERRAND_IS_NEW:
		return state == ERRAND_NONE || state == ERRAND_OFFERED;
	case ERRAND_IS_DONE:
		return state == ERRAND_DONE;
	case ERRAND_IS_OPEN:
		break;
	}
	return state == ERRAND_TAKEN &&
	       (!when->step || !strcmp(when->errand->steps[step].key, when->step));
}

/* The teller is in the same pack as who is asked. */
static bool was_told(const struct world *w, struct ent player, const char *npc,
		     const struct pack_when *when)
{
	const char *slash = npc ? strchr(npc, '/') : NULL;
	char teller[PATH_BYTES];

	if (!slash)
		return false;
	snprintf(teller, sizeof(teller), "%.*s/%s", (int)(slash - npc), npc, when->told_npc);
	return bond_was_told(w, player, teller, when->told);
}

bool errand_when(const struct world *w, struct ent player, const char *npc,
		 const struct pack_when *when)
{
	const struct bond *bond = npc ? bond_get(w, player, npc) : NULL;

	if (!when)
		return true;
	if (when->errand && !is_errand_so(w, player, when))
		return false;
	if (when->has && !carries(w, player, when->has, DEPTH_MAX))
		return false;
	if (when->told && !was_told(w, player, npc, when))
		return false;
	if (when->met && (!bond || bond->met < when->met))
		return false;
	return !when->has_regard || (bond ? bond->regard : 0) >= when->regard;
}

/* ---- rewards ---- */

/* Into his hands, or at his feet; where nothing has room, into his hands all the same. */
static void reward(struct world *w, struct ent player, const struct pack *pack,
		   const struct pack_item *proto)
{
	struct ent item = item_new(w, pack, proto), room = place_room(w, player);
	const bool has_hands = !haul_refusal(w, player, item, player);

	if (!(has_hands && !place_move(w, item, player)) && place_move(w, item, room) &&
	    place_move(w, item, player)) {
		log_warning("reward_refused", LOG_ID("player", ent_id(w, player)),
			    LOG_STR("item", proto->key));
		ent_destroy(w, item);
		return;
	}
	event_emit(w, FACT_ITEM_CREATED, player, "\"entity\":" EVENT_ID, ent_id(w, item));
	act(w,
	    &(struct act){ .actor = player,
			   .object2 = item,
			   .to_actor = ent_same(place_owner(w, item), player)
					       ? "{item}You get $p.{/}"
					       : "{item}$p is yours; it lies at your feet.{/}" });
}

static void tell_done(struct world *w, struct ent player, const char *path,
		      const struct pack_errand *errand)
{
	struct buf title = { 0 };

	json_quote(&title, (struct span){ errand->name, strlen(errand->name) });
	event_emit(w, FACT_ERRAND_DONE, player,
		   "\"name\":\"%s\",\"errand\":\"%s\",\"title\":%.*s%s", name_of(w, player), path,
		   (int)title.n, buf_p(&title),
		   player_get(w, player)->hidden ? ",\"hidden\":true" : "");
	buf_done(&title);
}

static void finish(struct world *w, struct ent player, const char *path,
		   const struct pack_errand *errand)
{
	const struct pack *pack = pack_of(w, errand);
	char giver[PATH_BYTES];

	if (!errands_set(w, player, path, ERRAND_DONE, NULL))
		return;
	if (errand->thanks)
		tell(w, player, errand->thanks);
	for (size_t i = 0; i < errand->n_reward; i++)
		reward(w, player, pack, errand->reward[i]);
	say_to(w, player, MUDLARK__TEXT_CLASS__TEXT_SYSTEM,
	       "{system}You have done the errand {bold}%s{/}.{/}", errand->name);
	tell_done(w, player, path, errand);
	snprintf(giver, sizeof(giver), "%s/%s", pack->name, errand->giver->key);
	bond_regard(w, player, giver, errand->regard);
}

/* ---- steps ---- */

static bool is_there(const struct world *w, struct ent player, const struct pack_step *step)
{
	const struct room *room = room_get(w, place_room(w, player));

	return step->reach && room && room->def == step->reach;
}

/* This step of a taken errand is done; what has been reached already is, too. */
static void advance(struct world *w, struct ent player, const struct pack_errand *errand,
		    uint32_t at)
{
	const struct pack_step *step;
	char path[PATH_BYTES];

	make_path(w, errand, path);
	do {
		step = &errand->steps[at++];
		if (step->done)
			tell(w, player, step->done);
	} while (at < errand->n_steps && is_there(w, player, &errand->steps[at]));
	if (at >= errand->n_steps) {
		finish(w, player, path, errand);
		return;
	}
	step = &errand->steps[at];
	if (errands_set(w, player, path, ERRAND_TAKEN, step->key))
		tell_journal(w, player, errand, step);
}

/* The errands of this player with the step that is to be done; how many. */
static size_t list_taken(const struct world *w, struct ent player, struct taken ret[ERRANDS_MAX])
{
	const struct errands *book = errands_get(w, player);
	size_t n = 0;

	for (size_t i = 0; book && book->n_taken && i < book->n && n < ERRANDS_MAX; i++) {
		const struct pack_errand *errand =
			book->v[i].state == ERRAND_TAKEN ? find(w, book->v[i].path) : NULL;

		if (errand && errand->n_steps)
			ret[n++] = (struct taken){ errand, step_at(errand, book->v[i].step) };
	}
	return n;
}

static const struct pack_npc *proto_of(const struct world *w, struct ent npc)
{
	const struct npc *n = npc_get(w, npc);

	return n ? n->proto : NULL;
}

/* The first that wants the thing; false: none does. */
static bool find_wanting(const struct world *w, struct ent npc, struct ent player, struct ent item,
			 struct taken *ret)
{
	const struct pack_npc *to = proto_of(w, npc);
	const struct item *it = item_get(w, item);
	struct taken list[ERRANDS_MAX];
	const size_t n = to && it && it->proto ? list_taken(w, player, list) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct pack_step *step = &list[i].errand->steps[list[i].step];

		if (step->bring != it->proto || step->to != to)
			continue;
		*ret = list[i];
		return true;
	}
	return false;
}

bool errand_wants(const struct world *w, struct ent npc, struct ent player, struct ent item)
{
	struct taken wanting;

	return find_wanting(w, npc, player, item, &wanting);
}

/* ---- facts ---- */

static void hand_over(struct world *w, struct ent player, struct ent npc, struct ent item)
{
	struct taken t;

	if (find_wanting(w, npc, player, item, &t)) {
		home_later(w, item);
		advance(w, player, t.errand, t.step);
	} else if (!place_move(w, item, player)) {
		act(w, &(struct act){ .actor = npc,
				      .target = player,
				      .object = item,
				      .to_target = "$n gives $O back to you.",
				      .to_others = "$n gives $O back to $N.",
				      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
	}
}

static int on_given(void *ctx, struct world *w, const struct fact *f)
{
	struct ent player = ent_by_id(w, f->actor), npc, item;

	(void)ctx;
	if (ent_kind(w, player) != KIND_PLAYER)
		return 0;
	npc = event_ent(w, f, "to");
	item = event_ent(w, f, "item");
	if (ent_kind(w, npc) == KIND_NPC && ent_same(place_owner(w, item), npc))
		hand_over(w, player, npc, item);
	return 0;
}

static int on_entered(void *ctx, struct world *w, const struct fact *f)
{
	struct ent player = ent_by_id(w, f->actor);
	const struct errands *book = errands_get(w, player);
	struct taken list[ERRANDS_MAX];
	size_t n;

	(void)ctx;
	if (!book || !book->n_taken)
		return 0;
	n = list_taken(w, player, list);
	for (size_t i = 0; i < n; i++)
		if (is_there(w, player, &list[i].errand->steps[list[i].step]))
			advance(w, player, list[i].errand, list[i].step);
	return 0;
}

static void learn(struct world *w, struct ent npc, struct ent player,
		  const struct pack_topic *topic)
{
	struct taken list[ERRANDS_MAX];
	const size_t n = list_taken(w, player, list);

	for (size_t i = 0; i < n; i++) {
		const struct pack_step *step = &list[i].errand->steps[list[i].step];

		if (step->learn && step->learn_npc == proto_of(w, npc) &&
		    !strcmp(step->learn, topic->key))
			advance(w, player, list[i].errand, list[i].step);
	}
}

/* Regard changes once, so that has to be kept in mind, too. */
void errand_told(struct world *w, struct ent npc, struct ent player, const struct pack_topic *topic)
{
	const struct npc *n = npc_get(w, npc);
	char path[PATH_BYTES];

	if (!n || !n->key || !errands_get(w, player))
		return;
	if ((topic->marks || topic->regard) && bond_told(w, player, n->key, topic->key))
		bond_regard(w, player, n->key, topic->regard);
	learn(w, npc, player, topic);
	if (!topic->offers)
		return;
	make_path(w, topic->offers, path);
	(void)errand_offer(w, npc, player, path);
}

/* ---- offers ---- */

static void tell_offer(struct world *w, struct ent npc, struct ent player,
		       const struct pack_errand *errand)
{
	char command[PATH_BYTES];
	struct buf text = { 0 };

	buf_addf(&text, "{system}%s has an errand for you, {bold}%s{/}: %s\nTo take it on, type: ",
		 name_of(w, npc), errand->name, errand->offer ? errand->offer : "");
	snprintf(command, sizeof(command), "accept %s", errand->key);
	say_link(&text, command, (struct span){ command, strlen(command) });
	buf_adds(&text, "{/}");
	say_span(w, player, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_span(&text));
	buf_done(&text);
}

bool errand_offer(struct world *w, struct ent npc, struct ent player, const char *path)
{
	const struct pack_errand *errand = find(w, path);
	const struct npc *n = npc_get(w, npc);
	enum errand_state state = errand_state(w, player, path, NULL);

	if (!errand || !n || !n->proto || errand->giver != n->proto)
		return false;
	if (state == ERRAND_TAKEN || state == ERRAND_DONE)
		return true;
	if (!errand_when(w, player, n->key, errand->when) ||
	    !errands_set(w, player, path, ERRAND_OFFERED, NULL))
		return false;
	tell_offer(w, npc, player, errand);
	return true;
}

void errand_accept(struct world *w, struct ent player, const struct pack_errand *errand)
{
	char path[PATH_BYTES];

	make_path(w, errand, path);
	switch (errand_state(w, player, path, NULL)) {
	case ERRAND_NONE:
		say_reply(w, player, "Nobody has asked you to do that.");
		return;
	case ERRAND_TAKEN:
		say_reply(w, player, "You have taken that on already. Try: {bold}errands{/}");
		return;
	case ERRAND_DONE:
		say_reply(w, player, "You have done that already.");
		return;
	case ERRAND_OFFERED:
		break;
	}
	say_reply(w, player, "{system}You take on the errand {bold}%s{/}.{/}", errand->name);
	if (!errand->n_steps)
		finish(w, player, path, errand);
	else if (is_there(w, player, &errand->steps[0]))
		advance(w, player, errand, 0);
	else if (errands_set(w, player, path, ERRAND_TAKEN, errand->steps[0].key))
		tell_journal(w, player, errand, &errand->steps[0]);
}

void errand_init(struct world *w)
{
	event_on(w, FACT_ITEM_GIVEN, on_given, NULL);
	event_on(w, FACT_ROOM_ENTERED, on_entered, NULL);
	home_init(w);
}
