/*
 * link_ask.c - calls beside the records.
 *
 * What the owner sees of a call that came in is a number of our own: ids of a peer's former life
 * could come again, and a late answer would reach the wrong question.
 */
#include "rt/link_state.h"

#include <errno.h>
#include <string.h>

enum { DEADLINE_MS = 5000 };

/* Calls go out with the flush; false: no room. */
static bool queue(struct link *l, Mudlark__LinkHead *m)
{
	uint32_t n;
	char *out;

	m->conversation = l->talk;
	n = (uint32_t)mudlark__link_head__get_packed_size(m);
	if (l->control.n + sizeof(n) + n > l->conf.ring_bytes + LINK_BODY_MAX)
		return false;
	out = buf_reserve(&l->control, sizeof(n) + n);
	memcpy(out, &n, sizeof(n));
	mudlark__link_head__pack(m, (uint8_t *)out + sizeof(n));
	buf_commit(&l->control, sizeof(n) + n);
	return true;
}

static ProtobufCBinaryData binary(struct span s)
{
	return (ProtobufCBinaryData){ s.n, (uint8_t *)(uintptr_t)s.p };
}

uint64_t link_call(struct link *l, struct span body, uint32_t deadline_ms,
		   void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why),
		   void *ctx)
{
	const uint64_t ms = deadline_ms ? deadline_ms : DEADLINE_MS;
	const struct link_call c = { .deadline_us = link_now(l) + ms * 1000,
				     .done = done,
				     .ctx = ctx };
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Call call = MUDLARK__CALL__INIT;

	if (!link_is_up(l) || l->asked.live >= LINK_CALLS_MAX || body.n > LINK_BODY_MAX)
		return 0;
	call.id = l->asked.last_id + 1;
	call.deadline_ms = (uint32_t)ms;
	call.body = binary(body);
	m.kind_case = MUDLARK__LINK_HEAD__KIND_CALL;
	m.call = &call;
	if (!queue(l, &m))
		return 0;
	l->stats.calls++;
	return link_calls_add(&l->asked, &c);
}

void link_cancel(struct link *l, uint64_t id)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Cancel cancel = MUDLARK__CANCEL__INIT;
	struct link_call c;

	if (!link_calls_take(&l->asked, id, &c) || !link_is_up(l))
		return;
	cancel.id = id;
	m.kind_case = MUDLARK__LINK_HEAD__KIND_CANCEL;
	m.cancel = &cancel;
	/* Without room for it the other side finds out by the deadline. */
	(void)queue(l, &m);
}

int link_reply(struct link *l, uint64_t id, struct span body)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Reply reply = MUDLARK__REPLY__INIT;
	const struct link_call *waiting = id ? link_calls_after(&l->asking, id - 1) : NULL;
	struct link_call c;

	if (body.n > LINK_BODY_MAX)
		return -EMSGSIZE;
	if (!waiting || waiting->id != id || !link_is_up(l))
		return 0;
	reply.id = waiting->peer_id;
	reply.body = binary(body);
	m.kind_case = MUDLARK__LINK_HEAD__KIND_REPLY;
	m.reply = &reply;
	if (!queue(l, &m))
		return 1;
	(void)link_calls_take(&l->asking, id, &c);
	return 0;
}

static void tell_cancelled(struct link *l, uint64_t id)
{
	if (l->events.cancelled)
		l->events.cancelled(l->events.ctx, l, id);
}

/* Ends what is past its deadline at `now`; ~0 ends all. */
static void end_asked(struct link *l, uint64_t now, const char *why)
{
	const struct link_call *next;
	const uint64_t last = l->asked.last_id;

	for (uint64_t id = 0; (next = link_calls_after(&l->asked, id)) && next->id <= last;) {
		struct link_call c;

		id = next->id;
		if (next->deadline_us > now || !link_calls_take(&l->asked, id, &c))
			continue;
		c.done(c.ctx, id, NULL, why);
	}
}

static void end_asking(struct link *l, uint64_t now)
{
	const struct link_call *next;

	for (uint64_t id = 0; !l->dying && (next = link_calls_after(&l->asking, id));) {
		struct link_call c;

		id = next->id;
		if (next->deadline_us <= now && link_calls_take(&l->asking, id, &c))
			tell_cancelled(l, id);
	}
}

void link_ask_expire(struct link *l)
{
	if (!l->asked.live && !l->asking.live)
		return;
	end_asked(l, link_now(l), "deadline");
	if (!l->dying)
		end_asking(l, link_now(l));
}

void link_ask_fail(struct link *l, const char *why)
{
	end_asked(l, UINT64_MAX, why);
	end_asking(l, UINT64_MAX);
}

static void in_call(struct link *l, const Mudlark__Call *call)
{
	const struct link_call c = { .peer_id = call->id,
				     .deadline_us =
					     link_now(l) + (uint64_t)call->deadline_ms * 1000 };
	uint64_t id;

	/* Beyond the bound nobody answers; the asker's deadline says so. */
	if (!l->events.call || l->asking.live >= LINK_CALLS_MAX || call->id <= l->last_call_in)
		return;
	l->last_call_in = call->id;
	id = link_calls_add(&l->asking, &c);
	l->events.call(l->events.ctx, l, id,
		       (struct span){ (const char *)call->body.data, call->body.len });
}

static void in_reply(struct link *l, const Mudlark__Reply *reply)
{
	const struct span body = { (const char *)reply->body.data, reply->body.len };
	struct link_call c;

	if (link_calls_take(&l->asked, reply->id, &c))
		c.done(c.ctx, reply->id, &body, NULL);
}

static void in_cancel(struct link *l, const Mudlark__Cancel *cancel)
{
	const struct link_call *next;
	struct link_call c;

	for (uint64_t id = 0; (next = link_calls_after(&l->asking, id)); id = next->id) {
		if (next->peer_id != cancel->id)
			continue;
		if (link_calls_take(&l->asking, next->id, &c))
			tell_cancelled(l, c.id);
		return;
	}
}

void link_ask_in(struct link *l, const Mudlark__LinkHead *m)
{
	if (m->kind_case == MUDLARK__LINK_HEAD__KIND_CALL)
		in_call(l, m->call);
	else if (m->kind_case == MUDLARK__LINK_HEAD__KIND_REPLY)
		in_reply(l, m->reply);
	else if (m->kind_case == MUDLARK__LINK_HEAD__KIND_CANCEL)
		in_cancel(l, m->cancel);
}
