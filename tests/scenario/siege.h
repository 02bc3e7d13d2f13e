/*
 * siege.h - attackers, and beside them a well-behaved player who must notice nothing: he gets the answer to
 * every line, nothing that he did not ask for, and keeps his connection; no process is lost.
 */
#pragma once

#include <sys/types.h>
#include "tests/support/mud.h"
#include "tests/support/talk.h"

struct siege {
	struct mud mud;
	struct talk player;
	unsigned thoughts;
	pid_t gateway, world, persist;
	uint64_t pss_kb; /* of the gateway at the beginning */
};

/* Starts a Mudlark; he comes in as a guest from 127.0.0.1. */
void siege_begin(struct siege *s, const struct mud_conf *c);
/* He types a few lines, and all that he reads is what they are answered with. */
void siege_calm(struct siege *s);
/* The gateway did not grow by more than so much. Only where no sanitizer counts memory. */
void siege_flat(struct siege *s, uint64_t kb);
void siege_end(struct siege *s);

/* An attacker connects from 127.0.0.N. */
void siege_open(struct siege *s, struct talk *t, unsigned n);
/* Sends what the server takes and reads what it says; stops early when it closes. How much was sent. */
size_t siege_send(struct talk *t, const void *p, size_t n);
/* The same bytes over and over. */
size_t siege_send_times(struct talk *t, struct span bytes, size_t times);
/* He is told the sentence, then the server closes. */
void siege_refused(struct talk *t, const char *sentence);
