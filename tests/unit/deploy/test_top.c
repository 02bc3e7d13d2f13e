/* What `mudlark top` makes of numbers: on a screen, as JSON, and when they are missing or mad. */
#include "deploy/top_json.h"
#include "deploy/top_text.h"

#include <check.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"

static const char gateway_then[] = "mudlark_build_info{version=\"1.2.3\"} 1\n"
				   "process_cpu_seconds_total 10\nprocess_open_fds 30\n"
				   "process_resident_memory_bytes 12582912\n"
				   "mudlark_gateway_sessions 2\nmudlark_gateway_lines_total 100\n"
				   "mudlark_gateway_line_seconds_bucket{le=\"0.1\"} 50\n"
				   "mudlark_gateway_line_seconds_bucket{le=\"+Inf\"} 50\n";
static const char gateway_now[] = "mudlark_build_info{version=\"1.2.3\"} 1\n"
				  "process_cpu_seconds_total 10.5\nprocess_open_fds 31\n"
				  "process_resident_memory_bytes 12582912\n"
				  "mudlark_gateway_sessions 3\nmudlark_gateway_connections 4\n"
				  "mudlark_gateway_connections_by{kind=\"telnet\"} 3\n"
				  "mudlark_gateway_connections_by{kind=\"wss\"} 1\n"
				  "mudlark_gateway_lines_total 140\n"
				  "mudlark_gateway_line_seconds_bucket{le=\"0.1\"} 90\n"
				  "mudlark_gateway_line_seconds_bucket{le=\"+Inf\"} 90\n"
				  "mudlark_link_peers{peer=\"world\"} 1\n"
				  "mudlark_link_window_records{peer=\"world\"} 8192\n"
				  "mudlark_link_lag_seconds{peer=\"world\"} 0.0025\n"
				  "mudlark_link_peers{peer=\"ops\"} 0\n";
static const char world_now[] = "mudlark_world_players 3\nmudlark_world_epoch 7\n"
				"mudlark_world_batch_durable 1234\nmudlark_world_store_stalled 1\n";
static const char minds[] = "mudlark_aibridge_budget_spent_ratio{scope=\"day\"} 0.25\n"
			    "mudlark_aibridge_budget_spent_ratio{scope=\"all\"} NaN\n";

static struct watch_target *add(struct watch *w, const char *name)
{
	ck_assert_int_eq(watch_add(w, name, "unix:/x"), 0);
	struct watch_target *t = watch_find(w, name);
	t->ready = 200;
	return t;
}

static void show(struct watch_target *t, uint64_t at_us, const char *text)
{
	t->shots[t->n].at_us = at_us;
	scrape_read(&t->shots[t->n++].scrape, (struct span){ text, strlen(text) });
}

static void forget(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		for (size_t k = 0; k < w->targets[i]->n; k++)
			scrape_done(&w->targets[i]->shots[k].scrape);
		free(w->targets[i]);
	}
}

/* Two gateways, a world, an aibridge, and a persist that is gone. */
static void stage(struct watch *w)
{
	*w = (struct watch){ 0 };
	struct watch_target *persist = add(w, "persist");
	persist->r = -ECONNREFUSED;
	show(add(w, "world"), 1000000, world_now);
	struct watch_target *gateway = add(w, "gateway"), *east = add(w, "east");
	show(gateway, 1000000, gateway_then);
	show(gateway, 3000000, gateway_now);
	show(east, 3000000, gateway_now);
	show(add(w, "aibridge"), 1000000, minds);
	east->ready = 503;
	snprintf(east->why, sizeof(east->why), "the world is away");
}

static char *text_of(const struct watch *w, const struct top_paper *p)
{
	static struct top_model m; /* large */
	struct buf out = { 0 };
	top_model(&m, w, NULL, 0);
	top_text(&m, p, "12:34:56", &out);
	char *text = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return text;
}

START_TEST(rates_are_differences_and_sums_are_over_all_gateways)
{
	static struct top_model m;
	struct watch w;
	stage(&w);
	top_model(&m, &w, NULL, 0);
	ck_assert_uint_eq(m.n_processes, 5);
	ck_assert_uint_eq(m.n_well, 3);
	ck_assert_str_eq(m.processes[0].state, "down");
	ck_assert_str_eq(m.processes[0].kind, "persist");
	ck_assert_str_eq(m.processes[3].kind, "gateway");
	ck_assert_str_eq(m.processes[3].state, "degraded");
	ck_assert_str_eq(m.processes[2].version, "1.2.3");
	ck_assert_double_eq(m.processes[2].cpu_percent, 25);
	ck_assert(isnan(m.processes[3].cpu_percent));
	ck_assert_double_eq(m.sessions, 6);
	ck_assert_double_eq(m.connections, 8);
	ck_assert_double_eq(m.lines, 20);
	ck_assert_double_eq(m.gateways[0].by[3], 1);
	ck_assert(isnan(m.gateways[0].by[1]));
	ck_assert_double_eq(m.phases[TOP_PHASES - 1].rate, 20);
	ck_assert_double_eq(m.phases[TOP_PHASES - 1].p50, 0.05);
	ck_assert(isnan(m.phases[0].p99));
	ck_assert_double_eq(m.players, 3);
	ck_assert(isnan(m.ticks));
	ck_assert_uint_eq(m.n_links, 4);
	ck_assert_uint_eq(m.n_budgets, 2);
	forget(&w);
}
END_TEST

