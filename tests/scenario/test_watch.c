/*
 * test_watch.c - what an operator is told is true: who misses something says what, who is back says so, who hangs says
 * nothing; the numbers are those of the manual, each line is counted once in every phase, and one can be followed
 * through the logs by its trace.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/scenario/numbers.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/fake_ai.h"
#include "tests/support/fake_discord.h"
#include "tests/support/ircd.h"
#include "tests/support/store.h"
#include "tests/support/tmp.h"

enum { END_US = 10000000 };

static const char promtool[] = "/usr/bin/promtool";

/* Readiness */

struct scene {
	struct apart a;
	struct ircd ircd;
	struct fake_ai provider;
	struct talk ana;
};

static void start_with(struct apart *a, const enum apart_role *roles, size_t n)
{
	for (size_t i = 0; i < n; i++)
		apart_start(a, roles[i]);
	for (size_t i = 0; i < n; i++)
		apart_expect(a, roles[i], "/readyz", 200, "ready");
}

static void start_scene(struct scene *s)
{
	static const enum apart_role roles[] = { APART_PERSIST, APART_WORLD, APART_GATEWAY,
						 APART_AIBRIDGE, APART_IRC };
	char *dir = tmp_dir();
	struct cast_sets *sets = &s->a.sets;

	*s = (struct scene){ 0 };
	apart_begin(&s->a, dir, store_url(STORE_OF_SQLITE, dir));
	ircd_start(&s->ircd, &(struct ircd_conf){ .kind = IRCD_NGIRCD });
	fake_ai_start(&s->provider, dir);
	cast_set(sets, "irc.host=127.0.0.1");
	cast_set(sets, "irc.port=%u", s->ircd.port);
	cast_set(sets, "irc.tls=false");
	cast_set(sets, "irc.channels=#mud = chat");
	cast_set(sets, "ai.provider=ollama");
	cast_set(sets, "ai.model=any");
	cast_set(sets, "ai.url=http://127.0.0.1:%u", s->provider.port);
	cast_set(sets, "ai.retries=0");
	cast_set(sets, "ai.breaker_failures=1");
	cast_set(sets, "ai.breaker_pause=1s");
	cast_set(sets, "gateway.drain=10s");
	start_with(&s->a, roles, ARRAY_LEN(roles));
	talk_open(&s->ana, "Ana", s->a.telnet);
	talk_enter_guest(&s->ana);
}

static void end_scene(struct scene *s)
{
	talk_close(&s->ana);
	apart_end(&s->a);
	fake_ai_stop(&s->provider);
	ircd_stop(&s->ircd);
}

/* It cannot do its work, for this reason, and need not be started again for that. */
static void misses(const struct apart *a, enum apart_role role, const char *why)
{
	apart_expect(a, role, "/readyz", 503, why);
	apart_expect(a, role, "/healthz", 200, "ok");
	apart_expect(a, role, "/metrics", 200, "\nmudlark_ready 0\n");
}

static void all_are_well(const struct apart *a)
{
	for (size_t i = 0; i < APART_ROLES; i++)
		if (a->child[i].pid)
			apart_expect(a, (enum apart_role)i, "/readyz", 200, "ready");
}

static void lose_the_world(struct scene *s)
{
	apart_kill(&s->a, APART_WORLD);
	misses(&s->a, APART_GATEWAY, "the world is away");
	misses(&s->a, APART_AIBRIDGE, "the world is away");
	misses(&s->a, APART_IRC, "the world is away");
	apart_start(&s->a, APART_WORLD);
	all_are_well(&s->a);
}

/* Play goes on without it. */
static void lose_persist(struct scene *s)
{
	apart_kill(&s->a, APART_PERSIST);
	misses(&s->a, APART_WORLD, "persist is away");
	misses(&s->a, APART_AIBRIDGE, "persist is away");
	misses(&s->a, APART_IRC, "persist is away");
	apart_expect(&s->a, APART_GATEWAY, "/readyz", 200, "ready");
	apart_start(&s->a, APART_PERSIST);
	all_are_well(&s->a);
}

