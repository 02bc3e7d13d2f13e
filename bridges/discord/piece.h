/*
 * piece.h - one message to be as Discord gets it: a line of the game, or a part of a long one, escaped, with its name
 * and picture; or a card ("embed") of something that happened.  Every one says that it mentions nobody.
 */
#pragma once

#include <sys/queue.h>
#include "bridges/bridge.h"
#include "rt/base.h"
#include "rt/buf.h"

enum {
	PIECE_UNITS = 2000,	 /* of a message */
	PIECE_CARD_UNITS = 4000, /* of what stands on a card */
	PIECE_TITLE_UNITS = 250,
};

struct piece {
	TAILQ_ENTRY(piece) entry;
	uint64_t seq;  /* of its line; 0: a note of ours */
	uint64_t upto; /* of a note: the last line that it stands for; 0: it stands for none */
	uint32_t part; /* of its line */
	bool last;     /* the last one of its line */
	bool unsure;   /* it may be outside already */
	bool card;
	char *name, *avatar;  /* "": the webhook's own */
	char *text;	      /* escaped */
	char *title, *footer; /* of a card */
	unsigned colour;
	int64_t wall_ms; /* of a card; 0: none */
};

TAILQ_HEAD(pieces, piece);

struct piece_style {
	const char *avatar; /* as for escape_avatar() */
	bool tell_channel;  /* "[help] " in front: the place has several */
};

/* Appends what becomes of a line; at least one piece. */
void pieces_of_line(struct pieces *to, const struct bridge_line *line,
		    const struct piece_style *style);
/* A line of the bridge itself: "(3 lines were left out)". */
struct piece *piece_note(const char *text);
void piece_free(struct piece *p);
/* Drops the first one. */
void pieces_drop(struct pieces *q);
void pieces_done(struct pieces *q);
/* How many of the first pieces can go in one message: 1, or several short ones of one speaker. */
size_t pieces_joined(const struct pieces *q);
/* The body of a request that executes a webhook: the first `n` of them. */
void pieces_body(const struct pieces *q, size_t n, struct buf *out);
