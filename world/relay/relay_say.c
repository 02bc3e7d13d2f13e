/*
 * relay_say.c - lines for channels and posts for boards, from outside.
 *
 * What is wrong with one is found before anything changes; then it is said, and its id stored, in the same
 * commit.  Its bridge hears of it when that is durable.
 */
#include "world/relay/relay_inner.h"

#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/player.h"
#include "world/social/board.h"
#include "world/social/channel.h"
#include "world/social/speech.h"

#define MALFORMED "That cannot be said in the game."

enum { ADDRESS_MAX = 500 };

/* What both kinds have, and what became of it. */
struct inbound {
	struct relay_bridge *bridge;
	const char *source, *id;
	const char *refusal; /* NULL: none */
	bool silent;
};

static void answer(struct world *w, const struct inbound *in, uint64_t batch)
{
	Mudlark__BridgeIn record = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeTaken m = MUDLARK__BRIDGE_TAKEN__INIT;

	m.source = (char *)(uintptr_t)in->source;
	m.id = (char *)(uintptr_t)in->id;
	if (in->refusal)
		m.refused = (ProtobufCBinaryData){ strlen(in->refusal),
						   (uint8_t *)(uintptr_t)in->refusal };
	m.silent = in->silent;
	record.body_case = MUDLARK__BRIDGE_IN__BODY_TAKEN;
	record.taken = &m;
	relay_owe_batch(w, in->bridge, &record, batch);
}

static void refuse(struct world *w, struct inbound *in, const char *why)
{
	in->refusal = why;
	w->stats.says_refused++;
	if (!strcmp(why, MALFORMED))
		relay_malformed(w, in->bridge, "something to be said or posted");
	answer(w, in, 0);
}

static void taken(struct world *w, const struct inbound *in)
{
	uint64_t batch = 0;

	relay_seen_add(w, in->source, in->id);
	w->stats.says_taken++;
	(void)relay_seen_has(w, in->source, in->id, &batch);
	answer(w, in, batch);
}

/* False: it is done with, or has to wait. */
static bool begins(struct world *w, struct inbound *in, bool is_post, const ProtobufCMessage *m)
{
	struct relay_bridge *b = in->bridge;
	uint64_t batch;

	if (!relay_is_key_of(b, relay_span(in->source)) ||
	    !relay_is_plain(relay_span(in->id), RELAY_ID_BYTES)) {
		refuse(w, in, MALFORMED);
		return false;
	}
	if (relay_seen_has(w, in->source, in->id, &batch)) {
		answer(w, in, batch);
		return false;
	}
	if (relay_wait_may(w, b))
		return true;
	if (!relay_wait_add(b, is_post, m))
		refuse(w, in, "Too much is being said at once. Please try again in a while.");
	return false;
}

/* ---- lines ---- */

static struct inbound of_say(struct relay_bridge *b, const Mudlark__BridgeSay *m)
{
	return (struct inbound){ .bridge = b, .source = m->source, .id = m->id };
}

static bool is_good_say(const struct relay_bridge *b, const Mudlark__BridgeSay *m)
{
	const struct span name = relay_bytes(m->name);

	if (!relay_is_plain(relay_span(m->channel), CHANNEL_NAME_MAX) ||
	    !relay_is_plain(relay_bytes(m->text), RELAY_TEXT_BYTES) ||
	    (*m->identity && !relay_is_key_of(b, relay_span(m->identity))))
		return false;
	return (m->notice && !name.n) || (relay_is_plain(name, (size_t)RELAY_NAME_COLUMNS * 8) &&
					  text_columns(name) <= RELAY_NAME_COLUMNS);
}

/* A notice is shown without a speaker: nothing in it shall look like one. */
static struct span marked(struct world *w, const struct relay_bridge *b, struct span text)
{
	return relay_span(arena_printf(&w->scratch, "(%s) %.*s", b->name, (int)text.n, text.p));
}

/* Who speaks in a place that leads nowhere is told so once, not each time. */
static bool was_told(const struct relay_bridge *b, const char *source)
{
	for (size_t i = 0; i < b->n_streams; i++) {
		const bool before = b->streams[i]->refused;

		if (strcmp(b->streams[i]->key, source) != 0)
			continue;
		b->streams[i]->refused = true;
		return before;
	}
	return false;
}

/* A line that is not malformed; NULL: it may be said, and *line is complete. */
static const char *look_at(struct world *w, struct inbound *in, const Mudlark__BridgeSay *m,
			   struct channel_line *line)
{
	const struct relay_bridge *b = in->bridge;
	const struct relay_link *link =
		*m->identity ? relay_link_find(w, relay_span(m->identity)) : NULL;

