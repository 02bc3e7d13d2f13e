/*
 * seeds.c - spawn points of packs become entities; see seeds.h.
 *
 * Which spawn points were used is in documents of the collection "pack": "<name>", "<name>/1",
 * "<name>/2" ..., each {"spawned":["room/thing",...]}.  Each step writes one more, with the things it
 * names, so a world that dies in between neither doubles nor loses any; a builder can add some later,
 * and what players carried off does not grow back.
 */
#include "world/core/seeds.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/event.h"
#include "world/core/item.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/protos.h"

enum { DOCUMENT_BYTES = 64 * 1024 };

struct seeds {
	const struct pack *pack;
	struct strmap used; /* keys of spawn points, to the pack */
	unsigned n_documents;
	size_t at;	  /* next spawn point */
	struct ent *made; /* by spawn point, in this life; of several the last */
};

static const uint8_t used_key[16] = "mudlark seeds";

struct seeds *seeds_new(const struct pack *pack)
{
	struct seeds *s = base_alloc(1, sizeof(*s));

	s->pack = pack;
	s->made = base_alloc(pack->n_spawns, sizeof(*s->made));
	strmap_init(&s->used, used_key);
	return s;
}

void seeds_free(struct seeds *s)
{
	strmap_done(&s->used);
	free(s->made);
	free(s);
}

static bool is_of(const struct pack *pack, struct span key)
{
	size_t n = strlen(pack->name);

	return key.n >= n && !memcmp(key.p, pack->name, n) && (key.n == n || key.p[n] == '/');
}

void seeds_stored(struct seeds *s, struct span key, struct span body)
{
	json_t *doc, *v;
	size_t i;

	if (!is_of(s->pack, key))
		return;
	s->n_documents++;
	doc = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(json_object_get(doc, "spawned")))
		log_error("seeds_malformed", LOG_STR("pack", s->pack->name));
	json_array_foreach(json_object_get(doc, "spawned"), i, v)
	{
		if (json_is_string(v))
			strmap_put(&s->used,
				   (struct span){ json_string_value(v), json_string_length(v) },
				   (void *)(uintptr_t)s->pack);
	}
	json_decref(doc);
}

static struct ent spawn_one(struct world *w, const struct pack *p, const struct pack_spawn *s,
			    struct ent where)
{
	struct ent e = s->item ? item_new(w, p, s->item) : npc_new(w, p, s->npc);

	if (place_move(w, e, where)) {
		log_warning("spawn_refused", LOG_STR("pack", p->name), LOG_STR("spawn", s->key));
		ent_destroy(w, e);
		return ENT_NONE;
	}
	event_emit(w, FACT_ITEM_CREATED, ENT_NONE, "\"entity\":" EVENT_ID, ent_id(w, e));
	return e;
}

static void spawn(struct world *w, struct seeds *s, size_t at)
{
	const struct pack_spawn *def = &s->pack->spawns[at];
	struct ent where = def->inside ? s->made[def->inside - s->pack->spawns]
				       : protos_room(w, s->pack, def->room->key);

	for (uint32_t n = 0; n < def->count && ent_is(where); n++)
		s->made[at] = spawn_one(w, s->pack, def, where);
}

/* The next document's key is free: nothing is ever taken out of the collection. */
static void write_down(struct world *w, struct seeds *s, const struct buf *keys)
{
	struct buf key = { 0 }, body = { 0 };

	buf_adds(&key, s->pack->name);
	if (s->n_documents)
		buf_addf(&key, "/%u", s->n_documents);
	buf_addc(&key, '\0');
	s->n_documents++;
	buf_adds(&body, "{\"spawned\":[");
	buf_add(&body, buf_p(keys), keys->n);
	buf_adds(&body, "]}");
	world_document(w, "pack", buf_p(&key), buf_span(&body));
	buf_done(&key);
	buf_done(&body);
}

bool seeds_step(struct world *w, struct seeds *s)
{
	struct buf keys = { 0 };
	size_t n = 0;

	for (; s->at < s->pack->n_spawns; s->at++) {
		const struct pack_spawn *def = &s->pack->spawns[s->at];
		const struct span key = { def->key, strlen(def->key) };

		if (strmap_get(&s->used, key))
			continue;
		/* Never between a container and what is in it: nobody would find it again. */
		if (!def->inside && n && (n + def->count > SEEDS_STEP || keys.n > DOCUMENT_BYTES))
			break;
		spawn(w, s, s->at);
		n += def->count;
		if (keys.n)
			buf_addc(&keys, ',');
		json_quote(&keys, key);
	}
	if (n)
		write_down(w, s, &keys);
	buf_done(&keys);
	return n > 0;
}
