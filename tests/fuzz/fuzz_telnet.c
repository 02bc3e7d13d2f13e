/*
 * fuzz_telnet.c - the Telnet parser and the option state machine.
 *
 * Oracles: however the bytes are cut, the same events come out; what the server answers is itself
 * well-formed telnet whose options are only those it knows; no answer is longer than the question
 * allows.
 */
#include <string.h>

#include "gateway/telopt.h"
#include "tests/fuzz/fuzz.h"

/* Events as text: kind, command, option, data; neighbouring runs of text become one. */
static void note(struct buf *out, const struct telnet_event *ev, uint8_t *last)
{
	char head[] = { (char)ev->kind, (char)ev->command, (char)ev->option };

	if (ev->kind != TELNET_KIND_TEXT || *last != TELNET_KIND_TEXT)
		buf_add(out, head, ev->kind == TELNET_KIND_TEXT ? 1 : sizeof(head));
	if (ev->kind == TELNET_KIND_TEXT || ev->kind == TELNET_KIND_SUB)
		buf_add(out, ev->data.p, ev->data.n);
	*last = (uint8_t)ev->kind;
}

static void parse(struct span bytes, size_t step, struct buf *out)
{
	struct telnet t = { 0 };
	uint8_t last = UINT8_MAX;

	while (bytes.n) {
		struct span part = { bytes.p, step && step < bytes.n ? step : bytes.n };
		struct telnet_event ev = { 0 };

		bytes.p += part.n;
		bytes.n -= part.n;
		while (telnet_next(&t, &part, &ev)) {
			FUZZ_HOLDS(t.sub.n <= TELNET_GMCP_MAX);
			note(out, &ev, &last);
		}
	}
	telnet_done(&t);
}

static void negotiate(struct span bytes)
{
	struct telnet t = { 0 }, back = { 0 };
	struct telopt o = { 0 };
	struct buf answer = { 0 };
	struct telnet_event ev = { 0 };
	struct telopt_change change;
	size_t asked = 0, changes = 0;

	telopt_start(&o, true, &answer);
	FUZZ_HOLDS(answer.n > 0);
	buf_reset(&answer);
	while (telnet_next(&t, &bytes, &ev)) {
		if (ev.kind != TELNET_KIND_OPTION)
			continue;
		asked++;
		changes += telopt_receive(&o, &ev, 1, &answer, &change);
	}
	FUZZ_HOLDS(answer.n <= 3 * (asked + changes));
	FUZZ_HOLDS(answer.n <= 3 * (TELOPT_REFUSALS + 2 * TELOPT_N * (TELOPT_CHANGES + 2)));
	bytes = buf_span(&answer);
	while (telnet_next(&back, &bytes, &ev))
		FUZZ_HOLDS(ev.kind == TELNET_KIND_OPTION);
	FUZZ_HOLDS(!back.state);
	telnet_done(&t);
	telnet_done(&back);
	buf_done(&answer);
}

/* What leaves for a client can be parsed back to what was meant. */
static void write_back(struct span bytes)
{
	struct buf wire = { 0 }, text = { 0 };
	struct telnet t = { 0 };
	struct telnet_event ev = { 0 };
	struct span in;

	telnet_data(&wire, bytes);
	in = buf_span(&wire);
	while (telnet_next(&t, &in, &ev)) {
		FUZZ_HOLDS(ev.kind == TELNET_KIND_TEXT);
		buf_add(&text, ev.data.p, ev.data.n);
	}
	FUZZ_HOLDS(fuzz_equal(buf_span(&text), bytes));
	telnet_done(&t);
	buf_done(&wire);
	buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	size_t step = fuzz_u8(&in) % 7;
	struct span bytes = { (const char *)in.p, in.n };
	struct buf whole = { 0 }, single = { 0 }, cut = { 0 };

	parse(bytes, 0, &whole);
	parse(bytes, 1, &single);
	parse(bytes, step + 2, &cut);
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&single)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&cut)));
	negotiate(bytes);
	write_back(bytes);
	if (whole.n)
		fuzz_worked();
	buf_done(&whole);
	buf_done(&single);
	buf_done(&cut);
	return 0;
}
