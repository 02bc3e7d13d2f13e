/*
 * secrets.h - passwords on their way past the core.
 *
 * A line typed while echo was off, or what a client sends by Char.Login, is kept here and the core gets a token for it: `#` and 16 hex
 * digits of a hash under a key of this process.  Equal texts have equal tokens, so the core can
 * compare; when it puts a token into a call the text is put back.  So neither the world's state nor
 * its input log ever holds a password.
 */
#pragma once

#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/clock.h"
#include "world.pb-c.h"

enum { SECRETS_MAX = 32768, SECRET_TOKEN = 17, SECRET_BYTES = 1024, SECRET_ACCOUNT = 64 };

struct secrets;

struct secrets *secrets_new(const struct clock *clock);
void secrets_free(struct secrets *s); /* wipes what it holds */
/* Keeps the text for ten minutes; an empty text has an empty token. */
struct span secrets_put(struct secrets *s, struct span text, char token[SECRET_TOKEN + 1]);
/* Puts the texts into a call that the core made; false: one is not here any more. The call is changed
 * in place and its passwords belong to the table. */
bool secrets_reveal(struct secrets *s, Mudlark__PersistCall *call);
/* A client's Char.Login.*: its password becomes a token, and nothing but that and the account's name is left
 * of it; the bytes it came in are wiped. `arena` gets the new text. */
void secrets_hide_data(struct secrets *s, Mudlark__SessionData *m, struct arena *arena);
/* Forgets what is too old; call it now and then. */
void secrets_sweep(struct secrets *s);
