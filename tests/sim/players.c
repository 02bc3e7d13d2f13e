/*
 * players.c - scripted players and what they are entitled to.
 *
 * Every line a player types that shows text carries a token, `q<player>n<number>z`.  From the tokens a
 * player reads follows: its own lines were answered once and in order (P2); what it hears of others
 * comes in the order it was said, never twice; nothing is shown whose line the store does not know
 * (P1).  From the sentences about things follows how many it carries, which must be what the world
 * says in the end (P5).  And it never sees a login again once it is in play (P3).
 *
 * Every second player has a client that takes up lost connections, as gateway/README.md tells clients
 * to do: what it is sent takes a while, so the end of it is lost with the connection; it counts only what
 * stands before the last place it was told, numbers its lines and sends them again, and knows
 * that a lost answer may have used up its token.  It is held to the same promises over all its connections, unless
 * it was told of a gap.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/session.h"
#include "rt/buf.h"
#include "rt/map.h"
#include "tests/sim/sim.h"
#include "tests/sim/wire.h"

enum { LINES = 24, WORDS = 4, NUMBERS = 256, AHEAD = 8, LINE_BYTES = 64 };

/* A client that resumes. */
struct client {
	bool on;
	bool resuming; /* has asked and waits for the answer */
	bool blind;    /* was told of a gap: what it lacks is not known */
	struct wire wire;
	struct buf unsure; /* text behind the last place */
	uint64_t at;
	uint64_t n, done; /* lines: typed, known to be done */
	char lines[NUMBERS][LINE_BYTES];
	char token[65]; /* by which it can resume; empty: it cannot */
	char next[65];	/* proposed with it each time; empty: not used yet */
	unsigned refused;
};

struct sim_player {
	struct sim *sim;
	unsigned number, gateway;
	struct session *session;
	uint64_t session_id;
	struct rng rng;
	uint64_t back_us; /* when to connect (again) */
	uint64_t next_us; /* when to type */
	bool playing;
	unsigned typed; /* lines in play, all lives */
	unsigned first; /* of this life: tokens below are forgotten */
	unsigned read;	/* number behind the last own token read */
	unsigned heard[SIM_PLAYERS];
	uint64_t line_of[LINES]; /* number of the line in its session, by token */
	bool shows[LINES];
	int holds;
	struct map64 answers; /* sentences of people of the world that were read */
	struct buf seen;      /* for a failure's report */
	struct client c;
};

struct sim_players {
	struct sim *sim;
	struct sim_player p[SIM_PLAYERS];
};

static void token_read(struct sim_player *p, unsigned who, unsigned number)
{
	struct sim *s = p->sim;
	const struct sim_player *speaker = &s->players->p[who];
	bool is_known;
	uint64_t applied;

	s->told++;
	if (s->forgiven)
		return;
	if (who == p->number) {
		if (number < p->first)
			return;
		while (p->read < number && (!p->shows[p->read] || p->read < p->first || p->c.blind))
			p->read++;
		if (p->read != number)
			sim_fail(s, "P2: player %u reads its line %u, expected %u\n%.*s", who,
				 number, p->read, (int)p->seen.n, buf_p(&p->seen));
		p->read++;
	} else {
		if (number < p->heard[who])
			sim_fail(s, "player %u hears line %u of %u again, or late", p->number,
				 number, who);
		p->heard[who] = number + 1;
	}
	/* Said to an empty room, a line has no effect that would have to be stored. */
	if (who == p->number || number < speaker->first || !speaker->session || s->available)
		return;
	is_known = speaker->c.on ? sim_persist_tag(s->persist, speaker->session_id, &applied)
				 : sim_persist_applied(s->persist, speaker->session_id, &applied);
	if (is_known && applied < speaker->line_of[number])
		sim_fail(s, "P1: player %u reads line %lu of player %u, the store has %lu",
			 p->number, speaker->line_of[number], who, applied);
}

