/*
 * websocket.c - see websocket.h.
 *
 * wslay_event_recv() is given what one read brought and takes all of it.  Whether anything is left
 * inside the context is known by counting: bytes given against bytes of whole frames (a header has one
 * valid length for each payload).  When they agree and no fragments wait, the context goes.
 *
 * Close frames are judged here: wslay knows fewer codes, takes half a code for none, and looks at a reason
 * right only when it comes in one piece.  So it is given the rest of such a frame byte by byte, which
 * it does not look at, and its own verdict does not count.
 *
 * Nothing is freed inside wslay's callbacks; a client that must end there is doomed, or its breach is
 * noted and settled behind the call.
 */
#include "gateway/websocket.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>
#include "gateway/client.h"
#include "rt/text.h"

enum {
	FIN = 0x80,
	WINDOW_US = 60000000, /* of WEBSOCKET_CONTROLS */
	MASK_BYTES = 4,
};

struct websocket {
	wslay_event_context_ptr context; /* NULL: nothing is partly here */
	struct span in;			 /* what wslay has not taken of this read */
	struct buf behind;		 /* whole frames for the end of the turn */
	struct buf last;		 /* their close frame, as far as it is here */
	uint64_t inside;   /* bytes given to the context, of frames that are not whole */
	uint64_t frame;	   /* bytes of the frame being read */
	uint64_t since_us; /* when the context was made */
	uint32_t window;   /* minute of `controls` */
	uint8_t controls;
	uint8_t fragments;  /* of the message being read, so far */
	uint8_t last_size;  /* of their close frame */
	bool is_last;	    /* it is being read, or has been */
	bool is_text;	    /* the message that is handed on */
	bool said;	    /* our close frame is out: nothing may follow it */
	bool over;	    /* theirs is here, or they broke the rules: nothing more is read */
	const char *breach; /* a reason to end it, found inside wslay */
};

/* Frames out */

void websocket_frame(struct buf *out, uint8_t first, struct span payload)
{
	unsigned bytes = payload.n < 126 ? 0 : payload.n < 65536 ? 2 : 8;

	buf_addc(out, (char)first);
	buf_addc(out, (char)(bytes == 0 ? payload.n : bytes == 2 ? 126 : 127));
	while (bytes-- > 0)
		buf_addc(out, (char)(payload.n >> (8 * bytes)));
	buf_add(out, payload.p, payload.n);
}

/* In front of what is said in this turn. */
static void say(struct client *c, enum wslay_opcode opcode, struct span payload)
{
	struct websocket *w = c->frames;

	client_out(c);
	if (!w->said)
		websocket_frame(&c->stream.out, (uint8_t)(FIN | opcode), payload);
}

void websocket_text(struct client *c, struct span text)
{
	say(c, WSLAY_TEXT_FRAME, text);
}

void websocket_text_behind(struct client *c, struct span text)
{
	struct websocket *w = c->frames;

	client_out(c);
	websocket_frame(&w->behind, FIN | WSLAY_TEXT_FRAME, text);
}

static void say_close(struct client *c, unsigned code, struct span why)
{
	struct websocket *w = c->frames;
	char payload[2 + WEBSOCKET_REASON_MAX];

	if (w->said)
		return;
	if (why.n > WEBSOCKET_REASON_MAX)
		why.n = WEBSOCKET_REASON_MAX;
	payload[0] = (char)(code >> 8);
	payload[1] = (char)code;
	memcpy(payload + 2, why.p, why.n);
	websocket_frame(&c->stream.out, FIN | WSLAY_CONNECTION_CLOSE,
			(struct span){ payload, 2 + why.n });
	w->said = true;
}

static void on_seal(struct client *c)
{
	struct websocket *w = c->frames;

	if (c->out.n > 0 && !w->said)
		websocket_frame(&c->stream.out, FIN | WSLAY_BINARY_FRAME, buf_span(&c->out));
	if (w->behind.n > 0 && !w->said)
		buf_add(&c->stream.out, buf_p(&w->behind), w->behind.n);
	buf_clear(&c->out);
	buf_clear(&w->behind);
}

/* Frames in: what wslay calls */

