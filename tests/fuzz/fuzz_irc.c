/*
 * fuzz_irc.c - what an IRC server sends, into a whole network with its channels; and what the game says there.
 *
 * The input is lines, the first byte of each says what it is: `<` from the server, `>` said in the game, `t` time passes,
 * `x` the connection breaks, `o` what had no room has some, `f` there is none, `b` a line to be made as it stands; anything
 * else comes from the server, too.
 *
 * Oracles: every line that we send reads back as one line of at most 512 bytes that begins with a command of ours; what is
 * heard is clean and fits into the game; sequences are confirmed in order and only those that were given.
 */
#include <string.h>

#include "bridges/irc/network.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

enum { S = 1000000, DUE_TURNS = 50 };

struct play {
	struct network *n;
	struct channel *channel;
	uint64_t now_us, due_us;
	uint64_t given, sent;
	bool wants_dial, is_full;
	int owner;
};

static uint64_t on_mono(void *ctx)
{
	return ((struct play *)ctx)->now_us;
}

static int64_t on_wall(void *ctx)
{
	return (int64_t)(((struct play *)ctx)->now_us / 1000);
}

static void on_dial(void *ctx)
{
	((struct play *)ctx)->wants_dial = true;
}

static void on_hang_up(void *ctx)
{
	((struct play *)ctx)->wants_dial = false;
}

static bool is_ours(const struct irc_line *l)
{
	static const char *const commands[] = { "PASS", "CAP",	   "NICK",   "USER", "AUTHENTICATE",
						"PING", "PONG",	   "JOIN",   "PART", "QUIT",
						"MODE", "PRIVMSG", "NOTICE", "WHO" };

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (irc_is(l, commands[i]))
			return true;
	return false;
}

/* One or several lines, each of them one and no more. */
static void check_lines(struct span bytes)
{
	FUZZ_HOLDS(bytes.n > 0);
	while (bytes.n) {
		const char *end = memmem(bytes.p, bytes.n, "\r\n", 2);
		struct span line = { bytes.p, end ? (size_t)(end - bytes.p) : 0 };
		struct irc_line l;

		FUZZ_HOLDS(end != NULL);
		FUZZ_HOLDS(!memchr(line.p, '\0', line.n) && !memchr(line.p, '\r', line.n) &&
			   !memchr(line.p, '\n', line.n));
		FUZZ_HOLDS(irc_parse(&l, line));
		FUZZ_HOLDS(is_ours(&l) && !l.source.n);
		FUZZ_HOLDS(line.n - (l.tags.n ? l.tags.n + 2 : 0) <= IRC_LINE_BYTES - 2);
		bytes = (struct span){ end + 2, bytes.n - line.n - 2 };
		fuzz_worked();
	}
}

static int on_send(void *ctx, struct span bytes)
{
	check_lines(bytes);
	return ((struct play *)ctx)->is_full ? 1 : 0;
}

static void on_wake(void *ctx, uint64_t delay_us)
{
	struct play *p = ctx;

	p->due_us = delay_us == UINT64_MAX ? UINT64_MAX : p->now_us + delay_us;
}

static void on_trouble(UNUSED void *ctx, const char *text)
{
	FUZZ_HOLDS(fuzz_is_clean((struct span){ text, strlen(text) }, ""));
}

static void on_heard(UNUSED void *ctx, const struct heard *h)
{
	FUZZ_HOLDS(h->text.n > 0 && h->text.n <= BRIDGE_TEXT_BYTES && fuzz_is_clean(h->text, ""));
	FUZZ_HOLDS(fuzz_is_clean(h->name, "") && (h->notice || h->name.n));
	FUZZ_HOLDS(!h->identity || strlen(h->identity) <= 160);
	fuzz_worked();
}

static void on_asked(UNUSED void *ctx, const struct asked *a)
{
	struct play *p = ctx;

	FUZZ_HOLDS(fuzz_is_clean(a->arg, "") && fuzz_is_clean(a->name, ""));
	network_answer(p->n, a->channel, a->channel ? SPAN("") : a->nick, a->arg);
}

static void on_sent(void *ctx, UNUSED struct channel *c, uint64_t seq)
{
	struct play *p = ctx;

	FUZZ_HOLDS(seq > p->sent && seq <= p->given);
	p->sent = seq;
}

static void on_window(UNUSED void *ctx, UNUSED struct channel *c, size_t n)
{
	FUZZ_HOLDS(n <= NETWORK_WINDOW);
}

