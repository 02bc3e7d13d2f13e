/*
 * in.c - see in.h.
 *
 * The last messages are remembered (`recent`), so that an edit is told only when it changes what was said, and a
 * deletion can name who had said it.
 */
#include "bridges/discord/in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/clean.h"
#include "bridges/discord/readable.h"
#include "bridges/discord/refusal.h"
#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	RECENT = 512,
	SPEAKERS = 2000,
	CHANNEL_EVERY_US = SECOND / 10, /* of all speakers of a channel together */
	CHANNEL_BURST = 100,
	CONFESS_US = 5 * SECOND,
	NAME_BYTES = 128,
	ID_MAX = 64,
};

/* Kinds of messages that somebody says. */
enum { MESSAGE_PLAIN = 0, MESSAGE_JOIN = 7, MESSAGE_REPLY = 19 };

struct recent {
	char id[TARGET_ID];
	char name[NAME_BYTES];
	uint64_t hash, at_us;
};

struct in {
	struct bridge *bridge;
	const struct targets *targets;
	struct names *names;
	struct floods *speakers;
	struct settled settled;
	struct refusals refusals;
	char self[TARGET_ID]; /* our own account; "": not known yet */
	struct loop_timer confess;
	struct recent recent[RECENT]; /* a ring */
	size_t n_recent;
	uint64_t edits_us;
	struct in_counts counts;
	bool was_empty; /* a message without any text was told to staff */
};

static uint64_t now(const struct in *in)
{
	return clock_mono(loop_clock(bridge_loop(in->bridge)));
}

/* ---- saying ---- */

struct saying {
	struct target *target;
	uint64_t seq;
	struct span id;	  /* of the message */
	const char *mark; /* what tells this line from others of the same message: "", "e12ab" */
	struct span name, author; /* shown; its id, or empty */
	bool emote, notice;
};

/* On its way into the game. */
struct line {
	struct in *in;
	struct settled_line *open;
	char channel[TARGET_ID], message[TARGET_ID], author[TARGET_ID]; /* ids; "": nobody's */
};

static void copy_id(char ret[TARGET_ID], struct span id)
{
	ret[0] = 0;
	if (id.n < TARGET_ID)
		snprintf(ret, TARGET_ID, "%.*s", (int)id.n, id.p);
}

static struct line *line_begin(struct in *in, const struct saying *s)
{
	struct line *l = base_alloc(1, sizeof(*l));

	l->in = in;
	l->open = settled_open(&in->settled, s->seq, l);
	snprintf(l->channel, sizeof(l->channel), "%s", s->target->id);
	copy_id(l->message, s->id);
	copy_id(l->author, s->author);
	return l;
}

static void line_end(struct line *l)
{
	settled_close(&l->in->settled, l->open);
	free(l);
}

static void on_taken(void *ctx, const char *refused)
{
	struct line *l = ctx;
	struct in *in = l->in;

	if (refused) {
		in->counts.refused++;
		log_debug("discord_line_refused",
			  LOG_TEXT("why", ((struct span){ refused, strlen(refused) })));
		if (*l->author)
			refusals_tell(&in->refusals, l->channel, l->message, l->author, refused,
				      now(in));
	} else {
		in->counts.said++;
	}
	line_end(l);
}

static void leave_out(struct in *in, struct target *t)
{
	t->left_out++;
	in->counts.left_out++;
	if (!in->confess.pending)
		loop_timer_in(&in->confess, CONFESS_US);
}

static void say_on(struct in *in, const struct saying *s, const struct target_way *way,
		   struct span text, unsigned number)
{
	char id[ID_MAX + 1], identity[TARGET_KEY] = "";
	struct line *line = line_begin(in, s);
	int r;

	snprintf(id, sizeof(id), "%.*s.%u%s%s%s", (int)s->id.n, s->id.p, number, s->mark,
		 s->target->n_ways > 1 ? ":" : "", s->target->n_ways > 1 ? way->channel : "");
	if (s->author.n && s->author.n < TARGET_ID)
		snprintf(identity, sizeof(identity), "discord/%.*s", (int)s->author.n, s->author.p);
	r = bridge_say(in->bridge, &(struct bridge_words){
					   .source = s->target->key,
					   .id = id,
					   .channel = way->channel,
					   .name = s->name,
					   .text = text,
					   .identity = *identity ? identity : NULL,
					   .emote = s->emote,
					   .linked_only = way->linked_only,
					   .notice = s->notice,
					   .taken = on_taken,
					   .ctx = line,
				   });
	if (r == 0)
		return;
	line_end(line);
	if (r == 1)
		leave_out(in, s->target);
}

/* Lines split by \n, to every channel that the place is mapped to. */
static void say(struct in *in, const struct saying *s, struct span text)
{
	unsigned number = 0;

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		const struct span line = { text.p, end ? (size_t)(end - text.p) : text.n };

		for (size_t i = 0; i < s->target->n_ways && line.n; i++)
			say_on(in, s, &s->target->ways[i], line, number);
		number++;
		text.p += line.n + (end ? 1 : 0);
		text.n -= line.n + (end ? 1 : 0);
	}
}

