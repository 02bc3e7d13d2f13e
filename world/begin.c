/*
 * begin.c - see begin.h.
 */
#include "world/begin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/commit.h"
#include "world/core/ents.h"
#include "world/core/events.h"
#include "world/core/player.h"
#include "world/core/places.h"
#include "world/core/protos.h"
#include "world/core/room.h"
#include "world/core/seeds.h"
#include "world/core/timer.h"
#include "world/mind/bridges.h"
#include "world/mind/mind.h"
#include "world/sessions.h"
#include "world/sites.h"
#include "world/social/board.h"
#include "world/social/channel.h"
#include "world/social/speech.h"
#include "world/outbox.h"
#include "world/relay/relay.h"
#include "world/resume.h"
#include "world/texts.h"

struct stored {
	char *key, *body;
	size_t n;
};

struct begin {
	struct ent *loaded;
	size_t n, cap;
	struct stored *documents; /* of the collection "pack" */
	size_t n_documents, cap_documents;
};

/* key=value; numbers here, texts in texts.c. */
struct option_row {
	const char *key;
	size_t offset;
	enum { OPTION_BOOL, OPTION_U32, OPTION_U64 } type;
};

static const struct option_row options[] = {
	{ "tick_rate", offsetof(struct world_conf, tick_rate), OPTION_U32 },
	{ "guests", offsetof(struct world_conf, guests), OPTION_BOOL },
	{ "strict", offsetof(struct world_conf, strict), OPTION_BOOL },
	{ "test_verbs", offsetof(struct world_conf, test_verbs), OPTION_BOOL },
	{ "life", offsetof(struct world_conf, life), OPTION_BOOL },
	{ "linkdead_seconds", offsetof(struct world_conf, linkdead_seconds), OPTION_U32 },
	{ "attach_seconds", offsetof(struct world_conf, attach_seconds), OPTION_U32 },
	{ "answer_seconds", offsetof(struct world_conf, answer_seconds), OPTION_U32 },
	{ "guests_speak", offsetof(struct world_conf, guests_speak), OPTION_BOOL },
	{ "channel_rate", offsetof(struct world_conf, channel_rate), OPTION_U32 },
	{ "talk_rate", offsetof(struct world_conf, talk_rate), OPTION_U32 },
	{ "backlog_bytes", offsetof(struct world_conf, backlog_bytes), OPTION_U64 },
	{ "resume_bytes", offsetof(struct world_conf, resume_bytes), OPTION_U64 },
	{ "max_per_address", offsetof(struct world_conf, max_per_address), OPTION_U32 },
	{ "opens_minute", offsetof(struct world_conf, opens_minute), OPTION_U32 },
	{ "opens_ten_minutes", offsetof(struct world_conf, opens_ten_minutes), OPTION_U32 },
	{ "failed_logins", offsetof(struct world_conf, failed_logins), OPTION_U32 },
	{ "silent_sessions", offsetof(struct world_conf, silent_sessions), OPTION_U32 },
};

/* What is malformed was refused before it got here (options_fault()). */
static bool set_social(struct world *w, const char *text)
{
	static const char channel[] = "channel=", board[] = "board=";
	const char *why;

	if (!strncmp(text, channel, sizeof(channel) - 1)) {
		text += sizeof(channel) - 1;
		channels_add(w->channels, (struct span){ text, strlen(text) }, &why);
		return true;
	}
	if (!strncmp(text, board, sizeof(board) - 1)) {
		text += sizeof(board) - 1;
		boards_add(w->boards, (struct span){ text, strlen(text) }, &why);
		return true;
	}
	return false;
}

