/*
 * url.h - addresses of the web: read, joined, made presentable (over libcurl's URL API, so that what is judged here is what is
 * connected to).
 */
#pragma once

#include "rt/base.h"

enum { URL_MAX = 1000 };

struct url {
	char host[256]; /* without brackets */
	uint16_t port;
	bool https;
};

/* An http or https address with a host, without a user or password, of at most URL_MAX bytes. */
bool url_read(const char *text, struct url *ret) MUST_USE;
/* `ref` as found at `base` (NULL or "": it has to be whole), spaces escaped, without white space around it; NULL: it is not
 * such an address. The caller frees. */
char *url_join(const char *base, struct span ref) MUST_USE;
/* The same, and the fragment goes. */
char *url_to_fetch(const char *base, struct span ref) MUST_USE;
