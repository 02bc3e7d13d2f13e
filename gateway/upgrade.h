/*
 * upgrade.h - may this request become a WebSocket (RFC 6455, section 4.2)?
 *
 * A page of another site must not play with a visitor's browser: an Origin has to be our own host, as
 * the browser named it in Host, or one of gateway.origins.  Who sends no Origin is no browser.
 */
#pragma once

#include "rt/httphead.h"
#include "rt/buf.h"

struct protocol;

struct upgrade {
	const struct protocol *protocol;
	const char *name; /* subprotocol to echo; NULL: none */
	char accept[29];  /* Sec-WebSocket-Accept */
};

/* `origins` ends with NULL. 0, or the status to refuse it with and a sentence in *ret_why. */
int upgrade_check(const struct http_head *r, char *const *origins, struct upgrade *ret,
		  const char **ret_why) MUST_USE;
/* The 101. */
void upgrade_answer(struct buf *out, const struct upgrade *u);
/* Is it of this host (`host[:port]`, as in Host)? Default ports of http and https may be left out. */
bool upgrade_is_own(struct span origin, struct span host);
