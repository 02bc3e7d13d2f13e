/*
 * piece.c - see piece.h.
 */
#include "bridges/discord/piece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridges/discord/escape.h"
#include "rt/text.h"

enum {
	SUPPRESS_EMBEDS = 1 << 2, /* no previews of what is linked */
	JOINED_MAX = 20,
};

struct kind_row {
	unsigned colour;
	const char *title; /* NULL: none, or the line's subject */
	const char *said;  /* behind the name, of those that have no text */
};

static const struct kind_row kinds[LINE_KINDS] = {
	[LINE_NEWS] = { 0xe8b84a, "Announcement", NULL },
	[LINE_POSTED] = { 0x5b8dd9, NULL, NULL },
	[LINE_REMOVED] = { 0x888888, NULL, NULL },
	[LINE_ENTERED] = { 0x57a65b, NULL, " has come." },
	[LINE_LEFT] = { 0x888888, NULL, " has gone." },
	[LINE_ERRAND] = { 0x9b6fc9, NULL, " has done an errand: " },
	[LINE_STARTED] = { 0x57a65b, NULL, "The world has begun." },
	[LINE_STOPPING] = { 0xc9605b, NULL, "The world is being stopped." },
};

static char *dup_buf(const struct buf *b)
{
	return base_dup(buf_p(b), b->n);
}

static char *nothing(void)
{
	return base_dup("", 0);
}

static struct piece *piece_new(void)
{
	return base_alloc(1, sizeof(struct piece));
}

/* What is still missing is "". */
static struct piece *whole(struct piece *p)
{
	char **const texts[] = { &p->name, &p->avatar, &p->text, &p->title, &p->footer };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!*texts[i])
			*texts[i] = nothing();
	return p;
}

void piece_free(struct piece *p)
{
	free(p->name);
	free(p->avatar);
	free(p->text);
	free(p->title);
	free(p->footer);
	free(p);
}

void pieces_drop(struct pieces *q)
{
	struct piece *p = TAILQ_FIRST(q);

	TAILQ_REMOVE(q, p, entry);
	piece_free(p);
}

void pieces_done(struct pieces *q)
{
	while (!TAILQ_EMPTY(q))
		pieces_drop(q);
}

struct piece *piece_note(const char *text)
{
	CLEANUP(buf_done) struct buf said = { 0 };
	struct piece *p = piece_new();

	escape_text(&said, (struct span){ text, strlen(text) });
	p->last = true;
	p->text = dup_buf(&said);
	return whole(p);
}

/* ---- what is said ---- */

static struct piece *spoken(const struct bridge_line *line, struct span text,
			    const struct piece_style *style)
{
	CLEANUP(buf_done) struct buf said = { 0 };
	CLEANUP(buf_done) struct buf name = { 0 };
	CLEANUP(buf_done) struct buf avatar = { 0 };
	const bool slanted = line->emote || line->notice;
	struct piece *p = piece_new();

	if (style->tell_channel && line->channel.n) {
		buf_adds(&said, "\\[");
		escape_text(&said, line->channel);
		buf_adds(&said, "\\] ");
	}
	if (slanted)
		buf_addc(&said, '*');
	escape_text(&said, text);
	if (slanted)
		buf_addc(&said, '*');
	if (!line->notice && line->name.n) {
		escape_name(&name, line->name);
		escape_avatar(&avatar, style->avatar ? style->avatar : "", line->name);
	}
	p->text = dup_buf(&said);
	p->name = dup_buf(&name);
	p->avatar = dup_buf(&avatar);
	return whole(p);
}

static void add_said(struct pieces *to, const struct bridge_line *line,
		     const struct piece_style *style)
{
	/* The channel's name and the stars have to fit as well. */
	const size_t units =
		PIECE_UNITS - 2 -
		(style->tell_channel ? ESCAPE_GROWTH * line->channel.n % PIECE_UNITS + 5 : 0);
	struct span rest = line->text;
	uint32_t part = 0;

	do {
		struct piece *p = spoken(line, escape_piece(&rest, units), style);

		p->part = part++;
		p->last = rest.n == 0;
		TAILQ_INSERT_TAIL(to, p, entry);
	} while (rest.n);
}

/* ---- what happens ---- */

static char *escaped(struct span s, size_t units)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	escape_text(&text, escape_piece(&s, units));
	if (s.n)
		buf_adds(&text, " ...");
	return dup_buf(&text);
}

static void fill_post(struct piece *p, const struct bridge_line *line)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(buf_done) struct buf foot = { 0 };

	buf_add(&text, line->text.p, line->text.n);
	if (line->link.n) {
		buf_addc(&text, '\n');
		buf_add(&text, line->link.p, line->link.n);
	}
	buf_addf(&foot, "%.*s, no. %llu", (int)line->channel.n, line->channel.p,
		 (unsigned long long)line->number);
	if (line->name.n)
		buf_addf(&foot, ", by %.*s", (int)line->name.n, line->name.p);
	p->title = escaped(line->subject, PIECE_TITLE_UNITS);
	p->text = escaped(buf_span(&text), PIECE_CARD_UNITS);
	p->footer = dup_buf(&foot);
}

