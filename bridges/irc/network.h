/*
 * network.h - one IRC network: the life of its connection, its channels, what is heard and what is said.
 *
 * Knows no socket, clock or bridge: bytes come in by network_data(), time by network_time(), and all it wants goes out by
 * callbacks.
 *
 *	waiting -> dialling -> registering -> online -> leaving
 *	   ^----------'------------'------------'          stopped: it was told never to come again
 *
 * What is said is confirmed before it counts as sent: by the answer to its label, its echo, or a PING behind it. What was
 * not when the connection broke is not said again, but counted in a note.
 */
#pragma once

#include "bridges/irc/channel.h"
#include "bridges/irc/commands.h"
#include "bridges/irc/sasl.h"
#include "rt/clock.h"

enum {
	NETWORK_CHANNELS = 256,
	NETWORK_NAME = 32,
	NETWORK_WHY = 200,
	NETWORK_WINDOW = 64, /* lines of one channel */
};

enum network_state {
	NETWORK_WAITING,
	NETWORK_DIALLING,
	NETWORK_REGISTERING,
	NETWORK_ONLINE,
	NETWORK_LEAVING,
	NETWORK_STOPPED,
	NETWORK_STATES
};

/* Texts are the caller's and live as long as the network. */
struct network_conf {
	const char *name; /* "irc" */
	const char *nick, *realname;
	const char *server_password; /* NULL: none */
	struct sasl_login login;     /* when not SASL_NONE: not without */
	uint64_t flood_every_us;
	unsigned flood_burst;
	uint64_t retry_min_us, retry_max_us;
	uint64_t speak_every_us; /* one speaker's lines into the game */
	unsigned speak_burst;
	int64_t max_age_ms; /* of a line that waits to be said */
	bool bots;	    /* they are heard, too */
};

/* Somebody said something. Valid during the call. */
struct heard {
	struct channel *channel;
	struct span name, text;
	const char *identity; /* NULL: nothing lasting */
	struct span nick;     /* as it is on IRC; empty for a notice */
	bool emote, notice;
};

/* Somebody wants something of the game. */
struct asked {
	enum command command;
	struct channel *channel; /* NULL: in private */
	struct span nick, name, arg;
	const char *identity;
};

struct network_events {
	void (*dial)(void *ctx);
	void (*hang_up)(void *ctx); /* after what was sent; network_closed() need not follow */
	int (*send)(void *ctx, struct span bytes);    /* 1: no room; network_room() follows */
	void (*wake)(void *ctx, uint64_t delay_us);   /* network_time() then; UINT64_MAX: never */
	void (*trouble)(void *ctx, const char *text); /* for staff, said once until it changes */
	void (*heard)(void *ctx, const struct heard *h);
	void (*asked)(void *ctx, const struct asked *a);
	void (*sent)(void *ctx, struct channel *c, uint64_t seq);
	void (*window)(void *ctx, struct channel *c, size_t n); /* takes n lines by now */
	void *ctx;
};

struct network_count {
	uint64_t sent, heard, unsure, left_out, connects;
};

struct network;

struct network *network_new(const struct network_conf *conf, const struct network_events *e,
			    const struct clock *clock, const struct entropy *entropy);
void network_free(struct network *n);
void network_start(struct network *n);
/* Says goodbye; network_is_over() at once when there was nothing to say. */
void network_leave(struct network *n, const char *why);
bool network_is_over(const struct network *n);

/* Channels; the name is checked by network_name_fault(). One with `owner` is told of in events. */
struct channel *network_channel(struct network *n, const char *name, const char *key, void *owner);
void network_drop_channel(struct network *n, struct channel *c);
/* A key that has changed, what is told: looked at again. */
void network_channel_changed(struct network *n, struct channel *c);
const char *network_name_fault(const char *channel);

/* The connection. */
void network_opened(struct network *n);
size_t network_data(struct network *n, struct span bytes);
void network_closed(struct network *n, const char *why, bool is_hopeless);
void network_room(struct network *n);
void network_time(struct network *n);

/* From the game. */
void network_line(struct network *n, struct channel *c, const struct bridge_line *l);
void network_skipped(struct network *n, struct channel *c, uint64_t seq, enum skip_why why,
		     size_t count, int64_t from_ms, int64_t to_ms);
/* Lines of an answer; `nick` empty: to the channel. */
void network_answer(struct network *n, struct channel *c, struct span nick, struct span text);
/* The game took none of this for a while: said in the channel, now and then. */
void network_lost(struct network *n, struct channel *c);

/* How it is. */
enum network_state network_state(const struct network *n);
const char *network_state_name(enum network_state s);
void network_status(const struct network *n, struct buf *out);
void network_channel_status(const struct network *n, const struct channel *c, struct buf *out);
/* False: a sentence is appended. */
bool network_is_well(const struct network *n, struct buf *why);
const struct network_count *network_counts(const struct network *n);
