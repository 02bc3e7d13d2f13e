/*
 * poll.c - see poll.h: states, times, what is kept.  What is done with a feed while it comes is in poll_read.c.
 */
#include "bridges/rss/poll_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bridges/clean.h"
#include "bridges/rss/schedule.h"
#include "bridges/rss/tell.h"
#include "bridges/rss/url.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	LOAD_AGAIN_US = 1000000,
	TELL_AGAIN_US = 1000000,
	STAGGER_MS = 5000, /* feeds that are due at a start come within so much */
	US_OF_MS = 1000,
	WHOLE_NAME = 200, /* columns */
};

struct every {
	int64_t us;
};

static int64_t wall(const struct poll *p)
{
	return bridge_wall_ms(p->reader->bridge);
}

/* What it is called */

/* What is too long ends with a word. */
static void shorten(struct buf *name, size_t whole)
{
	const char *space = memrchr(buf_p(name), ' ', name->n);

	if (name->n < whole && space && (size_t)(space - buf_p(name)) > name->n / 2)
		name->n = (size_t)(space - buf_p(name));
}

static void take_name(struct poll *p)
{
	const char *title = chart_extra(p->row, "title");
	CLEANUP(buf_done) struct buf wanted = { 0 }, name = { 0 }, whole = { 0 };
	struct url u;

	if (title)
		for (; *title; title++)
			buf_addc(&wanted, *title == '_' ? ' ' : *title);
	else if (p->kept.title)
		buf_adds(&wanted, p->kept.title);
	else if (url_read(p->url, &u))
		buf_adds(&wanted, u.host);
	clean_name(&whole, buf_span(&wanted), WHOLE_NAME);
	clean_name(&name, buf_span(&wanted), TELL_NAME_COLUMNS);
	shorten(&name, whole.n);
	free(p->name);
	p->name = base_dup(buf_p(&name), name.n);
}

bool poll_read_every(const struct chart_row *row, int64_t *ret_us)
{
	static const struct conf_option option[] = {
		{ .name = "row.every",
		  .type = CONF_TIME,
		  .offset = offsetof(struct every, us),
		  .fallback = "0" },
	};
	static const struct conf_table table = { option, 1, sizeof(struct every) };
	CLEANUP(buf_done) struct buf set = { 0 }, errors = { 0 };
	const char *text = chart_extra(row, "every"), *sets[1];
	char *nothing[] = { NULL };
	struct every v = { 0 };
	struct conf_source source = { .sets = sets, .n_sets = 1, .environ_ = nothing };

	*ret_us = 0;
	if (!text)
		return true;
	buf_addf(&set, "row.every=%s", text);
	buf_addc(&set, '\0');
	sets[0] = buf_p(&set);
	if (conf_load(&table, &source, &v, &errors) != 0 || v.us <= 0)
		return false;
	*ret_us = v.us;
	return true;
}

static int64_t every_ms(const struct poll *p)
{
	const struct rss_conf *conf = p->reader->conf;
	int64_t us;

	if (!poll_read_every(p->row, &us) || us == 0)
		us = conf->every;
	if (us < conf->min_every)
		us = conf->min_every;
	return us / US_OF_MS;
}

/* Times */

static void enter(struct poll *p, enum poll_state state)
{
	static const char *const names[] = { "loading", "idle",	   "waiting", "fetching",
					     "telling", "storing", "gone" };

	log_debug("feed_state", LOG_STR("feed", p->key), LOG_STR("from", names[p->state]),
		  LOG_STR("to", names[state]));
	p->state = state;
}

/* At once, nearly: not all in the same moment. */
static int64_t shortly_ms(const struct poll *p)
{
	const int64_t every = every_ms(p);
	const int64_t stagger = every / 10 < STAGGER_MS ? every / 10 : STAGGER_MS;

	return (int64_t)rng_below(&p->reader->rng, (uint64_t)stagger + 1);
}

/* The long wait of what failed is over, unless its server said how long it is. */
static void hasten(struct poll *p)
{
	p->kept.next_ms = wall(p) + shortly_ms(p);
	if (p->kept.next_ms < p->kept.until_ms)
		p->kept.next_ms = p->kept.until_ms;
}

/* At the time that is kept; where that is long past or nonsense, soon. */
static void wait_for_next(struct poll *p)
{
	int64_t wait = p->kept.next_ms - wall(p);

	if (wait < 0)
		wait = shortly_ms(p);
	if (wait > 2 * SCHEDULE_DAY_MS)
		wait = 2 * SCHEDULE_DAY_MS;
	enter(p, POLL_IDLE);
	loop_timer_in(&p->timer, (uint64_t)wait * US_OF_MS);
}