static void fill_removed(struct piece *p, const struct bridge_line *line)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	buf_addf(&text, "No. %llu was taken off %.*s.", (unsigned long long)line->number,
		 (int)line->channel.n, line->channel.p);
	p->text = escaped(buf_span(&text), PIECE_CARD_UNITS);
}

static void fill_news(struct piece *p, const struct bridge_line *line)
{
	p->title = base_dup(kinds[LINE_NEWS].title, strlen(kinds[LINE_NEWS].title));
	p->text = escaped(line->text, PIECE_CARD_UNITS);
	p->footer = base_dup(line->name.p, line->name.n);
}

static void fill_event(struct piece *p, const struct bridge_line *line)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	buf_add(&text, line->name.p, line->name.n);
	buf_adds(&text, kinds[line->kind].said);
	if (line->kind == LINE_ERRAND)
		buf_add(&text, line->text.p, line->text.n);
	p->text = escaped(buf_span(&text), PIECE_CARD_UNITS);
}

static void add_card(struct pieces *to, const struct bridge_line *line)
{
	struct piece *p = piece_new();

	p->card = p->last = true;
	p->colour = kinds[line->kind].colour;
	p->wall_ms = line->wall_ms;
	if (line->kind == LINE_NEWS)
		fill_news(p, line);
	else if (line->kind == LINE_POSTED)
		fill_post(p, line);
	else if (line->kind == LINE_REMOVED)
		fill_removed(p, line);
	else
		fill_event(p, line);
	TAILQ_INSERT_TAIL(to, whole(p), entry);
}

void pieces_of_line(struct pieces *to, const struct bridge_line *line,
		    const struct piece_style *style)
{
	struct piece *p = TAILQ_LAST(to, pieces);

	if (line->kind == LINE_SAID)
		add_said(to, line, style);
	else
		add_card(to, line);
	for (p = p ? TAILQ_NEXT(p, entry) : TAILQ_FIRST(to); p; p = TAILQ_NEXT(p, entry)) {
		p->seq = line->seq;
		p->unsure = line->unsure;
	}
}

/* ---- the message ---- */

size_t pieces_joined(const struct pieces *q)
{
	const struct piece *first = TAILQ_FIRST(q), *p;
	size_t units = 0, n = 0;

	TAILQ_FOREACH(p, q, entry)
	{
		const size_t more = escape_units((struct span){ p->text, strlen(p->text) }) + 1;

		if (n && (p->card || p->unsure || !p->seq || strcmp(p->name, first->name) != 0))
			break;
		if (n && (units + more > PIECE_UNITS || n == JOINED_MAX))
			break;
		n++;
		units += more;
		if (first->card || !first->seq)
			break;
	}
	return n;
}

static void add_member(struct buf *out, const char *key, const char *text)
{
	if (!*text)
		return;
	json_member(out, key);
	json_quote(out, (struct span){ text, strlen(text) });
}

static void add_time(struct buf *out, int64_t wall_ms)
{
	const time_t t = (time_t)(wall_ms / 1000);
	char when[40];
	struct tm tm;

	if (wall_ms <= 0 || !gmtime_r(&t, &tm) ||
	    !strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return;
	add_member(out, "timestamp", when);
}

static void add_embed(struct buf *out, const struct piece *p)
{
	json_member(out, "embeds");
	buf_adds(out, "[{");
	add_member(out, "title", p->title);
	add_member(out, "description", p->text);
	json_member(out, "color");
	json_int(out, p->colour);
	add_time(out, p->wall_ms);
	if (*p->footer) {
		json_member(out, "footer");
		buf_addc(out, '{');
		add_member(out, "text", p->footer);
		buf_addc(out, '}');
	}
	buf_adds(out, "}]");
}

static void add_content(struct buf *out, const struct pieces *q, size_t n)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	const struct piece *p = TAILQ_FIRST(q);

	for (size_t i = 0; i < n && p; i++, p = TAILQ_NEXT(p, entry)) {
		if (i)
			buf_addc(&text, '\n');
		buf_adds(&text, p->text);
	}
	json_member(out, "content");
	json_quote(out, buf_span(&text));
	json_member(out, "flags");
	json_int(out, SUPPRESS_EMBEDS);
}

void pieces_body(const struct pieces *q, size_t n, struct buf *out)
{
	const struct piece *first = TAILQ_FIRST(q);

	buf_addc(out, '{');
	if (first->card)
		add_embed(out, first);
	else
		add_content(out, q, n);
	add_member(out, "username", first->name);
	add_member(out, "avatar_url", first->avatar);
	buf_adds(out, ",\"allowed_mentions\":{\"parse\":[]}}");
}
