/*
 * numbers.c - see numbers.h.
 */
#include "bridges/irc/numbers.h"

struct number_row {
	const char *name, *help;
	enum metric_kind kind;
};

static const struct number_row number_rows[NUMBERS] = {
	[N_NETWORKS] = { "mudlark_irc_networks", "Networks that are configured.", METRIC_GAUGE },
	[N_ONLINE] = { "mudlark_irc_networks_online", "Networks that are online.", METRIC_GAUGE },
	[N_CHANNELS] = { "mudlark_irc_channels", "Channels that are configured.", METRIC_GAUGE },
	[N_JOINED] = { "mudlark_irc_channels_joined", "Channels that are joined.", METRIC_GAUGE },
	[N_SENT] = { "mudlark_irc_lines_sent_total",
		     "Lines of the game that a server has confirmed.", METRIC_COUNTER },
	[N_HEARD] = { "mudlark_irc_lines_heard_total", "Lines that went into the game.",
		      METRIC_COUNTER },
	[N_UNSURE] = { "mudlark_irc_lines_unsure_total",
		       "Lines that were sent and never confirmed, or refused.", METRIC_COUNTER },
	[N_LEFT] = { "mudlark_irc_lines_left_out_total",
		     "Lines from IRC that were too fast, or that the game had no room for.",
		     METRIC_COUNTER },
	[N_DIALS] = { "mudlark_irc_dials_total", "Attempts to connect.", METRIC_COUNTER },
};

void irc_numbers(struct metric m[NUMBERS])
{
	for (size_t i = 0; i < NUMBERS; i++)
		m[i] = (struct metric){ .name = number_rows[i].name,
					.help = number_rows[i].help,
					.kind = number_rows[i].kind };
}
