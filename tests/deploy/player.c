/* player.c - see player.h. */
#include "tests/deploy/player.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACE_US = 3000000, AGAIN_US = 200000, BUSY_US = 1000000, STEPS = ORACLE_ROOMS };

#define PACKAGE "Mudlark.Session."

/* Wherever in the dialogue he is: what he is asked, and what he says. */
enum says { SAYS_NAME, SAYS_YES, SAYS_PASSWORD };
static const struct question {
	const char *text;
	enum says says;
} questions[] = {
	{ "Name:", SAYS_NAME },
	{ "(y/n)", SAYS_YES },
	{ "Choose a password:", SAYS_PASSWORD },
	{ "Repeat the password:", SAYS_PASSWORD },
	{ "Password:", SAYS_PASSWORD },
};

void player_init(struct player *p, const struct cast *c, uint32_t who)
{
	*p = (struct player){ .way = who % WIRE_WAYS, .to = c->to, .state = PLAYER_GONE };
	p->wire.talk.fd = p->wire.ws.fd = -1;
	p->to.from = c->n_from ? c->from[who / WIRE_WAYS % c->n_from] : NULL;
	snprintf(p->name, sizeof(p->name), "%s%c%c%c", c->prefix, 'a' + (int)(who / 676 % 26),
		 'a' + (int)(who / 26 % 26), 'a' + (int)(who % 26));
	snprintf(p->password, sizeof(p->password), "%s's secret", p->name);
	rng_seed(&p->rng, c->seed + who);
	oracle_init(&p->oracle, who, c->n);
	oracle_forget(&p->oracle);
}

void player_done(struct player *p)
{
	wire_close(&p->wire);
	buf_done(&p->held);
	oracle_done(&p->oracle);
}

static void fresh_token(struct player *p)
{
	for (size_t i = 0; i < PLAYER_TOKEN - 1; i += 16)
		snprintf(p->after + i, PLAYER_TOKEN - i, "%016" PRIx64, rng_next(&p->rng));
	p->asked = 0;
}

static void ask_to_resume(struct player *p)
{
	char message[256];

	if (!*p->after)
		fresh_token(p);
	p->asked++;
	p->state = PLAYER_RESUMING;
	snprintf(message, sizeof(message),
		 PACKAGE "Resume {\"token\":\"%s\",\"at\":\"%s\",\"next\":\"%s\"}", p->token, p->at,
		 p->after);
	wire_tell(&p->wire, message);
}

/* Nothing of the session before can be taken up. */
static void log_in(struct player *p)
{
	*p->token = *p->after = '\0';
	snprintf(p->at, sizeof(p->at), "0");
	p->state = PLAYER_LOGIN;
	p->seen_room = -1;
	oracle_break(&p->oracle);
	p->oracle.room = -1;
}

void player_forget(struct player *p)
{
	*p->token = '\0';
	oracle_forget(&p->oracle);
}

static void come_in(struct player *p, uint64_t now)
{
	oracle_return(&p->oracle, p->seen_room);
	p->n_returned += p->has_been_in;
	p->has_been_in = true;
	p->state = PLAYER_IN;
	p->next_us = now;
	p->is_checking = true;
}

/* A line that he types in the game. */
static void type(struct player *p, const struct asked *a)
{
	char message[128];

	if (p->way != WIRE_WS) {
		wire_type(&p->wire, a->text);
		return;
	}
	snprintf(message, sizeof(message), PACKAGE "Line {\"n\":%u,\"text\":\"%s\"}", a->number,
		 a->text);
	wire_tell(&p->wire, message);
}

/* The value of a member that is a text or a number; "" when there is none. */
static void member(struct span json, const char *name, char *ret, size_t n)
{
	char text[320], key[32];
	const char *at;

	snprintf(text, sizeof(text), "%.*s", (int)json.n, json.p);
	snprintf(key, sizeof(key), "\"%s\":", name);
	*ret = '\0';
	at = strstr(text, key);
	if (!at)
		return;
	at += strlen(key);
	at += *at == '"';
	snprintf(ret, n, "%.*s", (int)strcspn(at, "\",}"), at);
}