static void find_tokens(struct sim_player *p, struct span t)
{
	for (size_t i = 0; i + 1 < t.n; i++) {
		unsigned who = 0, number = 0;
		size_t j = i + 1;

		if (t.p[i] != 'q')
			continue;
		for (; j < t.n && t.p[j] >= '0' && t.p[j] <= '9'; j++)
			who = who * 10 + (unsigned)(t.p[j] - '0');
		if (j == i + 1 || j >= t.n || t.p[j++] != 'n')
			continue;
		for (; j < t.n && t.p[j] >= '0' && t.p[j] <= '9'; j++)
			number = number * 10 + (unsigned)(t.p[j] - '0');
		if (j < t.n && t.p[j] == 'z' && who < SIM_PLAYERS && number < LINES)
			token_read(p, who, number);
	}
}

/* a<ask>n<number>a: nobody reads one twice. */
static void answer_read(struct sim_player *p, uint64_t ask, unsigned number)
{
	const uint64_t key = ask * 8 + number;

	p->sim->answers++;
	if (map64_put(&p->answers, key, p) && !p->sim->forgiven)
		sim_fail(p->sim, "player %u reads sentence %u of answer %lu again\n%.*s", p->number,
			 number, ask, (int)p->seen.n, buf_p(&p->seen));
}

static void find_answers(struct sim_player *p, struct span t)
{
	char text[32];
	unsigned number;
	uint64_t ask;

	for (size_t i = 0; i + 1 < t.n; i++) {
		size_t n = t.n - i < sizeof(text) - 1 ? t.n - i : sizeof(text) - 1;
		char sign;

		if (t.p[i] != 'a' || t.p[i + 1] < '0' || t.p[i + 1] > '9')
			continue;
		memcpy(text, t.p + i, n);
		text[n] = 0;
		if (sscanf(text, "a%lun%u%c", &ask, &number, &sign) == 3 && sign == 'a')
			answer_read(p, ask, number);
	}
}

static int occurrences(struct span t, const char *what)
{
	const size_t n = strlen(what);
	int count = 0;

	for (size_t i = 0; i + n <= t.n; i++)
		count += memcmp(t.p + i, what, n) == 0;
	return count;
}

/* Only where little is remembered may it be too little. */
static void told_of_gap(struct sim_player *p)
{
	p->sim->gaps++;
	p->c.blind = true;
	if (p->sim->resume_bytes > 100000 && !p->sim->forgiven)
		sim_fail(p->sim, "player %u has a gap\n%.*s", p->number, (int)p->seen.n,
			 buf_p(&p->seen));
}

static void read_text(struct sim_player *p, struct span t)
{
	if (p->sim->verbose)
		printf("%10.3f  %u  %.*s\n", (double)p->sim->q.now / 1e6, p->number, (int)t.n, t.p);
	buf_add(&p->seen, t.p, t.n);
	buf_addc(&p->seen, '\n');
	if (occurrences(t, "Some of what happened meanwhile is not remembered.") > 0)
		told_of_gap(p); /* its gateway was given up, and came back with the connection */
	find_tokens(p, t);
	find_answers(p, t);
	p->holds += occurrences(t, "You pick up ") - occurrences(t, "You drop ") -
		    occurrences(t, "You give ") + occurrences(t, " gives you ");
}

static void gone(struct sim_player *p)
{
	p->session = NULL;
	p->playing = false;
	p->holds = 0;
	p->first = p->read = p->typed;
	p->back_us = p->sim->q.now + sim_between(&p->sim->q, 1000, 500000);
	p->c.resuming = p->c.blind = false;
	p->c.token[0] = p->c.next[0] = 0;
	p->c.at = 0;
	p->c.done = p->c.n;
	wire_cut(&p->c.wire);
	buf_reset(&p->c.unsure);
}

/* A client that resumes has lost its connection, as far as it knows. */
static void lost(struct sim_player *p)
{
	buf_addf(&p->seen, "(lost at %lu)\n", p->c.at);
	if (!p->c.at || !*p->c.token) {
		gone(p);
		return;
	}
	p->session = NULL;
	p->playing = p->c.resuming = false;
	p->back_us = p->sim->q.now + sim_between(&p->sim->q, 1000, 1000000);
	wire_cut(&p->c.wire);
	buf_reset(&p->c.unsure);
}

/* From the gateway */

static void under_way(struct sim_player *p, struct wire_item item, struct span text)
{
	wire_add(&p->c.wire, &p->sim->q, item, text);
}

void sim_player_text(struct sim_player *p, struct span t)
{
	if (p->c.on)
		under_way(p, (struct wire_item){ .kind = WIRE_TEXT }, t);
	else
		read_text(p, t);
}

