/*
 * streams.c - the life of streams: opened in the world behind what was received, read up to there from persist, then
 * live; and lines handed over, in order, when they are marked as taken.
 *
 * A queue holds at most BRIDGE_WINDOW_MAX lines: the world has credit for what is free of it, and only while the
 * stream is live.  Nobody is called but from streams_tick(), where nothing is freed while somebody is called.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/stream.h"
#include "rt/log.h"

/* ---- opening and closing ---- */

static char **copy_list(const char *const *list)
{
	size_t n = 0;
	char **copy;

	if (!list)
		return NULL;
	while (list[n])
		n++;
	copy = base_alloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = base_dup(list[i], strlen(list[i]));
	return copy;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static struct bridge_stream *find_key(struct bridge *b, const char *key)
{
	struct bridge_stream *s = b->first;

	while (s && strcmp(s->key, key) != 0)
		s = s->next;
	return s;
}

static struct bridge_stream *find_number(struct bridge *b, uint32_t number)
{
	struct bridge_stream *s = b->first;

	while (s && (s->number != number || s->gone))
		s = s->next;
	return s;
}

static void pop(struct bridge_stream *s)
{
	struct parcel *p = s->head;

	s->head = p->next;
	if (!s->head)
		s->tail = NULL;
	s->n--;
	parcel_free(p);
}

static void stream_free(struct bridge_stream *s)
{
	struct bridge *b = s->b;

	*(s->prev ? &s->prev->next : &b->first) = s->next;
	*(s->next ? &s->next->prev : &b->last) = s->prev;
	core_cancel(s->getting);
	core_cancel(s->putting);
	core_cancel(s->reading);
	while (s->head)
		pop(s);
	buf_done(&s->waiting);
	free_list(s->channels);
	free_list(s->boards);
	free_list(s->muted_channels);
	free(s->key);
	free(s);
}

/* Has nothing to do or to keep any more; it goes at the end of the tick, as it may be the one that is called now. */
static void bury(struct bridge_stream *s)
{
	core_cancel(s->getting);
	core_cancel(s->putting);
	core_cancel(s->reading);
	s->getting = s->putting = s->reading = NULL;
	s->phase = STREAM_UNREAD;
	s->key[0] = '\0';
}

/* Up to where it may have handed over, in this life or before. */
static uint64_t greatest(const struct bridge_stream *s)
{
	const uint64_t of[] = { s->stored.taken, s->put.taken, s->handed, s->unsure };
	uint64_t seq = 0;

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		seq = of[i] > seq ? of[i] : seq;
	return seq;
}

static uint64_t stream_handed(const struct bridge_stream *s)
{
	return s->handed > s->unsure ? s->handed : s->unsure;
}

/* One of the same key was closed a moment ago, and its cursor may still be on its way. */
static void inherit(struct bridge_stream *s, struct bridge_stream *old)
{
	assert(old->gone);
	if (old->phase != STREAM_UNREAD) {
		s->phase = STREAM_CLOSED;
		s->is_new = old->is_new;
		s->unsure = old->is_returned ? stream_handed(old) : greatest(old);
		s->received = s->handed = s->sent = stream_settled(old);
		cursor_moved(s, true);
	}
	bury(old);
}

struct bridge_stream *bridge_stream_open(struct bridge *b, const struct stream_spec *spec,
					 const struct stream_events *e)
{
	struct bridge_stream *s = base_alloc(1, sizeof(*s));
	struct bridge_stream *old = find_key(b, spec->key);

	*s = (struct bridge_stream){ .b = b,
				     .prev = b->last,
				     .number = ++b->last_stream,
				     .e = *e,
				     .key = base_dup(spec->key, strlen(spec->key)),
				     .channels = copy_list(spec->channels),
				     .boards = copy_list(spec->boards),
				     .kinds = spec->kinds,
				     .from_start = spec->from_start,
				     .max_age_us = spec->max_age };
	*(b->last ? &b->last->next : &b->first) = s;
	b->last = s;
	if (old)
		inherit(s, old);
	b->io.wake(b->io.ctx);
	return s;
}

static bool tell_close(struct bridge_stream *s)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeClose c = MUDLARK__BRIDGE_CLOSE__INIT;

	c.stream = s->number;
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_CLOSE;
	m.bridge_close = &c;
	return core_tell(s->b, &m);
}

/* A world that does not hear of it goes on until the credit is used up, and is not listened to. */
void bridge_stream_close(struct bridge_stream *s)
{
	if (!s || s->gone)
		return;
	if (s->phase >= STREAM_OPENING)
		(void)tell_close(s);
	s->gone = true;
	s->want = 0;
	cursor_moved(s, true);
	s->b->io.wake(s->b->io.ctx);
}

