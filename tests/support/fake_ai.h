/*
 * fake_ai.h - the fake provider of models (tests/fake) in a test: started, told how to behave, asked what it saw.
 */
#pragma once

#include "rt/base.h"
#include "tests/support/child.h"

struct fake_ai {
	struct child child;
	uint16_t port;
	char *key_file; /* for ai.key_file */
};

/* Its output and the key go into `dir`. */
void fake_ai_start(struct fake_ai *f, const char *dir);
void fake_ai_stop(struct fake_ai *f);
/* Nobody is at its port any more; somebody new is, with counters of its own. */
void fake_ai_down(struct fake_ai *f);
void fake_ai_up(struct fake_ai *f);
/* tests/fake/mode.h; what is not named is as at the start. Dies when it is no mode. */
void fake_ai_mode(struct fake_ai *f, const char *json);
/* A counter of tests/fake/fake.h. */
uint64_t fake_ai_stat(struct fake_ai *f, const char *name);
/* Waits until a counter is there; dies when it does not come. */
void fake_ai_wait(struct fake_ai *f, const char *name, uint64_t value);
/* The same, until it is at least that. */
void fake_ai_reach(struct fake_ai *f, const char *name, uint64_t value);
/* The body of the last request to it, and why the last wrong one was refused. Freed by the caller. */
char *fake_ai_last(struct fake_ai *f) MUST_USE;
char *fake_ai_stats(struct fake_ai *f) MUST_USE;
/* Any request; `headers`: lines ended by CR LF. The whole answer with its head. Freed by the caller. */
char *fake_ai_ask(struct fake_ai *f, const char *path, const char *headers,
		  struct span body) MUST_USE;
