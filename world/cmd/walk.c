/*
 * walk.c - one step: leave, move, arrive, look.
 */
#include "world/cmd/walk.h"

#include <inttypes.h>
#include "world/cmd/look.h"
#include "world/core/event.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/say.h"

static bool is_hidden(const struct world *w, struct ent actor)
{
	const struct player *p = player_get(w, actor);

	return p && p->hidden;
}

static void tell_leaving(struct world *w, struct ent actor, struct ent from, enum dir d)
{
	act(w, &(struct act){ .actor = actor,
			      .room = from,
			      .markup = dir_info(d)->name,
			      .to_others = "$n leaves $x.",
			      .passing = true,
			      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

static void tell_arriving(struct world *w, struct ent actor, struct ent to, enum dir d)
{
	act(w, &(struct act){ .actor = actor,
			      .room = to,
			      .markup = dir_info(dir_info(d)->opposite)->from,
			      .to_others = "$n arrives from $x.",
			      .passing = true,
			      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

static void emit_facts(struct world *w, struct ent actor, struct ent from, struct ent to,
		       enum dir d)
{
	event_emit(w, FACT_ROOM_LEFT, actor, "\"room\":" EVENT_ID, ent_id(w, from));
	event_emit(w, FACT_ROOM_ENTERED, actor, "\"room\":" EVENT_ID, ent_id(w, to));
	if (ent_kind(w, actor) == KIND_PLAYER)
		event_emit(w, FACT_PLAYER_MOVED, actor,
			   "\"from\":" EVENT_ID ",\"to\":" EVENT_ID ",\"way\":\"%s\"",
			   ent_id(w, from), ent_id(w, to), dir_info(d)->name);
}

bool walk(struct world *w, struct ent actor, enum dir d)
{
	struct ent from = place_room(w, actor), to = room_exit(w, from, d);

	if (!ent_is(to)) {
		say_reply(w, actor, "You cannot go %s.", dir_info(d)->name);
		return false;
	}
	if (place_move(w, actor, to)) {
		say_reply(w, actor, "There is no room for you there.");
		return false;
	}
	if (!is_hidden(w, actor)) {
		tell_leaving(w, actor, from, d);
		tell_arriving(w, actor, to, d);
	}
	if (ent_kind(w, actor) == KIND_PLAYER) {
		look_room(w, actor, say_begin(w, actor));
		say_end(w);
	}
	emit_facts(w, actor, from, to, d);
	return true;
}
