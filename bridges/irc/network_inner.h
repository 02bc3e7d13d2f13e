/*
 * network_inner.h - what the files of a network share: network.c its life, login.c until it is online, people.c who is
 * where, hear.c what is said to us, speak.c what we say.
 */
#pragma once

#include "bridges/irc/caps.h"
#include "bridges/irc/echo.h"
#include "bridges/irc/network.h"

enum {
	NICK_BYTES = 64,
	PREFIX_BYTES = 128,
	REPLIES = 50,	   /* lines to people that wait */
	UNCONFIRMED = 128, /* lines */
	MARKER_BYTES = 32,
};

/* One notice each, whatever else is found wrong while it lasts. */
enum outage { OUTAGE_NONE, OUTAGE_PASSING, OUTAGE_HOPELESS };

/* To one person, or what has no place in a channel's order. */
struct reply {
	struct reply *next;
	struct buf line;
	bool is_held; /* a channel's, that found no room */
};

/* On its way: confirmed when anything behind it is. */
struct unconfirmed {
	struct channel *channel; /* NULL: gone */
	uint64_t seq;		 /* 0: of ours */
	uint64_t position;
	uint64_t mark; /* of its text, for an echo */
	size_t lines;
	enum out_kind kind;
};

struct network {
	struct network_conf conf;
	struct network_events e;
	const struct clock *clock;
	struct rng rng;
	const struct entropy *entropy;

	enum network_state state;
	uint64_t until_us; /* of this state; 0: for ever */
	uint64_t online_us;
	struct backoff backoff;
	bool is_entered; /* in an event: what is due is looked at when it is over */
	char why[NETWORK_WHY];
	char trouble[NETWORK_WHY]; /* said last */
	enum outage outage;	   /* that staff has been told of */

	struct irc_reader reader;
	struct caps caps;
	struct isupport isupport;
	struct sasl sasl;
	bool is_listed, is_welcome, is_logged_in, has_sasl;
	char nick[NICK_BYTES];
	char address[PREFIX_BYTES]; /* user@host, as others see us; "": not known */
	unsigned nick_tries;
	uint64_t nick_us;	  /* when the wanted one is tried again; 0: we have it */
	uint64_t join_us;	  /* when the server's greeting has to be over */
	uint64_t sasl_us;	  /* when the login has to be over; 0: none is under way */
	char banned[NETWORK_WHY]; /* it will not have us ever again; "": nothing of the kind */
	uint64_t ban_us;	  /* when that is all there is to hear; 0: never */
	char failed[NETWORK_WHY]; /* it will not do: we say so and go; "": it may still */

	uint64_t heard_us, pinged_us; /* 0: no PING of ours is out */

	struct channel **channels;
	size_t n_channels, turn; /* whose turn it is to speak */

	struct flood pace, busy; /* busy: "too many questions" in private */
	struct reply *replies, *replies_end;
	size_t n_replies, in_row; /* that wait; that went while lines of channels waited */
	bool is_overrun;	  /* more waited than may: the connection ends */
	struct unconfirmed line[UNCONFIRMED]; /* a ring */
	size_t line_at, n_lines;
	uint64_t position, marked; /* of the last line; of the last PING */
	uint64_t mark_us;	   /* when one is due; 0: never */
	bool is_full;

	char history[32]; /* the batch of old lines that is open; "": none */
	struct floods *speakers, *askers;
	struct echo echo;
	struct network_count count;
};

/* network.c */
uint64_t network_now(const struct network *n);
void network_enter_state(struct network *n, enum network_state s, uint64_t for_us);
/* The connection is to end; tried again after a while, or never. */
void network_give_up(struct network *n, const char *why, bool is_hopeless);
void network_halt(struct network *n, const char *why);
void PRINTF_LIKE(2, 3) network_trouble(struct network *n, const char *fmt, ...);
/* After everything that came: what can be done now, and when to look again. */
void network_settle(struct network *n);
/* "what: why", made clean and cut to what fits. */
void network_note(char *dst, size_t cap, const char *what, struct span why);
struct channel *network_find(const struct network *n, struct span name);
bool network_is_me(const struct network *n, struct span nick);
uint64_t network_retry_us(struct network *n, bool is_hopeless);

/* login.c */
void login_begin(struct network *n);
void login_lost(struct network *n);
bool login_line(struct network *n, const struct irc_line *l);
void login_time(struct network *n);
uint64_t login_due(const struct network *n);
void login_nick_free(struct network *n, struct span nick);

/* people.c */
bool people_line(struct network *n, const struct irc_line *l);
void people_time(struct network *n);
uint64_t people_due(const struct network *n);
void people_lost(struct network *n);
void people_join(struct network *n); /* channels whose time has come */
bool people_has_joins(const struct network *n);

/* hear.c */
bool hear_line(struct network *n, const struct irc_line *l);
void hear_notice(struct network *n, struct channel *c, struct span text);

/* speak.c */
int speak_now(struct network *n, struct span line); /* unpaced */
/* Bytes of text that reach everybody: the server puts our whole name in front. */
size_t speak_room(const struct network *n, size_t target);
void speak_parts(struct network *n, const struct irc_parts *parts);
void speak_later(struct network *n, const struct irc_parts *parts); /* paced, before the channels */
void speak_time(struct network *n);
uint64_t speak_due(const struct network *n);
void speak_window(struct network *n, struct channel *c);
void speak_confirm(struct network *n, uint64_t position);
bool speak_line(struct network *n, const struct irc_line *l);
void speak_refused(struct network *n, struct channel *c);
void speak_lost(struct network *n);
/* A line that may be missing was counted: perhaps another follows. */
void speak_hold(struct network *n, struct channel *c);
void speak_forget(struct network *n, const struct channel *c);
void speak_done(struct network *n);
