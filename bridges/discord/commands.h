/*
 * commands.h - /who, /look, /link and /unlink on Discord: made known there when they have changed, acknowledged at once,
 * as Discord waits for three seconds only, and answered when the world has.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/discord/rest.h"
#include "bridges/discord/target.h"
#include "rt/base.h"

struct commands;

struct commands_conf {
	struct bridge *bridge;
	struct rest *rest;
	const struct targets *targets; /* elsewhere answers are shown to who asks alone */
	const char *guild;	       /* where they are known; "": everywhere */
};

struct commands *commands_new(const struct commands_conf *c);
void commands_free(struct commands *c);
/* Makes them known, unless they are. */
void commands_set(struct commands *c, const char *application);
void commands_event(struct commands *c, const json_t *interaction);
uint64_t commands_answered(const struct commands *c);
