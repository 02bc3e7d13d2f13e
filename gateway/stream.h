/*
 * stream.h - a connected socket in the loop, with or without TLS: bytes come when they come, bytes
 * to send are collected and go out in one call.
 *
 * An idle stream holds no memory but itself (and OpenSSL's state); the event for writing exists only
 * while the kernel takes no more.
 */
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>
#include "rt/base.h"
#include "rt/buf.h"

struct stream {
	struct event read;
	struct event *write; /* NULL: the kernel takes what we have */
	event_callback_fn on_write;
	struct buf out;
	struct tls_conn *tls; /* NULL: plain */
	int fd;		      /* -1: closed */
	size_t wire;	      /* bytes that the last stream_read() took from the wire */
	bool placed;	      /* in a loop */
	bool wary;	      /* nothing was read yet, and what begins like TLS is not for us */
};

struct tls_conn;

struct stream_events {
	event_callback_fn on_read;  /* there is something to read: level-triggered */
	event_callback_fn on_write; /* the kernel takes more: call stream_send() */
	void *ctx;
};

/* A connected socket that does not block, not in a loop yet. Takes fd. */
struct stream stream_of(int fd);
/* Takes `from`, which may be in the loop of another owner and is closed then, also on failure. */
int stream_open(struct stream *s, struct event_base *base, struct stream *from,
		const struct stream_events *ev) MUST_USE;
void stream_close(struct stream *s);
/* Bytes read; 0: the other end sends no more; -EAGAIN; -errno. What TLS has left over is told of by
 * on_read, too. */
long stream_read(struct stream *s, char *p, size_t max) MUST_USE;
/* No more on_read; and again. */
void stream_deaf(struct stream *s);
int stream_hear(struct stream *s) MUST_USE;
/* Sends what is in s->out. 0: all of it; 1: on_write will be called; -errno: the connection is lost. */
int stream_send(struct stream *s) MUST_USE;
/* Says to the other end that no more will come. */
void stream_finish(struct stream *s);
