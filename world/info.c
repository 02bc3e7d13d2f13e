/*
 * info.c - see info.h.  A name that world.mssp gives is not given by the world itself.
 */
#include "world/info.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rt/proc.h"
#include "world/core/player.h"
#include "world/outbox.h"
#include "world/pack/pack.h"

enum { VARS_MAX = 96, NUMBER = 24 };

struct info {
	int64_t began_ms; /* 0: no tick yet */
	uint64_t told;	  /* digest */
};

/* The message under construction; all of it in the scratch. */
struct draft {
	struct world *w;
	Mudlark__InfoVar vars[VARS_MAX], *list[VARS_MAX];
	size_t n;
};

static const uint8_t digest_key[16] = "mudlark info";

struct info *info_new(void)
{
	return base_alloc(1, sizeof(struct info));
}

void info_free(struct world *w)
{
	free(w->info);
	w->info = NULL;
}

static void add(struct draft *d, const char *name, const char *value)
{
	if (!value || !*value || d->n == VARS_MAX)
		return;
	mudlark__info_var__init(&d->vars[d->n]);
	d->vars[d->n].name = (char *)(uintptr_t)name;
	d->vars[d->n].value = (char *)(uintptr_t)value;
	d->list[d->n] = &d->vars[d->n];
	d->n++;
}

static void add_number(struct draft *d, const char *name, uint64_t v)
{
	char text[NUMBER];
	int n = snprintf(text, sizeof(text), "%" PRIu64, v);

	add(d, name, arena_dup(&d->w->scratch, text, (size_t)n));
}

static uint64_t players(const struct world *w)
{
	uint64_t n = 0;

	for (struct ent e = player_next(w, ENT_NONE); ent_is(e); e = player_next(w, e))
		n += !player_get(w, e)->hidden;
	return n;
}

/* What the packs hold, and what they say of themselves: the last one that says it. */
static void add_packs(struct draft *d)
{
	const struct world *w = d->w;
	const char *genre = NULL, *status = NULL, *created = NULL;
	size_t areas = 0, rooms = 0, npcs = 0, items = 0, help = 0;

	for (size_t i = 0; i < w->n_packs; i++) {
		const struct pack *p = w->packs[i];

		areas += p->n_areas;
		rooms += p->n_rooms;
		npcs += p->n_npcs;
		items += p->n_items;
		help += p->n_help;
		genre = p->genre ? p->genre : genre;
		status = p->status ? p->status : status;
		created = p->created ? p->created : created;
	}
	add(d, "GENRE", genre);
	add(d, "STATUS", status);
	add(d, "CREATED", created);
	add_number(d, "AREAS", areas);
	add_number(d, "ROOMS", rooms);
	add_number(d, "MOBILES", npcs);
	add_number(d, "OBJECTS", items);
	add_number(d, "HELPFILES", help);
}

/* "WEBSITE=https://..." */
static void add_options(struct draft *d)
{
	const struct world_conf *c = &d->w->conf;

	for (size_t i = 0; i < c->n_mssp; i++) {
		const char *equals = strchr(c->mssp[i], '=');

		if (equals && equals > c->mssp[i])
			add(d, arena_dup(&d->w->scratch, c->mssp[i], (size_t)(equals - c->mssp[i])),
			    equals + 1);
	}
}

/* What stands there already wins. */
static void drop_doubles(struct draft *d, size_t options)
{
	size_t n = options;

	for (size_t i = options; i < d->n; i++) {
		bool twice = false;

		for (size_t k = 0; k < options; k++)
			twice |= !strcasecmp(d->list[k]->name, d->list[i]->name);
		if (!twice)
			d->list[n++] = d->list[i];
	}
	d->n = n;
}

static void build(struct draft *d)
{
	size_t options;

	add_options(d);
	options = d->n;
	add(d, "NAME", world_text(d->w, TEXT_NAME));
	add_number(d, "PLAYERS", players(d->w));
	add_number(d, "UPTIME", (uint64_t)(d->w->info->began_ms / 1000));
	add(d, "CODEBASE", "Mudlark " PROC_VERSION);
	add(d, "FAMILY", "Custom");
	add_packs(d);
	drop_doubles(d, options);
}

static void tell(const struct draft *d, uint32_t gateway)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Info info = MUDLARK__INFO__INIT;

	info.vars = (Mudlark__InfoVar **)(uintptr_t)d->list;
	info.n_vars = d->n;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_INFO;
	m.info = &info;
	outbox_add(d->w, gateway, &m);
}

static uint64_t digest(const struct draft *d)
{
	uint64_t h = 0;

	for (size_t i = 0; i < d->n; i++) {
		uint64_t parts[3] = {
			h, map_siphash(digest_key, d->list[i]->name, strlen(d->list[i]->name)),
			map_siphash(digest_key, d->list[i]->value, strlen(d->list[i]->value))
		};

		h = map_siphash(digest_key, parts, sizeof(parts));
	}
	return h;
}

void info_peer_up(struct world *w, uint64_t instance)
{
	struct draft d = { .w = w };
	uint32_t gateway = outbox_gateway(w, instance);

	if (!w->info->began_ms || gateway == UINT32_MAX)
		return;
	build(&d);
	tell(&d, gateway);
}

bool info_tick(struct world *w)
{
	struct draft d = { .w = w };
	bool first = !w->info->began_ms;
	uint64_t now;

	if (first)
		w->info->began_ms = w->wall_ms;
	else if (w->tick % (INFO_S * w->conf.tick_rate) != 0)
		return false;
	if (!w->info->began_ms)
		return false;
	build(&d);
	now = digest(&d);
	if (now == w->info->told)
		return false;
	w->info->told = now;
	for (uint32_t g = 0; g < outbox_n_gateways(w); g++)
		tell(&d, g);
	return false;
}
