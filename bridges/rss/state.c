/*
 * state.c - see state.h.
 */
#include "bridges/rss/state.h"

#include <stdlib.h>
#include <string.h>
#include "rt/jsonin.h"
#include "rt/text.h"

enum { COUNT_MAX = 1000000 };

void state_init(struct state *s)
{
	*s = (struct state){ 0 };
	seen_init(&s->seen);
}

void state_done(struct state *s)
{
	free(s->url);
	free(s->moving);
	free(s->etag);
	free(s->modified);
	free(s->title);
	free(s->why);
	seen_done(&s->seen);
	*s = (struct state){ 0 };
}

void state_set(char **text, const char *value)
{
	char *copy = value && *value ? base_dup(value, strlen(value)) : NULL;

	free(*text);
	*text = copy;
}

bool state_redirected(struct state *s, const char *url)
{
	if (!url || !s->moving || strcmp(s->moving, url) != 0) {
		s->moves = url ? 1 : 0;
		state_set(&s->moving, url);
		return false;
	}
	if (++s->moves < STATE_MOVES)
		return false;
	state_set(&s->url, url);
	state_set(&s->moving, NULL);
	s->moves = 0;
	return true;
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	json_member(out, key);
	json_quote(out, (struct span){ text, strlen(text) });
}

static void put_number(struct buf *out, const char *key, int64_t v)
{
	json_member(out, key);
	json_int(out, v);
}

void state_write(const struct state *s, struct buf *out)
{
	struct buf seen = { 0 };

	buf_addc(out, '{');
	put_number(out, "known", s->known);
	put_number(out, "gone", s->gone);
	put_text(out, "url", s->url);
	put_text(out, "moving", s->moving);
	put_number(out, "moves", s->moves);
	put_number(out, "failures", s->failures);
	put_text(out, "etag", s->etag);
	put_text(out, "modified", s->modified);
	put_text(out, "title", s->title);
	put_text(out, "why", s->why);
	put_number(out, "next", s->next_ms);
	put_number(out, "until", s->until_ms);
	seen_write(&s->seen, &seen);
	json_member(out, "seen");
	json_quote(out, buf_span(&seen));
	buf_addc(out, '}');
	buf_done(&seen);
}

static void get_text(const json_t *o, const char *key, char **ret)
{
	struct span s;

	if (jsonin_text(o, key, &s) && s.n)
		*ret = base_dup(s.p, s.n);
}

static uint64_t get_number(const json_t *o, const char *key, uint64_t max)
{
	uint64_t v = 0;

	(void)jsonin_count(o, key, max, &v);
	return v;
}

bool state_read(struct state *s, struct span json)
{
	CLEANUP(jsonin_freep) json_t *o = jsonin_object(json);
	struct span seen;

	state_done(s);
	state_init(s);
	if (!o || !jsonin_text(o, "seen", &seen) || !seen_read(&s->seen, seen))
		return false;
	s->known = get_number(o, "known", 1);
	s->gone = get_number(o, "gone", 1);
	get_text(o, "url", &s->url);
	get_text(o, "moving", &s->moving);
	s->moves = (unsigned)get_number(o, "moves", COUNT_MAX);
	s->failures = (unsigned)get_number(o, "failures", COUNT_MAX);
	get_text(o, "etag", &s->etag);
	get_text(o, "modified", &s->modified);
	get_text(o, "title", &s->title);
	get_text(o, "why", &s->why);
	s->next_ms = (int64_t)get_number(o, "next", INT64_MAX);
	s->until_ms = (int64_t)get_number(o, "until", INT64_MAX);
	return true;
}
