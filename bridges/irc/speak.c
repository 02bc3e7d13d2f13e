/*
 * speak.c - what we say: not faster than the network allows, each line counted as sent when the server has shown that it
 * came so far.
 *
 * A line of a channel has a position.  The server works in order, so whatever answers a position answers for all before it:
 * the label of a line, its echo, or a PING behind it, which is asked for when neither comes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/irc/network_inner.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	S = 1000000,
	MARK_LINES = 8,	       /* without echo: a PING behind so many */
	MARK_US = 8 * S,       /* or after so long */
	MARK_ECHO_US = 10 * S, /* with echo: when it did not come */
	ADDRESS_GUESS = 10 + 1 + 63,
	ROOM_LEAST = 80,
	QUEUE_MOST =
		2 * NETWORK_CHANNELS + 2 * REPLIES, /* a JOIN and a WHO for each, and answers */
	REPLIES_IN_ROW = 8,			    /* then a line of a channel, when one waits */
	HOLD_US = S,
};

int speak_now(struct network *n, struct span line)
{
	return n->e.send(n->e.ctx, line);
}

static bool build(const struct network *n, struct buf *out, const struct irc_parts *parts)
{
	if (irc_build(out, parts) == 0)
		return true;
	log_warning("irc_line_refused", LOG_STR("network", n->conf.name),
		    LOG_STR("command", parts->command));
	return false;
}

void speak_parts(struct network *n, const struct irc_parts *parts)
{
	struct buf line = { 0 };

	if (build(n, &line, parts))
		(void)speak_now(n, buf_span(&line));
	buf_done(&line);
}

static bool waits_already(const struct network *n, struct span line)
{
	for (const struct reply *r = n->replies; r; r = r->next)
		if (r->line.n == line.n && memcmp(buf_p(&r->line), line.p, line.n) == 0)
			return true;
	return false;
}

void speak_later(struct network *n, const struct irc_parts *parts)
{
	struct buf line = { 0 };
	struct reply *r;

	/* A server that makes us owe it more than that means no good. */
	n->is_overrun |= n->n_replies >= QUEUE_MOST;
	if (n->is_overrun || !build(n, &line, parts))
		return;
	if (!parts->text.p && waits_already(n, buf_span(&line))) {
		buf_done(&line);
		return;
	}
	r = base_alloc(1, sizeof(*r));
	r->line = line;
	if (n->replies_end)
		n->replies_end->next = r;
	else
		n->replies = r;
	n->replies_end = r;
	n->n_replies++;
}

static void drop_reply(struct network *n)
{
	struct reply *r = n->replies;

	n->replies = r->next;
	if (!n->replies)
		n->replies_end = NULL;
	n->n_replies--;
	buf_done(&r->line);
	free(r);
}

/* What is on its way */

static struct unconfirmed *line_at(struct network *n, size_t i)
{
	return &n->line[(n->line_at + i) % UNCONFIRMED];
}

static uint64_t mark_of(struct span text)
{
	static const uint8_t key[16];

	return map_siphash(key, text.p, text.n);
}

static void remember(struct network *n, struct channel *c, const struct out_piece *piece)
{
	*line_at(n, n->n_lines++) = (struct unconfirmed){
		.channel = c,
		.seq = piece->seq,
		.position = n->position,
		.mark = mark_of(buf_span(&piece->text)),
		.lines = piece->is_last ? piece->lines : 0,
		.kind = piece->kind,
	};
}

static void confirmed(struct network *n, const struct unconfirmed *u)
{
	struct channel *c = u->channel;

	if (!c)
		return;
	if (u->kind == OUT_LINE && u->lines) {
		c->sent++;
		n->count.sent++;
		if (c->refused)
			out_broken(&c->out, 0, c->refused);
		c->refused = 0;
		c->why[0] = '\0';
	}
	if (u->seq)
		n->e.sent(n->e.ctx, c, u->seq);
}

void speak_confirm(struct network *n, uint64_t position)
{
	while (n->n_lines && line_at(n, 0)->position <= position) {
		const struct unconfirmed u = *line_at(n, 0);

		n->line_at = (n->line_at + 1) % UNCONFIRMED;
		n->n_lines--;
		confirmed(n, &u);
	}
	if (!n->n_lines)
		n->mark_us = 0;
}

void speak_forget(struct network *n, const struct channel *c)
{
	for (size_t i = 0; i < n->n_lines; i++)
		if (line_at(n, i)->channel == c)
			line_at(n, i)->channel = NULL;
}

void speak_lost(struct network *n)
{
	for (size_t i = 0; i < n->n_channels; i++) {
		struct channel *c = n->channels[i];
		size_t lines = 0;
		uint64_t seq = 0;

		for (size_t k = 0; k < n->n_lines; k++) {
			const struct unconfirmed *u = line_at(n, k);

			if (u->channel != c)
				continue;
			lines += u->lines;
			seq = u->seq ? u->seq : seq;
		}
		lines += c->refused;
		c->refused = 0;
		n->count.unsure += lines;
		out_broken(&c->out, seq, lines);
	}
	n->n_lines = 0;
	n->marked = n->position;
	n->mark_us = 0;
	while (n->replies)
		drop_reply(n);
	n->history[0] = '\0';
	n->is_overrun = false;
}

