/* top_text.h - what `mudlark top` knows, as lines of text that fit on a screen. */
#pragma once

#include "rt/buf.h"
#include "top_model.h"

struct top_paper {
	size_t columns, rows; /* 0: as much as it takes */
	bool styled;	      /* headings stand out by escape sequences */
};

/* Lines, each with its newline. What does not fit below is said in the last line. */
void top_text(const struct top_model *m, const struct top_paper *p, const char *clock,
	      struct buf *out);
