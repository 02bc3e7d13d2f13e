/*
 * client.h - the connections of a gateway: sockets on one side, sessions of the lobby on the other.
 *
 * What is said to clients in a turn of the loop is collected in `out`, sealed at its end into what the
 * wire wants, and sent by one call for each, with the prompt behind it (clients_flush).  A client that
 * does not read loses what happens around it first (TEXT_AMBIENT above `output_soft`), then the
 * connection: above `output_max`, or when nothing moved for `stuck_us`, or when all queues together
 * pass `output_total` and it is one of those that are above `output_soft`.
 *
 * Who sends bytes faster than `byte_rate` is not read until he has fallen behind it.  Who has been silent
 * for `keepalive_us` is sent a ping; `all` is in order of being heard, so that only its head is looked at.
 *
 * Clients are freed at the end of a turn only: until then one that is lost has a `doomed` reason.
 */
#pragma once

#include "gateway/line.h"
#include "gateway/mccp.h"
#include "gateway/mssp.h"
#include "gateway/protocol.h"
#include "gateway/render.h"
#include "gateway/stream.h"
#include "rt/loop.h"

/* How it is connected. */
enum client_kind {
	CLIENT_TELNET,
	CLIENT_TELNETS,
	CLIENT_WS,
	CLIENT_WSS,
	CLIENT_CONSOLE,
	CLIENT_KINDS,
};

enum {
	CLIENT_READ = 16 << 10,	    /* bytes of one client taken in one turn */
	CLIENT_LINGER_US = 2000000, /* for the last words to be read */
	CLIENT_EOF_US = 30000000,   /* for the last lines to be done, without the other end */
	CLIENT_PINGS = 2,	    /* of a framing, unanswered, before the client counts as gone */
};

struct client_conf {
	size_t output_soft, output_max, output_total; /* bytes */
	uint64_t stuck_us;
	uint64_t byte_rate;    /* a second; 0: no limit */
	uint64_t keepalive_us; /* 0: no pings */
	bool telnet_nop;       /* pings of telnet clients, too */
	bool compress;	       /* telnet: MCCP is offered */
	struct mssp_own mssp;  /* what is told about this gateway */
};

struct client_stats {
	uint64_t opened, closed;
	uint64_t bytes_in, bytes_out;
	uint64_t sends;
	uint64_t dropped;	      /* texts for readers that are slow */
	uint64_t slow;		      /* readers closed for that */
	size_t by_kind[CLIENT_KINDS]; /* connected now */
	struct mccp_stats mccp;
};

struct client {
	STAILQ_ENTRY(client) flush;
	TAILQ_ENTRY(client) watch, all, muted;
	struct clients *of;
	const struct protocol *protocol;
	const struct framing *framing; /* NULL: the stream's bytes are the protocol's */
	void *frames;		       /* the framing's */
	struct session *session;       /* NULL: ended */
	const char *doomed;	       /* a reason: to be freed at the end of the turn */
	const char *goodbye; /* a reason: the framing is to say that the session has ended */
	void *source;	     /* what client_open() was given, for on_gone */
	const void *hint;    /* valid in start() only */
	struct stream stream;
	struct buf out; /* said in this turn, not sealed */
	struct line line;
	struct gmcp *gmcp;		     /* NULL: has said nothing by GMCP */
	uint64_t heard_us;		     /* when something came, or a ping went out */
	uint64_t rate_us;		     /* token bucket of bytes: when it will be full again */
	uint64_t deadline_us;		     /* of what it is watched for; 0: nothing */
	uint64_t answered_us;		     /* when the first of `n_answers` was done */
	uint64_t answered_session, answered; /* the number of that line */
	uint32_t n_answers; /* lines that are done, of which it has not been sent what was said */
	size_t left;	    /* bytes the kernel did not take */
	bool dirty;	    /* on the list to flush */
	bool prompt_due;
	bool at_prompt; /* the cursor stands behind a prompt */
	bool told_slow;
	bool is_muted;	/* sent too much: not read for now */
	uint8_t pings;	/* since something came */
	uint8_t kind;	/* enum client_kind */
	bool eof;	/* sends no more */
	bool closing;	/* to be closed when all is sent */
	bool lingering; /* all is sent: waits for the other end to close */
};

