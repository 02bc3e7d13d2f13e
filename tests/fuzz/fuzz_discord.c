/*
 * fuzz_discord.c - what Discord sends at its gateway: payloads, one a line, into the machine, and each event's message
 * into text for the game; a history page beside what was to be sent.  A byte in front of a line says what else
 * happens: time passes, the connection is closed.
 *
 * Oracles: what we send is JSON of at most 4096 bytes without end, no more than 120 in a minute and no more Identifys
 * than allowed; texts and names are clean and short; what is found in a history was unsure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/discord/escape.h"
#include "bridges/discord/gateway.h"
#include "bridges/discord/match.h"
#include "bridges/discord/names.h"
#include "bridges/discord/readable.h"
#include "rt/jsonin.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

enum { MINUTE_US = 60000000, TEXT_BYTES = 490, PAYLOAD = 4096, PAGE_BYTES = 65536 };

struct world {
	uint64_t now_us;
	struct gateway g;
	struct names names;
	uint64_t sent_us[GATEWAY_SENDS];
	size_t sent, events;
	unsigned counts;
	bool is_open, wants, closing;
};

static uint64_t on_mono(void *ctx)
{
	return ((struct world *)ctx)->now_us;
}

static int64_t on_wall(void *ctx)
{
	return (int64_t)(((struct world *)ctx)->now_us / 1000);
}

static void on_ask(void *ctx)
{
	((struct world *)ctx)->wants = true;
}

static void on_connect(void *ctx, const char *url)
{
	struct world *w = ctx;

	FUZZ_HOLDS(*url && strlen(url) < GATEWAY_URL);
	w->is_open = true;
	w->sent = 0;
}

static void on_send(void *ctx, struct span text)
{
	struct world *w = ctx;
	json_t *o = jsonin_object(text);
	uint64_t *at = &w->sent_us[w->sent % GATEWAY_SENDS];

	FUZZ_HOLDS(o && text.n <= PAYLOAD);
	json_decref(o);
	FUZZ_HOLDS(w->is_open && !w->closing);
	FUZZ_HOLDS(w->sent < GATEWAY_SENDS || *at + MINUTE_US < w->now_us);
	*at = w->now_us;
	w->sent++;
}

static void on_close(void *ctx, unsigned code)
{
	struct world *w = ctx;

	FUZZ_HOLDS(code != 1000 && code != 1001);
	w->closing = true;
}

static void on_count(void *ctx, const struct gateway_count *c)
{
	FUZZ_HOLDS(c->identifies <= GATEWAY_IDENTIFIES);
	((struct world *)ctx)->counts++;
}

static void on_changed(UNUSED void *ctx, UNUSED enum gateway_state from,
		       UNUSED enum gateway_state to)
{
}

static void on_tell(UNUSED void *ctx, const char *text)
{
	FUZZ_HOLDS(!text || *text);
}

static void check_text(struct world *w, const json_t *d)
{
	const struct readable_names names = names_reader(&w->names);
	struct buf text = { 0 }, name = { 0 }, out = { 0 };
	size_t lines = 1;

	readable_message(&text, d, &names, TEXT_BYTES);
	readable_author(&name, d);
	FUZZ_HOLDS(fuzz_is_clean(buf_span(&text), "\n"));
	FUZZ_HOLDS(fuzz_is_clean(buf_span(&name), "") && name.n > 0);
	FUZZ_HOLDS(text_columns(buf_span(&name)) <= READABLE_NAME);
	FUZZ_HOLDS(!memchr(buf_p(&name), '@', name.n));
	for (size_t i = 0; i < text.n; i++)
		lines += buf_p(&text)[i] == '\n';
	FUZZ_HOLDS(lines <= READABLE_LINES + 1);
	/* And out again, to another channel. */
	escape_text(&out, buf_span(&text));
	FUZZ_HOLDS(!memmem(buf_p(&out), out.n, "@everyone", 9));
	FUZZ_HOLDS(!memmem(buf_p(&out), out.n, "<@", 2));
	FUZZ_HOLDS(out.n <= ESCAPE_GROWTH * text.n);
	buf_done(&text);
	buf_done(&name);
	buf_done(&out);
}

