/*
 * fuzz_websocket.c - WebSocket frames of a client: as they stand, or built from the input so that most
 * of them are good.
 *
 * Oracles: however the bytes are cut, the same messages are handed on, the same pongs go back and the
 * connection is closed or not; what goes out is well-formed by RFC 6455 and nothing follows a close; text
 * is UTF-8; nothing is held when nothing is partly here.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client.h"
#include "gateway/websocket.h"
#include "rt/log.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

enum { FIN = 0x80, CLOSE = 8, PING = 9, PONG = 10, MINUTE_US = 60000000 };

/* A client that notes what it is handed. */
struct noter {
	struct client c;
	struct buf *notes;
};

struct outcome {
	struct buf notes; /* messages, pongs */
	bool closed;	  /* a close frame went out */
	bool whole;	  /* nothing is partly here at the end */
};

struct place {
	struct loop *loop;
	struct lobby lobby;
	struct lobby_conf lobby_conf;
	struct client_conf conf;
	struct clients clients;
};

static void on_start(struct client *c)
{
	((struct noter *)c)->notes = (struct buf *)(uintptr_t)c->hint;
}

static void on_message(struct client *c, struct span message)
{
	struct buf *notes = ((struct noter *)c)->notes;

	FUZZ_HOLDS(message.n <= WEBSOCKET_MESSAGE_MAX);
	if (websocket_is_text(c))
		for (size_t i = 0; i < message.n;) { /* NUL is UTF-8, too */
			struct span part = { message.p + i, 0 };

			while (i < message.n && message.p[i])
				i++;
			part.n = (size_t)(message.p + i - part.p);
			FUZZ_HOLDS(text_is_utf8(part));
			i++;
		}
	buf_addf(notes, "%s %zu ", websocket_is_text(c) ? "text" : "binary", message.n);
	buf_add(notes, message.p, message.n);
	fuzz_worked();
}

static void ignore(UNUSED struct client *c)
{
}

static void ignore_caps(UNUSED struct client *c, UNUSED Mudlark__SessionCaps *ret)
{
}

static struct markup_kind kind_of(UNUSED const struct client *c)
{
	return (struct markup_kind){ 0 };
}

static const struct protocol noting = {
	.name = "noting",
	.size = sizeof(struct noter),
	.start = on_start,
	.done = ignore,
	.receive = on_message,
	.hide = ignore,
	.prompted = ignore,
	.ping = ignore,
	.caps = ignore_caps,
	.kind = kind_of,
};

static int to_world(UNUSED void *ctx, UNUSED const Mudlark__WorldIn *m)
{
	return 0;
}

static void begin(struct place *p)
{
	struct lobby_io io = { 0 };

	log_set(LOG_ERROR, false);
	p->conf = (struct client_conf){ .output_soft = 1 << 20,
					.output_max = 1 << 20,
					.output_total = 1 << 20 };
	p->lobby_conf = (struct lobby_conf){ .input_queue = 10 };
	FUZZ_HOLDS(loop_new(&p->loop) == 0);
	clients_io(&p->clients, &io);
	io.to_world = to_world;
	lobby_init(&p->lobby, &p->lobby_conf, &io, &clock_system, &entropy_system);
	clients_init(&p->clients, p->loop, &p->lobby, &p->conf);
}

static void end(struct place *p)
{
	clients_done(&p->clients);
	lobby_done(&p->lobby);
	loop_free(p->loop);
}

/* The server's frames. */
static void check_output(struct span out, struct outcome *o)
{
	while (out.n > 0) {
		uint8_t first, n;

		FUZZ_HOLDS(out.n >= 2);
		first = (uint8_t)out.p[0];
		n = (uint8_t)out.p[1];
		FUZZ_HOLDS(first == (FIN | PONG) || first == (FIN | CLOSE));
		FUZZ_HOLDS(n <= 125 && out.n >= 2 + (size_t)n);
		if (first == (FIN | CLOSE)) {
			FUZZ_HOLDS(n >= 2 && out.n == 2 + (size_t)n);
			o->closed = true;
		} else {
			buf_addf(&o->notes, "pong %d ", n);
			buf_add(&o->notes, out.p + 2, n);
		}
		out.p += 2 + n;
		out.n -= 2 + (size_t)n;
	}
}

static struct outcome receive(struct span bytes, size_t step)
{
	struct place p = { 0 };
	struct client_guest guest = { .peer = "here", .framing = &framing_websocket };
	struct outcome o = { 0 };
	struct stream s;
	struct client *c;
	int pair[2];

	begin(&p);
	guest.frames = websocket_new();
	guest.hint = &o.notes;
	FUZZ_HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	s = stream_of(pair[0]);
	FUZZ_HOLDS(client_open(&p.clients, &noting, &s, &guest) == 0);
	c = TAILQ_FIRST(&p.clients.all);
	while (bytes.n > 0) {
		struct span part = { bytes.p, step < bytes.n ? step : bytes.n };

		bytes.p += part.n;
		bytes.n -= part.n;
		framing_websocket.receive(c, part);
	}
	o.whole = websocket_is_idle(c);
	FUZZ_HOLDS(!c->closing || o.whole);
	check_output(buf_span(&c->stream.out), &o);
	end(&p);
	close(pair[1]);
	return o;
}

/* wslay looks at the text of a close frame when it comes in larger pieces: half of one may do. */
static void compare(const struct outcome *a, const struct outcome *single)
{
	FUZZ_HOLDS(a->closed == single->closed || !single->whole);
	FUZZ_HOLDS(fuzz_equal(buf_span(&a->notes), buf_span(&single->notes)));
}

/* Frames with a mask, of which the input says what they are. */
static void build(struct fuzz_in *in, struct buf *out)
{
	while (in->n > 0) {
		uint8_t first = fuzz_u8(in), size = fuzz_u8(in);
		struct span payload = fuzz_take(in, size);
		struct buf plain = { 0 };
		size_t head;

		websocket_frame(&plain,
				(first & 0x70 && size % 8) ? (uint8_t)(first & 0x8f) : first,
				payload);
		head = plain.n - payload.n;
		buf_add(out, buf_p(&plain), head);
		out->p[out->off + out->n - head + 1] |= (char)0x80;
		buf_add(out, "\0\0\0", 4);
		buf_add(out, payload.p, payload.n);
		buf_done(&plain);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	uint8_t how = fuzz_u8(&in);
	struct buf built = { 0 };
	struct span bytes = { (const char *)in.p, in.n };
	uint64_t minute = clock_mono(&clock_system) / MINUTE_US;
	struct outcome whole, single, cut;

	if (how % 2) {
		build(&in, &built);
		bytes = buf_span(&built);
	}
	whole = receive(bytes, SIZE_MAX);
	single = receive(bytes, 1);
	cut = receive(bytes, how / 2 % 20 + 2);
	if (minute ==
	    clock_mono(&clock_system) / MINUTE_US) { /* floods are counted by the minute */
		compare(&whole, &single);
		compare(&cut, &single);
	}
	buf_done(&built);
	buf_done(&whole.notes);
	buf_done(&single.notes);
	buf_done(&cut.notes);
	return 0;
}
