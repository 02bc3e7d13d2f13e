/* gauge.h - the metrics of persist. */
#pragma once

#include "rt/metric.h"

enum gauge {
	GAUGE_COMMITS,
	GAUGE_TRANSACTIONS,
	GAUGE_TRANSACTION_SECONDS,
	GAUGE_DURABLE_SECONDS,
	GAUGE_POISONED,
	GAUGE_REFUSED,
	GAUGE_CALLS,
	GAUGE_CALL_SECONDS,
	GAUGE_BUSY,
	GAUGE_MALFORMED,
	GAUGE_AWAY,
	GAUGE_READY,
	GAUGE_WAITING,
	GAUGE_HASHING,
	GAUGE_PEERS,
	GAUGE_COUNT_
};

/* A fresh set of GAUGE_COUNT_ metrics into ret. */
void gauges_init(struct metric *ret);
