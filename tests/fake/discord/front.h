/*
 * front.h - TLS before a plain port of ours: each connection to it is one to that port.
 */
#pragma once

#include <openssl/ssl.h>
#include "rt/loop.h"

struct front;

/* -errno. */
int front_new(struct front **ret, struct loop *l, SSL_CTX *tls, uint16_t to) MUST_USE;
void front_free(struct front *f); /* connections are cut */
uint16_t front_port(const struct front *f);
