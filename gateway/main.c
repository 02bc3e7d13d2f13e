/*
 * main.c - mudlark-gateway: where players connect.  The options, and the start of gateway/gateway.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "gateway/gateway.h"
#include "gateway/tls_self.h"
#include "rt/log.h"

#define AT(field) offsetof(struct gateway_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	{ "gateway.telnet", CONF_ADDRESS, AT(telnet), "127.0.0.1:4000",
	  .help = "where telnet and MUD clients connect" },
	{ "gateway.telnet_tls", CONF_ADDRESS, AT(telnet_tls), "",
	  .help = "the same over TLS" },
	{ "gateway.web", CONF_ADDRESS, AT(web), "",
	  .help = "where browsers connect: the web client, and WebSocket at /ws" },
	{ "gateway.web_tls", CONF_ADDRESS, AT(web_tls), "",
	  .help = "the same over TLS" },
	{ "gateway.tls_cert", CONF_STRING, AT(tls_cert), "var/tls/cert.pem",
	  .help = "certificate chain, PEM; SIGHUP reads it again" },
	{ "gateway.tls_key", CONF_STRING, AT(tls_key), "var/tls/key.pem",
	  .help = "its key, PEM, readable by the gateway alone; if neither file exists both are made, self-signed" },
	{ "gateway.proxy_protocol", CONF_LIST, AT(proxy_protocol), "",
	  .help = "of telnet, telnet_tls, web, web_tls: where trusted proxies begin with a PROXY header" },
	{ "gateway.trusted_proxies", CONF_LIST, AT(trusted_proxies), "", .reload = true,
	  .help = "networks of proxies whose PROXY header and X-Forwarded-For are believed" },
	{ "gateway.origins", CONF_LIST, AT(origins), "", .reload = true,
	  .help = "other sites whose pages may open /ws, as https://host[:port]; our own always may" },
	{ "gateway.console", CONF_ADDRESS, AT(console), "unix:var/run/console.sock",
	  .help = "socket of `mudlark console`; who can open it is staff" },
	{ "gateway.metrics", CONF_ADDRESS, AT(metrics), "",
	  .help = "/metrics, /healthz and /readyz" },
	{ "gateway.max_conns", CONF_INT, AT(max_conns), "10000", 1, 1000000, .reload = true,
	  .help = "connections at once" },
	{ "gateway.max_conns_per_ip", CONF_INT, AT(max_conns_per_ip), "32", 0, 1000000, .reload = true,
	  .help = "connections at once from one address (IPv6: /64); 0: any number" },
	{ "gateway.max_conns_per_net", CONF_INT, AT(max_conns_per_net), "256", 0, 1000000, .reload = true,
	  .help = "connections at once from one network (IPv4: /24, IPv6: /48); 0: any number" },
	{ "gateway.conn_rate", CONF_INT, AT(conn_rate), "30", 0, 1000000, .reload = true,
	  .help = "new players' connections a minute from one address, browsers' pages apart; 0: any number (but see world.opens_minute)" },
	{ "gateway.exempt", CONF_LIST, AT(exempt), "", .reload = true,
	  .help = "networks whose addresses are not counted, by the world neither: proxies, schools, load tests" },
	{ "gateway.login_timeout", CONF_TIME, AT(login_timeout), "60s", 0, 86400000000, .reload = true,
	  .help = "to be playing, from the last line typed on, in all 5 times that; 0: for ever" },
	{ "gateway.handshake_timeout", CONF_TIME, AT(handshake_timeout), "10s", 100000, 3600000000, .reload = true,
	  .help = "for a TLS handshake, a PROXY header, an HTTP request" },
	{ "gateway.resume_grace", CONF_TIME, AT(resume_grace), "5m", 0, 86400000000, .reload = true,
	  .help = "a client that lost its connection may take it up again so long; 0: never" },
	{ "gateway.keepalive", CONF_TIME, AT(keepalive), "30s", 0, 86400000000, .reload = true,
	  .help = "silent clients are sent a NOP or a WebSocket ping so often; 0: never" },
	{ "gateway.telnet_nop", CONF_BOOL, AT(telnet_nop), "true", .reload = true,
	  .help = "telnet clients, too" },
	{ "gateway.drain", CONF_TIME, AT(drain), "0s", 0, 86400000000, .reload = true,
	  .help = "after SIGTERM players have so long to go to another gateway" },
	{ "gateway.compress", CONF_BOOL, AT(compress), "true", .reload = true,
	  .help = "offer MCCP2 and MCCP3" },
	{ "gateway.user", CONF_STRING, AT(user), "",
	  .help = "started as root: become this user when all addresses are bound" },
	{ "gateway.sandbox", CONF_BOOL, AT(sandbox), "true",
	  .help = "give up every system call that a running gateway does not need" },
	{ "gateway.byte_rate", CONF_SIZE, AT(byte_rate), "16K", 0, 1 << 30, .reload = true,
	  .help = "bytes a second of one client that are read; 0: no limit" },
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

/* For `mudlark keys --all`: makes DIR/cert.pem and DIR/key.pem, as at a first start, and ends. */
static const char *const flags[] = { "certificate", NULL };

static const struct proc_spec spec = {
	.name = "mudlark-gateway",
	.about = "players' connections: telnet, rendering, limits",
	.table = { options, ARRAY_LEN(options), sizeof(struct gateway_conf) },
	.sections = other_sections,
	.flags = flags,
};

static int provide_certificate(const char *dir)
{
	char cert[PATH_MAX], key[PATH_MAX], why[TLS_WHY];
	bool is_made;

	snprintf(cert, sizeof(cert), "%s/cert.pem", dir);
	snprintf(key, sizeof(key), "%s/key.pem", dir);
	if (tls_self_provide(cert, key, &is_made, why) == 0)
		return EXIT_DONE;
	log_error("certificate_not_made", LOG_STR("folder", dir), LOG_STR("why", why));
	return EXIT_FAULT;
}

int main(int argc, char **argv)
{
	struct gateway_conf conf = { 0 };
	struct gateway *gateway = NULL;
	struct proc proc = { 0 };
	int status, r;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	if (proc.flag_values[0]) {
		status = provide_certificate(proc.flag_values[0]);
		proc_done(&proc);
		return status;
	}
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
