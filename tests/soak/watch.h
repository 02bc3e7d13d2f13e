/*
 * watch.h - what is sampled while players come and go: memory, descriptors and threads of every process from /proc, its
 * queues from its own numbers, the store; and the verdict on each series in the end.
 */
#pragma once

#include "tests/support/mud.h"
#include "tests/support/store.h"

struct watch;

/* A server whose numbers are at unix:DIR/run/PROCESS.metrics. */
struct watch *watch_new(struct mud *m, enum store_kind kind, const char *url);
void watch_free(struct watch *w);
/* One sample of everything. */
void watch_sample(struct watch *w);
/* Prints the table of what was seen `warm_us` after the first sample and later; how many series grow. */
size_t watch_verdict(const struct watch *w, uint64_t warm_us);
/* All samples, for a spreadsheet. */
void watch_write(const struct watch *w, const char *path);