void speak_done(struct network *n)
{
	while (n->replies)
		drop_reply(n);
}

/* The server does not let others hear it: nobody will, and it is said when one gets through again. */
void speak_refused(struct network *n, struct channel *c)
{
	for (size_t i = 0; i < n->n_lines; i++) {
		struct unconfirmed *u = line_at(n, i);

		if (u->channel != c || !u->lines || u->kind == OUT_NOTE)
			continue;
		c->refused += u->lines;
		n->count.unsure += u->lines;
		u->lines = 0;
		break;
	}
}

/* Answers */

static bool number_behind(struct span text, const char *word, uint64_t *ret)
{
	const size_t n = strlen(word);
	char digits[MARKER_BYTES];
	char *end;

	if (text.n <= n || text.n - n >= sizeof(digits) || memcmp(text.p, word, n) != 0)
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)(text.n - n), text.p + n);
	*ret = strtoull(digits, &end, 10);
	return *end == '\0';
}

/* A position we have not come to is nobody's answer. */
static void answered(struct network *n, uint64_t position)
{
	if (position <= n->position)
		speak_confirm(n, position);
}

static void on_echo(struct network *n, const struct irc_line *l)
{
	const struct channel *c = network_find(n, irc_param(l, 0));
	const uint64_t mark = mark_of(irc_param(l, 1));

	for (size_t i = 0; c && i < n->n_lines; i++) {
		if (line_at(n, i)->channel != c || line_at(n, i)->mark != mark)
			continue;
		speak_confirm(n, line_at(n, i)->position);
		return;
	}
}

static void on_refused(struct network *n, struct span name, struct span why)
{
	struct channel *c = network_find(n, name);

	if (!c || c->state != CHANNEL_IN)
		return;
	speak_refused(n, c);
	network_note(c->why, sizeof(c->why), "cannot speak", why);
	network_trouble(n, "%s: %s", c->name, c->why);
}

static bool take_answer(struct network *n, const struct irc_line *l)
{
	const bool is_message = irc_is(l, "PRIVMSG") || irc_is(l, "NOTICE");
	uint64_t position;

	if (irc_is(l, "PONG")) {
		if (number_behind(irc_last(l), "mark-", &position))
			answered(n, position);
		return true;
	}
	if (is_message && network_is_me(n, l->nick)) {
		on_echo(n, l);
		return true;
	}
	if (irc_is(l, "404") || irc_is(l, "442")) {
		on_refused(n, irc_param(l, 1), irc_last(l));
		return true;
	}
	if (irc_is(l, "FAIL") && text_eq_fold(irc_param(l, 0), SPAN("PRIVMSG"))) {
		on_refused(n, irc_param(l, 2), irc_last(l));
		return true;
	}
	return irc_is(l, "ACK");
}

bool speak_line(struct network *n, const struct irc_line *l)
{
	struct buf label = { 0 };
	uint64_t position;
	const bool is_answer = take_answer(n, l);

	if (l->tags.n && irc_tag(l, "label", &label) &&
	    number_behind(buf_span(&label), "m", &position))
		answered(n, position);
	buf_done(&label);
	return is_answer;
}

/* Time */

static bool has_echo(const struct network *n)
{
	return caps_has(&n->caps, CAP_ECHO_MESSAGE);
}

/* Lines that may be missing come one by one behind a crash: they are counted in one note. */
static bool is_held(const struct network *n, const struct channel *c)
{
	return network_now(n) < c->hold_us && out_is_unsure_alone(&c->out);
}

static bool has_something(const struct network *n, const struct channel *c)
{
	return c->state == CHANNEL_IN && c->out.n && !is_held(n, c);
}

void speak_hold(struct network *n, struct channel *c)
{
	c->hold_us = network_now(n) + HOLD_US;
}

/* The next whose turn it is and who has something; NULL: nobody. */
static struct channel *next_channel(struct network *n)
{
	const int64_t oldest = clock_wall(n->clock) - n->conf.max_age_ms;

	for (size_t i = 0; i < n->n_channels; i++) {
		struct channel *c = n->channels[(n->turn + i) % n->n_channels];

		if (!has_something(n, c))
			continue;
		out_age(&c->out, oldest);
		n->turn = (n->turn + i + 1) % n->n_channels;
		return c;
	}
	return NULL;
}

static bool has_line(const struct network *n)
{
	for (size_t i = 0; i < n->n_channels && n->n_lines < UNCONFIRMED; i++)
		if (has_something(n, n->channels[i]))
			return true;
	return false;
}

static bool has_next(const struct network *n)
{
	return n->replies || has_line(n);
}

static bool wants_marker(const struct network *n)
{
	if (!n->n_lines || n->marked == n->position)
		return false;
	return network_now(n) >= n->mark_us ||
	       (!has_echo(n) && (!has_next(n) || n->position - n->marked >= MARK_LINES));
}

