/*
 * client_telnet.c - see client_telnet.h: what comes out of the parser meets the options, the terminal,
 * GMCP and MSDP, compression and the line editor.
 *
 * Nothing waits for the client: the session begins before any answer, and what the client turns out
 * to be able to do counts from then on.
 */
#include "gateway/client_telnet.h"

#include <stdlib.h>
#include "gateway/client_telnet_impl.h"
#include "gateway/gmcp.h"
#include "gateway/mxp.h"

enum {
	FLOOD_WINDOW_US = 10000000,
	FLOOD_MAX = 1000, /* telnet commands in a window */
};

static const char overlong_line[] =
	"{system}Your client keeps sending subnegotiations that are too long.{/}";
static const char flood_line[] = "{system}Your client sends too many telnet commands.{/}";
static const char unpack_line[] = "{system}What your client sends cannot be unpacked.{/}";

static uint64_t now_us(const struct client *c)
{
	return clock_mono(loop_clock(c->of->loop));
}

/* Shows typed text to who leaves the echo to us. */
static void show(struct telnet_client *t, struct buf *typed)
{
	struct buf *out = client_out(&t->c);

	if (t->mxp)
		mxp_escape(out, buf_span(typed));
	else
		buf_add(out, buf_p(typed), typed->n);
	buf_done(typed);
}

static bool next_line(struct telnet_client *t, struct span *bytes)
{
	struct buf typed = { 0 };
	bool ended;

	if (!telopt_echoes(&t->options))
		return line_next(&t->c.line, bytes, NULL);
	ended = line_next(&t->c.line, bytes, &typed);
	if (typed.n > 0)
		show(t, &typed);
	return ended;
}

static void take_text(struct telnet_client *t, struct span bytes)
{
	struct client *c = &t->c;

	while (is_open(t) && next_line(t, &bytes)) {
		if (!telopt_echoes(&t->options) && telopt_us(&t->options, OPTION_ECHO))
			buf_add(client_out(c), "\r\n", 2); /* its Enter was not shown either */
		if (!client_telnet_word(t))
			client_line(c, (enum charset)t->terminal.input);
	}
}

/* A key that Telnet has a command for. */
static void take_key(struct telnet_client *t, void (*key)(struct line *l, struct buf *echo))
{
	struct buf typed = { 0 };

	key(&t->c.line, telopt_echoes(&t->options) ? &typed : NULL);
	if (typed.n > 0)
		show(t, &typed);
}

static void take_command(struct telnet_client *t, uint8_t command)
{
	switch (command) {
	case TELNET_AYT:
		lobby_say(t->c.session, "{system}Mudlark is here.{/}");
		break;
	case TELNET_EC:
		take_key(t, line_erase);
		break;
	case TELNET_EL:
	case TELNET_IP:
	case TELNET_BRK:
		take_key(t, line_discard);
		break;
	default:
		break; /* NOP, DM, AO, GA: nothing is waiting to be given up */
	}
}

static void send_mssp(struct telnet_client *t)
{
	struct client *c = &t->c;
	struct buf vars = { 0 };

	mssp_vars(&vars, &c->of->lobby->mssp, &c->of->conf->mssp);
	telnet_sub(client_out(c), OPTION_MSSP, buf_span(&vars));
	buf_done(&vars);
}

static void set_mxp(struct telnet_client *t)
{
	bool on = telopt_us(&t->options, OPTION_MXP) || telopt_him(&t->options, OPTION_MXP);

	if (on && !t->mxp)
		mxp_start(client_out(&t->c));
	t->mxp = on;
}

static void take_option(struct telnet_client *t, const struct telnet_event *ev)
{
	struct buf *out = client_out(&t->c);
	struct telopt_change change;

	if (!telopt_receive(&t->options, ev, now_us(&t->c), out, &change))
		return;
	terminal_option(&t->terminal, &change, out);
	switch (change.option) {
	case OPTION_GMCP:
	case OPTION_MSDP:
		lobby_caps(t->c.session);
		break;
	case OPTION_MSSP:
		if (change.on)
			send_mssp(t);
		break;
	case OPTION_MXP:
		set_mxp(t);
		break;
	case OPTION_MCCP2:
		mccp_agree(&t->mccp, change.on);
		break;
	default:
		break;
	}
}

