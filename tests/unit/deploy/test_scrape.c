/* Reading what a process shows at /metrics, also when it is not what it should be. */
#include "deploy/scrape.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rt/buf.h"
#include "rt/metric.h"
#include "rt/rand.h"

static struct scrape read_text(const char *text)
{
	struct scrape s;
	scrape_read(&s, (struct span){ text, strlen(text) });
	return s;
}

static double quantile_of(const struct scrape *s, const char *name, double q)
{
	struct scrape_hist h;
	scrape_hist(s, name, &h);
	return scrape_quantile(&h, q);
}

START_TEST(samples_are_found_by_name_and_label)
{
	struct scrape s = read_text("# HELP a help\n# TYPE a gauge\na 1.5\n"
				    "b{kind=\"x\",other=\"q\\\"}z\"} 2 1700000000\n"
				    "b{kind=\"y\"} 3\r\n\n  c\t+Inf\n");
	char label[16];
	ck_assert_uint_eq(s.n, 4);
	ck_assert_uint_eq(s.bad, 0);
	ck_assert_double_eq(scrape_value(&s, "a"), 1.5);
	ck_assert_double_eq(scrape_value_of(&s, "b", "kind", "y"), 3);
	ck_assert_double_eq(scrape_sum(&s, "b"), 5);
	ck_assert(isinf(scrape_value(&s, "c")));
	ck_assert(isnan(scrape_value(&s, "nothing")));
	ck_assert(isnan(scrape_value_of(&s, "b", "kind", "z")));
	ck_assert(scrape_label(scrape_next(&s, "b", NULL), "other", label, sizeof(label)));
	ck_assert_str_eq(label, "q\"}z");
	ck_assert(scrape_label(scrape_next(&s, "b", NULL), "other", label, 2));
	ck_assert_str_eq(label, "q");
	ck_assert(scrape_has(&s, "b"));
	ck_assert(!scrape_has(&s, "bb"));
	scrape_done(&s);
}
END_TEST

START_TEST(lines_that_are_no_samples_are_counted_and_skipped)
{
	static const char *const bad[] = {
		"9a 1",	   "a",		  "a{ 1",	    "a{x=\"} 1",  "a one",    "a 1 two",
		"a 1 2 3", "{x=\"y\"} 1", "a{x=\"y\\\"} 1", "a{x=\"y\"}", "\xff\xfe", "a 1.2.3.4",
	};
	struct buf text = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		buf_addf(&text, "%s\n", bad[i]);
	buf_adds(&text, "good 7\ncut_off 12");
	struct scrape s;
	scrape_read(&s, buf_span(&text));
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(s.bad, ARRAY_LEN(bad) + 1);
	ck_assert_double_eq(scrape_value(&s, "good"), 7);
	scrape_done(&s);
	buf_done(&text);
}
END_TEST

START_TEST(labels_that_are_broken_are_not_there)
{
	struct scrape s =
		read_text("a{x} 1\na{=\"y\"} 1\na{x=y} 1\na{,,,} 1\na{x=\"1\" y=\"2\"} 1\n");
	const struct scrape_sample *m = NULL;
	char label[16];
	unsigned found = 0;
	while ((m = scrape_next(&s, "a", m)))
		found += scrape_label(m, "y", label, sizeof(label));
	ck_assert_uint_eq(found, 1);
	scrape_done(&s);
}
END_TEST

START_TEST(too_many_samples_are_not_kept)
{
	struct buf text = { 0 };
	for (int i = 0; i < SCRAPE_SAMPLES + 5; i++)
		buf_addf(&text, "a{i=\"%d\"} 1\n", i);
	struct scrape s;
	scrape_read(&s, buf_span(&text));
	ck_assert_uint_eq(s.n, SCRAPE_SAMPLES);
	ck_assert_uint_eq(s.bad, 5);
	scrape_done(&s);
	buf_done(&text);
}
END_TEST

START_TEST(it_reads_what_our_processes_write)
{
	struct metric m[] = {
		{ .name = "w_seconds{system=\"a\"}", .help = "h", .kind = METRIC_HISTOGRAM },
		{ .name = "w_seconds{system=\"b\"}", .help = "h", .kind = METRIC_HISTOGRAM },
		{ .name = "g", .help = "h", .kind = METRIC_GAUGE, .value = NAN },
	};
	struct buf text = { 0 };
	for (int i = 0; i < 98; i++)
		metric_observe_us(&m[0], 150);
	metric_observe_us(&m[1], 90000);
	metric_observe_us(&m[1], 90000000);
	metric_text(m, ARRAY_LEN(m), &text);
	struct scrape s;
	scrape_read(&s, buf_span(&text));
	ck_assert_uint_eq(s.bad, 0);
	ck_assert(isnan(scrape_value(&s, "g")));
	const double middle = quantile_of(&s, "w_seconds", 0.5);
	ck_assert(middle > 0.0001 && middle <= 0.0002);
	const double p99 = quantile_of(&s, "w_seconds", 0.99);
	ck_assert(p99 > 0.0512 && p99 <= 0.1024);
	/* Above the last bound nothing more is known. */
	ck_assert_double_eq_tol(quantile_of(&s, "w_seconds", 0.999), 1.6384, 1e-9);
	scrape_done(&s);
	buf_done(&text);
}
END_TEST