void sim_player_token(struct sim_player *p, const char *token)
{
	under_way(p, (struct wire_item){ .kind = WIRE_TOKEN },
		  (struct span){ token, strlen(token) });
}

void sim_player_place(struct sim_player *p, uint64_t at, uint64_t line)
{
	under_way(p, (struct wire_item){ .kind = WIRE_PLACE, .at = at, .line = line },
		  (struct span){ "", 0 });
}

void sim_player_resumed(struct sim_player *p, bool ok, uint64_t line, bool gap)
{
	const enum wire_kind kind = ok ? WIRE_RESUMED : WIRE_REFUSED;

	under_way(p, (struct wire_item){ .kind = kind, .line = line, .gap = gap },
		  (struct span){ "", 0 });
}

void sim_player_closed(struct sim_player *p)
{
	if (!p->c.on || !p->c.resuming)
		sim_fail(p->sim, "P3: the connection of player %u was closed\n%.*s", p->number,
			 (int)p->seen.n, buf_p(&p->seen));
	lost(p);
}

/* The client that resumes */

static struct sim_gateway *gateway_of(const struct sim_player *p)
{
	return p->sim->gateways[p->gateway];
}

static void send_line(struct sim_player *p, uint64_t n)
{
	const char *line = p->c.lines[n % NUMBERS];

	sim_gateway_type(gateway_of(p), p->session, (struct span){ line, strlen(line) }, n);
}

/* One wish is said as often as need be, always with the same next token: so either works, never both. */
static void ask_to_resume(struct sim_player *p)
{
	struct client *c = &p->c;
	uint64_t bits[4];

	for (int i = 0; i < 4; i++)
		bits[i] = rng_next(&p->rng);
	if (!*c->next)
		snprintf(c->next, sizeof(c->next), "%016lx%016lx%016lx%016lx", bits[0], bits[1],
			 bits[2], bits[3]);
	c->resuming = true;
	if (p->sim->verbose)
		printf("%10.3f  %u asks as %016lx with %.8s, next %.8s, at %lu\n",
		       (double)p->sim->q.now / 1e6, p->number, p->session_id, c->token, c->next,
		       c->at);
	sim_gateway_resume(gateway_of(p), p->session, c->token, c->at, c->next);
}

/* The token was used up by a wish whose answer was lost: the next one is the token now. */
static void on_refused(struct sim_player *p)
{
	struct client *c = &p->c;

	if (++c->refused < 2) {
		memcpy(c->token, c->next, sizeof(c->token));
		c->next[0] = 0;
		ask_to_resume(p);
		return;
	}
	if (!p->sim->forgiven)
		sim_fail(p->sim, "player %u cannot resume\n%.*s", p->number, (int)p->seen.n,
			 buf_p(&p->seen));
	sim_gateway_hang_up(gateway_of(p), p->session);
	gone(p);
}

static void on_resumed(struct sim_player *p, const struct wire_item *item)
{
	struct client *c = &p->c;

	buf_addf(&p->seen, "(resumed, line %lu%s)\n", item->line, item->gap ? ", gap" : "");
	p->sim->resumed++;
	c->resuming = false;
	if (item->gap)
		told_of_gap(p);
	c->done = item->line > c->done ? item->line : c->done;
	for (uint64_t n = c->done + 1; n <= c->n; n++)
		send_line(p, n);
}

/* What has come in; false: the connection is another one now, or none. */
static bool take_item(struct sim_player *p, const struct wire_item *item, struct span text)
{
	struct client *c = &p->c;

	switch (item->kind) {
	case WIRE_TEXT:
		buf_add(&c->unsure, text.p, text.n);
		buf_addc(&c->unsure, '\n');
		break;
	case WIRE_PLACE:
		read_text(p, buf_span(&c->unsure));
		buf_reset(&c->unsure);
		c->at = item->at;
		c->done = item->line > c->done ? item->line : c->done;
		break;
	case WIRE_TOKEN:
		snprintf(c->token, sizeof(c->token), "%.*s", (int)text.n, text.p);
		c->next[0] = 0;
		break;
	case WIRE_RESUMED:
		on_resumed(p, item);
		break;
	case WIRE_REFUSED:
		on_refused(p);
		return p->session != NULL;
	}
	return true;
}