static void release_held(struct player *p, uint64_t now)
{
	const char *at = buf_p(&p->held), *end = at + p->held.n, *stop;

	for (; at < end; at = stop + 1) {
		struct span line;

		stop = memchr(at, '\n', (size_t)(end - at));
		line = (struct span){ at, (size_t)(stop - at) };
		if (p->state == PLAYER_IN)
			oracle_read(&p->oracle, line, now);
		else if (oracle_room(line) >= 0)
			p->seen_room = oracle_room(line);
	}
	buf_clear(&p->held);
}

static void told_at(struct player *p, struct span json, uint64_t now)
{
	release_held(p, now);
	member(json, "at", p->at, sizeof(p->at));
	if (p->state == PLAYER_LOGIN && *p->token && p->seen_room >= 0)
		come_in(p, now);
}

/* What the server has not taken is typed again. */
static void told_resumed(struct player *p, struct span json, uint64_t now)
{
	char line[24], gap[8];

	member(json, "line", line, sizeof(line));
	member(json, "gap", gap, sizeof(gap));
	buf_clear(&p->held);
	memcpy(p->token, p->after, sizeof(p->token));
	*p->after = '\0';
	p->n_resumed++;
	p->n_gaps += strcmp(gap, "false") != 0;
	p->is_checking = !p->has_been_in;
	p->has_been_in = true;
	p->state = PLAYER_IN;
	p->next_us = now;
	for (size_t i = 0; i < p->oracle.n_waiting; i++)
		if (p->oracle.waiting[i].number > strtoul(line, NULL, 10))
			type(p, &p->oracle.waiting[i]);
}

static void told_refused(struct player *p)
{
	bool had_asked = p->asked > 1;

	if (p->state != PLAYER_RESUMING)
		return;
	if (had_asked) {
		memcpy(p->token, p->after, sizeof(p->token));
		*p->after = '\0';
		ask_to_resume(p);
		return;
	}
	p->n_refused++;
	log_in(p);
}

static void told(struct player *p, struct span message, uint64_t now)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)message.n, message.p);
	text[strcspn(text, " ")] = '\0';
	if (!strcmp(text, PACKAGE "Token")) {
		member(message, "token", p->token, sizeof(p->token));
		*p->after = '\0';
	} else if (!strcmp(text, PACKAGE "At")) {
		told_at(p, message, now);
	} else if (!strcmp(text, PACKAGE "Resumed")) {
		told_resumed(p, message, now);
	} else if (!strcmp(text, PACKAGE "Refused")) {
		told_refused(p);
	}
}

static void read_lines(struct player *p, uint64_t now)
{
	struct span line;

	while (wire_line(&p->wire, &line)) {
		if (line.n && *line.p == *WS_DATA) {
			told(p, (struct span){ line.p + 1, line.n - 1 }, now);
		} else if (p->way == WIRE_WS) {
			buf_add(&p->held, line.p, line.n);
			buf_addc(&p->held, '\n');
		} else if (p->state == PLAYER_IN) {
			oracle_read(&p->oracle, line, now);
		}
	}
}

/* The room he is in, shown before the first prompt. */
static void look_around(struct player *p, struct span shown)
{
	const char *at = shown.p, *end = shown.p + shown.n, *stop;

	for (; (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1) {
		const char *prompt = memrchr(at, *TALK_GO, (size_t)(stop - at));
		const char *from = prompt ? prompt + 1 : at;
		int room = oracle_room((struct span){ from, (size_t)(stop - from) });

		if (room >= 0)
			p->seen_room = room;
	}
}

/* Answers what he is asked; by telnet the first prompt says that he is in. */
static void read_login(struct player *p, uint64_t now)
{
	struct span rest = wire_rest(&p->wire);
	const char *at;

	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const struct question *q = &questions[i];

		at = memmem(rest.p, rest.n, q->text, strlen(q->text));
		if (!at)
			continue;
		wire_skip(&p->wire, (size_t)(at - rest.p) + strlen(q->text));
		wire_type(&p->wire, q->says == SAYS_NAME       ? p->name
				    : q->says == SAYS_PASSWORD ? p->password
							       : "y");
		return;
	}
	at = memmem(rest.p, rest.n, TALK_PROMPT, strlen(TALK_PROMPT));
	if (p->way == WIRE_WS || !at)
		return;
	look_around(p, (struct span){ rest.p, (size_t)(at - rest.p) });
	wire_skip(&p->wire, (size_t)(at - rest.p) + strlen(TALK_PROMPT));
	come_in(p, now);
}

