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
#include "world/data.h"
#include "world/data_media.h"

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

static void tell_wrong(struct world *w, struct ent actor, enum dir d)
{
	struct buf json = { 0 };

	buf_addf(&json, "\"%s\"", dir_info(d)->abbrev);
	data_send_to(w, actor, DATA_ROOM_WRONG_DIR, buf_span(&json));
	buf_done(&json);
}

/* A door, say: for who goes through it. */
static void tell_sound(struct world *w, struct ent actor, struct ent from, enum dir d)
{
	const struct room *room = room_get(w, from);

	for (size_t i = 0; room && room->def && i < room->def->n_exits; i++)
		if (room->def->exits[i].dir == d)
			data_sound_to(w, actor, room->def->exits[i].sound);
}

bool walk(struct world *w, struct ent actor, enum dir d)
{
	struct ent from = place_room(w, actor), to = room_exit(w, from, d);

	if (!ent_is(to)) {
		say_reply(w, actor, "You cannot go %s.", dir_info(d)->name);
		tell_wrong(w, actor, d);
		return false;
	}
	if (place_move(w, actor, to)) {
		say_reply(w, actor, "There is no room for you there.");
		return false;
	}
	tell_sound(w, actor, from, d);
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
