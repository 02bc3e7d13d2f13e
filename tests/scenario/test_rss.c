/*
 * test_rss.c - feeds of others in the game, with real processes: what is new is read on the channel and on the board,
 * once, whoever is killed around it; what a feed may not do, it does not do.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/buf.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/fake_feeds.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { SETS = 16, ITEMS = 64 };

struct scene {
	struct mud mud;
	struct fake_feeds site;
	struct talk reader;
	char *dir;
	char sets[SETS][1200];
	const char *list[SETS + 1];
	size_t n_sets;
	unsigned items[ITEMS]; /* of the feed "news", newest first */
	size_t n_items;
};

static void PRINTF_LIKE(2, 3) set(struct scene *s, const char *fmt, ...)
{
	va_list ap;

	ck_assert_uint_lt(s->n_sets, SETS);
	va_start(ap, fmt);
	vsnprintf(s->sets[s->n_sets], sizeof(s->sets[0]), fmt, ap);
	va_end(ap);
	s->list[s->n_sets] = s->sets[s->n_sets];
	s->n_sets++;
}

/* The feed "news" has what it had, and this before it. */
static void publish(struct scene *s, unsigned number)
{
	CLEANUP(buf_done) struct buf b = { 0 };

	memmove(s->items + 1, s->items, s->n_items * sizeof(s->items[0]));
	s->items[0] = number;
	s->n_items++;
	buf_adds(&b, "<?xml version='1.0' encoding='iso-8859-1'?><rss version='2.0'><channel>"
		     "<title>Harbour &amp;amp; Quay</title>");
	for (size_t i = 0; i < s->n_items; i++)
		buf_addf(&b,
			 "<item><title>Boat %u at the caf\351</title><guid>boat-%u</guid>"
			 "<link>/boats/%u?a=1&amp;b=2</link><description>&lt;p&gt;It is "
			 "&lt;b&gt;boat&lt;/b&gt; %u.&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;"
			 "</description></item>",
			 s->items[i], s->items[i], s->items[i], s->items[i]);
	buf_adds(&b, "</channel></rss>");
	buf_addc(&b, '\0');
	fake_feeds_set(&s->site, "news", NULL, buf_p(&b));
}

static void open_site(struct scene *s)
{
	*s = (struct scene){ .dir = tmp_dir() };
	fake_feeds_start(&s->site, s->dir);
	set(s, "rss.allow=127.0.0.1");
	set(s, "rss.ports=%u", s->site.port);
	set(s, "rss.every=300ms");
	set(s, "rss.min_every=300ms");
	set(s, "world.life=false");
}

static void open_mud(struct scene *s)
{
	mud_start(&s->mud, &(struct mud_conf){ .sets = s->list });
	talk_open(&s->reader, "reader", s->mud.telnet);
	talk_enter_guest(&s->reader);
}

static void begin(struct scene *s)
{
	open_site(s);
	set(s, "rss.feeds=http://127.0.0.1:%u/news = chat boards=gazette", s->site.port);
	publish(s, 1);
	open_mud(s);
	mud_expect_log(&s->mud, "event=feed_followed");
}

static void end(struct scene *s)
{
	talk_close(&s->reader);
	ck_assert_int_eq(mud_stop(&s->mud), 0);
	fake_feeds_stop(&s->site);
	free(s->dir);
}

static void reads(struct scene *s, unsigned number)
{
	char line[200];

	snprintf(line, sizeof(line),
		 "[chat] Harbour_&_Quay@rss: Boat %u at the caf\303\251 - "
		 "http://127.0.0.1:%u/boats/%u?a=1&b=2\n",
		 number, s->site.port, number);
	talk_expect(&s->reader, line);
}

static size_t told(const struct scene *s, unsigned number)
{
	char line[100];

	snprintf(line, sizeof(line), "@rss: Boat %u at", number);
	return talk_count(&s->reader, line);
}

/* The gazette holds these boats and no other, each once. */
static void gazette_has(struct scene *s, unsigned from, unsigned to)
{
	char line[100];
	size_t at;

	talk_line(&s->reader, "board gazette");
	at = s->reader.text.n;
	talk_expect(&s->reader, "To read one: board gazette NUMBER.");
	for (unsigned n = 1; n < 100; n++) {
		const char *list = buf_p(&s->reader.text) + at, *first;

		snprintf(line, sizeof(line), "@rss  Boat %u at the caf\303\251\n", n);
		first = strstr(list, line);
		if (n < from || n > to)
			ck_assert_msg(!first, "%s", list);
		else
			ck_assert_msg(first && !strstr(first + 1, line), "%s is not there once: %s",
				      line, list);
	}
}

