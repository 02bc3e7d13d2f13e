/*
 * relay_seen.c - the ids of what was said, so that it is said once, whoever dies.
 *
 * Each source has a ring of the newest RELAY_SEEN.  Every place of it is a document of its own, so that
 * a line costs one small one; the number in its body says which place is the newest.  When there are
 * RELAY_SOURCES, the source that has been silent for longest is forgotten.
 */
#include "world/relay/relay_inner.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/commit.h"

#define COLLECTION "relay.seen"

enum { KEY_BYTES = 32 };

static const uint8_t map_key[16] = "mudlark seen";

struct place {
	char *id;
	uint64_t batch; /* of this world; 0: of one before */
};

struct source {
	char *key;
	uint64_t newest; /* number of the last one said */
	size_t next;	 /* place */
	struct place places[RELAY_SEEN];
	struct strmap ids; /* place + 1 */
};

struct relay_seen_table {
	struct source *v[RELAY_SOURCES];
	size_t n;
	struct strmap by_key;
	uint64_t last; /* numbers go over all sources */
};

struct relay_seen_table *relay_seen_new(void)
{
	struct relay_seen_table *t = base_alloc(1, sizeof(*t));

	strmap_init(&t->by_key, map_key);
	return t;
}

static void free_source(struct source *s)
{
	for (size_t i = 0; i < RELAY_SEEN; i++)
		free(s->places[i].id);
	strmap_done(&s->ids);
	free(s->key);
	free(s);
}

void relay_seen_free(struct relay_seen_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free_source(t->v[i]);
	strmap_done(&t->by_key);
	free(t);
}

static void document_key(const char *source, size_t place, char ret[KEY_BYTES])
{
	(void)snprintf(ret, KEY_BYTES, "%016" PRIx64 "/%zu", relay_hash(relay_span(source)), place);
}

static void forget(struct world *w, struct relay_seen_table *t, size_t at)
{
	struct source *s = t->v[at];
	char key[KEY_BYTES];

	for (size_t i = 0; i < RELAY_SEEN; i++) {
		if (!s->places[i].id)
			continue;
		document_key(s->key, i, key);
		world_document(w, COLLECTION, key, SPAN(""));
	}
	(void)strmap_del(&t->by_key, relay_span(s->key));
	free_source(s);
	t->v[at] = t->v[--t->n];
}

static void forget_oldest(struct world *w, struct relay_seen_table *t)
{
	size_t oldest = 0;

	for (size_t i = 1; i < t->n; i++)
		if (t->v[i]->newest < t->v[oldest]->newest)
			oldest = i;
	log_info("source_forgotten", LOG_TEXT("source", relay_span(t->v[oldest]->key)));
	forget(w, t, oldest);
}

static struct source *find(const struct relay_seen_table *t, const char *key)
{
	return strmap_get(&t->by_key, relay_span(key));
}

static struct source *add_source(struct relay_seen_table *t, const char *key)
{
	struct source *s = base_alloc(1, sizeof(*s));

	s->key = base_dup(key, strlen(key));
	strmap_init(&s->ids, map_key);
	(void)strmap_put(&t->by_key, relay_span(key), s);
	t->v[t->n++] = s;
	return s;
}

bool relay_seen_has(const struct world *w, const char *source, const char *id, uint64_t *ret_batch)
{
	const struct source *s = find(w->relay->seen, source);
	const uintptr_t at = s ? (uintptr_t)strmap_get(&s->ids, relay_span(id)) : 0;

	if (!at)
		return false;
	*ret_batch = s->places[at - 1].batch;
	return true;
}

static void put(struct source *s, size_t place, const char *id, uint64_t batch)
{
	struct place *p = &s->places[place];

	if (p->id)
		(void)strmap_del(&s->ids, relay_span(p->id));
	free(p->id);
	*p = (struct place){ base_dup(id, strlen(id)), batch };
	(void)strmap_put(&s->ids, relay_span(id), (void *)(uintptr_t)(place + 1));
}

void relay_seen_add(struct world *w, const char *source, const char *id)
{
	struct relay_seen_table *t = w->relay->seen;
	struct source *s = find(t, source);
	struct buf body = { 0 };
	char key[KEY_BYTES];

	if (!s && t->n == RELAY_SOURCES)
		forget_oldest(w, t);
	if (!s)
		s = add_source(t, source);
	s->newest = ++t->last;
	document_key(source, s->next, key);
	buf_adds(&body, "{\"source\":");
	json_quote(&body, relay_span(source));
	buf_adds(&body, ",\"id\":");
	json_quote(&body, relay_span(id));
	buf_addf(&body, ",\"n\":%" PRIu64 "}", s->newest);
#ifndef MUT_NO_RELAY_SEEN
	world_document(w, COLLECTION, key, buf_span(&body));
#endif
	buf_done(&body);
	put(s, s->next, id, commits_next_durable(w));
	s->next = (s->next + 1) % RELAY_SEEN;
}

void relay_seen_load(struct world *w, const Mudlark__DocumentRow *row)
{
	json_t *body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);
	struct relay_seen_table *t = w->relay->seen;
	const char *source = NULL, *id = NULL, *slash = strchr(row->key, '/');
	const size_t place = slash ? strtoull(slash + 1, NULL, 10) : RELAY_SEEN;
	json_int_t n = 0;
	struct source *s;

	if (json_unpack(body, "{s:s, s:s, s:I}", "source", &source, "id", &id, "n", &n) ||
	    place >= RELAY_SEEN || (t->n == RELAY_SOURCES && !find(t, source))) {
		w->stats.load_troubles++;
		log_error("seen_malformed", LOG_STR("key", row->key));
		json_decref(body);
		return;
	}
	s = find(t, source);
	if (!s)
		s = add_source(t, source);
	put(s, place, id, 0);
	if ((uint64_t)n >= s->newest) {
		s->newest = (uint64_t)n;
		s->next = (place + 1) % RELAY_SEEN;
	}
	if (t->last < s->newest)
		t->last = s->newest;
	json_decref(body);
}

uint64_t relay_seen_digest(const struct relay_seen_table *t)
{
	return t->last;
}
