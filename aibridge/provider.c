/*
 * provider.c - the table of providers, and one made from the configuration: address checked, key read.
 */
#include "aibridge/provider.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "aibridge/provider_kind.h"
#include "rt/secret.h"
#include "rt/text.h"

enum { MODEL_MAX = 128 };

static const struct provider_kind *const kinds[AI_PROVIDERS] = {
	[AI_ANTHROPIC] = &provider_anthropic,
	[AI_OPENAI] = &provider_openai,
	[AI_RESPONSES] = &provider_responses,
	[AI_OLLAMA] = &provider_ollama,
};

const struct provider_kind *provider_row(enum ai_provider kind)
{
	return kinds[kind];
}

const char *provider_name(enum ai_provider kind)
{
	return kinds[kind] ? kinds[kind]->name : "scripted";
}

enum ai_provider provider_kind(struct span name)
{
	for (int k = 0; k < AI_PROVIDERS; k++) {
		const char *known = provider_name((enum ai_provider)k);

		if (name.n == strlen(known) && !memcmp(name.p, known, name.n))
			return (enum ai_provider)k;
	}
	return AI_PROVIDERS;
}

static void curl_url_freep(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void curl_text_freep(char **s)
{
	curl_free(*s);
}

static bool is_loopback(const char *host)
{
	struct in_addr four;

	return !strcmp(host, "localhost") || !strcmp(host, "[::1]") ||
	       (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

/* The endpoint's path behind what the address has. */
static void set_path(CURLU *u, const char *path)
{
	CLEANUP(curl_text_freep) char *given = NULL;
	CLEANUP(base_freep) char *whole = NULL;
	size_t n;

	if (curl_url_get(u, CURLUPART_PATH, &given, 0) != CURLUE_OK)
		return;
	n = strlen(given);
	while (n && given[n - 1] == '/')
		n--;
	if (n >= 3 && !memcmp(given + n - 3, "/v1", 3) && !strncmp(path, "/v1/", 4))
		n -= 3;
	else if (n)
		return;
	if (asprintf(&whole, "%.*s%s", (int)n, given, path) < 0)
		abort();
	curl_url_set(u, CURLUPART_PATH, whole, 0);
}

static bool has_part(CURLU *u, CURLUPart part)
{
	CLEANUP(curl_text_freep) char *v = NULL;

	return curl_url_get(u, part, &v, 0) == CURLUE_OK;
}

static int refuse(struct buf *why, const char *sentence, const char *what)
{
	buf_addf(why, "%s: %s", what, sentence);
	return 1;
}

/* What stands in the address is not repeated: people put keys there. */
static int set_url(struct provider *p, const struct provider_kind *k, const char *url,
		   struct buf *why)
{
	CLEANUP(curl_url_freep) CURLU *u = curl_url();
	CLEANUP(curl_text_freep) char *scheme = NULL, *host = NULL, *whole = NULL;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		return refuse(why, "that is no address like https://host/path", p->name);
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return refuse(why, "a key belongs into a file, not into the address", p->name);
	if (has_part(u, CURLUPART_FRAGMENT))
		return refuse(why, "an address of an API has no fragment", p->name);
	p->allow_http = !strcmp(scheme, "http");
	if (p->allow_http && !k->local && !is_loopback(host))
		return refuse(why, "http is for this machine only; use https", p->name);
	if (!p->allow_http && strcmp(scheme, "https") != 0)
		return refuse(why, "an address begins with https://", p->name);
	set_path(u, k->path);
	if (curl_url_get(u, CURLUPART_URL, &whole, 0) != CURLUE_OK)
		return refuse(why, "that is no address like https://host/path", p->name);
	p->url = base_dup(whole, strlen(whole));
	return 0;
}

/* NULL, or what is wrong with it. */
int provider_init(struct provider *p, enum ai_provider kind, const char *model, const char *url,
		  const char *key_file, const struct ai_conf *conf, struct buf *why)
{
	const struct provider_kind *k = provider_row(kind);
	int r;

	*p = (struct provider){
		.kind = kind,
		.name = provider_name(kind),
		.stream = conf->stream,
		.first_token_us = (uint64_t)conf->first_token,
		.stall_us = (uint64_t)conf->stall,
	};
	p->model = base_dup(model ? model : "", model ? strlen(model) : 0);
	if (!k)
		return 0;
	if (!*p->model || strlen(p->model) > MODEL_MAX ||
	    !text_is_utf8((struct span){ p->model, strlen(p->model) }))
		return refuse(why, "needs the name of a model", p->name);
	r = set_url(p, k, url && *url ? url : k->url, why);
	if (!r && key_file && *key_file)
		r = secret_read(&p->key, key_file, false, why);
	else if (!r && k->wants_key && (!url || !*url))
		r = refuse(why, "needs a key file", p->name);
	return r;
}

char *provider_url_beside(const struct provider *p, const char *path)
{
	const char *end = strstr(p->url, "/v1/");
	char *url;

	if (!end) {
		end = strstr(p->url, "://") + 3;
		end += strcspn(end, "/?");
	}
	if (asprintf(&url, "%.*s%s", (int)(end - p->url), p->url, path) < 0)
		abort();
	return url;
}

void provider_done(struct provider *p)
{
	if (p->key)
		sodium_memzero(p->key, strlen(p->key));
	free(p->key);
	free(p->model);
	free(p->url);
	*p = (struct provider){ 0 };
}
