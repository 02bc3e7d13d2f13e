/*
 * mccp.h - compression of a telnet client's bytes: MCCP2 (option 86) of what goes out, MCCP3 (option
 * 87) of what comes in.  Both are one zlib stream that begins behind `IAC SB <option> IAC SE`.
 *
 * Out: the marker is the last thing of the turn in which the client agreed, in the clear; each turn after it is
 * flushed, so that nothing of it waits.  A client that says DONT gets the end of the stream and is
 * spoken to in the clear again.  The state takes about 37 KB and exists only while it is in use.
 *
 * In: what a client sends may be a bomb.  It is inflated in steps of MCCP_STEP, and who blows up
 * MCCP_WINDOW bytes out of less than 1/MCCP_RATIO of them is found out; the caller decides how much it
 * takes in a turn and leaves the rest in `held`.
 *
 * Secrets: under TLS the length of what was compressed together can tell a listener a secret that stands
 * next to text of his choice, so there it is not offered (client_telnet.c); in the clear there is
 * nothing to guess.  What is typed is never sent back while it is hidden.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum {
	MCCP_STEP = 4 << 10,
	MCCP_TURN = 64 << 10, /* inflated of one client in one turn */
	MCCP_WINDOW = 64 << 10,
	MCCP_RATIO = 100,
};

struct mccp_stats {
	uint64_t said, sent;	/* bytes before and after compression */
	uint64_t got, inflated; /* the same of what comes in */
	uint64_t broken;	/* streams refused: bombs, and what is no zlib */
};

/* All zeros: plain both ways. */
struct mccp {
	struct z_stream_s *out, *in; /* NULL: plain */
	struct buf held;	     /* came in and is not inflated yet */
	uint32_t window_got, window_inflated;
	bool begin, end; /* of `out`, at the end of this turn */
	bool full;	 /* the last step was: there may be more without any input */
};

void mccp_done(struct mccp *m);

/* MCCP2 was agreed on, or given up. */
void mccp_agree(struct mccp *m, bool on);
/*
 * What was `said` in a turn goes into `wire`.  False: it is all plain, and still in `said`.
 * `last`: nothing will follow.
 */
bool mccp_seal(struct mccp *m, struct buf *said, struct buf *wire, bool last,
	       struct mccp_stats *stats) MUST_USE;

/* MCCP3: from here on what comes in is compressed; until mccp_plain(). */
void mccp_begin(struct mccp *m);
void mccp_plain(struct mccp *m);

enum mccp_got {
	MCCP_BYTES,   /* *n bytes; there may be more */
	MCCP_NOTHING, /* all that came is inflated */
	MCCP_END,     /* *n bytes, the last ones: mccp_plain(), and what is left of *in is plain */
	MCCP_BROKEN,  /* no zlib stream, or one that needs a dictionary */
	MCCP_BOMB,
};
enum mccp_got mccp_inflate(struct mccp *m, struct span *in, char step[MCCP_STEP], size_t *n,
			   struct mccp_stats *stats) MUST_USE;
