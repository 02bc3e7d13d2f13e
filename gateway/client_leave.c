/*
 * client_leave.c - the ways in which all clients are sent away, or some of them (client.h).
 *
 * What ends a session here is only noted in its client: clients_flush() sends and frees it, so that the
 * list can be gone through.
 */
#include "gateway/client.h"
#include "gateway/resume.h"

void clients_farewell(struct clients *cs, const char *markup)
{
	struct client *c;

	TAILQ_FOREACH(c, &cs->all, all)
	if (c->session && !c->doomed)
		lobby_end(c->session, "shutdown", markup);
}

void clients_finish(struct clients *cs, const char *markup)
{
	struct client *c;

	TAILQ_FOREACH(c, &cs->all, all)
	{
		if (!c->session || c->doomed)
			continue;
		if (c->session->n_lines == 0) {
			lobby_end(c->session, "shutdown", markup);
			continue;
		}
		lobby_say(c->session, markup);
		if (!c->eof)
			client_eof(c);
	}
}

/* Telnet clients are not sent away before the end: hardly any comes back by itself. */
static bool comes_back(const struct client *c)
{
	const struct session *s = c->session;

	return c->framing && s && !c->doomed && s->playing && s->resume && !s->resume->client_due &&
	       s->resume->at_told > 0;
}

bool clients_move(struct clients *cs, size_t most, const char *markup)
{
	bool more = false;
	struct client *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &cs->all, all)
	{
		if (!comes_back(c))
			continue;
		if (c->session->n_lines > 0 || n == most) {
			more = true; /* when its lines are done, or next time */
			continue;
		}
		n++;
		lobby_end(c->session, "shutdown", markup);
	}
	return more;
}

void clients_say(struct clients *cs, const char *markup)
{
	struct client *c;

	TAILQ_FOREACH(c, &cs->all, all)
	if (c->session && !c->doomed)
		lobby_say(c->session, markup);
}
