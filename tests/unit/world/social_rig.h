/*
 * social_rig.h - for tests of channels, boards and who may speak: people of two gateways with accounts, what
 * each of them hears, and the bodies of facts.
 */
#pragma once

#include "data_rig.h"
#include "world/core/event.h"
#include "world/outbox.h"
#include "world/social/board.h"
#include "world/social/channel.h"
#include "world/social/social.h"
#include "world/social/speech.h"

#define NOON ((int64_t)1777636800000) /* 2026-05-01 12:00 UTC */

enum { ANA = 100, BEN = 101, CEM = 102, HELPER = 110, ADMIN = 111, GUEST = 120 };

static struct rig r;
static struct world *w;
static int64_t wall;
static uint64_t seqs[4096];

static inline void ticks(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		Mudlark__Tick m = MUDLARK__TICK__INIT;

		m.wall_ms = wall += 100;
		RIG_FEED(&r, 0, TICK, tick, &m);
		rig_turn(&r);
	}
}

static inline void type_at(uint64_t gateway, uint64_t session, const char *line)
{
	rig_feed_line(&r, gateway, session, ++seqs[session], line, false);
	rig_turn(&r);
}

static inline uint64_t gateway_of(uint64_t session)
{
	return session == CEM ? RIG_OTHER : RIG_GATEWAY;
}

static inline void type(uint64_t session, const char *line)
{
	type_at(gateway_of(session), session, line);
}

static inline struct ent actor_of(uint64_t session)
{
	ck_assert_ptr_nonnull(session_get(w, session));
	return session_get(w, session)->actor;
}

/* A guest, or somebody with an account. */
static inline void enter(uint64_t session, const char *name, enum role role, bool guest)
{
	struct player *p;

	rig_open(&r, gateway_of(session), session);
	seqs[session] = 0;
	type(session, "guest");
	name_set(w, actor_of(session), name);
	p = player_write(w, actor_of(session));
	p->guest = guest;
	p->role = role;
	rig_turn(&r);
	rig_forget(&r);
}

/* How often a session was shown it since rig_forget(). */
static inline size_t shown(uint64_t session, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		n += m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		     rig_lists(m->output->sessions, m->output->n_sessions, session) &&
		     rig_contains(&m->output->text, text);
	}
	return n;
}

/* Types it; is it answered by this? */
static inline void says(uint64_t session, const char *line, const char *answer)
{
	rig_forget(&r);
	type(session, line);
	ck_assert_msg(shown(session, answer) > 0, "%s: not answered by: %s", line, answer);
}

struct last_fact {
	const char *kind;
	char body[EVENT_BODY_MAX + 1];
	size_t n;
};

static inline void take_fact(void *ctx, const struct fact *f)
{
	struct last_fact *last = ctx;

	if (strcmp(event_name(f->kind), last->kind) != 0)
		return;
	snprintf(last->body, sizeof(last->body), "%.*s", (int)f->body.n, f->body.p);
	last->n++;
}

/* The body of the newest fact of a kind; "": none. Valid until the next call. */
static inline const char *fact(const char *kind)
{
	static struct last_fact last;

	last = (struct last_fact){ .kind = kind };
	event_recent(w, EVENT_RING, take_fact, &last);
	return last.body;
}

static inline size_t facts(const char *kind)
{
	static struct last_fact last;

	last = (struct last_fact){ .kind = kind };
	event_recent(w, EVENT_RING, take_fact, &last);
	return last.n;
}

/* What was said by somebody outside. */
static inline void outside(const char *channel, const char *name, const char *text)
{
	const struct channel *c = channel_find(w, (struct span){ channel, strlen(channel) });

	channel_say(w, &(struct channel_line){ .channel = c,
					       .name = { name, strlen(name) },
					       .via = SPAN("irc"),
					       .origin = SPAN("irc/libera/#mud"),
					       .text = { text, strlen(text) } });
	outbox_seal(w, true);
	rig_turn(&r);
}

static inline void begin(void)
{
	rig_start(&r);
	w = r.world;
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_peer_up(&r, RIG_OTHER, false);
	ticks(1);
}

static inline void setup(void)
{
	rig_pack(&r, "tests/unit/world/pack");
	r.more_conf[r.n_more_conf++] = "channel=chat talk among everybody";
	r.more_conf[r.n_more_conf++] = "channel=trade off buying and selling";
	r.more_conf[r.n_more_conf++] = "channel=staff helper among keepers";
	r.more_conf[r.n_more_conf++] = "board=news admin announcements";
	r.more_conf[r.n_more_conf++] = "board=notices for all to read";
	wall = NOON;
	begin();
	enter(ANA, "Ana", ROLE_PLAYER, false);
	enter(BEN, "Ben", ROLE_PLAYER, false);
	enter(CEM, "Cem", ROLE_PLAYER, false);
	enter(HELPER, "Hob", ROLE_HELPER, false);
	enter(ADMIN, "Una", ROLE_ADMIN, false);
	rig_forget(&r);
}

static inline void teardown(void)
{
	rig_done_with(&r);
}

/* kill -9, and the next world; everybody is there again. */
static inline void restart(void)
{
	static const uint64_t all[] = { ANA, BEN, CEM, HELPER, ADMIN };

	rig_kill(&r);
	begin();
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		rig_attach(&r, gateway_of(all[i]), all[i], seqs[all[i]]);
	rig_forget(&r);
}

/* Runs each test in a world of its own; the exit status. */
static inline int social_run(const char *name, const TTest *const tests[], size_t n)
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
