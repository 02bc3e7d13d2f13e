/*
 * rest.h - requests to Discord's REST: in order for each route, never faster than Discord allows (bucket.h), sent again
 * where that is safe, and the truth about what became of each.
 *
 * The token stands in a header, and nowhere else; addresses of webhooks and interactions have a secret in them, so no
 * path is ever logged.
 */
#pragma once

#include <jansson.h>
#include "rt/base.h"
#include "rt/loop.h"

struct rest;

enum { REST_QUEUE = 1000, REST_WHY = 200, REST_MAX = 4 * 1048576 };

enum rest_end {
	REST_DONE,    /* 2xx */
	REST_REFUSED, /* 4xx: not done, and it would not be the next time */
	REST_FAILED,  /* not done: it could not be asked */
	REST_UNKNOWN, /* it may have been done */
};

struct rest_answer {
	enum rest_end end;
	unsigned status;    /* 0: none came */
	uint64_t code;	    /* Discord's own, of a refusal */
	const json_t *body; /* an object or an array, or NULL */
	const char *why;    /* for a person; "" when done */
};

struct rest_ask {
	const char *method; /* a literal */
	const char *path;   /* behind the API's address: "/channels/1/messages" */
	const char *route;  /* as in bucket.h; "": no order, and no bucket */
	struct span body;   /* JSON, or empty */
	bool repeatable;    /* doing it twice does no harm */
	bool bare;	    /* the path is secret enough: without the token */
	/* Once; not after rest_forget(). May be called while rest_ask() has not returned. NULL: nobody wants to know. */
	void (*done)(void *ctx, const struct rest_answer *a);
	void *ctx;
};

struct rest_counts {
	uint64_t asked, limited, failed;
};

/* `api` is an address as in address.h, `token` the bot's: both copied. */
int rest_new(struct rest **ret, struct loop *l, const char *api, const char *token,
	     const char *ca_file) MUST_USE;
void rest_free(struct rest *r);
/* 0; 1: too much waits. */
int rest_ask(struct rest *r, const struct rest_ask *a) MUST_USE;
/* Nobody with this context is told any more. What has not been sent is withdrawn. */
void rest_forget(struct rest *r, const void *ctx);
/* How long a request of this route would have to wait, if it were asked now; 0: not at all. */
uint64_t rest_wait(const struct rest *r, const char *route);
size_t rest_waiting(const struct rest *r);
const struct rest_counts *rest_counts(const struct rest *r);
