/*
 * inbox.h - persist's side of its links: commits and calls come in and become jobs, finished jobs
 * become acknowledgements and answers.  Runs in the loop; never waits for anything.
 */
#pragma once

#include "persist/gauge.h"
#include "persist/keeper.h"
#include "rt/link.h"
#include "rt/loop.h"
#include "rt/route.h"

/* Calls that may be under way at once; more are told to try again. */
enum { INBOX_CALLS_MAX = 1024, INBOX_HASHING_MAX = 64 };

struct inbox;

struct inbox_conf {
	struct loop *loop;
	const char *store;     /* sqlite:..., postgresql://... */
	unsigned hash_threads; /* 0: by the number of cores */
	uint64_t call_wait_us; /* while the store is away a call waits so long */
	uint32_t create_rate;  /* new accounts of one source in ten minutes; 0: any number */
	uint64_t event_keep;   /* events that stay stored, of each world; 0: all */
	const struct clock *clock;
	const struct entropy *entropy;
	/* The store opened for the first time. */
	void (*ready)(void *ctx);
	/* It is of no use (`status`: enum proc_exit), or stopping is over (EXIT_DONE). */
	void (*ended)(void *ctx, int status);
	void *ctx;
};

/* -EINVAL: nothing can open such a store. */
int inbox_new(struct inbox **ret, const struct inbox_conf *conf) MUST_USE;
/* The hub its links hang on, for answers and refusals. */
void inbox_attach(struct inbox *in, struct link_hub *hub);
struct link_events inbox_events(struct inbox *in);
/* known, admit and forgotten of a hub. */
void inbox_hub(struct inbox *in, struct link_hub_conf *ret);
/* Finishes what is in the line, then calls `ended`. */
void inbox_stop(struct inbox *in);
/* Only when `ended` was called; the hub is gone by then. */
void inbox_free(struct inbox *in);
struct metric_source inbox_metrics(struct inbox *in);

/* For the test that every case has a row. */
extern const struct route_table inbox_records, inbox_calls;
