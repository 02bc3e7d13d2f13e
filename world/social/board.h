/*
 * board.h - boards: posts that stay, to be read by whoever comes later; a newspaper is a board that a feed writes.
 *
 * Which there are is said by `world.boards`.  Posts are documents (collection "board", key "NAME/NUMBER"), so they
 * outlive every restart; numbers grow for ever; the oldest go when there are more than the board keeps.
 *
 * Body of board:posted: {"actor":ID, "board":"gazette", "number":7, "subject":"...", "name":"Ana", "text":"...", "via":"rss",
 * "link":"https://..."}, without what there is not; of board:removed, when somebody takes one down: {"board":..., "number":7}.
 * Announcements of staff (`@announce TEXT`) are news:announced {"name":"Ana","text":"..."}: shown to everybody, and kept on
 * the board "news", if there is one, without being told as a post, too; then its "number" there is told, for board:removed may
 * follow.
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"
#include "world/core/world.h"

enum {
	BOARDS_MAX = 16,
	BOARD_KEEP = 100,
	BOARD_SUBJECT_BYTES = 120,
	BOARD_TEXT_BYTES = 2000,
	BOARD_LINK_BYTES = 1000
};

#define BOARD_NEWS SPAN("news")

/* "NAME [least role that may post] WORDS about it". */
struct board {
	char name[17];
	char *about;
	int role;
};

struct board_post {
	const struct board *board;
	uint32_t number;   /* out */
	struct ent author; /* a player; ENT_NONE: somebody outside */
	struct span name, subject, text, link, via;
	int64_t wall_ms; /* 0: now */
};

/* One that is up. */
struct board_kept {
	uint32_t number;
	uint64_t seq;	 /* of the last fact when it was put up */
	uint64_t author; /* id of the character; 0: somebody outside */
	int64_t wall_ms; /* when it was written */
	char *name, *subject, *text, *link, *via;
};

struct boards;
struct boards *boards_new(void);
void boards_free(struct world *w);
void boards_drop(struct boards *t); /* for who has no world */
bool boards_add(struct boards *t, struct span spec, const char **ret_why);

size_t boards_count(const struct world *w);
const struct board *board_at(const struct world *w, size_t i);
const struct board *board_find(const struct world *w, struct span name); /* whole; NULL: none */
bool board_may_post(const struct world *w, struct ent who, const struct board *b);

/* Puts it up, and emits the fact. Texts are plain and clean (lines by \n); what is too long is cut, a
 * link left out. A player's
 * post is shown to everybody, as a line. */
void board_put(struct world *w, struct board_post *post);
/* `kept` is gone afterwards. */
void board_take_down(struct world *w, const struct board *b, const struct board_kept *kept);
void board_announce(struct world *w, struct ent who, struct span text);

size_t board_posts(const struct board *b);
/* 0: the newest; NULL: there are not so many. */
const struct board_kept *board_newest(const struct board *b, size_t i);
const struct board_kept *board_post(const struct board *b, uint32_t number); /* NULL: none */

/* What is new since one was last in is said when one comes in. */
void boards_init(struct world *w);
/* Documents of the collection "board". */
void boards_load(struct world *w, const Mudlark__DocumentRow *row);
