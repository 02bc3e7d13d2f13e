/*
 * stream_rig.h - one stream of the core (core_rig.h), and what the outside was handed by it.
 */
#pragma once

#include "tests/unit/bridges/core_rig.h"

enum { GOT_MAX = 40000, SECOND = 1000000 };

/* What the outside has been handed. */
struct got {
	uint64_t seq; /* of a gap 0 */
	size_t n;     /* that a gap stands for */
	enum skip_why why;
	bool unsure;
};

static struct rig r UNUSED;
static struct got got[GOT_MAX];
static size_t n_got;
static bool sends; /* the outside confirms at once */
static struct bridge_stream *stream;

static inline void on_line(UNUSED void *ctx, const struct bridge_line *l)
{
	ck_assert_uint_lt(n_got, GOT_MAX);
	got[n_got++] = (struct got){ .seq = l->seq, .unsure = l->unsure };
	if (sends)
		bridge_sent(stream, l->seq);
}

static inline void on_skipped(UNUSED void *ctx, uint64_t seq, enum skip_why why, size_t n,
			      int64_t from_ms, int64_t to_ms)
{
	ck_assert_uint_lt(n_got, GOT_MAX);
	ck_assert_int_le(from_ms, to_ms);
	got[n_got++] = (struct got){ .n = n, .why = why };
	if (sends)
		bridge_sent(stream, seq);
}

static const struct stream_events events = { on_line, on_skipped, NULL };

static inline void open_with(const struct stream_spec *spec)
{
	stream = bridge_stream_open(&r.b, spec, &events);
}

static inline void open_chat(void)
{
	static const char *const channels[] = { "chat", NULL };

	open_with(&(struct stream_spec){
		.key = "irc/net/#mud", .kinds = LINE(LINE_SAID), .channels = channels });
}

static inline void check_cursor(uint64_t taken, uint64_t sent)
{
	const struct rig_doc *d = rig_doc(&r, "cursor/irc/net/#mud");
	char want[80];
	const int n = snprintf(want, sizeof(want), "{\"taken\":%" PRIu64 ",\"sent\":%" PRIu64 "}",
			       taken, sent);

	ck_assert_ptr_nonnull(d);
	ck_assert_uint_eq(d->body.n, (size_t)n);
	ck_assert_msg(memcmp(buf_p(&d->body), want, (size_t)n) == 0, "%.*s, not %s", (int)d->body.n,
		      buf_p(&d->body), want);
}

static inline void begin(void)
{
	n_got = 0;
	sends = true;
	rig_begin(&r, NULL);
	open_chat();
	bridge_want(stream, 1000);
	rig_turns(&r, 3);
	check_cursor(0, 0);
}

/* Another life of the bridge. */
static inline void again(void)
{
	rig_start(&r, NULL);
	open_chat();
	bridge_want(stream, 1000);
}
