/*
 * relay.c - the bridges that are there, and what leaves for them; see relay.h.
 *
 * A record that tells of something stored is owed until that is durable; facts are told by streams.  Both
 * go into the link at once then.  A bridge whose connection breaks may come back with nothing lost: until
 * it is gone it is treated as if it were there, and what it is told waits in the link.
 */
#include "world/relay/relay_inner.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/commit.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/mind/orders.h"

struct owed {
	uint64_t batch, instance, life;
	size_t n;
};

struct relay *relay_new(void)
{
	struct relay *r = base_alloc(1, sizeof(*r));

	r->facts = base_alloc(EVENT_RING, sizeof(*r->facts));
	r->seen = relay_seen_new();
	r->links = relay_links_new();
	r->mutes = relay_mutes_new();
	return r;
}

static void drop_life(struct relay_bridge *b)
{
	relay_streams_close(b);
	buf_done(&b->waiting);
}

static void remove_at(struct relay *r, size_t i)
{
	struct relay_bridge *b = r->bridges[i];

	drop_life(b);
	free(b->name);
	free(b);
	r->n_bridges--;
	memmove(&r->bridges[i], &r->bridges[i + 1],
		(r->n_bridges - i) * sizeof(struct relay_bridge *));
}

void relay_free(struct world *w)
{
	struct relay *r = w->relay;

	if (!r)
		return;
	while (r->n_bridges)
		remove_at(r, r->n_bridges - 1);
	relay_facts_free(r);
	relay_seen_free(r->seen);
	relay_links_free(r->links);
	relay_mutes_free(r->mutes);
	buf_done(&r->owed);
	buf_done(&r->packed);
	free(r);
	w->relay = NULL;
}

uint64_t relay_hash(struct span s)
{
	static const uint8_t key[16] = "mudlark relay";

	return map_siphash(key, s.p, s.n);
}

/* ---- who is there ---- */

static size_t place_of(const struct relay *r, uint64_t instance)
{
	size_t i = 0;

	while (i < r->n_bridges && r->bridges[i]->instance != instance)
		i++;
	return i;
}

struct relay_bridge *relay_find(const struct world *w, uint64_t instance)
{
	const size_t i = place_of(w->relay, instance);

	return i < w->relay->n_bridges ? w->relay->bridges[i] : NULL;
}

/* It becomes part of names, and of keys. */
bool relay_is_name(struct span name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < name.n; i++)
		if (!memchr(letters, name.p[i], sizeof(letters) - 1))
			return false;
	return name.n && name.n <= RELAY_BRIDGE_NAME_MAX;
}

static struct span pack(struct relay *r, const Mudlark__BridgeIn *in)
{
	const size_t n = mudlark__bridge_in__get_packed_size(in);

	buf_reset(&r->packed);
	mudlark__bridge_in__pack(in, (uint8_t *)buf_reserve(&r->packed, n + 1));
	buf_commit(&r->packed, n);
	return buf_span(&r->packed);
}

/* It is not the bridge of its name any more. */
static void tell_replaced(struct world *w, uint64_t instance)
{
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeReplaced m = MUDLARK__BRIDGE_REPLACED__INIT;

	in.body_case = MUDLARK__BRIDGE_IN__BODY_REPLACED;
	in.replaced = &m;
	w->env.output(w->env.ctx, instance, pack(w->relay, &in), 0);
}

static bool is_past(const struct relay *r, uint64_t instance)
{
	for (size_t i = 0; i < r->n_past && i < RELAY_PAST; i++)
		if (r->past[i] == instance)
			return true;
	return false;
}

static void end_at(struct world *w, size_t i)
{
	struct relay *r = w->relay;

	r->past[r->n_past++ % RELAY_PAST] = r->bridges[i]->instance;
	orders_lost(w, r->bridges[i]->instance);
	remove_at(r, i);
}

/* Of a name there is one bridge: the one that came last. False: that is one that was there before, and comes back. */
static bool take_over(struct world *w, uint64_t instance, const char *name)
{
	struct relay *r = w->relay;

	for (size_t i = r->n_bridges; i-- > 0;) {
		const uint64_t other = r->bridges[i]->instance;

		if (strcmp(r->bridges[i]->name, name) != 0)
			continue;
		log_warning("bridge_replaced", LOG_STR("bridge", name),
			    LOG_ID("instance", is_past(r, instance) ? instance : other));
		if (is_past(r, instance)) {
			tell_replaced(w, instance);
			return false;
		}
		end_at(w, i);
		tell_replaced(w, other);
	}
	return true;
}

static struct relay_bridge *add(struct world *w, uint64_t instance, const char *name)
{
	struct relay *r = w->relay;
	struct relay_bridge *b = base_alloc(1, sizeof(*b));

	b->instance = instance;
	b->name = base_dup(name, strlen(name));
	relay_wait_begin(w, b);
	r->bridges[r->n_bridges++] = b;
	return b;
}

