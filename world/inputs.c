/*
 * inputs.c - the world's inbox: one handler for each case of WorldIn.
 */
#include "world/inputs.h"

#include <string.h>

#include "rt/log.h"
#include "rt/route.h"
#include "world/begin.h"
#include "world/calls.h"
#include "world/commit.h"
#include "world/core/event.h"
#include "world/data.h"
#include "world/data_in.h"
#include "world/info.h"
#include "world/mind/bridges.h"
#include "world/mind/forgets.h"
#include "world/mind/mind.h"
#include "world/mind/orders.h"
#include "world/outbox.h"
#include "world/relay/relay.h"
#include "world/resume.h"
#include "world/sessions.h"
#include "world/sites.h"
#include "world/tick.h"
#include "world/turn.h"

/* The session if it belongs to that gateway. */
static struct session *own_session(struct world *w, uint64_t peer, uint64_t id)
{
	struct session *s = session_get(w, id);

	return s && outbox_instance(w, s->gateway) == peer ? s : NULL;
}

/* Banned while its connection was lost, or this world was not there: it does not come back. */
static bool is_kept_out(struct world *w, struct session *s, uint32_t gateway)
{
	const struct site *site =
		s->origin.has_address ? sites_banned_address(w, &s->origin.address) : NULL;
	struct buf text = { 0 };

	if (!site)
		return false;
	sites_sentence_markup(site, &text);
	buf_addc(&text, '\0');
	if (s->state == SESSION_PARKED)
		session_move(w, s, gateway, 0);
	if (s->state == SESSION_LOGIN)
		session_close(w, s, buf_p(&text));
	else
		session_quit(w, s, buf_p(&text));
	buf_done(&text);
	return true;
}

static int on_session_attach(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;
	const Mudlark__SessionAttach *m = body;
	uint32_t gateway = outbox_gateway(w, peer);
	struct session *s = session_get(w, m->session);

	if (!m->session || gateway == UINT32_MAX)
		return 0;
	if (s && s->gateway != gateway && s->state != SESSION_PARKED) {
		log_warning("session_of_another_gateway", LOG_ID("session", m->session));
		return 0;
	}
	if (!s)
		s = session_new(w, m->session, gateway);
	if (!s->peer)
		s->peer = base_dup(m->peer, strlen(m->peer));
	s->trusted = m->trusted;
	sources_attach(w, s, m->via, m->exempt);
	turn_set_own(w, s);
	if (is_kept_out(w, s, gateway))
		return 0;
	session_set_caps(s, m->caps);
	enter_attached(w, s, gateway, m);
	return 0;
}

/* The answer was lost with the world before this one, or with the link. */
static int open_again(struct world *w, uint64_t peer, const Mudlark__SessionOpen *m)
{
	Mudlark__SessionAttach attach = MUDLARK__SESSION_ATTACH__INIT;

	attach.session = m->session;
	attach.peer = m->peer;
	attach.trusted = m->trusted;
	attach.via = m->via;
	attach.exempt = m->exempt;
	attach.caps = m->caps;
	return on_session_attach(w, peer, &attach);
}

static int on_session_open(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;
	const Mudlark__SessionOpen *m = body;
	uint32_t gateway = outbox_gateway(w, peer);
	const char *refusal;
	struct session *s;

	if (own_session(w, peer, m->session))
		return open_again(w, peer, m);
	if (!m->session || session_get(w, m->session) || gateway == UINT32_MAX)
		return 0;
	s = session_new(w, m->session, gateway);
	s->peer = base_dup(m->peer, strlen(m->peer));
	s->trusted = m->trusted;
	session_set_caps(s, m->caps);
	turn_set_own(w, s);
	refusal = sources_enter(w, s, m->via, m->exempt);
	if (refusal) {
		session_close(w, s, refusal);
		return 0;
	}
	session_tell_state(w, s, false);
	login_begin(w, s, NULL);
	return 0;
}

static int on_session_caps(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__SessionCaps *m = body;
	struct session *s = own_session(ctx, peer, m->session);

	if (s) {
		session_set_caps(s, m);
		turn_set_own(ctx, s);
		data_caps(ctx, s);
	}
	return 0;
}

static int on_session_closed(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__SessionClosed *m = body;
	struct session *s = own_session(ctx, peer, m->session);

	if (!s)
		return 0;
	if (s->state == SESSION_LOGIN && !strcmp(m->reason, "login_timeout"))
		sources_silent(ctx, s);
	enter_link_lost(ctx, s);
	return 0;
}

/* Core.* stays in the gateway. */
static int on_session_data(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__SessionData *m = body;
	struct session *s = own_session(ctx, peer, m->session);

	if (s) {
		turn_set_own(ctx, s);
		data_in(ctx, s, m);
	}
	return 0;
}

static int on_session_token(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__SessionToken *m = body;
	struct session *s = own_session(ctx, peer, m->session);

	if (!s)
		return 0;
	turn_set_own(ctx, s);
	resume_token(ctx, s, m);
	if (s->state == SESSION_PLAYING)
		commit_session(ctx, s);
	return 0;
}