static void plan(struct poll *p, const struct fetch_result *r)
{
	const struct feed_head *head = p->feed ? feed_head(p->feed) : NULL;
	const struct schedule s = {
		.every_ms = every_ms(p),
		.wait_ms = head ? head->wait_s * 1000ull : 0,
		.max_age_ms = r->max_age_us / US_OF_MS,
		.retry_after_ms = r->end == FETCH_FAILED ? r->retry_after_us / US_OF_MS : 0,
		.skip_hours = head ? head->skip_hours : 0,
		.skip_days = head ? head->skip_days : 0,
		.failures = p->kept.failures,
	};

	p->kept.next_ms = schedule_next(&s, wall(p), &p->reader->rng);
	p->kept.until_ms = s.retry_after_ms ? p->kept.next_ms : 0;
}

/* What is kept */

/* After what was loaded or stored. */
static void go_on(struct poll *p, bool at_once)
{
	if (p->kept.gone) {
		enter(p, POLL_GONE);
		return;
	}
	if (at_once && p->kept.failures)
		hasten(p);
	wait_for_next(p);
}

static void on_stored(void *ctx)
{
	struct poll *p = ctx;

	go_on(p, p->again);
}

static void store(struct poll *p)
{
	CLEANUP(buf_done) struct buf json = { 0 };

	news_clear(&p->news);
	state_set(&p->kept.why, p->why);
	state_write(&p->kept, &json);
	enter(p, POLL_STORING);
	bridge_keep_put(p->reader->bridge, p->key, buf_span(&json), on_stored, p);
}

static void on_loaded(void *ctx, const struct span *body, bool failed)
{
	struct poll *p = ctx;

	if (failed) {
		loop_timer_in(&p->timer, LOAD_AGAIN_US);
		return;
	}
	if (body && !state_read(&p->kept, *body))
		log_warning("feed_state_unreadable", LOG_STR("feed", p->key));
	snprintf(p->why, sizeof(p->why), "%s", p->kept.why ? p->kept.why : "");
	take_name(p);
	go_on(p, true);
}

static void load(struct poll *p)
{
	bridge_keep_get(p->reader->bridge, p->key, on_loaded, p);
}

/* Telling */

static void tell_more(struct poll *p);

static void on_taken(void *ctx, const char *refused)
{
	struct poll *p = ctx;

	if (refused)
		log_warning("feed_item_refused", LOG_STR("feed", p->key), LOG_STR("why", refused));
	p->under_way--;
	if (p->under_way == 0)
		tell_more(p);
}

static void tell_more(struct poll *p)
{
	const struct tell t = { .bridge = p->reader->bridge,
				.source = p->source,
				.name = { p->name, strlen(p->name) },
				.taken = on_taken,
				.ctx = p };

	for (; p->item < p->news.n; p->item++, p->where = 0) {
		for (; p->where < tell_places(p->row); p->where++) {
			const int r = tell_item(&t, p->row, p->where, &p->news.items[p->item]);

			if (r == 1) {
				loop_timer_in(&p->timer, TELL_AGAIN_US);
				return;
			}
			if (r == 0)
				p->under_way++;
			else
				log_warning("feed_item_unspeakable", LOG_STR("feed", p->key));
		}
		p->reader->numbers[READER_ITEMS]++;
	}
	if (p->under_way == 0)
		store(p);
}

/* What came of asking */

static void PRINTF_LIKE(2, 3) tell_staff(struct poll *p, const char *fmt, ...)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	buf_addc(&text, '\0');
	bridge_tell_staff(p->reader->bridge, p->key, buf_p(&text));
}

static void take_failure(struct poll *p, const char *why)
{
	snprintf(p->why, sizeof(p->why), "%s", why);
	log_warning("feed_failed", LOG_TEXT("url", ((struct span){ p->url, strlen(p->url) })),
		    LOG_STR("why", p->why));
	p->reader->numbers[READER_FAILURES]++;
	if (++p->kept.failures == POLL_TELL_STAFF)
		tell_staff(p, "The feed %s cannot be read: %s.", p->url, p->why);
}

static void take_success(struct poll *p, const struct fetch_result *r)
{
	if (p->kept.failures >= POLL_TELL_STAFF)
		tell_staff(p, "The feed %s can be read again.", p->url);
	p->kept.failures = 0;
	*p->why = '\0';
	if (state_redirected(&p->kept, r->moved_to))
		log_info("feed_moved", LOG_STR("feed", p->key),
			 LOG_TEXT("to", ((struct span){ p->kept.url, strlen(p->kept.url) })));
}

static void take_gone(struct poll *p)
{
	p->kept.gone = true;
	snprintf(p->why, sizeof(p->why), "it is gone (410)");
	tell_staff(p, "The feed %s is gone (410) and is not asked for any more.", p->url);
}

