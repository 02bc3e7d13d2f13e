/* crew.c - see crew.h. */
#include "tests/soak/crew.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/die.h"

#define PASSWORD "some long password"

enum { IS_MADE = 1, IS_USED = 2, ENTERING_MAX = 20, POLL_MS = 50 };
enum {
	THINK_US = 16000000,
	STAY_MIN_US = 40000000,
	STAY_US = 200000000,
	AWAY_US = 8000000,
	STUCK_US = 60000000
};
enum { KEEP_BYTES = 256, LET_GO_BYTES = 16384 };

struct step {
	const char *reads, *types; /* NULL: his name, or nothing more */
};

static const struct step way_guest[] = { { "Name:", "guest" }, { TALK_PROMPT, NULL } };
static const struct step way_known[] = { { "Name:", NULL },
					 { "Password:", PASSWORD },
					 { TALK_PROMPT, NULL } };
static const struct step way_new[] = { { "Name:", NULL },
				       { "(y/n)", "y" },
				       { "Choose a password:", PASSWORD },
				       { "Repeat the password:", PASSWORD },
				       { TALK_PROMPT, NULL } };

struct way_in {
	const struct step *steps;
	size_t n;
};

static struct way_in way_of(const struct crew_player *p)
{
	if (p->account < 0)
		return (struct way_in){ way_guest, ARRAY_LEN(way_guest) };
	if (p->is_new)
		return (struct way_in){ way_new, ARRAY_LEN(way_new) };
	return (struct way_in){ way_known, ARRAY_LEN(way_known) };
}

/* What they type, and how often in a thousand; %u is a number of chance. */
static const struct act {
	unsigned weight;
	const char *line;
} acts[] = {
	{ 120, "look" },
	{ 60, "down" },
	{ 60, "up" },
	{ 60, "east" },
	{ 60, "west" },
	{ 60, "south" },
	{ 60, "north" },
	{ 60, "get penny" },
	{ 60, "drop penny" },
	{ 40, "inventory" },
	{ 40, "score" },
	{ 20, "look steps" },
	{ 100, "say It is %u o'clock." },
	{ 30, "emote counts to %u." },
	{ 40, "talk jem" },
	{ 40, "say Jem, what of the tide?" },
	{ 30, "ask nan about seven" },
	{ 10, "chat %u is a good number." },
	{ 5, "advice Mind the step, all %u of you." },
	{ 10, "boards" },
	{ 14, "board notices" },
	{ 2, "post notices Number %u = It is mine." },
	{ 4, "who" },
	{ 15, "help" },
};

static void name_of(int account, char ret[CREW_NAME])
{
	snprintf(ret, CREW_NAME, "Soaker%c%c%c", 'a' + account / 676 % 26, 'a' + account / 26 % 26,
		 'a' + account % 26);
}

void crew_init(struct crew *c, const struct mud *m, size_t n, uint64_t seed)
{
	*c = (struct crew){ .n = n, .mud = m, .n_accounts = n / 4 };
	c->players = base_alloc(n, sizeof(*c->players));
	c->accounts = base_alloc(c->n_accounts ? c->n_accounts : 1, 1);
	rng_seed(&c->rng, seed);
	for (size_t i = 0; i < n; i++) {
		c->players[i].number = (uint32_t)i;
		c->players[i].talk.fd = -1;
		c->players[i].account = -1;
	}
}

size_t crew_in(const struct crew *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->players[i].state == CREW_IN;
	return n;
}

static void wrong(const struct crew_player *p, const char *what)
{
	const struct talk *t = &p->talk;

	die("player %u by %s%s: %s\n--- last words:\n%.*s\n---", p->number,
	    t->secure ? "TLS, " : "", t->ws ? "WebSocket" : "telnet", what, (int)t->text.n,
	    buf_p(&t->text));
}

/* One account in use by nobody, the first ones first; -1: a guest it is, as are most. */
static int take_account(struct crew *c, bool *ret_new)
{
	if (rng_below(&c->rng, 3) > 0)
		return -1;
	for (size_t i = 0; i < c->n_accounts; i++) {
		if (c->accounts[i] & IS_USED)
			continue;
		*ret_new = !(c->accounts[i] & IS_MADE);
		c->accounts[i] |= IS_USED;
		return (int)i;
	}
	return -1;
}

static void leave(struct crew *c, struct crew_player *p, uint64_t now)
{
	talk_close(&p->talk);
	if (p->account >= 0)
		c->accounts[p->account] = IS_MADE;
	p->account = -1;
	p->state = CREW_OUT;
	p->next_us = now + rng_below(&c->rng, AWAY_US);
	c->left++;
}

/* Goes behind the text, or forgets what cannot hold its beginning. */
static bool sees(struct talk *t, const char *text)
{
	const size_t n = strlen(text);
	const char *from = buf_p(&t->text) + t->at, *at = memmem(from, t->text.n - t->at, text, n);

	if (at)
		t->at = (size_t)(at - buf_p(&t->text)) + n;
	else if (t->text.n > t->at + n)
		t->at = t->text.n - n;
	if (t->at > LET_GO_BYTES) {
		buf_drain(&t->text, t->at - KEEP_BYTES);
		t->at = KEEP_BYTES;
	}
	return at != NULL;
}

