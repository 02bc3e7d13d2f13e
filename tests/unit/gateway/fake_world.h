/*
 * fake_world.h - a world for tests of the lobby: what it is told is noted as text, what it says is
 * packed as on the link; and clients that note what they are shown.
 */
#pragma once

#include "gateway/lobby.h"
#include "rt/log.h"
#include "tests/unit/gateway/bytes.h"

struct fake_world {
	struct lobby lobby;
	struct lobby_conf conf;
	uint64_t now_us;
	uint64_t next_id;
	unsigned next_token;
	bool full;	 /* the link has no room */
	struct buf told; /* one line for each record */
	struct buf seen; /* what clients were shown, `name: text` */
	unsigned closed;
	unsigned hides;
	unsigned texts, text_ids;
	uint64_t last_text;
};

static uint64_t now(void *ctx)
{
	return ((struct fake_world *)ctx)->now_us;
}

static int64_t wall(UNUSED void *ctx)
{
	return 0;
}

static void next_id(void *ctx, void *p, size_t n)
{
	struct fake_world *f = ctx;
	uint64_t id;

	if (n != sizeof(id)) { /* a token */
		memset(p, (int)('A' + f->next_token++), n);
		return;
	}
	id = ++f->next_id;
	memcpy(p, &id, n);
}

static int to_world(void *ctx, const Mudlark__WorldIn *m)
{
	struct fake_world *f = ctx;
	struct buf *b = &f->told;

	if (f->full)
		return 1;
	switch (m->body_case) {
	case MUDLARK__WORLD_IN__BODY_SESSION_OPEN:
		buf_addf(b, "open %d %s%s\n", (int)m->session_open->session, m->session_open->peer,
			 m->session_open->exempt ? " exempt" : "");
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_ATTACH:
		buf_addf(b, "attach %d done %d", (int)m->session_attach->session,
			 (int)m->session_attach->done);
		if (m->session_attach->token)
			buf_addf(b, " at %d token %02x", (int)m->session_attach->at,
				 m->session_attach->token->hash.data[0]);
		if (m->session_attach->exempt)
			buf_adds(b, " exempt");
		buf_addc(b, '\n');
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_LINE:
		buf_addf(b, "line %d %d %.*s%s", (int)m->session_line->session,
			 (int)m->session_line->seq, (int)m->session_line->text.len,
			 (const char *)m->session_line->text.data,
			 m->session_line->secret ? " SECRET" : "");
		if (m->session_line->tag)
			buf_addf(b, " #%d", (int)m->session_line->tag);
		buf_addc(b, '\n');
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_TOKEN:
		buf_addf(b, "token %d %02x %d\n", (int)m->session_token->session,
			 m->session_token->hash.data[0], (int)m->session_token->grace_s);
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_RESUME:
		buf_addf(b, "resume %d %02x at %d next %02x\n", (int)m->session_resume->session,
			 m->session_resume->hash.data[0], (int)m->session_resume->at,
			 m->session_resume->next->hash.data[0]);
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_CAPS:
		buf_addf(b, "caps %d\n", (int)m->session_caps->session);
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_CLOSED:
		buf_addf(b, "closed %d %s\n", (int)m->session_closed->session,
			 m->session_closed->reason);
		break;
	case MUDLARK__WORLD_IN__BODY_SESSION_DATA:
		buf_addf(b, "data %d %s %.*s\n", (int)m->session_data->session,
			 m->session_data->package, (int)m->session_data->json.len,
			 (const char *)m->session_data->json.data);
		break;
	default:
		ck_abort_msg("case %d", (int)m->body_case);
	}
	return 0;
}

static void on_text(void *ctx, struct session *s, const struct lobby_text *t)
{
	struct fake_world *f = ctx;

	f->texts++;
	if (t->id != f->last_text)
		f->text_ids++;
	f->last_text = t->id;
	buf_addf(&f->seen, "%d: %.*s%s\n", (int)s->id, (int)t->markup.n, t->markup.p,
		 t->answer ? " >" : "");
}

static void on_data(void *ctx, struct session *s, const struct lobby_data *d)
{
	struct fake_world *f = ctx;

	buf_addf(&f->seen, "%d: %.*s %.*s\n", (int)s->id, (int)d->package.n, d->package.p,
		 (int)d->json.n, d->json.p);
}

static void on_resumed(void *ctx, struct session *s, const struct lobby_resumed *r)
{
	struct fake_world *f = ctx;

	if (r->why)
		buf_addf(&f->seen, "%d: refused: %s\n", (int)s->id, r->why);
	else
		buf_addf(&f->seen, "%d: resumed line %d%s\n", (int)s->id, (int)r->line,
			 r->gap ? " gap" : "");
}

static void on_hide(void *ctx, UNUSED struct session *s)
{
	((struct fake_world *)ctx)->hides++;
}

static void on_close(void *ctx, UNUSED struct session *s, UNUSED const char *reason)
{
	((struct fake_world *)ctx)->closed++;
}

static struct clock fake_clock = { now, wall, NULL };
static struct entropy fake_entropy = { next_id, NULL };

/* Ids of sessions are 1, 2, 3 ...; generous limits; the link is down. */
UNUSED static void fake_init(struct fake_world *f)
{
	struct lobby_io io = {
		.to_world = to_world,
		.text = on_text,
		.data = on_data,
		.hide = on_hide,
		.close = on_close,
		.resumed = on_resumed,
		.ctx = f,
	};

	log_set(LOG_ERROR, false);
	*f = (struct fake_world){ .now_us = 1000000 };
	f->conf = (struct lobby_conf){ .input_queue = 100 };
	fake_clock.ctx = f;
	fake_entropy.ctx = f;
	lobby_init(&f->lobby, &f->conf, &io, &fake_clock, &fake_entropy);
}

