/*
 * sites.c - see sites.h.
 *
 * The list is in order of being made; `hand` goes round it, a few rows a second, and clears away what has
 * run out.  A gateway that comes up is told at most TELL_ROWS at once and the rest tick by tick: `next`
 * is the row it is told next.  The wall clock is known from the first tick on; until then nothing has
 * run out, and gateways wait to be told.
 */
#include "world/sites.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/say.h"
#include "world/outbox.h"

#define COLLECTION "ban"

enum {
	CLEAR_ROWS = 16,   /* looked at in a second */
	TELL_ROWS = 2048,  /* told to a gateway in one tick */
	TELL_RECORD = 128, /* in one record */
	KEY_MAX = 96,
	SECONDS_MAX = 1 << 30,
};

struct gateway {
	uint64_t instance;
	char *name;
	const struct site *next; /* to be told */
	bool due;		 /* everything is to be told, from `next` on */
	bool begun;		 /* ... which has begun */
};

struct sites {
	struct site *first, *last, *hand;
	size_t n;
	struct cidr_map nets;
	struct strmap names; /* by key: accounts and characters */
	struct gateway *gateways;
	size_t n_gateways;
};

static const char *const kind_names[SITE_KINDS] = {
	[SITE_NET] = "net",
	[SITE_ACCOUNT] = "account",
	[SITE_CHARACTER] = "character",
};

struct sites *sites_new(void)
{
	struct sites *t = base_alloc(1, sizeof(*t));

	cidr_map_init(&t->nets, NULL);
	strmap_init(&t->names, NULL);
	return t;
}

static void free_site(struct site *s)
{
	free(s->why);
	free(s->by);
	free(s);
}

void sites_free(struct world *w)
{
	struct sites *t = w->sites;

	if (!t)
		return;
	while (t->first) {
		struct site *s = t->first;

		t->first = s->next;
		free_site(s);
	}
	for (size_t i = 0; i < t->n_gateways; i++)
		free(t->gateways[i].name);
	free(t->gateways);
	cidr_map_done(&t->nets);
	strmap_done(&t->names);
	free(t);
	w->sites = NULL;
}

/* ---- the table ---- */

/* "net:203.0.113.0/24", "account:ana": of the document, too. */
static struct span key_of(const struct site *s, char key[KEY_MAX])
{
	char what[CIDR_TEXT];
	int n;

	if (s->kind == SITE_NET)
		cidr_text(&s->net, what);
	else
		snprintf(what, sizeof(what), "%s", s->name);
	for (char *p = what; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	n = snprintf(key, KEY_MAX, "%s:%s", kind_names[s->kind], what);
	return (struct span){ key, (size_t)n };
}

static struct site *find(const struct sites *t, const struct site *like)
{
	char key[KEY_MAX];

	return like->kind == SITE_NET ? cidr_map_get(&t->nets, &like->net)
				      : strmap_get(&t->names, key_of(like, key));
}

static bool is_over(const struct world *w, const struct site *s)
{
	return s->until_ms && w->wall_ms && s->until_ms <= w->wall_ms;
}

static struct site *copy(const struct site *row)
{
	struct span why = { row->why, strlen(row->why) };
	struct site *s = base_alloc(1, sizeof(*s));

	*s = *row;
	s->why = base_dup(why.p, text_cut(why, SITES_WHY_MAX));
	s->by = base_dup(row->by, strlen(row->by));
	return s;
}

static void insert(struct sites *t, struct site *s)
{
	char key[KEY_MAX];

	s->prev = t->last;
	s->next = NULL;
	*(t->last ? &t->last->next : &t->first) = s;
	t->last = s;
	t->n++;
	if (s->kind == SITE_NET)
		cidr_map_put(&t->nets, &s->net, s);
	else
		strmap_put(&t->names, key_of(s, key), s);
}

static void take_out(struct sites *t, struct site *s)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < t->n_gateways; i++)
		if (t->gateways[i].next == s)
			t->gateways[i].next = s->next;
	if (t->hand == s)
		t->hand = s->next;
	if (s->kind == SITE_NET)
		cidr_map_del(&t->nets, &s->net);
	else
		strmap_del(&t->names, key_of(s, key));
	*(s->prev ? &s->prev->next : &t->first) = s->next;
	*(s->next ? &s->next->prev : &t->last) = s->prev;
	t->n--;
	free_site(s);
}

