/*
 * style.h - what the tags of markup look like: a name becomes a style, a style becomes SGR.
 */
#pragma once

#include "gateway/markup.h"

enum style_attr {
	STYLE_BOLD = 1 << 0,
	STYLE_DIM = 1 << 1,
	STYLE_ITALIC = 1 << 2,
	STYLE_UNDERLINE = 1 << 3,
};

enum style_colour { STYLE_PLAIN, STYLE_NAMED, STYLE_RGB };

struct style {
	uint8_t attrs;
	uint8_t colour;	 /* enum style_colour */
	uint8_t r, g, b; /* STYLE_NAMED: r is 0..15 */
};

bool style_same(const struct style *a, const struct style *b);
/* Adds the tag to *s; false: unknown, *s untouched. */
bool style_apply(struct style *s, struct span tag) MUST_USE;
/* Appends the sequence that makes everything after it look like s, whatever was before. */
void style_sgr(struct buf *out, const struct style *s, enum markup_colour colours);
