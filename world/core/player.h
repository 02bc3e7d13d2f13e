/*
 * player.h - a character of somebody's (component of players).
 *
 * The character is in the world while it plays and for a while after its connection is lost
 * (link-dead); otherwise it is a row in the store whose owner is 0.
 */
#pragma once

#include "world/core/entity.h"

enum role { ROLE_PLAYER, ROLE_HELPER, ROLE_BUILDER, ROLE_ADMIN, ROLE_IMPLEMENTOR, ROLE_COUNT };

struct player {
	uint64_t account;      /* 0: guest or operator */
	char *account_name;    /* NULL: the same */
	uint64_t session;      /* 0: link-dead */
	enum role role;	       /* of the account, when it logged in */
	bool guest;	       /* goes for good when it leaves */
	bool silent;	       /* others were told that its connection is lost */
	bool hidden;	       /* the operator's console: not shown, not announced */
	uint64_t room;	       /* where it was when it left */
	uint64_t leaves;       /* tick at which it leaves for want of a connection; 0: it stays */
	char *title;	       /* as the player wrote it, not markup; NULL: none */
	char *descr;	       /* same */
	struct ent prev, next; /* in order of arrival */
	uint64_t last_teller;  /* id of who told it something last: for `reply` */
};

const struct player *player_get(const struct world *w, struct ent e); /* NULL: not a player */
struct player *player_write(struct world *w, struct ent e);
bool player_linkdead(const struct world *w, struct ent e);

const char *role_name(enum role r);
enum role role_of(const char *name); /* unknown: ROLE_PLAYER */

/* Those in the world, in order of arrival: ENT_NONE to begin, ENT_NONE at the end. */
struct ent player_next(const struct world *w, struct ent previous);
size_t player_count(const struct world *w);
/* By whole name, any case; ENT_NONE: not here. */
struct ent player_by_name(const struct world *w, struct span name);
/* By name or the unambiguous beginning of one; hidden ones, and `seeker`, only by whole name. */
struct ent player_find(const struct world *w, struct span name, struct ent seeker);