/* ---- words ---- */

void sites_name(const struct site *s, struct buf *out)
{
	char net[CIDR_TEXT];

	if (s->kind == SITE_NET) {
		cidr_text(&s->net, net);
		buf_adds(out, net);
	} else {
		buf_addf(out, "the %s %s", kind_names[s->kind], s->name);
	}
}

/* Days since 1970 to a date of the Gregorian calendar, counted in eras of 400 years from a 1st of March. */
void sites_date(int64_t wall_ms, struct buf *out)
{
	int64_t minutes = wall_ms / 60000, days = minutes / 1440 + 719468;
	int64_t era = days / 146097, day = days % 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t of_year = day - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153; /* 0: March */

	buf_addf(out, "%04d-%02d-%02d %02d:%02d UTC", (int)(year + era * 400 + (month >= 10)),
		 (int)(month < 10 ? month + 3 : month - 9),
		 (int)(of_year - (153 * month + 2) / 5 + 1), (int)(minutes % 1440 / 60),
		 (int)(minutes % 60));
}

static void add_sentence(const struct site *s, struct span why, struct buf *out)
{
	static const char *const begins[SITE_KINDS] = {
		[SITE_NET] = "Your address may not connect here",
		[SITE_ACCOUNT] = "This account may not be used",
		[SITE_CHARACTER] = "This character may not be played",
	};

	if (s->counted) {
		buf_add(out, why.p, why.n);
		return;
	}
	buf_adds(out, begins[s->kind]);
	if (s->until_ms) {
		buf_adds(out, " until ");
		sites_date(s->until_ms, out);
	}
	if (why.n) {
		buf_adds(out, ": ");
		buf_add(out, why.p, why.n);
	}
	if (!why.n || !strchr(".!?", why.p[why.n - 1]))
		buf_addc(out, '.');
}

void sites_sentence(const struct site *s, struct buf *out)
{
	add_sentence(s, (struct span){ s->why, strlen(s->why) }, out);
}

void sites_sentence_markup(const struct site *s, struct buf *out)
{
	struct buf why = { 0 };

	say_escape(&why, (struct span){ s->why, strlen(s->why) });
	add_sentence(s, buf_span(&why), out);
	buf_done(&why);
}

/* ---- to the gateways ---- */

static Mudlark__Site *row_of(struct world *w, const struct site *s, bool lifted)
{
	Mudlark__Site *row = arena_alloc(&w->scratch, sizeof(*row));
	char *net = arena_alloc(&w->scratch, CIDR_TEXT);
	int64_t left = s->until_ms ? (s->until_ms - w->wall_ms + 999) / 1000 : 0;
	struct buf why = { 0 };

	if (s->until_ms && left < 1)
		left = 1;
	mudlark__site__init(row);
	cidr_text(&s->net, net);
	row->net = net;
	row->lifted = lifted;
	row->for_s = (uint32_t)(left < SECONDS_MAX ? left : SECONDS_MAX);
	if (!lifted)
		sites_sentence(s, &why);
	row->why = arena_dup(&w->scratch, why.n ? buf_p(&why) : "", why.n);
	buf_done(&why);
	return row;
}

static void tell_all(struct world *w, const struct site *s, bool lifted)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Sites m = MUDLARK__SITES__INIT;
	Mudlark__Site *row;

	if (s->kind != SITE_NET)
		return;
	row = row_of(w, s, lifted);
	m.rows = &row;
	m.n_rows = 1;
	in.body_case = MUDLARK__GATEWAY_IN__BODY_SITES;
	in.sites = &m;
	for (uint32_t g = 0; g < outbox_n_gateways(w); g++)
		outbox_add(w, g, &in);
}

