/* storm.c - see storm.h. */
#include "tests/scenario/storm.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/scenario/storm_read.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { LOGINS_AT_ONCE = 50, THINK_US = 250000, STUCK_US = 40000000, POLL_MS = 20 };
enum { KEEP_BYTES = 4096, LET_GO_BYTES = 65536 };

static const char *const ways[STORM_ROOMS] = { "north",	    "east",	"south",     "west",
					       "up",	    "down",	"northeast", "southeast",
					       "southwest", "northwest" };

void storm_pack(const char *dir)
{
	CLEANUP(base_freep) char *pack = tmp_path(dir, "storm");
	CLEANUP(base_freep) char *head = tmp_path(pack, "pack.yaml");
	CLEANUP(base_freep) char *map = tmp_path(pack, "map.yaml");
	FILE *f;

	must(mkdir(pack, 0700), pack);
	tmp_write(head, "name: storm\nversion: \"1\"\nlicence: MIT\nstart: hall\n");
	f = fopen(map, "we");
	if (!f)
		die("cannot write %s", map);
	fprintf(f, "area: { key: storm, name: The Storm }\n"
		   "items:\n"
		   "  pebble: { name: a pebble, look: Grey., weight: 100 }\n"
		   "  chest: { name: a chest, look: Oak., flags: [fixed], holds: 500 }\n"
		   "rooms:\n  hall:\n    name: The Hall\n    look: Ten doors.\n    exits:\n");
	for (int i = 0; i < STORM_ROOMS; i++)
		fprintf(f, "      %s: { to: r%d, oneway: true }\n", ways[i], i);
	for (int i = 0; i < STORM_ROOMS; i++)
		fprintf(f,
			"  r%d:\n    name: Room %d\n    look: Bare.\n    exits: {}\n    things:\n"
			"      - { item: chest }\n      - { item: pebble, count: %d }\n",
			i, i, STORM_PEBBLES);
	must(fclose(f) ? -1 : 0, map);
}

static void learn_name(struct storm_player *p)
{
	const char *name;

	talk_line(&p->talk, "score");
	talk_expect(&p->talk, "You are ");
	talk_expect(&p->talk, TALK_PROMPT);
	name = strstr(buf_p(&p->talk.text), "You are ") + 8;
	snprintf(p->name, sizeof(p->name), "%.*s", (int)strcspn(name, ",\n"), name);
}

/* Half of them by telnet, the others by TLS, WebSocket, and both. */
static void connect_player(struct storm_player *p, const struct mud *m)
{
	const struct talk_way ways_in[] = {
		{ .port = m->telnet }, { .port = m->web, .ws = true },
		{ .port = m->telnet }, { .port = m->telnet_tls, .tls = true },
		{ .port = m->telnet }, { .port = m->web_tls, .tls = true, .ws = true },
	};

	/* Rooms go by ten: all kinds stand in every one. */
	talk_open_by(&p->talk, p->name, &ways_in[p->number / STORM_ROOMS % ARRAY_LEN(ways_in)]);
}

void storm_enter(struct storm *s, struct mud *m, size_t n, uint64_t seed)
{
	*s = (struct storm){ .n = n, .mud = m };
	s->players = base_alloc(n, sizeof(*s->players));
	rng_seed(&s->rng, seed);
	for (size_t i = 0; i < n; i++) {
		struct storm_player *p = &s->players[i];

		p->number = (uint32_t)i;
		p->room = (uint32_t)(i % STORM_ROOMS);
		snprintf(p->name, sizeof(p->name), "player %zu", i);
		connect_player(p, m);
		talk_expect(&p->talk, "Name:");
		talk_line(&p->talk, "guest");
		if (i % LOGINS_AT_ONCE != LOGINS_AT_ONCE - 1 && i != n - 1)
			continue;
		for (size_t k = i - i % LOGINS_AT_ONCE; k <= i; k++)
			talk_expect(&s->players[k].talk, TALK_PROMPT);
	}
	for (size_t i = 0; i < n; i++) {
		learn_name(&s->players[i]);
		talk_line(&s->players[i].talk, "%s", ways[s->players[i].room]);
		talk_expect(&s->players[i].talk, "Exits:");
		talk_expect(&s->players[i].talk, TALK_PROMPT);
	}
	/* Everybody is where he will stay: from here on all in a room read the same. */
	for (size_t i = 0; i < n; i++) {
		struct talk *t = &s->players[i].talk;

		talk_line(t, "think all are here");
		talk_expect(t, "all are here");
		talk_expect(t, TALK_PROMPT);
	}
}

static enum storm_verb choose(struct storm *s)
{
	static const uint8_t weights[VERBS] = {
		[VERB_THINK] = 25, [VERB_SAY] = 8,  [VERB_GET] = 18, [VERB_DROP] = 12,
		[VERB_PUT] = 9,	   [VERB_TAKE] = 9, [VERB_GIVE] = 9, [VERB_SCORE] = 10
	};
	uint64_t at = rng_below(&s->rng, 100);

	for (enum storm_verb v = 0; v < VERBS; v++) {
		if (at < weights[v])
			return v;
		at -= weights[v];
	}
	return VERB_THINK;
}

static const char *neighbour(struct storm *s, const struct storm_player *p)
{
	size_t in_room = s->n / STORM_ROOMS, other;

	do
		other = p->room + rng_below(&s->rng, in_room) * STORM_ROOMS;
	while (other == p->number);
	return s->players[other].name;
}

