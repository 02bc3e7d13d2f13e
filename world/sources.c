/*
 * sources.c - see sources.h.
 *
 * Each count has a window that begins with its first event.  Sources are in a list in the order in
 * which they were last new; those at its front that have neither sessions nor a window open are dropped,
 * a few for each newcomer.
 */
#include "world/sources.h"

#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"
#include "world/core/event.h"
#include "world/core/timer.h"
#include "world/session.h"
#include "world/sites.h"

enum { SWEEP = 4, SOURCE_V6_BITS = 64 };

struct window {
	uint64_t since; /* tick */
	uint32_t n;
};

struct source {
	struct source *prev, *next;
	struct cidr net;
	uint32_t n_sessions;
	struct window windows[SOURCE_LIMITS];
};

struct sources {
	struct cidr_map known;
	struct source *first, *last;
	size_t n;
	struct cidr *exempt;
	size_t n_exempt;
};

struct limit_row {
	size_t most; /* in struct world_conf; 0 there: any number */
	uint32_t seconds, refused_seconds;
	const char *why;
};

static const struct limit_row limits[SOURCE_LIMITS] = {
	[SOURCE_MINUTE] = { offsetof(struct world_conf, opens_minute), 60, 60,
			    "You connect too often. Please wait a minute." },
	[SOURCE_TEN_MINUTES] = { offsetof(struct world_conf, opens_ten_minutes), 600, 600,
				 "You connect too often. Please wait ten minutes." },
	[SOURCE_FAILED] = { offsetof(struct world_conf, failed_logins), 300, 300,
			    "Too many passwords from your address were wrong. Please wait five "
			    "minutes." },
	[SOURCE_SILENT] = { offsetof(struct world_conf, silent_sessions), 600, 600,
			    "Too many connections from your address never logged in. Please wait "
			    "ten minutes." },
};

struct sources *sources_new(void)
{
	struct sources *t = base_alloc(1, sizeof(*t));

	cidr_map_init(&t->known, NULL);
	return t;
}

void sources_free(struct world *w)
{
	struct sources *t = w->sources;

	if (!t)
		return;
	while (t->first) {
		struct source *s = t->first;

		t->first = s->next;
		free(s);
	}
	cidr_map_done(&t->known);
	free(t->exempt);
	free(t);
	w->sources = NULL;
}

void sources_exempt(struct world *w, const char *net)
{
	struct sources *t = w->sources;
	struct cidr c;

	if (!cidr_parse((struct span){ net, strlen(net) }, &c))
		return;
	t->exempt = base_realloc(t->exempt, t->n_exempt + 1, sizeof(*t->exempt));
	t->exempt[t->n_exempt++] = c;
}

void sources_forgive(struct world *w, const struct cidr *net)
{
	struct source *s = cidr_map_get(&w->sources->known, net);

	if (s)
		memset(s->windows, 0, sizeof(s->windows));
}

static bool is_exempt(const struct sources *t, const struct cidr *address)
{
	for (size_t i = 0; i < t->n_exempt; i++)
		if (cidr_has(&t->exempt[i], address))
			return true;
	return false;
}

/* ---- the table ---- */

static void unlink_source(struct sources *t, struct source *s)
{
	*(s->prev ? &s->prev->next : &t->first) = s->next;
	*(s->next ? &s->next->prev : &t->last) = s->prev;
}

static void append(struct sources *t, struct source *s)
{
	s->prev = t->last;
	s->next = NULL;
	*(t->last ? &t->last->next : &t->first) = s;
	t->last = s;
}

static bool is_open(const struct world *w, const struct source *s, enum source_limit limit)
{
	const struct window *win = &s->windows[limit];

	return win->n && w->tick < win->since + timer_seconds(w, limits[limit].seconds);
}

static bool is_idle(const struct world *w, const struct source *s)
{
	for (int i = 0; i < SOURCE_LIMITS; i++)
		if (is_open(w, s, (enum source_limit)i))
			return false;
	return !s->n_sessions;
}

static void sweep(struct world *w)
{
	struct sources *t = w->sources;

	for (int i = 0; i < SWEEP && t->first; i++) {
		struct source *s = t->first;

		unlink_source(t, s);
		if (!is_idle(w, s)) {
			append(t, s);
			continue;
		}
		cidr_map_del(&t->known, &s->net);
		t->n--;
		free(s);
	}
}

