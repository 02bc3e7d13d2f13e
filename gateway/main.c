/*
 * main.c - mudlark-gateway: where players connect.  The options, and the start of gateway/gateway.c.
 */
#include <errno.h>
#include "gateway/gateway.h"

#define AT(field) offsetof(struct gateway_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	{ "gateway.telnet", CONF_ADDRESS, AT(telnet), "127.0.0.1:4000",
	  .help = "where telnet and MUD clients connect" },
	{ "gateway.telnet_tls", CONF_ADDRESS, AT(telnet_tls), "",
	  .help = "the same over TLS; this gateway has none yet: must be empty" },
	{ "gateway.web", CONF_ADDRESS, AT(web), "",
	  .help = "where browsers connect; this gateway has no web yet: must be empty" },
	{ "gateway.console", CONF_ADDRESS, AT(console), "unix:var/run/console.sock",
	  .help = "socket of `mudlark console`; who can open it is staff" },
	{ "gateway.metrics", CONF_ADDRESS, AT(metrics), "",
	  .help = "/metrics, /healthz and /readyz" },
	{ "gateway.max_conns", CONF_INT, AT(max_conns), "10000", 1, 1000000, .reload = true,
	  .help = "connections at once" },
	{ "gateway.max_conns_per_ip", CONF_INT, AT(max_conns_per_ip), "32", 0, 1000000, .reload = true,
	  .help = "connections at once from one address (IPv6: /64); 0: any number" },
	{ "gateway.conn_rate", CONF_INT, AT(conn_rate), "30", 0, 1000000, .reload = true,
	  .help = "new connections a minute from one address; 0: any number" },
	{ "gateway.exempt", CONF_LIST, AT(exempt), "", .reload = true,
	  .help = "networks whose addresses are not counted: proxies, schools, load tests" },
	{ "gateway.login_timeout", CONF_TIME, AT(login_timeout), "60s", 0, 86400000000, .reload = true,
	  .help = "from connecting to playing; 0: for ever" },
	{ "gateway.input_rate", CONF_INT, AT(input_rate), "10", 0, 1000000, .reload = true,
	  .help = "lines a second of one player; faster ones wait; 0: no limit" },
	{ "gateway.input_burst", CONF_INT, AT(input_burst), "40", 1, 1000000, .reload = true,
	  .help = "lines of one player that may come at once" },
	{ "gateway.input_queue", CONF_INT, AT(input_queue), "100", 1, 100000, .reload = true,
	  .help = "lines of one player that may wait" },
	{ "gateway.output_soft", CONF_SIZE, AT(output_soft), "64K", 1024, 1 << 30, .reload = true,
	  .help = "bytes waiting for a slow reader above which ambient texts are left out" },
	{ "gateway.output_max", CONF_SIZE, AT(output_max), "1M", 4096, 1 << 30, .reload = true,
	  .help = "bytes waiting for a slow reader above which the connection is closed" },
	{ "gateway.output_total", CONF_SIZE, AT(output_total), "256M", 1 << 20, 1LL << 40, .reload = true,
	  .help = "the same for all readers together; those above output_soft are closed" },
	{ "gateway.output_stuck", CONF_TIME, AT(output_stuck), "30s", 1000000, 86400000000, .reload = true,
	  .help = "a reader that takes nothing for so long is closed" },
	{ "world.bus", CONF_ENDPOINT, AT(bus), "ipc://var/run/world.bus",
	  .help = "where the world is" },
};
/* clang-format on */

static const char *const other_sections[] = { "world",	 "persist", "ai",    "irc",
					      "discord", "rss",	    "admin", NULL };

static const struct proc_spec spec = {
	.name = "mudlark-gateway",
	.about = "players' connections: telnet, rendering, limits",
	.table = { options, ARRAY_LEN(options), sizeof(struct gateway_conf) },
	.sections = other_sections,
};

int main(int argc, char **argv)
{
	struct gateway_conf conf = { 0 };
	struct gateway *gateway = NULL;
	struct proc proc = { 0 };
	int status, r;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	r = gateway_start(&gateway, &proc, &conf);
	if (r == 0)
		status = proc_run(&proc);
	else
		status = r == -EADDRINUSE		   ? EXIT_IN_USE
			 : r == -EOPNOTSUPP || r == -EPERM ? EXIT_USAGE
							   : EXIT_FAULT;
	gateway_free(gateway);
	proc_done(&proc);
	return status;
}