static void take_event(struct telnet_client *t, const struct telnet_event *ev)
{
	switch (ev->kind) {
	case TELNET_KIND_TEXT:
		take_text(t, ev->data);
		break;
	case TELNET_KIND_COMMAND:
		take_command(t, ev->command);
		break;
	case TELNET_KIND_OPTION:
		take_option(t, ev);
		break;
	case TELNET_KIND_SUB:
		client_telnet_sub(t, ev);
		break;
	case TELNET_KIND_OVERLONG:
		if (++t->overlong >= TELNET_OVERLONG_MAX)
			lobby_end(t->c.session, "overlong_subnegotiations", overlong_line);
		break;
	}
}

/* Commands cost us answers: no client has a use for so many. */
static bool is_flood(struct telnet_client *t)
{
	uint32_t window = (uint32_t)(now_us(&t->c) / FLOOD_WINDOW_US);

	if (t->window != window)
		t->commands = 0;
	t->window = window;
	return ++t->commands > FLOOD_MAX;
}

/* Plain bytes, up to where compressed ones begin. `packed`: they have been compressed themselves. */
static void take_plain(struct telnet_client *t, struct span *bytes, bool packed)
{
	struct telnet_event ev;

	while (is_open(t) && telnet_next(&t->telnet, bytes, &ev)) {
		if (ev.kind != TELNET_KIND_TEXT && is_flood(t)) {
			lobby_end(t->c.session, "telnet_flood", flood_line);
			return;
		}
		take_event(t, &ev);
		if (t->mccp.in && !packed)
			return;
	}
}

/* Keeps the rest for later and does not read on. */
static void hold(struct telnet_client *t, struct span rest)
{
	buf_add(&t->mccp.held, rest.p, rest.n);
	client_hold(&t->c);
}

/* Compressed bytes, to the end of the stream or of what came; false: no more for now. */
static bool take_packed(struct telnet_client *t, struct span *bytes)
{
	struct client *c = &t->c;
	char step[MCCP_STEP];

	while (is_open(t) && t->mccp.in) {
		struct span plain = { step, 0 };
		enum mccp_got got;

		if (t->inflated >= MCCP_TURN) {
			hold(t, *bytes);
			return false;
		}
		got = mccp_inflate(&t->mccp, bytes, step, &plain.n, &c->of->stats.mccp);
		if (got == MCCP_NOTHING)
			return true;
		if (got == MCCP_BOMB || got == MCCP_BROKEN) {
			lobby_end(c->session, got == MCCP_BOMB ? "inflate_bomb" : "not_zlib",
				  unpack_line);
			return false;
		}
		t->inflated += plain.n;
		client_charge(c, plain.n);
		take_plain(t, &plain, true);
		if (got == MCCP_END)
			mccp_plain(&t->mccp);
	}
	return true;
}

static void take(struct telnet_client *t, struct span bytes)
{
	t->inflated = 0;
	do {
		if (!t->mccp.in)
			take_plain(t, &bytes, false);
		else if (!take_packed(t, &bytes))
			return;
	} while (is_open(t) && bytes.n > 0);
}

static void on_again(struct client *c)
{
	struct telnet_client *t = telnet_of(c);
	struct buf held = t->mccp.held;

	t->mccp.held = (struct buf){ 0 };
	take(t, buf_span(&held));
	buf_done(&held);
}

static void on_receive(struct client *c, struct span bytes)
{
	struct telnet_client *t = telnet_of(c);

	if (t->mccp.held.n > 0) {
		buf_add(&t->mccp.held, bytes.p, bytes.n);
		on_again(c);
	} else {
		take(t, bytes);
	}
}

/* False: as it is. */
static bool on_seal(struct client *c)
{
	struct telnet_client *t = telnet_of(c);

	return mccp_seal(&t->mccp, &c->out, &c->stream.out, c->closing, &c->of->stats.mccp);
}

/*
 * No compression of messages (their own layer is for that), nor under TLS, where its lengths could be
 * read by who may not read the text.
 */
