/*
 * out.c - see out.h.
 */
#include "bridges/irc/out.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridges/clean.h"

enum { POST_BYTES = 400, BODY_LEAST = 40, LATE_MS = 60000, DAY_MS = 86400000 };

static void item_free(struct out_item *i)
{
	buf_done(&i->head);
	buf_done(&i->body);
	free(i);
}

static struct out_item *append(struct out *o, enum out_kind kind, uint64_t seq)
{
	struct out_item *i = base_alloc(1, sizeof(*i));

	i->kind = kind;
	i->seq = seq;
	if (o->last)
		o->last->next = i;
	else
		o->first = i;
	o->last = i;
	o->n++;
	return i;
}

static struct out_item *prepend(struct out *o, enum out_kind kind)
{
	struct out_item *i = base_alloc(1, sizeof(*i));

	i->kind = kind;
	i->next = o->first;
	o->first = i;
	if (!o->last)
		o->last = i;
	o->n++;
	return i;
}

static void drop_first(struct out *o)
{
	struct out_item *i = o->first;

	o->first = i->next;
	if (!o->first)
		o->last = NULL;
	o->n--;
	item_free(i);
}

/* How kinds are written */

static void add(struct buf *out, struct span s)
{
	clean_line(out, s, false);
}

static void write_said(struct out_item *i, const struct bridge_line *l)
{
	if (l->notice) {
		buf_addc(&i->head, '(');
		add(&i->body, l->text);
		buf_addc(&i->body, ')');
		return;
	}
	buf_adds(&i->head, l->emote ? "* " : "<");
	add(&i->head, l->name);
	buf_adds(&i->head, l->emote ? " " : "> ");
	add(&i->body, l->text);
}

static void add_link(struct out_item *i, const struct bridge_line *l)
{
	if (!l->link.n)
		return;
	buf_addc(&i->body, ' ');
	add(&i->body, l->link);
}

static void write_news(struct out_item *i, const struct bridge_line *l)
{
	buf_adds(&i->head, "News: ");
	add(&i->body, l->subject);
	if (l->subject.n && l->text.n)
		buf_adds(&i->body, " - ");
	add(&i->body, l->text);
	add_link(i, l);
}

static void write_posted(struct out_item *i, const struct bridge_line *l)
{
	struct span text = l->text;
	const struct span begin = clean_piece(&text, POST_BYTES);

	buf_adds(&i->head, "[");
	add(&i->head, l->channel);
	buf_addf(&i->head, " %llu] ", (unsigned long long)l->number);
	add(&i->body, l->name);
	buf_adds(&i->body, ": ");
	add(&i->body, l->subject);
	if (begin.n)
		buf_adds(&i->body, " - ");
	add(&i->body, begin);
	if (text.n)
		buf_adds(&i->body, " ...");
	add_link(i, l);
}

static void write_removed(struct out_item *i, const struct bridge_line *l)
{
	buf_adds(&i->head, "[");
	add(&i->head, l->channel);
	buf_addf(&i->head, " %llu] ", (unsigned long long)l->number);
	buf_adds(&i->body, "was taken off the board");
}

static void write_name_and(struct out_item *i, const struct bridge_line *l, const char *text)
{
	buf_adds(&i->head, "-- ");
	add(&i->body, l->name);
	buf_adds(&i->body, text);
}

static void write_entered(struct out_item *i, const struct bridge_line *l)
{
	write_name_and(i, l, " has come into the game.");
}

static void write_left(struct out_item *i, const struct bridge_line *l)
{
	write_name_and(i, l, " has left the game.");
}

static void write_errand(struct out_item *i, const struct bridge_line *l)
{
	write_name_and(i, l, " has done an errand: ");
	add(&i->body, l->text);
}

static void write_started(struct out_item *i, UNUSED const struct bridge_line *l)
{
	buf_adds(&i->head, "-- ");
	buf_adds(&i->body, "The game is up.");
}

