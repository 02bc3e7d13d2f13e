/*
 * data_items.c - what lies in a room and what somebody carries: whole lists, and their changes, which are
 * collected in a unit and told at its end.  Many changes of one place are told as its list again.
 *
 * What a room does not list (scenery) is not here either; people of the world are, as things that
 * cannot be taken.  `attrib` has the usual letters: t can be taken, c container, W wearable, m a
 * creature.
 */
#include "world/data_rows.h"

#include <inttypes.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/place.h"

enum { LIST_FROM = 8 /* changes of a place in one unit */ };

struct icon {
	unsigned flag;
	const char *name;
	char attrib;
};

/* The first that fits gives the icon. */
static const struct icon icons[] = {
	{ ITEM_COIN, "coin", 0 },
	{ ITEM_CONTAINER, "container", 'c' },
	{ ITEM_LIGHT, "light", 0 },
	{ ITEM_WEARABLE, "clothing", 'W' },
};

static const char *icon_of(unsigned flags)
{
	for (size_t i = 0; i < ARRAY_LEN(icons); i++)
		if (flags & icons[i].flag)
			return icons[i].name;
	return "thing";
}

static void add_attrib(unsigned flags, bool creature, struct buf *json)
{
	json_member(json, "attrib");
	buf_addc(json, '"');
	for (size_t i = 0; i < ARRAY_LEN(icons); i++)
		if (icons[i].attrib && flags & icons[i].flag)
			buf_addc(json, icons[i].attrib);
	if (creature)
		buf_addc(json, 'm');
	else if (!(flags & ITEM_FIXED))
		buf_addc(json, 't');
	buf_addc(json, '"');
}

static void add_id(uint64_t num, struct buf *json)
{
	json_member(json, "id");
	buf_addf(json, "\"%" PRIu64 "\"", num);
}

static void add_item(const struct world *w, struct ent e, struct buf *json)
{
	bool creature = ent_kind(w, e) == KIND_NPC;
	unsigned flags = item_flags(w, e);
	struct buf name = { 0 };

	name_add(w, e, 1, &name);
	buf_addc(json, '{');
	add_id(data_num(w, e), json);
	json_member(json, "name");
	json_quote(json, buf_span(&name));
	comp_save_text(json, "icon", creature ? "creature" : icon_of(flags));
	add_attrib(flags, creature, json);
	if (flags & ITEM_CONTAINER)
		comp_save_int(json, "contains", place_count(w, e));
	buf_addc(json, '}');
	buf_done(&name);
}

static bool is_listed(const struct world *w, struct ent e)
{
	return !(item_flags(w, e) & ITEM_SCENERY);
}

void data_items_in(const struct world *w, struct ent owner, const char *location, struct buf *json)
{
	bool any = false;

	buf_addc(json, '{');
	comp_save_text(json, "location", location);
	json_member(json, "items");
	buf_addc(json, '[');
	for (struct ent e = place_first(w, owner); ent_is(e) && ent_kind(w, e) != KIND_PLAYER;
	     e = place_next(w, e)) {
		if (!is_listed(w, e))
			continue;
		if (any)
			buf_addc(json, ',');
		add_item(w, e, json);
		any = true;
	}
	buf_adds(json, "]}");
}

void data_items_inv(const struct world *w, const struct session *s, struct buf *json)
{
	data_items_in(w, s->actor, "inv", json);
}

void data_items_room(const struct world *w, const struct session *s, struct buf *json)
{
	data_items_in(w, s->group, "room", json);
}

/* ---- changes ---- */

static bool is_followed(const struct world *w, struct ent place)
{
	if (ent_kind(w, place) == KIND_ROOM)
		return data_heard_in(w, place);
	return ent_kind(w, place) == KIND_PLAYER &&
	       data_wants(session_of(w, place), DATA_ITEMS_ADD);
}

static void note(struct world *w, struct ent place, struct ent item, enum data_change_kind kind)
{
	struct data_hub *h = w->data;

	if (!ent_is(place) || !is_followed(w, place) || !is_listed(w, item))
		return;
	if (h->n_changes == DATA_CHANGES)
		data_items_flush(w);
	h->changes[h->n_changes++] = (struct data_change){
		.place = place, .item = item, .id = data_num(w, item), .kind = kind
	};
}

static void note_container(struct world *w, struct ent e)
{
	if (ent_is(e) && ent_kind(w, e) == KIND_ITEM)
		note(w, place_owner(w, e), e, DATA_UPDATED);
}

void data_items_moved(struct world *w, struct ent e, struct ent from, struct ent to)
{
	note(w, from, e, DATA_REMOVED);
	note(w, to, e, DATA_ADDED);
	note_container(w, from);
	note_container(w, to);
}

static const char *location_of(const struct world *w, struct ent place)
{
	return ent_kind(w, place) == KIND_ROOM ? "room" : "inv";
}

static void tell(struct world *w, struct ent place, enum data_row row, struct buf *json)
{
	if (ent_kind(w, place) == KIND_ROOM)
		data_send_room(w, place, ENT_NONE, row, buf_span(json));
	else
		data_send_to(w, place, row, buf_span(json));
	buf_done(json);
}

static void tell_list(struct world *w, struct ent place)
{
	bool room = ent_kind(w, place) == KIND_ROOM;
	struct buf json = { 0 };

	data_items_in(w, place, location_of(w, place), &json);
	tell(w, place, room ? DATA_ITEMS_ROOM : DATA_ITEMS_INV, &json);
}

static void tell_change(struct world *w, const struct data_change *c)
{
	static const enum data_row rows[] = { [DATA_ADDED] = DATA_ITEMS_ADD,
					      [DATA_REMOVED] = DATA_ITEMS_REMOVE,
					      [DATA_UPDATED] = DATA_ITEMS_UPDATE };
	struct buf json = { 0 };

	/* Gone again in the same unit: then its removal follows. */
	if (c->kind != DATA_REMOVED && !ent_same(place_owner(w, c->item), c->place))
		return;
	buf_addc(&json, '{');
	comp_save_text(&json, "location", location_of(w, c->place));
	json_member(&json, "item");
	if (c->kind != DATA_REMOVED) {
		add_item(w, c->item, &json);
	} else {
		buf_addc(&json, '{');
		add_id(c->id, &json);
		buf_addc(&json, '}');
	}
	buf_addc(&json, '}');
	tell(w, c->place, rows[c->kind], &json);
}

/* How many changes of the same place there are from here on. */
static size_t count_like(const struct data_hub *h, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < h->n_changes; i++)
		n += ent_same(h->changes[i].place, h->changes[from].place);
	return n;
}

static void mark_like(struct data_hub *h, struct ent place)
{
	for (size_t i = 0; i < h->n_changes; i++)
		if (ent_same(h->changes[i].place, place))
			h->changes[i].told = true;
}

void data_items_flush(struct world *w)
{
	struct data_hub *h = w->data;

	for (size_t i = 0; i < h->n_changes; i++) {
		struct data_change *c = &h->changes[i];

		if (c->told || !ent_alive(w, c->place))
			continue;
		if (count_like(h, i) > LIST_FROM) {
			tell_list(w, c->place);
			mark_like(h, c->place);
		} else {
			tell_change(w, c);
		}
	}
	h->n_changes = 0;
}