/* One record of those that `g` is to be told; returns how many rows were looked at. */
static size_t tell_some(struct world *w, struct gateway *g)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Sites m = MUDLARK__SITES__INIT;
	Mudlark__Site *rows[TELL_RECORD];
	uint32_t index = outbox_gateway(w, g->instance);
	size_t n = 0;

	for (; g->next && n < TELL_RECORD; g->next = g->next->next, n++)
		if (g->next->kind == SITE_NET && !is_over(w, g->next))
			rows[m.n_rows++] = row_of(w, g->next, false);
	m.all = !g->begun;
	m.rows = rows;
	in.body_case = MUDLARK__GATEWAY_IN__BODY_SITES;
	in.sites = &m;
	if (index != UINT32_MAX && (m.all || m.n_rows))
		outbox_add(w, index, &in);
	g->begun = true;
	g->due = g->next != NULL;
	return n;
}

static void tell_due(struct world *w, struct gateway *g)
{
	for (size_t n = 0; g->due && w->wall_ms && n < TELL_ROWS;)
		n += tell_some(w, g) + 1;
}

static struct gateway *find_gateway(const struct sites *t, uint64_t instance)
{
	for (size_t i = 0; i < t->n_gateways; i++)
		if (t->gateways[i].instance == instance)
			return &t->gateways[i];
	return NULL;
}

void sites_peer_up(struct world *w, uint64_t instance, const char *name, bool resumed)
{
	struct sites *t = w->sites;
	struct gateway *g = find_gateway(t, instance);

	if (!g) {
		t->gateways = base_realloc(t->gateways, t->n_gateways + 1, sizeof(*g));
		g = &t->gateways[t->n_gateways++];
		*g = (struct gateway){ .instance = instance };
	} else if (resumed) {
		return;
	}
	free(g->name);
	g->name = base_dup(name, strlen(name));
	g->next = t->first;
	g->due = true;
	g->begun = false;
	tell_due(w, g);
}

void sites_peer_gone(struct world *w, uint64_t instance)
{
	struct sites *t = w->sites;
	struct gateway *g = find_gateway(t, instance);

	if (!g)
		return;
	free(g->name);
	*g = t->gateways[--t->n_gateways];
}

const char *sites_gateway(const struct world *w, uint64_t instance)
{
	const struct gateway *g = find_gateway(w->sites, instance);

	return g ? g->name : "?";
}

/* ---- stored ---- */

static void store(struct world *w, const struct site *s)
{
	char key[KEY_MAX];
	struct buf body = { 0 };

	buf_addf(&body, "{\"since\":%" PRId64 ",\"until\":%" PRId64 ",\"rank\":%d,\"counted\":%s",
		 s->since_ms, s->until_ms, (int)s->rank, s->counted ? "true" : "false");
	buf_adds(&body, ",\"by\":");
	json_quote(&body, (struct span){ s->by, strlen(s->by) });
	buf_adds(&body, ",\"why\":");
	json_quote(&body, (struct span){ s->why, strlen(s->why) });
	buf_addc(&body, '}');
	(void)key_of(s, key);
	world_document(w, COLLECTION, key, buf_span(&body));
	buf_done(&body);
}

static bool take_key(const char *key, struct site *ret)
{
	const char *colon = strchr(key, ':');
	struct span what;

	for (int i = 0; colon && i < SITE_KINDS; i++) {
		size_t n = strlen(kind_names[i]);

		if (n != (size_t)(colon - key) || memcmp(kind_names[i], key, n) != 0)
			continue;
		ret->kind = (enum site_kind)i;
		what = (struct span){ colon + 1, strlen(colon + 1) };
		if (ret->kind == SITE_NET)
			return cidr_parse(what, &ret->net);
		snprintf(ret->name, sizeof(ret->name), "%s", what.p);
		*ret->name = (char)toupper((unsigned char)*ret->name);
		return !person_name_fault(what);
	}
	return false;
}

