/*
 * client.c - see client.h.
 *
 * The lobby calls in with texts; these must not call back into it, so everything that may end a
 * session waits for clients_flush().  `watch` holds the few clients that have a deadline (output that
 * does not move, an end of input, last words), so that no timer goes through all of them.
 */
#include "gateway/client.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/client_impl.h"
#include "gateway/gmcp.h"
#include "rt/log.h"

enum {
	WATCH_US = 500000,
};

static const char cut_line[] = "{system}That line was too long; the end of it was left out.{/}";
static const char slow_line[] =
	"Your connection is slow: some of what happens around you is left out.";

static void soil(struct client *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	STAILQ_INSERT_TAIL(&c->of->flush, c, flush);
}

struct buf *client_out(struct client *c)
{
	soil(c);
	return &c->out;
}

void client_doom(struct client *c, const char *reason)
{
	if (!c->doomed)
		c->doomed = reason;
	soil(c);
}

void client_part(struct client *c, const char *reason)
{
	if (c->session)
		lobby_hangup(c->session, reason);
	c->session = NULL;
	c->closing = true;
	soil(c);
}

static void set_deadline(struct client *c, uint64_t delay_us)
{
	struct clients *cs = c->of;

	if (c->deadline_us == 0)
		TAILQ_INSERT_TAIL(&cs->watch, c, watch);
	c->deadline_us = client_now(cs) + delay_us;
	if (!cs->watcher.pending)
		loop_timer_in(&cs->watcher, WATCH_US);
}

static void drop_deadline(struct client *c)
{
	if (c->deadline_us == 0)
		return;
	c->deadline_us = 0;
	TAILQ_REMOVE(&c->of->watch, c, watch);
}

/* Whatever comes next begins on a line of its own. */
static void leave_prompt(struct client *c)
{
	if (c->at_prompt)
		buf_add(&c->out, "\r\n", 2);
	c->at_prompt = false;
}

/* What the lobby says */

/* True: this text is not worth making a slow reader slower. */
static bool is_too_much(struct client *c, const struct lobby_text *t)
{
	if (t->class != MUDLARK__TEXT_CLASS__TEXT_AMBIENT ||
	    c->stream.out.n + c->out.n <= c->of->conf->output_soft)
		return false;
	c->of->stats.dropped++;
	if (c->told_slow)
		return true;
	c->told_slow = true;
	leave_prompt(c);
	markup_render(&c->out, SPAN(slow_line), c->protocol->kind(c));
	buf_add(&c->out, "\r\n", 2);
	return true;
}

static void on_text(void *ctx, struct session *s, const struct lobby_text *t)
{
	struct clients *cs = ctx;
	struct client *c = s->owner;

	if (c->doomed || is_too_much(c, t))
		return;
	if (t->markup.n > 0) {
		struct span bytes = render_get(&cs->render, t->id, t->markup, c->protocol->kind(c));

		leave_prompt(c);
		buf_add(&c->out, bytes.p, bytes.n);
	}
	c->prompt_due = c->prompt_due || t->answer || !s->sent;
	soil(c);
}

static void on_data(UNUSED void *ctx, struct session *s, const struct lobby_data *d)
{
	struct client *c = s->owner;

	if (!c->doomed)
		c->protocol->data(c, d);
}

static void on_hide(UNUSED void *ctx, struct session *s)
{
	struct client *c = s->owner;

	c->protocol->hide(c);
}

static void on_caps(UNUSED void *ctx, struct session *s, Mudlark__SessionCaps *ret)
{
	struct client *c = s->owner;

	c->protocol->caps(c, ret);
}

static void on_resumed(UNUSED void *ctx, struct session *s, const struct lobby_resumed *r)
{
	client_resumed(s->owner, r);
}

static void on_close(UNUSED void *ctx, struct session *s, const char *reason)
{
	struct client *c = s->owner;

	if (s->hidden) {
		s->hidden = false;
		c->protocol->hide(c);
	}
	c->session = NULL;
	c->closing = true;
	c->goodbye = reason;
	soil(c);
}

void clients_io(struct clients *cs, struct lobby_io *ret)
{
	ret->text = on_text;
	ret->data = on_data;
	ret->hide = on_hide;
	ret->caps = on_caps;
	ret->close = on_close;
	ret->resumed = on_resumed;
	ret->ctx = cs;
}

/* What the other end says */

/* A password does not stay in memory that is used again. */
static void wipe(struct buf *b)
{
	if (b->p)
		sodium_memzero(b->p, b->cap);
}

void client_line(struct client *c, enum charset from)
{
	client_line_tagged(c, from, 0, false);
}

