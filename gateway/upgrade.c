/*
 * upgrade.c - see upgrade.h.
 */
#include "gateway/upgrade.h"

#include <string.h>
#include "gateway/client_web.h"
#include "gateway/websocket.h"
#include "rt/text.h"

struct scheme_row {
	struct span scheme, port;
};

static bool take_prefix(struct span *s, struct span prefix)
{
	if (!text_prefix_fold(*s, prefix))
		return false;
	s->p += prefix.n;
	s->n -= prefix.n;
	return true;
}

/* Without a port at its end that is the scheme's own. */
static struct span without_port(struct span host, struct span port)
{
	if (host.n > port.n && memcmp(host.p + host.n - port.n, port.p, port.n) == 0)
		host.n -= port.n;
	return host;
}

bool upgrade_is_own(struct span origin, struct span host)
{
	static const struct scheme_row schemes[] = {
		{ { "http://", 7 }, { ":80", 3 } },
		{ { "https://", 8 }, { ":443", 4 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct span own = origin;

		if (take_prefix(&own, schemes[i].scheme))
			return own.n > 0 && text_eq_fold(without_port(own, schemes[i].port),
							 without_port(host, schemes[i].port));
	}
	return false;
}

static bool may_open(const struct http_head *r, char *const *origins)
{
	struct span origin = http_head_get(r, "origin");

	if (!origin.p || upgrade_is_own(origin, http_head_get(r, "host")))
		return true;
	for (size_t i = 0; origins && origins[i]; i++)
		if (text_eq_fold(origin, (struct span){ origins[i], strlen(origins[i]) }))
			return true;
	return false;
}

static int refuse(const char **ret_why, int status, const char *why)
{
	*ret_why = why;
	return status;
}

static bool is_version_13(const struct http_head *r)
{
	struct span version = http_head_get(r, "sec-websocket-version");

	return http_head_count(r, "sec-websocket-version") == 1 && version.n == 2 &&
	       memcmp(version.p, "13", 2) == 0;
}

int upgrade_check(const struct http_head *r, char *const *origins, struct upgrade *ret,
		  const char **ret_why)
{
	if (r->head)
		return refuse(ret_why, HTTP_BAD_METHOD, "A WebSocket is opened with GET.");
	if (r->is_old)
		return refuse(ret_why, HTTP_BAD, "A WebSocket needs HTTP/1.1.");
	if (!http_head_has_token(r, "upgrade", "websocket") ||
	    !http_head_has_token(r, "connection", "upgrade"))
		return refuse(ret_why, HTTP_UPGRADE, "This is the place for WebSockets.");
	if (!is_version_13(r))
		return refuse(ret_why, HTTP_UPGRADE, "This server speaks WebSocket version 13.");
	if (http_head_count(r, "sec-websocket-key") != 1 ||
	    !websocket_accept(http_head_get(r, "sec-websocket-key"), ret->accept))
		return refuse(ret_why, HTTP_BAD, "Sec-WebSocket-Key is malformed.");
	if (http_head_count(r, "origin") > 1)
		return refuse(ret_why, HTTP_BAD, "There is more than one Origin.");
	if (!may_open(r, origins))
		return refuse(ret_why, HTTP_FORBIDDEN,
			      "Pages of that site may not connect here (gateway.origins).");
	ret->protocol = client_web_choose(r, &ret->name);
	return 0;
}

void upgrade_answer(struct buf *out, const struct upgrade *u)
{
	buf_addf(out,
		 "HTTP/1.1 101 %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Accept: %s\r\n",
		 http_head_reason(HTTP_SWITCHING), u->accept);
	if (u->name)
		buf_addf(out, "Sec-WebSocket-Protocol: %s\r\n", u->name);
	buf_adds(out, "\r\n");
}
