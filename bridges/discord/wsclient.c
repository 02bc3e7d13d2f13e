/*
 * wsclient.c - see wsclient.h.
 *
 * wslay calls back while it is fed; what is freed there is only marked (`dying`) and goes when it is out of wslay.
 * Two ends have to come before `closed` is told: the close frames of both sides, or the end of the connection, or a timer.
 */
#include "bridges/discord/wsclient.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "rt/text.h"

enum {
	HEAD_MAX = 8192,
	OUTPUT_MAX = 256 * 1024,
	CLOSE_US = 3000000,
	REASON_MAX = 120,
	NONCE = 16,
};

struct wsclient {
	struct loop *loop;
	struct dial *dial;
	wslay_event_context_ptr frames; /* NULL until the upgrade is through */
	struct wsclient_events e;
	struct span in; /* what the socket brought and wslay has not taken yet */
	struct buf request;
	char key[WSCLIENT_KEY + 1];
	size_t max_message;
	struct loop_timer closing;
	unsigned code; /* of a close frame; 0: none yet */
	char why[REASON_MAX + 1];
	unsigned depth; /* of callbacks that are running: nothing is freed */
	bool pumping;	/* wslay is */
	bool dying, over;
};

static void destroy(struct wsclient *w)
{
	if (w->frames)
		wslay_event_context_free(w->frames);
	dial_free(w->dial);
	loop_timer_done(&w->closing);
	buf_done(&w->request);
	free(w);
}

void wsclient_free(struct wsclient *w)
{
	if (!w)
		return;
	w->dying = true;
	if (w->depth == 0)
		destroy(w);
}

static void enter(struct wsclient *w)
{
	w->depth++;
}

static void leave(struct wsclient *w)
{
	if (--w->depth == 0 && w->dying)
		destroy(w);
}

/* The last word of a connection. */
static void tell_closed(struct wsclient *w, unsigned code, const char *why)
{
	if (w->over || w->dying)
		return;
	w->over = true;
	loop_timer_stop(&w->closing);
	w->e.closed(w->e.ctx, code, why);
}

static void set_reason(struct wsclient *w, unsigned code, struct span why)
{
	CLEANUP(buf_done) struct buf clean = { 0 };
	size_t n;

	if (w->code)
		return;
	w->code = code;
	text_clean(&clean, why);
	n = text_cut(buf_span(&clean), REASON_MAX);
	memcpy(w->why, buf_p(&clean), n);
	w->why[n] = 0;
}

/* ---- what wslay calls ---- */

static ssize_t on_recv(wslay_event_context_ptr frames, uint8_t *p, size_t n, UNUSED int flags,
		       void *ctx)
{
	struct wsclient *w = ctx;

	if (n > w->in.n)
		n = w->in.n;
	if (!n || w->dying) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(p, w->in.p, n);
	w->in.p += n;
	w->in.n -= n;
	return (ssize_t)n;
}

static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *p, size_t n, UNUSED int flags,
		       void *ctx)
{
	struct wsclient *w = ctx;

	if (dial_send(w->dial, (struct span){ (const char *)p, n }) != 0) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	return (ssize_t)n;
}

static int on_mask(UNUSED wslay_event_context_ptr frames, uint8_t *p, size_t n, UNUSED void *ctx)
{
	randombytes_buf(p, n);
	return 0;
}

static void on_message(UNUSED wslay_event_context_ptr frames,
		       const struct wslay_event_on_msg_recv_arg *m, void *ctx)
{
	struct wsclient *w = ctx;
	const size_t head = 2; /* of a close frame: its code */

	if (w->dying || w->over)
		return;
	if (m->opcode == WSLAY_CONNECTION_CLOSE)
		set_reason(w, m->status_code ? m->status_code : WSLAY_CODE_NO_STATUS_RCVD,
			   m->msg_length > head ? (struct span){ (const char *)m->msg + head,
								 m->msg_length - head }
						: SPAN(""));
	else if (m->opcode == WSLAY_TEXT_FRAME)
		w->e.message(w->e.ctx, (struct span){ (const char *)m->msg, m->msg_length });
}

/* wslay closes by itself what breaks the rules: the code is then the one it sent. */
static void note_own_close(struct wsclient *w)
{
	if (!w->code && wslay_event_get_close_sent(w->frames))
		set_reason(w, wslay_event_get_status_code_sent(w->frames),
			   SPAN("what they sent breaks the protocol, or is too long"));
}

