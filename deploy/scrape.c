/* scrape.c - see scrape.h. */
#include "scrape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"

enum { NUMBER_BYTES = 48 };

static bool is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       (!first && c >= '0' && c <= '9');
}

static void skip_blanks(struct span *s)
{
	while (s->n > 0 && (*s->p == ' ' || *s->p == '\t')) {
		s->p++;
		s->n--;
	}
}

static struct span take(struct span *rest, size_t n)
{
	struct span taken = { rest->p, n };
	rest->p += n;
	rest->n -= n;
	return taken;
}

static struct span take_name(struct span *rest)
{
	size_t n = 0;
	while (n < rest->n && is_name(rest->p[n], n == 0))
		n++;
	return take(rest, n);
}

/* Behind the opening quote: up to the closing one, or all when there is none. */
static size_t quoted_length(struct span s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] != '"')
		n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
	return n;
}

/* Between the braces; false: they do not close. */
static bool take_labels(struct span *rest, struct span *ret)
{
	*ret = (struct span){ rest->p, 0 };
	if (rest->n == 0 || *rest->p != '{')
		return true;
	size_t i = 1;
	while (i < rest->n && rest->p[i] != '}') {
		i += rest->p[i] == '"'
			     ? 1 + quoted_length((struct span){ rest->p + i + 1, rest->n - i - 1 })
			     : 0;
		i++;
	}
	if (i >= rest->n)
		return false;
	*ret = (struct span){ rest->p + 1, i - 1 };
	take(rest, i + 1);
	return true;
}

static bool take_number(struct span *rest, double *ret)
{
	char text[NUMBER_BYTES], *end;
	size_t n = 0;
	skip_blanks(rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	if (n == 0 || n >= sizeof(text))
		return false;
	memcpy(text, rest->p, n);
	text[n] = '\0';
	*ret = strtod(text, &end);
	take(rest, n);
	return *end == '\0';
}

static bool read_sample(struct span line, struct scrape_sample *ret)
{
	double stamp;
	ret->name = take_name(&line);
	if (ret->name.n == 0 || !take_labels(&line, &ret->labels) ||
	    !take_number(&line, &ret->value))
		return false;
	skip_blanks(&line);
	if (line.n > 0 && !take_number(&line, &stamp))
		return false;
	skip_blanks(&line);
	return line.n == 0;
}

static void add_line(struct scrape *s, struct span line, size_t *cap)
{
	struct scrape_sample sample;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	skip_blanks(&line);
	if (line.n == 0 || *line.p == '#')
		return;
	if (s->n == SCRAPE_SAMPLES || !read_sample(line, &sample)) {
		s->bad++;
		return;
	}
	if (s->n == *cap) {
		*cap = *cap ? 2 * *cap : 256;
		s->samples = base_realloc(s->samples, *cap, sizeof(*s->samples));
	}
	s->samples[s->n++] = sample;
}

void scrape_read(struct scrape *ret, struct span text)
{
	struct scrape s = { .text = base_dup(text.p, text.n) };
	const char *at = s.text, *end = s.text + text.n, *newline;
	size_t cap = 0;
	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		add_line(&s, (struct span){ at, (size_t)(newline - at) }, &cap);
		at = newline + 1;
	}
	s.bad += at != end; /* cut off: who knows how the number went on */
	*ret = s;
}

void scrape_done(struct scrape *s)
{
	free(s->text);
	free(s->samples);
	*s = (struct scrape){ 0 };
}

static bool is_text(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

const struct scrape_sample *scrape_next(const struct scrape *s, const char *name,
					const struct scrape_sample *after)
{
	for (size_t i = after ? (size_t)(after - s->samples) + 1 : 0; i < s->n; i++)
		if (is_text(s->samples[i].name, name))
			return &s->samples[i];
	return NULL;
}

static void unescape(struct span from, char *ret, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < from.n && k + 1 < n; i++) {
		if (from.p[i] == '\\' && i + 1 < from.n)
			i++;
		ret[k++] = from.p[i];
	}
	if (n > 0)
		ret[k] = '\0';
}

bool scrape_label(const struct scrape_sample *m, const char *key, char *ret, size_t n)
{
	struct span rest = m->labels;
	while (rest.n > 0) {
		skip_blanks(&rest);
		struct span name = take_name(&rest);
		if (rest.n < 2 || rest.p[0] != '=' || rest.p[1] != '"')
			return false;
		take(&rest, 2);
		struct span value = take(&rest, quoted_length(rest));
		if (is_text(name, key)) {
			unescape(value, ret, n);
			return true;
		}
		while (rest.n > 0 && !is_name(*rest.p, true))
			take(&rest, 1);
	}
	return false;
}

