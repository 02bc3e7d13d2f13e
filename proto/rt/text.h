/*
 * text.h - UTF-8 text: made valid once at the edge, measured in columns, folded for comparison.
 * Built on libutf8proc (Unicode 15).
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

bool text_is_utf8(struct span s); /* strict RFC 3629, no NUL */
/* Appends s to out as valid, harmless text: bad bytes become U+FFFD; C0, DEL, C1, bidi controls,
 * zero-width, tag characters and noncharacters are dropped; TAB becomes a space; at most 4 combining
 * marks on one base; NFC. */
void text_clean(struct buf *out, struct span s);
size_t text_columns(struct span s);		  /* terminal columns of clean text */
size_t text_cut(struct span s, size_t max_bytes); /* bytes that fit, at a grapheme border */
/* Case-folded ASCII and Unicode comparison. */
bool text_eq_fold(struct span a, struct span b);
bool text_prefix_fold(struct span whole, struct span prefix);
/* Appends what two texts that are equal so have in common: a key. */
void text_fold(struct buf *out, struct span s);
/* Appends the words of s, one space between two: case, accents and forms of letters do not count. */
void text_words(struct buf *out, struct span s);
struct span text_trim(struct span s);
/* Splits off the next word, advancing *rest to what follows the spaces behind it. Empty at the end. */
struct span text_word(struct span *rest);
/* A quoted, escaped form for logs, cut at max bytes. */
void text_quote(struct buf *out, struct span s, size_t max);
/* The same into dst; returns the length, 0 when it does not fit into cap. json: bad bytes become
 * U+FFFD, as JSON has no escape for them, instead of \xNN. */
size_t text_quote_to(char *dst, size_t cap, struct span s, size_t max, bool json);

/* JSON writing; values are appended to out, which must be valid between calls. */
/* With quotes. (jansson has a json_string() that is another thing.) */
void json_quote(struct buf *out, struct span s);
void json_member(struct buf *out, const char *key); /* `,"key":` or `"key":` after `{` */
void json_int(struct buf *out, int64_t v);
