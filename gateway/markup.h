/*
 * markup.h - neutral markup of the world, rendered for one kind of client.
 *
 * The world speaks UTF-8 with tags: `{tag}` begins a style, `{/}` ends the innermost, `{{` is a
 * literal `{`; a `}` is itself.  Styles nest and end with the text.  Lines are separated by \n.
 *
 *	colours   black red green yellow blue magenta cyan white, each also with `bright-` in
 *		  front (bright-red); `#rrggbb`
 *	letters   bold dim italic underline
 *	meaning   room exits item npc player say tell system error prompt title hint
 *	deed      `do COMMAND`: what one can click on, if the client has that, to send COMMAND
 *
 * An unknown tag is shown as nothing (its `{/}` still belongs to it).  A `{` that no `}` follows
 * within MARKUP_TAG_MAX bytes stands for itself.  The engine and packs use the tags of meaning and
 * leave the colours to this file's table.
 *
 * What comes out is the only place where an ESC is made: no control character but CR LF, SGR
 * (`ESC [ ... m`) and, for who reads MXP, the mode in front of our own tags leaves, whatever the world
 * sent.
 */
#pragma once

#include "gateway/charset.h"
#include "rt/base.h"
#include "rt/buf.h"

enum markup_colour { COLOUR_NONE, COLOUR_16, COLOUR_256, COLOUR_TRUE };

enum { MARKUP_TAG_MAX = 64, MARKUP_DEPTH = 16 };

/* What a rendering depends on. Clients of one kind share it. */
struct markup_kind {
	uint8_t colour;	 /* enum markup_colour */
	uint8_t charset; /* enum charset */
	uint16_t width;	 /* columns to wrap at, between words; 0: never */
	bool mxp;	 /* gateway/mxp.h */
};

/* Are clients of these kinds sent the same bytes? */
bool markup_same(struct markup_kind a, struct markup_kind b);
/* Appends text as bytes for a telnet client: lines ended by CR LF between them, 0xFF doubled. */
void markup_render(struct buf *out, struct span text, struct markup_kind kind);
/* No line of the text is longer than so many columns: kinds with at least this width render it
 * alike. */
size_t markup_longest(struct span text);
