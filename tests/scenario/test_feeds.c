/* test_feeds.c - the feeds of the game: what happens is in them once, whoever dies, in XML that a stranger's reader takes. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rt/buf.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { NEWS = 18, SECOND = 1000000 };

struct scene {
	struct mud mud;
	uint16_t port;
	char address[64];
};

static void begin(struct scene *s)
{
	char listen[80];
	const char *const sets[] = { listen,
				     "rss.publish=announcements,players,boards,boards/gazette",
				     "rss.title=Foreshore", "rss.rate=0", NULL };
	const struct mud_conf conf = { .sets = sets };

	s->port = tmp_port();
	snprintf(s->address, sizeof(s->address), "127.0.0.1:%u", s->port);
	snprintf(listen, sizeof(listen), "rss.listen=%s", s->address);
	mud_start(&s->mud, &conf);
}

static void end(struct scene *s)
{
	ck_assert_int_eq(mud_stop(&s->mud), 0);
}

/* Everything that comes until the end; -1: nobody is there. */
static int exchange(uint16_t port, const char *request, struct buf *ret)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
					.sin_port = htons(port) };
	const struct timeval patience = { .tv_sec = 5 };
	const int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	char piece[65536];
	ssize_t n = -1;

	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "setsockopt");
	if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)) &&
	    send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		while ((n = recv(fd, piece, sizeof(piece), 0)) > 0)
			buf_add(ret, piece, (size_t)n);
	close(fd);
	return n < 0 ? -1 : 0;
}

/* The whole answer; "" when nobody is there, or it broke off. */
static char *get(struct scene *s, const char *path, const char *header)
{
	CLEANUP(base_freep) char *q = NULL;
	struct buf all = { 0 };
	char *answer;

	must(asprintf(&q, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", path,
		      s->address, header),
	     "asprintf");
	if (exchange(s->port, q, &all))
		buf_clear(&all);
	answer = base_dup(buf_p(&all), all.n);
	buf_done(&all);
	return answer;
}

/* Asks until the document holds the text. Returns its body. */
static char *wait_for(struct scene *s, const char *path, const char *text)
{
	const uint64_t until = now_us() + 20 * SECOND;

	while (now_us() < until) {
		CLEANUP(base_freep) char *answer = get(s, path, "");
		const char *body = strstr(answer, "\r\n\r\n");

		if (body && !strncmp(answer, "HTTP/1.1 200", 12) && strstr(body, text))
			return base_dup(body + 4, strlen(body + 4));
		usleep(20000);
	}
	die("%s never had: %s", path, text);
}

static size_t count(const char *in, const char *what)
{
	size_t n = 0;

	for (; (in = strstr(in, what)); in++)
		n++;
	return n;
}

/* xmllint finds nothing to complain of. */
static void expect_xml(const char *text)
{
	const char *const argv[] = { "xmllint", "--noout", "--nonet", "-", NULL };
	int status;
	CLEANUP(base_freep) char *said = child_output(argv, text, 10 * SECOND, &status);

	ck_assert_msg(status == 0, "%s", said);
}

static void announce(struct scene *s, const char *text)
{
	CLEANUP(base_freep) char *line = NULL;
	CLEANUP(base_freep) char *said = NULL;

	must(asprintf(&line, "@announce %s\n", text), "asprintf");
	said = mud_console(&s->mud, line);
	ck_assert_msg(strstr(said, "Announcement: "), "%s", said);
}

START_TEST(what_is_announced_is_in_the_feed_once_whoever_dies)
{
	static const char *const roles[] = { "rss", "world", "persist" };
	struct scene s;
	char *before, *after;
	char text[64];

	begin(&s);
	for (size_t i = 0; i < NEWS; i++) {
		snprintf(text, sizeof(text), "Number %zu of them.", i);
		announce(&s, text);
		if (i % 2)
			mud_kill(&s.mud, roles[i / 2 % ARRAY_LEN(roles)]);
	}
	before = wait_for(&s, "/announcements.atom", text);
	for (size_t i = 0; i < NEWS; i++) {
		snprintf(text, sizeof(text), "<title type=\"text\">Number %zu of them.</title>", i);
		ck_assert_msg(count(before, text) == 1, "%zu times %s", count(before, text), text);
	}
	ck_assert_uint_eq(count(before, "<entry>"), NEWS);
	expect_xml(before);
	/* Another life of the bridge says the same, to the byte. */
	mud_wait_pid(&s.mud, "rss", mud_kill(&s.mud, "rss"));
	after = wait_for(&s, "/announcements.atom", "Number 0 of them.");
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	end(&s);
}
END_TEST

START_TEST(what_players_post_is_well_formed_and_goes_when_it_is_taken_away)
{
	struct scene s;
	struct talk ana;
	char *feed;

	begin(&s);
	talk_open(&ana, "Ana", s.mud.telnet);
	talk_enter_new(&ana, "Ana", "a long passphrase 1");
	talk_line(&ana,
		  "post notices ]]></title><x> = &bogus; <script>alert(1)</script> | \xe6\xbd\xae");
	talk_expect(&ana, "You put something up on notices");
	feed = wait_for(&s, "/boards/notices.rss", "bogus");
	expect_xml(feed);
	ck_assert_ptr_null(strstr(feed, "<script"));
	free(feed);
	feed = wait_for(&s, "/boards/notices.atom", "\xe6\xbd\xae");
	expect_xml(feed);
	ck_assert_uint_eq(count(feed, "<entry>"), 1);
	free(feed);
	feed = wait_for(&s, "/boards/gazette.atom", "<name>Foreshore</name>"); /* nothing yet */
	expect_xml(feed);
	ck_assert_uint_eq(count(feed, "<entry>"), 0);
	free(feed);
	talk_line(&ana, "unpost notices 1");
	talk_line(&ana, "post notices Second = here");
	feed = wait_for(&s, "/boards/notices.atom", "Second");
	ck_assert_uint_eq(count(feed, "<entry>"), 1);
	free(feed);
	free(wait_for(&s, "/players.atom", "Ana has come into the world."));
	free(wait_for(&s, "/", "boards/notices.atom"));
	talk_close(&ana);
	end(&s);
}
END_TEST

START_TEST(who_has_the_feed_is_not_sent_it_again)
{
	struct scene s;
	char *answer, *tag, header[128];

	begin(&s);
	announce(&s, "Something new.");
	free(wait_for(&s, "/announcements.rss", "Something new."));
	answer = get(&s, "/announcements.rss", "");
	tag = strstr(answer, "ETag: ");
	ck_assert_ptr_nonnull(tag);
	snprintf(header, sizeof(header), "If-None-Match: %.*s\r\n", (int)strcspn(tag + 6, "\r"),
		 tag + 6);
	free(answer);
	answer = get(&s, "/announcements.rss", header);
	ck_assert_msg(!strncmp(answer, "HTTP/1.1 304 ", 13), "%s", answer);
	free(answer);
	announce(&s, "Something newer.");
	free(wait_for(&s, "/announcements.rss", "Something newer."));
	answer = get(&s, "/announcements.rss", header);
	ck_assert_msg(!strncmp(answer, "HTTP/1.1 200 ", 13), "%s", answer);
	free(answer);
	end(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ what_is_announced_is_in_the_feed_once_whoever_dies, 1 },
		{ what_players_post_is_well_formed_and_goes_when_it_is_taken_away, 1 },
		{ who_has_the_feed_is_not_sent_it_again, 1 },
	};

	return suite_together("feeds", 90, tests, ARRAY_LEN(tests));
}
