/*
 * chart.h - the channel map: which place outside goes with which channel or board of the game, as the operator wrote it.
 *
 *	"#mud = chat"				both ways
 *	"libera/#mud = chat, advice"		one place with several channels; several rows may name the same
 *	"#log = chat out joins=no"		only from the game
 *	"#advice = advice in speak=linked"	only into the game, and only who is linked to a character
 *	"#quay = chat news boards=gazette kinds=entered,left,news"
 *
 * Words behind the channels: both (default), in, out; joins=yes|no (joins and parts of the outside are told in the game,
 * default no); speak=all|linked (default all); kinds=LIST of said, news, posted, entered, left, errands, server (what is
 * told outside; default: news, said when a channel is named, posted when boards are); boards=LIST (for posted; default
 * all); key=WORD and others, by name, for who owns the place.
 *
 * The place ends at the first " = " (an address may have "=" in it), or else at the first "=". Channels stand first, with
 * "," or "+" between them (`--set` takes commas for itself), words with spaces: a misspelt word is no channel.  What is said
 * in the place goes to the first channel of the row.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { CHART_ROWS = 256, CHART_CHANNELS = 16, CHART_EXTRAS = 8 };

struct chart_row {
	char *place;	 /* "libera/#mud" as written */
	char **channels; /* NULL-terminated; may be empty with `kinds` alone */
	char **boards;	 /* NULL-terminated; NULL: all */
	bool in, out, joins, linked_only;
	unsigned kinds; /* LINE() bits */
	char **extras;	/* "key=WORD", NULL-terminated */
};

struct chart {
	struct chart_row *rows;
	size_t n;
};

/* 0; 1: a row is wrong, a sentence with the row is appended to *why, *ret untouched. `extras`: names of words that this
 * bridge knows, NULL-terminated. */
int chart_read(struct chart *ret, char *const *rows, const char *const *extras,
	       struct buf *why) MUST_USE;
void chart_done(struct chart *c);
/* Its value; NULL: not written. */
const char *chart_extra(const struct chart_row *r, const char *name);
