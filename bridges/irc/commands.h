/*
 * commands.h - what people on IRC may ask of the bridge: !who, !look, !help; in private also !link and !unlink.
 */
#pragma once

#include "rt/base.h"

enum command {
	COMMAND_NONE,
	COMMAND_WHO,
	COMMAND_LOOK,
	COMMAND_HELP,
	COMMAND_LINK,
	COMMAND_UNLINK,
	COMMANDS
};

/* `*arg`: what stands behind it. A word in private needs no "!". */
enum command command_of(struct span text, bool is_private, struct span *arg);
bool command_is_private(enum command c);
const char *command_help(void);
