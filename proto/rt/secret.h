/*
 * secret.h - a secret in a file of its own: a token, a key, a password.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* One line of visible characters (`spaces`: a passphrase, which may have some inside), in a file that nobody else can
 * read. 0; 1: *why says what is wrong with the file. */
int secret_read(char **ret, const char *file, bool spaces, struct buf *why) MUST_USE;
void secret_free(char *s); /* overwritten first */
