/*
 * data_char.c - who one is and how one is.  There are no skills, afflictions or defences yet: their lists
 * are empty, which a client can show.
 */
#include "world/data_rows.h"

#include <string.h>

#include "rt/text.h"
#include "world/core/actor.h"
#include "world/core/comp.h"
#include "world/core/name.h"
#include "world/core/player.h"

void data_fullname(const struct world *w, struct ent player, struct buf *json)
{
	const struct player *p = player_get(w, player);
	struct buf full = { 0 };

	buf_adds(&full, name_of(w, player));
	if (p && p->title && *p->title)
		buf_addf(&full, " %s", p->title);
	comp_save_text(json, "name", name_of(w, player));
	json_member(json, "fullname");
	json_quote(json, buf_span(&full));
	buf_done(&full);
}

void data_char_name(const struct world *w, const struct session *s, struct buf *json)
{
	const struct player *p = player_get(w, s->actor);

	buf_addc(json, '{');
	data_fullname(w, s->actor, json);
	comp_save_text(json, "role", role_name(p ? p->role : ROLE_PLAYER));
	buf_addc(json, '}');
}

void data_char_status_vars(const struct world *w, const struct session *s, struct buf *json)
{
	(void)w;
	(void)s;
	buf_adds(json, "{\"name\":\"Name\",\"title\":\"Title\",\"role\":\"Role\"}");
}

void data_char_status(const struct world *w, const struct session *s, struct buf *json)
{
	const struct player *p = player_get(w, s->actor);

	buf_addc(json, '{');
	comp_save_text(json, "name", name_of(w, s->actor));
	comp_save_text(json, "title", p && p->title ? p->title : "");
	comp_save_text(json, "role", role_name(p ? p->role : ROLE_PLAYER));
	buf_addc(json, '}');
}

void data_char_vitals(const struct world *w, const struct session *s, struct buf *json)
{
	const struct actor *a = actor_get(w, s->actor);

	if (!a)
		return;
	buf_addc(json, '{');
	comp_save_int(json, "hp", a->hp);
	comp_save_int(json, "maxhp", a->hp_max);
	buf_addc(json, '}');
}

void data_empty_list(const struct world *w, const struct session *s, struct buf *json)
{
	(void)w;
	(void)s;
	buf_adds(json, "[]");
}
