/*
 * proof.h - the proof that a link keeps its word between real processes that are killed.
 *
 * A sender dials a receiver over ipc and sends records numbered 1, 2, 3 ...  The receiver checks each
 * number, stores how far it has come (file, fdatasync) and only then takes the records over; after a
 * restart it reads the file, and `known` tells the link.  A sender that was killed is another instance:
 * it asks the receiver by a call how far its predecessor came, and goes on there.  So one row of
 * numbers runs through any number of lives of both, and a record that is lost, doubled or out of order
 * is seen at once.
 *
 * The processes are this same program in three roles; they report to the first by a pipe.
 */
#pragma once

#include "rt/base.h"
#include "rt/wire.h"

enum {
	PROOF_RECORD_MAX = 128,
	PROOF_WINDOW = 8192,
	PROOF_RING = 20000,
	PROOF_SILENCE_US = 1000000,
};

enum proof_news { NEWS_UP = 1, NEWS_DOWN, NEWS_STORED, NEWS_FULL };

struct proof_event {
	int32_t pid;
	int32_t what;	/* enum proof_news */
	uint64_t value; /* STORED: records in the file */
};

struct proof_stored {
	uint64_t generation, instance, seq, total, hash;
	uint64_t check; /* over the others: a torn write is not believed */
};

struct proof_args {
	const char *dir;
	int pipe;	   /* for proof_event */
	uint64_t limit;	   /* sender: last number, 0: no end */
	uint64_t store_ms; /* receiver: stores so seldom; 0: at the end of each turn */
};

/* The roles. Return the exit status. */
int proof_send(const struct proof_args *args);
int proof_receive(const struct proof_args *args);

void proof_tell(const struct proof_args *args, enum proof_news what, uint64_t value);
struct wire_spec proof_spec(const struct proof_args *args, const char *role, char *endpoint,
			    size_t n);

/* The record with this number; at most PROOF_RECORD_MAX bytes. */
size_t proof_record(uint64_t number, char *out);
/* The hash of records 1..number from that of 1..number-1. */
uint64_t proof_hash(uint64_t before, struct span record);

/* The newest whole state in the file; zeros when there is none. -errno. */
int proof_load(int fd, struct proof_stored *ret) MUST_USE;
int proof_store(int fd, struct proof_stored *s) MUST_USE;
int proof_open(const char *dir, int flags) MUST_USE;