static bool tell_open(struct bridge_stream *s)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeOpen o = MUDLARK__BRIDGE_OPEN__INIT;
	char *kinds[LINE_KINDS];

	for (size_t i = 0; i < LINE_KINDS; i++)
		if (s->kinds & LINE(i))
			kinds[o.n_kinds++] = (char *)(uintptr_t)fact_kind_name((enum line_kind)i);
	while (s->channels && s->channels[o.n_channels])
		o.n_channels++;
	while (s->boards && s->boards[o.n_boards])
		o.n_boards++;
	o.stream = s->number;
	o.key = s->key;
	o.after = s->received;
	o.kinds = kinds;
	o.channels = s->channels;
	o.boards = s->boards;
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_OPEN;
	m.bridge_open = &o;
	return core_tell(s->b, &m);
}

/* With room for what is to come: behind a queue that is full nothing need be read. */
static void open_up(struct bridge_stream *s)
{
	if (s->phase == STREAM_CLOSED && !s->gone && s->n <= BRIDGE_WINDOW_MAX / 2 && tell_open(s))
		s->phase = STREAM_OPENING;
}

/* ---- what the world says ---- */

void streams_fresh(struct bridge *b)
{
	for (struct bridge_stream *s = b->first; s; s = s->next) {
		if (s->phase == STREAM_UNREAD)
			continue;
		core_cancel(s->reading);
		s->reading = NULL;
		s->phase = STREAM_CLOSED;
		s->credit = 0;
	}
}

static void drop_queue(struct bridge_stream *s)
{
	while (s->head)
		pop(s);
	s->skip.n = 0;
}

/* Its store was set back to a time before. */
static void set_back(struct bridge_stream *s, uint64_t from)
{
	log_warning("world_set_back", LOG_STR("stream", s->key), LOG_U64("from", from),
		    LOG_U64("received", s->received));
	drop_queue(s);
	buf_clear(&s->waiting);
	s->received = s->handed = s->sent = from;
	s->stored = (struct cursor){ 0 };
	s->unsure = 0;
}

static void begin_from(struct bridge_stream *s, uint64_t from)
{
	const bool from_now = (s->is_new && !s->from_start) || s->muted;

	if (s->received > from)
		set_back(s, from);
	if (from_now)
		s->received = from;
	if (s->is_new)
		s->handed = s->sent = s->received;
	s->is_new = false;
	s->may_miss = s->received < from;
	s->upto = from;
	s->phase = s->may_miss ? STREAM_BACKLOG : STREAM_LIVE;
	cursor_moved(s, true);
}

static bool is_named(char *const *list, const char *name)
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

/* One that may pass again meanwhile may not with what was said before. */
static void mute_channels(struct bridge_stream *s, char *const *v, size_t n)
{
	size_t have = 0;

	if (s->phase == STREAM_OPENING) {
		free_list(s->muted_channels);
		s->muted_channels = NULL;
	}
	while (s->muted_channels && s->muted_channels[have])
		have++;
	for (size_t i = 0; i < n && have < MUTED_CHANNELS; i++) {
		if (have && is_named(s->muted_channels, v[i]))
			continue;
		s->muted_channels = base_realloc(s->muted_channels, have + 2, sizeof(char *));
		s->muted_channels[have++] = base_dup(v[i], strlen(v[i]));
		s->muted_channels[have] = NULL;
	}
}

void streams_opened(struct bridge *b, const Mudlark__BridgeOpened *m)
{
	struct bridge_stream *s = find_number(b, m->stream);

	if (!s)
		return;
	s->muted = m->muted;
	if (s->muted)
		drop_queue(s);
	mute_channels(s, m->muted_channels, m->n_muted_channels);
	if (s->phase == STREAM_OPENING)
		begin_from(s, m->from);
}

static void take_fact(struct bridge_stream *s, const Mudlark__BridgeFact *m)
{
	struct parcel *p;

	s->received = m->seq;
	if (!s->muted && fact_read(s, m->seq, m->wall_ms, m->kind, m->body, &p))
		stream_queue(s, p);
	else
		cursor_moved(s, false);
}

/* A world that sends more than it may is asked again from where there was room. */
static void begin_again(struct bridge_stream *s)
{
	log_warning("stream_overrun", LOG_STR("stream", s->key));
	if (tell_close(s)) {
		s->phase = STREAM_CLOSED;
		s->credit = 0;
	}
}

void streams_fact(struct bridge *b, const Mudlark__BridgeFact *m)
{
	struct bridge_stream *s = find_number(b, m->stream);

	if (!s || s->phase != STREAM_LIVE || m->seq <= s->received)
		return;
	if (s->credit > 0)
		s->credit--;
	if (s->n < BRIDGE_WINDOW_MAX)
		take_fact(s, m);
	else
		begin_again(s);
}

