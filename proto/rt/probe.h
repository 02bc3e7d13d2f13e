/*
 * probe.h - asks a running process how it is: one GET to the HTTP server of metric.h.
 *
 * It blocks, with a deadline, so it is for commands and health checks, never for a loop.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { PROBE_BODY_MAX = 4 << 20 };

/*
 * `address` as in an option: host:port, [v6]:port, :port or unix:path; one that listens everywhere is asked on
 * loopback.  0: the answer's status and body (appended).  -EINVAL: not an address; -ECONNREFUSED, -ENOENT and
 * the like: nobody is there; -EHOSTUNREACH: no such host; -ETIMEDOUT; -EPROTO: not an answer of HTTP; -EMSGSIZE: a body above
 * PROBE_BODY_MAX.
 */
int probe_get(const char *address, const char *path, uint64_t timeout_us, unsigned *ret_status,
	      struct buf *ret_body) MUST_USE;
