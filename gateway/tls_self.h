/*
 * tls_self.h - a certificate for the first run: for localhost, signed by itself.  Clients have to
 * be told to trust it; for players from outside there must be a real one.
 */
#pragma once

#include "gateway/tls.h"

/*
 * When neither file exists: makes a key (P-256, 0600) and a certificate, with their folders (0700).
 * 0: both are as they were, or *ret_made; 1: `why` says why they could not be made.
 */
int tls_self_provide(const char *cert, const char *key, bool *ret_made, char why[TLS_WHY]) MUST_USE;
