/*
 * board.c - see board.h.
 *
 * The posts of a board are in order of their numbers.  The highest number that was ever given is that of
 * the newest post, or, when that was taken down, in a document of its own (key: the board's name).
 */
#include "world/social/board.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/events.h"
#include "world/core/name.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/social/social.h"
#include "world/social/spec.h"

#define COLLECTION "board"

struct row {
	struct board board;
	uint32_t last; /* number that was given last */
	struct board_kept *kept[BOARD_KEEP + 1];
	size_t n;
};

struct boards {
	struct row *rows[BOARDS_MAX];
	size_t n;
};

/* ---- the table ---- */

struct boards *boards_new(void)
{
	return base_alloc(1, sizeof(struct boards));
}

static void free_kept(struct board_kept *k)
{
	free(k->name);
	free(k->subject);
	free(k->text);
	free(k->link);
	free(k->via);
	free(k);
}

void boards_drop(struct boards *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < t->rows[i]->n; k++)
			free_kept(t->rows[i]->kept[k]);
		free(t->rows[i]->board.about);
		free(t->rows[i]);
	}
	free(t);
}

void boards_free(struct world *w)
{
	if (w->boards)
		boards_drop(w->boards);
	w->boards = NULL;
}

static struct row *find(const struct boards *t, struct span name)
{
	for (size_t i = 0; i < t->n; i++)
		if (text_eq_fold((struct span){ t->rows[i]->board.name,
						strlen(t->rows[i]->board.name) },
				 name))
			return t->rows[i];
	return NULL;
}

bool boards_add(struct boards *t, struct span spec, const char **ret_why)
{
	struct spec s;
	struct row *row;

	if (!spec_parse(spec, &s, ret_why))
		return false;
	*ret_why = t->n == BOARDS_MAX ? "there are too many boards"
		   : find(t, (struct span){ s.name, strlen(s.name) })
			   ? "its name is that of another one"
			   : NULL;
	if (*ret_why)
		return false;
	row = base_alloc(1, sizeof(*row));
	row->board = (struct board){ .about = base_dup(s.about.p, s.about.n), .role = (int)s.role };
	memcpy(row->board.name, s.name, sizeof(s.name));
	t->rows[t->n++] = row;
	return true;
}

size_t boards_count(const struct world *w)
{
	return w->boards->n;
}

const struct board *board_at(const struct world *w, size_t i)
{
	return i < w->boards->n ? &w->boards->rows[i]->board : NULL;
}

const struct board *board_find(const struct world *w, struct span name)
{
	const struct row *row = find(w->boards, name);

	return row ? &row->board : NULL;
}

bool board_may_post(const struct world *w, struct ent who, const struct board *b)
{
	const struct player *p = player_get(w, who);

	return p && (!p->guest || p->role > ROLE_PLAYER) && (int)p->role >= b->role;
}

static struct row *row_of(const struct board *b)
{
	return (struct row *)(uintptr_t)CONTAINER_OF(b, const struct row, board);
}

size_t board_posts(const struct board *b)
{
	return row_of(b)->n;
}

const struct board_kept *board_newest(const struct board *b, size_t i)
{
	const struct row *row = row_of(b);

	return i < row->n ? row->kept[row->n - 1 - i] : NULL;
}

const struct board_kept *board_post(const struct board *b, uint32_t number)
{
	const struct row *row = row_of(b);

	for (size_t i = 0; i < row->n; i++)
		if (row->kept[i]->number == number)
			return row->kept[i];
	return NULL;
}

/* ---- the store ---- */

static void key_of(const struct row *row, uint32_t number, char key[64])
{
	snprintf(key, 64, "%s/%" PRIu32, row->board.name, number);
}

static void store(struct world *w, const struct row *row, const struct board_kept *k)
{
	struct buf body = { 0 };
	char key[64];

	key_of(row, k->number, key);
	buf_addc(&body, '{');
	comp_save_int(&body, "seq", (int64_t)k->seq);
	comp_save_id(&body, "author", k->author);
	comp_save_int(&body, "wall_ms", k->wall_ms);
	comp_save_text(&body, "name", k->name);
	comp_save_text(&body, "subject", k->subject);
	comp_save_text(&body, "text", k->text);
	comp_save_text(&body, "link", k->link);
	comp_save_text(&body, "via", k->via);
	buf_addc(&body, '}');
	world_document(w, COLLECTION, key, buf_span(&body));
	buf_done(&body);
}

static void store_last(struct world *w, const struct row *row)
{
	struct buf body = { 0 };

	buf_addf(&body, "{\"last\":%" PRIu32 "}", row->last);
	world_document(w, COLLECTION, row->board.name, buf_span(&body));
	buf_done(&body);
}

