/*
 * out.h - what the game has for one channel of IRC: written as people there read it, in order, until its turn comes.
 *
 * An item is a line of the game, or a note of ours between them: how many were not relayed, how many may be missing, an
 * answer.  It leaves in pieces that fit into lines of IRC; each begins with who said it, so that none begins with what a
 * player chose.
 */
#pragma once

#include "bridges/bridge.h"
#include "rt/buf.h"

enum out_kind { OUT_LINE, OUT_NOTE, OUT_SKIPPED, OUT_UNSURE };

struct out_item {
	struct out_item *next;
	enum out_kind kind;
	uint64_t seq; /* of the game; 0: of ours */
	int64_t wall_ms;
	bool notice;
	struct buf head, body;
	size_t at; /* of body that has left */
	/* OUT_SKIPPED, OUT_UNSURE */
	size_t n;
	bool lost; /* nobody knows how many more */
	int64_t from_ms, to_ms;
};

struct out {
	struct out_item *first, *last;
	size_t n;
};

struct out_piece {
	struct buf text;
	uint64_t seq;	/* 0, or what is outside when this piece is */
	uint64_t begun; /* what has left in part when this piece has */
	bool notice, is_last;
	enum out_kind kind;
	size_t lines; /* of the game that this tells or counts */
};

/* `with_channel`: its name stands in front, as several come to one place. */
void out_line(struct out *o, const struct bridge_line *l, bool with_channel);
void out_note(struct out *o, struct span text, bool notice);
void out_skipped(struct out *o, uint64_t seq, enum skip_why why, size_t n, int64_t from_ms,
		 int64_t to_ms);
void out_unsure(struct out *o, uint64_t seq, size_t n);
/* The same, in front of everything: it was before it. What has left in part is one of them. */
void out_broken(struct out *o, uint64_t seq, size_t n);
/* Lines from before this are counted instead of told. */
void out_age(struct out *o, int64_t oldest_ms);
/* The next piece of at most `max` bytes; false: there is none. It has left.  A line that is late says when it was said. */
bool out_next(struct out *o, size_t max, int64_t now_ms, struct out_piece *ret);
/* When the first line that waits was said; 0: none does. */
int64_t out_oldest_ms(const struct out *o);
/* Nothing but a count of what may be missing, which the next line may add to. */
bool out_is_unsure_alone(const struct out *o);
/* What is above seq was never to be said. */
void out_take_back(struct out *o, uint64_t seq);
void out_done(struct out *o);
