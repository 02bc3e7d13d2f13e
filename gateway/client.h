/*
 * client.h - the connections of a gateway: sockets on one side, sessions of the lobby on the other.
 *
 * What is said to clients in a turn of the loop is collected and sent at its end, by one call for
 * each, with the prompt behind it (client_flush).  A client that does not read loses what happens
 * around it first (TEXT_AMBIENT above `output_soft`), then the connection: above `output_max`, or
 * when nothing moved for `stuck_us`, or when all queues together pass `output_total` and it is one of
 * those that are above `output_soft`.
 *
 * Clients are freed at the end of a turn only: until then one that is lost has a `doomed` reason.
 */
#pragma once

#include "gateway/line.h"
#include "gateway/protocol.h"
#include "gateway/render.h"
#include "gateway/stream.h"
#include "rt/loop.h"

enum {
	CLIENT_READ = 16 << 10,	    /* bytes of one client taken in one turn */
	CLIENT_LINGER_US = 2000000, /* for the last words to be read */
	CLIENT_EOF_US = 30000000,   /* for the last lines to be done, without the other end */
};

struct client_conf {
	size_t output_soft, output_max, output_total; /* bytes */
	uint64_t stuck_us;
};

struct client_stats {
	uint64_t opened, closed;
	uint64_t bytes_in, bytes_out;
	uint64_t sends;
	uint64_t dropped; /* texts for readers that are slow */
	uint64_t slow;	  /* readers closed for that */
};

struct client {
	STAILQ_ENTRY(client) flush;
	TAILQ_ENTRY(client) watch, all;
	struct clients *of;
	const struct protocol *protocol;
	struct session *session; /* NULL: ended */
	const char *doomed;	 /* a reason: to be freed at the end of the turn */
	void *source;		 /* what client_open() was given, for on_gone */
	struct stream stream;
	struct line line;
	uint64_t deadline_us; /* of what it is watched for; 0: nothing */
	size_t left;	      /* bytes the kernel did not take */
	bool dirty;	      /* on the list to flush */
	bool prompt_due;
	bool at_prompt; /* the cursor stands behind a prompt */
	bool told_slow;
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
	void *ctx;
	STAILQ_HEAD(, client) flush;
	TAILQ_HEAD(, client) watch, all;
	struct loop_timer watcher;
	struct render render;
	struct buf data; /* the GMCP message `data_id` */
	uint64_t data_id;
	size_t n, queued;
	struct client_stats stats;
	struct buf text; /* scratch: a line */
	char *read;	 /* scratch: CLIENT_READ bytes */
};

struct client_guest {
	const char *peer;
	void *source;
};

void clients_init(struct clients *cs, struct loop *loop, struct lobby *lobby,
		  const struct client_conf *conf);
/* Closes all. */
void clients_done(struct clients *cs);
/* What the lobby calls: text, data, hide, close and caps are filled in. */
void clients_io(struct clients *cs, struct lobby_io *ret);
/* Takes fd, also on failure. */
int client_open(struct clients *cs, const struct protocol *p, int fd,
		const struct client_guest *guest) MUST_USE;
/* End of the turn: prompts, one send each, the dead are buried. */
void clients_flush(struct clients *cs);
/* Says a sentence to everybody and closes when it is sent. */
void clients_farewell(struct clients *cs, const char *markup);

/* For protocols. */
struct buf *client_out(struct client *c); /* to add to; is sent at the end of the turn */
/* A line is complete in c->line: to the lobby. */
void client_line(struct client *c, enum charset from);
void client_doom(struct client *c, const char *reason);
