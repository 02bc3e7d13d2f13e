/*
 * comp.c - the table of components, and entities as JSON; see comp.h.
 */
#include "world/core/comp.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/actor.h"
#include "world/core/comps.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/world.h"
#include "world/mind/bond.h"
#include "world/mind/errands.h"
#include "world/mind/mind_inner.h"
#include "world/social/social.h"

enum { BODY_MAX = 256 * 1024 };

const struct comp_def comp_table[COMP_COUNT] = {
	[COMP_NAME] = { .name = "name",
			.size = sizeof(struct name),
			.done = name_done,
			.save = name_save,
			.load = name_load },
	[COMP_PLACE] = { .name = "place",
			 .size = sizeof(struct place),
			 .save = place_save,
			 .load = place_load },
	[COMP_ROOM] = { .name = "room", .size = sizeof(struct room) },
	[COMP_ITEM] = { .name = "item",
			.size = sizeof(struct item),
			.done = item_done,
			.save = item_save,
			.load = item_load },
	[COMP_ACTOR] = { .name = "actor",
			 .size = sizeof(struct actor),
			 .init = actor_init,
			 .save = actor_save,
			 .load = actor_load },
	[COMP_PLAYER] = { .name = "player",
			  .size = sizeof(struct player),
			  .done = player_done,
			  .save = player_save,
			  .load = player_load },
	[COMP_NPC] = { .name = "npc",
		       .size = sizeof(struct npc),
		       .done = npc_done,
		       .save = npc_save,
		       .load = npc_load },
	[COMP_MIND] = { .name = "mind",
			.size = sizeof(struct mind),
			.done = thoughts_done,
			.save = thoughts_save,
			.load = thoughts_load },
	[COMP_BONDS] = { .name = "bonds",
			 .size = sizeof(struct bonds),
			 .done = bonds_done,
			 .bulk = bonds_bulk,
			 .save = bonds_save,
			 .load = bonds_load },
	[COMP_ERRANDS] = { .name = "errands",
			   .size = sizeof(struct errands),
			   .done = errands_done,
			   .bulk = errands_bulk,
			   .save = errands_save,
			   .load = errands_load },
	[COMP_SOCIAL] = { .name = "social",
			  .size = sizeof(struct social),
			  .done = social_done,
			  .bulk = social_bulk,
			  .save = social_save,
			  .load = social_load },
};

void comp_save(const struct world *w, struct ent e, struct buf *out)
{
	buf_addc(out, '{');
	for (int i = 0; i < COMP_COUNT; i++) {
		const void *c = comp_get(w, e, (enum comp_kind)i);
		size_t before = out->n, inside;

		if (!c || !comp_table[i].save)
			continue;
		json_member(out, comp_table[i].name);
		buf_addc(out, '{');
		inside = out->n;
		comp_table[i].save(w, e, c, out);
		if (out->n == inside)
			out->n = before;
		else
			buf_addc(out, '}');
	}
	buf_addc(out, '}');
}

static int load_members(struct world *w, struct ent e, json_t *root, unsigned *unknown)
{
	const char *key;
	json_t *members;

	json_object_foreach(root, key, members)
	{
		int i, r;

		for (i = 0; i < COMP_COUNT; i++)
			if (!strcmp(comp_table[i].name, key))
				break;
		if (i == COMP_COUNT || !comp_table[i].load || !comp_get(w, e, (enum comp_kind)i)) {
			++*unknown;
			continue;
		}
		if (!json_is_object(members))
			return -EINVAL;
		r = comp_table[i].load(w, e, comp_write(w, e, (enum comp_kind)i), members, unknown);
		if (r < 0)
			return r;
	}
	return 0;
}

int comp_load(struct world *w, struct ent e, struct span body)
{
	unsigned unknown = 0;
	json_error_t error;
	json_t *root;
	int r;

	if (body.n > BODY_MAX)
		return -EINVAL;
	root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &error);
	r = json_is_object(root) ? load_members(w, e, root, &unknown) : -EINVAL;
	json_decref(root);
	if (unknown) {
		w->stats.load_troubles += unknown;
		log_debug("unknown_members", LOG_ID("entity", ent_id(w, e)),
			  LOG_INT("members", unknown));
	}
	return r;
}

const char *comp_text(json_t *v, int *bad)
{
	if (!json_is_string(v) || strlen(json_string_value(v)) != json_string_length(v)) {
		*bad = -EINVAL;
		return NULL;
	}
	return json_string_value(v);
}

int64_t comp_int(json_t *v, int *bad)
{
	if (!json_is_integer(v))
		*bad = -EINVAL;
	return json_integer_value(v);
}

bool comp_bool(json_t *v, int *bad)
{
	if (!json_is_boolean(v))
		*bad = -EINVAL;
	return json_is_true(v);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

uint64_t comp_id(json_t *v, int *bad)
{
	const char *s = comp_text(v, bad);
	uint64_t id = 0;
	int i;

	for (i = 0; s && s[i] && i < 16; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0)
			break;
		id = id << 4 | (uint64_t)digit;
	}
	if (!s || i != 16 || s[i])
		*bad = -EINVAL;
	return id;
}

void comp_save_id(struct buf *out, const char *key, uint64_t id)
{
	if (!id)
		return;
	json_member(out, key);
	buf_addf(out, "\"%016" PRIx64 "\"", id);
}

void comp_save_int(struct buf *out, const char *key, int64_t v)
{
	json_member(out, key);
	json_int(out, v);
}

void comp_save_bool(struct buf *out, const char *key, bool v)
{
	json_member(out, key);
	buf_adds(out, v ? "true" : "false");
}

void comp_save_text(struct buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	json_member(out, key);
	json_quote(out, (struct span){ text, strlen(text) });
}