	line->channel = channel_find(w, relay_span(m->channel));
	line->text = relay_clean(w, relay_bytes(m->text));
	if (!line->channel || line->channel->role > ROLE_PLAYER) {
		in->silent = was_told(b, in->source);
		return "There is no such channel in the game.";
	}
	if (relay_is_muted(w, relay_span(b->name), relay_span(line->channel->name))) {
		in->silent = true;
		return "Nothing is passed on just now.";
	}
	if (!line->text.n)
		return MALFORMED;
	if (m->linked_only && !link && !m->notice)
		return "Only those who play may speak here. Type \"link\" in the game to show who "
		       "you are.";
	if (m->notice) {
		line->text = marked(w, b, line->text);
		return speech_refusal(w, ENT_NONE, SPAN(""), SPAN(""), line->text);
	}
	line->name = link ? relay_linked_name(w, b, link->name)
			  : relay_outside_name(w, b, relay_span(m->place), relay_bytes(m->name));
	line->linked = link ? link->character : 0;
	return speech_refusal(w, ENT_NONE, line->name, relay_span(m->identity), line->text);
}

void relay_say_now(struct world *w, struct relay_bridge *b, const Mudlark__BridgeSay *m)
{
	struct inbound in = of_say(b, m);
	struct channel_line line = { .speaker = ENT_NONE,
				     .via = relay_span(b->name),
				     .origin = relay_span(m->source),
				     .emote = m->emote && !m->notice,
				     .notice = m->notice };
	const char *why = is_good_say(b, m) ? look_at(w, &in, m, &line) : MALFORMED;
	uint64_t batch;

	if (relay_seen_has(w, m->source, m->id, &batch)) { /* said while it waited */
		answer(w, &in, batch);
		return;
	}
	if (why) {
		refuse(w, &in, why);
		return;
	}
	channel_say(w, &line);
	taken(w, &in);
}

void relay_say(struct world *w, uint64_t peer, const Mudlark__BridgeSay *m)
{
	struct relay_bridge *b = relay_from(w, peer, 1);
	struct inbound in;

	if (!b)
		return;
	in = of_say(b, m);
	if (begins(w, &in, false, &m->base))
		relay_say_now(w, b, m);
}

/* ---- posts ---- */

static struct inbound of_post(struct relay_bridge *b, const Mudlark__BridgePost *m)
{
	return (struct inbound){ .bridge = b, .source = m->source, .id = m->id };
}

static bool is_web_address(struct span s)
{
	if (!relay_is_plain(s, ADDRESS_MAX) || memchr(s.p, ' ', s.n))
		return false;
	return text_prefix_fold(s, SPAN("http://")) || text_prefix_fold(s, SPAN("https://"));
}

static bool is_good_post(const Mudlark__BridgePost *m)
{
	const struct span author = relay_bytes(m->author), text = relay_bytes(m->text);

	return relay_is_plain(relay_bytes(m->subject), RELAY_SUBJECT_BYTES) &&
	       (!text.n || relay_is_lines(text, RELAY_POST_BYTES)) &&
	       (!*m->link || is_web_address(relay_span(m->link))) &&
	       (!author.n || (relay_is_plain(author, (size_t)RELAY_NAME_COLUMNS * 8) &&
			      text_columns(author) <= RELAY_NAME_COLUMNS));
}

static const char *look_at_post(struct world *w, struct inbound *in, const Mudlark__BridgePost *m,
				struct board_post *post)
{
	const char *why;

	post->board = board_find(w, relay_span(m->board));
	post->name = relay_author(w, in->bridge, relay_bytes(m->author));
	post->subject = relay_clean(w, relay_bytes(m->subject));
	post->text = relay_clean(w, relay_bytes(m->text));
	post->link = relay_span(m->link);
	if (!post->board)
		return "There is no such board in the game.";
	if (relay_is_muted(w, relay_span(in->bridge->name), SPAN(""))) {
		in->silent = true;
		return "Nothing is passed on just now.";
	}
	if (!post->subject.n)
		return MALFORMED;
	why = speech_refusal(w, ENT_NONE, post->name, SPAN(""), post->subject);
	return why ? why : speech_refusal(w, ENT_NONE, post->name, SPAN(""), post->text);
}

void relay_post_now(struct world *w, struct relay_bridge *b, const Mudlark__BridgePost *m)
{
	struct inbound in = of_post(b, m);
	struct board_post post = { .author = ENT_NONE,
				   .via = relay_span(b->name),
				   .wall_ms = m->wall_ms };
	const char *why = is_good_post(m) ? look_at_post(w, &in, m, &post) : MALFORMED;
	uint64_t batch;

	if (relay_seen_has(w, m->source, m->id, &batch)) {
		answer(w, &in, batch);
		return;
	}
	if (why) {
		refuse(w, &in, why);
		return;
	}
	board_put(w, &post);
	taken(w, &in);
}

void relay_post(struct world *w, uint64_t peer, const Mudlark__BridgePost *m)
{
	struct relay_bridge *b = relay_from(w, peer, 1);
	struct inbound in;

	if (!b)
		return;
	in = of_post(b, m);
	if (begins(w, &in, true, &m->base))
		relay_post_now(w, b, m);
}
