/*
 * inbox.c - records of links become inputs: unpacked under a cap, only from who may send them, and
 * with passwords taken out.
 */
#include "world/server.h"

#include "rt/log.h"
#include "rt/route.h"

static bool may_send(unsigned field, unsigned role)
{
	return field && field < world_inbox.n && world_inbox.rows[field].handle &&
	       world_inbox.rows[field].from & role;
}

static void hide(struct server *s, Mudlark__SessionLine *line, char token[SECRET_TOKEN + 1])
{
	struct span hidden =
		secrets_put(s->secrets,
			    (struct span){ (const char *)line->text.data, line->text.len }, token);

	line->text =
		(ProtobufCBinaryData){ .len = hidden.n, .data = (uint8_t *)(uintptr_t)hidden.p };
}

void inbox_record(struct server *s, uint64_t peer, unsigned role, struct span record)
{
	char token[SECRET_TOKEN + 1];
	Mudlark__WorldIn *in;
	const void *body;

	arena_reset(&s->arena);
	in = (Mudlark__WorldIn *)(void *)route_unpack(&mudlark__world_in__descriptor, record,
						      &s->arena);
	if (!in || !may_send(route_case(&in->base, &body), role)) {
		if (!s->refused_inputs++)
			log_warning("input_refused", LOG_ID("peer", peer));
		return;
	}
	if (in->body_case == MUDLARK__WORLD_IN__BODY_SESSION_LINE && in->session_line->secret)
		hide(s, in->session_line, token);
	if (in->body_case == MUDLARK__WORLD_IN__BODY_SESSION_LINE && in->session_line->session)
		phases_line_came(&s->phases, in->session_line->session, in->session_line->seq);
	if (in->body_case == MUDLARK__WORLD_IN__BODY_SESSION_DATA)
		secrets_hide_data(s->secrets, in->session_data, &s->arena);
	server_feed(s, peer, in);
}
