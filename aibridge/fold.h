/*
 * fold.h - text as the words somebody means, whatever way they are written: for finding topics, and
 * what must not be said.
 *
 * NFKC, without case, accents and invisible characters; whatever is no letter or digit parts
 * words, but an apostrophe inside one; a possessive `'s` is cut off.  Writing that has no spaces (Chinese,
 * Japanese, Korean, Thai) is a word for each character, so that phrases are found in it.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { FOLD_WORDS_MAX = 1024 };

enum fold_how {
	FOLD_LOOKALIKES = 1 << 0, /* letters of other scripts that look Latin are Latin */
	FOLD_SIGNS = 1 << 1,	  /* @ $ ! 0-9 next to letters belong to the word */
};

struct fold {
	struct buf text;    /* the words, a space before and behind each: " low tide " */
	struct span *words; /* in it; what comes after FOLD_WORDS_MAX is left out */
	size_t n, cap;
};

/* Into a zeroed or done one. */
void fold_init(struct fold *f, struct span text, unsigned how);
void fold_done(struct fold *f);
/* The text alone, folded but not parted: "http://example.com". */
void fold_text(struct buf *out, struct span text, unsigned how);

/* Without the ending of a plural: what is left of "lamps" is that of "lamp". */
struct span fold_stem(struct span word);
bool fold_same(struct span a, struct span b); /* as stems */
/* Where the words of `part` stand in `whole`, side by side, at or behind `from`; whole->n: nowhere. */
size_t fold_find(const struct fold *whole, const struct fold *part, size_t from);
