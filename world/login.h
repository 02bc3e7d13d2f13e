/*
 * login.h - the dialogue before play: name, password, character.
 */
#pragma once

#include "world/sessions.h"

enum { LOGIN_TRIES = 3, PLAYER_NAME_MIN = 3, PLAYER_NAME_MAX = 16, CHARACTERS_MAX = 8 };

/* NULL: a good name; otherwise the sentence that says what is wrong with it. */
const char *login_name_fault(struct span name);
