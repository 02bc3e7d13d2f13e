/*
 * inbox.c - see inbox.h.
 */
#include "gateway/inbox.h"

#include <stdlib.h>
#include <string.h>
#include "gateway/group.h"
#include "gateway/resume.h"
#include "gateway/sites.h"
#include "rt/log.h"

static struct span span_of(ProtobufCBinaryData b)
{
	return (struct span){ b.data ? (const char *)b.data : "", b.len };
}

/* True when it is another prompt than before. */
static bool set_prompt(struct session *s, struct span prompt)
{
	if (prompt.n == 0)
		return false;
	if (s->prompt && strlen(s->prompt) == prompt.n &&
	    memcmp(s->prompt, prompt.p, prompt.n) == 0)
		return false;
	free(s->prompt);
	s->prompt = base_dup(prompt.p, prompt.n);
	return true;
}

static void mark(struct lobby *l, const uint64_t *ids, size_t n, bool skip)
{
	for (size_t i = 0; i < n; i++) {
		struct session *s = map64_get(&l->sessions, ids[i]);

		if (s)
			s->skip = skip;
	}
}

/* The session has been given the record that is being handled. */
static void reached(struct lobby *l, struct session *s)
{
	if (s->resume && l->durable)
		s->resume->at = l->oseq;
}

/* To the group, but not to those in `except`, nor twice to those who are listed. */
static void text_to_group(struct lobby *l, const Mudlark__Output *o, struct lobby_text *t)
{
	struct group *g = group_get(&l->groups, o->group);

	if (!g)
		return;
	mark(l, o->except, o->n_except, true);
	mark(l, o->sessions, o->n_sessions, true);
	for (uint32_t i = 0; i < g->n; i++) {
		if (g->members[i]->skip)
			continue;
		reached(l, g->members[i]);
		lobby_text(g->members[i], t);
	}
	mark(l, o->except, o->n_except, false);
	mark(l, o->sessions, o->n_sessions, false);
}

static int on_output(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct lobby *l = ctx;
	const Mudlark__Output *o = body;
	struct lobby_text t = { .markup = span_of(o->text), .class = (uint8_t)o->class_ };

	text_to_group(l, o, &t);
	for (size_t i = 0; i < o->n_sessions; i++) {
		struct session *s = lobby_get(l, o->sessions[i]);

		if (!s)
			continue;
		reached(l, s);
		t.answer = set_prompt(s, span_of(o->prompt)) || o->done > 0;
		if (t.markup.n > 0 || t.answer)
			lobby_text(s, &t);
		if (o->done > 0)
			lobby_finish(s, o->done);
	}
	return 0;
}

static int on_session_state(void *ctx, UNUSED uint64_t peer, const void *body)
{
	const Mudlark__SessionState *m = body;
	struct session *s = lobby_get(ctx, m->session);

	if (s)
		lobby_state(s, m);
	return 0;
}

static int on_place(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct lobby *l = ctx;
	const Mudlark__Place *m = body;
	struct session *s = lobby_get(l, m->session);

	if (s)
		group_enter(&l->groups, s, m->group);
	return 0;
}

static int on_data(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct lobby *l = ctx;
	const Mudlark__Data *m = body;
	struct lobby_data d = {
		.id = ++l->text_id,
		.package = { m->package, strlen(m->package) },
		.json = span_of(m->json),
	};

	for (size_t i = 0; i < m->n_sessions; i++) {
		struct session *s = lobby_get(l, m->sessions[i]);

		if (!s)
			continue;
		reached(l, s);
		l->io.data(l->io.ctx, s, &d);
	}
	return 0;
}

static int on_session_close(void *ctx, UNUSED uint64_t peer, const void *body)
{
	const Mudlark__SessionClose *m = body;
	struct session *s = lobby_get(ctx, m->session);
	struct lobby_text t = {
		.markup = span_of(m->text),
		.class = MUDLARK__TEXT_CLASS__TEXT_REPLY,
	};

	if (!s)
		return 0;
	if (t.markup.n > 0)
		lobby_text(s, &t);
	lobby_last_done(s, m->done);
	lobby_end(s, m->moved ? "moved" : "closed_by_world", NULL);
	return 0;
}

static int on_notice(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct lobby *l = ctx;
	const Mudlark__Notice *m = body;
	struct lobby_text t = {
		.markup = span_of(m->text),
		.class = MUDLARK__TEXT_CLASS__TEXT_SYSTEM,
	};
	uint64_t id;
	size_t it = 0;
	void *s;

	while (map64_next(&l->sessions, &it, &id, &s))
		lobby_text(s, &t);
	return 0;
}

static int on_resumed(void *ctx, UNUSED uint64_t peer, const void *body)
{
	const Mudlark__Resumed *m = body;
	struct session *s = lobby_get(ctx, m->session);

	if (s) {
		reached(ctx, s);
		lobby_resumed(s, m);
	}
	return 0;
}

static int on_sites(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct lobby *l = ctx;

	if (l->sites)
		sites_take(l->sites, body, clock_mono(l->clock));
	return 0;
}

static int on_info(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct lobby *l = ctx;

	mssp_learn(&l->mssp, body);
	return 0;
}

static int on_life(void *ctx, UNUSED uint64_t peer, const void *body)
{
	lobby_life(ctx, body);
	return 0;
}

/* clang-format off */
static const struct route rows[] = {
	[MUDLARK__GATEWAY_IN__BODY_OUTPUT]        = { "output",        ROLE_WORLD, on_output },
	[MUDLARK__GATEWAY_IN__BODY_SESSION_STATE] = { "session_state", ROLE_WORLD, on_session_state },
	[MUDLARK__GATEWAY_IN__BODY_PLACE]         = { "place",         ROLE_WORLD, on_place },
	[MUDLARK__GATEWAY_IN__BODY_DATA]          = { "data",          ROLE_WORLD, on_data },
	[MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE] = { "session_close", ROLE_WORLD, on_session_close },
	[MUDLARK__GATEWAY_IN__BODY_NOTICE]        = { "notice",        ROLE_WORLD, on_notice },
	[MUDLARK__GATEWAY_IN__BODY_RESUMED]       = { "resumed",       ROLE_WORLD, on_resumed },
	[MUDLARK__GATEWAY_IN__BODY_SITES]         = { "sites",         ROLE_WORLD, on_sites },
	[MUDLARK__GATEWAY_IN__BODY_INFO]          = { "info",          ROLE_WORLD, on_info },
	[MUDLARK__GATEWAY_IN__BODY_LIFE]          = { "life",          ROLE_WORLD, on_life },
};
/* clang-format on */

const struct route_table inbox_table = {
	.envelope = &mudlark__gateway_in__descriptor,
	.rows = rows,
	.n = ARRAY_LEN(rows),
};

void inbox_take(struct lobby *l, const Mudlark__GatewayIn *m)
{
	int r = route_dispatch(&inbox_table, &l->stats.routes, l, 0, ROLE_WORLD, &m->base);

	if (r < 0)
		log_error("record_failed", LOG_INT("case", m->body_case), LOG_ERRNO(r));
}