void client_line_tagged(struct client *c, enum charset from, uint64_t tag, bool secret)
{
	struct buf *text = &c->of->text;
	bool cut;

	buf_reset(text);
	cut = line_take(&c->line, text, from);
	c->at_prompt = false;
	if (!c->session || c->doomed)
		return;
	lobby_line_tagged(c->session, buf_span(text), tag, secret);
	if (secret || c->session->hidden) {
		wipe(text);
		wipe(&c->line.raw);
	}
	if (cut)
		lobby_say(c->session, cut_line);
}

void client_eof(struct client *c)
{
	client_unmute(c);
	stream_deaf(&c->stream);
	c->eof = true;
	if (c->closing) {
		if (c->lingering)
			client_doom(c, "closed");
		return;
	}
	if (!c->protocol->trusted)
		set_deadline(c, CLIENT_EOF_US);
	lobby_eof(c->session);
}

static void take_bytes(struct client *c, struct span bytes)
{
	c->of->stats.bytes_in += bytes.n;
	client_heard(c);
	if (c->framing)
		c->framing->receive(c, bytes);
	else
		c->protocol->receive(c, bytes);
}

static void on_read(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct client *c = ctx;
	struct clients *cs = c->of;
	long n;

	if (c->doomed)
		return;
	n = stream_read(&c->stream, cs->read, CLIENT_READ);
	client_charge(c, c->stream.wire);
	if (n == -EAGAIN)
		return;
	if (n < 0)
		client_doom(c, "reset");
	else if (n == 0)
		client_eof(c);
	else if (c->session || c->framing)
		take_bytes(c, (struct span){ cs->read, (size_t)n });
}

static void on_write(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	soil(ctx);
}

/* The end of a turn */

static void show_prompt(struct client *c)
{
	struct markup_kind kind;

	if (!c->prompt_due || !c->session)
		return;
	c->prompt_due = false;
	if (!c->session->prompt)
		return;
	leave_prompt(c);
	kind = c->protocol->kind(c);
	kind.width = 0;
	markup_render(&c->out, (struct span){ c->session->prompt, strlen(c->session->prompt) },
		      kind);
	c->at_prompt = true;
	c->protocol->prompted(c);
}

/* What was said in this turn becomes what goes over the wire. */
static void seal(struct client *c)
{
	if (c->protocol->seal && c->protocol->seal(c))
		return;
	if (c->framing) {
		c->framing->seal(c);
	} else if (c->stream.out.n == 0) {
		buf_done(&c->stream.out);
		c->stream.out = c->out;
		c->out = (struct buf){ 0 };
	} else if (c->out.n > 0) {
		buf_add(&c->stream.out, buf_p(&c->out), c->out.n);
		buf_clear(&c->out);
	}
}

static void account(struct client *c)
{
	struct clients *cs = c->of;

	cs->queued += c->stream.out.n - c->left;
	c->left = c->stream.out.n;
}

/* Too much waits for a reader that does not read? */
static void check_output(struct client *c)
{
	const struct client_conf *conf = c->of->conf;

	if (c->left > conf->output_max)
		client_doom(c, "slow_reader");
	else if (c->left > conf->output_soft && c->of->queued > conf->output_total)
		client_doom(c, "output_total");
	else
		return;
	c->of->stats.slow++;
}

static void send_out(struct client *c)
{
	struct clients *cs = c->of;
	size_t before = c->stream.out.n;
	int r;

	if (before == 0)
		return;
	r = stream_send(&c->stream);
	cs->stats.sends++;
	cs->stats.bytes_out += before - c->stream.out.n;
	account(c);
	if (r < 0) {
		client_doom(c, "lost");
	} else if (r > 0) {
		if (!c->eof && (c->deadline_us == 0 || c->left < before))
			set_deadline(c, cs->conf->stuck_us);
		check_output(c);
	} else {
		c->told_slow = false;
		if (!c->eof && !c->lingering)
			drop_deadline(c);
	}
}

/* All is sent: the other end gets time to read it before the socket goes. */
static void linger(struct client *c)
{
	stream_finish(&c->stream);
	c->lingering = true;
	if (c->eof)
		client_doom(c, "closed");
	else
		set_deadline(c, CLIENT_LINGER_US);
}

/* Where there is a framing, the reason is said in its way, if that goes out at once. */
static void last_word(struct client *c)
{
	if (!c->framing || !c->framing->goodbye || c->stream.out.n > 0)
		return;
	c->framing->goodbye(c, c->doomed);
	if (stream_send(&c->stream) != 0)
		log_debug("goodbye_not_sent", LOG_STR("reason", c->doomed));
}

