/*
 * data.c - GMCP bodies; see data.h.  Char.Name, Char.StatusVars, Char.Vitals and Room.Info as the usual
 * clients (Mudlet, Blightmud) read them.
 */
#include "world/data.h"

#include <string.h>

#include "rt/text.h"
#include "world/core/actor.h"
#include "world/core/comp.h"
#include "world/core/name.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/say.h"

static void send(struct world *w, const struct session *s, const char *package, struct buf *json)
{
	say_data(w, s->actor, package, buf_span(json));
	buf_done(json);
}

static void char_name(struct world *w, const struct session *s)
{
	const struct player *p = player_get(w, s->actor);
	struct buf json = { 0 };

	buf_addc(&json, '{');
	comp_save_text(&json, "name", name_of(w, s->actor));
	comp_save_text(&json, "fullname", name_of(w, s->actor));
	comp_save_text(&json, "role", role_name(p ? p->role : ROLE_PLAYER));
	buf_addc(&json, '}');
	send(w, s, "Char.Name", &json);
}

static void char_vitals(struct world *w, const struct session *s)
{
	const struct actor *a = actor_get(w, s->actor);
	struct buf json = { 0 };

	if (!a)
		return;
	buf_addc(&json, '{');
	comp_save_int(&json, "hp", a->hp);
	comp_save_int(&json, "maxhp", a->hp_max);
	buf_addc(&json, '}');
	send(w, s, "Char.Vitals", &json);
}

static void char_status_vars(struct world *w, const struct session *s)
{
	struct buf json = { 0 };

	buf_adds(&json, "{\"name\":\"Name\",\"role\":\"Role\"}");
	send(w, s, "Char.StatusVars", &json);
}

void data_room(struct world *w, struct session *s)
{
	const struct room *r = room_get(w, s->group);
	struct buf json = { 0 };

	if (!r || !say_wants(w, s->actor, "Room.Info"))
		return;
	buf_addc(&json, '{');
	/* JavaScript-like clients keep 53 bits. */
	comp_save_int(&json, "num", (int64_t)(ent_id(w, s->group) & (((uint64_t)1 << 53) - 1)));
	comp_save_text(&json, "name", r->def->name);
	comp_save_text(&json, "area", r->def->area ? r->def->area->name : "");
	json_member(&json, "exits");
	buf_addc(&json, '{');
	for (int d = 0; d < N_DIRS; d++)
		if (ent_is(r->exits[d]))
			comp_save_int(&json, dir_info((enum dir)d)->abbrev,
				      (int64_t)(ent_id(w, r->exits[d]) &
						(((uint64_t)1 << 53) - 1)));
	buf_adds(&json, "}}");
	send(w, s, "Room.Info", &json);
}

void data_all(struct world *w, struct session *s)
{
	if (s->state != SESSION_PLAYING || !s->supports)
		return;
	char_name(w, s);
	char_status_vars(w, s);
	char_vitals(w, s);
	data_room(w, s);
}