static void lose_the_provider(struct scene *s)
{
	fake_ai_down(&s->provider);
	talk_line(&s->ana, "ask jem about eels");
	misses(&s->a, APART_AIBRIDGE, "no provider answers");
	fake_ai_up(&s->provider);
	all_are_well(&s->a);
}

static void lose_the_irc_server(struct scene *s)
{
	ircd_kill(&s->ircd);
	misses(&s->a, APART_IRC, "irc");
	ircd_again(&s->ircd);
	all_are_well(&s->a);
}

static void hang(struct scene *s)
{
	CLEANUP(base_freep) char *said = NULL;

	apart_signal(&s->a, APART_GATEWAY, SIGSTOP);
	ck_assert_int_eq(apart_ask(&s->a, APART_GATEWAY, "/healthz", &said), -ETIMEDOUT);
	apart_signal(&s->a, APART_GATEWAY, SIGCONT);
	all_are_well(&s->a);
}

static void drain(struct scene *s)
{
	apart_signal(&s->a, APART_GATEWAY, SIGTERM);
	misses(&s->a, APART_GATEWAY, "draining");
	talk_line(&s->ana, "quit");
	ck_assert_int_eq(child_wait(&s->a.child[APART_GATEWAY], END_US), 0);
}

START_TEST(who_misses_something_says_what_and_who_is_back_says_so)
{
	struct scene s;

	start_scene(&s);
	lose_the_world(&s);
	lose_persist(&s);
	lose_the_provider(&s);
	lose_the_irc_server(&s);
	hang(&s);
	drain(&s);
	end_scene(&s);
}
END_TEST

START_TEST(a_database_that_is_gone_or_hangs_is_told_of_by_those_who_need_it)
{
	static const enum apart_role roles[] = { APART_PERSIST, APART_WORLD, APART_GATEWAY };
	char *dir = tmp_dir();
	struct apart a;

	apart_begin(&a, dir, store_url(STORE_OF_PG, dir));
	start_with(&a, roles, ARRAY_LEN(roles));
	store_pg_crash();
	misses(&a, APART_PERSIST, "degraded: ");
	store_pg_again();
	all_are_well(&a);
	store_pg_hang(true);
	misses(&a, APART_PERSIST, "degraded: the store does not answer");
	misses(&a, APART_WORLD, "degraded: persist has stalled");
	apart_expect(&a, APART_GATEWAY, "/readyz", 200, "ready");
	store_pg_hang(false);
	all_are_well(&a);
	apart_end(&a);
}
END_TEST

/* Numbers */

struct everybody {
	struct apart a;
	struct fake_discord discord;
	struct numbers of[APART_ROLES];
};

static void start_everybody(struct everybody *e)
{
	static const enum apart_role roles[] = { APART_PERSIST, APART_WORLD, APART_GATEWAY,
						 APART_AIBRIDGE };
	char *dir = tmp_dir();
	CLEANUP(base_freep) char *quay = NULL;

	*e = (struct everybody){ 0 };
	apart_begin(&e->a, dir, store_url(STORE_OF_SQLITE, dir));
	fake_discord_start(&e->discord, dir);
	quay = fake_discord_channel(&e->discord, "quay");
	cast_set(&e->a.sets, "log.level=debug");
	cast_set(&e->a.sets, "irc.host=127.0.0.1");
	cast_set(&e->a.sets, "irc.port=%u", tmp_port());
	cast_set(&e->a.sets, "irc.tls=false");
	cast_set(&e->a.sets, "irc.channels=#mud = chat");
	cast_set(&e->a.sets, "discord.token_file=%s", e->discord.token_file);
	cast_set(&e->a.sets, "discord.api_url=%s", e->discord.api_url);
	cast_set(&e->a.sets, "discord.gateway_url=%s", e->discord.gateway_url);
	cast_set(&e->a.sets, "discord.channels=%s = chat", quay);
	cast_set(&e->a.sets, "rss.listen=127.0.0.1:%u", tmp_port());
	start_with(&e->a, roles, ARRAY_LEN(roles));
	for (size_t i = APART_IRC; i < APART_ROLES; i++)
		apart_start(&e->a, (enum apart_role)i);
	for (size_t i = APART_IRC; i < APART_ROLES; i++)
		apart_expect(&e->a, (enum apart_role)i, "/healthz", 200, "ok");
}

