/*
 * stream.h - a stream from inside: streams.c has its life, cursor.c what is stored, backlog.c what is read from
 * persist, fact.c what a fact becomes.
 *
 * All numbers are those of facts, and sent <= handed <= received.  What lies between handed and received is in the queue,
 * or is not for this stream; what lies above is in the world or, up to `upto`, in persist.
 */
#pragma once

#include "bridges/bridge_inner.h"

/* One place in the queue: a line, or a gap where lines are missing. */
struct parcel {
	struct parcel *next;
	json_t *body; /* what the spans of the line point into */
	struct bridge_line line;
	bool is_gap;
	enum skip_why why;
	size_t n_gap; /* lines that it stands for, the last of which is `line.seq` */
	int64_t from_ms, to_ms;
};

enum stream_phase {
	STREAM_UNREAD,	/* its cursor is not known yet */
	STREAM_CLOSED,	/* to be opened in the world */
	STREAM_OPENING, /* the world was told */
	STREAM_BACKLOG, /* persist is read up to `upto` */
	STREAM_LIVE,
};

enum { MUTED_CHANNELS = 256 };

enum { STREAM_NOW_MS = 60000 };

struct cursor {
	uint64_t taken, sent;
};

struct bridge_stream {
	struct bridge *b;
	struct bridge_stream *prev, *next;
	uint32_t number;
	struct stream_events e;
	char *key;
	char **channels, **boards; /* NULL: all */
	unsigned kinds;
	bool from_start;
	int64_t max_age_us; /* 0: as the option says, which may change; < 0: nothing is too old */

	enum stream_phase phase;
	bool gone;    /* closed; it stays until its cursor is stored */
	bool is_new;  /* nothing was ever stored, and where it begins is not known */
	bool is_kept; /* persist has a cursor of it */
	bool muted;
	char **muted_channels; /* of what is in persist nothing of these is taken; NULL: none */
	size_t want;
	uint64_t received, handed, sent;
	uint64_t unsure; /* up to here an earlier life may have handed over */
	uint64_t upto;
	bool may_miss;	  /* the next page tells whether persist has lost some */
	bool is_returned; /* what came after `handed` is not the outside's any more */

	struct parcel *head, *tail;
	size_t n; /* parcels */
	size_t credit;
	size_t page;	    /* rows that were asked for */
	struct buf waiting; /* numbers of what was handed over and is not sent, uint64_t each */
	struct {
		size_t n;
		int64_t from_ms, to_ms;
		uint64_t seq, due_us; /* told without waiting for a line any longer */
	} skip;			      /* too old; to be told before the next line */

	struct cursor stored, put;
	struct core_call *getting, *putting, *reading;
	uint64_t again_us; /* 0: calls may be made; else not before */
	uint64_t lazy_us;  /* 0: nothing is to be stored; else when */
};

/* fact.c */
const char *fact_kind_name(enum line_kind kind);
/* True: a line for this stream, *ret is set; to be freed. */
bool fact_read(const struct bridge_stream *s, uint64_t seq, int64_t wall_ms, const char *kind,
	       ProtobufCBinaryData body, struct parcel **ret);
struct parcel *fact_gap(uint64_t seq, enum skip_why why, size_t n, int64_t from_ms, int64_t to_ms);
void parcel_free(struct parcel *p);

/* streams.c */
bool stream_is_stale(const struct bridge_stream *s, const struct bridge_line *l);
bool stream_is_old(const struct bridge_stream *s, int64_t wall_ms);
/* Takes p. */
void stream_queue(struct bridge_stream *s, struct parcel *p);
/* Up to where all is over and done with. */
uint64_t stream_settled(const struct bridge_stream *s);
static inline size_t stream_waiting(const struct bridge_stream *s)
{
	return s->waiting.n / sizeof(uint64_t);
}
static inline bool stream_is_paused(const struct bridge_stream *s)
{
	return s->again_us > core_now(s->b);
}
static inline void stream_pause(struct bridge_stream *s)
{
	s->again_us = core_now(s->b) + CORE_AGAIN_US;
}

/* cursor.c */
void cursor_read(struct bridge_stream *s);
/* Has what is to be stored put; `want` lines at most are taken. */
void cursor_write(struct bridge_stream *s);
bool cursor_is_stored(const struct bridge_stream *s);
/* Something has moved; `urgent`: store it now. */
void cursor_moved(struct bridge_stream *s, bool urgent);

/* backlog.c */
void backlog_read(struct bridge_stream *s);
