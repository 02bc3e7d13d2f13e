/*
 * test_dashboards.c - a real Prometheus looks at a real game: every expression of every dashboard and of every alert
 * is asked, none is refused, all have something to show, and none of the alerts fires.
 *
 * A name that no process has, or labels that do not go together, would be silence that looks like health.
 */
#include <ctype.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/buf.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/fake_ai.h"
#include "tests/support/fake_discord.h"
#include "tests/support/mud.h"
#include "tests/support/prometheus.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { PROCESSES = 7, NAME_BYTES = 100, SCRAPES = 3 };

#define BOARDS "deploy/watch/grafana/dashboards/*.json"

struct process_row {
	const char *option; /* of its address */
	uint16_t documented;
};

static const struct process_row processes[PROCESSES] = {
	{ "gateway.metrics", 9101 }, { "world.metrics", 9102 }, { "persist.metrics", 9103 },
	{ "ai.metrics", 9104 },	     { "irc.metrics", 9105 },	{ "discord.metrics", 9106 },
	{ "rss.metrics", 9107 },
};

struct scene {
	struct mud mud;
	struct fake_ai ai;
	struct fake_discord discord;
	struct prometheus prometheus;
	struct prometheus_port ports[PROCESSES];
	json_t *names; /* of every series there is */
};

/* The game */

static char *write_config(const struct scene *s, const char *dir)
{
	char *path = tmp_path(dir, "mudlark.yaml");
	struct buf text = { 0 };

	buf_addf(&text,
		 "ai: { provider: anthropic, model: fake-1, url: \"http://127.0.0.1:%u\", "
		 "key_file: %s, prices: [ fake-1=1.00/5.00 ], budgets: [ all 20.00, day 2.00 ] }\n",
		 s->ai.port, s->ai.key_file);
	buf_addf(&text, "discord: { token_file: %s, api_url: %s, gateway_url: %s }\n",
		 s->discord.token_file, s->discord.api_url, s->discord.gateway_url);
	/* Nobody is there. */
	buf_addf(&text,
		 "irc: { host: 127.0.0.1, port: %u, tls: false, channels: [ \"#mud = chat\" ] }\n",
		 tmp_port());
	buf_addf(&text, "rss: { listen: \"127.0.0.1:%u\" }\n", tmp_port());
	buf_addc(&text, '\0');
	tmp_write(path, buf_p(&text));
	buf_done(&text);
	return path;
}

static void start_game(struct scene *s, const char *dir)
{
	CLEANUP(base_freep) char *config = write_config(s, dir);
	char sets[PROCESSES][64];
	const char *list[PROCESSES + 1] = { 0 };

	for (size_t i = 0; i < PROCESSES; i++) {
		s->ports[i].documented = processes[i].documented;
		s->ports[i].real = tmp_port();
		snprintf(sets[i], sizeof(sets[i]), "%s=127.0.0.1:%u", processes[i].option,
			 s->ports[i].real);
		list[i] = sets[i];
	}
	mud_start(&s->mud, &(struct mud_conf){ .sets = list, .config = config, .tls = true });
}

static void play(struct scene *s)
{
	struct talk ana, ben;

	talk_open(&ana, "Ana", s->mud.telnet);
	talk_enter_new(&ana, "Ana", "some long password");
	ck_assert(talk_try_by(&ben, "Ben",
			      &(struct talk_way){ .port = s->mud.telnet_tls, .tls = true }));
	talk_enter_guest(&ben);
	talk_line(&ana, "say hello");
	talk_expect(&ben, "hello");
	talk_line(&ana, "get penny");
	talk_expect(&ana, TALK_PROMPT);
	talk_line(&ana, "drop penny");
	talk_expect(&ana, TALK_PROMPT);
	talk_line(&ana, "chat is anybody outside");
	talk_expect(&ben, "is anybody outside");
	talk_line(&ana, "ask jem about the moon");
	fake_ai_reach(&s->ai, "answered", 1);
	talk_close(&ben);
	talk_close(&ana);
}