static ssize_t on_recv(wslay_event_context_ptr ctx, uint8_t *p, size_t n, UNUSED int flags,
		       void *user)
{
	struct websocket *w = ((struct client *)user)->frames;

	if (w->is_last && n > 1)
		n = 1;
	if (n > w->in.n)
		n = w->in.n;
	if (n == 0) {
		wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(p, w->in.p, n);
	w->in.p += n;
	w->in.n -= n;
	return (ssize_t)n;
}

/* What wslay would answer is thrown away: we write all frames ourselves. */
static ssize_t on_send(UNUSED wslay_event_context_ptr ctx, UNUSED const uint8_t *p, size_t n,
		       UNUSED int flags, UNUSED void *user)
{
	return (ssize_t)n;
}

/* Control frames cost us answers, fragments memory: no client has a use for many. */
static const char *find_breach(struct client *c,
			       const struct wslay_event_on_frame_recv_start_arg *f)
{
	struct websocket *w = c->frames;
	uint32_t window = (uint32_t)(clock_mono(loop_clock(c->of->loop)) / WINDOW_US);

	if (!wslay_is_ctrl_frame(f->opcode))
		return ++w->fragments > WEBSOCKET_FRAGMENTS ? "websocket_fragments" : NULL;
	if (w->window != window)
		w->controls = 0;
	w->window = window;
	return ++w->controls > WEBSOCKET_CONTROLS ? "websocket_flood" : NULL;
}

static void on_frame(wslay_event_context_ptr ctx,
		     const struct wslay_event_on_frame_recv_start_arg *f, void *user)
{
	struct client *c = user;
	struct websocket *w = c->frames;
	uint64_t n = f->payload_length;

	w->frame = (n < 126 ? 2U : n < 65536 ? 4U : 10U) + MASK_BYTES + n;
	w->breach = find_breach(c, f);
	if (w->breach)
		wslay_event_shutdown_read(ctx);
	w->is_last = f->opcode == WSLAY_CONNECTION_CLOSE;
	w->last_size = w->is_last ? (uint8_t)n : 0;
}

static void on_piece(UNUSED wslay_event_context_ptr ctx,
		     const struct wslay_event_on_frame_recv_chunk_arg *piece, void *user)
{
	struct websocket *w = ((struct client *)user)->frames;

	if (w->is_last)
		buf_add(&w->last, (const char *)piece->data, piece->data_length);
}

static void on_frame_end(UNUSED wslay_event_context_ptr ctx, void *user)
{
	struct websocket *w = ((struct client *)user)->frames;

	w->inside -= w->frame;
}

static void on_message(UNUSED wslay_event_context_ptr ctx,
		       const struct wslay_event_on_msg_recv_arg *m, void *user)
{
	struct client *c = user;
	struct websocket *w = c->frames;
	struct span message = { (const char *)m->msg, m->msg_length };

	if (w->breach)
		return;
	if (m->opcode == WSLAY_PING)
		say(c, WSLAY_PONG, message);
	if (wslay_is_ctrl_frame(m->opcode))
		return;
	w->fragments = 0;
	w->is_text = m->opcode == WSLAY_TEXT_FRAME;
	if (c->session && !c->doomed && !w->said)
		c->protocol->receive(c, message);
}

/* Frames in: around it */

static bool begin(struct client *c)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_piece,
		.on_frame_recv_end_callback = on_frame_end,
		.on_msg_recv_callback = on_message,
	};
	struct websocket *w = c->frames;

	if (w->context)
		return true;
	if (wslay_event_context_server_init(&w->context, &callbacks, c) != 0)
		return false;
	wslay_event_config_set_max_recv_msg_length(w->context, WEBSOCKET_MESSAGE_MAX);
	w->inside = 0;
	w->fragments = 0;
	w->since_us = c->heard_us;
	return true;
}

static void drop_context(struct websocket *w)
{
	wslay_event_context_free(w->context);
	w->context = NULL;
}

struct code_row {
	uint16_t code;
	const char *reason;
};

/* What wslay refuses by itself. */
static const struct code_row refusals[] = {
	{ WEBSOCKET_PROTOCOL, "websocket_protocol" },
	{ WEBSOCKET_NOT_TEXT, "websocket_not_utf8" },
	{ WEBSOCKET_TOO_BIG, "websocket_too_big" },
};

static const char *reason_of(uint16_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].code == code)
			return refusals[i].reason;
	return "websocket_protocol";
}

/* They broke the rules: the close frame says how, the rest of what they send is not read. */
static void fail(struct client *c, const char *reason)
{
	struct websocket *w = c->frames;

	w->over = true;
	say_close(c, websocket_code_of(reason), (struct span){ reason, strlen(reason) });
	client_part(c, reason);
}

/* wslay wants to close: which code it would send says why. */
static const char *find_refusal(struct websocket *w)
{
	if (wslay_event_send(w->context) < 0)
		return "websocket_memory";
	return reason_of(wslay_event_get_status_code_sent(w->context));
}

/* Of RFC 6455, 7.4, and the registry: what may stand in a frame. 1004 is reserved; 1005, 1006 and 1015
 * say that there was no frame. */