static void step_in(struct crew *c, struct crew_player *p, uint64_t now)
{
	const struct way_in way = way_of(p);
	char name[CREW_NAME];

	while (p->state == CREW_ENTERING && sees(&p->talk, way.steps[p->step].reads)) {
		if (++p->step == way.n) {
			p->state = CREW_IN;
			p->next_us = now;
			c->n_entering--;
			return;
		}
		name_of(p->account, name);
		talk_line(&p->talk, "%s",
			  way.steps[p->step - 1].types ? way.steps[p->step - 1].types : name);
		p->since_us = now;
	}
}

static void hear(struct crew *c, struct crew_player *p, uint64_t now)
{
	char mark[32];

	while (talk_read(&p->talk, 0))
		;
	if (p->state == CREW_ENTERING) {
		step_in(c, p, now);
	} else if (p->state == CREW_IN && p->token) {
		snprintf(mark, sizeof(mark), "K%u.%u.", p->number, p->token);
		if (sees(&p->talk, mark)) {
			if (now - p->since_us > c->longest_us)
				c->longest_us = now - p->since_us;
			p->token = 0;
		}
	} else {
		(void)sees(&p->talk, TALK_GO TALK_GO);
	}
	if (p->talk.fd < 0 && p->state == CREW_LEAVING)
		leave(c, p, now);
	else if (p->talk.fd < 0 && p->state != CREW_OUT)
		wrong(p, "the connection was dropped");
}

static void enter(struct crew *c, struct crew_player *p, uint64_t now)
{
	const struct mud *m = c->mud;
	char from[24];
	/* From an address of his own: so many new accounts are not made from one. */
	const struct talk_way ways[] = {
		{ .port = m->telnet, .from = from },
		{ .port = m->web, .from = from, .ws = true },
		{ .port = m->telnet_tls, .from = from, .tls = true },
		{ .port = m->web_tls, .from = from, .tls = true, .ws = true },
	};

	snprintf(from, sizeof(from), "127.1.%u.%u", p->number / 200 % 200, p->number % 200 + 1);
	p->account = take_account(c, &p->is_new);
	talk_open_by(&p->talk, "soaker", &ways[rng_below(&c->rng, ARRAY_LEN(ways))]);
	p->state = CREW_ENTERING;
	p->step = 0;
	p->token = 0;
	p->since_us = now;
	p->until_us = now + STAY_MIN_US + rng_below(&c->rng, STAY_US);
	c->n_entering++;
	c->visits++;
	/* What came with the handshake wakes nobody. */
	hear(c, p, now);
}

static const char *choose(struct crew *c)
{
	uint64_t sum = 0, at;

	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		sum += acts[i].weight;
	at = rng_below(&c->rng, sum);
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (at < acts[i].weight)
			return acts[i].line;
		at -= acts[i].weight;
	}
	return acts[0].line;
}

static void type_act(struct crew *c, struct crew_player *p)
{
	const char *line = choose(c), *at = strstr(line, "%u");

	if (at)
		talk_line(&p->talk, "%.*s%u%s", (int)(at - line), line,
			  (unsigned)rng_below(&c->rng, 100000), at + 2);
	else
		talk_line(&p->talk, "%s", line);
}

/* In play: types, or has had enough. Most say good-bye, some just go. */
static void act(struct crew *c, struct crew_player *p, uint64_t now)
{
	if (p->token || now < p->next_us)
		return;
	if (now < p->until_us) {
		type_act(c, p);
		p->token = (uint32_t)++c->lines;
		talk_line(&p->talk, "think K%u.%u.", p->number, p->token);
		p->since_us = now;
		p->next_us = now + rng_below(&c->rng, THINK_US);
	} else if (rng_below(&c->rng, 4)) {
		talk_line(&p->talk, "quit");
		p->state = CREW_LEAVING;
		p->since_us = now;
	} else {
		leave(c, p, now);
	}
}

static void move(struct crew *c, struct crew_player *p, uint64_t now)
{
	const bool waits = p->state == CREW_ENTERING || p->state == CREW_LEAVING || p->token;

	if (waits && now - p->since_us > STUCK_US)
		wrong(p, "nothing is answered for a minute");
	if (p->state == CREW_OUT && p->next_us <= now && c->n_entering < ENTERING_MAX)
		enter(c, p, now);
	else if (p->state == CREW_IN)
		act(c, p, now);
}

void crew_play(struct crew *c, uint64_t until_us)
{
	CLEANUP(base_freep) struct pollfd *fds = base_alloc(c->n, sizeof(*fds));

	for (uint64_t now = now_us(); now < until_us; now = now_us()) {
		for (size_t i = 0; i < c->n; i++) {
			move(c, &c->players[i], now);
			fds[i] = (struct pollfd){ .fd = c->players[i].talk.fd, .events = POLLIN };
		}
		if (poll(fds, c->n, POLL_MS) <= 0)
			continue;
		for (size_t i = 0; i < c->n; i++)
			if (fds[i].revents)
				hear(c, &c->players[i], now_us());
	}
}

void crew_done(struct crew *c)
{
	for (size_t i = 0; i < c->n; i++)
		talk_close(&c->players[i].talk);
	free(c->players);
	free(c->accounts);
}