struct clients {
	struct loop *loop;
	struct lobby *lobby;
	const struct client_conf *conf;
	/* A client is about to be freed; may be NULL. */
	void (*on_gone)(void *ctx, const struct client *c);
	/* What was said up to the end of a line was given to the socket, `us` after it came. May be NULL. */
	void (*on_output)(void *ctx, uint64_t us);
	void *ctx;
	STAILQ_HEAD(, client) flush;
	TAILQ_HEAD(, client) watch, all, muted;
	struct loop_timer watcher, unmute, pinger;
	struct render render;
	struct buf data; /* the GMCP message `data_id` */
	uint64_t data_id;
	size_t n, queued;
	uint64_t now_us;  /* while clients are flushed, not quite exact */
	unsigned n_timed; /* in this turn */
	struct client_stats stats;
	struct buf text; /* scratch: a line */
	char *read;	 /* scratch: CLIENT_READ bytes */
};

struct client_guest {
	const char *peer; /* the player's address */
	const char *via;  /* telnet, telnets, ws, wss, console: a literal */
	void *source;
	bool exempt; /* what the address does is not counted */
	const struct framing *framing;
	void *frames;	   /* the framing's, freed by it */
	const void *hint;  /* for the protocol's start(): what the connection began with */
	struct span first; /* bytes that have been read already */
};

void clients_init(struct clients *cs, struct loop *loop, struct lobby *lobby,
		  const struct client_conf *conf);
/* Closes all. */
void clients_done(struct clients *cs);
/* What the lobby calls: text, data, hide, close and caps are filled in. */
void clients_io(struct clients *cs, struct lobby_io *ret);
/* Takes the stream, also on failure. -ENOMEM. */
int client_open(struct clients *cs, const struct protocol *p, struct stream *from,
		const struct client_guest *guest) MUST_USE;
/* A line of the client is done; its output is measured from here. */
void client_answered(struct client *c, uint64_t session, uint64_t seq, uint64_t now_us);
/* End of the turn: prompts, one send each, the dead are buried. */
void clients_flush(struct clients *cs);
/* Says a sentence to everybody and closes when it is sent. */
void clients_farewell(struct clients *cs, const char *markup);
/* The same, but the lines that wait are done first; nothing more is read. */
void clients_finish(struct clients *cs, const char *markup);
/* Closes at most so many of those that can take their session up again elsewhere and do so by
 * themselves. True: there may be more. */
bool clients_move(struct clients *cs, size_t most, const char *markup);
/* Says a sentence to everybody. */
void clients_say(struct clients *cs, const char *markup);

/* For protocols. */
struct buf *client_out(struct client *c); /* to add to; is sent at the end of the turn */
/* A line is complete in c->line: to the lobby. */
void client_line(struct client *c, enum charset from);
/* The same with the client's own number of it, and whether it says that it is secret. */
void client_line_tagged(struct client *c, enum charset from, uint64_t tag, bool secret);
/* To be freed at the end of the turn; what was not sent is lost. */
void client_doom(struct client *c, const char *reason);
/* So many bytes count for `byte_rate`: those from the wire, and what they came to beyond that. */
void client_charge(struct client *c, size_t n);
/* Is not read for now; then protocol->again() is called. */
void client_hold(struct client *c);
/* The other end sends no more; its lines are still done. */
void client_eof(struct client *c);
/* Ends the session at once; what was said is sent, then the connection is closed. */
void client_part(struct client *c, const char *reason);
/* A GMCP message from the other end, checked here: Core.* is answered, the rest goes to the world. */
void client_gmcp(struct client *c, struct span payload);
/* Sends one, whether asked for or not. */
void client_gmcp_send(struct client *c, const char *package, struct span json);
/* The end of a turn: the token, and how far the client has come, when that is new. */
void client_session_news(struct client *c);
/* What became of its wish to resume. */
void client_resumed(struct client *c, const struct lobby_resumed *r);
/* A token to resume by, said by NEW-ENVIRON: "<64 hex>" or "<64 hex>:<at>". */
void client_resume_token(struct client *c, struct span value);