static void on_event(void *ctx, const char *name, const json_t *d)
{
	struct world *w = ctx;

	w->events++;
	names_event(&w->names, name, d);
	check_text(w, d);
	fuzz_worked();
}

static void add_pieces(struct pieces *q, const json_t *page)
{
	static const struct piece_style style = { "", false };
	size_t i;
	json_t *m;

	json_array_foreach(page, i, m)
	{
		struct bridge_line line = { .seq = i + 1, .kind = LINE_SAID, .unsure = i % 4 != 3 };

		jsonin_text(m, "content", &line.text);
		jsonin_text(jsonin_in(m, "author"), "username", &line.name);
		if (i < 16)
			pieces_of_line(q, &line, &style);
	}
}

/* The same messages as a history, and as what was to be sent. */
static void check_history(struct span bytes)
{
	json_t *page = jsonin_read(bytes, PAGE_BYTES, GATEWAY_DEPTH);
	struct match_history h = { 0 };
	struct pieces q = TAILQ_HEAD_INITIALIZER(q);
	char newest[MATCH_ID], last[MATCH_ID];
	const struct piece *p;
	size_t n, unsure = 0;

	match_page(&h, page, "9", newest, &n);
	add_pieces(&q, page);
	TAILQ_FOREACH(p, &q, entry)
	{
		FUZZ_HOLDS(escape_units((struct span){ p->text, strlen(p->text) }) <= PIECE_UNITS);
		FUZZ_HOLDS(escape_units((struct span){ p->name, strlen(p->name) }) <= ESCAPE_NAME);
		if (!p->unsure)
			break;
		unsure++;
	}
	n = match_pieces(&h, &q, last);
	FUZZ_HOLDS(n <= unsure);
	FUZZ_HOLDS((n == 0) == (*last == 0));
	pieces_done(&q);
	match_done(&h);
	json_decref(page);
}

/* What the outside owes the machine. */
static void serve(struct world *w, bool refuse)
{
	const struct gateway_limits l = { .url = SPAN("wss://gateway.example"),
					  .remaining = refuse ? 0 : 9,
					  .reset_after_ms = 1000,
					  .shards = 1 };

	if (w->wants) {
		w->wants = false;
		gateway_told(&w->g, &l);
	}
	if (w->closing) {
		w->closing = w->is_open = false;
		gateway_closed(&w->g, GATEWAY_AWAY, "");
	}
	if (w->is_open)
		gateway_opened(&w->g);
	for (; w->counts; w->counts--)
		gateway_counted(&w->g);
}

static void step(struct world *w, uint8_t what, struct span line)
{
	const uint64_t due = gateway_due(&w->g);

	if (what % 4 == 1 && due > w->now_us) {
		w->now_us = due;
		gateway_tick(&w->g);
	} else if (what % 4 == 2 && w->is_open) {
		w->is_open = w->closing = false;
		gateway_closed(&w->g, 3990u + what / 4, "");
	} else if (w->is_open && !w->closing) {
		gateway_message(&w->g, line);
	}
	serve(w, what == 255);
	FUZZ_HOLDS(w->g.count.identifies <= GATEWAY_IDENTIFIES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct gateway_conf conf = { .token = "t", .shards = 1, .seed = 1 };
	struct world w = { .now_us = 1 };
	const struct gateway_io io = { on_ask,	 on_connect, on_send, on_close, on_count,
				       on_event, on_changed, on_tell, &w };
	const struct clock clock = { on_mono, on_wall, &w };
	struct fuzz_in in = { data, n };

	if (n && *data == '[')
		check_history((struct span){ (const char *)data, n });
	names_init(&w.names, NULL);
	gateway_init(&w.g, &conf, &io, &clock);
	gateway_start(&w.g, NULL, NULL);
	serve(&w, false);
	while (in.n) {
		const uint8_t what = fuzz_u8(&in);

		step(&w, what, fuzz_until(&in, '\n'));
	}
	names_done(&w.names);
	return 0;
}
