/*
 * render.h - one text for many clients: rendered once for each kind of them.
 */
#pragma once

#include "gateway/markup.h"

enum { RENDER_KINDS = 16, RENDER_KEEP = 64 << 10 };

/* The text at hand in the kinds met so far. */
struct render {
	uint64_t id; /* of the text */
	size_t longest;
	size_t n;
	struct {
		struct markup_kind kind;
		struct buf bytes;
	} of[RENDER_KINDS];
};

void render_done(struct render *r);
/* The text as bytes, with CR LF at its end; valid until the next call. `id` names the text. */
struct span render_get(struct render *r, uint64_t id, struct span markup, struct markup_kind kind);
