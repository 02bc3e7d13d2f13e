/*
 * match.c - see match.h.
 */
#include "bridges/discord/match.h"

#include <stdlib.h>
#include <string.h>

#include "rt/jsonin.h"

#define GAP "\xe2\x80\x8b" /* zero-width space */

/* Spaces and what is invisible goes; the ends of lines stay. */
void match_fold(struct buf *out, struct span s)
{
	while (s.n) {
		size_t n = 1;

		if (s.n >= 3 && !memcmp(s.p, GAP, 3))
			n = 3;
		else if (*s.p == '\n' || (unsigned char)*s.p > ' ')
			buf_addc(out, *s.p);
		s.p += n;
		s.n -= n;
	}
}

static char *folded(struct span s)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	match_fold(&text, s);
	return base_dup(buf_p(&text), text.n);
}

static char *folded_text(const char *s)
{
	return folded((struct span){ s, strlen(s) });
}

/* Content, or what stands on a card. */
static char *text_of(const json_t *m)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	const json_t *card = json_array_get(jsonin_list(m, "embeds"), 0);
	struct span content, title, description;

	jsonin_text(m, "content", &content);
	if (content.n)
		return folded(content);
	jsonin_text(card, "title", &title);
	jsonin_text(card, "description", &description);
	buf_add(&text, title.p, title.n);
	buf_addc(&text, '\n');
	buf_add(&text, description.p, description.n);
	return folded(buf_span(&text));
}

static char *text_of_piece(const struct piece *p)
{
	CLEANUP(buf_done) struct buf text = { 0 };

	if (!p->card)
		return folded_text(p->text);
	buf_addf(&text, "%s\n%s", p->title, p->text);
	return folded(buf_span(&text));
}

static void add_message(struct match_history *h, const json_t *m)
{
	struct span id, name;

	if (!jsonin_text(m, "id", &id) || id.n >= MATCH_ID)
		return;
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->all = base_realloc(h->all, h->cap, sizeof(*h->all));
	}
	h->all[h->n] = (struct match_message){ .text = text_of(m) };
	memcpy(h->all[h->n].id, id.p, id.n);
	jsonin_text(jsonin_in(m, "author"), "username", &name);
	h->all[h->n++].name = folded(name);
}

void match_page(struct match_history *h, const json_t *page, const char *webhook,
		char ret_newest[MATCH_ID], size_t *ret_n)
{
	struct span id;

	*ret_newest = 0;
	*ret_n = json_array_size(page);
	if (*ret_n && jsonin_text(json_array_get(page, 0), "id", &id) && id.n < MATCH_ID) {
		memcpy(ret_newest, id.p, id.n);
		ret_newest[id.n] = 0;
	}
	for (size_t i = *ret_n; i-- > 0;) {
		const json_t *m = json_array_get(page, i);

		if (jsonin_is(m, "webhook_id", webhook) && !jsonin_is(m, "id", h->skip))
			add_message(h, m);
	}
}

void match_done(struct match_history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->all[i].name);
		free(h->all[i].text);
	}
	free(h->all);
	*h = (struct match_history){ 0 };
}

/* How many pieces from `p` on make up this message, whole; 0: it is another one. */
static size_t made_of(const struct match_message *m, const struct piece *p)
{
	const char *left = m->text;
	size_t n = 0;

	for (; p && p->unsure; p = TAILQ_NEXT(p, entry)) {
		CLEANUP(base_freep) char *text = text_of_piece(p);
		CLEANUP(base_freep) char *name = folded_text(p->name);
		const size_t len = strlen(text);

		if ((*name && strcmp(name, m->name) != 0) || strncmp(left, text, len) != 0)
			return 0;
		left += len;
		n++;
		if (!*left)
			return n;
		if (*left++ != '\n')
			return 0;
	}
	return 0;
}

size_t match_pieces(const struct match_history *h, const struct pieces *q, char ret_last[MATCH_ID])
{
	const struct piece *from = TAILQ_FIRST(q);
	size_t found = 0;

	*ret_last = 0;
	for (size_t i = 0; i < h->n; i++) {
		const struct piece *p;
		size_t skipped = 0, n = 0;

		for (p = from; p && p->unsure; p = TAILQ_NEXT(p, entry), skipped++) {
			n = made_of(&h->all[i], p);
			if (n)
				break;
		}
		if (!n)
			continue;
		found += skipped + n;
		for (; n && p; n--)
			p = TAILQ_NEXT(p, entry);
		from = p;
		memcpy(ret_last, h->all[i].id, MATCH_ID);
	}
	return found;
}
