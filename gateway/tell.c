/*
 * tell.c - see tell.h.
 */
#include "gateway/tell.h"

#include <stdio.h>
#include "gateway/resume.h"
#include "rt/log.h"

static bool tell(struct lobby *l, const Mudlark__WorldIn *m)
{
	int r = l->io.to_world(l->io.ctx, m);

	if (r < 0)
		log_error("record_not_sent", LOG_INT("case", m->body_case), LOG_ERRNO(r));
	if (r > 0)
		l->full = true;
	return r <= 0;
}

static void fill_caps(struct lobby *l, struct session *s, Mudlark__SessionCaps *ret)
{
	mudlark__session_caps__init(ret);
	ret->session = s->id;
	if (l->io.caps)
		l->io.caps(l->io.ctx, s, ret);
}

/* Of an open or an attach, which have these fields in common. */
#define FILL_NEW(l, s, m, its_caps)                                                                \
	do {                                                                                       \
		fill_caps((l), (s), (its_caps));                                                   \
		(m)->session = (s)->id;                                                            \
		(m)->peer = (s)->peer;                                                             \
		(m)->trusted = (s)->trusted;                                                       \
		(m)->exempt = (s)->exempt;                                                         \
		(m)->via = (char *)(uintptr_t)(s)->via;                                            \
		(m)->caps = (its_caps);                                                            \
	} while (0)

bool tell_open(struct lobby *l, struct session *s)
{
	Mudlark__SessionCaps caps;
	Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	FILL_NEW(l, s, &open, &caps);
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_OPEN;
	m.session_open = &open;
	return tell(l, &m);
}

bool tell_attach(struct lobby *l, struct session *s)
{
	Mudlark__SessionCaps caps;
	Mudlark__SessionAttach attach = MUDLARK__SESSION_ATTACH__INIT;
	Mudlark__SessionToken token = MUDLARK__SESSION_TOKEN__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	FILL_NEW(l, s, &attach, &caps);
	attach.done = session_done(s);
	if (s->resume) {
		resume_fill_token(s->resume, &token);
		attach.token = &token;
		attach.at = s->resume->at;
	}
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_ATTACH;
	m.session_attach = &attach;
	return tell(l, &m);
}

bool tell_token(struct lobby *l, struct session *s)
{
	Mudlark__SessionToken token = MUDLARK__SESSION_TOKEN__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	token.session = s->id;
	resume_fill_token(s->resume, &token);
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_TOKEN;
	m.session_token = &token;
	return tell(l, &m);
}

bool tell_resume(struct lobby *l, struct session *s)
{
	Mudlark__SessionResume resume = MUDLARK__SESSION_RESUME__INIT;
	Mudlark__SessionToken next = MUDLARK__SESSION_TOKEN__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	resume.session = s->id;
	resume_fill_wish(s->resume, &resume, &next);
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_RESUME;
	m.session_resume = &resume;
	return tell(l, &m);
}

bool tell_caps(struct lobby *l, struct session *s)
{
	Mudlark__SessionCaps caps;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	fill_caps(l, s, &caps);
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_CAPS;
	m.session_caps = &caps;
	return tell(l, &m);
}

bool tell_line(struct lobby *l, struct session *s)
{
	struct session_line *head = session_head(s);
	Mudlark__SessionLine line = MUDLARK__SESSION_LINE__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	line.session = s->id;
	line.seq = session_done(s) + 1;
	line.text = (ProtobufCBinaryData){ head->n, (uint8_t *)head->text };
	line.secret = head->secret;
	line.tag = head->tag;
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_LINE;
	m.session_line = &line;
	return tell(l, &m);
}

bool tell_data(struct lobby *l, struct session *s, struct span package, struct span json)
{
	CLEANUP(base_freep) char *name = base_dup(package.p, package.n);
	Mudlark__SessionData data = MUDLARK__SESSION_DATA__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;

	data.session = s->id;
	data.package = name;
	data.json = (ProtobufCBinaryData){ json.n, (uint8_t *)json.p };
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_DATA;
	m.session_data = &data;
	return tell(l, &m);
}

bool tell_closed(struct lobby *l, const struct lobby_farewell *f)
{
	Mudlark__SessionClosed closed = MUDLARK__SESSION_CLOSED__INIT;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	char reason[32];

	snprintf(reason, sizeof(reason), "%s", f->reason);
	closed.session = f->session;
	closed.reason = reason;
	m.body_case = MUDLARK__WORLD_IN__BODY_SESSION_CLOSED;
	m.session_closed = &closed;
	return tell(l, &m);
}
