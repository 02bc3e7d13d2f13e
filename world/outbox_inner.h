/*
 * outbox_inner.h - the inside of the outbox, for its two files: outbox.c (what is said in a turn, and
 * when it goes) and outbox_rows.c (what of it is in the store).
 */
#pragma once

#include "world/outbox.h"

enum { OUTBOX_TAG_OSEQ = 1 << 3 };

/* One batch's durable records for a gateway, each with a varint length in front. */
struct row {
	struct row *next;
	uint64_t batch, oseq; /* of the last record */
	size_t n;
	char bytes[];
};

struct gateway {
	uint64_t instance;
	uint64_t acked, trimmed; /* oseq: what it has; what the store has no more */
	struct row *first, *last;
	size_t n_sessions;
	size_t at; /* collecting: where its bytes go */
	bool linked;
	bool gone; /* while it has sessions, what is said to it is stored and noted all the same */
};

struct rec {
	uint32_t gateway;
	uint32_t off, len; /* of the record in `bytes`, oseq included when it has one */
	uint64_t oseq;
	uint64_t key; /* resume_kind() */
	uint8_t kind;
	bool durable;
	bool verdict; /* on a token: of the login dialogue, but it knows of the world */
	bool free;    /* of the login dialogue, which knows nothing of the world: never waits */
};

struct held {
	uint64_t batch, gateway, oseq;
	uint32_t len;
};

/* A gateway that was given up; its rows, up to this one, stay until nobody resumes from them. */
struct gone {
	uint64_t instance, oseq;
};

struct outbox {
	struct gateway *gateways;
	uint32_t n_gateways;
	uint64_t oseq;	  /* the last one, of any gateway */
	struct buf bytes; /* of this turn */
	struct rec *recs;
	size_t n_recs, cap_recs, n_sealed;
	size_t durable_bytes, n_durable;
	struct buf held; /* struct held and its bytes, again and again */
	struct gone *gone;
	size_t n_gone, cap_gone; /* in order of oseq */
	size_t read;		 /* bytes of rows acknowledged since the store was told */
	bool all_read;		 /* it is to be told: a gateway was given up, or came back */
};

/* NULL: unknown, or gone. */
struct gateway *outbox_find(const struct world *w, uint64_t instance);
/* Returns how many bytes. */
size_t outbox_drop_rows(struct gateway *g, uint64_t upto);
/* Rows of nobody, and of who is gone, are never said again: the store has them, and the ring. */
void outbox_forget_unread(struct world *w);
/* A gateway of this instance begins. Up to which oseq nothing is said to it again: it was given up, what
 * it missed is said anew to those who come back. */
uint64_t outbox_come_back(struct world *w, uint64_t instance);
size_t outbox_varint(char *p, uint64_t v);
size_t outbox_varint_size(uint64_t v);
