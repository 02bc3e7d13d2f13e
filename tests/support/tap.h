/*
 * tap.h - a TCP proxy between one client and a server that writes down what each of them sent, in a process
 * of its own that ends with the test.
 *
 * The recording can be read while it grows; what a client sent is in it before the server has it.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"
#include "rt/buf.h"

enum tap_side { TAP_CLIENT, TAP_SERVER };

struct tap {
	uint16_t port; /* the client connects here, once */
	pid_t pid;
	char *path;
};

struct tap_piece {
	enum tap_side from;
	struct span bytes;
};

/* The recording is DIR/NAME.tap. */
void tap_open(struct tap *t, uint16_t server_port, const char *dir, const char *name);
/* Ends both connections. The recording stays. */
void tap_close(struct tap *t);
/* What was recorded so far; freed by the caller. */
struct buf tap_read(const struct tap *t) MUST_USE;
/* Adds a piece to a recording in memory. */
void tap_add(struct buf *recording, enum tap_side from, struct span bytes);
/* Cuts the first whole piece off a recording. false: there is none. */
bool tap_next(struct span *recording, struct tap_piece *ret);
