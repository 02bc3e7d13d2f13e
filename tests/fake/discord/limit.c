/* limit.c - see limit.h. */
#include "tests/fake/discord/limit.h"

#include <string.h>

#include "rt/clock.h"

enum { SECOND_US = 1000000 };

void limit_init(struct limit *l)
{
	*l = (struct limit){ .buckets = json_object() };
}

void limit_done(struct limit *l)
{
	json_decref(l->buckets);
}

static uint64_t get(const json_t *b, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(b, name));
}

static void set(json_t *b, const char *name, uint64_t value)
{
	json_object_set_new(b, name, json_integer((json_int_t)value));
}

/* Nothing before `until`: known from now on. */
static void tell(json_t *b, uint64_t now, uint64_t until)
{
	if (until <= get(b, "told"))
		return;
	set(b, "told", until);
	set(b, "since", now);
}

static json_t *bucket(struct limit *l, const char *key)
{
	json_t *b = json_object_get(l->buckets, key);

	if (!b) {
		b = json_object();
		json_object_set_new(l->buckets, key, b);
	}
	return b;
}

static struct limit_answer take_global(struct limit *l, const struct limit_ask *q)
{
	if (q->now < l->global_told)
		return (struct limit_answer){ true, true, q->now > l->global_since + LIMIT_WAY_US,
					      l->global_told - q->now };
	if (q->now >= l->global_from + SECOND_US) {
		l->global_from = q->now;
		l->global_used = 0;
	}
	if (l->global_used < q->global_n) {
		l->global_used++;
		return (struct limit_answer){ 0 };
	}
	l->global_told = l->global_from + SECOND_US;
	l->global_since = q->now;
	return (struct limit_answer){ true, true, false, l->global_told - q->now };
}

struct limit_answer limit_take(struct limit *l, const struct limit_ask *q)
{
	json_t *b = bucket(l, q->key);
	struct limit_answer a = { 0 };

	if (!q->no_global)
		a = take_global(l, q);
	if (a.exceeded)
		return a;
	if (q->now < get(b, "told"))
		return (struct limit_answer){ true, false, q->now > get(b, "since") + LIMIT_WAY_US,
					      get(b, "told") - q->now };
	if (q->now >= get(b, "from") + (uint64_t)q->window_us) {
		set(b, "from", q->now);
		set(b, "used", 0);
	}
	set(b, "used", get(b, "used") + 1);
	if (get(b, "used") > (uint64_t)q->n) {
		tell(b, q->now, get(b, "from") + (uint64_t)q->window_us);
		return (struct limit_answer){ true, false, false, get(b, "told") - q->now };
	}
	return a;
}

void limit_shut(struct limit *l, const struct limit_ask *q, uint64_t for_us, bool global)
{
	if (!global) {
		tell(bucket(l, q->key), q->now, q->now + for_us);
		return;
	}
	l->global_told = q->now + for_us;
	l->global_since = q->now;
}

static unsigned hash(const char *text)
{
	unsigned h = 5381;

	for (; *text; text++)
		h = h * 33 + (unsigned char)*text;
	return h;
}

/* Rounded up: who waits exactly that long comes in time. */
static double seconds(uint64_t us)
{
	return (double)((us + 999) / 1000) / 1000;
}

void limit_headers(struct limit *l, const struct limit_ask *q, const struct limit_answer *a,
		   const char *scope, struct buf *out)
{
	json_t *b = bucket(l, q->key);
	uint64_t until = get(b, "from") + (uint64_t)q->window_us;
	uint64_t used = get(b, "used"), after;
	double wall = (double)clock_wall(&clock_system) / 1000;

	if (a->exceeded) {
		buf_addf(out, "Retry-After: %llu\r\nX-RateLimit-Scope: %s\r\n",
			 (unsigned long long)((a->retry_us + SECOND_US - 1) / SECOND_US), scope);
		if (a->global) {
			buf_adds(out, "X-RateLimit-Global: true\r\n");
			return;
		}
		until = q->now + a->retry_us;
		used = (uint64_t)q->n;
	}
	after = until > q->now ? until - q->now : 0;
	buf_addf(out, "X-RateLimit-Limit: %lld\r\nX-RateLimit-Remaining: %lld\r\n", (long long)q->n,
		 (long long)(used < (uint64_t)q->n ? (uint64_t)q->n - used : 0));
	buf_addf(out, "X-RateLimit-Reset: %.3f\r\nX-RateLimit-Reset-After: %.3f\r\n",
		 wall + seconds(after), seconds(after));
	buf_addf(out, "X-RateLimit-Bucket: %08x\r\n", hash(q->route));
	if (used >= (uint64_t)q->n)
		tell(b, q->now, until);
}
