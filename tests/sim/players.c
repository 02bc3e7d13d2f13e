/*
 * players.c - scripted players and what they are entitled to.
 *
 * Every line a player types that shows text carries a token, `q<player>n<number>z`.  From the tokens a
 * player reads follows: its own lines were answered once and in order (P2); what it hears of others
 * comes in the order it was said, never twice; nothing is shown whose line the store does not know
 * (P1).  From the sentences about things follows how many it carries, which must be what the world
 * says in the end (P5).  And it never sees a login again once it is in play (P3).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/session.h"
#include "rt/buf.h"
#include "tests/sim/sim.h"

enum { LINES = 24, WORDS = 4 };

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
	struct buf seen; /* for a failure's report */
};

struct sim_players {
	struct sim *sim;
	struct sim_player p[SIM_PLAYERS];
};

static void token_read(struct sim_player *p, unsigned who, unsigned number)
{
	struct sim *s = p->sim;
	const struct sim_player *speaker = &s->players->p[who];
	uint64_t applied;

	s->told++;
	if (s->forgiven)
		return;
	if (who == p->number) {
		if (number < p->first)
			return;
		while (p->read < number && (!p->shows[p->read] || p->read < p->first))
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
	if (who != p->number && number >= speaker->first && speaker->session && !s->available &&
	    sim_persist_applied(s->persist, speaker->session_id, &applied) &&
	    applied < speaker->line_of[number])
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

static int occurrences(struct span t, const char *what)
{
	const size_t n = strlen(what);
	int count = 0;

	for (size_t i = 0; i + n <= t.n; i++)
		count += memcmp(t.p + i, what, n) == 0;
	return count;
}

void sim_player_text(struct sim_player *p, struct span t)
{
	if (p->sim->verbose)
		printf("%10.3f  %u  %.*s\n", (double)p->sim->q.now / 1e6, p->number, (int)t.n, t.p);
	buf_add(&p->seen, t.p, t.n);
	buf_addc(&p->seen, '\n');
	find_tokens(p, t);
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
}

void sim_player_closed(struct sim_player *p)
{
	sim_fail(p->sim, "P3: the connection of player %u was closed\n%.*s", p->number,
		 (int)p->seen.n, buf_p(&p->seen));
}

static void type(struct sim_player *p, const char *line)
{
	if (p->sim->verbose)
		printf("%10.3f  %u> %s\n", (double)p->sim->q.now / 1e6, p->number, line);
	buf_addf(&p->seen, "> %s\n", line);
	p->sim->lines++;
	sim_gateway_type(p->sim->gateways[p->gateway], p->session,
			 (struct span){ line, strlen(line) });
}

static const char *const words[WORDS] = { "penny", "pipe", "hook", "tile" };
static const char *const moves[] = { "up", "down", "up", "down", "east", "west" };

static void type_next(struct sim_player *p)
{
	const char *word = words[rng_below(&p->rng, WORDS)];
	const unsigned i = p->typed++;
	char line[64] = "";

	p->line_of[i] = p->session->numbered + 1;
	p->shows[i] = false;
	switch (rng_below(&p->rng, 8)) {
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
	default:
		snprintf(line, sizeof(line), "%s", moves[rng_below(&p->rng, ARRAY_LEN(moves))]);
	}
	type(p, line);
}

static void act(struct sim_player *p)
{
	struct sim *s = p->sim;

	if (!p->session) {
		if (s->q.now < p->back_us || !s->gateways[p->gateway])
			return;
		p->session = sim_gateway_open(s->gateways[p->gateway], p);
		p->session_id = p->session->id;
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
	if (p->typed == LINES || s->q.now < p->next_us || p->session->n_lines > 10)
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
		rng_seed(&all->p[i].rng, s->seed * 1000 + i);
		all->p[i].back_us = s->q.now + sim_between(&s->q, 0, 300000);
	}
	return all;
}

void sim_players_free(struct sim_players *all)
{
	if (!all)
		return;
	for (unsigned i = 0; i < SIM_PLAYERS; i++)
		buf_done(&all->p[i].seen);
	free(all);
}

void sim_players_tick(struct sim_players *all)
{
	struct sim *s = all->sim;

	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		struct sim_player *p = &all->p[i];

		act(p);
		if (p->session && !s->healing && sim_chance(&s->q, s->rates.hang_up)) {
			sim_gateway_hang_up(s->gateways[p->gateway], p->session);
			gone(p);
		}
	}
}

bool sim_players_finished(const struct sim_players *all)
{
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		const struct sim_player *p = &all->p[i];

		if (p->typed < LINES || !p->playing || p->session->n_lines)
			return false;
	}
	return true;
}

void sim_players_dropped(struct sim_players *all, unsigned gateway)
{
	for (unsigned i = 0; i < SIM_PLAYERS; i++)
		if (all->p[i].gateway == gateway)
			gone(&all->p[i]);
}

void sim_players_check(const struct sim_players *all)
{
	if (all->sim->forgiven)
		return;
	for (unsigned i = 0; i < SIM_PLAYERS; i++) {
		const struct sim_player *p = &all->p[i];
		const int has = sim_world_holds(all->sim->world, p->session_id);
		unsigned read = p->read;

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
	}
}