static struct source *source_of(struct world *w, const struct cidr *address)
{
	struct cidr net = cidr_around(address, cidr_is_v4(address) ? CIDR_WHOLE : SOURCE_V6_BITS);
	struct sources *t = w->sources;
	struct source *s;

	sweep(w);
	s = cidr_map_get(&t->known, &net);
	if (s || t->n >= SOURCES_MAX)
		return s;
	s = base_alloc(1, sizeof(*s));
	s->net = net;
	cidr_map_put(&t->known, &net, s);
	append(t, s);
	t->n++;
	return s;
}

/* ---- counting ---- */

static uint32_t most(const struct world *w, enum source_limit limit)
{
	return *(const uint32_t *)(const void *)((const char *)&w->conf + limits[limit].most);
}

/* For a few minutes nobody from there is let in, anywhere. */
static const char *refuse(struct world *w, const struct source *s, enum source_limit limit)
{
	const struct limit_row *row = &limits[limit];
	struct site site = { .kind = SITE_NET, .net = s->net, .rank = SITE_RANK_OPERATOR };
	char net[CIDR_TEXT];

	site.since_ms = w->wall_ms;
	site.until_ms = w->wall_ms + (int64_t)row->refused_seconds * 1000;
	site.counted = true;
	site.why = (char *)(uintptr_t)row->why;
	site.by = (char *)(uintptr_t) "the world";
	if (sites_get(w, &site) || sites_ban(w, &site))
		return row->why; /* kept out already, or there are too many of them */
	cidr_text(&s->net, net);
	event_emit(w, FACT_SITE_THROTTLED, ENT_NONE, "\"target\":\"%s\",\"why\":\"%s\"", net,
		   row->why);
	return row->why;
}

static const char *count(struct world *w, struct source *s, enum source_limit limit)
{
	struct window *win = &s->windows[limit];

	if (!is_open(w, s, limit))
		*win = (struct window){ .since = w->tick };
	win->n++;
	if (!most(w, limit) || win->n <= most(w, limit))
		return NULL;
	return refuse(w, s, limit);
}

static void note(struct world *w, struct session *s, const char *via, bool exempt)
{
	struct origin *o = &s->origin;
	size_t n = strcspn(s->peer ? s->peer : "", "%"); /* before the zone of fe80::1%eth0 */

	sources_leave(w, s);
	*o = (struct origin){ 0 };
	strncpy(o->via, via && *via ? via : "telnet", sizeof(o->via) - 1);
	o->has_address = !s->trusted && cidr_parse((struct span){ s->peer, n }, &o->address);
	if (!o->has_address || exempt || is_exempt(w->sources, &o->address))
		return;
	o->source = source_of(w, &o->address);
	if (o->source)
		o->source->n_sessions++;
}

void sources_attach(struct world *w, struct session *s, const char *via, bool exempt)
{
	note(w, s, via, exempt);
}

const char *sources_enter(struct world *w, struct session *s, const char *via, bool exempt)
{
	const struct site *site;
	const char *why = NULL;
	struct buf text = { 0 };

	note(w, s, via, exempt);
	site = s->origin.has_address ? sites_holds_address(w, &s->origin.address) : NULL;
	if (site) {
		sites_sentence_markup(site, &text);
		why = arena_dup(&w->scratch, buf_p(&text), text.n);
		buf_done(&text);
		return why;
	}
	if (!s->origin.source)
		return NULL;
	why = count(w, s->origin.source, SOURCE_MINUTE);
	if (!why)
		why = count(w, s->origin.source, SOURCE_TEN_MINUTES);
	if (!why && w->conf.max_per_address &&
	    s->origin.source->n_sessions > w->conf.max_per_address)
		why = "There are too many connections from your address.";
	return why;
}

void sources_leave(struct world *w, struct session *s)
{
	(void)w;
	if (s->origin.source)
		s->origin.source->n_sessions--;
	s->origin = (struct origin){ 0 };
}

const char *sources_failed(struct world *w, struct session *s)
{
	return s->origin.source ? count(w, s->origin.source, SOURCE_FAILED) : NULL;
}

void sources_silent(struct world *w, struct session *s)
{
	if (s->origin.source)
		(void)count(w, s->origin.source, SOURCE_SILENT);
}