static void bury(struct client *c)
{
	struct clients *cs = c->of;

	last_word(c);
	if (c->session)
		lobby_hangup(c->session, c->doomed);
	if (c->dirty)
		STAILQ_REMOVE(&cs->flush, c, client, flush);
	drop_deadline(c);
	client_unmute(c);
	TAILQ_REMOVE(&cs->all, c, all);
	cs->queued -= c->left;
	cs->n--;
	cs->stats.closed++;
	cs->stats.by_kind[c->kind]--;
	c->protocol->done(c);
	if (c->framing && c->framing->done)
		c->framing->done(c);
	gmcp_free(c->gmcp);
	buf_done(&c->out);
	line_done(&c->line);
	stream_close(&c->stream);
	if (cs->on_gone)
		cs->on_gone(cs->ctx, c);
	free(c);
}

static void flush_client(struct client *c)
{
	if (!c->doomed) {
		show_prompt(c);
		client_session_news(c);
		seal(c);
		if (c->goodbye && c->framing && c->framing->goodbye)
			c->framing->goodbye(c, c->goodbye);
		c->goodbye = NULL;
		send_out(c);
		if (c->n_answers > 0)
			client_timed(c);
	}
	if (!c->doomed && c->closing && !c->lingering && c->stream.out.n == 0)
		linger(c);
	if (c->doomed)
		bury(c);
}

void clients_flush(struct clients *cs)
{
	struct client *c;

	cs->n_timed = 0;
	while ((c = STAILQ_FIRST(&cs->flush))) {
		STAILQ_REMOVE_HEAD(&cs->flush, flush);
		c->dirty = false;
		flush_client(c);
	}
}

static void on_watch(void *ctx)
{
	struct clients *cs = ctx;
	uint64_t now = client_now(cs);
	struct client *c;

	TAILQ_FOREACH(c, &cs->watch, watch)
	{
		if (c->deadline_us > now)
			continue;
		client_doom(c, c->lingering ? "closed" : c->eof ? "eof" : "stuck");
		if (!c->lingering && !c->eof)
			cs->stats.slow++;
	}
	if (!TAILQ_EMPTY(&cs->watch))
		loop_timer_in(&cs->watcher, WATCH_US);
}

/* Coming and going */

void clients_init(struct clients *cs, struct loop *loop, struct lobby *lobby,
		  const struct client_conf *conf)
{
	*cs = (struct clients){ .loop = loop, .lobby = lobby, .conf = conf };
	STAILQ_INIT(&cs->flush);
	TAILQ_INIT(&cs->watch);
	TAILQ_INIT(&cs->all);
	TAILQ_INIT(&cs->muted);
	loop_timer_init(loop, &cs->watcher, on_watch, cs);
	clients_pace_init(cs);
	cs->read = base_alloc(1, CLIENT_READ);
}

void clients_done(struct clients *cs)
{
	struct client *c;

	while ((c = TAILQ_FIRST(&cs->all))) {
		c->doomed = "shutdown";
		bury(c);
	}
	loop_timer_done(&cs->watcher);
	clients_pace_done(cs);
	render_done(&cs->render);
	buf_done(&cs->data);
	buf_done(&cs->text);
	free(cs->read);
}

int client_open(struct clients *cs, const struct protocol *p, struct stream *from,
		const struct client_guest *guest)
{
	struct client *c = base_alloc(1, p->size);
	struct lobby_guest visitor = {
		.peer = guest->peer,
		.via = guest->via,
		.trusted = p->trusted,
		.exempt = guest->exempt,
		.owner = c,
	};
	int r = stream_open(&c->stream, loop_base(cs->loop), from,
			    &(struct stream_events){ on_read, on_write, c });

	if (r < 0) {
		free(c);
		return r;
	}
	c->of = cs;
	c->protocol = p;
	c->framing = guest->framing;
	c->frames = guest->frames;
	c->source = guest->source;
	c->heard_us = client_now(cs);
	TAILQ_INSERT_TAIL(&cs->all, c, all);
	c->kind = (uint8_t)client_kind_of(guest->via);
	cs->n++;
	cs->stats.opened++;
	cs->stats.by_kind[c->kind]++;
	c->hint = guest->hint;
	p->start(c);
	c->hint = NULL;
	c->session = lobby_open(cs->lobby, &visitor);
	if (c->stream.out.n > 0)
		soil(c);
	if (guest->first.n > 0) {
		client_charge(c, guest->first.n);
		take_bytes(c, guest->first);
	}
	return 0;
}
