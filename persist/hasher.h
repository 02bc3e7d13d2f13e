/*
 * hasher.h - the threads that compute password hashes: one fewer than there are cores, at least one.
 * Their queue is short, since who waits longer than a breath types again (STATUS_BUSY).
 */
#pragma once

#include "persist/queue.h"

enum { HASHER_QUEUE = 64, HASHER_THREADS_MAX = 16 };

struct hasher;

/* threads 0: by the number of cores. Finished jobs go to `out`, which must live longer. */
int hasher_start(struct hasher **ret, unsigned threads, struct queue *out) MUST_USE;
/* Ends the threads after the hash each is at; what waits is thrown away. */
void hasher_stop(struct hasher *h);
/* 0; 1: too many wait. */
int hasher_push(struct hasher *h, struct job *j) MUST_USE;
size_t hasher_waiting(struct hasher *h);
