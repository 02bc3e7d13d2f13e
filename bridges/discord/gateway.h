/*
 * gateway.h - Discord's gateway (version 10, JSON) as a machine without sockets: messages, closings and time in; messages,
 * connections and events out.  https://discord.com/developers/docs/events/gateway
 *
 *	off -> asking -> connecting -> greeting -> counting -> identifying -> ready
 *	             ^-- waiting <-- closing <-- (anything)  -> resuming ----^
 *
 * A session is resumed wherever that may work, as resuming is free and loses nothing; an Identify is counted, and the
 * count stored, before it is sent: at most GATEWAY_IDENTIFIES a day, whatever dies or loops.
 * Refusals for good (a wrong token, an intent that is not granted) stop the machine with a sentence.
 */
#pragma once

#include <jansson.h>
#include "bridges/backoff.h"
#include "rt/base.h"
#include "rt/buf.h"
#include "rt/clock.h"

enum {
	GATEWAY_IDENTIFIES = 200, /* a day (UTC); Discord resets a token after 1000 */
	GATEWAY_SENDS = 120,	  /* messages of ours in 60 s */
	GATEWAY_RESERVE = 10,	  /* of them for regular beats, Identify and Resume */
	GATEWAY_URL = 256,
	GATEWAY_SESSION = 128,
	GATEWAY_ID = 24,	       /* of a snowflake */
	GATEWAY_MESSAGE = 4 * 1048576, /* GUILD_CREATE of a large guild has megabytes */
	GATEWAY_DEPTH = 32,
	GATEWAY_AWAY = 4000, /* we close with: the session stays */
};

enum gateway_state {
	GATEWAY_OFF,
	GATEWAY_WAITING,     /* for the time of the next attempt */
	GATEWAY_ASKING,	     /* where the gateway is, and how often one may identify */
	GATEWAY_CONNECTING,  /* until it is open */
	GATEWAY_GREETING,    /* until Hello */
	GATEWAY_COUNTING,    /* an Identify more: until that is stored */
	GATEWAY_IDENTIFYING, /* until READY */
	GATEWAY_RESUMING,    /* until RESUMED */
	GATEWAY_READY,
	GATEWAY_CLOSING, /* by us, until it is closed */
	GATEWAY_STOPPED, /* for good */
	GATEWAY_STATES
};

struct gateway_session {
	char id[GATEWAY_SESSION];			/* "": none */
	char url[GATEWAY_URL];				/* where to resume; "": unknown */
	char application[GATEWAY_ID], user[GATEWAY_ID]; /* ours; kept when the session is gone */
	uint64_t seq;					/* of the last event; 0: none */
};

struct gateway_count {
	int64_t day; /* since 1970 */
	uint32_t identifies;
};

/* Answer to `ask`. */
struct gateway_limits {
	struct span url;
	uint64_t remaining, reset_after_ms, max_concurrency, shards;
};

struct gateway_conf {
	const char *token; /* borrowed, for good */
	const char *url;   /* instead of what `ask` says; NULL or "": that */
	uint32_t intents;
	uint32_t shard, shards;
	uint64_t seed;
};

struct gateway_io {
	/* GET /gateway/bot; then gateway_told() or gateway_not_told(). */
	void (*ask)(void *ctx);
	/* Then gateway_opened(), gateway_message() ..., gateway_closed(). */
	void (*connect)(void *ctx, const char *url);
	void (*send)(void *ctx, struct span text);
	void (*close)(void *ctx, unsigned code); /* then gateway_closed() */
	/* To be stored; then gateway_counted(). */
	void (*count)(void *ctx, const struct gateway_count *c);
	/* A dispatch, in order. `d` is borrowed. */
	void (*event)(void *ctx, const char *name, const json_t *d);
	void (*changed)(void *ctx, enum gateway_state from, enum gateway_state to);
	/* For staff: what is wrong; once for the same. */
	void (*tell)(void *ctx, const char *text);
	void *ctx;
};

struct gateway {
	struct gateway_conf conf;
	struct gateway_io io;
	const struct clock *clock;
	enum gateway_state state;
	struct gateway_session session;
	struct gateway_count count;
	struct backoff backoff;
	char url[GATEWAY_URL];
	uint64_t due_us;  /* end of the state's patience; 0: none */
	uint64_t beat_us; /* when the next heartbeat goes; 0: none */
	uint64_t interval_us, ready_us, identified_us;
	uint64_t sent_us[GATEWAY_SENDS]; /* a ring: when the last ones went */
	size_t sent;
	uint64_t least_wait_us;		       /* of the next wait */
	unsigned lost_resumes;		       /* in a row, at the session's own address */
	uint32_t identifies, resumes, zombies; /* of this process, for metrics */
	bool acked, ending;
	bool at_session; /* this connection went to the session's own address, and has not come in */
	char why[200];	 /* of stopped, or the last closing */
};

void gateway_init(struct gateway *g, const struct gateway_conf *c, const struct gateway_io *io,
		  const struct clock *clock);
/* With a session and a count of before, or NULL. */
void gateway_start(struct gateway *g, const struct gateway_session *s,
		   const struct gateway_count *c);
/* The process ends: closes so that the session can be resumed. True: nothing has to be waited for. */
bool gateway_end(struct gateway *g);

/* When gateway_tick() wants to be called: 0 never, else of clock_mono(). Changes with every call made here. */
uint64_t gateway_due(const struct gateway *g);
void gateway_tick(struct gateway *g);
void gateway_told(struct gateway *g, const struct gateway_limits *l);
void gateway_not_told(struct gateway *g, bool refused, const char *why);
void gateway_opened(struct gateway *g);
void gateway_message(struct gateway *g, struct span text);
void gateway_closed(struct gateway *g, unsigned code, const char *why);
void gateway_counted(struct gateway *g);

const char *gateway_state_name(enum gateway_state s);
