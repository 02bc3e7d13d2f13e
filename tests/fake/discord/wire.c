/* wire.c - see wire.h. */
#include "tests/fake/discord/wire.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

enum { LINGER_S = 3, MESSAGE_MAX = 1 << 20, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9 };

struct wire {
	struct bufferevent *bev;
	wslay_event_context_ptr ws;
	struct wire_events events;
	uint16_t code; /* of the close frame that came */
	bool is_busy;  /* in wslay_event_recv() */
	bool is_over;  /* nobody is told any more */
	bool is_cut;
};

static void wire_free(struct wire *w)
{
	wslay_event_context_free(w->ws);
	bufferevent_free(w->bev);
	free(w);
}

/* What is called back by wslay */

static ssize_t on_recv(wslay_event_context_ptr ws, uint8_t *p, size_t n, UNUSED int flags,
		       void *ctx)
{
	struct wire *w = ctx;
	int got = w->is_over ? 0 : evbuffer_remove(bufferevent_get_input(w->bev), p, n);

	if (got > 0)
		return got;
	wslay_event_set_error(ws, WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static ssize_t on_send(UNUSED wslay_event_context_ptr ws, const uint8_t *p, size_t n,
		       UNUSED int flags, void *ctx)
{
	evbuffer_add(bufferevent_get_output(((struct wire *)ctx)->bev), p, n);
	return (ssize_t)n;
}

static void on_message(UNUSED wslay_event_context_ptr ws,
		       const struct wslay_event_on_msg_recv_arg *m, void *ctx)
{
	struct wire *w = ctx;

	if (w->is_over)
		return;
	if (m->opcode == WSLAY_CONNECTION_CLOSE)
		w->code = m->status_code;
	else if (m->opcode == WSLAY_TEXT_FRAME || m->opcode == WSLAY_BINARY_FRAME)
		w->events.message(w->events.ctx, m->opcode == WSLAY_BINARY_FRAME,
				  (struct span){ (const char *)m->msg, m->msg_length });
}

/* The end */

static void on_linger_read(struct bufferevent *bev, UNUSED void *ctx)
{
	struct evbuffer *in = bufferevent_get_input(bev);

	evbuffer_drain(in, evbuffer_get_length(in));
}

static void on_linger_event(UNUSED struct bufferevent *bev, UNUSED short what, void *ctx)
{
	wire_free(ctx);
}

static void on_linger_drained(struct bufferevent *bev, UNUSED void *ctx)
{
	shutdown(bufferevent_getfd(bev), SHUT_WR);
}

/* What was written goes out; then it waits for the other side's end, so that no reset overtakes the words. */
static void linger(struct wire *w)
{
	const struct timeval limit = { .tv_sec = LINGER_S };

	w->is_over = true;
	bufferevent_setcb(w->bev, on_linger_read, on_linger_drained, on_linger_event, w);
	bufferevent_set_timeouts(w->bev, &limit, NULL);
	bufferevent_enable(w->bev, EV_READ | EV_WRITE);
	if (evbuffer_get_length(bufferevent_get_output(w->bev)) == 0)
		on_linger_drained(w->bev, w);
}

static void tell_closed(struct wire *w, uint16_t code)
{
	w->is_over = true;
	w->events.closed(w->events.ctx, code);
}

static void on_read(UNUSED struct bufferevent *bev, void *ctx)
{
	struct wire *w = ctx;
	bool fine;

	w->is_busy = true;
	fine = wslay_event_recv(w->ws) == 0;
	w->is_busy = false;
	if (w->is_cut) {
		wire_free(w);
		return;
	}
	if (w->is_over) /* it was closed by who was called */
		return;
	fine = wslay_event_send(w->ws) == 0 && fine;
	if (wslay_event_get_close_received(w->ws)) {
		tell_closed(w, w->code == WSLAY_CODE_NO_STATUS_RCVD ? 0 : w->code);
		linger(w);
	} else if (!fine || !wslay_event_get_read_enabled(w->ws)) {
		tell_closed(w, WIRE_BROKEN);
		linger(w);
	}
}

static void on_event(UNUSED struct bufferevent *bev, short what, void *ctx)
{
	struct wire *w = ctx;

	if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)))
		return;
	tell_closed(w, 0);
	wire_free(w);
}