void relay_up(struct world *w, uint64_t instance, const char *name, bool resumed)
{
	struct relay *r = w->relay;
	struct relay_bridge *b = relay_find(w, instance);

	if (b && resumed) {
		b->away = false;
		return;
	}
	if (!b && relay_is_name(relay_span(name)) && !take_over(w, instance, name))
		return;
	if (!b && (!relay_is_name(relay_span(name)) || r->n_bridges == RELAY_BRIDGES)) {
		log_warning("bridge_refused", LOG_TEXT("name", relay_span(name)),
			    LOG_ID("instance", instance));
		return;
	}
	if (!b)
		b = add(w, instance, name);
	drop_life(b);
	relay_bound_begin(w, b);
	b->away = false;
	b->life = ++r->last_life;
}

bool relay_down(struct world *w, uint64_t instance, bool gone)
{
	struct relay *r = w->relay;
	const size_t i = place_of(r, instance);

	if (i == r->n_bridges)
		return false;
	r->bridges[i]->away = true;
	orders_lost(w, instance);
	if (gone)
		end_at(w, i);
	return true;
}

size_t relay_count(const struct world *w)
{
	return w->relay->n_bridges;
}

size_t relay_connected(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->relay->n_bridges; i++)
		n += !w->relay->bridges[i]->away;
	return n;
}

const char *relay_name(const struct world *w, size_t i)
{
	return i < w->relay->n_bridges ? w->relay->bridges[i]->name : NULL;
}

bool relay_is_away(const struct world *w, size_t i)
{
	return i < w->relay->n_bridges && w->relay->bridges[i]->away;
}

uint64_t relay_at(const struct world *w, size_t i)
{
	return i < w->relay->n_bridges ? w->relay->bridges[i]->instance : 0;
}

/* ---- what leaves ---- */

void relay_send(struct world *w, const struct relay_bridge *b, const Mudlark__BridgeIn *in)
{
	w->env.output(w->env.ctx, b->instance, pack(w->relay, in), 0);
}

void relay_owe_batch(struct world *w, const struct relay_bridge *b, const Mudlark__BridgeIn *in,
		     uint64_t batch)
{
	struct relay *r = w->relay;
	struct owed o = { .batch = batch, .instance = b->instance, .life = b->life };
	struct span record;

	if (batch <= commits_stored(w)) {
		relay_send(w, b, in);
		return;
	}
	record = pack(r, in);
	o.n = record.n;
	buf_add(&r->owed, &o, sizeof(o));
	buf_add(&r->owed, record.p, record.n);
}

void relay_owe(struct world *w, const struct relay_bridge *b, const Mudlark__BridgeIn *in)
{
	relay_owe_batch(w, b, in, commits_next_durable(w));
}

/* Batches are owed for in order, but for what is said again, which waits a little longer than it must. */
static void pay(struct world *w)
{
	struct relay *r = w->relay;
	struct owed o;

	while (r->owed.n) {
		const struct relay_bridge *b;

		memcpy(&o, buf_p(&r->owed), sizeof(o));
		if (o.batch > commits_stored(w))
			return;
		b = relay_find(w, o.instance);
		if (b && b->life == o.life)
			w->env.output(w->env.ctx, o.instance,
				      (struct span){ buf_p(&r->owed) + sizeof(o), o.n }, 0);
		buf_drain(&r->owed, sizeof(o) + o.n);
	}
}

void relay_durable(struct world *w)
{
	struct relay *r = w->relay;

	if (relay_facts_durable(w))
		for (size_t i = 0; i < r->n_bridges; i++)
			relay_streams_pump(w, r->bridges[i]);
	pay(w);
}

void relay_turn(struct world *w)
{
	relay_facts_turn(w);
	relay_durable(w);
}

bool relay_tick(struct world *w)
{
	struct relay *r = w->relay;

	if (relay_wait_step(w))
		return true;
	for (size_t i = 0; i < r->n_bridges; i++)
		if (r->bridges[i]->unfinished)
			relay_streams_pump(w, r->bridges[i]);
	if (w->tick % timer_seconds(w, RELAY_PASSED_S))
		return false;
	relay_links_tick(w);
	for (size_t i = 0; i < r->n_bridges; i++) {
		r->bridges[i]->notices = 0;
		relay_streams_passed(w, r->bridges[i]);
	}
	return false;
}

/* ---- stored ---- */

struct collection_row {
	const char *name;
	void (*load)(struct world *w, const Mudlark__DocumentRow *row);
};

static const struct collection_row collections[] = {
	{ "relay.seen", relay_seen_load },
	{ "relay.links", relay_link_load },
	{ "relay.codes", relay_code_load },
	{ "relay.mutes", relay_mute_load },
};

void relay_load(struct world *w, const Mudlark__DocumentRow *row)
{
	for (size_t i = 0; i < ARRAY_LEN(collections); i++)
		if (row->body.len && !strcmp(row->collection, collections[i].name))
			collections[i].load(w, row);
}

uint64_t relay_digest(const struct world *w)
{
	const struct relay *r = w->relay;
	const uint64_t parts[] = { relay_seen_digest(r->seen), relay_links_digest(r->links),
				   relay_mutes_digest(r->mutes) };

	return relay_hash((struct span){ (const char *)parts, sizeof(parts) });
}