static void listen(struct sim_player *p)
{
	struct wire_item item;
	struct buf text = { 0 };

	while (wire_take(&p->c.wire, p->sim->q.now, &item, &text))
		if (!take_item(p, &item, buf_span(&text)))
			break;
	buf_done(&text);
}

struct loss {
	struct sim *sim;
	uint64_t session;
	unsigned gateway;
};

static void loss_noticed(void *ctx, void *arg)
{
	struct sim *s = ctx;
	struct loss *l = arg;

	if (s->gateways[l->gateway])
		sim_gateway_notice_loss(s->gateways[l->gateway], l->session);
	free(l);
}

/* The connection is dead; the client and the gateway notice it each in its own time. */
static void lose(struct sim_player *p)
{
	struct loss *l = base_alloc(1, sizeof(*l));

	*l = (struct loss){ p->sim, p->session->id, p->gateway };
	sim_at(&p->sim->q, sim_between(&p->sim->q, 0, 2000000), loss_noticed, p->sim, l);
	p->session->owner = NULL;
	lost(p);
}

/* What players do */

static void type(struct sim_player *p, const char *line)
{
	if (p->sim->verbose)
		printf("%10.3f  %u> %s\n", (double)p->sim->q.now / 1e6, p->number, line);
	buf_addf(&p->seen, "> %s\n", line);
	p->sim->lines++;
	if (!p->c.on) {
		sim_gateway_type(gateway_of(p), p->session, (struct span){ line, strlen(line) }, 0);
		return;
	}
	snprintf(p->c.lines[++p->c.n % NUMBERS], LINE_BYTES, "%s", line);
	/* Now and then it gets lost on its way, with the connection. */
	if (p->playing && !p->sim->healing && sim_chance(&p->sim->q, p->sim->rates.lose * 50))
		lose(p);
	else
		send_line(p, p->c.n);
}

static const char *const words[WORDS] = { "penny", "pipe", "hook", "tile" };
static const char *const moves[] = { "up", "down", "up", "down", "east", "west" };

static void type_next(struct sim_player *p)
{
	const char *word = words[rng_below(&p->rng, WORDS)];
	const unsigned i = p->typed++;
	char line[64] = "";

	p->line_of[i] = p->c.on ? p->c.n + 1 : p->session->numbered + 1;
	p->shows[i] = false;
	switch (rng_below(&p->rng, 9)) {
	case 0:
	case 1:
		p->shows[i] = true;
		snprintf(line, sizeof(line), "say q%un%uz", p->number, i);
		break;
	case 2:
		p->shows[i] = true;
		snprintf(line, sizeof(line), "think q%un%uz", p->number, i);
		break;
	case 3:
	case 4:
		snprintf(line, sizeof(line), "get %s", word);
		break;
	case 5:
		snprintf(line, sizeof(line), "drop %s", word);
		break;
	case 6:
		snprintf(line, sizeof(line), "give %s to guest", word);
		break;
	case 7:
		snprintf(line, sizeof(line), i % 2 ? "talk jem" : "talk nan");
		break;
	default:
		snprintf(line, sizeof(line), "%s", moves[rng_below(&p->rng, ARRAY_LEN(moves))]);
	}
	type(p, line);
}

static void connect(struct sim_player *p)
{
	struct sim *s = p->sim;

	if (s->q.now < p->back_us)
		return;
	if (p->c.on)
		p->gateway = (unsigned)rng_below(&p->rng, SIM_GATEWAYS);
	if (!s->gateways[p->gateway])
		return;
	p->session = sim_gateway_open(s->gateways[p->gateway], p);
	p->session_id = p->session->id;
	if (!p->c.on)
		return;
	sim_gateway_resumable(gateway_of(p), p->session);
	p->c.refused = 0;
	if (*p->c.token)
		ask_to_resume(p);
}

