/*
 * sites.h - who may not connect: bans by staff, and for a while whoever was too much (sources.h).  One
 * table for all gateways, stored as documents (collection "ban"), so that it survives every restart.
 *
 * A network is told to every gateway at once, and all networks to one that comes up; gateways refuse by
 * themselves then, also while the world is away.  What had come in before is refused here.  Accounts
 * and characters are looked up when somebody logs in.
 *
 * A ban of an account or character holds for roles below that of whoever made it.  Times are wall
 * time, as bans outlive this world; what has run out holds nobody and is cleared away bit by bit.
 */
#pragma once

#include "rt/buf.h"
#include "rt/cidr.h"
#include "rt/person.h"
#include "world/core/player.h"
#include "world/core/world.h"

enum { SITES_MAX = 65536, SITES_WHY_MAX = 200 };

enum site_kind { SITE_NET, SITE_ACCOUNT, SITE_CHARACTER, SITE_KINDS };

/* Above every role: of the operator, whose bans hold for all. */
#define SITE_RANK_OPERATOR ROLE_COUNT

struct site {
	struct site *prev, *next; /* in order of being made */
	enum site_kind kind;
	struct cidr net;		/* SITE_NET */
	char name[PERSON_NAME_MAX + 1]; /* the others, as written there */
	int64_t since_ms, until_ms;	/* until_ms 0: until it is lifted */
	enum role rank;
	bool counted; /* made by the world itself: `why` is a whole sentence */
	char *why;    /* plain text; "": no reason given */
	char *by;
};

struct sites *sites_new(void);
void sites_free(struct world *w);

/* Takes a copy; one that there is already is replaced. 0; 1: there are too many. */
int sites_ban(struct world *w, const struct site *row) MUST_USE;
/* `s` is gone afterwards. */
void sites_lift(struct world *w, const struct site *s);
/* Exactly this one; NULL: it is not there, or has run out. */
const struct site *sites_get(const struct world *w, const struct site *like);
/* What keeps this address, or one with this name and role, out; NULL: nothing. */
const struct site *sites_holds_address(const struct world *w, const struct cidr *address);
/* The same of staff alone: what the world counted keeps nobody out who was in. */
const struct site *sites_banned_address(const struct world *w, const struct cidr *address);
const struct site *sites_holds_name(const struct world *w, enum site_kind kind, const char *name,
				    enum role role);
/* All that have not run out, in order: NULL to begin. */
const struct site *sites_next(const struct world *w, const struct site *previous);

/* The sentence for whoever is kept out: plain text, for gateways; and as markup. */
void sites_sentence(const struct site *s, struct buf *out);
void sites_sentence_markup(const struct site *s, struct buf *out);
/* "203.0.113.0/24", "the account Ana". */
void sites_name(const struct site *s, struct buf *out);
/* "2026-05-01 12:30 UTC". */
void sites_date(int64_t wall_ms, struct buf *out);

/* A stored one; also such as have run out since. */
void sites_load(struct world *w, const Mudlark__DocumentRow *row);
/* A gateway is there: it is told everything, unless it is the one that was just away. */
void sites_peer_up(struct world *w, uint64_t instance, const char *name, bool resumed);
void sites_peer_gone(struct world *w, uint64_t instance);
/* What a gateway calls itself; "?": unknown. */
const char *sites_gateway(const struct world *w, uint64_t instance);
/* A part of a tick: always false. */
bool sites_tick(struct world *w);