static void end_everybody(struct everybody *e)
{
	for (size_t i = 0; i < APART_ROLES; i++)
		numbers_done(&e->of[i]);
	apart_end(&e->a);
	fake_discord_drop(&e->discord);
}

static void read_numbers(struct everybody *e)
{
	for (size_t i = 0; i < APART_ROLES; i++) {
		numbers_done(&e->of[i]);
		numbers_read(&e->of[i], &e->a, (enum apart_role)i);
	}
}

/* Every name of one is in the other, with the same kind. */
static void expect_in(const struct numbers *all, const struct numbers *in, const char *who,
		      const char *where)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct number *n = numbers_find(in, all->v[i].name);

		ck_assert_msg(n, "%s: %s is not %s", who, all->v[i].name, where);
		ck_assert_msg(strcmp(n->kind, all->v[i].kind) == 0, "%s: the kind of %s", who,
			      n->name);
	}
}

static void expect_as_in_the_manual(const struct everybody *e)
{
	for (size_t i = 0; i < APART_ROLES; i++) {
		const char *who = apart_name((enum apart_role)i);
		struct numbers promised;

		numbers_promised(&promised, (enum apart_role)i);
		ck_assert_uint_gt(promised.n, 0);
		expect_in(&e->of[i], &promised, who, "in the manual");
		expect_in(&promised, &e->of[i], who, "shown");
	}
}

static void expect_valid(const struct everybody *e)
{
	if (access(promtool, X_OK) != 0)
		die("%s is missing: deploy/packages.sh test", promtool);
	for (size_t i = 0; i < APART_ROLES; i++) {
		CLEANUP(base_freep) char *said = NULL;
		int status;

		said = child_output((const char *[]){ promtool, "check", "metrics", NULL },
				    e->of[i].text, END_US, &status);
		ck_assert_msg(status == 0, "%s: %s", apart_name((enum apart_role)i), said);
	}
}

/* Labels are of a few kinds, and none of them tells who somebody is. */
static void expect_nobody_named(const struct everybody *e, const char *player)
{
	static const char known[] =
		" le peer kind reason system outcome provider end verdict scope version ";

	for (size_t i = 0; i < APART_ROLES; i++) {
		ck_assert_ptr_null(strcasestr(e->of[i].text, player));
		for (const char *at = e->of[i].text; (at = strstr(at, "=\"")); at += 2) {
			const char *from = at;
			char label[24];

			while (from[-1] != '{' && from[-1] != ',')
				from--;
			snprintf(label, sizeof(label), " %.*s ", (int)(at - from), from);
			ck_assert_msg(strstr(known, label), "label%s", label);
		}
	}
}

/* Phases */

enum { PHASES = 5 };

struct phase_row {
	enum apart_role role;
	const char *count;
};

static const struct phase_row phases[PHASES] = {
	{ APART_GATEWAY, "mudlark_gateway_queue_seconds_count" },
	{ APART_WORLD, "mudlark_world_inbox_seconds_count" },
	{ APART_WORLD, "mudlark_world_command_seconds_count" },
	{ APART_GATEWAY, "mudlark_gateway_line_seconds_count" },
	{ APART_GATEWAY, "mudlark_gateway_output_seconds_count" },
};

