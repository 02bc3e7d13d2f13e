/*
 * bridge.h - what every bridge is made of: its two links, its streams with their cursors, what it says into the
 * world, its state for operators.  What is outside (IRC, Discord, feeds) is behind it and knows no link.
 *
 *	game -> outside   fact durable -> BridgeFact -> stream: "taken" is stored -> line() -> outside says yes -> bridge_sent()
 *	outside -> game   bridge_say() -> BridgeSay -> said and stored -> BridgeTaken -> taken()
 *
 * A line leaves at most once, and none is forgotten in silence.  A stream's cursor is a document of persist with
 * two numbers: `taken`, up to which lines may have been handed over, is stored before they are; `sent`, up to which the
 * outside has confirmed, is stored some time after.  After a crash the lines between the two come again marked
 * `unsure`: the outside looks whether it has them, or says how many may be missing; it does not say them anew blindly.
 * What became older than `relay_max_age` before its turn came is not handed over: skipped() tells how many these were,
 * in order with the rest.
 *
 * What is said into the world is kept until the world has stored it, and told again to a new world, which knows ids
 * it has seen.  Where the world or persist is away everything waits; queues are bounded, and what they have no room for is
 * refused at once (1), for who is outside to hear of.
 *
 * One thread, one loop.  Callbacks come from the loop, never from inside a call made here.
 */
#pragma once

#include "bridges.pb-c.h"
#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"
#include "rt/metric.h"
#include "rt/proc.h"
#include "world.pb-c.h"

struct bridge;
struct bridge_stream;

enum {
	BRIDGE_SAYS_MAX = 2000,	    /* waiting for the world */
	BRIDGE_WINDOW_MAX = 256,    /* facts of a stream that wait here */
	BRIDGE_KEEP_BYTES = 200000, /* one document */
	BRIDGE_TEXT_BYTES =
		500, /* of what is said into the game; longer: several lines, by who calls */
};

/* Options that every bridge has; its own struct begins with it. */
struct bridge_conf {
	char *world_bus, *store_bus, *metrics;
	int64_t max_age; /* us: relay.max_age */
};
/* Rows for the option table of a process whose struct begins with struct bridge_conf; `section` is "irc". */
#define BRIDGE_OPTIONS(section)                                                                    \
	{ .name = section ".metrics",                                                              \
	  .type = CONF_ADDRESS,                                                                    \
	  .offset = offsetof(struct bridge_conf, metrics),                                         \
	  .fallback = "",                                                                          \
	  .help = "/metrics, /healthz and /readyz" },                                              \
		{ .name = section ".max_age",                                                      \
		  .type = CONF_TIME,                                                               \
		  .offset = offsetof(struct bridge_conf, max_age),                                 \
		  .fallback = "15m",                                                               \
		  .min = 1000000,                                                                  \
		  .max = 604800000000,                                                             \
		  .reload = true,                                                                  \
		  .help = "what could not be told outside for so long is summed up in one line" }, \
		{ .name = "world.bus",                                                             \
		  .type = CONF_ENDPOINT,                                                           \
		  .offset = offsetof(struct bridge_conf, world_bus),                               \
		  .fallback = "ipc://var/run/world.bus",                                           \
		  .help = "where the world is" },                                                  \
	{                                                                                          \
		.name = "persist.bus", .type = CONF_ENDPOINT,                                      \
		.offset = offsetof(struct bridge_conf, store_bus),                                 \
		.fallback = "ipc://var/run/persist.bus",                                           \
		.help = "where cursors are kept, and facts from before"                            \
	}

struct bridge_events {
	/* `@bridge status NAME`: appends lines of plain text, one for each target. */
	void (*status)(void *ctx, struct buf *out);
	/* Everything outside is well: for /readyz and the metrics; else appends a sentence and returns false. */
	bool (*ready)(void *ctx, struct buf *why);
	/* A new life of the world's link: nothing has to be done for streams and says. May be NULL. */
	void (*world)(void *ctx, bool up);
	/* The process shall end: close what is outside, then bridge_stopped(); at most 1.2 s. */
	void (*stop)(void *ctx);
	void *ctx;
};

/* `name` is "irc": role bridge, name of the link, of documents ("bridge.irc"). 0; errors of wire_dial(). Gives up
 * rights first (sandbox). Metrics are served here: `own` are those of this bridge, appended to the common ones. */
int bridge_start(struct bridge **ret, struct proc *proc, const struct bridge_conf *conf,
		 const char *name, const struct bridge_events *e) MUST_USE;
void bridge_metrics(struct bridge *b, struct metric *own, size_t n, void (*refresh)(void *ctx),
		    void *ctx);
void bridge_stop(struct bridge *b); /* proc_hooks.stop */
void bridge_stopped(struct bridge *b);
void bridge_free(struct bridge *b);
struct loop *bridge_loop(const struct bridge *b);
int64_t bridge_wall_ms(const struct bridge *b);
bool bridge_world_up(const struct bridge *b);
/* A sentence for staff who are in, and the log: that it cannot log in, that it is back. Said once for the same `key`
 * until another text comes under it. */
void bridge_tell_staff(struct bridge *b, const char *key, const char *text);

/* ---- game -> outside ---- */

