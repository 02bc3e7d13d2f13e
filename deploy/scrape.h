/*
 * scrape.h - numbers of a process as it shows them at /metrics (Prometheus text 0.0.4), read and looked up.
 *
 * Nothing of the text is trusted: a line that is not a sample is counted and skipped, beyond the caps
 * nothing is kept, and every lookup that finds nothing says NaN.
 */
#pragma once

#include "rt/base.h"

enum { SCRAPE_SAMPLES = 20000, SCRAPE_BUCKETS = 64 };

struct scrape_sample {
	struct span name, labels; /* labels without their braces, as written */
	double value;
};

struct scrape {
	char *text; /* own copy, which the samples point into */
	struct scrape_sample *samples;
	size_t n;
	size_t bad; /* lines that were no samples, or too many */
};

/* Zero bytes are an empty one. */
void scrape_read(struct scrape *ret, struct span text);
void scrape_done(struct scrape *s);

/* The next sample of that name behind `after` (NULL: the first); NULL: no more. */
const struct scrape_sample *scrape_next(const struct scrape *s, const char *name,
					const struct scrape_sample *after);
/* The value of a label, its escapes undone, cut to n; false: there is no such label. */
bool scrape_label(const struct scrape_sample *m, const char *key, char *ret, size_t n);

double scrape_value(const struct scrape *s, const char *name);
double scrape_value_of(const struct scrape *s, const char *name, const char *key,
		       const char *value);
double scrape_sum(const struct scrape *s, const char *name);
/* Does any name begin so? */
bool scrape_has(const struct scrape *s, const char *prefix);

/* A histogram: how much was at most le[i]; the last le is infinite. */
struct scrape_hist {
	double le[SCRAPE_BUCKETS], count[SCRAPE_BUCKETS];
	size_t n; /* 0: there is none */
};

/* All label sets of the family `name` together. */
void scrape_hist(const struct scrape *s, const char *name, struct scrape_hist *ret);
/* into += h; nothing when their bounds differ. */
void scrape_hist_add(struct scrape_hist *into, const struct scrape_hist *h);
/* What came since `before`; all of it when the process was started anew in between. */
void scrape_hist_since(struct scrape_hist *h, const struct scrape_hist *before);
double scrape_hist_count(const struct scrape_hist *h);
/* Linear within a bucket; NaN: nothing was counted. */
double scrape_quantile(const struct scrape_hist *h, double q);
