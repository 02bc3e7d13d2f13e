/* ws.c - see ws.h. */
#include "tests/support/ws.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include "tests/support/die.h"

static void complain(const struct ws *w, const char *what)
{
	die("%s: %s\n--- text, of which looked at: %zu of %zu bytes\n%.*s\n--- data\n%.*s\n---",
	    w->who ? w->who : "browser", what, w->at, w->text.n, (int)w->text.n, buf_p(&w->text),
	    (int)w->data.n, buf_p(&w->data));
}

/* Bytes on the wire */

static void wait_for(const struct ws *w, short events, uint64_t within_us)
{
	struct pollfd p = { .fd = w->fd, .events = events };

	if (poll(&p, 1, (int)((within_us + 999) / 1000)) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
}

/* As recv() and SSL_read(): > 0 bytes; 0: the end; -1: nothing for now. */
static long take(struct ws *w, char *p, size_t n)
{
	long r;

	if (!w->tls) {
		r = recv(w->fd, p, n, 0);
		return r >= 0 ? r : errno == EAGAIN ? -1 : 0;
	}
	r = SSL_read(w->tls, p, (int)n);
	if (r > 0)
		return r;
	r = SSL_get_error(w->tls, (int)r);
	return r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

static long give(struct ws *w, const char *p, size_t n)
{
	int r;

	if (!w->tls)
		return send(w->fd, p, n, MSG_NOSIGNAL);
	r = SSL_write(w->tls, p, (int)n);
	errno = r > 0 || SSL_get_error(w->tls, r) == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
	return r;
}

static void shut(struct ws *w)
{
	SSL_free(w->tls);
	w->tls = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

void ws_bytes(struct ws *w, const void *p, size_t n)
{
	uint64_t end = now_us() + TALK_US;
	const char *at = p;

	while (n > 0 && w->fd >= 0) {
		long r = give(w, at, n);

		if (r > 0) {
			at += r;
			n -= (size_t)r;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			return; /* the close frame may still be there to be read */
		} else if (now_us() > end) {
			complain(w, "the server does not read");
		} else {
			wait_for(w, POLLOUT, 100000);
		}
	}
}

static void shake_hands(struct ws *w)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	uint64_t end = now_us() + TALK_US;
	int r;

	w->tls = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(w->tls, w->fd);
	while ((r = SSL_connect(w->tls)) != 1) {
		r = SSL_get_error(w->tls, r);
		if ((r != SSL_ERROR_WANT_READ && r != SSL_ERROR_WANT_WRITE) || now_us() > end)
			die("%s: no TLS handshake", w->who);
		wait_for(w, r == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, 1000000);
	}
}

/* False: nobody listens. */
static bool dial(struct ws *w, const struct ws_spec *spec)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(spec->port) };
	struct sockaddr_in from = { .sin_family = AF_INET };

	*w = (struct ws){ .who = spec->who ? spec->who : "browser", .is_mixed = spec->is_mixed };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((spec->to && inet_pton(AF_INET, spec->to, &a.sin_addr) != 1) ||
	    (spec->from && inet_pton(AF_INET, spec->from, &from.sin_addr) != 1))
		die("%s: no address: %s, %s", w->who, spec->to, spec->from);
	w->fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	if (spec->from)
		must(bind(w->fd, (struct sockaddr *)&from, sizeof(from)), "bind");
	if (connect(w->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return false;
	must(fcntl(w->fd, F_SETFL, O_NONBLOCK), "fcntl");
	if (spec->tls)
		shake_hands(w);
	return true;
}

void ws_connect(struct ws *w, const struct ws_spec *spec)
{
	if (!dial(w, spec))
		die("%s: nobody listens on port %u", w->who, spec->port);
}

void ws_close(struct ws *w)
{
	shut(w);
	wslay_event_context_free(w->context);
	w->context = NULL;
	buf_done(&w->in);
	buf_done(&w->head);
	buf_done(&w->text);
	buf_done(&w->data);
	buf_done(&w->pong);
}

/* Frames */

static ssize_t on_recv(wslay_event_context_ptr ctx, uint8_t *p, size_t n, UNUSED int flags,
		       void *user)
{
	struct ws *w = user;

	if (n > w->in.n)
		n = w->in.n;
	if (n == 0) {
		wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(p, buf_p(&w->in), n);
	buf_drain(&w->in, n);
	return (ssize_t)n;
}

static ssize_t on_send(UNUSED wslay_event_context_ptr ctx, const uint8_t *p, size_t n,
		       UNUSED int flags, void *user)
{
	ws_bytes(user, p, n);
	return (ssize_t)n;
}

static int on_mask(UNUSED wslay_event_context_ptr ctx, uint8_t *p, size_t n, UNUSED void *user)
{
	memset(p, 0x5a, n);
	return 0;
}

static void add_byte(struct buf *b, char c)
{
	buf_addc(b, c);
	*buf_reserve(b, 1) = '\0';
}

/* Without colours and CR. */
static void keep(struct buf *b, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == 033 && i + 1 < n && p[i + 1] == '[')
			while (i < n && p[i] != 'm')
				i++;
		else if (p[i] != '\r')
			add_byte(b, (char)p[i]);
	}
}

static void on_frame(UNUSED wslay_event_context_ptr ctx,
		     const struct wslay_event_on_frame_recv_start_arg *f, void *user)
{
	((struct ws *)user)->opcode = f->opcode;
}

/* The code of a close frame is taken here: wslay itself knows of none above 1011. */
static void on_chunk(UNUSED wslay_event_context_ptr ctx,
		     const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *user)
{
	struct ws *w = user;

	if (w->opcode == WSLAY_CONNECTION_CLOSE && chunk->data_length >= 2)
		w->code = (uint16_t)(chunk->data[0] << 8 | chunk->data[1]);
}

static void on_message(UNUSED wslay_event_context_ptr ctx,
		       const struct wslay_event_on_msg_recv_arg *arg, void *user)
{
	struct ws *w = user;

	switch (arg->opcode) {
	case WSLAY_BINARY_FRAME:
		w->n_binary++;
		keep(&w->text, arg->msg, arg->msg_length);
		if (w->is_mixed && w->text.n && buf_p(&w->text)[w->text.n - 1] != '\n')
			add_byte(&w->text, *TALK_GO);
		break;
	case WSLAY_TEXT_FRAME:
		w->n_text++;
		if (w->is_mixed) {
			add_byte(&w->text, *WS_DATA);
			keep(&w->text, arg->msg, arg->msg_length);
			add_byte(&w->text, '\n');
			break;
		}
		keep(&w->data, arg->msg, arg->msg_length);
		add_byte(&w->data, '\n');
		break;
	case WSLAY_PING:
		w->pings++;
		break;
	case WSLAY_PONG:
		w->pongs++;
		buf_clear(&w->pong);
		keep(&w->pong, arg->msg, arg->msg_length);
		break;
	default:
		if (w->code == 0)
			w->code = WSLAY_CODE_NO_STATUS_RCVD;
		break;
	}
}

static void pump(struct ws *w)
{
	wslay_event_context_ptr ctx = w->context;

	if (!ctx)
		return;
	if (wslay_event_recv(ctx) < 0)
		complain(w, "the server's frames are malformed");
	/* wslay answers a breach with a close of its own making. */
	if (wslay_event_get_queued_msg_count(ctx) > 0 && !wslay_event_get_read_enabled(ctx) &&
	    !wslay_event_get_close_received(ctx) && (w->code < 1012 || w->code > 1014))
		complain(w, "the server's frames break RFC 6455");
	if (wslay_event_send(ctx) < 0)
		complain(w, "cannot send");
}

bool ws_read(struct ws *w, uint64_t within_us)
{
	long n;

	if (w->fd < 0)
		return false;
	n = take(w, buf_reserve(&w->in, 65536), 65536);
	if (n < 0) {
		wait_for(w, POLLIN, within_us);
		n = take(w, buf_reserve(&w->in, 65536), 65536);
	}
	if (n > 0)
		buf_commit(&w->in, (size_t)n);
	pump(w);
	if (n == 0)
		shut(w);
	return n > 0;
}

static void queue(struct ws *w, uint8_t opcode, const void *p, size_t n)
{
	struct wslay_event_msg m = { .opcode = opcode, .msg = p, .msg_length = n };

	if (w->fd < 0 || wslay_event_queue_msg(w->context, &m) < 0 ||
	    wslay_event_send(w->context) < 0)
		complain(w, "cannot send: the connection is closed");
}

void ws_send_text(struct ws *w, const char *text)
{
	queue(w, WSLAY_TEXT_FRAME, text, strlen(text));
}

void ws_send_binary(struct ws *w, const void *p, size_t n)
{
	queue(w, WSLAY_BINARY_FRAME, p, n);
}

void ws_line(struct ws *w, const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	queue(w, WSLAY_BINARY_FRAME, line, (size_t)n);
}

void ws_ping(struct ws *w, const char *payload)
{
	queue(w, WSLAY_PING, payload, strlen(payload));
}

void ws_say_close(struct ws *w, uint16_t code, const char *reason)
{
	if (wslay_event_queue_close(w->context, code, (const uint8_t *)reason, strlen(reason)) <
		    0 ||
	    wslay_event_send(w->context) < 0)
		complain(w, "cannot close");
}

void ws_raw(struct ws *w, const struct ws_raw *f)
{
	struct buf b = { 0 };
	char mask = f->key ? (char)0x80 : 0;

	buf_addc(&b, (char)f->first);
	if (f->payload.n < 126) {
		buf_addc(&b, (char)(mask | (char)f->payload.n));
	} else {
		size_t bytes = f->payload.n < 65536 ? 2 : 8;

		buf_addc(&b, (char)(mask | (bytes == 2 ? 126 : 127)));
		while (bytes-- > 0)
			buf_addc(&b, (char)(f->payload.n >> (8 * bytes)));
	}
	if (f->key)
		buf_add(&b, f->key, 4);
	for (size_t i = 0; i < f->payload.n; i++)
		buf_addc(&b, (char)(f->payload.p[i] ^ (f->key ? f->key[i % 4] : 0)));
	ws_bytes(w, buf_p(&b), b.n);
	buf_done(&b);
}

/* The upgrade */

static void ask(struct ws *w, const struct ws_spec *spec)
{
	struct buf b = { 0 };

	buf_addf(&b,
		 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
		 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
		 spec->path ? spec->path : "/ws", spec->port);
	if (spec->protocols)
		buf_addf(&b, "Sec-WebSocket-Protocol: %s\r\n", spec->protocols);
	if (spec->origin)
		buf_addf(&b, "Origin: %s\r\n", spec->origin);
	if (spec->headers)
		buf_adds(&b, spec->headers);
	buf_adds(&b, "\r\n");
	ws_bytes(w, buf_p(&b), b.n);
	buf_done(&b);
}

/* Moves the head of the answer out of `in`; false: it never came whole. */
static bool take_head(struct ws *w)
{
	uint64_t end = now_us() + TALK_US;
	const char *at;
	size_t n;

	while (!(at = memmem(buf_p(&w->in), w->in.n, "\r\n\r\n", 4)))
		if (!ws_read(w, 100000) && (w->fd < 0 || now_us() > end))
			return false;
	n = (size_t)(at - buf_p(&w->in)) + 4;
	buf_add(&w->head, buf_p(&w->in), n);
	buf_addc(&w->head, '\0');
	buf_drain(&w->in, n);
	return true;
}

static void take_protocol(struct ws *w)
{
	static const char name[] = "\r\nsec-websocket-protocol: ";
	const char *at = strcasestr(buf_p(&w->head), name);

	if (at)
		snprintf(w->protocol, sizeof(w->protocol), "%.*s",
			 (int)strcspn(at + strlen(name), "\r"), at + strlen(name));
}

int ws_try(struct ws *w, const struct ws_spec *spec)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.genmask_callback = on_mask,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_chunk,
		.on_msg_recv_callback = on_message,
	};
	wslay_event_context_ptr ctx = NULL;
	int status = 0;

	if (!dial(w, spec)) {
		shut(w);
		return 0;
	}
	ask(w, spec);
	if (!take_head(w) || sscanf(buf_p(&w->head), "HTTP/1.1 %d", &status) != 1)
		status = 0;
	if (status != 101) {
		shut(w);
		return status;
	}
	if (!strcasestr(buf_p(&w->head),
			"\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
		die("%s: wrong Sec-WebSocket-Accept in\n%s", w->who, buf_p(&w->head));
	take_protocol(w);
	must(wslay_event_context_client_init(&ctx, &callbacks, w), "wslay");
	w->context = ctx;
	pump(w);
	return status;
}

void ws_open(struct ws *w, const struct ws_spec *spec)
{
	int status = ws_try(w, spec);

	if (status != 101)
		die("%s: the upgrade was answered with %d:\n%s", w->who, status, buf_p(&w->head));
}

/* What was said */

/* The place behind the text in b, from *at on; waits. */
static bool await(struct ws *w, const struct buf *b, size_t *at, const char *text,
		  uint64_t within_us)
{
	uint64_t end = now_us() + within_us, now;
	size_t n = strlen(text);

	for (;;) {
		const char *from = buf_p(b) + *at;
		const char *found = memmem(from, b->n - *at, text, n);

		if (found) {
			*at = (size_t)(found - buf_p(b)) + n;
			return true;
		}
		now = now_us();
		if (now >= end || w->fd < 0)
			return false;
		ws_read(w, end - now);
	}
}

bool ws_sees(struct ws *w, const char *text, uint64_t within_us)
{
	return await(w, &w->text, &w->at, text, within_us);
}

void ws_expect(struct ws *w, const char *text)
{
	char what[256];

	if (ws_sees(w, text, TALK_US))
		return;
	snprintf(what, sizeof(what), "\"%s\" did not come%s", text,
		 w->fd < 0 ? " before the end" : "");
	complain(w, what);
}

const char *ws_data(struct ws *w, const char *package, uint64_t within_us)
{
	char head[128];
	size_t at = w->data_at;
	char *end;

	snprintf(head, sizeof(head), "%s ", package);
	do {
		if (!await(w, &w->data, &at, head, within_us))
			return NULL;
	} while (at > strlen(head) && !strchr("\n", buf_p(&w->data)[at - strlen(head) - 1]));
	end = memchr(buf_p(&w->data) + at, '\n', w->data.n - at);
	if (!end)
		complain(w, "a text message has no end");
	w->data_at = (size_t)(end - buf_p(&w->data)) + 1;
	*end = '\0';
	return buf_p(&w->data) + at;
}

void ws_expect_data(struct ws *w, const char *text)
{
	char what[256];

	if (await(w, &w->data, &w->data_at, text, TALK_US))
		return;
	snprintf(what, sizeof(what), "the data \"%s\" did not come", text);
	complain(w, what);
}

uint16_t ws_code(struct ws *w, uint64_t within_us)
{
	uint64_t end = now_us() + within_us, now;

	while (w->fd >= 0) {
		now = now_us();
		if (now >= end)
			complain(w, "the server does not close");
		ws_read(w, end - now);
	}
	return w->code;
}

size_t ws_count(const struct ws *w, const char *text)
{
	const char *at = buf_p(&w->text), *end = at + w->text.n;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(end - at), text, strlen(text)))) {
		at += strlen(text);
		n++;
	}
	return n;
}

void ws_enter_guest(struct ws *w)
{
	ws_expect(w, "Name:");
	ws_line(w, "guest");
	ws_expect(w, "Exits:");
	ws_expect(w, "> ");
}

void ws_enter_new(struct ws *w, const char *name, const char *password)
{
	ws_expect(w, "Name:");
	ws_line(w, "%s", name);
	ws_expect(w, "(y/n)");
	ws_line(w, "y");
	ws_expect(w, "Choose a password:");
	ws_line(w, "%s", password);
	ws_expect(w, "Repeat the password:");
	ws_line(w, "%s", password);
	ws_expect(w, "Exits:");
	ws_expect(w, "> ");
}

char *ws_http(uint16_t port, bool tls, const char *request, uint64_t within_us)
{
	uint64_t end = now_us() + within_us, now;
	struct ws w;
	char *all;

	ws_connect(&w, &(struct ws_spec){ .port = port, .tls = tls });
	ws_bytes(&w, request, strlen(request));
	while (w.fd >= 0 && (now = now_us()) < end)
		ws_read(&w, end - now);
	all = base_dup(buf_p(&w.in), w.in.n);
	ws_close(&w);
	return all;
}