void sites_load(struct world *w, const Mudlark__DocumentRow *row)
{
	struct site s = { 0 };
	const char *why = NULL, *by = NULL;
	json_int_t since, until;
	json_error_t error;
	int rank, counted;
	json_t *body;

	if (!row->body.len)
		return;
	body = json_loadb((const char *)row->body.data, row->body.len, 0, &error);
	if (!body || !take_key(row->key, &s) || find(w->sites, &s) ||
	    json_unpack(body, "{s:I,s:I,s:i,s:b,s:s,s:s}", "since", &since, "until", &until, "rank",
			&rank, "counted", &counted, "by", &by, "why", &why)) {
		w->stats.load_troubles++;
		log_error("ban_malformed", LOG_STR("key", row->key));
		json_decref(body);
		return;
	}
	s.since_ms = since;
	s.until_ms = until;
	s.rank = rank >= 0 && rank < SITE_RANK_OPERATOR ? (enum role)rank : SITE_RANK_OPERATOR;
	s.counted = counted;
	s.by = (char *)(uintptr_t)by;
	s.why = (char *)(uintptr_t)why;
	insert(w->sites, copy(&s));
	json_decref(body);
}

/* ---- the public rest ---- */

int sites_ban(struct world *w, const struct site *row)
{
	struct sites *t = w->sites;
	struct site *before = find(t, row), *s;

	if (!before && t->n >= SITES_MAX)
		return 1;
	s = copy(row);
	if (before)
		take_out(t, before);
	insert(t, s);
	store(w, s);
	tell_all(w, s, false);
	return 0;
}

static void forget(struct world *w, struct site *s)
{
	char key[KEY_MAX];

	(void)key_of(s, key);
	world_document(w, COLLECTION, key, (struct span){ "", 0 });
	take_out(w->sites, s);
}

void sites_lift(struct world *w, const struct site *s)
{
	tell_all(w, s, true);
	forget(w, find(w->sites, s));
}

const struct site *sites_get(const struct world *w, const struct site *like)
{
	const struct site *s = find(w->sites, like);

	return s && !is_over(w, s) ? s : NULL;
}

static const struct site *holds(const struct world *w, const struct cidr *address, bool counted)
{
	const struct site *s;
	unsigned it = 0;

	while ((s = cidr_map_find(&w->sites->nets, address, &it)))
		if (!is_over(w, s) && (counted || !s->counted))
			return s;
	return NULL;
}

const struct site *sites_holds_address(const struct world *w, const struct cidr *address)
{
	return holds(w, address, true);
}

const struct site *sites_banned_address(const struct world *w, const struct cidr *address)
{
	return holds(w, address, false);
}

const struct site *sites_holds_name(const struct world *w, enum site_kind kind, const char *name,
				    enum role role)
{
	struct site like = { .kind = kind };
	const struct site *s;

	snprintf(like.name, sizeof(like.name), "%s", name);
	s = sites_get(w, &like);
	return s && role < s->rank ? s : NULL;
}

const struct site *sites_next(const struct world *w, const struct site *previous)
{
	const struct site *s = previous ? previous->next : w->sites->first;

	while (s && is_over(w, s))
		s = s->next;
	return s;
}

static void clear_some(struct world *w)
{
	struct sites *t = w->sites;

	for (int i = 0; i < CLEAR_ROWS && t->n; i++) {
		struct site *s = t->hand ? t->hand : t->first;

		t->hand = s->next;
		if (is_over(w, s))
			forget(w, s);
	}
}

bool sites_tick(struct world *w)
{
	struct sites *t = w->sites;

	for (size_t i = 0; i < t->n_gateways; i++)
		tell_due(w, &t->gateways[i]);
	if (w->tick % w->conf.tick_rate == 0)
		clear_some(w);
	return false;
}