static void pass_time(struct play *p, uint64_t us)
{
	const uint64_t until = p->now_us + us;

	for (int turns = 0; p->due_us <= until && turns < DUE_TURNS; turns++) {
		if (p->due_us > p->now_us)
			p->now_us = p->due_us;
		network_time(p->n);
		if (!p->wants_dial)
			continue;
		p->wants_dial = false;
		network_opened(p->n);
	}
	p->now_us = until;
}

static void server_says(struct play *p, struct span line)
{
	struct buf bytes = { 0 };

	buf_add(&bytes, line.p, line.n);
	buf_adds(&bytes, "\r\n");
	FUZZ_HOLDS(network_data(p->n, buf_span(&bytes)) <= bytes.n);
	buf_done(&bytes);
}

/* The game's texts are clean, but it may be wrong once. */
static void game_says(struct play *p, struct span text)
{
	const struct bridge_line l = { .seq = ++p->given,
				       .wall_ms = on_wall(p),
				       .kind = (enum line_kind)(text.n % LINE_KINDS),
				       .channel = SPAN("chat"),
				       .name = { text.p, text.n / 4 },
				       .subject = { text.p, text.n / 3 },
				       .text = text,
				       .emote = text.n % 2,
				       .unsure = text.n % 7 == 6 };

	if (p->channel->out.n < NETWORK_WINDOW)
		network_line(p->n, p->channel, &l);
}

static void build(struct span text)
{
	const struct irc_parts parts = { .command = "PRIVMSG",
					 .middle = { { text.p, text.n / 5 } },
					 .text = { text.p + text.n / 5, text.n - text.n / 5 } };
	struct buf out = { 0 };

	if (irc_build(&out, &parts) == 0)
		check_lines(buf_span(&out));
	else
		FUZZ_HOLDS(out.n == 0);
	buf_done(&out);
}

/* What staff see of it. */
static void check_status(struct play *p)
{
	struct buf text = { 0 };

	network_status(p->n, &text);
	network_channel_status(p->n, p->channel, &text);
	(void)network_is_well(p->n, &text);
	FUZZ_HOLDS(fuzz_is_clean(buf_span(&text), ""));
	buf_done(&text);
}

static void step(struct play *p, struct span line)
{
	const struct span rest = { line.p + 1, line.n - 1 };

	switch (line.p[0]) {
	case '>':
		game_says(p, rest);
		break;
	case 't':
		pass_time(p, (uint64_t)rest.n * 2 * S);
		break;
	case 'x':
		network_closed(p->n, "broken", false);
		break;
	case 'o':
		p->is_full = false;
		network_room(p->n);
		break;
	case 'f':
		p->is_full = true;
		break;
	case 'b':
		build(rest);
		break;
	case '<':
		server_says(p, rest);
		break;
	default:
		server_says(p, line);
		break;
	}
	pass_time(p, 0);
	check_status(p);
}

static void begin(struct play *p, const struct clock *clock, uint8_t how)
{
	const struct network_conf conf = {
		.name = "irc",
		.nick = "Mudlark",
		.realname = "a game",
		.server_password = how & 8 ? "secret" : NULL,
		.login = { (enum sasl_mechanism)(how & 3), "tim", "tanstaaf" },
		.flood_every_us = how & 4 ? 2 * S : 0,
		.flood_burst = 5,
		.retry_min_us = S,
		.retry_max_us = 10 * S,
		.speak_every_us = how & 16 ? S : 0,
		.speak_burst = 5,
		.max_age_ms = 20000,
		.bots = how & 32,
	};
	const struct network_events e = { .dial = on_dial,
					  .hang_up = on_hang_up,
					  .send = on_send,
					  .wake = on_wake,
					  .trouble = on_trouble,
					  .heard = on_heard,
					  .asked = on_asked,
					  .sent = on_sent,
					  .window = on_window,
					  .ctx = p };

	p->n = network_new(&conf, &e, clock, &entropy_system);
	p->channel = network_channel(p->n, "#mud", how & 64 ? "key" : NULL, &p->owner);
	p->channel->in = p->channel->joins = true;
	network_start(p->n);
	pass_time(p, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct play p = { .now_us = (uint64_t)1000 * S };
	const struct clock clock = { .mono_us = on_mono, .wall_ms = on_wall, .ctx = &p };

	begin(&p, &clock, fuzz_u8(&in));
	while (in.n) {
		const struct span line = fuzz_until(&in, '\n');

		if (line.n)
			step(&p, line);
	}
	network_leave(p.n, "bye");
	network_free(p.n);
	return 0;
}
