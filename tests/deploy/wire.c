/* wire.c - see wire.h. */
#include "tests/deploy/wire.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/secure.h"

enum { LET_GO_BYTES = 65536, LINE_MAX_BYTES = 512 };

static const char *const names[WIRE_WAYS] = {
	[WIRE_TELNET] = "telnet",
	[WIRE_TLS] = "telnets",
	[WIRE_WS] = "ws",
};

const char *wire_name(enum wire_way way)
{
	return names[way];
}

bool wire_open(struct wire *w, const char *who, enum wire_way way, const struct wire_to *to)
{
	const struct talk_way by = {
		.port = to->ports[way], .to = to->host, .from = to->from, .tls = way == WIRE_TLS
	};
	const struct ws_spec spec = { .port = to->ports[way],
				      .to = to->host,
				      .from = to->from,
				      .who = who,
				      .is_mixed = true,
				      .protocols = "gmcp.mudstandards.org" };

	*w = (struct wire){ .way = way, .talk = { .fd = -1 }, .ws = { .fd = -1 } };
	if (way == WIRE_WS ? ws_try(&w->ws, &spec) == 101 : talk_try_by(&w->talk, who, &by))
		return true;
	wire_close(w);
	return false;
}

void wire_close(struct wire *w)
{
	if (w->way == WIRE_WS)
		ws_close(&w->ws);
	else
		talk_close(&w->talk);
}

int wire_fd(const struct wire *w)
{
	return w->way == WIRE_WS ? w->ws.fd : w->talk.fd;
}

void wire_read(struct wire *w)
{
	if (w->way == WIRE_WS)
		while (ws_read(&w->ws, 0))
			;
	else
		while (talk_read(&w->talk, 0))
			;
}

static struct buf *text_of(struct wire *w, size_t **ret_at)
{
	*ret_at = w->way == WIRE_WS ? &w->ws.at : &w->talk.at;
	return w->way == WIRE_WS ? &w->ws.text : &w->talk.text;
}

struct span wire_rest(const struct wire *w)
{
	const struct buf *b = w->way == WIRE_WS ? &w->ws.text : &w->talk.text;
	size_t at = w->way == WIRE_WS ? w->ws.at : w->talk.at;

	return (struct span){ buf_p(b) + at, b->n - at };
}

void wire_skip(struct wire *w, size_t n)
{
	size_t *at;
	struct buf *b = text_of(w, &at);

	*at += n;
	if (*at < LET_GO_BYTES)
		return;
	buf_drain(b, *at);
	*at = 0;
}

bool wire_line(struct wire *w, struct span *ret)
{
	struct span rest;
	const char *end, *prompt;

	wire_skip(w, 0);
	rest = wire_rest(w);
	end = memchr(rest.p, '\n', rest.n);
	if (!end)
		return false;
	*ret = (struct span){ rest.p, (size_t)(end - rest.p) };
	while ((prompt = memchr(ret->p, *TALK_GO, ret->n))) {
		ret->n -= (size_t)(prompt + 1 - ret->p);
		ret->p = prompt + 1;
	}
	*(w->way == WIRE_WS ? &w->ws.at : &w->talk.at) += (size_t)(end + 1 - rest.p);
	return true;
}

void wire_type(struct wire *w, const char *line)
{
	char text[LINE_MAX_BYTES];
	int n = snprintf(text, sizeof(text), "%s\r\n", line);

	if (wire_fd(w) < 0)
		return;
	if (w->way == WIRE_WS && !w->ws.code)
		ws_line(&w->ws, "%s", line);
	else if (w->talk.secure)
		(void)!secure_send(w->talk.secure, text, (size_t)n);
	else if (w->way == WIRE_TELNET)
		(void)!send(w->talk.fd, text, (size_t)n, MSG_NOSIGNAL);
}

void wire_tell(struct wire *w, const char *message)
{
	if (wire_fd(w) >= 0 && !w->ws.code)
		ws_send_text(&w->ws, message);
}
