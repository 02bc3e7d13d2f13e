/*
 * render.c - see render.h.  Widths that make no difference to a text count as none, so that a short
 * line for a thousand players has as many kinds as there are ways to colour it.
 */
#include "gateway/render.h"

void render_done(struct render *r)
{
	for (size_t i = 0; i < RENDER_KINDS; i++)
		buf_done(&r->of[i].bytes);
}

static void begin(struct render *r, uint64_t id, struct span markup)
{
	r->id = id;
	r->longest = markup_longest(markup);
	r->n = 0;
	for (size_t i = 0; i < RENDER_KINDS; i++)
		if (r->of[i].bytes.cap > RENDER_KEEP)
			buf_clear(&r->of[i].bytes);
}

struct span render_get(struct render *r, uint64_t id, struct span markup, struct markup_kind kind)
{
	size_t i = 0;

	if (r->id != id)
		begin(r, id, markup);
	if (kind.width >= r->longest)
		kind.width = 0;
	while (i < r->n && !markup_same(r->of[i].kind, kind))
		i++;
	if (i < r->n)
		return buf_span(&r->of[i].bytes);
	if (i == RENDER_KINDS)
		i--; /* more kinds than places: the last place changes hands */
	else
		r->n++;
	r->of[i].kind = kind;
	buf_reset(&r->of[i].bytes);
	markup_render(&r->of[i].bytes, markup, kind);
	buf_add(&r->of[i].bytes, "\r\n", 2);
	return buf_span(&r->of[i].bytes);
}
