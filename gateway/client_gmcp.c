/*
 * client_gmcp.c - what a client says by GMCP, by whatever kind of connection (client.h).
 */
#include <string.h>
#include "gateway/client.h"
#include "gateway/gmcp.h"

void client_gmcp_send(struct client *c, const char *package, struct span json)
{
	struct lobby_data d = {
		.id = ++c->of->lobby->text_id,
		.package = { package, strlen(package) },
		.json = json,
	};

	c->protocol->data(c, &d);
}

void client_gmcp(struct client *c, struct span payload)
{
	struct session *s = c->session;
	struct gmcp_event ev;

	gmcp_receive(&c->gmcp, payload, &ev);
	switch (ev.kind) {
	case GMCP_SUPPORTED:
		lobby_caps(s);
		break;
	case GMCP_HELLO:
		if (c->protocol->hello(c, (struct span){ ev.text, strlen(ev.text) }))
			lobby_caps(s);
		break;
	case GMCP_PING:
		client_gmcp_send(c, "Core.Ping", SPAN(""));
		break;
	case GMCP_MESSAGE:
		lobby_data(s, (struct span){ ev.package, strlen(ev.package) }, ev.json);
		break;
	default:
		break;
	}
}

void client_resume_token(UNUSED struct client *c, UNUSED struct span value)
{
	/* Nobody has been given one. */
}
