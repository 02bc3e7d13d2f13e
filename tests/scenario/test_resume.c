/*
 * test_resume.c - a connection that is lost goes on at any gateway: what was missed comes in order and
 * once, typed lines count once, whatever is killed meanwhile.
 *
 * The page here keeps to what gateway/README.md asks of clients.  What it has read behind its last place is
 * not counted: each test reads up to a place before it lets something die.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define PACKAGE "Mudlark.Session."
#define IAC_SB_GMCP "\xff\xfa\xc9"
#define IAC_SE "\xff\xf0"

enum { STEP_US = 5000 };

struct page {
	struct ws ws;
	char token[65], at[24];
	unsigned n, done;
};

struct second {
	struct child child;
	uint16_t telnet, web;
};

static void second_gateway(const struct mud *m, struct second *s)
{
	CLEANUP(base_freep) char *log = tmp_path(m->dir, "second.out");
	char bus[300], telnet[64], web[64];

	s->telnet = tmp_port();
	s->web = tmp_port();
	snprintf(bus, sizeof(bus), "world.bus=ipc://%s/run/world.bus", m->dir);
	snprintf(telnet, sizeof(telnet), "gateway.telnet=127.0.0.1:%u", s->telnet);
	snprintf(web, sizeof(web), "gateway.web=127.0.0.1:%u", s->web);
	child_start(&s->child,
		    (const char *[]){ child_program("mudlark-gateway"), "--name", "second", "--set",
				      bus, "--set", telnet, "--set", web, "--set",
				      "gateway.console=", "--set", "gateway.metrics=", NULL },
		    log);
}

static void talk_when_there(struct talk *t, const char *who, uint16_t port)
{
	for (uint64_t end = now_us() + TALK_US; now_us() < end; usleep(STEP_US))
		if (talk_try(t, who, port))
			return;
	die("%s: nobody listens on port %u", who, port);
}

/* The value of a member that is a text or a number. */
static void member(const char *json, const char *name, char *out, size_t n)
{
	char key[32];
	const char *p;
	size_t len;

	snprintf(key, sizeof(key), "\"%s\":", name);
	p = strstr(json, key);
	if (!p)
		die("no %s in %s", name, json);
	p += strlen(key);
	p += *p == '"';
	len = strcspn(p, "\",}");
	snprintf(out, n, "%.*s", (int)len, p);
}

static void take_token(struct page *p)
{
	const char *json = ws_data(&p->ws, PACKAGE "Token", TALK_US);

	if (!json)
		die("no token");
	member(json, "token", p->token, sizeof(p->token));
}

static void type(struct page *p, const char *text)
{
	char message[200];

	snprintf(message, sizeof(message), PACKAGE "Line {\"n\":%u,\"text\":\"%s\"}", ++p->n, text);
	ws_send_text(&p->ws, message);
}

/* Until everything typed is done. */
static void settle(struct page *p)
{
	char line[24];

	while (p->done < p->n) {
		const char *json = ws_data(&p->ws, PACKAGE "At", TALK_US);

		if (!json)
			die("line %u is not done", p->n);
		member(json, "at", p->at, sizeof(p->at));
		member(json, "line", line, sizeof(line));
		p->done = (unsigned)strtoul(line, NULL, 10);
	}
}

static void open_page(struct page *p, uint16_t port)
{
	const struct ws_spec spec = { .port = port, .protocols = "gmcp.mudstandards.org" };

	for (uint64_t end = now_us() + TALK_US; ws_try(&p->ws, &spec) != 101; usleep(STEP_US))
		if (now_us() > end)
			die("no page on port %u", port);
	ws_send_text(&p->ws, "Core.Supports.Set [\"Mudlark.Session 1\"]");
}

static void enter(struct page *p, uint16_t port)
{
	*p = (struct page){ 0 };
	open_page(p, port);
	ws_expect(&p->ws, "Name:");
	type(p, "guest");
	take_token(p);
	settle(p);
}

static void ask(struct page *p, const char *token)
{
	char message[200];

	snprintf(message, sizeof(message), PACKAGE "Resume {\"token\":\"%s\",\"at\":\"%s\"}", token,
		 p->at);
	ws_send_text(&p->ws, message);
}

