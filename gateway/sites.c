/*
 * sites.c - see sites.h.
 */
#include "gateway/sites.h"

#include <stdlib.h>
#include <string.h>
#include "rt/log.h"

enum {
	LOOKS = 4,	     /* old ones that are looked at for each new one */
	LOOKS_FULL = 64,     /* when there is no room */
	SENTENCE_BYTES = 512 /* of a sentence; the world's are shorter */
};

struct site {
	TAILQ_ENTRY(site) all;
	struct cidr net;
	uint64_t until_us; /* 0: until lifted */
	char why[];
};

void sites_init(struct sites *s)
{
	*s = (struct sites){ 0 };
	cidr_map_init(&s->nets, NULL);
	TAILQ_INIT(&s->all);
}

static void drop(struct sites *s, struct site *site)
{
	cidr_map_del(&s->nets, &site->net);
	TAILQ_REMOVE(&s->all, site, all);
	s->n--;
	free(site);
}

static void drop_all(struct sites *s)
{
	while (!TAILQ_EMPTY(&s->all))
		drop(s, TAILQ_FIRST(&s->all));
}

void sites_done(struct sites *s)
{
	drop_all(s);
	cidr_map_done(&s->nets);
}

static bool is_over(const struct site *site, uint64_t now_us)
{
	return site->until_us > 0 && site->until_us <= now_us;
}

static void sweep(struct sites *s, uint64_t now_us)
{
	size_t looks = s->n < SITES_MAX ? LOOKS : LOOKS_FULL;

	for (size_t i = 0; i < looks && i < s->n; i++) {
		struct site *site = TAILQ_FIRST(&s->all);

		if (is_over(site, now_us)) {
			drop(s, site);
			continue;
		}
		TAILQ_REMOVE(&s->all, site, all);
		TAILQ_INSERT_TAIL(&s->all, site, all);
	}
}

static void add(struct sites *s, const struct cidr *net, const Mudlark__Site *row, uint64_t now_us)
{
	size_t n = strnlen(row->why, SENTENCE_BYTES);
	struct site *site;

	if (s->n >= SITES_MAX) {
		if (s->overflows++ == 0)
			log_warning("too_many_sites", LOG_INT("kept", s->n));
		return;
	}
	site = base_alloc(1, sizeof(*site) + n + 1);
	site->net = *net;
	site->until_us = row->for_s > 0 ? now_us + (uint64_t)row->for_s * 1000000 : 0;
	memcpy(site->why, row->why, n);
	cidr_map_put(&s->nets, net, site);
	TAILQ_INSERT_TAIL(&s->all, site, all);
	s->n++;
}

void sites_take(struct sites *s, const Mudlark__Sites *m, uint64_t now_us)
{
	if (m->all)
		drop_all(s);
	for (size_t i = 0; i < m->n_rows; i++) {
		const Mudlark__Site *row = m->rows[i];
		struct site *before;
		struct cidr net;

		if (!cidr_parse((struct span){ row->net, strlen(row->net) }, &net)) {
			log_warning("not_a_network", LOG_STR("value", row->net));
			continue;
		}
		sweep(s, now_us);
		before = cidr_map_get(&s->nets, &net);
		if (before)
			drop(s, before);
		if (!row->lifted)
			add(s, &net, row, now_us);
	}
}

const char *sites_refusal(const struct sites *s, const struct sockaddr *from, uint64_t now_us)
{
	const struct site *site;
	struct cidr address;
	unsigned it = 0;

	if (s->n == 0 || !cidr_of_sockaddr(from, &address))
		return NULL;
	while ((site = cidr_map_find(&s->nets, &address, &it)))
		if (!is_over(site, now_us))
			return site->why;
	return NULL;
}
