/*
 * login.h - the dialogue before play: name, password, character.
 */
#pragma once

#include "world/sessions.h"

enum { LOGIN_TRIES = 3, CHARACTERS_MAX = 8 };

/* By GMCP, as if account and password had been typed; `token` as from session_ask(). */
void login_credentials(struct world *w, struct session *s, struct span account, struct span token);