/* Everything that can go goes: in, then out. Then what is at its end is ended. */
static void pump(struct wsclient *w)
{
	int r = 0;

	if (w->pumping || w->over || w->dying)
		return;
	w->pumping = true;
	if (w->in.n && wslay_event_want_read(w->frames))
		r = wslay_event_recv(w->frames);
	if (r == 0 && !w->dying && wslay_event_want_write(w->frames))
		r = wslay_event_send(w->frames);
	w->pumping = false;
	w->in = SPAN("");
	if (r != 0)
		tell_closed(w, WSCLIENT_CUT, "the frames could not be read");
	if (w->over || w->dying)
		return;
	note_own_close(w);
	if (w->code && !w->closing.pending)
		loop_timer_in(&w->closing, CLOSE_US);
	if (!wslay_event_want_read(w->frames) && !wslay_event_want_write(w->frames))
		dial_finish(w->dial);
}

/* ---- the upgrade ---- */

static bool take_line(struct span *head, struct span *ret)
{
	const char *end = memmem(head->p, head->n, "\r\n", 2);

	if (!end)
		return false;
	*ret = (struct span){ head->p, (size_t)(end - head->p) };
	head->n -= ret->n + 2;
	head->p = end + 2;
	return ret->n > 0;
}

static void accept_of(const char *key, char ret[32])
{
	static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[128];
	unsigned n = 0;

	snprintf(text, sizeof(text), "%s%s", key, magic);
	if (EVP_Digest(text, strlen(text), digest, &n, EVP_sha1(), NULL) != 1)
		abort();
	EVP_EncodeBlock((unsigned char *)ret, digest, (int)n);
}

static bool has_word(struct span list, const char *word)
{
	const struct span want = { word, strlen(word) };

	while (list.n) {
		const char *comma = memchr(list.p, ',', list.n);
		const size_t n = comma ? (size_t)(comma - list.p) : list.n;

		if (text_eq_fold(text_trim((struct span){ list.p, n }), want))
			return true;
		list.p += n + (comma ? 1 : 0);
		list.n -= n + (comma ? 1 : 0);
	}
	return false;
}

struct answer {
	unsigned upgrade, connection, accept; /* how many were right */
	bool extras;
};

static void judge_header(struct answer *a, struct span line, const char *accept)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct span name, value;

	if (!colon)
		return;
	name = (struct span){ line.p, (size_t)(colon - line.p) };
	value = text_trim((struct span){ colon + 1, line.n - name.n - 1 });
	if (text_eq_fold(name, SPAN("upgrade")))
		a->upgrade += text_eq_fold(value, SPAN("websocket"));
	else if (text_eq_fold(name, SPAN("connection")))
		a->connection += has_word(value, "upgrade");
	else if (text_eq_fold(name, SPAN("sec-websocket-accept")))
		a->accept += value.n == strlen(accept) && !memcmp(value.p, accept, value.n);
	else if (text_eq_fold(name, SPAN("sec-websocket-extensions")) ||
		 text_eq_fold(name, SPAN("sec-websocket-protocol")))
		a->extras = true;
}

const char *wsclient_judge(struct span head, const char *key, unsigned *ret_status)
{
	struct answer a = { 0 };
	struct span line;
	char accept[32];

	*ret_status = 0;
	if (!take_line(&head, &line) || line.n < 12 || memcmp(line.p, "HTTP/1.1 ", 9) != 0)
		return "that is no answer of HTTP/1.1";
	for (size_t i = 9; i < 12; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return "that is no answer of HTTP/1.1";
		*ret_status = *ret_status * 10 + (unsigned)(line.p[i] - '0');
	}
	if (*ret_status != 101)
		return "no WebSocket was opened";
	accept_of(key, accept);
	while (take_line(&head, &line))
		judge_header(&a, line, accept);
	if (a.upgrade != 1 || !a.connection || a.accept != 1)
		return "the answer to the upgrade is wrong";
	return a.extras ? "the answer has an extension that was not asked for" : NULL;
}

static void begin_frames(struct wsclient *w)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.genmask_callback = on_mask,
		.on_msg_recv_callback = on_message,
	};

	if (wslay_event_context_client_init(&w->frames, &callbacks, w) != 0)
		abort();
	wslay_event_config_set_max_recv_msg_length(w->frames, w->max_message);
	w->e.open(w->e.ctx);
}

/* How many bytes of the answer are used up: none until all of it is there. */
static size_t read_answer(struct wsclient *w, struct span bytes)
{
	const char *end = memmem(bytes.p, bytes.n, "\r\n\r\n", 4);
	const char *wrong;
	char why[REASON_MAX];
	unsigned status;
	size_t n;

	if (!end && bytes.n < HEAD_MAX)
		return 0;
	n = end ? (size_t)(end - bytes.p) + 4 : bytes.n;
	wrong = end ? wsclient_judge((struct span){ bytes.p, n }, w->key, &status)
		    : "the answer to the upgrade has no end";
	if (!wrong) {
		begin_frames(w);
		return n;
	}
	if (end && status && status != 101) {
		snprintf(why, sizeof(why), "no WebSocket was opened (HTTP %u)", status);
		wrong = why;
	}
	tell_closed(w, WSCLIENT_CUT, wrong);
	return bytes.n;
}

