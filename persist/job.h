/*
 * job.h - one piece of work on its way through persist: from the inbox to the keeper's line (and,
 * for passwords, to a hasher), and back.  It carries everything it needs in an arena of its own, so
 * whoever holds the job holds all of it and no two threads ever share one.
 */
#pragma once

#include "persist/account.h"
#include "persist/batch.h"
#include "persist/store.h"

enum job_kind {
	JOB_COMMIT,
	JOB_CALL,	    /* answered by the store alone */
	JOB_ACCOUNT_BEGIN,  /* keeper */
	JOB_ACCOUNT_HASH,   /* hasher */
	JOB_ACCOUNT_FINISH, /* keeper */
	JOB_STATE,	    /* keeper to inbox: the store came or went */
	JOB_LEFT,	    /* to the keeper alone: `peer` is gone */
};

enum store_state {
	STORE_OPEN,
	STORE_AWAY,    /* tried again and again */
	STORE_REFUSED, /* of no use until somebody acts */
	STORE_IN_USE,  /* another process has it */
	STORE_CLOSED,  /* the keeper ended */
};

struct job {
	struct job *next;
	enum job_kind kind;
	uint64_t peer;	   /* JOB_COMMIT: the link's number, else the connection's (inbox.c) */
	uint64_t id;	   /* sequence of the record, or id of the call */
	uint64_t since_us; /* arrival, monotonic */
	uint64_t until_us; /* calls: no use after this */
	unsigned tries;
	bool is_ops;
	struct arena arena;

	struct batch_item commit;
	const Mudlark__PersistCall *call;
	struct account_work *work;

	/* What came of it. */
	bool is_done; /* account calls: the reply is complete */
	enum batch_outcome outcome;
	uint64_t epoch; /* outcome refused: the present one */
	const char *why;
	uint64_t took_us; /* on the first commit of a transaction: how long that took ... */
	size_t joined;	  /* ... and how many were in it */
	Mudlark__PersistReply reply;
	enum store_state state;
	struct store_world *worlds; /* STORE_OPEN: how far each has come */
	size_t n_worlds;
};

struct job *job_new(enum job_kind kind);
/* Passwords are wiped. */
void job_free(struct job *j);