static void expect_lines(const struct everybody *e, double lines)
{
	for (size_t i = 0; i < PHASES; i++)
		ck_assert_msg(numbers_value(&e->of[phases[i].role], phases[i].count) == lines,
			      "%s is %g, not %g", phases[i].count,
			      numbers_value(&e->of[phases[i].role], phases[i].count), lines);
	ck_assert(numbers_value(&e->of[APART_GATEWAY], "mudlark_gateway_lines_total") == lines);
	ck_assert(numbers_value(&e->of[APART_WORLD], "mudlark_world_lines_total") == lines);
}

/* What happens inside of something else takes no longer than that. */
static void expect_plausible(const struct everybody *e)
{
	const struct numbers *g = &e->of[APART_GATEWAY], *w = &e->of[APART_WORLD];
	const double inbox = numbers_value(w, "mudlark_world_inbox_seconds_sum");
	const double command = numbers_value(w, "mudlark_world_command_seconds_sum");
	const double line = numbers_value(g, "mudlark_gateway_line_seconds_sum");

	ck_assert(command > 0);
	ck_assert_msg(inbox + command <= line, "%g + %g > %g", inbox, command, line);
	ck_assert(numbers_value(w, "mudlark_world_commit_seconds_count") > 0);
	ck_assert(numbers_value(w, "mudlark_world_commit_seconds_sum") >=
		  numbers_value(&e->of[APART_PERSIST], "mudlark_persist_durable_seconds_sum"));
	ck_assert(numbers_value(w, "mudlark_link_peers{peer=\"gateway\"}") == 1);
	ck_assert(numbers_value(g, "mudlark_gateway_connections_by{kind=\"telnet\"}") == 1);
}

START_TEST(the_numbers_are_those_of_the_manual_and_each_line_counts_once_in_every_phase)
{
	struct everybody e;
	struct talk wrenna;

	start_everybody(&e);
	talk_open(&wrenna, "Wrenna", e.a.telnet);
	talk_enter_new(&wrenna, "Wrenna", "some long password");
	read_numbers(&e);
	const double before = numbers_value(&e.of[APART_GATEWAY], "mudlark_gateway_lines_total");
	for (unsigned i = 0; i < 5; i++) {
		talk_line(&wrenna, "think of %u", i);
		talk_line(&wrenna, "say aloud %u", i);
	}
	talk_expect(&wrenna, "aloud 4");
	talk_expect(&wrenna, TALK_GO);
	read_numbers(&e);
	expect_as_in_the_manual(&e);
	expect_valid(&e);
	expect_nobody_named(&e, "Wrenna");
	expect_lines(&e, before + 10);
	expect_plausible(&e);
	talk_close(&wrenna);
	end_everybody(&e);
}
END_TEST

/* Values */

struct callers {
	uint16_t tls, web, web_tls;
	int console;
	struct talk telnet, secure, browser, secure_browser;
};

