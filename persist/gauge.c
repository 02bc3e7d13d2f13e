/* gauge.c - the metrics of persist: names and help. */
#include "persist/gauge.h"

#include <string.h>

static const struct metric gauges[GAUGE_COUNT_] = {
	[GAUGE_COMMITS] = { .name = "mudlark_persist_commits_total",
			    .help = "Batches of worlds made durable.",
			    .kind = METRIC_COUNTER },
	[GAUGE_TRANSACTIONS] = { .name = "mudlark_persist_transactions_total",
				 .help = "Database transactions they were joined into.",
				 .kind = METRIC_COUNTER },
	[GAUGE_TRANSACTION_SECONDS] = { .name = "mudlark_persist_transaction_seconds",
					.help = "Time of one transaction.",
					.kind = METRIC_HISTOGRAM },
	[GAUGE_DURABLE_SECONDS] = { .name = "mudlark_persist_durable_seconds",
				    .help = "From the arrival of a batch until it was durable.",
				    .kind = METRIC_HISTOGRAM },
	[GAUGE_POISONED] = { .name = "mudlark_persist_poisoned_total",
			     .help = "Batches the database refused, set aside in dead_letter.",
			     .kind = METRIC_COUNTER },
	[GAUGE_REFUSED] = { .name = "mudlark_persist_refused_total",
			    .help = "Batches of an epoch that ended.",
			    .kind = METRIC_COUNTER },
	[GAUGE_CALLS] = { .name = "mudlark_persist_calls_total",
			  .help = "Calls answered.",
			  .kind = METRIC_COUNTER },
	[GAUGE_CALL_SECONDS] = { .name = "mudlark_persist_call_seconds",
				 .help = "From the arrival of a call to its answer.",
				 .kind = METRIC_HISTOGRAM },
	[GAUGE_BUSY] = { .name = "mudlark_persist_busy_total",
			 .help = "Calls turned away since too many waited.",
			 .kind = METRIC_COUNTER },
	[GAUGE_MALFORMED] = { .name = "mudlark_persist_malformed_total",
			      .help = "Records and calls that could not be understood.",
			      .kind = METRIC_COUNTER },
	[GAUGE_AWAY] = { .name = "mudlark_persist_store_losses_total",
			 .help = "How often the store was lost or could not be opened.",
			 .kind = METRIC_COUNTER },
	[GAUGE_READY] = { .name = "mudlark_persist_ready",
			  .help = "1 while the store is open.",
			  .kind = METRIC_GAUGE },
	[GAUGE_WAITING] = { .name = "mudlark_persist_waiting",
			    .help = "Commits and calls that are under way.",
			    .kind = METRIC_GAUGE },
	[GAUGE_HASHING] = { .name = "mudlark_persist_hashing",
			    .help = "Log-ins under way.",
			    .kind = METRIC_GAUGE },
	[GAUGE_PEERS] = { .name = "mudlark_persist_peers",
			  .help = "Processes connected.",
			  .kind = METRIC_GAUGE },
};

void gauges_init(struct metric *ret)
{
	memcpy(ret, gauges, sizeof(gauges));
}