static void insert(struct row *row, struct board_kept *k)
{
	size_t at = row->n;

	for (; at > 0 && row->kept[at - 1]->number > k->number; at--)
		row->kept[at] = row->kept[at - 1];
	row->kept[at] = k;
	row->n++;
	if (row->last < k->number)
		row->last = k->number;
}

static void take_out(struct world *w, struct row *row, size_t at)
{
	struct board_kept *k = row->kept[at];
	char key[64];

	key_of(row, k->number, key);
	world_document(w, COLLECTION, key, (struct span){ "", 0 });
	if (k->number == row->last)
		store_last(w, row);
	row->n--;
	memmove(&row->kept[at], &row->kept[at + 1], (row->n - at) * sizeof(*row->kept));
	free_kept(k);
}

static char *text_of(const json_t *body, const char *key)
{
	const char *text = json_string_value(json_object_get(body, key));

	return base_dup(text ? text : "", text ? strlen(text) : 0);
}

static bool take_post(struct row *row, uint32_t number, const json_t *body)
{
	json_t *author = json_object_get(body, "author");
	struct board_kept *k;
	int bad = 0;

	if (!number || row->n >= BOARD_KEEP || board_post(&row->board, number) ||
	    !json_is_object(body))
		return false;
	k = base_alloc(1, sizeof(*k));
	*k = (struct board_kept){
		.number = number,
		.seq = (uint64_t)json_integer_value(json_object_get(body, "seq")),
		.author = author ? comp_id(author, &bad) : 0,
		.wall_ms = json_integer_value(json_object_get(body, "wall_ms")),
		.name = text_of(body, "name"),
		.subject = text_of(body, "subject"),
		.text = text_of(body, "text"),
		.link = text_of(body, "link"),
		.via = text_of(body, "via"),
	};
	insert(row, k);
	return !bad;
}

static bool take_last(struct row *row, const json_t *body)
{
	const json_int_t last = json_integer_value(json_object_get(body, "last"));

	if (last <= 0 || last > UINT32_MAX)
		return false;
	if (row->last < (uint32_t)last)
		row->last = (uint32_t)last;
	return true;
}

void boards_load(struct world *w, const Mudlark__DocumentRow *doc)
{
	const char *slash = strchr(doc->key, '/');
	const size_t n = slash ? (size_t)(slash - doc->key) : strlen(doc->key);
	struct row *row = find(w->boards, (struct span){ doc->key, n });
	json_t *body;
	bool ok;

	if (!row)
		return; /* of a board that is no more, or not yet again */
	body = json_loadb((const char *)doc->body.data, doc->body.len, 0, NULL);
	ok = slash ? take_post(row, (uint32_t)strtoul(slash + 1, NULL, 10), body)
		   : take_last(row, body);
	json_decref(body);
	if (ok)
		return;
	w->stats.load_troubles++;
	log_error("post_malformed", LOG_STR("key", doc->key));
}

/* ---- putting up and taking down ---- */

static char *cut(struct span s, size_t max)
{
	return base_dup(s.p ? s.p : "", text_cut(s, max));
}

/* The same for what is a single line. */
static char *cut_line(struct span s, size_t max)
{
	char *line = cut(s, max);

	for (char *p = line; *p; p++)
		if (*p == '\n')
			*p = ' ';
	return line;
}

static const struct board_kept *keep(struct world *w, struct row *row, const struct board_post *p,
				     const char *name)
{
	struct board_kept *k = base_alloc(1, sizeof(*k));

	*k = (struct board_kept){
		.number = row->last + 1,
		.seq = events_seq(w) + 1,
		.author = ent_id(w, p->author),
		.wall_ms = p->wall_ms ? p->wall_ms : w->wall_ms,
		.name = cut_line((struct span){ name, strlen(name) }, BOARD_SUBJECT_BYTES),
		.subject = cut_line(p->subject, BOARD_SUBJECT_BYTES),
		.text = cut(p->text, BOARD_TEXT_BYTES),
		.link = cut_line(p->link, p->link.n <= BOARD_LINK_BYTES ? BOARD_LINK_BYTES : 0),
		.via = cut_line(p->via, BOARD_SUBJECT_BYTES),
	};
	insert(row, k);
	store(w, row, k);
	if (row->n > BOARD_KEEP)
		take_out(w, row, 0);
	return k;
}

static void add_member(struct buf *out, const char *key, const char *text)
{
	if (*text)
		comp_save_text(out, key, text);
}

static void emit(struct world *w, const struct row *row, const struct board_kept *k,
		 struct ent author)
{
	struct buf b = { 0 };