static void start_callers(struct callers *c, struct apart *a)
{
	static const enum apart_role roles[] = { APART_PERSIST, APART_WORLD, APART_GATEWAY };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char *dir = tmp_dir();

	*c = (struct callers){ .tls = tmp_port(), .web = tmp_port(), .web_tls = tmp_port() };
	apart_begin(a, dir, store_url(STORE_OF_SQLITE, dir));
	cast_set(&a->sets, "gateway.telnet_tls=127.0.0.1:%u", c->tls);
	cast_set(&a->sets, "gateway.web=127.0.0.1:%u", c->web);
	cast_set(&a->sets, "gateway.web_tls=127.0.0.1:%u", c->web_tls);
	cast_set(&a->sets, "gateway.console=unix:%s/console", dir);
	cast_set(&a->sets, "gateway.tls_cert=%s/cert.pem", dir);
	cast_set(&a->sets, "gateway.tls_key=%s/key.pem", dir);
	cast_set(&a->sets, "gateway.input_rate=10");
	cast_set(&a->sets, "gateway.input_burst=1");
	start_with(a, roles, ARRAY_LEN(roles));
	talk_open(&c->telnet, "telnet", a->telnet);
	talk_open_by(&c->secure, "telnets", &(struct talk_way){ .port = c->tls, .tls = true });
	talk_open_by(&c->browser, "ws", &(struct talk_way){ .port = c->web, .ws = true });
	talk_open_by(&c->secure_browser, "wss",
		     &(struct talk_way){ .port = c->web_tls, .tls = true, .ws = true });
	talk_expect(&c->telnet, "Name:");
	talk_expect(&c->secure, "Name:");
	talk_expect(&c->browser, "Name:");
	talk_expect(&c->secure_browser, "Name:");
	c->console = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/console", dir);
	must(connect(c->console, (const struct sockaddr *)&at, sizeof(at)), "connect");
	apart_expect(a, APART_GATEWAY, "/metrics", 200,
		     "\nmudlark_gateway_connections_by{kind=\"console\"} 1\n");
}

static double value_of(const struct apart *a, enum apart_role role, const char *series)
{
	struct numbers n;

	numbers_read(&n, a, role);
	const double value = numbers_value(&n, series);
	numbers_done(&n);
	return value;
}

static void expect_connections(const struct apart *a)
{
	static const char *const kinds[] = { "telnet", "telnets", "ws", "wss", "console" };
	char series[80];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		snprintf(series, sizeof(series), "mudlark_gateway_connections_by{kind=\"%s\"}",
			 kinds[i]);
		ck_assert_msg(value_of(a, APART_GATEWAY, series) == 1, "%s", series);
	}
	ck_assert(value_of(a, APART_GATEWAY, "mudlark_gateway_connections_opened_total") ==
		  ARRAY_LEN(kinds));
}

/* Of lines that come at once, each waits for those before it: a tenth of a second more than the one before. */
static void expect_queue(const struct apart *a, struct talk *t)
{
	static const char six[] = "say 1\r\nsay 2\r\nsay 3\r\nsay 4\r\nsay 5\r\nsay the last\r\n";
	const double before = value_of(a, APART_GATEWAY, "mudlark_gateway_queue_seconds_sum");

	talk_bytes(t, six, sizeof(six) - 1);
	talk_expect(t, "the last");
	const double sum = value_of(a, APART_GATEWAY, "mudlark_gateway_queue_seconds_sum") - before;
	/* The first may find one of the rate left; the last five wait 0.1 to 0.5 s. */
	ck_assert_msg(sum > 1.0, "%g", sum);
	ck_assert(value_of(a, APART_GATEWAY, "mudlark_gateway_output_seconds_sum") > 0);
}

/* A world that was stopped for longer than it catches up with has lost ticks, and knows how late it is. */
static void expect_lag(struct apart *a)
{
	apart_signal(a, APART_WORLD, SIGSTOP);
	apart_expect(a, APART_GATEWAY, "/readyz", 503, "the world is away");
	apart_signal(a, APART_WORLD, SIGCONT);
	all_are_well(a);
	ck_assert(value_of(a, APART_WORLD, "mudlark_world_ticks_lost_total") > 0);
	const uint64_t end = now_us() + END_US;
	while (value_of(a, APART_WORLD, "mudlark_world_tick_lag_seconds") <= 0)
		ck_assert_msg(now_us() < end, "no tick is ever late");
}

static void expect_breaks(struct apart *a)
{
	static const char breaks[] = "mudlark_link_breaks_total{peer=\"world\"}";
	const double before = value_of(a, APART_GATEWAY, breaks);

	apart_kill(a, APART_WORLD);
	apart_expect(a, APART_GATEWAY, "/readyz", 503, "the world is away");
	ck_assert(value_of(a, APART_GATEWAY, breaks) == before + 1);
}