static void broke(struct player *p, uint64_t now)
{
	wire_close(&p->wire);
	p->wire.talk.fd = p->wire.ws.fd = -1;
	buf_clear(&p->held);
	if (p->state == PLAYER_LEAVING) {
		p->state = PLAYER_GONE;
		return;
	}
	if (p->state == PLAYER_IN) {
		p->n_cut++;
		p->next_us = now;
	} else {
		p->next_us = now + BUSY_US; /* the door may be crowded */
	}
	if (!*p->token)
		oracle_break(&p->oracle);
	p->is_checking = false;
	p->state = PLAYER_AWAY;
}

void player_read(struct player *p, uint64_t now)
{
	if (p->state == PLAYER_AWAY || p->state == PLAYER_GONE)
		return;
	wire_read(&p->wire);
	if (p->state == PLAYER_LOGIN)
		read_login(p, now);
	if (p->state != PLAYER_LOGIN || p->way == WIRE_WS)
		read_lines(p, now);
	if (wire_fd(&p->wire) < 0)
		broke(p, now);
}

bool player_dial(struct player *p, uint64_t now)
{
	if (p->state != PLAYER_AWAY || p->next_us > now)
		return false;
	p->next_us = now + AGAIN_US + rng_below(&p->rng, AGAIN_US);
	if (!wire_open(&p->wire, p->name, p->way, &p->to))
		return true;
	if (p->way == WIRE_WS)
		wire_tell(&p->wire, "Core.Supports.Set [\"Mudlark.Session 1\"]");
	if (*p->token)
		ask_to_resume(p);
	else
		log_in(p);
	player_read(p, now); /* what came with the answer to the upgrade is not polled for */
	return true;
}

static enum verb choose(struct player *p)
{
	static const uint8_t weights[VERBS] = {
		[VERB_THINK] = 30, [VERB_SAY] = 6,  [VERB_GET] = 22,  [VERB_DROP] = 16,
		[VERB_EAST] = 8,   [VERB_WEST] = 8, [VERB_SCORE] = 10
	};
	uint64_t at = rng_below(&p->rng, 100);

	if (p->oracle.typed < p->oracle.who % STEPS)
		return VERB_EAST; /* not all in one room */
	for (enum verb v = 0; v < VERBS; v++) {
		if (at < weights[v])
			return v;
		at -= weights[v];
	}
	return VERB_SCORE;
}

void player_play(struct player *p, uint64_t now)
{
	const struct asked *a;

	if (p->state != PLAYER_IN || p->next_us > now)
		return;
	/* Back after a loss: what he carries is to be known before it changes. */
	if (p->is_checking && p->oracle.n_waiting)
		return;
	a = oracle_ask(&p->oracle, p->is_checking ? VERB_SCORE : choose(p), now);
	p->is_checking = false;
	p->next_us = now + rng_below(&p->rng, PACE_US);
	if (a)
		type(p, a);
}

void player_check(struct player *p, uint64_t now)
{
	p->is_checking = true;
	p->next_us = now;
	player_play(p, now);
}

void player_leave(struct player *p)
{
	p->state = p->state == PLAYER_AWAY ? PLAYER_GONE : PLAYER_LEAVING;
	wire_type(&p->wire, "quit");
}

void player_enter(struct player *p)
{
	if (p->state != PLAYER_GONE)
		return;
	p->state = PLAYER_AWAY;
	*p->token = '\0';
	p->next_us = 0;
}

bool player_is_settled(const struct player *p)
{
	return p->state == PLAYER_GONE ||
	       (p->state == PLAYER_IN && !p->oracle.n_waiting && !p->is_checking);
}