static void say_notice(struct in *in, struct target *t, uint64_t seq, struct span id,
		       const char *mark, const char *text)
{
	const struct saying s = { .target = t, .seq = seq, .id = id, .mark = mark, .notice = true };
	CLEANUP(buf_done) struct buf clean = { 0 };

	clean_line(&clean, (struct span){ text, strlen(text) }, false);
	say(in, &s, buf_span(&clean));
}

/* How much was left out, in the game. */
static void on_confess(void *ctx)
{
	struct in *in = ctx;

	for (size_t i = 0; i < in->targets->n; i++) {
		struct target *t = &in->targets->all[i];
		const char *name = names_channel(in->names, (struct span){ t->id, strlen(t->id) });
		char text[200], id[ID_MAX];

		if (!t->left_out)
			continue;
		snprintf(text, sizeof(text), "(%u line%s from #%s on Discord %s left out)",
			 t->left_out, t->left_out == 1 ? "" : "s", name ? name : t->id,
			 t->left_out == 1 ? "was" : "were");
		snprintf(id, sizeof(id), "left-%llx-%llx", (unsigned long long)in->counts.left_out,
			 (unsigned long long)bridge_wall_ms(in->bridge));
		t->left_out = 0;
		say_notice(in, t, UINT64_MAX, (struct span){ id, strlen(id) }, "", text);
	}
}

static size_t lines_of(struct span text)
{
	size_t n = text.n > 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/* False: too much; counted. */
static bool may_say(struct in *in, struct target *t, struct span author, struct span text)
{
	struct flood *f = floods_of(in->speakers, author, now(in));
	size_t n = lines_of(text);

	if (!t->pace.every_us)
		flood_init(&t->pace, CHANNEL_EVERY_US, CHANNEL_BURST, now(in));
	for (size_t i = 0; i < n; i++) {
		if (flood_take(f, now(in)) && flood_take(&t->pace, now(in)))
			continue;
		for (; i < n; i++)
			leave_out(in, t);
		return false;
	}
	return true;
}

/* ---- what is remembered ---- */

static struct recent *recent_of(struct in *in, struct span id)
{
	for (size_t i = 0; i < RECENT && i < in->n_recent; i++) {
		struct recent *r = &in->recent[i];

		if (strlen(r->id) == id.n && !memcmp(r->id, id.p, id.n))
			return r;
	}
	return NULL;
}

static uint64_t hash_content(const json_t *d)
{
	static const uint8_t key[16];
	struct span content;

	jsonin_text(d, "content", &content);
	return map_siphash(key, content.p, content.n);
}

static void remember(struct in *in, struct span id, struct span name, const json_t *d)
{
	struct recent *r = &in->recent[in->n_recent++ % RECENT];

	*r = (struct recent){ .hash = hash_content(d), .at_us = now(in) };
	if (id.n < sizeof(r->id))
		memcpy(r->id, id.p, id.n);
	snprintf(r->name, sizeof(r->name), "%.*s", (int)name.n, name.p);
}

/* ---- events ---- */

/* Our own, and bots, which are mostly other bridges. */
static bool is_ignored(const struct in *in, const struct target *t, const json_t *d)
{
	struct span hook, content;
	const bool from_hook = jsonin_text(d, "webhook_id", &hook);

	if ((t->out && out_is_own(t->out, hook)) ||
	    (*in->self && jsonin_is(jsonin_in(d, "author"), "id", in->self)))
		return true;
	if ((from_hook || jsonin_true(jsonin_in(d, "author"), "bot")) && !t->bots)
		return true;
	jsonin_text(d, "content", &content);
	return (from_hook || t->bots) && t->out && out_has_said(t->out, content);
}

static struct target *target_of(struct in *in, const json_t *d)
{
	struct span channel;
	struct target *t;

	jsonin_text(d, "channel_id", &channel);
	t = targets_find(in->targets, channel);
	return t && t->n_ways ? t : NULL;
}

static void note_empty(struct in *in, const json_t *d)
{
	if (in->was_empty || json_array_size(jsonin_list(d, "embeds")) ||
	    json_array_size(jsonin_list(d, "components")))
		return;
	in->was_empty = true;
	bridge_tell_staff(in->bridge, "content",
			  "Discord gives messages without their text: the bot's Message Content "
			  "Intent is not switched on.");
}

static void tell_join(struct in *in, struct target *t, const json_t *d, struct span id,
		      uint64_t seq)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	readable_author(&text, d);
	buf_adds(&text, " has joined the Discord server");
	buf_addc(&text, 0);
	say_notice(in, t, seq, id, "", buf_p(&text));
}