static void on_start(struct client *c)
{
	bool compress = c->of->conf->compress && !c->framing && !c->stream.tls;

	telopt_start(&telnet_of(c)->options, compress, client_out(c));
}

static void on_done(struct client *c)
{
	struct telnet_client *t = telnet_of(c);

	telnet_done(&t->telnet);
	terminal_done(&t->terminal);
	mccp_done(&t->mccp);
	msdp_free(t->msdp);
	free(t->supports);
}

static void on_hide(struct client *c)
{
	telopt_hide(&telnet_of(c)->options, c->session->hidden, client_out(c));
}

static void on_prompted(struct client *c)
{
	struct telnet_client *t = telnet_of(c);
	struct buf typed = { 0 };

	if (telopt_us(&t->options, OPTION_EOR))
		telnet_command(&c->out, TELNET_EOR);
	else if (!telopt_us(&t->options, OPTION_SGA))
		telnet_command(&c->out, TELNET_GA);
	if (!telopt_echoes(&t->options))
		return;
	line_show(&c->line, &typed);
	show(t, &typed);
}

static void on_data(struct client *c, const struct lobby_data *d)
{
	struct telnet_client *t = telnet_of(c);
	struct clients *cs = c->of;

	if (t->msdp && telopt_us(&t->options, OPTION_MSDP))
		msdp_data(t->msdp, d->package, d->json, client_out(c));
	if (!has_gmcp(t) || !gmcp_wants(c->gmcp, d->package))
		return;
	if (cs->data_id != d->id) {
		buf_reset(&cs->data);
		gmcp_send(&cs->data, d->package, d->json);
		cs->data_id = d->id;
	}
	buf_add(client_out(c), buf_p(&cs->data), cs->data.n);
}

/* What the client asked for by GMCP, and what its variables of MSDP are made from. */
static void add_supports(struct telnet_client *t, Mudlark__SessionCaps *ret)
{
	const struct gmcp *g = has_gmcp(t) ? t->c.gmcp : NULL;
	const char *packages[MSDP_PACKAGES];
	size_t n = g ? g->n : 0, more = 0;

	if (telopt_us(&t->options, OPTION_MSDP))
		more = msdp_packages(t->msdp, packages);
	ret->gmcp = has_gmcp(t) || more > 0;
	ret->supports = g ? g->supports : NULL;
	ret->n_supports = n + more;
	if (more == 0)
		return;
	t->supports = base_realloc(t->supports, n + more, sizeof(*t->supports));
	for (size_t i = 0; i < n; i++)
		t->supports[i] = g->supports[i];
	for (size_t i = 0; i < more; i++)
		t->supports[n + i] = (char *)(uintptr_t)packages[i];
	ret->supports = t->supports;
}

static void on_caps(struct client *c, Mudlark__SessionCaps *ret)
{
	static char nobody[] = "";
	struct telnet_client *t = telnet_of(c);

	ret->client = t->terminal.client ? t->terminal.client : nobody;
	ret->width = t->terminal.width;
	ret->height = t->terminal.height;
	ret->screen_reader = t->terminal.screen_reader;
	add_supports(t, ret);
}

static void on_ping(struct client *c)
{
	if (c->of->conf->telnet_nop)
		telnet_command(client_out(c), TELNET_NOP);
}

static bool on_hello(struct client *c, struct span name)
{
	return terminal_name(&telnet_of(c)->terminal, name);
}

static struct markup_kind kind_of(const struct client *c)
{
	const struct telnet_client *t = (const struct telnet_client *)c;
	struct markup_kind kind = terminal_kind(&t->terminal);

	kind.mxp = t->mxp;
	return kind;
}

const struct protocol protocol_telnet = {
	.name = "telnet",
	.size = sizeof(struct telnet_client),
	.start = on_start,
	.done = on_done,
	.receive = on_receive,
	.again = on_again,
	.seal = on_seal,
	.hide = on_hide,
	.prompted = on_prompted,
	.data = on_data,
	.caps = on_caps,
	.ping = on_ping,
	.hello = on_hello,
	.kind = kind_of,
};