UNUSED static void fake_done(struct fake_world *f)
{
	lobby_done(&f->lobby);
	buf_done(&f->told);
	buf_done(&f->seen);
}

UNUSED static struct session *fake_open(struct fake_world *f, const char *name)
{
	struct lobby_guest guest = { .peer = name };

	return lobby_open(&f->lobby, &guest);
}

static void say(struct fake_world *f, const Mudlark__GatewayIn *m)
{
	uint8_t bytes[4096];
	size_t n = mudlark__gateway_in__get_packed_size(m);

	ck_assert_uint_le(n, sizeof(bytes));
	mudlark__gateway_in__pack(m, bytes);
	lobby_record(&f->lobby, (struct span){ (const char *)bytes, n });
}

static ProtobufCBinaryData data_of(const char *s)
{
	return (ProtobufCBinaryData){ s ? strlen(s) : 0, (uint8_t *)(uintptr_t)s };
}

static void state(struct fake_world *f, uint64_t oseq, Mudlark__SessionState *st)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;

	m.oseq = oseq;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_SESSION_STATE;
	m.session_state = st;
	say(f, &m);
}

UNUSED static void fake_state(struct fake_world *f, uint64_t oseq, uint64_t session, bool resumed,
			      bool playing, uint64_t applied)
{
	Mudlark__SessionState st = MUDLARK__SESSION_STATE__INIT;

	st.session = session;
	st.resumed = resumed;
	st.playing = playing;
	st.applied = applied;
	state(f, oseq, &st);
}

/* The link comes up, and every session is answered. */
UNUSED static void fake_up(struct fake_world *f, enum link_up how)
{
	lobby_up(&f->lobby, how);
	for (uint64_t id = 1; id <= f->next_id; id++) {
		struct session *s = map64_get(&f->lobby.sessions, id);

		if (s && s->state != SESSION_LIVE)
			fake_state(f, 0, id, s->state == SESSION_ATTACHING, true, 0);
	}
}

UNUSED static void fake_life(struct fake_world *f, uint64_t instance, uint64_t oseq)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Life b = MUDLARK__LIFE__INIT;

	b.instance = instance;
	b.oseq = oseq;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_LIFE;
	m.life = &b;
	say(f, &m);
}

UNUSED static void fake_hide(struct fake_world *f, uint64_t session, bool hide)
{
	Mudlark__SessionState st = MUDLARK__SESSION_STATE__INIT;

	st.session = session;
	st.resumed = true;
	st.hide_input = hide;
	state(f, 0, &st);
}

/* prompt NULL: as before. */
UNUSED static void fake_output(struct fake_world *f, uint64_t oseq, uint64_t session,
			       const char *text, uint64_t done, const char *prompt)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	o.sessions = &session;
	o.n_sessions = 1;
	o.text = data_of(text);
	o.done = done;
	o.prompt = data_of(prompt);
	m.oseq = oseq;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	m.output = &o;
	say(f, &m);
}

UNUSED static void fake_group(struct fake_world *f, uint64_t group, uint64_t except,
			      const char *text)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	o.group = group;
	o.except = &except;
	o.n_except = except ? 1 : 0;
	o.text = data_of(text);
	m.body_case = MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	m.output = &o;
	say(f, &m);
}

UNUSED static void fake_place(struct fake_world *f, uint64_t session, uint64_t group)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Place p = MUDLARK__PLACE__INIT;

	p.session = session;
	p.group = group;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_PLACE;
	m.place = &p;
	say(f, &m);
}

UNUSED static void fake_close(struct fake_world *f, uint64_t session, const char *text)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__SessionClose c = MUDLARK__SESSION_CLOSE__INIT;

	c.session = session;
	c.text = data_of(text);
	m.body_case = MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE;
	m.session_close = &c;
	say(f, &m);
}

UNUSED static void fake_resumed(struct fake_world *f, uint64_t oseq, uint64_t session, uint64_t tag,
				bool gap, const char *why)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Resumed r = MUDLARK__RESUMED__INIT;

	r.session = session;
	r.ok = !why;
	if (why)
		r.why = (char *)(uintptr_t)why;
	r.tag = tag;
	r.gap = gap;
	m.oseq = oseq;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_RESUMED;
	m.resumed = &r;
	say(f, &m);
}

UNUSED static void fake_notice(struct fake_world *f, const char *text)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Notice n = MUDLARK__NOTICE__INIT;

	n.text = data_of(text);
	m.body_case = MUDLARK__GATEWAY_IN__BODY_NOTICE;
	m.notice = &n;
	say(f, &m);
}

UNUSED static void fake_data(struct fake_world *f, uint64_t session, const char *package,
			     const char *json)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Data d = MUDLARK__DATA__INIT;

	d.sessions = &session;
	d.n_sessions = 1;
	d.package = (char *)(uintptr_t)package;
	d.json = data_of(json);
	m.body_case = MUDLARK__GATEWAY_IN__BODY_DATA;
	m.data = &d;
	say(f, &m);
}

/* What the world was told since the last time. */
UNUSED static void fake_expect_told(struct fake_world *f, const char *want)
{
	ck_assert_text(&f->told, want);
}

/* What clients were shown since the last time. */
UNUSED static void fake_expect_seen(struct fake_world *f, const char *want)
{
	ck_assert_text(&f->seen, want);
}
