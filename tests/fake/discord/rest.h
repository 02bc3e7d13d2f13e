/*
 * rest.h - the REST API: a table of routes, what every request has to have, rate limits, and what tests make go wrong.
 */
#pragma once

#include <jansson.h>
#include "tests/fake/discord/fake.h"
#include "tests/fake/discord/form.h"

struct rest;
struct call;

struct route {
	const char *name;	   /* for faults and counts: "execute" */
	const char *method, *path; /* {} is a part of it */
	void (*run)(struct call *c);
	bool no_token;	/* needs no Authorization */
	bool no_global; /* not under the global limit */
};

enum { CALL_ARGS = 4 };

/* A request that is fit to be looked at; to be given a status and an answer. */
struct call {
	struct fake *fake;
	const struct route *route;
	const char *query;
	char args[CALL_ARGS][200];
	json_t *body; /* NULL: none */
	int status;
	json_t *answer;	      /* NULL: none */
	struct message *made; /* to be told when the answer has gone */
};

/* -errno. */
int rest_new(struct rest **ret, struct fake *f) MUST_USE;
void rest_free(struct rest *r);
uint16_t rest_port(const struct rest *r);
int rest_listen(struct rest *r, bool on) MUST_USE;
/* Connections that are open are cut as soon as they ask for something; false: no more. */
void rest_cut(struct rest *r, bool on);

/*
 * {"route": "execute", "kind": K, "times": 2, ...}; "*" is every route. True: it is one. Kinds:
 *	status (status)			answered with that, nothing done; 5xx with an HTML page
 *	late_status (status)		the same, but it is done
 *	cut, late_cut			the connection breaks: before it is done, after
 *	hang, late_hang			never answered: not done, done
 *	slow (ms)			done and answered after that time
 *	limit (retry_ms, global, scope)	429, and nothing before that time
 *	cloudflare (retry_ms)		429 of the kind that has no JSON
 *	garbage				200 and no JSON, though it is done
 */
bool rest_fault(struct rest *r, const json_t *fault);
void rest_no_faults(struct rest *r);

/* Somebody uses a slash command; NULL: there is none of this name. The id; freed by the caller. */
char *rest_slash(struct rest *r, const json_t *order);
/* The webhooks of a channel are gone. */
void rest_drop_webhooks(struct rest *r, const char *channel);
/* Whether the bot may manage webhooks there. */
void rest_permit(struct rest *r, const char *channel, bool may);

/* For routes. */
void call_fail(struct call *c, int status, int code, const char *message);
/* A body that is refused: 400, 50035, and a misuse. */
void call_malformed(struct call *c, const char *why);
void call_misuse(struct call *c, const char *what);
bool call_may_hook(struct call *c, const char *channel);
/* Whether a message is well formed; else it was refused. That it may ping somebody is a misuse. */
bool call_check_message(struct call *c, enum form_kind kind, json_t *body);
/* What the author wrote, as it is kept: without blanks around it. */
void call_fill(const json_t *body, json_t *draft);
struct fake *rest_world(const struct rest *r);
json_t *rest_interactions(const struct rest *r);
/* The same paths as webhooks have, with the id of the application. */
void slash_followup(struct call *c);
void slash_edit(struct call *c);

extern const struct route rest_info_routes[], rest_hook_routes[], rest_slash_routes[];
extern const size_t rest_n_info_routes, rest_n_hook_routes, rest_n_slash_routes;
