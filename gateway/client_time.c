/*
 * client_time.c - what is measured of connections: how many there are of each kind, and how long what is said in
 * answer to a line stays here.
 */
#include <string.h>
#include "gateway/client_impl.h"
#include "rt/trace.h"

/* One look at the clock does for so many clients of a turn. */
enum { CLIENTS_A_LOOK = 16 };

static const char *const kinds[CLIENT_KINDS] = {
	[CLIENT_TELNET] = "telnet", [CLIENT_TELNETS] = "telnets", [CLIENT_WS] = "ws",
	[CLIENT_WSS] = "wss",	    [CLIENT_CONSOLE] = "console",
};

enum client_kind client_kind_of(const char *via)
{
	size_t i = 0;

	while (via && i < CLIENT_KINDS && strcmp(kinds[i], via) != 0)
		i++;
	return via && i < CLIENT_KINDS ? (enum client_kind)i : CLIENT_TELNET;
}

void client_answered(struct client *c, uint64_t session, uint64_t seq, uint64_t now_us)
{
	if (c->n_answers++ == 0)
		c->answered_us = now_us;
	c->answered_session = session;
	c->answered = seq;
}

void client_timed(struct client *c)
{
	struct clients *cs = c->of;

	log_debug("line_output", LOG_TRACE(c->answered_session, c->answered),
		  LOG_ID("session", c->answered_session), LOG_U64("waiting_bytes", c->left));
	if (cs->n_timed++ % CLIENTS_A_LOOK == 0)
		cs->now_us = client_now(cs);
	for (; c->n_answers > 0; c->n_answers--)
		if (cs->on_output)
			cs->on_output(cs->ctx, cs->now_us - c->answered_us);
}
