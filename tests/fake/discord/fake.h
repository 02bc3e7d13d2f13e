/*
 * fake.h - a Discord for one guild, on ports of 127.0.0.1: gateway and REST of v10, as documented, and stricter.
 *
 *	build/tests/fake/discord/discord               free ports; prints "ports CONTROL API GATEWAY RESUME"
 *	build/tests/fake/discord/discord CERT KEY      the last three by TLS alone
 *	curl -d '{"do":"write","channel":"quay","user":"joe","content":"hi @{ana}"}' 127.0.0.1:CONTROL/do
 *	curl 127.0.0.1:CONTROL/transcript              every message there ever was, a line each (place.h)
 *	curl 127.0.0.1:CONTROL/stats                   numbers by name, as JSON
 *	curl 127.0.0.1:CONTROL/misuses                 what a good client does not do, a line each
 *	curl 127.0.0.1:CONTROL/last                    the newest message of a webhook as JSON
 *
 * What the documentation forbids ends as it says (a close code, a 400 with code 50035, a 429), and is written
 * down as a misuse; so is what it only asks for: jitter, waiting out a bucket that was told empty, a resume at
 * resume_gateway_url, `allowed_mentions: {parse: []}` with every message.  act.c has the words of /do.
 *
 * There are channels quay, help, log and square.  The API is at http://127.0.0.1:API/api/v10.
 */
#pragma once

#include "rt/loop.h"
#include "tests/fake/discord/limit.h"
#include "tests/fake/discord/place.h"
#include "tests/fake/discord/report.h"
#include "tests/fake/server.h"

/* Of the form that real ones have. */
#define FAKE_TOKEN "MTEwMDAwMDAwMDAwMDAwMDExMQ.Gf4k3Q.not-a-secret-of-anybody_0123456789abcd"

enum fake_port { FAKE_API, FAKE_GATEWAY, FAKE_RESUME, FAKE_PORTS };

struct gate;
struct rest;
struct front;

/* By {"do":"set", ...}; the table is in act.c. */
struct fake_mode {
	int64_t heartbeat_ms;
	int64_t identify_ms;	     /* between two IDENTIFYs */
	int64_t shards;		     /* so many are required */
	int64_t starts;		     /* session_start_limit.remaining */
	int64_t members;	     /* in GUILD_CREATE */
	int64_t piece;		     /* bytes of a frame to the client; 0: whole */
	int64_t privileged;	     /* intents of those kinds that were granted */
	int64_t bucket_n, bucket_ms; /* requests of a route in that time */
	int64_t global_n;	     /* requests in a second */
	bool silent;		     /* the gateway neither acknowledges nor tells */
	bool deaf;		     /* connections are taken, and nothing is ever said on them */
};

struct fake {
	struct loop *loop;
	char *token;
	struct fake_mode mode;
	struct place place;
	struct report report;
	struct limit limit;
	struct gate *gate;
	struct rest *rest;
	struct front *fronts[FAKE_PORTS]; /* NULL: plain */
};

/* Now, in us that only go up. */
static inline uint64_t fake_now(const struct fake *f)
{
	return clock_mono(loop_clock(f->loop));
}

/* Where the gateway is, as a client is told; `ret` has 60 bytes. */
const char *fake_gateway_url(const struct fake *f, enum fake_port which, char *ret);
/* A new message is told at the gateway as MESSAGE_CREATE, after an edit or deletion as that. */
void fake_tell_message(struct fake *f, const struct message *m, const char *event);