	buf_addf(&b, "\"board\":\"%s\",\"number\":%" PRIu32, row->board.name, k->number);
	comp_save_text(&b, "subject", k->subject);
	comp_save_text(&b, "name", k->name);
	comp_save_text(&b, "text", k->text);
	add_member(&b, "via", k->via);
	add_member(&b, "link", k->link);
	event_emit(w, FACT_BOARD_POSTED, author, "%.*s", (int)b.n, buf_p(&b));
	buf_done(&b);
}

static void add_news(const struct row *row, const struct board_kept *k, struct buf *out)
{
	buf_addf(out, " put something up on %s: ", row->board.name);
	say_escape(out, (struct span){ k->subject, strlen(k->subject) });
	buf_addf(out, " ({bold}board %s %" PRIu32 "{/}){/}", row->board.name, k->number);
}

static void show(struct world *w, const struct row *row, const struct board_kept *k,
		 struct ent author)
{
	struct buf text = { 0 };

	buf_adds(&text, "{system}You");
	add_news(row, k, &text);
	say_span(w, author, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_span(&text));
	buf_reset(&text);
	buf_adds(&text, "{system}");
	say_escape(&text, (struct span){ k->name, strlen(k->name) });
	buf_adds(&text, " has");
	add_news(row, k, &text);
	say_others(w, author, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_span(&text));
	buf_done(&text);
}

void board_put(struct world *w, struct board_post *post)
{
	struct row *row = row_of(post->board);
	const struct board_kept *k;
	char *name = cut(post->name, BOARD_SUBJECT_BYTES);

	k = keep(w, row, post, ent_is(post->author) ? name_of(w, post->author) : name);
	free(name);
	post->number = k->number;
	if (ent_is(post->author))
		show(w, row, k, post->author);
	emit(w, row, k, post->author);
}

void board_take_down(struct world *w, const struct board *b, const struct board_kept *kept)
{
	struct row *row = row_of(b);
	const uint32_t number = kept->number;

	for (size_t i = 0; i < row->n; i++) {
		if (row->kept[i] != kept)
			continue;
		take_out(w, row, i);
		event_emit(w, FACT_BOARD_REMOVED, ENT_NONE, "\"board\":\"%s\",\"number\":%" PRIu32,
			   b->name, number);
		return;
	}
}

/* ---- announcements ---- */

void board_announce(struct world *w, struct ent who, struct span text)
{
	struct row *news = find(w->boards, BOARD_NEWS);
	const char *name = name_of(w, who);
	struct buf b = { 0 };

	buf_adds(&b, "{system}{bold}Announcement:{/} ");
	say_escape(&b, text);
	buf_adds(&b, "{/}");
	buf_addc(&b, '\0');
	say_all(w, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_p(&b));
	buf_reset(&b);
	buf_adds(&b, "\"name\":");
	json_quote(&b, (struct span){ name, strlen(name) });
	json_member(&b, "text");
	json_quote(&b, text);
	if (news) {
		const struct board_post post = { .author = who, .subject = text, .text = text };

		json_member(&b, "number");
		json_int(&b, keep(w, news, &post, name)->number);
	}
	event_emit(w, FACT_NEWS_ANNOUNCED, ENT_NONE, "%.*s", (int)b.n, buf_p(&b));
	buf_done(&b);
}

/* ---- who comes in ---- */

static size_t count_since(const struct row *row, uint64_t seen)
{
	size_t n = 0;

	while (n < row->n && row->kept[row->n - 1 - n]->seq > seen)
		n++;
	return n;
}

static int on_entered(void *ctx, struct world *w, const struct fact *f)
{
	const struct ent who = ent_by_id(w, f->actor);
	const struct social *s = social_get(w, who);

	(void)ctx;
	for (size_t i = 0; s && s->seen && i < w->boards->n; i++) {
		const struct row *row = w->boards->rows[i];
		const size_t n = count_since(row, s->seen);

		if (n)
			say_reply(
				w, who,
				"{system}%zu new %s on %s. ({do board %s}{bold}board %s{/}{/}){/}",
				n, n == 1 ? "post" : "posts", row->board.name, row->board.name,
				row->board.name);
	}
	return 0;
}

static int on_left(void *ctx, struct world *w, const struct fact *f)
{
	const struct ent who = ent_by_id(w, f->actor);

	(void)ctx;
	if (social_get(w, who))
		social_leave(w, who);
	return 0;
}

void boards_init(struct world *w)
{
	event_on(w, FACT_PLAYER_ENTERED, on_entered, NULL);
	event_on(w, FACT_PLAYER_LEFT, on_left, NULL);
}
