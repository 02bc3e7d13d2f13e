/*
 * start.c - how the process begins: packs, persist, an epoch, the stored state page by page, and only
 * then the bus where players come in.
 */
#include "world/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/route.h"

enum { CALL_MS = 10000, RETRY_US = 500000 };

static const char *const page_names[] = { "entities", "sessions", "outbox", "documents" };

static void ask_grant(struct server *s);
static void ask_page(struct server *s, unsigned what, uint64_t after);

int start_packs(struct server *s)
{
	struct buf errors = { 0 }, dir = { 0 };
	int status = 0;

	for (char **name = s->options->packs; name && *name; name++) {
		buf_reset(&dir);
		buf_addf(&dir, "%s/%s", s->options->pack_path, *name);
		buf_addc(&dir, '\0');
		if (s->n_packs == PACKS_MAX ||
		    pack_load(&s->packs[s->n_packs], buf_p(&dir), &errors))
			status = EXIT_PACK;
		else
			s->n_packs++;
	}
	if (errors.n)
		fwrite(buf_p(&errors), 1, errors.n, stderr);
	if (!status && !s->n_packs)
		status = EXIT_PACK;
	if (status)
		log_error("packs_refused");
	buf_done(&errors);
	buf_done(&dir);
	return status;
}

static void again(void *ctx)
{
	struct server *s = ctx;

	if (!s->store_up)
		loop_timer_in(&s->again, RETRY_US);
	else if (!s->epoch)
		ask_grant(s);
	else if (!s->bus)
		ask_page(s, s->page, s->page_after);
}

/* Not yet: once more in a while, as long as persist is there. */
static void retry(struct server *s, const char *what, const char *why)
{
	log_warning("persist_not_ready", LOG_STR("asked", what), LOG_STR("reason", why));
	loop_timer_in(&s->again, RETRY_US);
}

static const Mudlark__PersistReply *good(struct server *s, const char *what,
					 const struct span *body, const char *why)
{
	const Mudlark__PersistReply *r = NULL;

	arena_reset(&s->arena);
	if (body)
		r = (const Mudlark__PersistReply *)(const void *)
			route_unpack(&mudlark__persist_reply__descriptor, *body, &s->arena);
	if (r && r->status == MUDLARK__STATUS__STATUS_OK)
		return r;
	retry(s, what, !body ? why : !r ? "malformed reply" : r->why);
	return NULL;
}

static bool ask(struct server *s, const Mudlark__PersistCall *c,
		void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why))
{
	uint8_t packed[256];
	size_t n = mudlark__persist_call__get_packed_size(c);

	if (n > sizeof(packed))
		return false;
	mudlark__persist_call__pack(c, packed);
	s->asking = link_call(wire_link(s->store), (struct span){ (const char *)packed, n },
			      CALL_MS, done, s);
	return s->asking != 0;
}

/* Only the last question counts: what comes late to one before it (a connection lies between them)
 * would be taken for the answer to another. */
static bool is_answer(struct server *s, uint64_t id)
{
	if (!id || id != s->asking)
		return false;
	s->asking = 0;
	return true;
}

static void feed_begin(struct server *s, const Mudlark__Granted *g)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Begin m = MUDLARK__BEGIN__INIT;
	struct buf packs = { 0 };

	for (size_t i = 0; i < s->n_packs; i++)
		buf_addf(&packs, "%s%s:%s", i ? " " : "", s->packs[i]->name, s->packs[i]->hash);
	buf_addc(&packs, '\0');
	m.world = (uint32_t)s->options->number;
	m.epoch = g->epoch;
	m.seed = entropy_id(&entropy_system);
	m.state = g->state;
	m.wall_ms = clock_wall(loop_clock(s->loop));
	m.packs = packs.p + packs.off;
	options_to_begin(s->options, &m);
	in.body_case = MUDLARK__WORLD_IN__BODY_BEGIN;
	in.begin = &m;
	server_feed(s, 0, &in);
	options_begin_done(&m);
	buf_done(&packs);
}

static void open_log(struct server *s)
{
	int r;

	if (!*s->options->input_log)
		return;
	r = inputlog_open(&s->log, s->options->input_log);
	if (r)
		log_error("input_log_not_opened", LOG_STR("file", s->options->input_log),
			  LOG_ERRNO(r));
}

static void on_granted(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct server *s = ctx;
	const Mudlark__PersistReply *r;
	struct world_env env = server_env;

	if (!is_answer(s, id) || s->granted)
		return;
	r = good(s, "grant", body, why);
	if (r && !r->granted)
		retry(s, "grant", "no epoch in the reply");
	if (!r || !r->granted)
		return;
	s->epoch = r->granted->epoch;
	s->granted = true;
	log_info("granted", LOG_U64("epoch", s->epoch), LOG_ID("instance", s->instance));
	env.ctx = s;
	s->world = world_new(&env, (const struct pack *const *)s->packs, s->n_packs);
	open_log(s);
	feed_begin(s, r->granted);
	ask_page(s, 0, 0);
}

