/*
 * http_multi.h - libcurl's multi interface on the loop: its sockets as events, its one timer as a loop timer.
 *
 * Curl is entered only from the loop's callbacks.  Its own callbacks (socket, timer, data) never enter it
 * again: who is called by them sees `busy` and leaves the rest to `settled`, which runs after every action,
 * once what is finished was told.
 */
#pragma once

#include <curl/curl.h>
#include "rt/base.h"
#include "rt/loop.h"

struct http_multi {
	CURLM *curl;
	struct loop *loop;
	struct loop_timer timer;
	bool busy; /* inside curl */
	/* A transfer is at its end; it is still to be removed. */
	void (*finished)(void *ctx, CURL *easy, CURLcode code);
	void (*settled)(void *ctx);
	void *ctx;
};

/* finished, settled and ctx are set by the caller. 0 or -ENOMEM. */
int http_multi_init(struct http_multi *m, struct loop *l, size_t max_connections) MUST_USE;
void http_multi_done(struct http_multi *m); /* no transfer is left */
