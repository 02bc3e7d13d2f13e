/*
 * session.c - see session.h.
 */
#include "gateway/session.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/resume.h"
#include "rt/log.h"

#define TO(state) (1u << SESSION_##state)

/* clang-format off */
struct state_row {
	const char *name;
	unsigned next;
};

static const struct state_row states[SESSION_STATES] = {
	[SESSION_NEW]       = { "new",       TO(OPENING) | TO(ENDED) },
	[SESSION_OPENING]   = { "opening",   TO(LIVE) | TO(NEW) | TO(ENDED) },
	[SESSION_LIVE]      = { "live",      TO(DETACHED) | TO(ENDED) },
	[SESSION_DETACHED]  = { "detached",  TO(ATTACHING) | TO(ENDED) },
	[SESSION_ATTACHING] = { "attaching", TO(LIVE) | TO(DETACHED) | TO(ENDED) },
	[SESSION_ENDED]     = { "ended",     0 },
};
/* clang-format on */

struct session *session_new(uint64_t id, const char *peer, bool trusted)
{
	struct session *s = base_alloc(1, sizeof(*s));

	s->id = id;
	s->peer = base_dup(peer, strlen(peer));
	s->trusted = trusted;
	STAILQ_INIT(&s->lines);
	return s;
}

static void free_line(struct session_line *line)
{
	if (line->secret)
		sodium_memzero(line->text, line->n);
	free(line);
}

static void free_head(struct session *s)
{
	struct session_line *line = STAILQ_FIRST(&s->lines);

	STAILQ_REMOVE_HEAD(&s->lines, next);
	s->n_lines--;
	s->sent = false;
	free_line(line);
}

void session_free(struct session *s)
{
	if (!s)
		return;
	session_drop_lines(s);
	free(s->peer);
	free(s->prompt);
	resume_free(s->resume);
	free(s);
}

const char *session_state_name(enum session_state state)
{
	return states[state].name;
}

void session_enter(struct session *s, enum session_state to)
{
	assert(states[s->state].next & (1u << to));
	log_debug("session_state", LOG_ID("session", s->id), LOG_STR("from", states[s->state].name),
		  LOG_STR("to", states[to].name));
	s->state = (uint8_t)to;
}

uint64_t session_done(const struct session *s)
{
	return s->numbered - s->n_lines;
}

static struct session_line *last_line(const struct session *s)
{
	struct session_line *line = STAILQ_FIRST(&s->lines), *next;

	while ((next = STAILQ_NEXT(line, next)))
		line = next;
	return line;
}

int session_add_line(struct session *s, struct span text, uint64_t tag, size_t max, uint64_t now_us)
{
	struct session_line *line;

	assert(text.n <= UINT16_MAX);
	if (s->n_lines >= max) {
		if (tag > 0)
			last_line(s)->tag = tag;
		return 1;
	}
	line = base_alloc(1, sizeof(*line) + text.n);
	line->n = (uint16_t)text.n;
	line->tag = tag;
	line->typed_us = now_us;
	line->secret = s->hidden;
	if (text.n > 0)
		memcpy(line->text, text.p, text.n);
	STAILQ_INSERT_TAIL(&s->lines, line, next);
	s->n_lines++;
	s->numbered++;
	return 0;
}

void session_set_secret(struct session *s)
{
	last_line(s)->secret = true;
}

struct session_line *session_head(const struct session *s)
{
	return STAILQ_FIRST(&s->lines);
}

void session_finish(struct session *s, uint64_t seq)
{
	while (s->n_lines > 0 && session_done(s) < seq) {
		const uint64_t tag = session_head(s)->tag;

		if (s->resume && tag > s->resume->done)
			s->resume->done = tag;
		free_head(s);
	}
}

size_t session_drop_lines(struct session *s)
{
	size_t n = s->n_lines;

	while (s->n_lines > 0)
		free_head(s);
	return n;
}

/* The world may have the head: it stays, and counts for nothing. */
size_t session_drop_tagged(struct session *s)
{
	struct session_line *line = STAILQ_FIRST(&s->lines), *next;
	const uint32_t before = s->n_lines;

	if (s->sent) {
		line->tag = 0;
		line = STAILQ_NEXT(line, next);
	}
	for (; line; line = next) {
		next = STAILQ_NEXT(line, next);
		if (line->tag == 0)
			continue;
		STAILQ_REMOVE(&s->lines, line, session_line, next);
		s->n_lines--;
		s->numbered--;
		free_line(line);
	}
	return before - s->n_lines;
}