START_TEST(what_a_supervisor_knows_is_added)
{
	static struct top_model m;
	struct watch w;
	const struct known known[] = {
		{ .name = "persist", .state = "waiting", .restarts = 4 },
		{ .name = "gateway", .state = "ready", .pid = 77, .ms = 5000 },
	};
	stage(&w);
	top_model(&m, &w, known, ARRAY_LEN(known));
	ck_assert_str_eq(m.processes[0].state, "waiting");
	ck_assert_int_eq(m.processes[0].restarts, 4);
	ck_assert_int_eq(m.processes[2].pid, 77);
	ck_assert_double_eq(m.processes[2].uptime_s, 5);
	ck_assert_int_eq(m.processes[3].pid, -1);
	forget(&w);
}
END_TEST

START_TEST(the_text_says_what_an_operator_looks_for)
{
	static const char *const wanted[] = {
		"12:34:56   5 processes, 2 NOT READY   3 players, 20.0 lines/s",
		"persist      down",
		"    nobody is there\n",
		"east         degraded",
		"    the world is away\n",
		"gateway            3     4       3       -       -       1       -    20.0",
		"all                6     8       6",
		"STALLED",
		"epoch 7, durable up to batch 1234",
		"budgets spent: day 25.0 %\n",
		"gateway      world         1",
		"2.5ms",
	};
	struct watch w;
	stage(&w);
	CLEANUP(base_freep) char *text = text_of(&w, &(struct top_paper){ 0 });
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		ck_assert_msg(strstr(text, wanted[i]) != NULL, "no '%s' in:\n%s", wanted[i], text);
	ck_assert_ptr_null(strstr(text, "ops"));
	ck_assert_ptr_null(strstr(text, "nan"));
	ck_assert_ptr_null(strchr(text, '\033'));
	forget(&w);
}
END_TEST

/* Each line within the columns, all of them within the rows. */
static void check_fits(const char *text, size_t columns, size_t rows)
{
	size_t n = 0;
	for (const char *newline; (newline = strchr(text, '\n')); text = newline + 1, n++)
		ck_assert_uint_le(text_columns((struct span){ text, (size_t)(newline - text) }),
				  columns);
	ck_assert_uint_le(n, rows);
	ck_assert_uint_gt(n, 0);
}

START_TEST(it_fits_on_any_screen)
{
	static const size_t sizes[][2] = {
		{ 80, 24 }, { 100, 40 }, { 40, 10 }, { 7, 3 }, { 1, 1 }
	};
	struct watch w;
	stage(&w);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const struct top_paper paper = { sizes[i][0], sizes[i][1], false };
		CLEANUP(base_freep) char *text = text_of(&w, &paper);
		check_fits(text, sizes[i][0], sizes[i][1]);
	}
	CLEANUP(base_freep) char *cut = text_of(&w, &(struct top_paper){ 80, 10, false });
	ck_assert_ptr_nonnull(strstr(cut, " lines more, on a larger screen\n"));
	CLEANUP(base_freep) char *whole = text_of(&w, &(struct top_paper){ 80, 24, false });
	ck_assert_ptr_null(strstr(whole, "lines more"));
	forget(&w);
}
END_TEST

/* Nothing of it is cut on the usual terminal. */
static void check_width(const struct watch *w)
{
	CLEANUP(base_freep) char *whole = text_of(w, &(struct top_paper){ 0 });
	check_fits(whole, 80, 100);
}

START_TEST(every_column_is_there_at_eighty)
{
	struct watch w;
	stage(&w);
	check_width(&w);
	forget(&w);
}
END_TEST