static void set_option(struct world *w, const char *text)
{
	const char *equals = strchr(text, '=');
	char *base = (char *)&w->conf;
	uint64_t v;

	if (equals && texts_set(w, (struct span){ text, (size_t)(equals - text) }, equals + 1))
		return;
	if (equals && !strncmp(text, "exempt=", 7))
		sources_exempt(w, equals + 1);
	if (equals && set_social(w, text))
		return;
	for (size_t i = 0; equals && i < ARRAY_LEN(options); i++) {
		size_t n = strlen(options[i].key);

		if (n != (size_t)(equals - text) || memcmp(options[i].key, text, n) != 0)
			continue;
		v = strtoull(equals + 1, NULL, 10);
		if (options[i].type == OPTION_BOOL)
			*(bool *)(base + options[i].offset) = v != 0;
		else if (options[i].type == OPTION_U32)
			*(uint32_t *)(void *)(base + options[i].offset) = (uint32_t)v;
		else
			*(uint64_t *)(void *)(base + options[i].offset) = v;
		return;
	}
}

void begin_world(struct world *w, const Mudlark__Begin *m)
{
	if (w->number)
		return;
	w->number = m->world;
	w->epoch = m->epoch;
	w->wall_ms = m->wall_ms;
	for (size_t i = 0; i < m->n_conf; i++)
		set_option(w, m->conf[i]);
	if (!w->conf.tick_rate)
		w->conf.tick_rate = 10;
	rng_seed(&w->rng, m->seed);
	if (m->state)
		commits_restore(w, m->state);
	relay_begin(w);
	protos_make_rooms(w);
	w->begin = base_alloc(1, sizeof(*w->begin));
}

static void note_loaded(struct begin *b, struct ent e)
{
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 256;
		b->loaded = base_realloc(b->loaded, b->cap, sizeof(*b->loaded));
	}
	b->loaded[b->n++] = e;
}

static bool load_row(struct world *w, const Mudlark__EntityRow *row, struct ent *ret)
{
	int r = ents_load(w, row, ret);

	if (!r)
		return true;
	if (r != -EEXIST) {
		w->stats.load_troubles++;
		log_error("entity_malformed", LOG_ID("entity", row->id),
			  LOG_STR("kind", row->kind));
	}
	return r != -EEXIST && ent_is(*ret);
}

void begin_entities(struct world *w, const Mudlark__LoadEntities *m)
{
	for (size_t i = 0; w->begin && i < m->n_rows; i++) {
		struct ent e = ENT_NONE;

		if (load_row(w, m->rows[i], &e))
			note_loaded(w->begin, e);
	}
}

/* The grace of who was parked begins anew. */
static void load_token(struct world *w, struct session *s, const Mudlark__SessionRow *row)
{
	Mudlark__SessionToken t = MUDLARK__SESSION_TOKEN__INIT;

	t.hash = row->token;
	t.grace_s = row->grace_s;
	resume_token(w, s, &t);
	if (row->gateway != OUTBOX_PARKED)
		return;
	s->state = SESSION_PARKED;
	s->until = w->tick + timer_seconds(w, row->grace_s);
}

void begin_sessions(struct world *w, const Mudlark__LoadSessions *m)
{
	for (size_t i = 0; i < m->n_rows; i++) {
		const Mudlark__SessionRow *row = m->rows[i];
		uint32_t gateway = outbox_gateway(w, row->gateway);
		struct session *s;

		if (!row->session || !row->character || gateway == UINT32_MAX ||
		    session_get(w, row->session))
			continue;
		if (ent_kind(w, ent_by_id(w, row->character)) != KIND_PLAYER) {
			commit_session_ended(w, row->session, row->gateway);
			continue;
		}
		s = session_new(w, row->session, gateway);
		s->state = SESSION_DETACHED;
		s->account = row->account;
		s->tag = row->tag;
		load_token(w, s, row);
		s->applied = s->seen = row->applied;
		s->actor = ent_by_id(w, row->character);
	}
}

static void keep_document(struct begin *b, const Mudlark__DocumentRow *row)
{
	if (b->n_documents == b->cap_documents) {
		b->cap_documents = b->cap_documents ? b->cap_documents * 2 : 8;
		b->documents = base_realloc(b->documents, b->cap_documents, sizeof(*b->documents));
	}
	b->documents[b->n_documents++] =
		(struct stored){ .key = base_dup(row->key, strlen(row->key)),
				 .body = base_dup((const char *)row->body.data, row->body.len),
				 .n = row->body.len };
}