static void act(struct sim_player *p)
{
	struct sim *s = p->sim;

	if (!p->session) {
		connect(p);
		return;
	}
	listen(p);
	if (!p->session || p->c.resuming)
		return;
	if (p->playing && !p->session->playing && !p->c.on && s->forget_us < SIM_FORGET_US) {
		sim_gateway_hang_up(gateway_of(p), p->session); /* its gateway was given up */
		gone(p);
		return;
	}
	if (p->playing && !p->session->playing && !s->forgiven)
		sim_fail(s, "P3: player %u has to log in again", p->number);
	p->playing = p->session->playing;
	if (!p->playing) {
		if (p->session->prompt && !strncmp(p->session->prompt, "Name:", 5) &&
		    !p->session->n_lines)
			type(p, "guest");
		return;
	}
	if (p->typed == LINES || s->q.now < p->next_us || p->session->n_lines > 10 ||
	    p->c.n - p->c.done >= AHEAD)
		return;
	type_next(p);
	/* Now and then faster than the answers come. */
	p->next_us = s->q.now + sim_between(&s->q, 0, rng_below(&p->rng, 3) ? 600000 : 2000);
}

struct sim_players *sim_players_new(struct sim *s)
{
	struct sim_players *all = base_alloc(1, sizeof(*all));

	all->sim = s;
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		all->p[i] =
			(struct sim_player){ .sim = s, .number = i, .gateway = i % SIM_GATEWAYS };
		all->p[i].c.on = i % 2 == 1;
		rng_seed(&all->p[i].rng, s->seed * 1000 + i);
		all->p[i].back_us = s->q.now + sim_between(&s->q, 0, 300000);
	}
	return all;
}

void sim_players_free(struct sim_players *all)
{
	if (!all)
		return;
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		buf_done(&all->p[i].seen);
		map64_done(&all->p[i].answers);
		buf_done(&all->p[i].c.unsure);
		wire_cut(&all->p[i].c.wire);
	}
	free(all);
}

void sim_players_tick(struct sim_players *all)
{
	struct sim *s = all->sim;

	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		struct sim_player *p = &all->p[i];

		act(p);
		if (p->session && p->c.on && !s->healing && sim_chance(&s->q, s->rates.lose * 25)) {
			lose(p);
		} else if (p->session && !p->c.on && !s->healing &&
			   sim_chance(&s->q, s->rates.hang_up)) {
			sim_gateway_hang_up(s->gateways[p->gateway], p->session);
			gone(p);
		}
	}
}

bool sim_players_finished(const struct sim_players *all)
{
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		const struct sim_player *p = &all->p[i];

		if (p->typed < LINES || !p->playing || p->session->n_lines ||
		    (p->c.on && (p->c.resuming || p->c.n != p->c.done)))
			return false;
	}
	return true;
}

void sim_players_dropped(struct sim_players *all, unsigned gateway)
{
	for (unsigned i = 0; i < SIM_PLAYERS; i++)
		if (all->p[i].gateway != gateway)
			continue;
		else if (!all->p[i].c.on)
			gone(&all->p[i]);
		else if (all->p[i].session)
			lost(&all->p[i]);
}

void sim_players_check(const struct sim_players *all)
{
	if (all->sim->forgiven)
		return;
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		const struct sim_player *p = &all->p[i];
		const int has = sim_world_holds(all->sim->world, p->session_id);
		unsigned read = p->read;

		if (p->c.blind)
			continue;
		while (read < LINES && !p->shows[read])
			read++;
		if (read != LINES)
			sim_fail(all->sim, "P2: player %u never read its line %u\n%.*s", i, read,
				 (int)p->seen.n, buf_p(&p->seen));
		if (has != p->holds)
			sim_fail(all->sim, "P5: player %u was told of %d things, carries %d\n%.*s",
				 i, p->holds, has, (int)p->seen.n, buf_p(&p->seen));
	}
}

void sim_players_report(const struct sim_players *all)
{
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		const struct sim_player *p = &all->p[i];
		const struct session *s = p->session;

		fprintf(stderr, "player %u: typed %u, %s, %u lines wait, state %s%s, prompt %s\n",
			i, p->typed, p->playing ? "playing" : "outside", s ? s->n_lines : 0,
			s ? session_state_name(s->state) : "-", s && s->sent ? ", sent" : "",
			s && s->prompt ? s->prompt : "-");
		if (p->c.on)
			fprintf(stderr, "\tlines %lu done %lu%s, at %lu\n", p->c.n, p->c.done,
				p->c.resuming ? ", resuming" : "", p->c.at);
	}
}