void streams_passed(struct bridge *b, const Mudlark__BridgePassed *m)
{
	struct bridge_stream *s = find_number(b, m->stream);

	if (!s || s->phase != STREAM_LIVE || m->seq <= s->received)
		return;
	s->received = m->seq;
	cursor_moved(s, false);
}

void streams_behind(struct bridge *b, const Mudlark__BridgeBehind *m)
{
	struct bridge_stream *s = find_number(b, m->stream);

	if (!s || s->phase != STREAM_LIVE)
		return;
	s->phase = STREAM_CLOSED;
	s->credit = 0;
}

static void give_credit(struct bridge_stream *s)
{
	const size_t used = s->n + s->credit;
	const size_t more = used < BRIDGE_WINDOW_MAX ? BRIDGE_WINDOW_MAX - used : 0;
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeMore c = MUDLARK__BRIDGE_MORE__INIT;

	if (s->phase != STREAM_LIVE || s->gone || more < BRIDGE_WINDOW_MAX / 2)
		return;
	c.stream = s->number;
	c.n = (uint32_t)more;
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_MORE;
	m.bridge_more = &c;
	if (core_tell(s->b, &m))
		s->credit += more;
}

/* ---- the queue ---- */

bool stream_is_old(const struct bridge_stream *s, int64_t wall_ms)
{
	const int64_t most_us = s->max_age_us ? s->max_age_us : s->b->conf->max_age;

	return most_us >= 0 && clock_wall(s->b->clock) - wall_ms > most_us / 1000;
}

/* That the world starts or stops is said while it does; later it would only mislead. For readers who look whenever
 * they like (no line is too old) it stays. */
bool stream_is_stale(const struct bridge_stream *s, const struct bridge_line *l)
{
	if (!((LINE(LINE_STARTED) | LINE(LINE_STOPPING)) & LINE(l->kind)) || s->max_age_us < 0)
		return false;
	return clock_wall(s->b->clock) - l->wall_ms > STREAM_NOW_MS;
}

static bool merges(const struct parcel *into, const struct parcel *p)
{
	return into && into->is_gap && p->is_gap && into->why == SKIP_OLD && p->why == SKIP_OLD;
}

void stream_queue(struct bridge_stream *s, struct parcel *p)
{
	struct parcel *last = s->tail;

	if (merges(last, p)) {
		last->n_gap += p->n_gap;
		last->to_ms = p->to_ms;
		last->line.seq = p->line.seq;
		parcel_free(p);
		return;
	}
	*(last ? &last->next : &s->head) = p;
	s->tail = p;
	s->n++;
}

uint64_t stream_settled(const struct bridge_stream *s)
{
	if (s->waiting.n > 0)
		return s->sent;
	return s->head || s->skip.n > 0 || s->is_returned ? s->handed : s->received;
}

/* Puts the head aside, to be told of in one sentence with others. */
static void skip(struct bridge_stream *s)
{
	const struct parcel *p = s->head;
	const int64_t from = p->is_gap ? p->from_ms : p->line.wall_ms;

	if (s->skip.n == 0)
		s->skip.from_ms = from;
	s->skip.n += p->is_gap ? p->n_gap : 1;
	s->skip.to_ms = p->is_gap ? p->to_ms : p->line.wall_ms;
	s->skip.seq = p->line.seq;
	s->skip.due_us = core_now(s->b) + CORE_MORE_US;
	pop(s);
}

/* The outside has it now, and will say when it is out. */
static void handed(struct bridge_stream *s, uint64_t seq)
{
	s->handed = seq;
	buf_add(&s->waiting, &seq, sizeof(seq));
}

static void tell_skipped(struct bridge_stream *s)
{
	const size_t n = s->skip.n;

	if (n == 0)
		return;
	s->skip.n = 0;
	handed(s, s->skip.seq);
	core_count(s->b, N_OLD, (double)n);
	s->e.skipped(s->e.ctx, s->skip.seq, SKIP_OLD, n, s->skip.from_ms, s->skip.to_ms);
}

/* Nothing is behind it as yet, and perhaps nothing comes. */
static bool may_tell_skipped(const struct bridge_stream *s)
{
	return s->skip.n > 0 && !s->head && s->phase == STREAM_LIVE && s->want > 0 && !s->gone;
}

static void tell_lost(struct bridge_stream *s)
{
	const uint64_t seq = s->head->line.seq;

	handed(s, seq);
	pop(s);
	core_count(s->b, N_LOST, 1);
	s->e.skipped(s->e.ctx, seq, SKIP_LOST, 0, 0, 0);
}

