/*
 * seen.c - see seen.h.  As text: a row is the two numbers, big end first, all in base64.
 */
#include "bridges/rss/seen.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_MAX = 2 * SEEN_LISTED };

static void *as_value(size_t index)
{
	return (void *)(uintptr_t)(index + 1);
}

/* What is hashed already needs no secret. */
void seen_init(struct seen *s)
{
	*s = (struct seen){ .poll = 1 };
	map64_init(&s->ids, 0);
	map64_init(&s->sames, 0);
}

void seen_done(struct seen *s)
{
	free(s->rows);
	map64_done(&s->ids);
	map64_done(&s->sames);
	*s = (struct seen){ 0 };
}

void seen_begin_poll(struct seen *s)
{
	s->poll++;
	s->listed = 0;
}

bool seen_list(struct seen *s, uint64_t id)
{
	const uintptr_t at = (uintptr_t)map64_get(&s->ids, id);
	struct seen_row *row;

	if (!at)
		return false;
	row = &s->rows[at - 1];
	s->listed += row->listed != s->poll;
	row->listed = s->poll;
	return true;
}

bool seen_has_same(const struct seen *s, uint64_t same)
{
	return map64_get(&s->sames, same) != NULL;
}

void seen_put(struct seen *s, uint64_t id, uint64_t same)
{
	if (seen_list(s, id))
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->rows = base_realloc(s->rows, s->cap, sizeof(*s->rows));
	}
	s->rows[s->n] = (struct seen_row){ id, same, s->poll };
	map64_put(&s->ids, id, as_value(s->n));
	map64_put(&s->sames, same, as_value(s->n));
	s->n++;
}

static void index_anew(struct seen *s)
{
	map64_done(&s->ids);
	map64_done(&s->sames);
	map64_init(&s->ids, 0);
	map64_init(&s->sames, 0);
	for (size_t i = 0; i < s->n; i++) {
		map64_put(&s->ids, s->rows[i].id, as_value(i));
		map64_put(&s->sames, s->rows[i].same, as_value(i));
	}
}

/* Oldest first; among those of one poll the order they came in. */
static void drop_oldest(struct seen *s, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (n && s->rows[i].listed != s->poll)
			n--;
		else
			s->rows[to++] = s->rows[i];
	}
	s->n = to;
	index_anew(s);
}

void seen_end_poll(struct seen *s)
{
	size_t listed = 0, most;

	for (size_t i = 0; i < s->n; i++)
		listed += s->rows[i].listed == s->poll;
	most = listed * 2 > SEEN_LEAST ? listed * 2 : SEEN_LEAST;
	if (most > ALL_MAX)
		most = ALL_MAX;
	if (s->n > most)
		drop_oldest(s, s->n - most);
}

static void put_number(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get_number(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

void seen_write(const struct seen *s, struct buf *out)
{
	const size_t n = s->n * SEEN_ROW,
		     room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	uint8_t *raw = base_alloc(n ? n : 1, 1);
	char *to = buf_reserve(out, room);

	for (size_t i = 0; i < s->n; i++) {
		put_number(raw + i * SEEN_ROW, s->rows[i].id);
		put_number(raw + i * SEEN_ROW + 8, s->rows[i].same);
	}
	sodium_bin2base64(to, room, raw, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	buf_commit(out, strlen(to));
	free(raw);
}

bool seen_read(struct seen *s, struct span text)
{
	uint8_t *raw = base_alloc(text.n + 1, 1);
	size_t n = 0;
	const bool good = sodium_base642bin(raw, text.n + 1, text.p, text.n, NULL, &n, NULL,
					    sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
			  n % SEEN_ROW == 0 && n <= ALL_MAX * SEEN_ROW;

	seen_done(s);
	seen_init(s);
	for (size_t i = 0; good && i < n; i += SEEN_ROW)
		if (get_number(raw + i) && get_number(raw + i + 8))
			seen_put(s, get_number(raw + i), get_number(raw + i + 8));
	free(raw);
	return good;
}
