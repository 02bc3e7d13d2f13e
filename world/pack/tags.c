/*
 * tags.c - checks markup.  The gateway shows an unknown tag as nothing; in a pack it is a slip of
 * the pen, and is said.
 */
#include "world/pack/tags.h"

#include <string.h>
#include "rt/text.h"

#define MAX_OPEN 16
#define MAX_COMMAND 48 /* bytes of what `{do COMMAND}` sends */

static const char *const colours[] = { "black", "red",	   "green", "yellow",
				       "blue",	"magenta", "cyan",  "white" };
static const char *const styles[] = {
	"bold",	  "dim", "italic", "underline", "room",	 "exits",  "item",  "npc",
	"player", "say", "tell",   "system",	"error", "prompt", "title", "hint",
};

static bool is_one_of(struct span tag, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(names[i]) == tag.n && !memcmp(names[i], tag.p, tag.n))
			return true;
	return false;
}

static bool is_rgb(struct span tag)
{
	if (tag.n != 7 || tag.p[0] != '#')
		return false;
	for (size_t i = 1; i < tag.n; i++)
		if (!strchr("0123456789abcdefABCDEF", tag.p[i]))
			return false;
	return true;
}

static bool is_known(struct span tag)
{
	static const char bright[] = "bright-";
	size_t n = sizeof(bright) - 1;

	if (tag.n > 3 && !memcmp(tag.p, "do ", 3))
		return tag.n <= 3 + MAX_COMMAND;
	if (tag.n > n && !memcmp(tag.p, bright, n))
		return is_one_of((struct span){ tag.p + n, tag.n - n }, colours,
				 ARRAY_LEN(colours));
	return is_rgb(tag) || is_one_of(tag, colours, ARRAY_LEN(colours)) ||
	       is_one_of(tag, styles, ARRAY_LEN(styles));
}

/*
 * The next piece of *text: a run without braces, `{{`, or a tag.  *ret_tag: what stands between the
 * braces of a tag, p NULL for anything else.  An unended tag reaches to the end and has n 0.
 */
static struct span next_piece(struct span *text, struct span *ret_tag)
{
	struct span piece = *text;
	const char *brace = memchr(text->p, '{', text->n), *end;

	*ret_tag = (struct span){ 0 };
	if (brace != text->p) {
		piece.n = brace ? (size_t)(brace - text->p) : text->n;
	} else if (text->n > 1 && text->p[1] == '{') {
		piece.n = 2;
	} else {
		end = memchr(brace, '}', text->n);
		ret_tag->p = brace + 1;
		ret_tag->n = end ? (size_t)(end - brace - 1) : 0;
		piece.n = end ? ret_tag->n + 2 : text->n;
	}
	text->p += piece.n;
	text->n -= piece.n;
	return piece;
}

bool tags_check(struct span text, struct buf *wrong)
{
	unsigned open = 0;
	struct span tag;

	while (text.n) {
		next_piece(&text, &tag);
		if (!tag.p)
			continue;
		if (tag.n == 1 && *tag.p == '/') {
			if (!open--) {
				buf_adds(wrong, "`{/}` ends nothing");
				return false;
			}
		} else if (!is_known(tag)) {
			buf_addf(wrong, "`{%.*s}` is no markup (a brace is written `{{`)",
				 (int)text_cut(tag, 40), tag.p);
			return false;
		} else if (++open > MAX_OPEN) {
			buf_adds(wrong, "too many tags inside each other");
			return false;
		}
	}
	if (open)
		buf_adds(wrong, "a tag is not ended by `{/}`");
	return !open;
}

size_t tags_columns(struct span line)
{
	size_t n = 0;
	struct span tag, piece;

	while (line.n) {
		piece = next_piece(&line, &tag);
		if (!tag.p)
			n += *piece.p == '{' ? 1 : text_columns(piece);
	}
	return n;
}
