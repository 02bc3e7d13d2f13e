/*
 * mode.h - what the crowd plays, and the figures that come out.  A mode runs against Mudlark and
 * against the floor alike: the floor answers every line with the line and a prompt.
 */
#pragma once

#include <stdio.h>
#include <sys/types.h>
#include "rt/base.h"
#include "tests/bench/way.h"

struct fake_ai;

/* What is being loaded. Processes that do not exist are 0. */
struct target {
	uint16_t ports[WAYS]; /* 0: there is no such way */
	pid_t gateway, world, persist, aibridge, irc;
	uint16_t ircd_port;   /* of an IRC server; 0: there is none */
	uint64_t provider_us; /* what a provider of models takes for an answer; 0: there is none */
	struct fake_ai *fake; /* that provider, for a mode that disturbs it; NULL: there is none */
};

struct mode_conf {
	size_t clients;
	uint64_t seconds_us; /* length of the measured part */
	const char *
		play; /* saturated: think, say, carry; fan-out: 1, 10, 10x1; dialogue: model, packs; irc: out, in, many;
			 feed: MB, whole, known */
	enum way way;
};

/* What a provider of models does. */
enum ai_state { AI_HEALTHY, AI_HUNG, AI_DOWN, AI_GARBAGE, AI_STORM, AI_STATES };

/* Of those who ask nothing, while it does; the ratios are to when nobody asks. */
struct ai_figures {
	uint64_t p50_us, p99_us;
	double p50_ratio, p99_ratio;
	size_t asked, answered, requests; /* of those who ask; what came to the provider */
};

struct figures {
	uint64_t n, p50_us, p99_us, max_us; /* latency, where it is measured */
	double per_s;			    /* commands, deliveries or log-ins */
	double cpu_us;	     /* gateway + world, for one command; fan-out: gateway, for a line */
	double saved;	     /* share of the bytes that compression saved */
	double store_cpu_us; /* persist, for one command */
	double gateway_kb, world_kb; /* for one connection */
	double bridge_kb,
		bridge_full_kb; /* irc: with few in its channel, with all; feed: for reading */
	double request_kb;	/* aibridge, for a question that is under way */
	double took_s;
	size_t clients, lost, doubled, dropped;
	struct ai_figures
		ai[AI_STATES]; /* ai_faults; p50 and p99 are then those of nobody asking */
};

struct mode {
	const char *name, *help;
	void (*run)(const struct target *t, const struct mode_conf *c, struct figures *ret);
};

void mode_roundtrip(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_saturated(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_fanout(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_logins(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_idle(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_saved(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_dialogue(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_ai_faults(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_irc(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_feed(const struct target *t, const struct mode_conf *c, struct figures *ret);
void mode_restart(const struct target *t, const struct mode_conf *c, struct figures *ret);

/* figures.ai, a line for each. */
void mode_ai_faults_say(FILE *f, const struct figures *figures);

/* By name; NULL: no such mode. */
const struct mode *mode_find(const char *name);
const struct mode *mode_all(size_t *ret_n);