START_TEST(numbers_that_cannot_be_do_not_move_the_columns)
{
	static const char *const values[] = { "1e308", "-1e308", "99999", "1e10", "123456789" };
	static const char *const names[] = {
		"mudlark_gateway_sessions",
		"mudlark_gateway_connections",
		"mudlark_gateway_connections_by{kind=\"wss\"}",
		"process_resident_memory_bytes",
		"process_open_fds",
		"process_start_time_seconds",
		"mudlark_world_players",
		"mudlark_world_tick_lag_seconds",
		"mudlark_world_batches_waiting",
		"mudlark_world_ticks_over_budget_total",
		"mudlark_world_epoch",
		"mudlark_world_batch_durable",
		"mudlark_link_peers{peer=\"world\"}",
		"mudlark_link_unacked_records{peer=\"world\"}",
		"mudlark_link_unacked_bytes{peer=\"world\"}",
		"mudlark_link_lag_seconds{peer=\"world\"}",
	};
	for (size_t v = 0; v < ARRAY_LEN(values); v++) {
		struct watch w = { 0 };
		struct buf text = { 0 };
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			buf_addf(&text, "%s %s\n", names[i], values[v]);
		buf_addc(&text, '\0');
		show(add(&w, "world"), 1, buf_p(&text));
		show(add(&w, "gateway"), 1, "mudlark_gateway_sessions 1\n");
		check_width(&w);
		buf_done(&text);
		forget(&w);
	}
}
END_TEST

START_TEST(before_the_first_answers_nobody_is_called_silent)
{
	static struct top_model m;
	struct watch w = { 0 };
	struct buf out = { 0 };
	add(&w, "world");
	add(&w, "gateway");
	top_model(&m, &w, NULL, 0);
	m.asking = true;
	top_text(&m, &(struct top_paper){ 0 }, "12:34:56", &out);
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out), "mudlark top  12:34:56   2 processes, asking them ...\n");
	buf_done(&out);
	forget(&w);
}
END_TEST

START_TEST(words_of_strangers_do_no_harm)
{
	struct watch w = { 0 };
	struct watch_target *t = add(&w, "stranger");
	show(t, 1,
	     "mudlark_build_info{version=\"\033]0;own\007\"} 1\nmudlark_gateway_sessions 1e308\n"
	     "mudlark_gateway_connections -1e300\nprocess_resident_memory_bytes 1e300\n"
	     "process_open_fds NaN\nprocess_start_time_seconds -1e18\n"
	     "mudlark_link_peers{peer=\"\033[2J\"} 1\n"
	     "mudlark_aibridge_budget_spent_ratio{scope=\"\033[2J\"} 1e30\n");
	CLEANUP(base_freep) char *text = text_of(&w, &(struct top_paper){ 80, 24, false });
	ck_assert_ptr_null(strchr(text, '\033'));
	check_fits(text, 80, 24);
	forget(&w);
}
END_TEST

/* Braces and quotes in balance, and nothing in it that JSON does not know. */
static void check_json(const char *text)
{
	int depth = 0;
	bool quoted = false;
	for (; *text; text++) {
		if (quoted && *text == '\\' && text[1])
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (!quoted)
			depth += (*text == '{' || *text == '[') - (*text == '}' || *text == ']');
		ck_assert_int_ge(depth, 0);
	}
	ck_assert_int_eq(depth, 0);
	ck_assert(!quoted);
}

START_TEST(as_json_what_is_not_known_is_null)
{
	static const char *const wanted[] = {
		"{\"unix_ms\":5000,\"players\":3,\"sessions\":6,\"connections\":8,",
		"{\"process\":\"persist\",\"kind\":\"persist\",\"state\":\"down\",",
		"\"cpu_percent\":25,",
		"\"telnets\":null",
		"\"epoch\":7",
		"{\"phase\":\"line\",\"per_second\":20,\"p50_seconds\":0.05,",
		"{\"scope\":\"all\",\"spent_ratio\":null}",
	};
	static struct top_model m;
	struct watch w;
	struct buf out = { 0 };
	stage(&w);
	top_model(&m, &w, NULL, 0);
	top_json(&m, 5000, &out);
	CLEANUP(base_freep) char *text = base_dup(buf_p(&out), out.n);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		ck_assert_msg(strstr(text, wanted[i]) != NULL, "no '%s' in:\n%s", wanted[i], text);
	ck_assert_ptr_null(strstr(text, "nan"));
	check_json(text);
	buf_reset(&out);
	top_json_numbers(watch_find(&w, "world"), &out);
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out), "{\"players\":3,\"epoch\":7,\"batch\":1234,\"stalled\":1}");
	buf_reset(&out);
	top_json_numbers(watch_find(&w, "persist"), &out);
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out), "null");
	buf_done(&out);
	forget(&w);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("top");
	tcase_add_test(c, rates_are_differences_and_sums_are_over_all_gateways);
	tcase_add_test(c, what_a_supervisor_knows_is_added);
	tcase_add_test(c, the_text_says_what_an_operator_looks_for);
	tcase_add_test(c, it_fits_on_any_screen);
	tcase_add_test(c, every_column_is_there_at_eighty);
	tcase_add_test(c, numbers_that_cannot_be_do_not_move_the_columns);
	tcase_add_test(c, before_the_first_answers_nobody_is_called_silent);
	tcase_add_test(c, words_of_strangers_do_no_harm);
	tcase_add_test(c, as_json_what_is_not_known_is_null);
	Suite *s = suite_create("top");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