/* `mark` "": a new message; else an edit of one. */
static void hear(struct in *in, struct target *t, const json_t *d, struct span id, uint64_t seq,
		 const char *mark)
{
	CLEANUP(buf_done) struct buf name = { 0 };
	CLEANUP(buf_done) struct buf text = { 0 };
	const struct readable_names names = names_reader(in->names);
	struct saying s = { .target = t, .seq = seq, .id = id, .mark = mark };
	struct span said;

	readable_author(&name, d);
	jsonin_text(jsonin_in(d, "author"), "id", &s.author);
	if (*mark)
		buf_adds(&text, "(edit) ");
	readable_message(&text, d, &names, BRIDGE_TEXT_BYTES - 8);
	said = buf_span(&text);
	s.name = buf_span(&name);
	if (!*mark) {
		remember(in, id, s.name, d);
		s.emote = readable_is_emote(d);
	}
	if (clean_is_blank(said))
		note_empty(in, d);
	else if (may_say(in, t, s.author, said))
		say(in, &s, said);
}

static void on_create(struct in *in, const json_t *d, uint64_t seq)
{
	struct target *t = target_of(in, d);
	uint64_t type = 0;
	struct span id;

	if (!t || !jsonin_text(d, "id", &id) || !id.n || id.n >= TARGET_ID || is_ignored(in, t, d))
		return;
	jsonin_count(d, "type", 1000, &type);
	t->heard++;
	in->counts.heard++;
	if (type == MESSAGE_JOIN && t->joins)
		tell_join(in, t, d, id, seq);
	else if (type == MESSAGE_PLAIN || type == MESSAGE_REPLY)
		hear(in, t, d, id, seq, "");
}

static void on_update(struct in *in, const json_t *d, uint64_t seq)
{
	struct target *t = target_of(in, d);
	struct recent *r;
	struct span id;
	uint64_t hash;
	char mark[24];

	if (!t || !jsonin_text(d, "id", &id) || !jsonin_in(d, "author") || is_ignored(in, t, d))
		return;
	r = recent_of(in, id);
	hash = hash_content(d);
	if (!r || r->hash == hash || now(in) - r->at_us > in->edits_us)
		return;
	r->hash = hash;
	snprintf(mark, sizeof(mark), "e%llx", (unsigned long long)hash);
	hear(in, t, d, id, seq, mark);
}

static void on_delete(struct in *in, const json_t *d, uint64_t seq)
{
	struct target *t = target_of(in, d);
	char text[NAME_BYTES + 40];
	struct recent *r;
	struct span id;

	if (!t || !t->deletes || !jsonin_text(d, "id", &id))
		return;
	r = recent_of(in, id);
	if (!r)
		return;
	snprintf(text, sizeof(text), "%s has taken a message back", r->name);
	say_notice(in, t, seq, id, "d", text);
}

void in_missed(struct in *in, const json_t *message)
{
	struct span id;

	if (jsonin_text(message, "id", &id) && !recent_of(in, id))
		on_create(in, message, UINT64_MAX);
}

void in_unread(struct in *in, struct target *t, const char *id, size_t n, bool more)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	if (n)
		buf_addf(&text, "(%s%zu message%s from ", more ? "more than " : "", n,
			 n == 1 ? "" : "s");
	else
		buf_adds(&text, "(some messages from ");
	names_show(in->names, t->id, &text);
	buf_addf(&text, " on Discord %s not relayed)", n == 1 && !more ? "was" : "were");
	buf_addc(&text, 0);
	say_notice(in, t, UINT64_MAX, (struct span){ id, strlen(id) }, "u", buf_p(&text));
}

bool in_is_calm(const struct in *in)
{
	return !in->settled.n;
}

struct event_row {
	const char *name;
	void (*take)(struct in *in, const json_t *d, uint64_t seq);
};

static const struct event_row events[] = {
	{ "MESSAGE_CREATE", on_create },
	{ "MESSAGE_UPDATE", on_update },
	{ "MESSAGE_DELETE", on_delete },
};

void in_event(struct in *in, const char *event, const json_t *d, uint64_t seq)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (!strcmp(events[i].name, event))
			events[i].take(in, d, seq);
}

uint64_t in_settled(const struct in *in, uint64_t seq)
{
	return settled_upto(&in->settled, seq);
}

void in_set_edits(struct in *in, uint64_t edits_us)
{
	in->edits_us = edits_us;
}

void in_set_self(struct in *in, const char *id)
{
	snprintf(in->self, sizeof(in->self), "%s", id);
}

const struct in_counts *in_counts(const struct in *in)
{
	return &in->counts;
}

struct in *in_new(const struct in_conf *c)
{
	struct in *in = base_alloc(1, sizeof(*in));

	in->bridge = c->bridge;
	in->targets = c->targets;
	in->names = c->names;
	in->edits_us = c->edits_us;
	in->speakers = floods_new(c->every_us, c->burst, SPEAKERS);
	settled_init(&in->settled);
	refusals_init(&in->refusals, c->rest, now(in));
	loop_timer_init(bridge_loop(c->bridge), &in->confess, on_confess, in);
	return in;
}

void in_free(struct in *in)
{
	if (!in)
		return;
	while (in->settled.n) {
		struct line *l = TAILQ_FIRST(&in->settled.open)->of;

		bridge_forget(in->bridge, l);
		line_end(l);
	}
	refusals_done(&in->refusals);
	loop_timer_done(&in->confess);
	floods_free(in->speakers);
	free(in);
}
