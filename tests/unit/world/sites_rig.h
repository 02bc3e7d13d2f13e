/*
 * sites_rig.h - for tests of who may connect: sessions from any address, staff that bans, and what the
 * gateways are told.
 */
#pragma once

#include "tests/unit/world/rig.h"
#include "world/sites.h"
#include "world/sources.h"

#define NOON ((int64_t)1777636800000) /* 2026-05-01 12:00 UTC */
#define MINUTE ((int64_t)60000)

enum { STAFF = 1000, ANA = 2000, BEN = 3000, CONSOLE = 4000 };

static struct rig r;
static int64_t wall;
static uint64_t seqs[8192];

static inline void tick_to(int64_t wall_ms)
{
	Mudlark__Tick m = MUDLARK__TICK__INIT;

	wall = m.wall_ms = wall_ms;
	RIG_FEED(&r, 0, TICK, tick, &m);
	rig_turn(&r);
}

static inline void ticks(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		tick_to(wall + 100);
}

static inline void open_at(uint64_t gateway, uint64_t session, const char *peer, const char *via)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;

	m.session = session;
	m.peer = (char *)(uintptr_t)peer;
	m.via = (char *)(uintptr_t)via;
	m.trusted = !strcmp(peer, "console");
	RIG_FEED(&r, gateway, SESSION_OPEN, session_open, &m);
	rig_turn(&r);
	seqs[session] = 0;
}

static inline void open_from(uint64_t session, const char *peer)
{
	open_at(RIG_GATEWAY, session, peer, "telnet");
}

static inline void type(uint64_t session, const char *line)
{
	rig_line(&r, session, ++seqs[session], line);
}

static inline bool is_here(uint64_t session)
{
	return session_get(r.world, session) != NULL;
}

/* Somebody in play with an account, from that address. */
static inline void person(uint64_t session, const char *name, const char *peer, enum role role)
{
	struct player *p;
	struct ent e;

	open_from(session, peer);
	type(session, "guest");
	e = session_get(r.world, session)->actor;
	name_set(r.world, e, name);
	p = player_write(r.world, e);
	p->guest = false;
	p->role = role;
	p->account = session;
	p->account_name = base_dup(name, strlen(name));
	rig_turn(&r);
	rig_forget(&r);
}

static inline void says(uint64_t session, const char *line, const char *answer)
{
	rig_forget(&r);
	type(session, line);
	if (!rig_heard(&r, session, answer)) {
		for (size_t i = 0; i < r.n_said; i++)
			if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT)
				printf("%.*s\n", (int)r.said[i].m->output->text.len,
				       (const char *)r.said[i].m->output->text.data);
		ck_abort_msg("%s: not answered by: %s", line, answer);
	}
}

/* What a gateway was told of a network since rig_forget(); NULL: nothing. */
static inline const Mudlark__Site *told(uint64_t gateway, const char *net)
{
	const Mudlark__Site *row = NULL;

	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_SITES || r.said[i].gateway != gateway)
			continue;
		if (m->sites->all)
			row = NULL;
		for (size_t j = 0; j < m->sites->n_rows; j++)
			if (!strcmp(m->sites->rows[j]->net, net))
				row = m->sites->rows[j];
	}
	return row;
}

static inline void set_conf(uint32_t at_once, uint32_t minute, uint32_t failed, uint32_t silent)
{
	struct world_conf *c = &r.world->conf;

	c->max_per_address = at_once;
	c->opens_minute = minute;
	c->failed_logins = failed;
	c->silent_sessions = silent;
}

static inline void setup(void)
{
	rig_init(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	tick_to(NOON);
	person(STAFF, "Imp", "198.51.100.1", ROLE_ADMIN);
}

static inline void teardown(void)
{
	rig_done_with(&r);
}

static inline void restart(void)
{
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	tick_to(wall + 1000);
}

/* Runs each test in a world of its own; the exit status. */
static inline int sites_run(const char *name, const TTest *const tests[], size_t n)
{
	TCase *tc = tcase_create(name);
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
