/*
 * login.h - the dialogue before play: name, password, character.
 */
#pragma once

#include "world/sessions.h"

enum { LOGIN_TRIES = 3, CHARACTERS_MAX = 8 };