static int send_marker(struct network *n)
{
	char line[MARKER_BYTES + 16];

	snprintf(line, sizeof(line), "PING :mark-%" PRIu64 "\r\n", n->position);
	if (speak_now(n, (struct span){ line, strlen(line) }))
		return 1;
	n->marked = n->position;
	return 0;
}

static int send_reply(struct network *n)
{
	if (speak_now(n, buf_span(&n->replies->line)))
		return 1;
	drop_reply(n);
	n->in_row++;
	return 0;
}

size_t speak_room(const struct network *n, size_t target)
{
	const size_t line = n->isupport.linelen && n->isupport.linelen < IRC_LINE_BYTES
				    ? n->isupport.linelen
				    : IRC_LINE_BYTES;
	const size_t address = n->address[0] ? strlen(n->address) : ADDRESS_GUESS;
	const size_t used = strlen(":! PRIVMSG  :\r\n") + strlen(n->nick) + address + target;

	return used + ROOM_LEAST < line ? line - used : ROOM_LEAST;
}

/* It has left its channel: when there is no room it is the first to go. */
static int send_or_hold(struct network *n, const struct irc_parts *parts)
{
	struct buf line = { 0 };
	struct reply *r;
	int full = 0;

	if (build(n, &line, parts))
		full = speak_now(n, buf_span(&line));
	if (full) {
		r = base_alloc(1, sizeof(*r));
		r->line = line;
		r->is_held = true;
		r->next = n->replies;
		n->replies = r;
		n->replies_end = n->replies_end ? n->replies_end : r;
		n->n_replies++;
	} else {
		buf_done(&line);
	}
	return full;
}

static int send_piece(struct network *n, struct channel *c)
{
	int full;
	char label[MARKER_BYTES];
	struct out_piece piece;
	struct irc_parts parts = { .middle = { { c->name, strlen(c->name) } } };

	n->in_row = 0;
	if (!out_next(&c->out, speak_room(n, strlen(c->name)), clock_wall(n->clock), &piece))
		return 0;
	n->position++;
	c->begun = piece.begun > c->begun ? piece.begun : c->begun;
	snprintf(label, sizeof(label), "m%" PRIu64, n->position);
	parts.label = caps_has(&n->caps, CAP_LABELED_RESPONSE) && has_echo(n) ? label : NULL;
	parts.command = piece.notice ? "NOTICE" : "PRIVMSG";
	parts.text = buf_span(&piece.text);
	if (!n->mark_us || n->marked == n->position - 1)
		n->mark_us = network_now(n) + (has_echo(n) ? MARK_ECHO_US : MARK_US);
	remember(n, c, &piece);
	channel_note_said(c, buf_span(&piece.text));
	echo_said(&n->echo, buf_span(&piece.text));
	full = send_or_hold(n, &parts);
	buf_done(&piece.text);
	if (piece.is_last)
		speak_window(n, c);
	return full;
}

/* Who asked is answered before what others say is told, but not for ever. */
static bool is_turn_of_replies(const struct network *n)
{
	return n->replies && (n->replies->is_held || n->in_row < REPLIES_IN_ROW ||
			      !(has_line(n) || wants_marker(n)));
}

/* One thing that may be said now. 1: there is nothing, or no room. */
static int send_next(struct network *n)
{
	struct channel *c;

	/* One that was held comes before what answers for it. */
	if (is_turn_of_replies(n))
		return send_reply(n);
	if (wants_marker(n))
		return send_marker(n);
	c = n->n_lines < UNCONFIRMED ? next_channel(n) : NULL;
	return c ? send_piece(n, c) : 1;
}

void speak_time(struct network *n)
{
	while (n->state == NETWORK_ONLINE && !n->is_full && (wants_marker(n) || has_next(n))) {
		if (flood_wait(&n->pace, network_now(n)))
			return;
		if (send_next(n)) {
			n->is_full = true;
			return;
		}
		(void)flood_take(&n->pace, network_now(n));
	}
}

/* When the first of those that are held is due; 0: none is. */
static uint64_t held_due(const struct network *n)
{
	uint64_t due = 0;

	for (size_t i = 0; i < n->n_channels; i++) {
		const struct channel *c = n->channels[i];

		if (c->state == CHANNEL_IN && is_held(n, c) && (!due || c->hold_us < due))
			due = c->hold_us;
	}
	return due;
}

uint64_t speak_due(const struct network *n)
{
	const uint64_t now = network_now(n), held = held_due(n);
	uint64_t due;

	if (n->is_full)
		return 0;
	if (wants_marker(n) || has_next(n))
		return now + flood_wait(&n->pace, now);
	due = n->n_lines && n->marked != n->position ? n->mark_us : 0;
	return held && (!due || held < due) ? held : due;
}

/* So many that a second's worth waits here: what waits longer waits where it can still be counted as too old. */
void speak_window(struct network *n, struct channel *c)
{
	const uint64_t per_second = S / (n->conf.flood_every_us ? n->conf.flood_every_us : 1);
	const size_t most = per_second < 2		  ? 2
			    : per_second > NETWORK_WINDOW ? NETWORK_WINDOW
							  : per_second;

	n->e.window(n->e.ctx, c, c->state == CHANNEL_IN && c->out.n < most ? most - c->out.n : 0);
}
