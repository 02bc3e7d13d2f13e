/*
 * relay_mute.c - bridges, or single channels of theirs, that staff has silenced: neither way is anything passed on.
 */
#include "world/relay/relay_inner.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/say.h"

#define COLLECTION "relay.mutes"

/* Keys as they are stored: "irc", "irc/chat"; in order of being made. */
struct relay_mute_table {
	char *v[RELAY_MUTES];
	size_t n;
};

struct relay_mute_table *relay_mutes_new(void)
{
	return base_alloc(1, sizeof(struct relay_mute_table));
}

void relay_mutes_free(struct relay_mute_table *t)
{
	while (t->n)
		free(t->v[--t->n]);
	free(t);
}

/* n: it is not there. `channel` empty: the whole bridge. */
static size_t place_of(const struct relay_mute_table *t, struct span bridge, struct span channel)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct span key = relay_span(t->v[i]);
		const size_t n = bridge.n + (channel.n ? 1 + channel.n : 0);

		if (key.n == n && text_eq_fold((struct span){ key.p, bridge.n }, bridge) &&
		    (!channel.n ||
		     (key.p[bridge.n] == '/' &&
		      text_eq_fold((struct span){ key.p + bridge.n + 1, channel.n }, channel))))
			return i;
	}
	return t->n;
}

bool relay_is_muted(const struct world *w, struct span bridge, struct span channel)
{
	const struct relay_mute_table *t = w->relay->mutes;

	return place_of(t, bridge, SPAN("")) < t->n ||
	       (channel.n && place_of(t, bridge, channel) < t->n);
}

bool relay_has_mute(const struct world *w, struct span bridge, struct span channel)
{
	return place_of(w->relay->mutes, bridge, channel) < w->relay->mutes->n;
}

size_t relay_muted_channels(struct world *w, struct span bridge, char **ret)
{
	const struct relay_mute_table *t = w->relay->mutes;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct span key = relay_span(t->v[i]);

		if (key.n > bridge.n + 1 && key.p[bridge.n] == '/' &&
		    text_eq_fold((struct span){ key.p, bridge.n }, bridge))
			ret[n++] =
				arena_dup(&w->scratch, key.p + bridge.n + 1, key.n - bridge.n - 1);
	}
	return n;
}

static void tell_streams(struct world *w, struct span bridge)
{
	struct relay *r = w->relay;

	for (size_t i = 0; i < r->n_bridges; i++)
		if (text_eq_fold(relay_span(r->bridges[i]->name), bridge))
			relay_streams_muted(w, r->bridges[i]);
}

bool relay_mute(struct world *w, struct span bridge, struct span channel, bool muted)
{
	struct relay_mute_table *t = w->relay->mutes;
	const size_t i = place_of(t, bridge, channel);
	char *key;

	if ((i < t->n) == muted)
		return true;
	if (muted && t->n == RELAY_MUTES)
		return false;
	tell_streams(w, bridge); /* until now it was as it was */
	if (muted) {
		key = arena_printf(&w->scratch, "%.*s%s%.*s", (int)bridge.n, bridge.p,
				   channel.n ? "/" : "", (int)channel.n,
				   channel.n ? channel.p : "");
		t->v[t->n++] = base_dup(key, strlen(key));
		world_document(w, COLLECTION, key, SPAN("{\"muted\":true}"));
	} else {
		world_document(w, COLLECTION, t->v[i], SPAN(""));
		free(t->v[i]);
		t->n--;
		memmove(&t->v[i], &t->v[i + 1], (t->n - i) * sizeof(char *));
	}
	tell_streams(w, bridge);
	return true;
}

/* "irc" of "irc/chat". */
static struct span bridge_of(const char *key)
{
	const char *slash = strchr(key, '/');

	return (struct span){ key, slash ? (size_t)(slash - key) : strlen(key) };
}

/* As one types it: "irc chat". */
static void add_mute(const char *key, struct buf *out)
{
	const size_t n = bridge_of(key).n;

	say_escape(out, (struct span){ key, n });
	if (!key[n])
		return;
	buf_addc(out, ' ');
	say_escape(out, relay_span(key + n + 1));
}

size_t relay_mutes(const struct world *w, struct span bridge, struct buf *out)
{
	const struct relay_mute_table *t = w->relay->mutes;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct span name = bridge_of(t->v[i]);

		if (!text_eq_fold(name, bridge))
			continue;
		if (out) {
			buf_adds(out, n ? ", " : "Muted: {bold}");
			add_mute(t->v[i], out);
		}
		n++;
	}
	if (out && n)
		buf_adds(out, "{/}.");
	return n;
}

static bool is_first_of(const struct relay_mute_table *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (text_eq_fold(bridge_of(t->v[k]), bridge_of(t->v[i])))
			return false;
	return true;
}

struct span relay_muted_name(const struct world *w, size_t i)
{
	const struct relay_mute_table *t = w->relay->mutes;

	for (size_t k = 0; k < t->n; k++)
		if (is_first_of(t, k) && !i--)
			return bridge_of(t->v[k]);
	return SPAN("");
}

void relay_mute_load(struct world *w, const Mudlark__DocumentRow *row)
{
	struct relay_mute_table *t = w->relay->mutes;

	if (t->n < RELAY_MUTES)
		t->v[t->n++] = base_dup(row->key, strlen(row->key));
}

uint64_t relay_mutes_digest(const struct relay_mute_table *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		sum += relay_hash(relay_span(t->v[i]));
	return sum;
}
