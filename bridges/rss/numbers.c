/*
 * numbers.c - see numbers.h.
 */
#include "bridges/rss/numbers.h"

static struct metric numbers[RSS_NUMBERS] = {
	[READER_POLLS] = { .name = "mudlark_rss_polls_total",
			   .help = "Answers of feeds, of whatever kind.",
			   .kind = METRIC_COUNTER },
	[READER_SAME] = { .name = "mudlark_rss_not_modified_total",
			  .help = "Feeds that had not changed.",
			  .kind = METRIC_COUNTER },
	[READER_FAILURES] = { .name = "mudlark_rss_failures_total",
			      .help = "Feeds that could not be read.",
			      .kind = METRIC_COUNTER },
	[READER_REFUSED] = { .name = "mudlark_rss_refused_total",
			     .help = "Feeds that led to where they may not.",
			     .kind = METRIC_COUNTER },
	[READER_ITEMS] = { .name = "mudlark_rss_items_total",
			   .help = "Items told in the game.",
			   .kind = METRIC_COUNTER },
	[READER_LEFT_OUT] = { .name = "mudlark_rss_items_left_out_total",
			      .help = "New items beyond what is told at once.",
			      .kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_REQUESTS] = { .name = "mudlark_rss_requests_total",
						.help = "Requests for the feeds of the game.",
						.kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_NOT_MODIFIED] = { .name = "mudlark_rss_requests_same_total",
						    .help = "Of these, answered by 304.",
						    .kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_REFUSED] = { .name = "mudlark_rss_requests_refused_total",
					       .help = "Of these, refused.",
					       .kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_ITEMS] = { .name = "mudlark_rss_published_items",
					     .help = "Items in the feeds of the game.",
					     .kind = METRIC_GAUGE },
};

struct metric *rss_numbers(void)
{
	return numbers;
}

void rss_numbers_set(const double values[RSS_NUMBERS])
{
	for (size_t i = 0; i < RSS_NUMBERS; i++)
		numbers[i].value = values[i];
}
