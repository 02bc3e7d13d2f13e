/*
 * play.h - an answer goes out as the mode says: late, in pieces, cut anywhere, broken off, or not at all.
 */
#pragma once

#include "tests/fake/api.h"
#include "tests/fake/fake.h"

struct play;

/* A request to an API, understood or not; from here on the connection is answered by itself. */
void play_request(struct fake *f, const struct api *api, struct conn *c, const struct request *r);
/* The other side has closed. */
void play_gone(struct play *p);
