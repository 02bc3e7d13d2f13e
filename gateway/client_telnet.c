/*
 * client_telnet.c - see client_telnet.h: what comes out of the parser meets the options, the terminal,
 * GMCP and the line editor.
 *
 * Nothing waits for the client: the session begins before any answer, and what the client turns out
 * to be able to do counts from then on.
 */
#include "gateway/client_telnet.h"

#include <string.h>
#include "gateway/client.h"
#include "gateway/gmcp.h"
#include "gateway/telnet.h"
#include "gateway/telopt.h"
#include "gateway/terminal.h"

enum {
	FLOOD_WINDOW_US = 10000000,
	FLOOD_MAX = 1000, /* telnet commands in a window */
};

struct telnet_client {
	struct client c;
	struct telnet telnet;
	struct telopt options;
	struct terminal terminal;
	uint32_t window;
	uint16_t commands; /* in this window */
	uint8_t overlong;
};

static struct telnet_client *telnet_of(struct client *c)
{
	return (struct telnet_client *)c;
}

static bool has_gmcp(const struct telnet_client *t)
{
	return telopt_us(&t->options, OPTION_GMCP) || telopt_him(&t->options, OPTION_GMCP);
}

static uint64_t now_us(const struct client *c)
{
	return clock_mono(loop_clock(c->of->loop));
}

/* The buffer to show typed text in, NULL: the client shows it. */
static struct buf *echo_of(struct telnet_client *t)
{
	return telopt_echoes(&t->options) ? client_out(&t->c) : NULL;
}

static void take_text(struct telnet_client *t, struct span bytes)
{
	struct client *c = &t->c;

	while (c->session && !c->doomed && line_next(&c->line, &bytes, echo_of(t))) {
		if (!telopt_echoes(&t->options) && telopt_us(&t->options, OPTION_ECHO))
			buf_add(client_out(c), "\r\n", 2); /* its Enter was not shown either */
		client_line(c, (enum charset)t->terminal.input);
	}
}

static void take_command(struct telnet_client *t, uint8_t command)
{
	switch (command) {
	case TELNET_AYT:
		lobby_say(t->c.session, "{system}Mudlark is here.{/}");
		break;
	case TELNET_EC:
		line_erase(&t->c.line, echo_of(t));
		break;
	case TELNET_EL:
	case TELNET_IP:
	case TELNET_BRK:
		line_discard(&t->c.line, echo_of(t));
		break;
	default:
		break; /* NOP, DM, AO, GA: nothing is waiting to be given up */
	}
}

static void take_option(struct telnet_client *t, const struct telnet_event *ev)
{
	struct buf *out = client_out(&t->c);
	struct telopt_change change;

	if (!telopt_receive(&t->options, ev, now_us(&t->c), out, &change))
		return;
	terminal_option(&t->terminal, &change, out);
	if (change.option == OPTION_GMCP)
		lobby_caps(t->c.session);
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
		if (ev->option == OPTION_GMCP) {
			if (has_gmcp(t))
				client_gmcp(&t->c, ev->data);
		} else if (terminal_sub(&t->terminal, ev, client_out(&t->c)))
			lobby_caps(t->c.session);
		break;
	case TELNET_KIND_OVERLONG:
		if (++t->overlong >= TELNET_OVERLONG_MAX)
			client_doom(&t->c, "overlong_subnegotiations");
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

static void on_receive(struct client *c, struct span bytes)
{
	struct telnet_client *t = telnet_of(c);
	struct telnet_event ev;

	while (c->session && !c->doomed && telnet_next(&t->telnet, &bytes, &ev)) {
		if (ev.kind != TELNET_KIND_TEXT && is_flood(t))
			client_doom(c, "telnet_flood");
		else
			take_event(t, &ev);
	}
}

static void on_start(struct client *c)
{
	telopt_start(&telnet_of(c)->options, false, client_out(c));
}

static void on_done(struct client *c)
{
	struct telnet_client *t = telnet_of(c);

	telnet_done(&t->telnet);
	terminal_done(&t->terminal);
}

static void on_hide(struct client *c)
{
	telopt_hide(&telnet_of(c)->options, c->session->hidden, client_out(c));
}

static void on_prompted(struct client *c)
{
	struct telnet_client *t = telnet_of(c);

	if (telopt_us(&t->options, OPTION_EOR))
		telnet_command(&c->out, TELNET_EOR);
	else if (!telopt_us(&t->options, OPTION_SGA))
		telnet_command(&c->out, TELNET_GA);
	if (telopt_echoes(&t->options))
		line_show(&c->line, &c->out);
}

static void on_data(struct client *c, const struct lobby_data *d)
{
	struct telnet_client *t = telnet_of(c);
	struct clients *cs = c->of;

	if (!has_gmcp(t) || !gmcp_wants(c->gmcp, d->package))
		return;
	if (cs->data_id != d->id) {
		buf_reset(&cs->data);
		gmcp_send(&cs->data, d->package, d->json);
		cs->data_id = d->id;
	}
	buf_add(client_out(c), buf_p(&cs->data), cs->data.n);
}

static void on_caps(struct client *c, Mudlark__SessionCaps *ret)
{
	static char nobody[] = "";
	struct telnet_client *t = telnet_of(c);

	ret->client = t->terminal.client ? t->terminal.client : nobody;
	ret->width = t->terminal.width;
	ret->height = t->terminal.height;
	ret->screen_reader = t->terminal.screen_reader;
	ret->gmcp = has_gmcp(t);
	if (c->gmcp && ret->gmcp) {
		ret->supports = c->gmcp->supports;
		ret->n_supports = c->gmcp->n;
	}
}

static void on_ping(struct client *c)
{
	telnet_command(client_out(c), TELNET_NOP);
}

static bool on_hello(struct client *c, struct span name)
{
	return terminal_name(&telnet_of(c)->terminal, name);
}

static struct markup_kind kind_of(const struct client *c)
{
	return terminal_kind(&((const struct telnet_client *)c)->terminal);
}

const struct protocol protocol_telnet = {
	.name = "telnet",
	.size = sizeof(struct telnet_client),
	.start = on_start,
	.done = on_done,
	.receive = on_receive,
	.hide = on_hide,
	.prompted = on_prompted,
	.data = on_data,
	.caps = on_caps,
	.ping = on_ping,
	.hello = on_hello,
	.kind = kind_of,
};