static void write_stopping(struct out_item *i, UNUSED const struct bridge_line *l)
{
	buf_adds(&i->head, "-- ");
	buf_adds(&i->body, "The game goes down.");
}

static void (*const writers[LINE_KINDS])(struct out_item *i, const struct bridge_line *l) = {
	[LINE_SAID] = write_said,	  [LINE_NEWS] = write_news,
	[LINE_POSTED] = write_posted,	  [LINE_REMOVED] = write_removed,
	[LINE_ENTERED] = write_entered,	  [LINE_LEFT] = write_left,
	[LINE_ERRAND] = write_errand,	  [LINE_STARTED] = write_started,
	[LINE_STOPPING] = write_stopping,
};

void out_line(struct out *o, const struct bridge_line *l, bool with_channel)
{
	struct out_item *i;

	if (l->unsure) {
		out_unsure(o, l->seq, 1);
		return;
	}
	i = append(o, OUT_LINE, l->seq);
	i->wall_ms = l->wall_ms;
	if (with_channel && l->kind == LINE_SAID) {
		buf_addc(&i->head, '[');
		add(&i->head, l->channel);
		buf_adds(&i->head, "] ");
	}
	writers[l->kind](i, l);
}

/* Notes */

void out_note(struct out *o, struct span text, bool notice)
{
	struct out_item *i = append(o, OUT_NOTE, 0);

	i->notice = notice;
	clean_line(&i->body, text, false);
}

static void count_skipped(struct out_item *i, enum skip_why why, size_t n, int64_t from_ms,
			  int64_t to_ms)
{
	if (to_ms && (!i->to_ms || from_ms < i->from_ms))
		i->from_ms = from_ms;
	if (to_ms > i->to_ms)
		i->to_ms = to_ms;
	i->lost |= why == SKIP_LOST && n == 0;
	i->n += n;
}

void out_skipped(struct out *o, uint64_t seq, enum skip_why why, size_t n, int64_t from_ms,
		 int64_t to_ms)
{
	struct out_item *i = o->last && o->last->kind == OUT_SKIPPED && !o->last->at
				     ? o->last
				     : append(o, OUT_SKIPPED, 0);

	count_skipped(i, why, n, from_ms, to_ms);
	if (seq > i->seq)
		i->seq = seq;
}

void out_unsure(struct out *o, uint64_t seq, size_t n)
{
	struct out_item *i = o->last && o->last->kind == OUT_UNSURE && !o->last->at
				     ? o->last
				     : append(o, OUT_UNSURE, 0);

	i->n += n;
	if (seq > i->seq)
		i->seq = seq;
}

void out_broken(struct out *o, uint64_t seq, size_t n)
{
	struct out_item *i;

	if (o->first && o->first->at > 0) {
		n += o->first->kind == OUT_LINE;
		seq = o->first->seq ? o->first->seq : seq;
		drop_first(o);
	}
	if (n == 0)
		return;
	i = o->first && o->first->kind == OUT_UNSURE ? o->first : prepend(o, OUT_UNSURE);
	i->n += n;
	if (seq > i->seq)
		i->seq = seq;
}

void out_age(struct out *o, int64_t oldest_ms)
{
	struct out_item *i = o->first;
	struct out_item old = { 0 };

	if (!i || i->kind != OUT_LINE || i->at || i->wall_ms >= oldest_ms)
		return;
	for (; i && i->kind == OUT_LINE && i->wall_ms < oldest_ms; i = o->first) {
		count_skipped(&old, SKIP_OLD, 1, i->wall_ms, i->wall_ms);
		old.seq = i->seq;
		drop_first(o);
	}
	if (!i || i->kind != OUT_SKIPPED)
		i = prepend(o, OUT_SKIPPED);
	count_skipped(i, SKIP_OLD, old.n, old.from_ms, old.to_ms);
	if (old.seq > i->seq)
		i->seq = old.seq;
}

