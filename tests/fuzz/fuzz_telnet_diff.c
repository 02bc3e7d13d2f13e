/*
 * fuzz_telnet_diff.c - our Telnet parser against libtelnet 0.21, which knows none of our thoughts.
 *
 * Oracle: from the same bytes, cut anywhere, both make the same events.  Known differences, which are masked
 * and all meant:
 * - `IAC SB IAC SE` is nothing for us; libtelnet takes 255 for the option.  `IAC SB IAC` is not fed.
 * - IAC and another byte than SE or IAC within a subnegotiation: we drop what was collected (its end
 *   got lost), libtelnet complains and delivers it.  What is delivered behind the complaint is ignored.
 * - `IAC SB 86 IAC SE` makes libtelnet inflate whatever follows, asked or not.  Option 86 is not fed in a
 *   subnegotiation.
 * - TTYPE, ENVIRON, NEW-ENVIRON, MSSP and ZMP are taken apart by libtelnet's own parsers of their
 *   bodies, with faults of memory in some of them.  They are not fed either.
 * - Its cap of a subnegotiation is another one; inputs are shorter than both.
 */
/* First ours: libtelnet makes macros of the same names, and its header needs <stddef.h>. */
#include "gateway/telnet.h"

#include <libtelnet.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 4096 };

/* Events as bytes; neighbouring runs of text are one. */
struct notes {
	struct buf bytes;
	bool in_text;
	bool broken; /* libtelnet has complained: what it delivers next is masked */
};

static void note(struct notes *n, uint8_t kind, uint8_t what, struct span data)
{
	bool text = kind == TELNET_KIND_TEXT;

	if (!text || !n->in_text) {
		buf_addc(&n->bytes, (char)kind);
		buf_addc(&n->bytes, (char)what);
	}
	buf_add(&n->bytes, data.p, data.n);
	n->in_text = text;
}

static void note_option(struct notes *n, uint8_t command, uint8_t option)
{
	char c = (char)option;

	note(n, TELNET_KIND_OPTION, command, (struct span){ &c, 1 });
}

static void note_ours(struct notes *n, const struct telnet_event *ev)
{
	switch (ev->kind) {
	case TELNET_KIND_TEXT:
		note(n, TELNET_KIND_TEXT, 0, ev->data);
		break;
	case TELNET_KIND_COMMAND:
		note(n, TELNET_KIND_COMMAND, ev->command, SPAN(""));
		break;
	case TELNET_KIND_OPTION:
		note_option(n, ev->command, ev->option);
		break;
	case TELNET_KIND_SUB:
		note(n, TELNET_KIND_SUB, ev->option, ev->data);
		break;
	case TELNET_KIND_OVERLONG:
		FUZZ_HOLDS(!"an input is longer than the cap");
	}
}

static void note_theirs(telnet_t *telnet, telnet_event_t *ev, void *ctx)
{
	struct notes *n = ctx;

	(void)telnet;
	switch (ev->type) {
	case TELNET_EV_DATA:
		note(n, TELNET_KIND_TEXT, 0, (struct span){ ev->data.buffer, ev->data.size });
		break;
	case TELNET_EV_IAC:
		note(n, TELNET_KIND_COMMAND, ev->iac.cmd, SPAN(""));
		break;
	case TELNET_EV_WILL:
	case TELNET_EV_WONT:
	case TELNET_EV_DO:
	case TELNET_EV_DONT:
		note_option(n, (uint8_t)(TELNET_WILL + (ev->type - TELNET_EV_WILL)),
			    ev->neg.telopt);
		break;
	case TELNET_EV_SUBNEGOTIATION:
		if (!n->broken)
			note(n, TELNET_KIND_SUB, ev->sub.telopt,
			     (struct span){ ev->sub.buffer, ev->sub.size });
		n->broken = false;
		break;
	case TELNET_EV_WARNING:
	case TELNET_EV_ERROR:
		n->broken = true;
		break;
	default:
		break;
	}
}

/* Changes what is not to be fed, see above. */
static void mask(char *p, size_t n)
{
	static const uint8_t masked[] = { 24, 36, 39, 70, 86, 93, TELNET_IAC };

	for (size_t i = 0; i + 2 < n; i++)
		if ((uint8_t)p[i] == TELNET_IAC && (uint8_t)p[i + 1] == TELNET_SB &&
		    memchr(masked, (uint8_t)p[i + 2], sizeof(masked)))
			p[i + 2] = OPTION_NAWS;
}

static void run_ours(struct span in, size_t step, struct notes *n)
{
	struct telnet t = { 0 };
	struct telnet_event ev;

	while (in.n > 0) {
		struct span part = { in.p, step < in.n ? step : in.n };

		in = (struct span){ in.p + part.n, in.n - part.n };
		while (telnet_next(&t, &part, &ev))
			note_ours(n, &ev);
	}
	telnet_done(&t);
}

static void run_theirs(struct span in, size_t step, struct notes *n)
{
	static const telnet_telopt_t none[] = { { -1, 0, 0 } };
	telnet_t *t = telnet_init(none, note_theirs, TELNET_FLAG_PROXY, n);

	while (in.n > 0) {
		size_t part = step < in.n ? step : in.n;

		telnet_recv(t, in.p, part);
		in = (struct span){ in.p + part, in.n - part };
	}
	telnet_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	size_t step = 1 + fuzz_u8(&in) % 64;
	struct span s = fuzz_take(&in, INPUT_MAX);
	struct notes ours = { 0 }, theirs = { 0 };
	char *bytes = malloc(s.n + 1);

	memcpy(bytes, s.p, s.n);
	mask(bytes, s.n);
	s.p = bytes;
	run_ours(s, step, &ours);
	run_theirs(s, step, &theirs);
	FUZZ_HOLDS(fuzz_equal(buf_span(&ours.bytes), buf_span(&theirs.bytes)));
	if (ours.bytes.n > s.n)
		fuzz_worked();
	buf_done(&ours.bytes);
	buf_done(&theirs.bytes);
	free(bytes);
	return 0;
}