static bool is_code(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

/* UTF-8; U+0000 is a character like others here. */
static bool is_reason(struct span s)
{
	const char *nul;

	while (s.n > 0 && (nul = memchr(s.p, '\0', s.n))) {
		size_t n = (size_t)(nul - s.p);

		if (!text_is_utf8((struct span){ s.p, n }))
			return false;
		s = (struct span){ nul + 1, s.n - n - 1 };
	}
	return text_is_utf8(s);
}

/* The other end says good-bye; what it typed before is still done. */
static void take_close(struct client *c)
{
	struct websocket *w = c->frames;
	struct span last = buf_span(&w->last);
	unsigned code = WEBSOCKET_NORMAL;

	if (last.n == 1) {
		fail(c, "websocket_protocol");
		return;
	}
	if (last.n >= 2) {
		code = (unsigned)(uint8_t)last.p[0] << 8 | (uint8_t)last.p[1];
		last = (struct span){ last.p + 2, last.n - 2 };
	}
	if (!is_code(code)) {
		fail(c, "websocket_protocol");
	} else if (!is_reason(last)) {
		fail(c, "websocket_not_utf8");
	} else {
		w->over = true;
		say_close(c, code, SPAN(""));
		client_out(c);
		client_eof(c);
	}
}

static void settle(struct client *c, int r)
{
	struct websocket *w = c->frames;

	if (w->breach)
		fail(c, w->breach);
	else if (w->is_last && w->last.n == w->last_size)
		take_close(c);
	else if (r < 0)
		fail(c, r == WSLAY_ERR_NOMEM ? "websocket_memory" : "websocket_protocol");
	else if (!wslay_event_get_read_enabled(w->context))
		fail(c, find_refusal(w));
}

static void on_receive(struct client *c, struct span bytes)
{
	struct websocket *w = c->frames;

	if (w->over)
		return;
	if (!begin(c)) {
		fail(c, "websocket_memory");
		return;
	}
	w->in = bytes;
	w->inside += bytes.n;
	settle(c, wslay_event_recv(w->context));
	if (w->over || (w->inside == 0 && w->fragments == 0))
		drop_context(w);
	else if (c->heard_us - w->since_us > WEBSOCKET_PATIENCE_US)
		fail(c, "websocket_unfinished");
}

static void on_ping(struct client *c)
{
	say(c, WSLAY_PING, SPAN(""));
}

/* The end */

/* clang-format off */
static const struct code_row codes[] = {
	{ WEBSOCKET_RESTART,  "shutdown" },
	{ WEBSOCKET_RESTART,  "drain" },
	{ WEBSOCKET_LATER,    "output_total" },
	{ WEBSOCKET_LATER,    "no_memory" },
	{ WEBSOCKET_POLICY,   "slow_reader" },
	{ WEBSOCKET_POLICY,   "stuck" },
	{ WEBSOCKET_POLICY,   "silent" },
	{ WEBSOCKET_POLICY,   "login_timeout" },
	{ WEBSOCKET_POLICY,   "banned" },
	{ WEBSOCKET_POLICY,   "telnet_flood" },
	{ WEBSOCKET_POLICY,   "overlong_subnegotiations" },
	{ WEBSOCKET_POLICY,   "websocket_flood" },
	{ WEBSOCKET_POLICY,   "websocket_fragments" },
	{ WEBSOCKET_POLICY,   "websocket_unfinished" },
	{ WEBSOCKET_PROTOCOL, "websocket_protocol" },
	{ WEBSOCKET_NOT_TEXT, "websocket_not_utf8" },
	{ WEBSOCKET_TOO_BIG,  "websocket_too_big" },
	{ WEBSOCKET_INTERNAL, "websocket_memory" },
};
/* clang-format on */

enum websocket_code websocket_code_of(const char *reason)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strcmp(codes[i].reason, reason) == 0)
			return codes[i].code;
	return WEBSOCKET_NORMAL;
}

static void on_goodbye(struct client *c, const char *reason)
{
	say_close(c, websocket_code_of(reason), (struct span){ reason, strlen(reason) });
}

static void on_done(struct client *c)
{
	websocket_free(c->frames);
	c->frames = NULL;
}

bool websocket_is_text(const struct client *c)
{
	return ((const struct websocket *)c->frames)->is_text;
}

bool websocket_is_idle(const struct client *c)
{
	return !((const struct websocket *)c->frames)->context;
}

struct websocket *websocket_new(void)
{
	return base_alloc(1, sizeof(struct websocket));
}

void websocket_free(struct websocket *w)
{
	if (!w)
		return;
	if (w->context)
		drop_context(w);
	buf_done(&w->behind);
	buf_done(&w->last);
	free(w);
}

bool websocket_accept(struct span key, char ret[29])
{
	static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t nonce[24], sum[SHA_DIGEST_LENGTH];
	char joined[24 + sizeof(magic)];

	/* 16 bytes: 22 characters that say something, then "==". */
	if (key.n != 24 || memcmp(key.p + 22, "==", 2) != 0 || memchr(key.p, '=', 22) ||
	    EVP_DecodeBlock(nonce, (const uint8_t *)key.p, 24) != 18)
		return false;
	memcpy(joined, key.p, 24);
	memcpy(joined + 24, magic, sizeof(magic));
	SHA1((const uint8_t *)joined, strlen(joined), sum);
	EVP_EncodeBlock((uint8_t *)ret, sum, sizeof(sum));
	return true;
}

const struct framing framing_websocket = {
	.name = "websocket",
	.receive = on_receive,
	.seal = on_seal,
	.ping = on_ping,
	.goodbye = on_goodbye,
	.done = on_done,
};
