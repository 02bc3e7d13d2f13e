/*
 * data_room.c - where one is, and who else.  The number of a secret room is not told: it is -1, where one
 * is and where a way leads.
 *
 * A crowd is not listed: beyond SAY_CROWD players the list is empty and nobody is added or removed;
 * when there are that few again, it is sent whole.
 */
#include "world/data_rows.h"

#include <inttypes.h>
#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/say.h"

static int64_t number_of(const struct world *w, struct ent room)
{
	const struct room *r = room_get(w, room);

	return r && r->def && !r->def->secret ? (int64_t)data_num(w, room) : -1;
}

static void add_exits(const struct world *w, const struct room *r, struct buf *json)
{
	json_member(json, "exits");
	buf_addc(json, '{');
	for (int d = 0; d < N_DIRS; d++)
		if (ent_is(r->exits[d]))
			comp_save_int(json, dir_info((enum dir)d)->abbrev,
				      number_of(w, r->exits[d]));
	buf_addc(json, '}');
}

/* "area,x,y,z", as the usual clients read it. */
static void add_coords(const struct world *w, const struct room *r, struct buf *json)
{
	uint64_t area = ent_pack_id(w->number, r->pack->name, "area", r->def->area->key);

	if (!r->def->has_coords || r->def->secret)
		return;
	json_member(json, "coords");
	buf_addf(json, "\"%" PRIu64 ",%d,%d,%d\"", area & (((uint64_t)1 << 53) - 1),
		 r->def->coords[0], r->def->coords[1], r->def->coords[2]);
}

void data_room_info(const struct world *w, const struct session *s, struct buf *json)
{
	const struct room *r = room_get(w, s->group);
	const char *environment;

	if (!r || !r->def)
		return;
	environment = r->def->environment;
	buf_addc(json, '{');
	comp_save_int(json, "num", number_of(w, s->group));
	comp_save_text(json, "name", r->def->name);
	comp_save_text(json, "area", r->def->area->name);
	if (!environment)
		environment = r->def->indoors ? "indoors" : "outdoors";
	comp_save_text(json, "environment", environment);
	add_coords(w, r, json);
	add_exits(w, r, json);
	json_member(json, "details");
	buf_adds(json, r->def->indoors ? "[\"indoors\"]}" : "[]}");
}

static bool is_shown(const struct world *w, struct ent e)
{
	const struct player *p = player_get(w, e);

	return p && !p->hidden;
}

static void list_players(const struct world *w, struct ent room, struct buf *json)
{
	bool any = false;

	buf_addc(json, '[');
	if (place_players(w, room) <= SAY_CROWD) {
		for (struct ent e = place_first_player(w, room); ent_is(e); e = place_next(w, e)) {
			if (!is_shown(w, e))
				continue;
			buf_adds(json, any ? ",{" : "{");
			data_fullname(w, e, json);
			buf_addc(json, '}');
			any = true;
		}
	}
	buf_addc(json, ']');
}

void data_room_players(const struct world *w, const struct session *s, struct buf *json)
{
	list_players(w, s->group, json);
}

static void send_list(struct world *w, struct ent room)
{
	struct buf json = { 0 };

	list_players(w, room, &json);
	data_send_room(w, room, ENT_NONE, DATA_ROOM_PLAYERS, buf_span(&json));
	buf_done(&json);
}

static void has_left(struct world *w, struct ent player, struct ent room)
{
	uint32_t n = place_players(w, room);
	struct buf json = { 0 };

	if (!data_heard_in(w, room) || n > SAY_CROWD)
		return;
	if (n == SAY_CROWD) {
		send_list(w, room);
		return;
	}
	buf_addf(&json, "\"%s\"", name_of(w, player));
	data_send_room(w, room, player, DATA_ROOM_REMOVE_PLAYER, buf_span(&json));
	buf_done(&json);
}

static void has_come(struct world *w, struct ent player, struct ent room)
{
	uint32_t n = place_players(w, room);
	struct buf json = { 0 };

	if (!data_heard_in(w, room) || n > SAY_CROWD + 1)
		return;
	if (n == SAY_CROWD + 1) {
		send_list(w, room);
		return;
	}
	buf_addc(&json, '{');
	data_fullname(w, player, &json);
	buf_addc(&json, '}');
	data_send_room(w, room, player, DATA_ROOM_ADD_PLAYER, buf_span(&json));
	buf_done(&json);
}

void data_players_moved(struct world *w, struct ent player, struct ent from, struct ent to)
{
	if (!is_shown(w, player))
		return;
	if (ent_is(from))
		has_left(w, player, from);
	if (ent_is(to))
		has_come(w, player, to);
}