/* A whole feed; its tags for the next time count only then. */
static void take_feed(struct poll *p, const struct fetch_result *r)
{
	const struct feed_head *head = feed_head(p->feed);

	take_success(p, r);
	state_set(&p->kept.etag, r->etag);
	state_set(&p->kept.modified, r->modified);
	if (head->title.n) {
		CLEANUP(base_freep) char *title = base_dup(head->title.p, head->title.n);

		state_set(&p->kept.title, title);
	}
	if (head->items == 0)
		snprintf(p->why, sizeof(p->why), "%s", feed_why(p->feed));
}

static void take_result(struct poll *p, const struct fetch_result *r)
{
	const bool has_feed = p->feed != NULL;

	p->reader->numbers[READER_POLLS]++;
	if (r->end == FETCH_BODY && !has_feed) {
		take_failure(p, "it is empty");
	} else if (r->end == FETCH_BODY && feed_end(p->feed) == 0) {
		take_feed(p, r);
	} else if (r->end == FETCH_BODY) {
		take_failure(p, feed_why(p->feed));
	} else if (r->end == FETCH_SAME) {
		p->reader->numbers[READER_SAME]++;
		take_success(p, r);
	} else if (r->end == FETCH_GONE) {
		take_gone(p);
	} else {
		p->reader->numbers[READER_REFUSED] += r->end == FETCH_REFUSED;
		take_failure(p, r->why);
	}
}

void poll_conclude(struct poll *p, const struct fetch_result *r)
{
	take_result(p, r);
	poll_settle(p);
	plan(p, r);
	take_name(p);
	feed_free(p->feed);
	p->feed = NULL;
	enter(p, POLL_TELLING);
	p->item = p->where = 0;
	tell_more(p);
}

/* Its life */

static void on_timer(void *ctx)
{
	struct poll *p = ctx;

	switch (p->state) {
	case POLL_LOADING:
		load(p);
		break;
	case POLL_IDLE:
		enter(p, POLL_WAITING);
		reader_enqueue(p->reader, p);
		break;
	case POLL_TELLING:
		tell_more(p);
		break;
	default:
		break;
	}
}

void poll_fetch(struct poll *p)
{
	enter(p, POLL_FETCHING);
	p->again = false;
	poll_begin(p);
}

struct poll *poll_new(struct reader *r, const struct chart_row *row)
{
	struct poll *p = base_alloc(1, sizeof(*p));
	const struct span name = { row->place, strlen(row->place) };
	const unsigned long long hash = feed_hash(&name, 1);

	p->reader = r;
	p->row = row;
	p->url = base_dup(name.p, name.n);
	snprintf(p->key, sizeof(p->key), "feed/%016llx", hash);
	snprintf(p->source, sizeof(p->source), "rss/%016llx", hash);
	state_init(&p->kept);
	take_name(p);
	loop_timer_init(bridge_loop(r->bridge), &p->timer, on_timer, p);
	load(p);
	return p;
}

void poll_free(struct poll *p)
{
	if (!p)
		return;
	bridge_forget(p->reader->bridge, p);
	if (p->fetch)
		reader_fetched(p->reader);
	fetch_free(p->fetch);
	feed_free(p->feed);
	if (p->state == POLL_WAITING)
		TAILQ_REMOVE(&p->reader->waiting, p, queued);
	TAILQ_REMOVE(&p->reader->polls, p, entry);
	loop_timer_done(&p->timer);
	news_clear(&p->news);
	state_done(&p->kept);
	free(p->name);
	free(p->url);
	free(p);
}

void poll_set_row(struct poll *p, const struct chart_row *row)
{
	p->row = row;
	take_name(p);
}

void poll_again(struct poll *p)
{
	p->again = true;
	if (p->state != POLL_GONE && (p->state != POLL_IDLE || p->kept.failures == 0))
		return;
	p->kept.gone = false;
	hasten(p);
	wait_for_next(p);
}

bool poll_is_well(const struct poll *p)
{
	return p->kept.failures < POLL_TELL_STAFF && !p->kept.gone;
}

void poll_status(const struct poll *p, struct buf *out)
{
	const int64_t wait_s = (p->kept.next_ms - wall(p)) / 1000;

	buf_addf(out, "feed %s (%s): ", p->name, p->url);
	if (p->state == POLL_LOADING)
		buf_adds(out, "waits for the store");
	else if (p->state == POLL_GONE)
		buf_adds(out, "gone, not asked any more");
	else if (p->state == POLL_TELLING)
		buf_addf(out, "telling %zu new", p->news.n);
	else if (p->state == POLL_IDLE)
		buf_addf(out, "%zu items known, asked next in %lld s", p->kept.seen.n,
			 (long long)(wait_s > 0 ? wait_s : 0));
	else
		buf_adds(out, "being asked");
	if (*p->why && p->state != POLL_GONE)
		buf_addf(out, "; %s", p->why);
	buf_addc(out, '\n');
}