static void open_scene(struct scene *s)
{
	CLEANUP(base_freep) char *dir = tmp_dir();
	char scraped[120];

	*s = (struct scene){ 0 };
	fake_ai_start(&s->ai, dir);
	fake_discord_start(&s->discord, dir);
	start_game(s, dir);
	prometheus_start(&s->prometheus, s->ports, PROCESSES);
	prometheus_wait(&s->prometheus, "sum(up{job=\"mudlark\"})", PROCESSES);
	play(s);
	prometheus_wait(&s->prometheus, "sum(mudlark_aibridge_asks_total)", 1);
	/* Rates need more than one look. */
	snprintf(scraped, sizeof(scraped), "min(count_over_time(up[1m])) - %g",
		 prometheus_value(&s->prometheus, "max(count_over_time(up[1m]))"));
	prometheus_wait(&s->prometheus, scraped, SCRAPES);
}

static void close_scene(struct scene *s)
{
	json_decref(s->names);
	prometheus_stop(&s->prometheus);
	ck_assert_int_eq(mud_stop(&s->mud), 0);
	fake_discord_stop(&s->discord);
	fake_ai_stop(&s->ai);
}

/* Expressions */

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_known(const struct scene *s, const char *name)
{
	const json_t *value;
	size_t i;

	json_array_foreach(s->names, i,
			   value) if (strcmp(json_string_value(value), name) == 0) return true;
	return false;
}

/* Is this the name of a number, and not of a function or a label? */
static bool is_number_name(const char *name)
{
	return strncmp(name, "mudlark_", 8) == 0 || strncmp(name, "process_", 8) == 0 ||
	       strncmp(name, "prometheus_", 11) == 0;
}

/* The first name in an expression that no process has; false: there is none. */
static bool find_unknown(const struct scene *s, const char *expr, char ret[NAME_BYTES])
{
	while (*expr) {
		size_t n = 0;

		while (is_name_char(expr[n]))
			n++;
		snprintf(ret, NAME_BYTES, "%.*s", (int)n, expr);
		if (n > 0 && is_number_name(ret) && !is_known(s, ret))
			return true;
		expr += n ? n : 1;
	}
	return false;
}

/* What an expression shows: something, nothing, or no number at all. */
static const char *complaint(const json_t *vector)
{
	const json_t *sample;
	size_t i;

	if (json_array_size(vector) == 0)
		return "has nothing to show";
	json_array_foreach((json_t *)vector, i, sample)
	{
		const json_t *value = json_array_get(json_object_get(sample, "value"), 1);

		if (!isfinite(strtod(json_string_value(value), NULL)))
			return "has no number to show";
	}
	return NULL;
}

/* How many complaints there are. */
static unsigned look_at(const struct scene *s, const char *where, const char *expr)
{
	CLEANUP(base_freep) char *refused = NULL;
	json_t *vector = prometheus_query(&s->prometheus, expr, &refused);
	const char *why = vector ? complaint(vector) : refused;
	char unknown[NAME_BYTES];
	bool has_unknown = find_unknown(s, expr, unknown);

	if (has_unknown)
		fprintf(stderr, "%s: nobody has %s\n", where, unknown);
	else if (why)
		fprintf(stderr, "%s: %s: %s\n", where, expr, why);
	json_decref(vector);
	return has_unknown || why;
}

/* Dashboards */

static unsigned look_at_panel(const struct scene *s, const char *board, const json_t *panel)
{
	const json_t *targets = json_object_get(panel, "targets"), *target;
	unsigned complaints = 0;
	char where[200];
	size_t i;

	snprintf(where, sizeof(where), "%s, %s", board,
		 json_string_value(json_object_get(panel, "title")));
	ck_assert_msg(json_array_size(targets) > 0, "%s has no expression", where);
	json_array_foreach(targets, i, target) complaints +=
		look_at(s, where, json_string_value(json_object_get(target, "expr")));
	return complaints;
}