START_TEST(numbers_have_the_values_of_what_happened)
{
	struct apart a;
	struct callers c;

	start_callers(&c, &a);
	expect_connections(&a);
	talk_line(&c.telnet, "guest");
	talk_expect(&c.telnet, TALK_PROMPT);
	expect_queue(&a, &c.telnet);
	expect_lag(&a);
	expect_breaks(&a);
	talk_close(&c.telnet);
	talk_close(&c.secure);
	talk_close(&c.browser);
	talk_close(&c.secure_browser);
	close(c.console);
	apart_end(&a);
}
END_TEST

/* Traces */

struct step_row {
	enum apart_role role;
	const char *event;
};

static const struct step_row steps[] = {
	{ APART_GATEWAY, "line_taken" },   { APART_GATEWAY, "line_sent" },
	{ APART_WORLD, "line_runs" },	   { APART_WORLD, "line_issued" },
	{ APART_PERSIST, "line_durable" }, { APART_WORLD, "line_released" },
	{ APART_GATEWAY, "line_done" },	   { APART_GATEWAY, "line_output" },
};

/* The trace of the last line that was taken. */
static void last_trace(const struct apart *a, char ret[32])
{
	CLEANUP(base_freep) char *log = apart_log(a, APART_GATEWAY);
	const char *last = NULL;

	for (const char *at = log; (at = strstr(at, "event=line_taken ")); at++)
		last = at;
	ck_assert_ptr_nonnull(last);
	ck_assert_int_eq(sscanf(last, "event=line_taken %31s", ret), 1);
}

/* How often this step of the line is in the log. */
static unsigned count_step(const struct apart *a, const struct step_row *step, const char *trace)
{
	CLEANUP(base_freep) char *log = apart_log(a, step->role);
	char text[80];
	unsigned n = 0;

	snprintf(text, sizeof(text), "event=%s %s ", step->event, trace);
	for (const char *at = log; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void follow(const struct apart *a, bool has_effect)
{
	char trace[32], last[80];

	last_trace(a, trace);
	snprintf(last, sizeof(last), "event=line_output %s ", trace);
	ck_assert(child_says(&a->child[APART_GATEWAY], last, END_US));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		const bool is_stored = strcmp(steps[i].event, "line_issued") == 0 ||
				       strcmp(steps[i].event, "line_durable") == 0;

		ck_assert_msg(count_step(a, &steps[i], trace) == (!is_stored || has_effect),
			      "%s of %s", steps[i].event, trace);
	}
}

START_TEST(a_typed_line_is_followed_from_the_keystroke_to_the_commit_and_to_the_output)
{
	static const enum apart_role roles[] = { APART_PERSIST, APART_WORLD, APART_GATEWAY };
	char *dir = tmp_dir();
	struct apart a;
	struct talk t;

	apart_begin(&a, dir, store_url(STORE_OF_SQLITE, dir));
	cast_set(&a.sets, "log.level=debug");
	start_with(&a, roles, ARRAY_LEN(roles));
	talk_open(&t, "guest", a.telnet);
	talk_enter_guest(&t);
	talk_line(&t, "up");
	talk_expect(&t, TALK_PROMPT);
	follow(&a, true);
	talk_line(&t, "think of it");
	talk_expect(&t, TALK_PROMPT);
	follow(&a, false);
	talk_close(&t);
	apart_end(&a);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_database_that_is_gone_or_hangs_is_told_of_by_those_who_need_it, 1 },
		{ who_misses_something_says_what_and_who_is_back_says_so, 1 },
		{ the_numbers_are_those_of_the_manual_and_each_line_counts_once_in_every_phase, 1 },
		{ numbers_have_the_values_of_what_happened, 1 },
		{ a_typed_line_is_followed_from_the_keystroke_to_the_commit_and_to_the_output, 1 },
	};

	return suite_together("watch", 60, tests, ARRAY_LEN(tests));
}
