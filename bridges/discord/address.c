/*
 * address.c - see address.h.
 */
#include "bridges/discord/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1024 };

static void curl_text_freep(char **p)
{
	curl_free(*p);
}

static void curl_url_freep(CURLU **u)
{
	curl_url_cleanup(*u);
}

static bool is_loopback(const char *host)
{
	struct in_addr four;

	return !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
	       (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

static bool has_part(CURLU *u, CURLUPart part)
{
	CLEANUP(curl_text_freep) char *v = NULL;

	return curl_url_get(u, part, &v, 0) == CURLUE_OK;
}

static int refuse(struct buf *why, const char *sentence)
{
	buf_adds(why, sentence);
	return 1;
}

/* 0 for none written; false: no port. */
static bool read_port(CURLU *u, bool tls, uint16_t *ret)
{
	CLEANUP(curl_text_freep) char *text = NULL;
	unsigned long v;

	*ret = tls ? 443 : 80;
	if (curl_url_get(u, CURLUPART_PORT, &text, 0) != CURLUE_OK)
		return true;
	v = strtoul(text, NULL, 10);
	if (!v || v > UINT16_MAX)
		return false;
	*ret = (uint16_t)v;
	return true;
}

static char *read_path(CURLU *u)
{
	CLEANUP(curl_text_freep) char *text = NULL;
	size_t n;

	if (curl_url_get(u, CURLUPART_PATH, &text, 0) != CURLUE_OK)
		return base_dup("", 0);
	n = strlen(text);
	while (n && text[n - 1] == '/')
		n--;
	return base_dup(text, n);
}

/* A numeric IPv6 address is written in brackets, and dialled without. */
static char *bare_host(const char *host)
{
	const size_t n = strlen(host);

	return n > 2 && *host == '[' ? base_dup(host + 1, n - 2) : base_dup(host, n);
}

int address_read(struct address *ret, const char *scheme, struct span text, struct buf *why)
{
	CLEANUP(curl_url_freep) CURLU *u = curl_url();
	CLEANUP(curl_text_freep) char *found = NULL, *host = NULL;
	CLEANUP(base_freep) char *whole = base_dup(text.p, text.n);
	const size_t n = strlen(scheme);
	uint16_t port;
	bool tls;

	if (!u || text.n > LONGEST || strlen(whole) != text.n ||
	    curl_url_set(u, CURLUPART_URL, whole, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &found, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
		return refuse(why, "that is no address");
	tls = !strncmp(found, scheme, n) && !strcmp(found + n, "s");
	if (!tls && strcmp(found, scheme) != 0) {
		buf_addf(why, "an address that begins with %ss:// is wanted", scheme);
		return 1;
	}
	if (!tls && !is_loopback(host)) {
		buf_addf(why, "%s:// is for this machine only; use %ss://", scheme, scheme);
		return 1;
	}
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return refuse(why, "a name or a password has no place in an address");
	if (!read_port(u, tls, &port))
		return refuse(why, "that is no port");
	*ret = (struct address){
		.tls = tls, .host = bare_host(host), .port = port, .path = read_path(u)
	};
	return 0;
}

void address_done(struct address *a)
{
	free(a->host);
	free(a->path);
	*a = (struct address){ 0 };
}

void address_write(const struct address *a, const char *scheme, struct buf *out)
{
	const bool six = strchr(a->host, ':');

	buf_addf(out, "%s%s://%s%s%s", scheme, a->tls ? "s" : "", six ? "[" : "", a->host,
		 six ? "]" : "");
	if (a->port != (a->tls ? 443 : 80))
		buf_addf(out, ":%u", a->port);
	buf_adds(out, a->path);
}