/* The beginning */

static bool has_word(const char *value, const char *word)
{
	return value && strcasestr(value, word);
}

static bool is_upgrade(const struct request *r)
{
	const char *key = request_header(r, "sec-websocket-key");
	const char *version = request_header(r, "sec-websocket-version");

	return !r->status && !strcmp(r->method, "GET") &&
	       has_word(request_header(r, "upgrade"), "websocket") &&
	       has_word(request_header(r, "connection"), "upgrade") && version &&
	       !strcmp(version, "13") && key && strlen(key) == 24 && !strcmp(key + 22, "==");
}

static void accept_key(const char *key, char *ret)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char text[80];

	snprintf(text, sizeof(text), "%s%s", key, guid);
	EVP_Digest(text, strlen(text), hash, &n, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)ret, hash, (int)n);
}

struct wire *wire_open(struct conn *c, const struct request *r, const struct wire_events *e)
{
	static const struct wslay_event_callbacks calls = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.on_msg_recv_callback = on_message,
	};
	char accept[40];
	struct wire *w;

	if (!is_upgrade(r)) {
		conn_head(c, request_header(r, "upgrade") ? 400 : 426, "", 0);
		conn_end(c);
		return NULL;
	}
	accept_key(request_header(r, "sec-websocket-key"), accept);
	w = base_alloc(1, sizeof(*w));
	*w = (struct wire){ .bev = conn_release(c), .events = *e };
	if (wslay_event_context_server_init(&w->ws, &calls, w) != 0)
		abort();
	wslay_event_config_set_max_recv_msg_length(w->ws, MESSAGE_MAX);
	evbuffer_add_printf(bufferevent_get_output(w->bev),
			    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			    "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			    accept);
	bufferevent_setcb(w->bev, on_read, NULL, on_event, w);
	bufferevent_enable(w->bev, EV_READ | EV_WRITE);
	bufferevent_trigger(w->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
	return w;
}

/* Frames */

static void put_frame(struct wire *w, unsigned first, struct span s)
{
	uint8_t head[10] = { (uint8_t)first };
	size_t n = 2;

	if (s.n < 126) {
		head[1] = (uint8_t)s.n;
	} else {
		size_t bytes = s.n < 65536 ? 2 : 8;

		head[1] = bytes == 2 ? 126 : 127;
		for (size_t i = 0; i < bytes; i++)
			head[n++] = (uint8_t)((uint64_t)s.n >> 8 * (bytes - 1 - i));
	}
	evbuffer_add(bufferevent_get_output(w->bev), head, n);
	evbuffer_add(bufferevent_get_output(w->bev), s.p, s.n);
}

void wire_send(struct wire *w, struct span text, size_t piece)
{
	unsigned opcode = OP_TEXT;

	while (piece && text.n > piece) {
		put_frame(w, opcode, (struct span){ text.p, piece });
		text.p += piece;
		text.n -= piece;
		opcode = 0;
	}
	put_frame(w, 0x80 | opcode, text);
}

void wire_ping(struct wire *w)
{
	put_frame(w, 0x80 | OP_PING, SPAN("there?"));
}

void wire_binary(struct wire *w, struct span s)
{
	put_frame(w, 0x80 | OP_BINARY, s);
}

void wire_close(struct wire *w, uint16_t code, const char *reason)
{
	char text[100];
	int n = snprintf(text, sizeof(text), "%c%c%s", code >> 8, code & 0xff, reason);

	put_frame(w, 0x80 | OP_CLOSE, (struct span){ text, (size_t)n });
	linger(w);
}

void wire_cut(struct wire *w)
{
	w->is_over = w->is_cut = true;
	if (!w->is_busy)
		wire_free(w);
}