static void load_floor(struct world *w, const Mudlark__DocumentRow *row)
{
	char key[32];

	snprintf(key, sizeof(key), "world-%u", w->number);
	if (!strcmp(row->key, key))
		resume_floor_load(w, (struct span){ (const char *)row->body.data, row->body.len });
}

void begin_documents(struct world *w, const Mudlark__LoadDocuments *m)
{
	for (size_t i = 0; w->begin && i < m->n_rows; i++)
		if (!strcmp(m->rows[i]->collection, "pack"))
			keep_document(w->begin, m->rows[i]);
		else if (!strcmp(m->rows[i]->collection, "resume"))
			load_floor(w, m->rows[i]);
		else if (!strcmp(m->rows[i]->collection, "ban"))
			sites_load(w, m->rows[i]);
		else if (!strcmp(m->rows[i]->collection, "ai"))
			bridges_load(w, m->rows[i]);
		else if (!strncmp(m->rows[i]->collection, "relay.", 6))
			relay_load(w, m->rows[i]);
		else if (!strcmp(m->rows[i]->collection, "speech"))
			speech_load(w, m->rows[i]);
		else if (!strcmp(m->rows[i]->collection, "channel"))
			channels_load(w, m->rows[i]);
		else if (!strcmp(m->rows[i]->collection, "board"))
			boards_load(w, m->rows[i]);
}

void begin_free(struct world *w)
{
	struct begin *b = w->begin;

	if (!b)
		return;
	for (size_t i = 0; i < b->n_documents; i++) {
		free(b->documents[i].key);
		free(b->documents[i].body);
	}
	free(b->documents);
	free(b->loaded);
	free(b);
	w->begin = NULL;
}

/* One commit for each step: all together may be more than persist takes at once. */
static void seed(struct world *w, const struct pack *pack)
{
	const struct begin *b = w->begin;
	struct seeds *s = seeds_new(pack);

	for (size_t i = 0; i < b->n_documents; i++) {
		const struct stored *d = &b->documents[i];

		seeds_stored(s, (struct span){ d->key, strlen(d->key) },
			     (struct span){ d->body, d->n });
	}
	while (seeds_step(w, s)) {
		commit_turn(w);
		events_turn(w);
		arena_reset(&w->scratch);
	}
	seeds_free(s);
}

void begin_ready(struct world *w)
{
	struct begin *b = w->begin;
	size_t lost;

	if (!b || w->ready)
		return;
	resume_load(w);
	lost = places_settle(w, b->loaded, b->n, room_start(w));
	w->stats.load_troubles += lost;
	for (size_t i = 0; i < w->n_packs; i++)
		seed(w, w->packs[i]);
	enter_ready(w);
	mind_begin(w);
	log_info("world_loaded", LOG_U64("entities", w->ents->count), LOG_U64("rows", b->n),
		 LOG_U64("lost_owners", lost), LOG_U64("tick", w->tick));
	begin_free(w);
	w->ready = true;
	event_emit(w, FACT_SERVER_STARTED, ENT_NONE, "\"epoch\":%llu",
		   (unsigned long long)w->epoch);
}

struct ent begin_tree(struct world *w, Mudlark__EntityRow *const *rows, size_t n, uint64_t id)
{
	struct ent *loaded = arena_alloc(&w->scratch, (n + 1) * sizeof(*loaded));
	size_t n_loaded = 0;
	struct ent root;

	for (size_t i = 0; i < n; i++)
		if (load_row(w, rows[i], &loaded[n_loaded]))
			n_loaded++;
	root = ent_by_id(w, id);
	if (ent_is(root))
		places_loaded(w, root, 0);
	places_settle(w, loaded, n_loaded, root);
	return root;
}
