/*
 * numbers.h - the metrics of the process: those of the reader, then those of the publisher.
 */
#pragma once

#include "bridges/rss/publish.h"
#include "bridges/rss/reader.h"
#include "rt/metric.h"

enum { RSS_NUMBERS = READER_NUMBERS + PUBLISH_NUMBERS };

struct metric *rss_numbers(void);
void rss_numbers_set(const double values[RSS_NUMBERS]);
