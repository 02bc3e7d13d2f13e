/*
 * dial.h - a TCP connection to a host of the operator's, with TLS where wanted: name resolved without blocking, all its
 * addresses tried, certificate and name verified (OpenSSL, TLS 1.2 and 1.3), a deadline for all of it; then bytes both ways
 * with bounded buffers.
 *
 * Events come from the loop.  After `closed` nothing more comes; dial_free() may be called in any event.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"

struct dial;

enum { DIAL_WHY = 200 };

struct dial_conf {
	const char *host; /* name or numeric address */
	uint16_t port;
	bool tls;
	const char *ca_file; /* PEM, trusted instead of the system's; NULL or "": the system's */
	const char
		*cert_file; /* PEM, certificate and key of ours (SASL EXTERNAL); NULL or "": none */
	const char *alpn;   /* "http/1.1"; NULL: none */
	const char *tls_option; /* "irc.tls": named where a server may have no TLS; NULL: none */
	uint64_t timeout_us;	/* until `open`; of that TLS gets 10 s with each address */
	size_t max_output;	/* bytes that may wait to be sent */
};

struct dial_events {
	void (*open)(void *ctx);
	/* Bytes are there: returns how many were used up; what is left comes again with more. At most 64 KiB wait: when nothing
	 * of that is used the connection is closed. */
	size_t (*data)(void *ctx, struct span bytes);
	/* Output has gone below half of max_output after dial_send() had said 1. May be NULL. */
	void (*room)(void *ctx);
	/* The end, also of an attempt: a sentence for a person. `certificate`: TLS was refused by us, so trying again helps
	 * little. */
	void (*closed)(void *ctx, const char *why, bool certificate);
	void *ctx;
};

/* 0; -EINVAL: ca_file or cert_file cannot be read (logged). */
int dial_new(struct dial **ret, struct loop *l, const struct dial_conf *c,
	     const struct dial_events *e) MUST_USE;
void dial_free(struct dial *d);
/* 0; 1: max_output is reached, nothing was taken. */
int dial_send(struct dial *d, struct span bytes) MUST_USE;
size_t dial_unsent(const struct dial *d);
/* Sends what waits (2 s at most), then ends: `closed` comes. */
void dial_finish(struct dial *d);