START_TEST(what_is_new_is_read_on_the_channel_and_on_the_board_once)
{
	struct scene s;

	begin(&s);
	fake_feeds_wait(&s.site, "/news", 2);
	ck_assert(fake_feeds_heard(&s.site, "/news", "If-None-Match: W/\"v 1 "));
	ck_assert(fake_feeds_heard(&s.site, "/news",
				   "If-Modified-Since: Sat, 07 Sep 2002 00:01:01 GMT\n"));
	publish(&s, 2);
	reads(&s, 2);
	publish(&s, 3);
	publish(&s, 4);
	reads(&s, 3);
	reads(&s, 4);
	fake_feeds_wait(&s.site, "/news", 2);
	gazette_has(&s, 2, 4);
	talk_line(&s.reader, "board gazette 1");
	talk_expect(&s.reader, "It is boat 2.");
	/* What was there at first is not news. */
	ck_assert_uint_eq(told(&s, 1), 0);
	for (unsigned n = 2; n <= 4; n++)
		ck_assert_uint_eq(told(&s, n), 1);
	end(&s);
}
END_TEST

/* Publishes while somebody is dead, or dies of it. */
static void kill_around(struct scene *s, const char *role, unsigned number)
{
	pid_t old;

	publish(s, number);
	old = mud_kill(&s->mud, role);
	mud_wait_pid(&s->mud, role, old);
	reads(s, number);
	publish(s, number + 1);
	reads(s, number + 1);
	old = mud_kill(&s->mud, role);
	publish(s, number + 2);
	mud_wait_pid(&s->mud, role, old);
	reads(s, number + 2);
}

START_TEST(nothing_is_told_twice_or_forgotten_whoever_is_killed)
{
	static const char *const roles[] = { "rss", "world", "persist" };
	struct scene s;
	unsigned next = 2;

	begin(&s);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++, next += 3)
		kill_around(&s, roles[i], next);
	fake_feeds_wait(&s.site, "/news", 2);
	gazette_has(&s, 2, next - 1);
	for (unsigned n = 2; n < next; n++)
		ck_assert_msg(told(&s, n) == 1, "boat %u: %zu times", n, told(&s, n));
	ck_assert_uint_eq(told(&s, 1), 0);
	end(&s);
}
END_TEST

START_TEST(a_bridge_that_was_down_tells_what_came_meanwhile)
{
	struct scene s;
	pid_t old;

	begin(&s);
	publish(&s, 2);
	reads(&s, 2);
	fake_feeds_down(&s.site);
	old = mud_kill(&s.mud, "rss");
	mud_wait_pid(&s.mud, "rss", old);
	mud_expect_log(&s.mud, "event=feed_failed");
	fake_feeds_up(&s.site);
	publish(&s, 3);
	reads(&s, 3);
	ck_assert_uint_eq(told(&s, 2), 1);
	end(&s);
}
END_TEST

START_TEST(the_first_item_of_an_empty_feed_is_news)
{
	struct scene s;

	open_site(&s);
	set(&s, "rss.feeds=http://127.0.0.1:%u/news = chat", s.site.port);
	fake_feeds_set(&s.site, "news", NULL, "<rss><channel><title>x</title></channel></rss>");
	open_mud(&s);
	mud_expect_log(&s.mud, "event=feed_followed");
	publish(&s, 1);
	reads(&s, 1);
	end(&s);
}
END_TEST

/* Rows that fail, each in its way, and the sentence for it. */
struct bad {
	const char *path, *why;
};

