/* secret.h - asking a person, or a pipe, for a password. */
#pragma once

#include "rt/base.h"

enum { SECRET_MAX = 1024 };

/* On a terminal: asked twice, without echo. Otherwise: the first line of stdin. 0; 1: none, or not
 * twice the same, said on stderr. The caller wipes it. */
int secret_ask(const char *prompt, char ret[SECRET_MAX]) MUST_USE;