START_TEST(a_difference_is_what_came_in_between)
{
	struct scrape old = read_text(
		"h_bucket{le=\"1\"} 10\nh_bucket{le=\"2\"} 10\nh_bucket{le=\"+Inf\"} 10\n");
	struct scrape now = read_text(
		"h_bucket{le=\"1\"} 10\nh_bucket{le=\"2\"} 14\nh_bucket{le=\"+Inf\"} 14\n");
	struct scrape_hist a, b, again;
	scrape_hist(&old, "h", &a);
	scrape_hist(&now, "h", &b);
	again = a;
	scrape_hist_since(&again, &b);
	ck_assert_double_eq(scrape_hist_count(&again), 10); /* started anew: fewer than before */
	scrape_hist_since(&b, &a);
	ck_assert_double_eq(scrape_hist_count(&b), 4);
	ck_assert_double_eq(scrape_quantile(&b, 0.5), 1.5);
	scrape_hist_add(&b, &a);
	ck_assert_double_eq(scrape_hist_count(&b), 14);
	scrape_done(&old);
	scrape_done(&now);
}
END_TEST

START_TEST(a_histogram_of_nonsense_says_nothing)
{
	struct buf text = { 0 };
	buf_adds(&text,
		 "h_bucket{le=\"1\"} NaN\nh_bucket{le=\"2\"} -4\nh_bucket{le=\"3\"} +Inf\n"
		 "h_bucket{le=\"NaN\"} 1\nh_bucket{le=\"\"} 1\nh_bucket{le=\"x\"} 1\nh_bucket 1\n");
	for (int i = 0; i < SCRAPE_BUCKETS * 2; i++)
		buf_addf(&text, "k_bucket{le=\"%d\"} %d\n", i % 2 ? i : -i, 1000 - i);
	struct scrape s;
	struct scrape_hist h;
	scrape_read(&s, buf_span(&text));
	ck_assert(isnan(quantile_of(&s, "h", 0.5)));
	scrape_hist(&s, "k", &h);
	ck_assert_uint_eq(h.n, SCRAPE_BUCKETS);
	ck_assert(!isnan(scrape_quantile(&h, 0.99)));
	ck_assert(isnan(quantile_of(&s, "nothing", 0.5)));
	scrape_done(&s);
	buf_done(&text);
}
END_TEST

/* Bytes of the format in any order, cut anywhere: nothing is read outside of the text. */
START_TEST(any_bytes_at_all_are_survived)
{
	static const char parts[] = "ab_{}=\"\\, \t\n\n#1.eE+-NaInf\xff\0";
	struct rng r;
	rng_seed(&r, (uint64_t)_i + 1);
	for (int round = 0; round < 400; round++) {
		char text[200], label[8];
		const size_t n = rng_below(&r, sizeof(text));
		for (size_t i = 0; i < n; i++)
			text[i] = parts[rng_below(&r, sizeof(parts))];
		struct scrape s;
		struct scrape_hist h;
		scrape_read(&s, (struct span){ text, n });
		for (size_t i = 0; i < s.n; i++)
			(void)scrape_label(&s.samples[i], "a", label, sizeof(label));
		scrape_hist(&s, "a", &h);
		ck_assert_uint_le(s.n + s.bad, n + 1);
		scrape_done(&s);
	}
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("scrape");
	tcase_add_test(c, samples_are_found_by_name_and_label);
	tcase_add_test(c, lines_that_are_no_samples_are_counted_and_skipped);
	tcase_add_test(c, labels_that_are_broken_are_not_there);
	tcase_add_test(c, too_many_samples_are_not_kept);
	tcase_add_test(c, it_reads_what_our_processes_write);
	tcase_add_test(c, a_difference_is_what_came_in_between);
	tcase_add_test(c, a_histogram_of_nonsense_says_nothing);
	tcase_add_loop_test(c, any_bytes_at_all_are_survived, 0, 8);
	Suite *s = suite_create("scrape");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
