/*
 * places.h - the channels of IRC that we are in, and what goes each way: the rows of the chart, brought together by place.
 */
#pragma once

#include "bridges/chart.h"
#include "bridges/irc/nets.h"

/* A channel of the game that is told what is said there. */
struct place_in {
	char *channel;
	bool linked_only;
};

struct place {
	char *network, *name; /* "libera", "#mud" */
	char *source;	      /* "irc/libera/#mud", small letters */
	char *key;	      /* NULL: none */
	bool joins;
	struct place_in *in;
	size_t n_in;
	/* what is told there; kinds 0: nothing */
	unsigned kinds;
	char **channels; /* NULL-terminated; NULL: all */
	char **boards;
};

struct places {
	struct place *v;
	size_t n;
};

/* 0; 1: a sentence is appended to *why, *ret untouched. */
int places_read(struct places *ret, char *const *rows, const struct nets *nets,
		struct buf *why) MUST_USE;
void places_done(struct places *p);
/* The same is told outside: a stream need not be opened anew. */
bool place_is_same_out(const struct place *a, const struct place *b);
bool place_has_many(const struct place *p);
