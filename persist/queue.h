/*
 * queue.h - jobs from one thread to another, first in, first out.  The only thing that threads of persist
 * share.  One end may be the loop: then `wake` is an eventfd that becomes readable with the first job.
 */
#pragma once

#include <pthread.h>

#include "persist/job.h"

/* A run of jobs held by one thread. */
struct job_list {
	struct job *head, *tail;
	size_t n;
};

void jobs_add(struct job_list *l, struct job *j);
struct job *jobs_pop(struct job_list *l);
/* Moves all of `from` behind `l`. */
void jobs_append(struct job_list *l, struct job_list *from);
void jobs_free(struct job_list *l);

struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	struct job_list jobs;
	size_t limit; /* 0: none; the link's window bounds what comes */
	bool closed;
	int wake; /* eventfd, -1: the reader waits in queue_wait() */
};

int queue_init(struct queue *q, size_t limit, bool with_wake) MUST_USE;
void queue_done(struct queue *q);
/* 0; 1: full or closed, the job stays the caller's. */
int queue_push(struct queue *q, struct job *j) MUST_USE;
/* All of `l` at once; not bounded. */
void queue_push_all(struct queue *q, struct job_list *l);
/* Takes everything, without waiting. */
void queue_take(struct queue *q, struct job_list *ret);
/* Waits until there is a job, the queue is closed, or so many ms (-1: no end) are over; takes
 * everything. False: closed and empty. */
bool queue_wait(struct queue *q, int timeout_ms, struct job_list *ret);
/* Waits and takes one. NULL: closed (what is left is not done). */
struct job *queue_pop(struct queue *q);
size_t queue_length(struct queue *q);
/* Nothing more comes in; whoever waits returns. */
void queue_close(struct queue *q);
