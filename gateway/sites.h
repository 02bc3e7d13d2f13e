/*
 * sites.h - the networks that may not connect, as the world told: the same at every gateway, and kept
 * while the world is away.
 *
 * At most SITES_MAX are kept, and beyond that further ones are let in (the world knows them still, and
 * ends their sessions).  What has run out is forgotten bit by bit, whenever something new comes.
 */
#pragma once

#include <sys/queue.h>
#include "gateway.pb-c.h"
#include "rt/cidr.h"

struct sockaddr;
struct site;

enum { SITES_MAX = 65536 };

struct sites {
	struct cidr_map nets;
	TAILQ_HEAD(site_list, site) all; /* in order of being looked at */
	size_t n;
	uint64_t overflows; /* not kept, because there were too many */
};

void sites_init(struct sites *s);
void sites_done(struct sites *s);
/* What the world says. */
void sites_take(struct sites *s, const Mudlark__Sites *m, uint64_t now_us);
/* A sentence (plain text) for one who may not connect from there; NULL: he may. Valid until
 * sites_take(). */
const char *sites_refusal(const struct sites *s, const struct sockaddr *from, uint64_t now_us);
