/*
 * oracle.h - what a player has typed and must read.  Each line is answered by one sentence that belongs to it, in
 * the order of the lines; what he carries is what these sentences say; where he is follows from his steps;
 * of each speaker he hears growing numbers.  What is not so is counted, and the first of it kept in words.
 *
 * The pack is tests/deploy/pack: a ring of rooms, east and west, with pebbles.
 */
#pragma once

#include "rt/base.h"

enum { ORACLE_ROOMS = 10, ORACLE_PEBBLES = 12, ORACLE_AHEAD = 3 };

enum verb { VERB_THINK, VERB_SAY, VERB_GET, VERB_DROP, VERB_EAST, VERB_WEST, VERB_SCORE, VERBS };

struct asked {
	enum verb verb;
	uint32_t number; /* of the line: 1, 2, 3 ... over all connections */
	uint64_t at_us;
	char text[40];
};

struct oracle {
	uint32_t who;
	uint32_t *heard; /* last number of each speaker */
	size_t n_speakers;
	struct asked waiting[ORACLE_AHEAD];
	size_t n_waiting;
	uint32_t typed;
	int room;	 /* -1: not known */
	int least, most; /* he carries; the same, but after a broken connection */
	uint64_t answered, unknown, lost, doubled, wrong, longest_us;
	char said[200]; /* the first that was not right */
};

void oracle_init(struct oracle *o, uint32_t who, size_t n_speakers);
void oracle_done(struct oracle *o);
/* A line to type. NULL: so many wait for answers that he types no more. */
const struct asked *oracle_ask(struct oracle *o, enum verb verb, uint64_t now);
/* A line of text that came while in play. */
void oracle_read(struct oracle *o, struct span line, uint64_t now);
/* The connection broke, and nobody will ever tell what became of the lines that wait: each was done or was not. */
void oracle_break(struct oracle *o);
/* He comes back and is shown the room of this number. */
void oracle_return(struct oracle *o, int room);
/* He may carry anything, and be anywhere. */
void oracle_forget(struct oracle *o);
/* "Room 3": 3; -1: no such line. */
int oracle_room(struct span line);
