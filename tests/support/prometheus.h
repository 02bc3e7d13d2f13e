/*
 * prometheus.h - a real Prometheus on loopback, with the configuration of deploy/watch/ for one machine: it asks the
 * processes that a test has started, and is asked what it knows.
 *
 * What differs from the files as they are: the ports, that the bridges are there, and that it looks twice a second.
 */
#pragma once

#include <jansson.h>
#include "tests/support/child.h"

#define PROMETHEUS "/usr/bin/prometheus"

struct prometheus {
	struct child child;
	uint16_t port;
	char *dir; /* its configuration, its numbers */
};

struct prometheus_port {
	uint16_t documented; /* in deploy/watch/targets.yaml */
	uint16_t real;
};

/* Dies when the configuration is refused, or when targets.yaml names a port that the table lacks or lacks one of it. */
void prometheus_start(struct prometheus *p, const struct prometheus_port *ports, size_t n);
void prometheus_stop(struct prometheus *p);
/* `data` of the answer to a path below /api/v1/; NULL: the request was refused, *ret_why has its words (freed by
 * the caller). The caller's reference. */
json_t *prometheus_api(const struct prometheus *p, const char *path, char **ret_why) MUST_USE;
/* The vector that an expression has now; NULL as above. */
json_t *prometheus_query(const struct prometheus *p, const char *expr, char **ret_why) MUST_USE;
/* The value of an expression that has one; NaN when it has none. Dies when it is refused. */
double prometheus_value(const struct prometheus *p, const char *expr);
/* Waits until it is at least this; dies when that does not come. */
void prometheus_wait(const struct prometheus *p, const char *expr, double value);