static int on_session_resume(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__SessionResume *m = body;
	struct session *s = own_session(ctx, peer, m->session);

	if (!s)
		return 0;
	turn_set_own(ctx, s);
	if (s->state == SESSION_LOGIN)
		resume_ask(ctx, s, m);
	else
		resume_asked_again(ctx, s, m);
	return 0;
}

static int on_session_line(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__SessionLine *l = body;
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;

	in.body_case = MUDLARK__WORLD_IN__BODY_SESSION_LINE;
	in.session_line = (Mudlark__SessionLine *)(uintptr_t)l;
	world_feed(ctx, peer, &in);
	return 0;
}

static int on_ai_said(void *ctx, uint64_t peer, const void *body)
{
	mind_said(ctx, peer, body);
	return 0;
}

static int on_ai_done(void *ctx, uint64_t peer, const void *body)
{
	mind_done(ctx, peer, body);
	return 0;
}

static int on_ai_text(void *ctx, uint64_t peer, const void *body)
{
	orders_text(ctx, peer, body);
	return 0;
}

static int on_ai_notice(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	orders_notice(ctx, body);
	return 0;
}

static int on_ai_forgot(void *ctx, uint64_t peer, const void *body)
{
	forgets_done(ctx, peer, body);
	return 0;
}

static int on_bridge_open(void *ctx, uint64_t peer, const void *body)
{
	relay_open(ctx, peer, body);
	return 0;
}

static int on_bridge_more(void *ctx, uint64_t peer, const void *body)
{
	relay_more(ctx, peer, body);
	return 0;
}

static int on_bridge_close(void *ctx, uint64_t peer, const void *body)
{
	relay_close(ctx, peer, body);
	return 0;
}

static int on_bridge_say(void *ctx, uint64_t peer, const void *body)
{
	relay_say(ctx, peer, body);
	return 0;
}

static int on_bridge_post(void *ctx, uint64_t peer, const void *body)
{
	relay_post(ctx, peer, body);
	return 0;
}

static int on_bridge_ask(void *ctx, uint64_t peer, const void *body)
{
	relay_ask(ctx, peer, body);
	return 0;
}

static int on_bridge_text(void *ctx, uint64_t peer, const void *body)
{
	relay_text(ctx, peer, body);
	return 0;
}

static int on_bridge_notice(void *ctx, uint64_t peer, const void *body)
{
	relay_notice(ctx, peer, body);
	return 0;
}

static int on_peer_up(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__PeerUp *m = body;

	(void)peer;
	if (route_role_of(m->role) == ROLE_GATEWAY) {
		outbox_peer_up(ctx, m->peer, m->resumed);
		sites_peer_up(ctx, m->peer, m->name, m->resumed);
		info_peer_up(ctx, m->peer);
	} else if (route_role_of(m->role) == ROLE_AIBRIDGE) {
		bridges_up(ctx, m->peer, m->name);
	} else if (route_role_of(m->role) == ROLE_BRIDGE) {
		relay_up(ctx, m->peer, m->name, m->resumed);
	}
	return 0;
}

static int on_peer_down(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;
	const Mudlark__PeerDown *m = body;

	(void)peer;
	if (bridges_down(w, m->peer) || relay_down(w, m->peer, m->gone) || !m->gone)
		return 0;
	outbox_peer_gone(w, m->peer); /* its sessions end one by one, in tick.c */
	tick_lost(w);
	sites_peer_gone(w, m->peer);
	return 0;
}

static int on_peer_acked(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__PeerAcked *m = body;

	(void)peer;
	outbox_acked(ctx, m->peer, m->oseq);
	return 0;
}

static int on_committed(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	commits_durable(ctx, ((const Mudlark__Committed *)body)->batch);
	return 0;
}

static int on_tick(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;
	const Mudlark__Tick *m = body;

	(void)peer;
	tick_begin(w, m->wall_ms);
	return 0;
}

/* Said to all on every gateway and kept by nobody. */
static void notice(struct world *w, const char *text)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Notice n = MUDLARK__NOTICE__INIT;

	n.text = (ProtobufCBinaryData){ .len = strlen(text), .data = (uint8_t *)(uintptr_t)text };
	in.body_case = MUDLARK__GATEWAY_IN__BODY_NOTICE;
	in.notice = &n;
	for (uint32_t g = 0; g < outbox_n_gateways(w); g++)
		outbox_add(w, g, &in);
}

static int on_store_state(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;
	const Mudlark__StoreState *m = body;

	(void)peer;
	if (m->stalled == commits_are_stalled(w))
		return 0;
	commits_stalled(w, m->stalled);
	event_emit(w, m->stalled ? FACT_SERVER_STALLED : FACT_SERVER_RECOVERED, ENT_NONE, NULL);
	if (!w->conf.strict)
		notice(w, m->stalled
				  ? "{system}The chronicle has fallen behind; what you do now is "
				    "written down as soon as it is back.{/}"
				  : "{system}The chronicle has caught up.{/}");
	else if (m->stalled)
		outbox_notice_now(w, "{system}The chronicle does not answer; what you do is done "
				     "and told when it is back.{/}");
	return 0;
}