/* On a new connection; the number of the last line that counted. */
static unsigned resume(struct page *p, uint16_t port, bool gap)
{
	char line[24], was_gap[8];
	const char *json;

	open_page(p, port);
	ask(p, p->token);
	json = ws_data(&p->ws, PACKAGE "Resumed", TALK_US);
	if (!json)
		die("not resumed");
	member(json, "line", line, sizeof(line));
	member(json, "gap", was_gap, sizeof(was_gap));
	ck_assert_str_eq(was_gap, gap ? "true" : "false");
	take_token(p);
	return (unsigned)strtoul(line, NULL, 10);
}

static void expect_order(struct page *p, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ws_expect(&p->ws, texts[i]);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(ws_count(&p->ws, texts[i]), 1);
}

/* _i: what dies. 0: the gateway; 1: the world, too. */
START_TEST(a_player_goes_on_at_another_gateway)
{
	static const char *const missed[] = { "says, \"one\"", "says, \"two\"", "says, \"three\"" };
	const struct mud_conf conf = { .web = true };
	struct second second;
	struct talk friend;
	struct page p;
	struct mud m;
	unsigned line;

	mud_start(&m, &conf);
	second_gateway(&m, &second);
	talk_when_there(&friend, "friend", second.telnet);
	talk_enter_guest(&friend);
	enter(&p, m.web);
	talk_line(&friend, "say before");
	ws_expect(&p.ws, "says, \"before\"");
	type(&p, "think so");
	settle(&p);
	ck_assert_uint_eq(ws_count(&p.ws, "says, \"before\""), 1);

	talk_line(&friend, "say one");
	talk_expect(&friend, "You say, \"one\"");
	type(&p, "say typed");
	mud_kill(&m, "gateway");
	ws_close(&p.ws);
	talk_line(&friend, "say two");
	talk_expect(&friend, "You say, \"two\"");
	if (_i == 1)
		mud_kill(&m, "world");
	talk_line(&friend, "say three");
	talk_expect(&friend, "You say, \"three\"");

	line = resume(&p, second.web, false);
	ck_assert_uint_ge(line, p.done);
	for (unsigned n = line; n < p.n;) { /* at most one */
		p.n = n++;
		type(&p, "say typed");
	}
	expect_order(&p, missed, ARRAY_LEN(missed));
	settle(&p);
	talk_line(&friend, "say four");
	ws_expect(&p.ws, "says, \"four\"");
	talk_line(&friend, "think over");
	talk_expect(&friend, "over\n");
	ck_assert_uint_eq(talk_count(&friend, "says, \"typed\""), 1);
	ck_assert_uint_eq(ws_count(&p.ws, "You say, \"typed\""), 1);
	ck_assert_uint_eq(ws_count(&p.ws, "Name:"), 1); /* what every connection begins with */
	talk_close(&friend);
	ws_close(&p.ws);
	child_end(&second.child, SIGTERM, TALK_US);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_page_that_comes_back_takes_over_from_itself)
{
	const struct mud_conf conf = { .web = true };
	struct page p, old;
	struct talk friend;
	struct mud m;

	mud_start(&m, &conf);
	talk_open(&friend, "friend", m.telnet);
	talk_enter_guest(&friend);
	enter(&old, m.web);
	p = (struct page){ .n = old.n, .done = old.done };
	memcpy(p.token, old.token, sizeof(p.token));
	memcpy(p.at, old.at, sizeof(p.at));
	ck_assert_uint_eq(resume(&p, m.web, false), p.n);
	ck_assert_uint_ne(ws_code(&old.ws, TALK_US), 0);
	type(&p, "say here I am");
	settle(&p);
	talk_expect(&friend, "here I am");
	ck_assert_uint_eq(talk_count(&friend, "falls silent"), 0);

	/* Its token was for once. */
	ws_close(&p.ws);
	talk_expect(&friend, "falls silent");
	open_page(&p, m.web);
	for (int i = 0; i < 3; i++) {
		ask(&p, old.token);
		ck_assert_ptr_nonnull(ws_data(&p.ws, PACKAGE "Refused", TALK_US));
	}
	ck_assert_uint_ne(ws_code(&p.ws, TALK_US), 0);
	ws_close(&p.ws);
	ws_close(&old.ws);
	(void)resume(&p, m.web, false);
	talk_expect(&friend, "stirs");
	ws_close(&p.ws);
	talk_close(&friend);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(when_the_grace_is_over_it_is_too_late)
{
	const struct mud_conf conf = {
		.web = true,
		.sets = (const char *[]){ "gateway.resume_grace=1s", NULL },
	};
	struct talk friend;
	struct page p;
	struct mud m;

	mud_start(&m, &conf);
	talk_open(&friend, "friend", m.telnet);
	talk_enter_guest(&friend);
	enter(&p, m.web);
	ws_close(&p.ws);
	talk_expect(&friend, "leaves the world");
	open_page(&p, m.web);
	ask(&p, p.token);
	ck_assert_ptr_nonnull(ws_data(&p.ws, PACKAGE "Refused", TALK_US));
	ws_line(&p.ws, "guest");
	ws_expect(&p.ws, "Exits:");
	ws_close(&p.ws);
	talk_close(&friend);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

static void gmcp(struct talk *t, const char *message)
{
	talk_bytes(t, IAC_SB_GMCP, 3);
	talk_bytes(t, message, strlen(message));
	talk_bytes(t, IAC_SE, 2);
}

/* What stands behind `name` in the last message of the package that came. */
static void raw_member(struct talk *t, const char *package, const char *name, char *out, size_t n)
{
	const char *p = NULL, *next = NULL;

	for (uint64_t end = now_us() + TALK_US; !p && now_us() < end; (void)talk_read(t, STEP_US)) {
		next = memmem(buf_p(&t->raw), t->raw.n, package, strlen(package));
		while (next) {
			p = next;
			next = memmem(p + 1, t->raw.n - (size_t)(p + 1 - buf_p(&t->raw)), package,
				      strlen(package));
		}
	}
	if (!p)
		die("no %s", package);
	member(p, name, out, n);
}

START_TEST(a_telnet_client_resumes_by_gmcp)
{
	static const char do_gmcp[] = "\xff\xfd\xc9";
	const struct mud_conf conf = { 0 };
	char token[65], at[24], message[200];
	struct talk t, friend;
	struct mud m;

	mud_start(&m, &conf);
	talk_open(&friend, "friend", m.telnet);
	talk_enter_guest(&friend);
	talk_open(&t, "telnet", m.telnet);
	t.keeps_raw = true;
	talk_bytes(&t, do_gmcp, 3);
	gmcp(&t, "Core.Supports.Set [\"Mudlark.Session 1\"]");
	talk_enter_guest(&t);
	raw_member(&t, PACKAGE "Token", "token", token, sizeof(token));
	raw_member(&t, PACKAGE "At", "at", at, sizeof(at));
	talk_close(&t);
	talk_expect(&friend, "falls silent");
	talk_line(&friend, "say missed");
	talk_expect(&friend, "You say");

	talk_open(&t, "telnet", m.telnet);
	talk_bytes(&t, do_gmcp, 3);
	gmcp(&t, "Core.Supports.Set [\"Mudlark.Session 1\"]");
	snprintf(message, sizeof(message), PACKAGE "Resume {\"token\":\"%s\",\"at\":\"%s\"}", token,
		 at);
	gmcp(&t, message);
	talk_expect(&t, "says, \"missed\"");
	talk_expect(&t, TALK_PROMPT);
	talk_line(&t, "say back");
	talk_expect(&friend, "says, \"back\"");
	ck_assert_uint_eq(talk_count(&t, "says, \"missed\""), 1);
	talk_close(&t);
	talk_close(&friend);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_player_goes_on_at_another_gateway, 2 },
		{ a_page_that_comes_back_takes_over_from_itself, 1 },
		{ when_the_grace_is_over_it_is_too_late, 1 },
		{ a_telnet_client_resumes_by_gmcp, 1 },
	};

	return suite_main("resume", 60, tests, ARRAY_LEN(tests));
}