/* ---- what dial calls ---- */

static void on_open(void *ctx)
{
	struct wsclient *w = ctx;

	enter(w);
	if (dial_send(w->dial, buf_span(&w->request)) != 0)
		tell_closed(w, WSCLIENT_CUT, "the request is too long");
	leave(w);
}

static size_t on_data(void *ctx, struct span bytes)
{
	struct wsclient *w = ctx;
	size_t used = 0;

	if (w->over)
		return bytes.n;
	enter(w);
	if (!w->frames)
		used = read_answer(w, bytes);
	if (w->frames && !w->dying) {
		w->in = (struct span){ bytes.p + used, bytes.n - used };
		pump(w);
		used = bytes.n;
	}
	leave(w);
	return used;
}

static void on_room(void *ctx)
{
	struct wsclient *w = ctx;

	enter(w);
	if (w->frames)
		pump(w);
	leave(w);
}

static void on_closed(void *ctx, const char *why, UNUSED bool certificate)
{
	struct wsclient *w = ctx;

	enter(w);
	tell_closed(w, w->code ? w->code : WSCLIENT_CUT, w->code ? w->why : why);
	leave(w);
}

static void on_closing(void *ctx)
{
	struct wsclient *w = ctx;

	enter(w);
	tell_closed(w, w->code ? w->code : WSCLIENT_CUT, w->why);
	leave(w);
}

/* ---- for its owner ---- */

int wsclient_send(struct wsclient *w, struct span text)
{
	const struct wslay_event_msg m = { WSLAY_TEXT_FRAME, (const uint8_t *)text.p, text.n };

	if (!w->frames || w->over || w->dying || w->code ||
	    wslay_event_get_queued_msg_length(w->frames) > OUTPUT_MAX ||
	    wslay_event_queue_msg(w->frames, &m) != 0)
		return 1;
	enter(w);
	pump(w);
	leave(w);
	return 0;
}

void wsclient_close(struct wsclient *w, unsigned code, const char *why)
{
	if (w->over || w->dying)
		return;
	if (!w->closing.pending)
		loop_timer_in(&w->closing, CLOSE_US);
	if (!w->frames) {
		dial_finish(w->dial);
		return;
	}
	if (wslay_event_queue_close(w->frames, (uint16_t)code, (const uint8_t *)why, strlen(why)) !=
	    0)
		return;
	set_reason(w, code, SPAN("closed by us"));
	enter(w);
	pump(w);
	leave(w);
}

static void make_request(struct wsclient *w, const struct wsclient_conf *c)
{
	const bool six = strchr(c->host, ':');
	unsigned char nonce[NONCE];

	randombytes_buf(nonce, sizeof(nonce));
	EVP_EncodeBlock((unsigned char *)w->key, nonce, sizeof(nonce));
	buf_addf(&w->request, "GET %s HTTP/1.1\r\nHost: %s%s%s", c->target, six ? "[" : "", c->host,
		 six ? "]" : "");
	if (c->port != (c->tls ? 443 : 80))
		buf_addf(&w->request, ":%u", c->port);
	buf_addf(&w->request,
		 "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: %s\r\nUser-Agent: %s\r\n\r\n",
		 w->key, c->agent);
}

int wsclient_new(struct wsclient **ret, struct loop *l, const struct wsclient_conf *c,
		 const struct wsclient_events *e)
{
	struct wsclient *w = base_alloc(1, sizeof(*w));
	const struct dial_conf conf = {
		.host = c->host,
		.port = c->port,
		.tls = c->tls,
		.ca_file = c->ca_file,
		.alpn = c->tls ? "http/1.1" : NULL,
		.timeout_us = c->timeout_us,
		.max_output = OUTPUT_MAX,
	};
	const struct dial_events events = {
		.open = on_open,
		.data = on_data,
		.room = on_room,
		.closed = on_closed,
		.ctx = w,
	};
	int r;

	w->loop = l;
	w->e = *e;
	w->max_message = c->max_message;
	loop_timer_init(l, &w->closing, on_closing, w);
	make_request(w, c);
	r = dial_new(&w->dial, l, &conf, &events);
	if (r != 0) {
		destroy(w);
		return r;
	}
	*ret = w;
	return 0;
}
