/*
 * sight.c - turns places, things and people into text.  `look` (look.c) decides what to look at.
 */
#include <stdio.h>
#include <string.h>
#include "world/cmd/look.h"
#include "world/cmd/series.h"
#include "world/cmd/target.h"
#include "world/core/actor.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/core/world.h"

enum { PEOPLE_SHOWN = 40 };

/* The things in a place; the caller frees. */
static struct ent *things_in(const struct world *w, struct ent owner, size_t *ret_n)
{
	struct ent *list =
		base_alloc(place_count(w, owner) - place_players(w, owner) + 1, sizeof(*list));
	size_t n = 0;

	for (struct ent e = place_first(w, owner); ent_is(e) && ent_kind(w, e) != KIND_PLAYER;
	     e = place_next(w, e))
		if (ent_kind(w, e) == KIND_ITEM)
			list[n++] = e;
	*ret_n = n;
	return list;
}

static struct span text_span(const char *text)
{
	return (struct span){ text, strlen(text) };
}

/* To be clicked at: `look` and the word that is best for it. */
static void add_look(const struct name *name, struct span markup, struct buf *out)
{
	char command[64] = "";

	if (name && name->called.n_words)
		snprintf(command, sizeof(command), "look %s", name->called.words[0]);
	say_link(out, command, markup);
}

static void add_exits(const struct world *w, struct ent room, struct buf *out)
{
	bool any = false;

	buf_adds(out, "{exits}Exits:");
	for (enum dir d = 0; d < N_DIRS; d++) {
		if (!ent_is(room_exit(w, room, d)))
			continue;
		buf_adds(out, any ? ", " : " ");
		say_link(out, dir_info(d)->name, text_span(dir_info(d)->name));
		any = true;
	}
	buf_adds(out, any ? "{/}" : " none{/}");
}

/* Does its pack put such a thing in this room? Only there its own line is true. */
static bool is_at_home(const struct room *room, const struct item *item)
{
	for (size_t i = 0; i < room->def->n_spawns; i++)
		if (room->def->spawns[i].item == item->proto && room->def->spawns[i].room)
			return item->proto;
	return false;
}

/* "Three copper pennies lie here.", or the line that the thing has for itself. */
static void add_thing(const struct world *w, const struct room *room, struct ent e, size_t like,
		      struct buf *out)
{
	const struct name *name = name_get(w, e);
	struct buf line = { 0 };

	if (like == 1 && name && name->here && is_at_home(room, item_get(w, e))) {
		buf_adds(out, "{item}");
		add_look(name, text_span(name->here), out);
		buf_adds(out, "{/}\n");
		return;
	}
	series_counted(w, e, like, &line);
	if (line.n && *line.p >= 'a' && *line.p <= 'z')
		*line.p = (char)(*line.p - 'a' + 'A');
	buf_adds(out, "{item}");
	add_look(name, buf_span(&line), out);
	buf_adds(out, like > 1 ? " lie here.{/}\n" : " lies here.{/}\n");
	buf_done(&line);
}

static void add_person(const struct world *w, struct ent e, struct buf *out)
{
	const struct player *p = player_get(w, e);
	const struct name *name = name_get(w, e);

	if (!p) {
		buf_adds(out, "{npc}");
		add_look(name, text_span(name && name->here ? name->here : "Somebody is here."),
			 out);
		buf_adds(out, "{/}\n");
		return;
	}
	buf_adds(out, "{player}");
	add_look(name, text_span(name_of(w, e)), out);
	if (p->title && *p->title) {
		buf_addc(out, ' ');
		say_escape(out, (struct span){ p->title, strlen(p->title) });
	}
	buf_adds(out, player_linkdead(w, e) ? " stares into space.{/}\n" : " is here.{/}\n");
}

static void add_things(const struct world *w, const struct room *room, struct ent around,
		       struct buf *out)
{
	size_t n, like;
	CLEANUP(base_freep) struct ent *list = things_in(w, around, &n);

	for (size_t i = 0; i < n; i++) {
		if (item_flags(w, list[i]) & ITEM_SCENERY)
			continue;
		like = series_like(w, list, n, i);
		if (like)
			add_thing(w, room, list[i], like, out);
	}
}

/* A crowd is counted, not listed, and not walked through either. */
static void add_people(const struct world *w, struct ent actor, struct ent around, struct buf *out)
{
	size_t shown = 0, left = place_players(w, around);
	bool met = false; /* oneself */

	for (struct ent e = place_first(w, around); ent_is(e) && shown < PEOPLE_SHOWN;
	     e = place_next(w, e)) {
		left -= ent_kind(w, e) == KIND_PLAYER;
		met |= ent_same(e, actor);
		if (ent_kind(w, e) == KIND_ITEM || ent_same(e, actor) ||
		    !target_visible(w, actor, e))
			continue;
		add_person(w, e, out);
		shown++;
	}
	if (left > !met)
		buf_addf(out, "{player}And %zu others are here.{/}\n", left - !met);
}

void look_room(const struct world *w, struct ent actor, struct buf *out)
{
	struct ent around = place_room(w, actor);
	const struct room *room = room_get(w, around);

	if (!room || !room->def) {
		buf_adds(out, "You are nowhere at all.\n{exits}Exits: none{/}");
		return;
	}
	buf_addf(out, "{room}%s{/}\n%s\n", room->def->name, room->def->look);
	add_things(w, room, around, out);
	add_people(w, actor, around, out);
	add_exits(w, around, out);
}

void look_inside(const struct world *w, struct ent e, struct buf *out)
{
	size_t n;
	CLEANUP(base_freep) struct ent *list = things_in(w, e, &n);

	if (!(item_flags(w, e) & ITEM_CONTAINER)) {
		buf_adds(out, "You cannot look into that.");
	} else if (!n) {
		buf_adds(out, "There is nothing in ");
		name_add_the(w, e, out);
		buf_addc(out, '.');
	} else {
		buf_adds(out, "In ");
		name_add_the(w, e, out);
		buf_adds(out, ": ");
		series_add(w, list, n, out);
		buf_addc(out, '.');
	}
}

/* What somebody can be seen to carry. */
static void add_carried(const struct world *w, struct ent e, struct buf *out)
{
	size_t n;
	CLEANUP(base_freep) struct ent *list = things_in(w, e, &n);

	if (!n)
		return;
	buf_addf(out, "\n%s carries ", name_of(w, e));
	series_add(w, list, n, out);
	buf_addc(out, '.');
}

void look_entity(const struct world *w, struct ent actor, struct ent e, struct buf *out)
{
	const struct name *name = name_get(w, e);
	const struct player *p = player_get(w, e);
	enum ent_kind kind = ent_kind(w, e);

	if (kind == KIND_ROOM) {
		look_room(w, actor, out);
		return;
	}
	if (p && p->descr)
		say_escape(out, (struct span){ p->descr, strlen(p->descr) });
	else if (name && name->look)
		buf_adds(out, name->look);
	else
		buf_addf(out, "You see nothing special about %s.",
			 ent_same(actor, e) ? "yourself" : name_of(w, e));
	if (kind == KIND_PLAYER && !ent_same(actor, e))
		add_carried(w, e, out);
	if (kind == KIND_ITEM && item_flags(w, e) & ITEM_CONTAINER) {
		buf_addc(out, '\n');
		look_inside(w, e, out);
	}
}