static int on_call_done(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	calls_done(ctx, body);
	return 0;
}

static int on_begin(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	begin_world(ctx, body);
	return 0;
}

static int on_load_entities(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	begin_entities(ctx, body);
	return 0;
}

static int on_load_sessions(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	begin_sessions(ctx, body);
	return 0;
}

static int on_load_outbox(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__LoadOutbox *m = body;

	(void)peer;
	for (size_t i = 0; i < m->n_rows; i++)
		outbox_load(ctx, m->rows[i]);
	return 0;
}

static int on_load_documents(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	begin_documents(ctx, body);
	return 0;
}

static int on_ready(void *ctx, uint64_t peer, const void *body)
{
	(void)peer;
	(void)body;
	begin_ready(ctx);
	return 0;
}

static int on_quarantine(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__Quarantine *m = body;

	(void)peer;
	if (m->crashes >= 2)
		turn_quarantine(ctx, m->session, m->seq);
	return 0;
}

static int on_stop(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;

	(void)peer;
	(void)body;
	event_emit(w, FACT_SERVER_STOPPING, ENT_NONE, NULL);
	w->stopping = true;
	return 0;
}

static int on_batch_refused(void *ctx, uint64_t peer, const void *body)
{
	struct world *w = ctx;
	const Mudlark__BatchRefused *m = body;

	(void)peer;
	w->stopping = true;
	w->env.superseded(w->env.ctx, m->epoch);
	return 0;
}

static int on_batch_poisoned(void *ctx, uint64_t peer, const void *body)
{
	const Mudlark__BatchPoisoned *m = body;

	(void)peer;
	commits_fail(ctx, m->batch, m->why);
	return 0;
}

static const struct route rows[] = {
	[1] = { "session_open", ROLE_GATEWAY, on_session_open },
	[2] = { "session_attach", ROLE_GATEWAY, on_session_attach },
	[3] = { "session_line", ROLE_GATEWAY, on_session_line },
	[4] = { "session_caps", ROLE_GATEWAY, on_session_caps },
	[5] = { "session_closed", ROLE_GATEWAY, on_session_closed },
	[6] = { "session_data", ROLE_GATEWAY, on_session_data },
	[7] = { "session_token", ROLE_GATEWAY, on_session_token },
	[8] = { "session_resume", ROLE_GATEWAY, on_session_resume },
	[16] = { "ai_said", ROLE_AIBRIDGE, on_ai_said },
	[17] = { "ai_done", ROLE_AIBRIDGE, on_ai_done },
	[18] = { "ai_text", ROLE_AIBRIDGE, on_ai_text },
	[19] = { "ai_notice", ROLE_AIBRIDGE, on_ai_notice },
	[20] = { "ai_forgot", ROLE_AIBRIDGE, on_ai_forgot },
	[21] = { "bridge_open", ROLE_BRIDGE, on_bridge_open },
	[22] = { "bridge_more", ROLE_BRIDGE, on_bridge_more },
	[23] = { "bridge_close", ROLE_BRIDGE, on_bridge_close },
	[24] = { "bridge_say", ROLE_BRIDGE, on_bridge_say },
	[25] = { "bridge_post", ROLE_BRIDGE, on_bridge_post },
	[26] = { "bridge_ask", ROLE_BRIDGE, on_bridge_ask },
	[27] = { "bridge_text", ROLE_BRIDGE, on_bridge_text },
	[28] = { "bridge_notice", ROLE_BRIDGE, on_bridge_notice },
	[32] = { "peer_up", ROLE_SELF, on_peer_up },
	[33] = { "peer_down", ROLE_SELF, on_peer_down },
	[34] = { "peer_acked", ROLE_SELF, on_peer_acked },
	[35] = { "committed", ROLE_SELF, on_committed },
	[36] = { "tick", ROLE_SELF, on_tick },
	[37] = { "store_state", ROLE_SELF, on_store_state },
	[38] = { "call_done", ROLE_SELF, on_call_done },
	[39] = { "begin", ROLE_SELF, on_begin },
	[40] = { "load_entities", ROLE_SELF, on_load_entities },
	[41] = { "load_sessions", ROLE_SELF, on_load_sessions },
	[42] = { "load_outbox", ROLE_SELF, on_load_outbox },
	[43] = { "load_documents", ROLE_SELF, on_load_documents },
	[44] = { "ready", ROLE_SELF, on_ready },
	[45] = { "quarantine", ROLE_SELF, on_quarantine },
	[46] = { "stop", ROLE_SELF, on_stop },
	[64] = { "batch_refused", ROLE_PERSIST, on_batch_refused },
	[65] = { "batch_poisoned", ROLE_PERSIST, on_batch_poisoned },
};

const struct route_table world_inbox = {
	.envelope = &mudlark__world_in__descriptor,
	.rows = rows,
	.n = ARRAY_LEN(rows),
};

bool inputs_at_once(unsigned field)
{
	/* Books and loading never wait for a turn; a stop, or the end of an epoch, neither. */
	return field == 34 || field == 35 || field == 37 || (field >= 39 && field <= 46) ||
	       field >= 64;
}
