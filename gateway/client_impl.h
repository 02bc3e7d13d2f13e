/*
 * client_impl.h - what client.c and client_pace.c share.
 */
#pragma once

#include "gateway/client.h"

static inline uint64_t client_now(const struct clients *cs)
{
	return clock_mono(loop_clock(cs->loop));
}

/* client_time.c */

/* Of one that is not known: telnet. */
enum client_kind client_kind_of(const char *via);
/* Its lines that are done have had their output. */
void client_timed(struct client *c);

/* client_pace.c */

void clients_pace_init(struct clients *cs);
void clients_pace_done(struct clients *cs);
/* Something has come. */
void client_heard(struct client *c);
/* Is not one of those any more that are to be read again. */
void client_unmute(struct client *c);
