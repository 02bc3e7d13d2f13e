/* price.c - the price table, and money in words; see price.h. */
#include "aibridge/price.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"

enum { NANOS = 1000000000, DECIMALS = 9, SHOWN_DECIMALS = 2, MILLION = 1000000 };

/* Takes the digits at the front of *s; false when there are none, or the number passes MONEY_MAX. */
static bool take_digits(struct span *s, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < s->n && isdigit((unsigned char)s->p[i]); i++) {
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s->p[i] - '0'), &v) || v > MONEY_MAX)
			return false;
	}
	*ret = v;
	*s = (struct span){ s->p + i, s->n - i };
	return i > 0;
}

bool money_parse(struct span s, uint64_t *ret_nanos)
{
	uint64_t whole, part = 0;

	if (!take_digits(&s, &whole))
		return false;
	if (s.n) {
		size_t n = --s.n;

		if (*s.p++ != '.' || n > DECIMALS || !take_digits(&s, &part) || s.n)
			return false;
		for (; n < DECIMALS; n++)
			part *= 10;
	}
	if (__builtin_mul_overflow(whole, (uint64_t)NANOS, &whole) ||
	    __builtin_add_overflow(whole, part, &whole) || whole > MONEY_MAX)
		return false;
	*ret_nanos = whole;
	return true;
}

void money_format(struct buf *out, uint64_t nanos)
{
	uint64_t part = nanos % NANOS;
	int n = DECIMALS;

	for (; n > SHOWN_DECIMALS && part % 10 == 0; n--)
		part /= 10;
	buf_addf(out, "%llu.%0*llu", (unsigned long long)(nanos / NANOS), n,
		 (unsigned long long)part);
}

/* "MODEL=IN/OUT"; a model's name may hold both signs itself. */
static bool parse_row(struct span row, struct price *ret)
{
	const char *equals = memrchr(row.p, '=', row.n);

	if (!equals)
		return false;
	const struct span model = text_trim((struct span){ row.p, (size_t)(equals - row.p) });
	const struct span both = { equals + 1, row.n - (size_t)(equals + 1 - row.p) };
	const char *slash = memchr(both.p, '/', both.n);
	if (!slash || !model.n)
		return false;
	const struct span in = { both.p, (size_t)(slash - both.p) };
	const struct span out = { slash + 1, both.n - (size_t)(slash + 1 - both.p) };
	uint64_t in_million, out_million;
	if (!money_parse(text_trim(in), &in_million) || !money_parse(text_trim(out), &out_million))
		return false;
	ret->in = (in_million + MILLION - 1) / MILLION;
	ret->out = (out_million + MILLION - 1) / MILLION;
	ret->model = base_dup(model.p, model.n);
	return true;
}

static bool has_row(const struct prices *p, const char *model)
{
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->v[i].model, model) == 0)
			return true;
	}
	return false;
}

int prices_parse(struct prices *p, char *const *rows, struct buf *why)
{
	struct prices all = { 0 };

	for (char *const *row = rows; row && *row; row++) {
		struct price one;

		if (!parse_row((struct span){ *row, strlen(*row) }, &one)) {
			buf_addf(why,
				 "ai.prices: \"%s\" is not MODEL=IN/OUT, like claude-*=3.00/15.00",
				 *row);
			prices_done(&all);
			return 1;
		}
		if (has_row(&all, one.model)) {
			buf_addf(why, "ai.prices: two prices of %s", one.model);
			free(one.model);
			prices_done(&all);
			return 1;
		}
		all.v = base_realloc(all.v, all.n + 1, sizeof(*all.v));
		all.v[all.n++] = one;
	}
	*p = all;
	return 0;
}

void prices_done(struct prices *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].model);
	free(p->v);
	*p = (struct prices){ 0 };
}

const struct price *prices_find(const struct prices *p, const char *model)
{
	const struct price *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct price *row = &p->v[i];
		const size_t n = strlen(row->model);

		if (strcmp(row->model, model) == 0)
			return row;
		if (row->model[n - 1] == '*' && n > longest &&
		    strncmp(row->model, model, n - 1) == 0) {
			best = row;
			longest = n;
		}
	}
	return best;
}

uint64_t price_of(const struct price *p, uint64_t in, uint64_t out)
{
	uint64_t a, b, sum;

	if (__builtin_mul_overflow(p->in, in, &a) || __builtin_mul_overflow(p->out, out, &b) ||
	    __builtin_add_overflow(a, b, &sum))
		return UINT64_MAX;
	return sum;
}
