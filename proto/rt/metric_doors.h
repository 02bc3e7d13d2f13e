/*
 * metric_doors.h - who is connected to a metrics address: so many and no more, each for so long.
 *
 * evhttp counts only the silence of a connection, and not how many there are.  Whoever sends one byte
 * a second would hold a descriptor for ever.
 */
#pragma once

#include <event2/http.h>
#include <event2/listener.h>
#include "rt/bind.h"
#include "rt/loop.h"

/* A connection has so long in all, however busy; the oldest goes when one comes that is too many. */
enum { METRIC_PEERS_MAX = 64, METRIC_LIFE_S = 10 };

struct metric_peer;

struct metric_doors {
	struct loop *loop;
	struct evconnlistener *listeners[BIND_MAX]; /* evhttp's */
	size_t n;
	struct metric_peer *peers; /* oldest first */
	struct loop_timer sweep;
	struct event *settle;
};

/* 0 or -ENOMEM. */
int metric_doors_init(struct metric_doors *d, struct loop *l, struct evhttp *http) MUST_USE;
/* The listener is bound to the evhttp. */
void metric_doors_add(struct metric_doors *d, struct evconnlistener *listener);
/* Before the evhttp goes. */
void metric_doors_close(struct metric_doors *d);
/* After it went. */
void metric_doors_done(struct metric_doors *d);