enum line_kind {
	LINE_SAID,    /* on a channel */
	LINE_NEWS,    /* an announcement */
	LINE_POSTED,  /* on a board */
	LINE_REMOVED, /* from a board: `number` */
	LINE_ENTERED, /* a player came */
	LINE_LEFT,
	LINE_ERRAND,  /* `subject` is the name of the errand, `text` its path */
	LINE_STARTED, /* the world */
	LINE_STOPPING,
	LINE_KINDS
};
#define LINE(kind) (1u << (kind))

/* Valid during the call. Texts are as the game has them: clean UTF-8 without control characters (`text` of posts has
 * \n), not yet made safe for any outside. */
struct bridge_line {
	uint64_t seq;
	int64_t wall_ms;
	enum line_kind kind;
	struct span channel; /* or board */
	struct span name;    /* who: "Ana", "joe@discord" */
	struct span text, subject, link;
	struct span via, origin; /* of somebody outside; empty: from the game */
	uint64_t number;	 /* of a post; of an announcement on the board "news"; 0: none */
	bool emote, notice, guest;
	bool unsure; /* an earlier life may have handed it over */
};

enum skip_why {
	SKIP_OLD,
	SKIP_LOST /* the store has them no more; n is 0: nobody knows how many */
};

struct stream_spec {
	const char *key;	     /* "irc/libera/#mud"; copied */
	unsigned kinds;		     /* LINE() bits */
	const char *const *channels; /* of LINE_SAID, NULL-terminated; copied; NULL: all */
	const char *const *boards;   /* of LINE_POSTED and LINE_REMOVED; likewise */
	bool from_start; /* the first time: all there is in the store; else from now on */
	int64_t max_age; /* us; 0: bridge_conf.max_age; < 0: no line is too old */
};

struct stream_events {
	/* One line, in order; costs one of the credit. When the outside has it, or will never have it: bridge_sent(). */
	void (*line)(void *ctx, const struct bridge_line *line);
	/* What stands for lines up to `seq`: bridge_sent() as for a line; costs nothing. After a crash that came
	 * before, it comes again. */
	void (*skipped)(void *ctx, uint64_t seq, enum skip_why why, size_t n, int64_t from_ms,
			int64_t to_ms);
	void *ctx;
};

/* Nothing is handed over before bridge_want(). */
struct bridge_stream *bridge_stream_open(struct bridge *b, const struct stream_spec *spec,
					 const struct stream_events *e);
void bridge_stream_close(struct bridge_stream *s); /* its cursor stays */
/* The outside takes n lines, all in all, from now on (0: none, it is away): not added up. */
void bridge_want(struct bridge_stream *s, size_t n);
/* Everything up to seq is outside for good, or given up. */
void bridge_sent(struct bridge_stream *s, uint64_t seq);
/* Before bridge_stopped() or bridge_stream_close(): nothing above seq has begun to leave. It comes again in the next life,
 * as if it had never been handed over. */
void bridge_returned(struct bridge_stream *s, uint64_t seq);
uint64_t bridge_waiting(const struct bridge_stream *s); /* handed over, not yet sent */
bool bridge_stream_muted(const struct bridge_stream *s);

/* ---- outside -> game ---- */

struct bridge_words {
	const char *source; /* key of where it was said */
	const char *id;	    /* unique in its source for ever, at most 64 bytes; NULL: one is made */
	const char *channel;
	struct span name, text;
	const char *identity; /* "irc/libera/account:ana"; NULL: nothing lasting is known */
	const char *place;    /* shown as name@PLACE: [a-z0-9-], at most 16; NULL: as name@BRIDGE */
	bool emote, linked_only, notice;
	/* What became of it, once; not called when the process ends. `refused` NULL: said; else a sentence for who said
	 * it, which is empty when nobody is to be told. May be NULL. */
	void (*taken)(void *ctx, const char *refused);
	void *ctx;
};
/* 0; 1: too much waits already; 2: this source and id wait already, whose taken() will be called; -EINVAL: not clean,
 * empty, too long. */
int bridge_say(struct bridge *b, const struct bridge_words *w) MUST_USE;

struct bridge_article {
	const char *source, *id, *board;
	struct span subject, text, author;
	const char *link; /* NULL: none */
	int64_t wall_ms;  /* 0: not known */
	void (*taken)(void *ctx, const char *refused);
	void *ctx;
};
/* As bridge_say(); `text` of lines by \n. */
int bridge_post(struct bridge *b, const struct bridge_article *a) MUST_USE;

/* `kind` is Mudlark__BridgeAsk__Kind. The answer comes within 5 s, or failed with a sentence. */
void bridge_ask(struct bridge *b, int kind, const char *identity, struct span name,
		struct span text, void (*done)(void *ctx, struct span text, bool failed),
		void *ctx);
/* Nobody with this context is called any more (asks, says, posts, keeps). */
void bridge_forget(struct bridge *b, const void *ctx);

/* ---- what is kept ---- */

/* Documents "bridge.NAME"/key of JSON. Reading: body NULL and failed false: there is none; failed: persist did not
 * answer, ask again later. Writing: the newest body of a key is written until persist has it; empty deletes; `done` (may be
 * NULL) when it is durable. Keys of [A-Za-z0-9._/#@:-], at most 160 bytes; those of cursors begin with "cursor/". */
void bridge_keep_get(struct bridge *b, const char *key,
		     void (*done)(void *ctx, const struct span *body, bool failed), void *ctx);
void bridge_keep_put(struct bridge *b, const char *key, struct span body, void (*done)(void *ctx),
		     void *ctx);