static void type_line(struct storm *s, struct storm_player *p, uint64_t now)
{
	enum storm_verb verb = choose(s);
	uint32_t token = ++p->tokens;

	p->waiting[p->n_waiting].verb = verb;
	p->waiting[p->n_waiting].token = token;
	p->waiting[p->n_waiting++].sent_us = now;
	p->next_us = now + rng_below(&s->rng, 2 * THINK_US);
	switch (verb) {
	case VERB_THINK:
		talk_line(&p->talk, "think T%u.%u.", p->number, token);
		break;
	case VERB_SAY:
		talk_line(&p->talk, "say S%u.%u.", p->number, token);
		break;
	case VERB_GET:
		talk_line(&p->talk, "get pebble");
		break;
	case VERB_DROP:
		talk_line(&p->talk, "drop pebble");
		break;
	case VERB_PUT:
		talk_line(&p->talk, "put pebble in chest");
		break;
	case VERB_TAKE:
		talk_line(&p->talk, "get pebble from chest");
		break;
	case VERB_GIVE:
		talk_line(&p->talk, "give pebble to %s", neighbour(s, p));
		break;
	case VERB_SCORE:
	case VERBS:
		talk_line(&p->talk, "score");
		break;
	}
}

static void read_lines(struct storm_player *p)
{
	struct talk *t = &p->talk;

	for (;;) {
		const char *from = buf_p(&t->text) + t->at;
		const char *end = memchr(from, '\n', t->text.n - t->at);

		if (!end)
			break;
		t->at += (size_t)(end + 1 - from);
		storm_read(p, talk_unprompted((struct span){ from, (size_t)(end - from) }));
	}
	if (t->at > LET_GO_BYTES) {
		buf_drain(&t->text, t->at - KEEP_BYTES);
		t->at = KEEP_BYTES;
	}
	if (t->fd < 0)
		storm_wrong(p, "the connection was dropped");
}

static void turn(struct storm *s, int wait_ms)
{
	struct pollfd fds[STORM_PLAYERS];

	for (size_t i = 0; i < s->n; i++)
		fds[i] = (struct pollfd){ .fd = s->players[i].talk.fd, .events = POLLIN };
	if (poll(fds, s->n, wait_ms) <= 0)
		return;
	for (size_t i = 0; i < s->n; i++) {
		if (!fds[i].revents)
			continue;
		while (talk_read(&s->players[i].talk, 0))
			;
		read_lines(&s->players[i]);
	}
}

static void check_stuck(struct storm *s, uint64_t now)
{
	for (size_t i = 0; i < s->n; i++) {
		struct storm_player *p = &s->players[i];

		if (p->n_waiting && now - p->waiting[0].sent_us > STUCK_US)
			storm_wrong(p, "verb %d token %u is not answered", p->waiting[0].verb,
				    p->waiting[0].token);
	}
}

void storm_play(struct storm *s, uint64_t until_us)
{
	for (uint64_t now = now_us(); now < until_us; now = now_us()) {
		for (size_t i = 0; i < s->n; i++) {
			struct storm_player *p = &s->players[i];

			if (p->n_waiting < STORM_AHEAD && p->next_us <= now)
				type_line(s, p, now);
		}
		turn(s, POLL_MS);
		check_stuck(s, now);
	}
}

static size_t count_waiting(const struct storm *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->players[i].n_waiting;
	return n;
}

/* Everybody in a room against the first in it. */
static void compare(struct storm *s, struct storm_player *p)
{
	struct storm_player *first = &s->players[p->room];

	if (p->events != first->events)
		storm_wrong(p, "saw %llu things happen in room %u, player %u saw %llu",
			    (unsigned long long)p->events, p->room, first->number,
			    (unsigned long long)first->events);
	for (size_t i = 0; i < p->n_heard && i < first->n_heard; i++)
		if (p->heard[i] != first->heard[i])
			storm_wrong(p, "heard %u.%u where player %u heard %u.%u", p->heard[i] >> 16,
				    p->heard[i] & 0xffff, first->number, first->heard[i] >> 16,
				    first->heard[i] & 0xffff);
	if (p->n_heard != first->n_heard)
		storm_wrong(p, "heard %zu says, player %u heard %zu", p->n_heard, first->number,
			    first->n_heard);
}

void storm_finish(struct storm *s)
{
	uint64_t now;

	while (count_waiting(s)) {
		turn(s, POLL_MS);
		check_stuck(s, now_us());
	}
	/* What others did last reaches everybody before his own last words. */
	for (size_t i = 0; i < s->n; i++) {
		struct storm_player *p = &s->players[i];

		now = now_us();
		p->waiting[p->n_waiting].verb = VERB_SCORE;
		p->waiting[p->n_waiting++].sent_us = now;
		talk_line(&p->talk, "score");
	}
	while (count_waiting(s)) {
		turn(s, POLL_MS);
		check_stuck(s, now_us());
	}
	for (size_t i = 0; i < s->n; i++) {
		struct storm_player *p = &s->players[i];

		compare(s, p);
		s->answers += p->answers;
		s->changes += p->changes;
		if (p->longest_us > s->longest_us)
			s->longest_us = p->longest_us;
	}
}

void storm_done(struct storm *s)
{
	for (size_t i = 0; i < s->n; i++) {
		talk_close(&s->players[i].talk);
		free(s->players[i].heard);
	}
	free(s->players);
}