static void tell_line(struct bridge_stream *s)
{
	struct parcel *p = s->head;

	s->head = p->next;
	if (!s->head)
		s->tail = NULL;
	s->n--;
	s->want--;
	handed(s, p->line.seq);
	p->line.unsure = p->line.seq <= s->unsure;
	core_count(s->b, N_OUT, 1);
	core_count(s->b, N_UNSURE, p->line.unsure);
	s->e.line(s->e.ctx, &p->line);
	parcel_free(p);
}

/* False: nothing more can be handed over now. */
static bool hand_one(struct bridge_stream *s)
{
	const struct parcel *p = s->head;

	if (!p) {
		if (may_tell_skipped(s) && s->skip.due_us <= core_now(s->b))
			tell_skipped(s);
		return false;
	}
	if (!p->is_gap && stream_is_stale(s, &p->line)) {
		pop(s);
		return true;
	}
	if (p->is_gap ? p->why == SKIP_OLD : stream_is_old(s, p->line.wall_ms)) {
		skip(s);
		return true;
	}
	if (!p->is_gap && p->line.seq > s->stored.taken)
		return false;
	tell_skipped(s);
	if (s->gone || s->want == 0)
		return false;
	if (p->is_gap)
		tell_lost(s);
	else
		tell_line(s);
	return true;
}

static void hand_over(struct bridge_stream *s)
{
	if (s->phase == STREAM_UNREAD || s->b->flushing)
		return;
	while (!s->gone && s->want > 0 && hand_one(s))
		;
}

void bridge_want(struct bridge_stream *s, size_t n)
{
	s->want = s->gone ? 0 : n;
	s->b->io.wake(s->b->io.ctx);
}

void bridge_sent(struct bridge_stream *s, uint64_t seq)
{
	uint64_t first;

	while (s->waiting.n > 0) {
		memcpy(&first, buf_p(&s->waiting), sizeof(first));
		if (first > seq)
			break;
		s->sent = first;
		buf_drain(&s->waiting, sizeof(first));
	}
	s->sent = stream_settled(s);
	cursor_moved(s, false);
	s->b->io.wake(s->b->io.ctx);
}

void bridge_returned(struct bridge_stream *s, uint64_t seq)
{
	uint64_t last;

	while (s->waiting.n > 0) {
		memcpy(&last, buf_p(&s->waiting) + s->waiting.n - sizeof(last), sizeof(last));
		if (last <= seq)
			break;
		s->waiting.n -= sizeof(last);
		s->is_returned = true;
	}
	if (s->is_returned)
		s->handed = seq > s->sent ? seq : s->sent;
	cursor_moved(s, false);
}

uint64_t bridge_waiting(const struct bridge_stream *s)
{
	return stream_waiting(s);
}

bool bridge_stream_muted(const struct bridge_stream *s)
{
	return s->muted;
}

/* ---- the loop ---- */

/* When persist is to be asked. */
static uint64_t store_due(const struct bridge_stream *s)
{
	if (!s->b->store_up || s->getting || s->putting)
		return UINT64_MAX;
	if (stream_is_paused(s))
		return s->again_us;
	return s->lazy_us && s->phase != STREAM_UNREAD ? s->lazy_us : UINT64_MAX;
}

static uint64_t due_of(const struct bridge_stream *s)
{
	return core_least(store_due(s), may_tell_skipped(s) ? s->skip.due_us : UINT64_MAX);
}

uint64_t streams_due(const struct bridge *b)
{
	uint64_t due = UINT64_MAX;

	for (const struct bridge_stream *s = b->first; s; s = s->next)
		due = core_least(due, due_of(s));
	return due;
}

static bool is_over(const struct bridge_stream *s)
{
	return s->gone && cursor_is_stored(s);
}

void streams_tick(struct bridge *b)
{
	struct bridge_stream *s, *next;

	for (s = b->first; s; s = s->next) {
		cursor_read(s);
		hand_over(s);
		backlog_read(s);
		cursor_write(s);
		open_up(s);
		give_credit(s);
	}
	for (s = b->first; s; s = next) {
		next = s->next;
		if (is_over(s))
			stream_free(s);
	}
}

bool streams_flushed(struct bridge *b)
{
	bool all = true;

	for (struct bridge_stream *s = b->first; s; s = s->next) {
		if (!cursor_is_stored(s)) {
			all = false;
			cursor_moved(s, true);
		}
	}
	return all;
}

size_t streams_opening(const struct bridge *b)
{
	size_t n = 0;

	for (const struct bridge_stream *s = b->first; s; s = s->next)
		n += !s->gone && (s->phase == STREAM_UNREAD || s->is_new);
	return n;
}

void streams_done(struct bridge *b)
{
	while (b->first)
		stream_free(b->first);
}
