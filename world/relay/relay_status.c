/*
 * relay_status.c - sentences about bridges for staff: how each is, how far its streams are, and what they ask for that
 * the game has not.
 */
#include "world/relay/relay_inner.h"

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/mind/orders.h"
#include "world/social/board.h"
#include "world/social/channel.h"

enum { SHOWN_BYTES = 40 }; /* of a name that a bridge made up */

/* ---- what the game has not ---- */

static void add_channels(const struct world *w, struct buf *out)
{
	const char *between = "; there are ";
	const struct channel *c;

	for (size_t i = 0; (c = channel_at(w, i)); i++) {
		if (c->role > ROLE_PLAYER)
			continue;
		buf_addf(out, "%s%s", between, c->name);
		between = ", ";
	}
}

static void add_boards(const struct world *w, struct buf *out)
{
	const struct board *b;

	for (size_t i = 0; (b = board_at(w, i)); i++)
		buf_addf(out, "%s%s", i ? ", " : "; there are ", b->name);
}

static bool is_channel(const struct world *w, const char *name)
{
	const struct channel *c = channel_find(w, relay_span(name));

	return c && c->role <= ROLE_PLAYER;
}

static void add_unknown(struct buf *out, size_t n, const char *what, const char *name)
{
	const struct span whole = relay_span(name);

	if (n)
		buf_adds(out, ", \"");
	else
		buf_addf(out, "the game has no %s \"", what);
	text_clean(out, (struct span){ whole.p, text_cut(whole, SHOWN_BYTES) });
	buf_addc(out, '"');
}

size_t relay_stream_unknown(const struct world *w, const struct relay_stream *s, struct buf *out)
{
	size_t channels = 0, boards = 0;

	for (size_t i = 0; i < s->channels.n; i++)
		if (!is_channel(w, s->channels.v[i]))
			add_unknown(out, channels++, "channel for outside", s->channels.v[i]);
	if (channels)
		add_channels(w, out);
	for (size_t i = 0; i < s->boards.n; i++) {
		if (board_find(w, relay_span(s->boards.v[i])))
			continue;
		if (channels && !boards)
			buf_adds(out, "; ");
		add_unknown(out, boards++, "board", s->boards.v[i]);
	}
	if (boards)
		add_boards(w, out);
	if (channels + boards)
		buf_addc(out, '.');
	return channels + boards;
}

void relay_tell_unknown(struct world *w, const struct relay_bridge *b, const struct relay_stream *s)
{
	struct buf out = { 0 };

	buf_addf(&out, "%s: ", b->name);
	if (relay_stream_unknown(w, s, &out)) {
		orders_tell_staff(w, buf_span(&out));
		log_warning("stream_unknown_place", LOG_STR("bridge", b->name),
			    LOG_TEXT("key", relay_span(s->key)), LOG_TEXT("what", buf_span(&out)));
	}
	buf_done(&out);
}

/* ---- `@bridge status` ---- */

static void add_stream(const struct world *w, const struct relay_bridge *b,
		       const struct relay_stream *s, struct buf *out)
{
	const size_t n = relay_stream_behind(w, b, s);
	struct buf unknown = { 0 };

	buf_adds(out, "\n  ");
	say_escape(out, relay_span(s->key));
	if (!n)
		buf_adds(out, ": has all there is.");
	else
		buf_addf(out, ": %zu %s behind%s.", n, n == 1 ? "line" : "lines",
			 s->credit ? "" : ", and takes no more just now");
	if (relay_stream_unknown(w, s, &unknown)) {
		buf_adds(out, "\n    ");
		say_escape(out, buf_span(&unknown));
	}
	buf_done(&unknown);
}

void relay_describe(const struct world *w, size_t i, struct buf *out)
{
	const struct relay_bridge *b = w->relay->bridges[i];

	buf_addf(out, "{title}%s{/} %s", b->name,
		 b->away ? "is away; it may come back and go on where it was." : "is connected.");
	if (b->n_streams)
		buf_addf(out, " It is told what happens for %zu %s:", b->n_streams,
			 b->n_streams == 1 ? "place" : "places");
	else
		buf_adds(out, " It has asked for nothing that happens.");
	for (size_t k = 0; k < b->n_streams; k++)
		add_stream(w, b, b->streams[k], out);
	if (relay_mutes(w, relay_span(b->name), NULL)) {
		buf_adds(out, "\n  ");
		(void)relay_mutes(w, relay_span(b->name), out);
	}
}