START_TEST(a_feed_that_misbehaves_is_told_of_by_one_sentence)
{
	static const struct bad rows[] = {
		{ "/to/302?http://127.0.0.2:%u/news", "not a public one" },
		{ "/to/302?http://[::1]:%u/news", "not a public one" },
		{ "/to/301?http://[::ffff:127.0.0.2]:%u/news", "not a public one" },
		{ "/to/302?http://169.254.169.254:%u/latest", "not a public one" },
		{ "/to/302?http://127.0.0.1:1/%u", "not one of rss.ports" },
		{ "/to/302?file:///etc/passwd?%u", "no http or https address" },
		{ "/bomb?%u", "longer than rss.max_bytes" },
		{ "/endless?%u", "longer than rss.max_bytes" },
		{ "/deaf?%u", "the deadline is over" },
		{ "/dtd?%u", "a document type of its own" },
		{ "/status/404?%u", "answered by 404" },
	};
	struct scene s;
	size_t at;

	open_site(&s);
	fake_feeds_set(&s.site, "dtd", NULL,
		       "<!DOCTYPE rss [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><rss>&b;</rss>");
	publish(&s, 1);
	set(&s, "rss.deadline=1s");
	set(&s, "rss.max_bytes=1M");
	at = s.n_sets;
	set(&s, "rss.feeds=http://127.0.0.1:%u/news = chat", s.site.port);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *end = s.sets[at] + strlen(s.sets[at]), path[100];
		const size_t room = sizeof(s.sets[0]) - strlen(s.sets[at]);
		const char *sign = strstr(rows[i].path, "%u");

		snprintf(path, sizeof(path), "%.*s%u%s", (int)(sign - rows[i].path), rows[i].path,
			 s.site.port, sign + 2);
		ck_assert_int_lt(snprintf(end, room, ",http://127.0.0.1:%u%s = chat", s.site.port,
					  path),
				 (int)room);
	}
	open_mud(&s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		mud_expect_log(&s.mud, rows[i].why);
	/* One goes on beside them all. */
	mud_expect_log(&s.mud, "event=feed_followed");
	publish(&s, 2);
	talk_expect(&s.reader, "@rss: Boat 2 at");
	ck_assert_uint_eq(talk_count(&s.reader, "[chat]"), 1);
	end(&s);
}
END_TEST

START_TEST(a_feed_that_has_moved_is_followed_and_one_that_is_gone_is_left_alone)
{
	CLEANUP(base_freep) char *status = NULL;
	struct scene s;
	unsigned gone;

	open_site(&s);
	set(&s,
	    "rss.feeds=http://127.0.0.1:%u/redirect/308/news = chat title=The_Boats,"
	    "http://127.0.0.1:%u/status/410 = chat",
	    s.site.port, s.site.port);
	publish(&s, 1);
	open_mud(&s);
	mud_expect_log(&s.mud, "event=feed_moved");
	ck_assert_uint_eq(fake_feeds_asked(&s.site, "/redirect/308/news"), 3);
	publish(&s, 2);
	talk_expect(&s.reader, "[chat] The_Boats@rss: Boat 2 at");
	ck_assert_uint_eq(fake_feeds_asked(&s.site, "/redirect/308/news"), 3);
	gone = fake_feeds_asked(&s.site, "/status/410");
	ck_assert_uint_eq(gone, 1);
	/* Where it has moved to outlives the process, and so does that the other is gone. */
	mud_wait_pid(&s.mud, "rss", mud_kill(&s.mud, "rss"));
	publish(&s, 3);
	talk_expect(&s.reader, "[chat] The_Boats@rss: Boat 3 at");
	ck_assert_uint_eq(fake_feeds_asked(&s.site, "/redirect/308/news"), 3);
	ck_assert_uint_eq(fake_feeds_asked(&s.site, "/status/410"), gone);
	status = mud_console(&s.mud, "@bridge status rss\n");
	ck_assert_msg(strstr(status, "feed The Boats (") &&
			      strstr(status, "gone, not asked any more"),
		      "%s", status);
	end(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ what_is_new_is_read_on_the_channel_and_on_the_board_once, 1 },
		{ nothing_is_told_twice_or_forgotten_whoever_is_killed, 1 },
		{ a_bridge_that_was_down_tells_what_came_meanwhile, 1 },
		{ the_first_item_of_an_empty_feed_is_news, 1 },
		{ a_feed_that_misbehaves_is_told_of_by_one_sentence, 1 },
		{ a_feed_that_has_moved_is_followed_and_one_that_is_gone_is_left_alone, 1 },
	};

	return suite_together("rss", 60, tests, ARRAY_LEN(tests));
}
