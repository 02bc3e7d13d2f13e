/*
 * sentence.h - a stream of pieces of text becomes sentences, each given out as soon as it is whole.
 *
 * A sentence ends at . ! ? or an ellipsis with what closes behind it ("' )) and a space or the end, not behind an
 * abbreviation (Mr., Dr., St.) or in a number, nor at an ellipsis where a small letter follows; at a line end
 * always.  One longer than SENTENCE_MAX is cut at
 * a comma or space; very short ones ("Aye.") are joined with the next.  Pieces may cut characters anywhere.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { SENTENCE_MAX = 300 };

struct sentences {
	struct buf held;
	void (*fn)(void *ctx, struct span sentence); /* must leave this struct alone */
	void *ctx;
};

void sentences_feed(struct sentences *s, struct span piece);
void sentences_end(struct sentences *s); /* what is left, whole or not */
void sentences_done(struct sentences *s);
