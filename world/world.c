/*
 * world.c - a world from birth to end, and its hash; see core/world.h.
 */
#include "world/core/world.h"

#include <stdlib.h>
#include <string.h>

#include "world/begin.h"
#include "world/calls.h"
#include "world/commit.h"
#include "world/core/comp.h"
#include "world/core/ents.h"
#include "world/core/events.h"
#include "world/core/place.h"
#include "world/core/players.h"
#include "world/core/timers.h"
#include "world/data.h"
#include "world/info.h"
#include "world/mind/bridges.h"
#include "world/mind/errand.h"
#include "world/mind/forgets.h"
#include "world/mind/heard.h"
#include "world/mind/life.h"
#include "world/mind/mind.h"
#include "world/mind/orders.h"
#include "world/outbox.h"
#include "world/relay/relay.h"
#include "world/resume.h"
#include "world/sessions.h"
#include "world/sites.h"
#include "world/social/board.h"
#include "world/social/channel.h"
#include "world/social/speech.h"
#include "world/texts.h"
#include "world/tick.h"
#include "world/turn.h"

enum {
	PART_ITEMS,
	PART_CHARACTERS,
	PART_TIMERS,
	PART_RANDOM,
	PART_SESSIONS,
	PART_FACTS,
	PART_COUNTERS
};

const char *const world_hash_names[HASH_PARTS] = {
	[PART_ITEMS] = "items",	      [PART_CHARACTERS] = "characters", [PART_TIMERS] = "timers",
	[PART_RANDOM] = "random",     [PART_SESSIONS] = "sessions",	[PART_FACTS] = "facts",
	[PART_COUNTERS] = "counters",
};

struct world *world_new(const struct world_env *env, const struct pack *const *packs, size_t n)
{
	struct world *w = base_alloc(1, sizeof(*w));

	w->env = *env;
	w->packs = packs;
	w->n_packs = n;
	w->conf = (struct world_conf){ .tick_rate = 10,
				       .guests = true,
				       .linkdead_seconds = 300,
				       .attach_seconds = 60,
				       .answer_seconds = 15,
				       .talk_rate = 20,
				       .guests_speak = true,
				       .channel_rate = 1,
				       .backlog_bytes = 64U << 20,
				       .resume_bytes = 8U << 20 };
	arena_init(&w->scratch, 0);
	w->turn = turn_new();
	w->data = data_hub_new();
	w->info = info_new();
	w->ents = ents_new();
	w->players = players_new();
	w->events = events_new();
	w->timers = timers_new();
	w->commits = commits_new();
	w->calls = calls_new();
	w->ticking = tick_new();
	w->outbox = outbox_new();
	w->resumes = resumes_new();
	w->sessions = sessions_new();
	w->sites = sites_new();
	w->sources = sources_new();
	w->bridges = bridges_new();
	w->minds = minds_new();
	w->orders = orders_new();
	enter_init(w);
	life_init(w);
	w->heard = heard_new();
	w->forgets = forgets_new();
	w->relay = relay_new();
	w->channels = channels_new();
	w->speech = speech_new();
	w->boards = boards_new();
	heard_init(w);
	boards_init(w);
	errand_init(w);
	mind_init(w);
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	begin_free(w);
	sessions_free(w);
	sources_free(w);
	sites_free(w);
	resumes_free(w);
	outbox_free(w);
	tick_free(w);
	calls_free(w);
	commits_free(w);
	timers_free(w);
	events_free(w);
	ents_free(w);
	players_free(w);
	minds_free(w); /* behind the entities, whose minds are in its list */
	bridges_free(w);
	orders_free(w);
	turn_free(w);
	data_hub_free(w);
	heard_free(w);
	forgets_free(w);
	relay_free(w);
	channels_free(w);
	speech_free(w);
	boards_free(w);
	info_free(w);
	texts_free(w);
	arena_done(&w->scratch);
	free(w);
}

void world_freep(struct world **w)
{
	world_free(*w);
}

uint64_t world_random(struct world *w, uint64_t n)
{
	world_effect(w);
	return rng_below(&w->rng, n);
}

uint64_t world_character_id(struct world *w)
{
	if (w->ents->next_id >= commits_safe_id(w))
		return 0;
	return (uint64_t)w->number << 48 | w->ents->next_id++;
}

static const uint8_t hash_key[16] = "mudlark world";

static void mix(uint64_t *h, const void *p, size_t n)
{
	uint64_t pair[2] = { *h, map_siphash(hash_key, p, n) };

	*h = map_siphash(hash_key, pair, sizeof(pair));
}