static unsigned look_at_board(const struct scene *s, const char *path)
{
	json_error_t error;
	json_t *board = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	const json_t *panel;
	unsigned complaints = 0;
	size_t i;

	if (!board)
		die("%s:%d: %s", path, error.line, error.text);
	json_array_foreach(json_object_get(board, "panels"), i, panel) complaints +=
		look_at_panel(s, path, panel);
	json_decref(board);
	return complaints;
}

static void boards_have_something_to_show(const struct scene *s)
{
	unsigned complaints = 0;
	glob_t found;

	ck_assert_int_eq(glob(BOARDS, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		complaints += look_at_board(s, found.gl_pathv[i]);
	globfree(&found);
	ck_assert_uint_eq(complaints, 0);
}

/* Alerts */

/* Comparisons say yes or no instead of leaving out what is well; freed by the caller. */
static char *without_filter(const char *query)
{
	static const char *const signs[] = { " == ", " > ", " >= ", " < ", " <= " };
	struct buf out = { 0 };
	char *text;

	while (*query) {
		size_t n = 1;

		for (size_t i = 0; i < ARRAY_LEN(signs); i++)
			if (strncmp(query, signs[i], strlen(signs[i])) == 0)
				n = strlen(signs[i]);
		buf_add(&out, query, n);
		if (n > 1)
			buf_adds(&out, "bool ");
		query += n;
	}
	text = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return text;
}

/* Where nobody is missing there is nothing to show. */
static bool is_of_absence(const char *query)
{
	return strncmp(query, "absent(", 7) == 0 || strstr(query, " unless ");
}

static unsigned look_at_alert(const struct scene *s, const json_t *rule)
{
	const char *name = json_string_value(json_object_get(rule, "name"));
	const char *query = json_string_value(json_object_get(rule, "query"));
	const char *state = json_string_value(json_object_get(rule, "state"));
	const char *health = json_string_value(json_object_get(rule, "health"));
	CLEANUP(base_freep) char *open = without_filter(query);

	ck_assert_msg(strcmp(health, "ok") == 0, "%s is %s", name, health);
	ck_assert_msg(strcmp(state, "firing") != 0, "%s fires", name);
	return is_of_absence(query) ? 0 : look_at(s, name, open);
}

static void alerts_know_what_they_look_at(const struct scene *s)
{
	CLEANUP(base_freep) char *why = NULL;
	json_t *all = prometheus_api(&s->prometheus, "rules", &why);
	const json_t *group, *rule;
	unsigned complaints = 0, alerts = 0;
	size_t i, j;

	json_array_foreach(json_object_get(all, "groups"), i, group)
	{
		json_array_foreach(json_object_get(group, "rules"), j, rule)
		{
			complaints += look_at_alert(s, rule);
			alerts++;
		}
	}
	json_decref(all);
	ck_assert_uint_eq(complaints, 0);
	ck_assert_uint_gt(alerts, 0);
}

START_TEST(dashboards_and_alerts_find_what_they_ask_for_in_a_game_where_all_is_well)
{
	CLEANUP(base_freep) char *why = NULL;
	struct scene s;

	open_scene(&s);
	s.names = prometheus_api(&s.prometheus, "label/__name__/values", &why);
	ck_assert_msg(s.names, "%s", why);
	boards_have_something_to_show(&s);
	alerts_know_what_they_look_at(&s);
	close_scene(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ dashboards_and_alerts_find_what_they_ask_for_in_a_game_where_all_is_well, 1 },
	};

	if (access(PROMETHEUS, X_OK) < 0) {
		printf("skipped: %s is not there\n", PROMETHEUS);
		return EXIT_SUCCESS;
	}
	return suite_main("dashboards", 120, tests, ARRAY_LEN(tests));
}
