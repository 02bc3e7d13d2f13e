/*
 * fuzz_feed.c - feeds of strangers, in any encoding.
 *
 * Oracles: however the bytes are cut, the same items and the same end come out; texts are clean and within their bounds, links
 * are whole addresses of the web.
 */
#include "bridges/rss/feed.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void note(struct buf *out, struct span s, size_t max, const char *allowed)
{
	FUZZ_HOLDS(s.n <= max);
	FUZZ_HOLDS(fuzz_is_clean(s, allowed));
	buf_addf(out, "%zu ", s.n);
	buf_add(out, s.p, s.n);
}

static void on_item(void *ctx, const struct feed_item *item)
{
	struct buf *out = ctx;

	FUZZ_HOLDS(item->id != 0 && item->same != 0);
	note(out, item->title, FEED_TITLE_MAX, "");
	note(out, item->text, FEED_TEXT_MAX, "\n");
	note(out, item->author, FEED_AUTHOR_MAX, "");
	FUZZ_HOLDS(!item->link.n || (item->link.n >= 8 && !strncmp(item->link.p, "http", 4)));
	buf_add(out, item->link.p, item->link.n);
	buf_addf(out, "%llx %lld\n", (unsigned long long)item->id, (long long)item->at_ms);
	fuzz_worked();
}

static struct buf read_in(struct span type, struct span bytes, size_t step)
{
	struct buf out = { 0 };
	const struct feed_events e = { .item = on_item, .ctx = &out };
	struct feed *f = feed_new(type, "http://example.org/feed", 1700000000000, &e);
	const struct feed_head *head;

	while (bytes.n > 0) {
		const size_t n = step < bytes.n ? step : bytes.n;

		if (!feed_write(f, (struct span){ bytes.p, n }))
			break;
		bytes = (struct span){ bytes.p + n, bytes.n - n };
	}
	buf_addf(&out, "%d %s ", feed_end(f), feed_why(f));
	head = feed_head(f);
	note(&out, head->title, FEED_TITLE_MAX, "");
	buf_addf(&out, "%u %x %x %zu", head->wait_s, head->skip_hours, head->skip_days,
		 head->empty);
	feed_free(f);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	const size_t step = fuzz_u8(&in) % 32 + 2;
	const struct span type = fuzz_until(&in, '\n');
	const struct span bytes = { (const char *)in.p, in.n };
	struct buf whole = read_in(type, bytes, SIZE_MAX);
	struct buf single = read_in(type, bytes, 1);
	struct buf cut = read_in(type, bytes, step);

	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&single)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&cut)));
	buf_done(&whole);
	buf_done(&single);
	buf_done(&cut);
	return 0;
}