static void mix_u64(uint64_t *h, uint64_t v)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(v >> (8 * i));
	mix(h, bytes, sizeof(bytes));
}

static void hash_entities(const struct world *w, uint64_t parts[HASH_PARTS])
{
	struct arena a;
	struct buf body = { 0 };
	struct ent *v;
	size_t n;

	arena_init(&a, 0);
	v = ents_sorted(w, &a, &n);
	for (size_t i = 0; i < n; i++) {
		enum ent_kind kind = ent_kind(w, v[i]);
		uint64_t *h = &parts[kind == KIND_ITEM ? PART_ITEMS : PART_CHARACTERS];

		if (kind == KIND_ROOM)
			continue;
		mix_u64(h, ent_id(w, v[i]));
		mix_u64(h, ent_id(w, place_owner(w, v[i])));
		buf_reset(&body);
		comp_save(w, v[i], &body);
		mix(h, buf_p(&body), body.n);
	}
	buf_done(&body);
	arena_done(&a);
}

static void hash_sites(const struct world *w, uint64_t *h)
{
	struct buf text = { 0 };

	for (const struct site *s = sites_next(w, NULL); s; s = sites_next(w, s)) {
		buf_reset(&text);
		sites_name(s, &text);
		mix(h, buf_p(&text), text.n);
		mix_u64(h, (uint64_t)s->until_ms);
	}
	buf_done(&text);
}

static void mix_text(uint64_t *h, const char *text)
{
	mix(h, text, strlen(text));
}

static void hash_boards(const struct world *w, uint64_t *h)
{
	const struct board_kept *k;

	for (size_t i = 0; i < boards_count(w); i++)
		for (size_t p = 0; (k = board_newest(board_at(w, i), p)); p++) {
			mix_u64(h, k->number);
			mix_u64(h, k->seq);
			mix_text(h, k->subject);
		}
}

static void hash_speech(const struct world *w, uint64_t *h)
{
	const struct words *words = speech_words(w);

	for (size_t i = 0; i < channels_count(w); i++)
		mix_u64(h, channel_said(channel_at(w, i)));
	for (const struct word *v = words_next(words, NULL); v; v = words_next(words, v))
		mix_text(h, v->text);
	for (const struct speech_mute *m = speech_mutes_next(w, NULL); m;
	     m = speech_mutes_next(w, m)) {
		mix_text(h, m->key);
		mix_u64(h, (uint64_t)m->until_ms);
	}
}

static void hash_sessions(const struct world *w, uint64_t *h)
{
	for (const struct session *s = session_next(w, NULL); s; s = session_next(w, s)) {
		mix_u64(h, s->id);
		mix_u64(h, outbox_instance(w, s->gateway));
		mix_u64(h, s->state);
		mix_u64(h, ent_id(w, s->actor));
		mix_u64(h, s->applied);
		mix_u64(h, s->seen);
		mix_u64(h, s->tag);
		mix_u64(h, s->grace_s);
		mix_u64(h, s->until);
	}
}

uint64_t world_hash(const struct world *w, uint64_t ret_parts[HASH_PARTS])
{
	uint64_t parts[HASH_PARTS] = { 0 }, whole = 0;
	struct buf timers = { 0 };

	hash_entities(w, parts);
	timers_save(w, &timers);
	mix(&parts[PART_TIMERS], buf_p(&timers), timers.n);
	buf_done(&timers);
	for (size_t i = 0; i < ARRAY_LEN(w->rng.s); i++)
		mix_u64(&parts[PART_RANDOM], w->rng.s[i]);
	hash_sessions(w, &parts[PART_SESSIONS]);
	hash_sites(w, &parts[PART_SESSIONS]);
	hash_boards(w, &parts[PART_SESSIONS]);
	hash_speech(w, &parts[PART_SESSIONS]);
	mix_u64(&parts[PART_SESSIONS], relay_digest(w));
	mix_u64(&parts[PART_COUNTERS], w->tick);
	mix_u64(&parts[PART_COUNTERS], w->ents->next_id);
	mix_u64(&parts[PART_FACTS], events_seq(w));
	mix_u64(&parts[PART_COUNTERS], commits_issued(w));
	for (int i = 0; i < HASH_PARTS; i++)
		mix_u64(&whole, parts[i]);
	if (ret_parts)
		memcpy(ret_parts, parts, sizeof(parts));
	return whole;
}
