/* report.c - see report.h. */
#include "tests/deploy/report.h"

#include <inttypes.h>
#include <string.h>

struct sums {
	uint64_t in, waiting, typed, answered, unknown, lost, doubled, wrong;
	uint64_t cut, returned, resumed, refused, gaps, longest_us;
	int carried;
	const char *said;
};

static void sum(struct sums *s, const struct player *p)
{
	const struct oracle *o = &p->oracle;

	s->in += p->state == PLAYER_IN;
	s->waiting += o->n_waiting;
	s->typed += o->typed;
	s->answered += o->answered;
	s->unknown += o->unknown;
	s->lost += o->lost;
	s->doubled += o->doubled;
	s->wrong += o->wrong;
	s->carried += o->least;
	s->cut += p->n_cut;
	s->returned += p->n_returned;
	s->resumed += p->n_resumed;
	s->refused += p->n_refused;
	s->gaps += p->n_gaps;
	if (o->longest_us > s->longest_us)
		s->longest_us = o->longest_us;
	if (!*s->said)
		s->said = o->said;
}

uint64_t report_answered(const struct player *players, size_t n)
{
	uint64_t r = 0;

	for (size_t i = 0; i < n; i++)
		r += players[i].oracle.answered;
	return r;
}

void report_quote(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			buf_addf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			buf_addf(out, "\\u%04x", (unsigned)*text);
		else
			buf_addc(out, *text);
	buf_addc(out, '"');
}

static bool is_alike(const struct player *a, const struct player *b)
{
	return a->way == b->way && (a->to.from == b->to.from);
}

/* Those of one address who come the same way are one member, told by the first of them. */
static void add_cut(struct buf *out, const struct player *players, size_t n, size_t which)
{
	const struct player *p = &players[which];
	uint64_t cut = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_alike(&players[i], p))
			continue;
		if (i < which)
			return;
		cut += players[i].n_cut;
	}
	if (cut)
		buf_addf(out, "%s\"%s %s\":%" PRIu64, buf_p(out)[out->n - 1] == '{' ? "" : ",",
			 p->to.from ? p->to.from : "-", wire_name(p->way), cut);
}

void report_add(struct buf *out, const struct player *players, size_t n)
{
	struct sums s = { .said = "" };

	for (size_t i = 0; i < n; i++)
		sum(&s, &players[i]);
	buf_addf(out, "\"players\":%zu,\"in\":%" PRIu64 ",\"waiting\":%" PRIu64, n, s.in,
		 s.waiting);
	buf_addf(out, ",\"typed\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"unknown\":%" PRIu64,
		 s.typed, s.answered, s.unknown);
	buf_addf(out, ",\"lost\":%" PRIu64 ",\"doubled\":%" PRIu64 ",\"wrong\":%" PRIu64, s.lost,
		 s.doubled, s.wrong);
	buf_adds(out, ",\"said\":");
	report_quote(out, s.said);
	buf_addf(out, ",\"carried\":%d,\"cut\":%" PRIu64 ",\"returned\":%" PRIu64, s.carried, s.cut,
		 s.returned);
	buf_addf(out, ",\"resumed\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"gaps\":%" PRIu64,
		 s.resumed, s.refused, s.gaps);
	buf_addf(out, ",\"longest_ms\":%" PRIu64 ",\"by\":{", s.longest_us / 1000);
	for (size_t i = 0; i < n; i++)
		add_cut(out, players, n, i);
	buf_addc(out, '}');
}