static void add_time(struct buf *out, int64_t ms, bool with_day)
{
	const time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), with_day ? "%b %e %H:%M" : "%H:%M", &tm);
	buf_adds(out, text);
}

static void write_skipped(struct out_item *i)
{
	const bool days = i->from_ms / DAY_MS != i->to_ms / DAY_MS;

	if (!i->to_ms) {
		buf_adds(&i->body, "(some lines were not relayed; nobody knows how many)");
		return;
	}
	if (i->n)
		buf_addf(&i->body, "(%s%zu line%s between ", i->lost ? "more than " : "", i->n,
			 i->n == 1 ? "" : "s");
	else
		buf_adds(&i->body, "(lines between ");
	add_time(&i->body, i->from_ms, days);
	buf_adds(&i->body, " and ");
	add_time(&i->body, i->to_ms, days);
	buf_addf(&i->body, " UTC %s not relayed)", i->n == 1 && !i->lost ? "was" : "were");
}

static void write_unsure(struct out_item *i)
{
	buf_addf(&i->body, "(up to %zu line%s may not have come through)", i->n,
		 i->n == 1 ? "" : "s");
}

/* "[12:14] " in front of what was said more than a minute ago. */
static void write_time(struct out_item *i, int64_t now_ms)
{
	struct buf head = { 0 };

	if (now_ms - i->wall_ms <= LATE_MS)
		return;
	buf_addc(&head, '[');
	add_time(&head, i->wall_ms, now_ms - i->wall_ms >= DAY_MS);
	buf_adds(&head, "] ");
	buf_add(&head, buf_p(&i->head), i->head.n);
	buf_done(&i->head);
	i->head = head;
}

/* Before its first piece. */
static void write_up(struct out_item *i, int64_t now_ms)
{
	if (i->kind == OUT_LINE && !i->at)
		write_time(i, now_ms);
	if (i->kind == OUT_SKIPPED && !i->body.n)
		write_skipped(i);
	if (i->kind == OUT_UNSURE && !i->body.n)
		write_unsure(i);
}

/* Pieces */

bool out_next(struct out *o, size_t max, int64_t now_ms, struct out_piece *ret)
{
	struct out_item *i = o->first;
	struct span rest, piece;
	size_t head;

	if (!i)
		return false;
	write_up(i, now_ms);
	head = i->head.n + BODY_LEAST <= max ? i->head.n : 0;
	rest = (struct span){ buf_p(&i->body) + i->at, i->body.n - i->at };
	piece = clean_piece(&rest, max - head);
	*ret = (struct out_piece){ .begun = i->seq,
				   .notice = i->notice,
				   .kind = i->kind,
				   .is_last = rest.n == 0,
				   .lines = i->kind == OUT_LINE ? 1 : i->n };
	buf_add(&ret->text, buf_p(&i->head), head);
	buf_add(&ret->text, piece.p, piece.n);
	i->at = i->body.n - rest.n;
	if (!ret->is_last)
		return true;
	ret->seq = i->seq;
	drop_first(o);
	return true;
}

int64_t out_oldest_ms(const struct out *o)
{
	for (const struct out_item *i = o->first; i; i = i->next)
		if (i->kind == OUT_LINE)
			return i->wall_ms;
	return 0;
}

bool out_is_unsure_alone(const struct out *o)
{
	return o->n == 1 && o->first->kind == OUT_UNSURE && !o->first->at;
}

void out_take_back(struct out *o, uint64_t seq)
{
	struct out kept = { 0 };
	struct out_item *next;

	for (struct out_item *i = o->first; i; i = next) {
		next = i->next;
		if (i->seq > seq && !i->at) {
			item_free(i);
			continue;
		}
		i->next = NULL;
		*(kept.last ? &kept.last->next : &kept.first) = i;
		kept.last = i;
		kept.n++;
	}
	*o = kept;
}

void out_done(struct out *o)
{
	while (o->first)
		drop_first(o);
}
