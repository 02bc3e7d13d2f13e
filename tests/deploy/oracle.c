/* oracle.c - see oracle.h. */
#include "tests/deploy/oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sentences that answer a verb; `carried`: what it changes about his load. */
static const struct answer {
	enum verb verb;
	const char *begins;
	int carried;
} answers[] = {
	{ VERB_GET, "You pick up a pebble.", 1 },
	{ VERB_GET, "You see no pebble here.", 0 },
	{ VERB_DROP, "You drop a pebble.", -1 },
	{ VERB_DROP, "You carry no pebble.", 0 },
};

static const char *const words[VERBS] = {
	[VERB_GET] = "get pebble", [VERB_DROP] = "drop pebble", [VERB_EAST] = "east",
	[VERB_WEST] = "west",	   [VERB_SCORE] = "score",
};

void oracle_init(struct oracle *o, uint32_t who, size_t n_speakers)
{
	*o = (struct oracle){ .who = who, .n_speakers = n_speakers };
	o->heard = base_alloc(n_speakers, sizeof(*o->heard));
}

void oracle_done(struct oracle *o)
{
	free(o->heard);
}

static void complain(struct oracle *o, uint64_t *count, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void complain(struct oracle *o, uint64_t *count, const char *fmt, ...)
{
	va_list ap;

	++*count;
	if (*o->said)
		return;
	va_start(ap, fmt);
	vsnprintf(o->said, sizeof(o->said), fmt, ap);
	va_end(ap);
}

const struct asked *oracle_ask(struct oracle *o, enum verb verb, uint64_t now)
{
	struct asked *a;

	if (o->n_waiting == ORACLE_AHEAD)
		return NULL;
	a = &o->waiting[o->n_waiting++];
	*a = (struct asked){ .verb = verb, .number = ++o->typed, .at_us = now };
	if (words[verb])
		snprintf(a->text, sizeof(a->text), "%s", words[verb]);
	else
		snprintf(a->text, sizeof(a->text), "%s %c%u.%u.",
			 verb == VERB_THINK ? "think" : "say", verb == VERB_THINK ? 'T' : 'S',
			 o->who, a->number);
	return a;
}

static bool begins(struct span line, const char *with)
{
	size_t n = strlen(with);

	return line.n >= n && !memcmp(line.p, with, n);
}

static void drop_first(struct oracle *o)
{
	memmove(o->waiting, o->waiting + 1, --o->n_waiting * sizeof(o->waiting[0]));
}

/* An answer came to the line of this verb (and number, unless 0). The lines before it got none. False: nobody
 * asked for it. */
static bool answered(struct oracle *o, struct span line, enum verb verb, uint32_t number,
		     uint64_t now)
{
	size_t i = 0;

	while (i < o->n_waiting &&
	       (o->waiting[i].verb != verb || (number && o->waiting[i].number != number)))
		i++;
	if (i == o->n_waiting) {
		complain(o, &o->doubled, "nobody waits for: %.*s", (int)line.n, line.p);
		return false;
	}
	for (; i > 0; i--) {
		complain(o, &o->lost, "no answer to line %u, %s; instead: %.*s",
			 o->waiting[0].number, o->waiting[0].text, (int)line.n, line.p);
		drop_first(o);
	}
	if (now - o->waiting[0].at_us > o->longest_us)
		o->longest_us = now - o->waiting[0].at_us;
	drop_first(o);
	o->answered++;
	return true;
}

static void hear(struct oracle *o, struct span line, uint32_t speaker, uint32_t number)
{
	if (speaker >= o->n_speakers)
		complain(o, &o->wrong, "a speaker that is none: %.*s", (int)line.n, line.p);
	else if (number <= o->heard[speaker])
		complain(o, &o->doubled, "heard after %u: %.*s", o->heard[speaker], (int)line.n,
			 line.p);
	else
		o->heard[speaker] = number;
}

/* `... says, "S12.345."`, `T12.346.` */
static bool read_numbered(struct oracle *o, struct span line, uint64_t now)
{
	const char *at = memmem(line.p, line.n, ", \"S", 4);
	bool is_own = begins(line, "You say"), is_thought = begins(line, "T");
	unsigned who, number;
	char text[64];

	if (!at && !is_thought)
		return false;
	at = is_thought ? line.p : at + 3;
	snprintf(text, sizeof(text), "%.*s", (int)(line.p + line.n - at), at);
	if (sscanf(text + 1, "%u.%u.", &who, &number) != 2)
		return false;
	if (!is_thought)
		hear(o, line, who, number);
	if ((is_own || is_thought) && who != o->who)
		complain(o, &o->wrong, "another's words: %.*s", (int)line.n, line.p);
	else if (is_own || is_thought)
		answered(o, line, is_own ? VERB_SAY : VERB_THINK, number, now);
	return true;
}

/* `You carry 3 things that weigh 0.3 kg.` or `You carry nothing.`, the end of score. */
static bool read_score(struct oracle *o, struct span line, uint64_t now)
{
	char text[64];
	int n = 0;

	snprintf(text, sizeof(text), "%.*s", (int)line.n, line.p);
	if (strcmp(text, "You carry nothing.") && sscanf(text, "You carry %d thing", &n) != 1)
		return false;
	if (!answered(o, line, VERB_SCORE, 0, now))
		return true;
	if (n < o->least || n > o->most)
		complain(o, &o->wrong, "carries %d, and should %d to %d", n, o->least, o->most);
	o->least = o->most = n;
	return true;
}

int oracle_room(struct span line)
{
	char text[32];
	int room, end = 0;

	snprintf(text, sizeof(text), "%.*s", (int)line.n, line.p);
	return sscanf(text, "Room %d%n", &room, &end) == 1 && (size_t)end == line.n ? room : -1;
}

static void read_room(struct oracle *o, struct span line, int room, uint64_t now)
{
	enum verb verb = VERB_EAST;
	int next;

	for (size_t i = 0; i < o->n_waiting; i++)
		if (o->waiting[i].verb == VERB_EAST || o->waiting[i].verb == VERB_WEST) {
			verb = o->waiting[i].verb;
			break;
		}
	if (!answered(o, line, verb, 0, now))
		return;
	next = (o->room + (verb == VERB_EAST ? 1 : ORACLE_ROOMS - 1)) % ORACLE_ROOMS;
	if (o->room >= 0 && next != room)
		complain(o, &o->wrong, "is in room %d, and should be in %d", room, next);
	o->room = room;
}

void oracle_read(struct oracle *o, struct span line, uint64_t now)
{
	int room = oracle_room(line);

	if (room >= 0) {
		read_room(o, line, room, now);
		return;
	}
	if (read_numbered(o, line, now) || read_score(o, line, now) || !begins(line, "You "))
		return;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer *a = &answers[i];

		if (!begins(line, a->begins))
			continue;
		if (answered(o, line, a->verb, 0, now)) {
			o->least += a->carried;
			o->most += a->carried;
		}
		return;
	}
	if (!begins(line, "You are ")) /* the first line of score */
		complain(o, &o->wrong, "cannot place: %.*s", (int)line.n, line.p);
}

void oracle_break(struct oracle *o)
{
	for (size_t i = 0; i < o->n_waiting; i++) {
		o->least -= o->waiting[i].verb == VERB_DROP;
		o->most += o->waiting[i].verb == VERB_GET;
	}
	o->unknown += o->n_waiting;
	o->n_waiting = 0;
}

void oracle_forget(struct oracle *o)
{
	o->room = -1;
	o->least = 0;
	o->most = ORACLE_ROOMS * ORACLE_PEBBLES;
}

void oracle_return(struct oracle *o, int room)
{
	if (room < 0 || room >= ORACLE_ROOMS)
		complain(o, &o->wrong, "came back and saw no room of the pack");
	o->room = room;
}