static void ask_grant(struct server *s)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__Grant m = MUDLARK__GRANT__INIT;

	s->where = "waiting for an epoch";
	m.world = (uint32_t)s->options->number;
	m.instance = s->instance;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_GRANT;
	c.grant = &m;
	if (!ask(s, &c, on_granted))
		retry(s, "grant", "no connection");
}

void start_store_up(struct server *s)
{
	/* One grant at a time: a second epoch would refuse what the first one commits. */
	loop_timer_stop(&s->again);
	ask_grant(s);
}

static void feed_page(struct server *s, const Mudlark__Page *p)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;

	switch (s->page) {
	case MUDLARK__LOAD_PAGE__WHAT__ENTITIES:
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_ENTITIES;
		in.load_entities = p->entities;
		break;
	case MUDLARK__LOAD_PAGE__WHAT__SESSIONS:
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_SESSIONS;
		in.load_sessions = p->sessions;
		break;
	case MUDLARK__LOAD_PAGE__WHAT__OUTBOX:
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_OUTBOX;
		in.load_outbox = p->outbox;
		break;
	default:
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_DOCUMENTS;
		in.load_documents = p->documents;
		break;
	}
	if (in.load_entities)
		server_feed(s, 0, &in);
}

static void feed_quarantine(struct server *s)
{
	struct crashnote_found found[CRASHNOTE_MAX];
	char *path = options_crash_note(s->options);
	size_t n = 0;
	int r = *path ? crashnote_open(&s->note, path, found, &n) : 0;

	if (r)
		log_warning("no_crash_note", LOG_STR("file", path), LOG_ERRNO(r));
	free(path);
	for (size_t i = 0; i < n; i++) {
		Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
		Mudlark__Quarantine m = MUDLARK__QUARANTINE__INIT;

		log_warning("line_crashed_world", LOG_ID("session", found[i].session),
			    LOG_U64("seq", found[i].seq), LOG_INT("crashes", found[i].crashes));
		m.session = found[i].session;
		m.seq = found[i].seq;
		m.crashes = found[i].crashes;
		in.body_case = MUDLARK__WORLD_IN__BODY_QUARANTINE;
		in.quarantine = &m;
		server_feed(s, 0, &in);
	}
}

/* Everything is there: open for players. */
static void open_world(struct server *s)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;
	int r;

	feed_quarantine(s);
	in.body_case = MUDLARK__WORLD_IN__BODY_READY;
	in.ready = &ready;
	server_feed(s, 0, &in);
	r = gateways_bind(s);
	if (r) {
		log_error("bus_not_bound", LOG_STR("endpoint", s->options->bus), LOG_ERRNO(r));
		server_fail(s,
			    r == -EADDRINUSE ? EXIT_IN_USE
			    : r == -EPERM    ? EXIT_USAGE
					     : EXIT_FAULT,
			    "world.bus");
		return;
	}
	s->where = NULL;
	if (s->too_late.ev)
		loop_timer_stop(&s->too_late);
	server_run_ticks(s);
	proc_ready(s->proc);
	log_info("listening", LOG_STR("bus", s->options->bus));
}

static void on_page(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct server *s = ctx;
	const Mudlark__PersistReply *r;

	if (!is_answer(s, id))
		return;
	r = good(s, page_names[s->page], body, why);
	if (r && !r->page)
		retry(s, page_names[s->page], "no page in the reply");
	if (!r || !r->page)
		return;
	feed_page(s, r->page);
	if (r->page->next)
		ask_page(s, s->page, r->page->next);
	else if (s->page + 1 < ARRAY_LEN(page_names))
		ask_page(s, s->page + 1, 0);
	else
		open_world(s);
}

static void ask_page(struct server *s, unsigned what, uint64_t after)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LoadPage m = MUDLARK__LOAD_PAGE__INIT;

	s->where = "loading";
	s->page = what;
	s->page_after = after;
	m.world = (uint32_t)s->options->number;
	m.what = (Mudlark__LoadPage__What)what;
	m.after = after;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_LOAD_PAGE;
	c.load_page = &m;
	if (!ask(s, &c, on_page))
		retry(s, page_names[what], "no connection");
}

static void on_start_deadline(void *ctx)
{
	server_fail(ctx, EXIT_UNAVAILABLE, "persist was not there in time");
}

int start_server(struct server *s)
{
	int r;

	loop_timer_init(s->loop, &s->again, again, s);
	s->where = "waiting for persist";
	r = chronicle_dial(s);
	if (r) {
		log_error("persist_not_dialled", LOG_STR("endpoint", s->options->store_bus),
			  LOG_ERRNO(r));
		return EXIT_FAULT;
	}
	if (s->options->start_wait) {
		loop_timer_init(s->loop, &s->too_late, on_start_deadline, s);
		loop_timer_in(&s->too_late, (uint64_t)s->options->start_wait);
	}
	return 0;
}
