/*
 * board.h - boards: posts that stay, to be read by whoever comes later; a newspaper is a board that a feed writes.
 *
 * Which there are is said by `world.boards`.  Posts are documents (collection "board", key "NAME/NUMBER"), so they
 * outlive every restart; numbers grow for ever; the oldest go when there are more than the board keeps.
 *
 * Body of board:posted: {"actor":ID, "board":"gazette", "number":7, "subject":"...", "name":"Ana", "text":"...", "via":"rss",
 * "link":"https://..."}; of board:removed: {"board":..., "number":7}.  Announcements of staff (`@announce TEXT`) are
 * news:announced {"name":"Ana","text":"..."}: shown to everybody, and kept on the first board.
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"
#include "world/core/world.h"

enum { BOARDS_MAX = 16, BOARD_KEEP = 100, BOARD_SUBJECT_BYTES = 120, BOARD_TEXT_BYTES = 2000 };

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

struct boards;
struct boards *boards_new(void);
void boards_free(struct world *w);
bool boards_add(struct boards *t, struct span spec, const char **ret_why);

size_t boards_count(const struct world *w);
const struct board *board_at(const struct world *w, size_t i);
const struct board *board_find(const struct world *w, struct span name); /* whole; NULL: none */
/* Puts it up, and emits the fact. Texts are plain and clean (lines by \n). */
void board_put(struct world *w, struct board_post *post);
/* Documents of the collection "board". */
void boards_load(struct world *w, const Mudlark__DocumentRow *row);
