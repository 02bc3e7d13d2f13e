/*
 * sources.h - what comes from each address, over all gateways: how many sessions it has, how often it
 * opens one, how many of its passwords were wrong, how many of its connections never logged in.
 *
 * An IPv4 address counts by itself, an IPv6 address by its /64.  What is too much becomes a site
 * (sites.h) for a few minutes, and with that is refused at the door of every gateway; only too many sessions
 * at once are refused one by one, as they may end at any moment.  At most SOURCES_MAX are known; beyond
 * that strangers are not counted.  Networks that are exempt never are, those of an option (world.exempt)
 * and whoever a gateway says is (gateway.exempt); nor is the console.
 *
 * The counts are forgotten with the world, and those of open sessions come back with these.
 */
#pragma once

#include "rt/cidr.h"
#include "world/core/world.h"

enum { SOURCES_MAX = 65536 };

enum source_limit {
	SOURCE_MINUTE,
	SOURCE_TEN_MINUTES,
	SOURCE_FAILED,
	SOURCE_SILENT,
	SOURCE_LIMITS
};

struct session;
struct source;

/* Where a session comes from. */
struct origin {
	struct source *source; /* NULL: not counted */
	struct cidr address;
	bool has_address; /* the console has none */
	char via[8];
};

struct sources *sources_new(void);
void sources_free(struct world *w);
/* A network that is not counted, as an option says it. */
void sources_exempt(struct world *w, const char *net);

/* Its windows begin anew: whoever was refused for them is let in again. */
void sources_forgive(struct world *w, const struct cidr *net);

/* A session is opened. NULL: it is welcome; otherwise a sentence (markup, of this turn). */
const char *sources_enter(struct world *w, struct session *s, const char *via,
			  bool exempt) MUST_USE;
/* It was open before this world was. */
void sources_attach(struct world *w, struct session *s, const char *via, bool exempt);
/* It has no connection any more. Twice is harmless. */
void sources_leave(struct world *w, struct session *s);
/* A password was wrong. NULL: there may be further tries; otherwise a sentence: no more. */
const char *sources_failed(struct world *w, struct session *s) MUST_USE;
/* It ended for want of a login. */
void sources_silent(struct world *w, struct session *s);
