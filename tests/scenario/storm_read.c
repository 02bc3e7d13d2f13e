/*
 * storm_read.c - see storm_read.h.  Lines are known by their beginning: `You ...` and the text of a
 * think are answers to the player's own line, what begins with a name happened around it, and the
 * rest (notices, descriptions) is passed over.
 */
#include "tests/scenario/storm_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/die.h"

enum { VERB_NONE = VERBS };

/* Answers that a verb may get. `carried`: by how much the player's load changes; `event`: the room
 * saw it happen. */
static const struct answer {
	enum storm_verb verb;
	const char *begins;
	int carried;
	bool event;
} answers[] = {
	{ VERB_GET, "You pick up a pebble.", 1, true },
	{ VERB_GET, "You see no pebble here.", 0, false },
	{ VERB_DROP, "You drop a pebble.", -1, true },
	{ VERB_DROP, "You carry no pebble.", 0, false },
	{ VERB_PUT, "You put a pebble into the chest.", -1, true },
	{ VERB_PUT, "You carry no pebble.", 0, false },
	{ VERB_TAKE, "You take a pebble out of the chest.", 1, true },
	{ VERB_TAKE, "You find no pebble in there.", 0, false },
	{ VERB_GIVE, "You give ", -1, true },
	{ VERB_GIVE, "You carry no pebble.", 0, false },
};

static const char *const happenings[] = {
	" picks up a pebble.",
	" drops a pebble.",
	" puts a pebble into the chest.",
	" takes a pebble out of the chest.",
	" a pebble.", /* X gives Y */
};

void storm_wrong(struct storm_player *p, const char *fmt, ...)
{
	size_t n = p->talk.text.n, from = n > 1500 ? n - 1500 : 0;
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	die("player %u (%s), answer %llu: %s\n--- it read last\n%.*s\n---", p->number, p->name,
	    (unsigned long long)p->answers, what, (int)(n - from), buf_p(&p->talk.text) + from);
}

static bool begins(struct span line, const char *with)
{
	size_t n = strlen(with);

	return line.n >= n && !memcmp(line.p, with, n);
}

static bool ends(struct span line, const char *with)
{
	size_t n = strlen(with);

	return line.n >= n && !memcmp(line.p + line.n - n, with, n);
}

static void answered(struct storm_player *p, struct span line, enum storm_verb verb, uint32_t token)
{
	uint64_t took;

	if (!p->n_waiting)
		storm_wrong(p, "nobody asked for \"%.*s\"", (int)line.n, line.p);
	if (p->waiting[0].verb != verb || (token && p->waiting[0].token != token))
		storm_wrong(p, "\"%.*s\" answers verb %d token %u; verb %d token %u is next",
			    (int)line.n, line.p, verb, token, p->waiting[0].verb,
			    p->waiting[0].token);
	took = now_us() - p->waiting[0].sent_us;
	if (took > p->longest_us)
		p->longest_us = took;
	memmove(p->waiting, p->waiting + 1, --p->n_waiting * sizeof(p->waiting[0]));
	p->answers++;
}

static void hear(struct storm_player *p, uint32_t speaker, uint32_t token)
{
	if (p->n_heard == p->cap_heard) {
		p->cap_heard = p->cap_heard ? 2 * p->cap_heard : 256;
		p->heard = base_realloc(p->heard, p->cap_heard, sizeof(*p->heard));
	}
	p->heard[p->n_heard++] = speaker << 16 | (token & 0xffff);
}

/* `... says, "S12.345."` */
static bool read_say(struct storm_player *p, struct span line)
{
	unsigned speaker, token;
	const char *at = memmem(line.p, line.n, ", \"S", 4);
	char text[64];

	if (!at)
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(line.p + line.n - at), at);
	if (sscanf(text, ", \"S%u.%u.\"", &speaker, &token) != 2)
		storm_wrong(p, "a damaged say: \"%.*s\"", (int)line.n, line.p);
	hear(p, speaker, token);
	if (begins(line, "You say")) {
		if (speaker != p->number)
			storm_wrong(p, "spoke with another's words");
		answered(p, line, VERB_SAY, token);
	} else if (speaker == p->number) {
		storm_wrong(p, "heard itself from another");
	}
	return true;
}

static bool read_think(struct storm_player *p, struct span line)
{
	unsigned who, token;
	char text[64];

	if (!begins(line, "T") || line.n >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)line.n, line.p);
	if (sscanf(text, "T%u.%u.", &who, &token) != 2)
		return false;
	if (who != p->number)
		storm_wrong(p, "read another's thought: %s", text);
	answered(p, line, VERB_THINK, token);
	return true;
}

/* `You carry 3 things that weigh 0.3 kg.` or `You carry nothing.`: the last line of score. */
static bool read_score(struct storm_player *p, struct span line)
{
	char text[128];
	int n = 0;

	snprintf(text, sizeof(text), "%.*s", (int)line.n, line.p);
	if (strcmp(text, "You carry nothing.") && sscanf(text, "You carry %d thing", &n) != 1)
		return false;
	if (n != p->carried)
		storm_wrong(p, "carries %d things where the sentences said %d", n, p->carried);
	answered(p, line, VERB_SCORE, 0);
	return true;
}

static void read_own(struct storm_player *p, struct span line)
{
	enum storm_verb next = p->n_waiting ? p->waiting[0].verb : VERB_NONE;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer *a = &answers[i];

		if (a->verb != next || !begins(line, a->begins))
			continue;
		answered(p, line, a->verb, 0);
		p->carried += a->carried;
		p->changes += a->carried != 0;
		p->events += a->event;
		return;
	}
	storm_wrong(p, "cannot place \"%.*s\"; verb %d is next", (int)line.n, line.p, next);
}

static bool read_happening(struct storm_player *p, struct span line)
{
	for (size_t i = 0; i < ARRAY_LEN(happenings); i++) {
		if (!ends(line, happenings[i]))
			continue;
		p->events++;
		if (ends(line, " gives you a pebble."))
			p->carried++;
		return true;
	}
	return false;
}

void storm_read(struct storm_player *p, struct span line)
{
	if (read_say(p, line) || read_think(p, line))
		return;
	if (begins(line, "You are ")) /* the first line of score */
		return;
	if (begins(line, "You ")) {
		if (!read_score(p, line))
			read_own(p, line);
		return;
	}
	read_happening(p, line);
}
