/*
 * hook.c - see hook.h.
 */
#include "bridges/discord/hook.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "rt/jsonin.h"

#define OUR_NAME "Mudlark"

static void enter(struct hook *h, enum hook_state s)
{
	h->state = s;
	if (s != HOOK_SEEKING && s != HOOK_MAKING)
		h->changed(h->ctx);
}

static bool is_plain(struct span s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    (!strchr(more, c) || !c))
			return false;
	}
	return s.n > 0;
}

static bool take(struct hook *h, struct span id, struct span token)
{
	if (id.n >= HOOK_ID || token.n >= HOOK_TOKEN || !is_plain(id, "") ||
	    !is_plain(token, "-_."))
		return false;
	memcpy(h->id, id.p, id.n);
	h->id[id.n] = 0;
	memcpy(h->token, token.p, token.n);
	h->token[token.n] = 0;
	return true;
}

static bool take_object(struct hook *h, const json_t *o)
{
	struct span id, token;

	return jsonin_text(o, "id", &id) && jsonin_text(o, "token", &token) && take(h, id, token);
}

/* What a request came to, other than done. */
static void fail(struct hook *h, const struct rest_answer *a)
{
	snprintf(h->why, sizeof(h->why), "no webhook: %s", a->why);
	if (a->end == REST_REFUSED && a->status == 403)
		snprintf(h->why, sizeof(h->why),
			 "the bot needs the right Manage Webhooks in this channel");
	enter(h, a->end == REST_REFUSED ? HOOK_REFUSED : HOOK_NONE);
}

static void on_made(void *ctx, const struct rest_answer *a)
{
	struct hook *h = ctx;

	if (a->end != REST_DONE) {
		fail(h, a);
	} else if (take_object(h, a->body)) {
		enter(h, HOOK_READY);
	} else {
		snprintf(h->why, sizeof(h->why), "no webhook: the answer makes no sense");
		enter(h, HOOK_REFUSED);
	}
}

static void ask(struct hook *h, const char *method, struct span body,
		void (*done)(void *ctx, const struct rest_answer *a))
{
	char path[80], route[80];

	snprintf(path, sizeof(path), "/channels/%s/webhooks", h->channel);
	snprintf(route, sizeof(route), "%s webhooks/%s", body.n ? "new" : "list", h->channel);
	if (rest_ask(h->rest, &(struct rest_ask){
				      .method = method,
				      .path = path,
				      .route = route,
				      .body = body,
				      .repeatable = !body.n,
				      .done = done,
				      .ctx = h,
			      }) != 0)
		enter(h, HOOK_NONE);
}

/* Ours are those with a token: of others' webhooks none is shown. */
static void on_found(void *ctx, const struct rest_answer *a)
{
	struct hook *h = ctx;
	size_t i;
	json_t *o;

	if (a->end != REST_DONE) {
		fail(h, a);
		return;
	}
	json_array_foreach(a->body, i, o)
	{
		if (jsonin_is(o, "name", OUR_NAME) && take_object(h, o)) {
			enter(h, HOOK_READY);
			return;
		}
	}
	h->state = HOOK_MAKING;
	ask(h, "POST", SPAN("{\"name\":\"" OUR_NAME "\"}"), on_made);
}

void hook_seek(struct hook *h)
{
	if (h->given) {
		enter(h, HOOK_READY);
		return;
	}
	h->state = HOOK_SEEKING;
	ask(h, "GET", (struct span){ 0 }, on_found);
}

void hook_lost(struct hook *h)
{
	if (!h->given && !h->remade) {
		h->remade = true;
		hook_seek(h);
		return;
	}
	snprintf(h->why, sizeof(h->why), "its webhook was deleted");
	enter(h, HOOK_REFUSED);
}

void hook_worked(struct hook *h)
{
	h->remade = false;
}

int hook_init(struct hook *h, struct rest *rest, const char *channel, struct span url,
	      void (*changed)(void *ctx), void *ctx)
{
	static const char mark[] = "/webhooks/";
	const char *at = url.n ? memmem(url.p, url.n, mark, strlen(mark)) : NULL;
	struct span id, token;
	const char *slash;

	*h = (struct hook){ .rest = rest, .channel = channel, .changed = changed, .ctx = ctx };
	if (!url.n)
		return 0;
	if (!at)
		return 1;
	id.p = at + strlen(mark);
	slash = memchr(id.p, '/', (size_t)(url.p + url.n - id.p));
	if (!slash)
		return 1;
	id.n = (size_t)(slash - id.p);
	token = (struct span){ slash + 1, (size_t)(url.p + url.n - slash) - 1 };
	h->given = true;
	return take(h, id, token) ? 0 : 1;
}

void hook_done(struct hook *h)
{
	rest_forget(h->rest, h);
	sodium_memzero(h->token, sizeof(h->token));
}
