/*
 * metric.c - the numbers and their text form; metric_http.c shows them.
 */
#include "rt/metric.h"

#include <math.h>
#include <string.h>

enum { FIRST_BUCKET_US = 50 };

static const char *const kind_names[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

/* Bucket i holds what took at most 50 us << i. */
static size_t bucket_of(uint64_t us)
{
	uint64_t steps = us > 0 ? (us - 1) / FIRST_BUCKET_US : 0;
	size_t i = steps > 0 ? 64 - (size_t)__builtin_clzll(steps) : 0;

	return i < METRIC_BUCKETS ? i : METRIC_BUCKETS;
}

void metric_observe_us(struct metric *m, uint64_t us)
{
	m->bucket[bucket_of(us)]++;
	m->count++;
	m->sum += (double)us / 1e6;
}

static size_t family_length(const char *name)
{
	return strcspn(name, "{");
}

static bool same_family(const struct metric *a, const struct metric *b)
{
	size_t n = family_length(a->name);

	return n == family_length(b->name) && memcmp(a->name, b->name, n) == 0;
}

static void put_value(struct buf *out, double v)
{
	if (isnan(v))
		buf_adds(out, "NaN");
	else if (isinf(v))
		buf_adds(out, v > 0 ? "+Inf" : "-Inf");
	else if (v == floor(v) && fabs(v) < 1e15)
		buf_addf(out, "%.0f", v);
	else
		buf_addf(out, "%.12g", v);
	buf_addc(out, '\n');
}

/* The labels of a metric without their braces, empty when it has none. */
static struct span labels_of(const struct metric *m)
{
	const char *open = strchr(m->name, '{');

	return open ? (struct span){ open + 1, strlen(open) - 2 } : SPAN("");
}

/* name_suffix{labels} and a space. */
static void put_series(struct buf *out, const struct metric *m, const char *suffix)
{
	struct span labels = labels_of(m);

	buf_add(out, m->name, family_length(m->name));
	buf_adds(out, suffix);
	if (labels.n > 0)
		buf_addf(out, "{%.*s}", (int)labels.n, labels.p);
	buf_addc(out, ' ');
}

static void put_bucket(struct buf *out, const struct metric *m, size_t i, uint64_t count)
{
	struct span labels = labels_of(m);

	buf_add(out, m->name, family_length(m->name));
	buf_addf(out, "_bucket{%.*s%sle=\"", (int)labels.n, labels.p, labels.n ? "," : "");
	if (i < METRIC_BUCKETS)
		buf_addf(out, "%.6f", (double)((uint64_t)FIRST_BUCKET_US << i) / 1e6);
	else
		buf_adds(out, "+Inf");
	buf_addf(out, "\"} %llu\n", (unsigned long long)count);
}

static void put_metric(struct buf *out, const struct metric *m)
{
	uint64_t below = 0;

	if (m->kind != METRIC_HISTOGRAM) {
		put_series(out, m, "");
		put_value(out, m->value);
		return;
	}
	for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
		below += m->bucket[i];
		put_bucket(out, m, i, below);
	}
	put_series(out, m, "_sum");
	put_value(out, m->sum);
	put_series(out, m, "_count");
	buf_addf(out, "%llu\n", (unsigned long long)m->count);
}

static bool is_first_of_family(const struct metric *m, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (same_family(&m[j], &m[i]))
			return false;
	return true;
}

void metric_text(const struct metric *m, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		int length = (int)family_length(m[i].name);

		if (!is_first_of_family(m, i))
			continue;
		buf_addf(out, "# HELP %.*s %s\n", length, m[i].name, m[i].help);
		buf_addf(out, "# TYPE %.*s %s\n", length, m[i].name, kind_names[m[i].kind]);
		for (size_t j = i; j < n; j++)
			if (same_family(&m[i], &m[j]))
				put_metric(out, &m[j]);
	}
}
