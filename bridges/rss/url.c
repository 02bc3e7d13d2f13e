/*
 * url.c - see url.h.
 */
#include "bridges/rss/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

/* For CLEANUP. */
static void handle_freep(CURLU **h)
{
	curl_url_cleanup(*h);
}

static void text_freep(char **p)
{
	curl_free(*p);
}

static bool part(CURLU *h, CURLUPart what, unsigned flags, char **ret)
{
	return curl_url_get(h, what, ret, flags) == CURLUE_OK && *ret;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

/* "[::1]" and "[fe80::1%eth0]" are ::1 and fe80::1%eth0. */
static bool keep_host(struct url *u, const char *host)
{
	size_t n = strlen(host);

	if (n > 2 && *host == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof(u->host))
		return false;
	memcpy(u->host, host, n);
	u->host[n] = '\0';
	return true;
}

static bool read_handle(CURLU *h, struct url *ret)
{
	CLEANUP(text_freep) char *scheme = NULL;
	CLEANUP(text_freep) char *host = NULL;
	CLEANUP(text_freep) char *port = NULL;
	CLEANUP(text_freep) char *user = NULL;
	struct url u = { 0 };

	if (!part(h, CURLUPART_SCHEME, 0, &scheme) || !part(h, CURLUPART_HOST, 0, &host) ||
	    !part(h, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port) ||
	    part(h, CURLUPART_USER, 0, &user))
		return false;
	u.https = strcmp(scheme, "https") == 0;
	u.port = (uint16_t)strtoul(port, NULL, 10);
	if ((!u.https && strcmp(scheme, "http") != 0) || u.port == 0 || !keep_host(&u, host))
		return false;
	*ret = u;
	return true;
}

bool url_read(const char *text, struct url *ret)
{
	CLEANUP(handle_freep) CURLU *h = curl_url();

	return strlen(text) <= URL_MAX && is_plain(text) && h &&
	       curl_url_set(h, CURLUPART_URL, text, 0) == CURLUE_OK && read_handle(h, ret);
}

/* What one has typed into a page: line ends and tabs are nothing, spaces and other characters are escaped. */
static bool tidy(struct span s, char ret[URL_MAX + 1])
{
	size_t n = 0;

	while (s.n && isspace((unsigned char)*s.p))
		s = (struct span){ s.p + 1, s.n - 1 };
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("\r\n\t", s.p[i]) && s.p[i])
			continue;
		if (n == URL_MAX || (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
		ret[n++] = s.p[i];
	}
	ret[n] = '\0';
	return n > 0;
}

static char *joined(const char *base, struct span ref, bool fragment)
{
	CLEANUP(handle_freep) CURLU *h = curl_url();
	CLEANUP(text_freep) char *whole = NULL;
	char text[URL_MAX + 1];
	struct url u;

	if (!h || !tidy(ref, text))
		return NULL;
	if (base && *base && curl_url_set(h, CURLUPART_URL, base, 0) != CURLUE_OK)
		return NULL;
	if (curl_url_set(h, CURLUPART_URL, text, CURLU_URLENCODE) != CURLUE_OK)
		return NULL;
	if (!fragment)
		curl_url_set(h, CURLUPART_FRAGMENT, NULL, 0);
	if (!part(h, CURLUPART_URL, 0, &whole) || !url_read(whole, &u))
		return NULL;
	return base_dup(whole, strlen(whole));
}

char *url_join(const char *base, struct span ref)
{
	return joined(base, ref, true);
}

char *url_to_fetch(const char *base, struct span ref)
{
	return joined(base, ref, false);
}