static bool has_label(const struct scrape_sample *m, const char *key, const char *value)
{
	char have[128];
	return scrape_label(m, key, have, sizeof(have)) && strcmp(have, value) == 0;
}

double scrape_value(const struct scrape *s, const char *name)
{
	const struct scrape_sample *m = scrape_next(s, name, NULL);
	return m ? m->value : NAN;
}

double scrape_value_of(const struct scrape *s, const char *name, const char *key, const char *value)
{
	const struct scrape_sample *m = NULL;
	while ((m = scrape_next(s, name, m)))
		if (has_label(m, key, value))
			return m->value;
	return NAN;
}

double scrape_sum(const struct scrape *s, const char *name)
{
	const struct scrape_sample *m = scrape_next(s, name, NULL);
	double sum = m ? 0 : NAN;
	for (; m; m = scrape_next(s, name, m))
		sum += m->value;
	return sum;
}

bool scrape_has(const struct scrape *s, const char *prefix)
{
	const size_t n = strlen(prefix);
	for (size_t i = 0; i < s->n; i++)
		if (s->samples[i].name.n >= n && memcmp(s->samples[i].name.p, prefix, n) == 0)
			return true;
	return false;
}

/* Into the bucket with that bound, which is made at its place when there is none. */
static void add_bucket(struct scrape_hist *h, double le, double count)
{
	size_t i = 0;
	while (i < h->n && h->le[i] < le)
		i++;
	if (i < h->n && h->le[i] <= le) {
		h->count[i] += count;
		return;
	}
	if (h->n == SCRAPE_BUCKETS)
		return;
	memmove(h->le + i + 1, h->le + i, (h->n - i) * sizeof(*h->le));
	memmove(h->count + i + 1, h->count + i, (h->n - i) * sizeof(*h->count));
	h->le[i] = le;
	h->count[i] = count;
	h->n++;
}

void scrape_hist(const struct scrape *s, const char *name, struct scrape_hist *ret)
{
	char family[128], bound[NUMBER_BYTES], *end;
	const struct scrape_sample *m = NULL;
	*ret = (struct scrape_hist){ 0 };
	snprintf(family, sizeof(family), "%s_bucket", name);
	while ((m = scrape_next(s, family, m))) {
		if (!scrape_label(m, "le", bound, sizeof(bound)) || !(m->value >= 0) ||
		    isinf(m->value))
			continue;
		const double le = strtod(bound, &end);
		if (end != bound && *end == '\0' && !isnan(le))
			add_bucket(ret, le, m->value);
	}
}

static bool same_bounds(const struct scrape_hist *a, const struct scrape_hist *b)
{
	return a->n == b->n && memcmp(a->le, b->le, a->n * sizeof(*a->le)) == 0;
}

void scrape_hist_add(struct scrape_hist *into, const struct scrape_hist *h)
{
	if (into->n == 0)
		*into = *h;
	else if (same_bounds(into, h))
		for (size_t i = 0; i < h->n; i++)
			into->count[i] += h->count[i];
}

void scrape_hist_since(struct scrape_hist *h, const struct scrape_hist *before)
{
	if (!same_bounds(h, before))
		return;
	for (size_t i = 0; i < h->n; i++)
		if (h->count[i] < before->count[i])
			return;
	for (size_t i = 0; i < h->n; i++)
		h->count[i] -= before->count[i];
}

double scrape_hist_count(const struct scrape_hist *h)
{
	return h->n > 0 ? h->count[h->n - 1] : 0;
}

double scrape_quantile(const struct scrape_hist *h, double q)
{
	const double wanted = q * scrape_hist_count(h);
	size_t i = 0;
	if (!(scrape_hist_count(h) > 0))
		return NAN;
	while (i + 1 < h->n && h->count[i] < wanted)
		i++;
	const double low = i > 0 ? h->le[i - 1] : 0, below = i > 0 ? h->count[i - 1] : 0;
	if (isinf(h->le[i]))
		return low;
	const double within = h->count[i] - below;
	return within > 0 ? low + (h->le[i] - low) * (wanted - below) / within : h->le[i];
}
