/*
 * press.c - lines of the game become items of feeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/rss/publish_inner.h"
#include "rt/text.h"

enum { TITLE_BYTES = 120 };

struct feed_row {
	const char *name;
	unsigned kinds;
};

static const struct feed_row rows[] = {
	/* Those that are kept on the board "news" can be taken down there. */
	{ "announcements", LINE(LINE_NEWS) | LINE(LINE_REMOVED) },
	{ "errands", LINE(LINE_ERRAND) },
	{ "players", LINE(LINE_ENTERED) | LINE(LINE_LEFT) },
	{ "server", LINE(LINE_STARTED) | LINE(LINE_STOPPING) },
};

#define BOARDS "boards/"

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

bool press_wants(const struct publish *p, const char *name)
{
	for (char *const *w = p->what; *w; w++)
		if (!strcmp(*w, name) || (!strcmp(*w, "boards") && begins(name, BOARDS)))
			return true;
	return false;
}

struct press_feed *press_feed(struct publish *p, struct span name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strlen(p->feeds[i].name) == name.n && !memcmp(p->feeds[i].name, name.p, name.n))
			return &p->feeds[i];
	return NULL;
}

static unsigned kinds_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].name, name))
			return rows[i].kinds;
	return begins(name, BOARDS) && name[strlen(BOARDS)] ? LINE(LINE_POSTED) | LINE(LINE_REMOVED)
							    : 0;
}

bool press_knows(const char *what)
{
	return !strcmp(what, "boards") || kinds_of(what);
}

struct press_feed *press_add(struct publish *p, const char *name)
{
	const struct span s = { name, strlen(name) };
	struct press_feed *f = press_feed(p, s);

	if (f || p->n == FEEDS_MAX || s.n >= FEED_NAME || !kinds_of(name) || !press_wants(p, name))
		return f;
	f = &p->feeds[p->n++];
	*f = (struct press_feed){ .kinds = kinds_of(name) };
	memcpy(f->name, name, s.n + 1);
	items_init(&f->items, (size_t)p->conf.items);
	return f;
}

/* ---- what an item says ---- */

static char *text_of(struct span s)
{
	return base_dup(s.p ? s.p : "", s.n);
}

static char *sentence(struct span who, const char *what, struct span object)
{
	struct buf out = { 0 };
	char *text;

	buf_add(&out, who.p, who.n);
	buf_adds(&out, what);
	buf_add(&out, object.p ? object.p : "", object.n);
	text = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return text;
}

/* The first line, cut. */
static char *beginning(struct span text)
{
	const char *end = memchr(text.p, '\n', text.n);
	const struct span line = { text.p, end ? (size_t)(end - text.p) : text.n };
	const size_t n = text_cut(line, TITLE_BYTES);
	struct buf out = { 0 };
	char *title;

	buf_add(&out, line.p, n);
	if (n < line.n)
		buf_adds(&out, "\xe2\x80\xa6");
	title = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return title;
}

static char *title_of(const struct bridge_line *line)
{
	switch (line->kind) {
	case LINE_NEWS:
		return beginning(line->text);
	case LINE_POSTED:
		return text_of(line->subject);
	case LINE_ENTERED:
		return sentence(line->name, " has come into the world.", (struct span){ 0 });
	case LINE_LEFT:
		return sentence(line->name, " has left the world.", (struct span){ 0 });
	case LINE_ERRAND:
		return sentence(line->name, " has done an errand: ",
				line->subject.n ? line->subject : line->text);
	case LINE_STARTED:
		return text_of(SPAN("The world has started."));
	case LINE_STOPPING:
		return text_of(SPAN("The world stops."));
	default:
		return text_of(SPAN(""));
	}
}

static bool is_address(struct span s)
{
	return (s.n > 8 && !memcmp(s.p, "https://", 8)) || (s.n > 7 && !memcmp(s.p, "http://", 7));
}

static void add(struct press_feed *f, const struct bridge_line *line)
{
	const bool has_text = line->kind == LINE_NEWS || line->kind == LINE_POSTED;
	struct item i = {
		.seq = line->seq,
		.wall_ms = line->wall_ms,
		.number = has_text ? line->number : 0,
		.title = title_of(line),
		.text = text_of(has_text ? line->text : (struct span){ 0 }),
		.author = text_of(line->name),
		.link = text_of(is_address(line->link) ? line->link : (struct span){ 0 }),
	};

	items_add(&f->items, &i, line->wall_ms);
	free(i.title);
	free(i.text);
	free(i.author);
	free(i.link);
}

static void add_board(struct publish *p, struct span board)
{
	char name[FEED_NAME];
	const size_t n = p->n;

	if (board.n + sizeof(BOARDS) > sizeof(name))
		return;
	snprintf(name, sizeof(name), BOARDS "%.*s", (int)board.n, board.p);
	press_add(p, name);
	p->index_dirty |= p->n != n;
}

static bool is_of(const struct press_feed *f, const struct bridge_line *line)
{
	const struct span news = SPAN("news"),
			  board = { f->name + strlen(BOARDS), strlen(f->name) - strlen(BOARDS) };

	if (!(f->kinds & LINE(line->kind)))
		return false;
	if (begins(f->name, BOARDS))
		return board.n == line->channel.n && !memcmp(board.p, line->channel.p, board.n);
	return line->kind != LINE_REMOVED || text_eq_fold(line->channel, news);
}

void press_line(struct publish *p, const struct bridge_line *line)
{
	if (line->kind == LINE_POSTED)
		add_board(p, line->channel);
	for (size_t i = 0; i < p->n; i++) {
		struct press_feed *f = &p->feeds[i];

		if (!is_of(f, line))
			continue;
		if (line->kind == LINE_REMOVED)
			items_remove(&f->items, line->number, line->wall_ms);
		else
			add(f, line);
	}
	p->seq = line->seq;
}
