/*
 * main.c - mudlark-irc: game channels on IRC networks.  The options, and the start of bridges/irc/irc.c.
 */
#include "bridges/irc/irc.h"
#include "bridges/irc/nets.h"

#define AT(field) offsetof(struct irc_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	BRIDGE_OPTIONS("irc"),
	{ "irc.name", CONF_STRING, AT(name), "irc",
	  .help = "what the first network is called here" },
	{ "irc.host", CONF_STRING, AT(host), "",
	  .help = "server of the first network; empty: none" },
	{ "irc.port", CONF_INT, AT(port), "6697", 1, 65535,
	  .help = "its port" },
	{ "irc.tls", CONF_BOOL, AT(tls), "true",
	  .help = "over TLS, with a certificate that is verified" },
	{ "irc.ca_file", CONF_STRING, AT(ca_file), "",
	  .help = "PEM: whose certificates are trusted; empty: the system's" },
	{ "irc.nick", CONF_STRING, AT(nick), "Mudlark",
	  .help = "nick of the bridge" },
	{ "irc.realname", CONF_STRING, AT(realname), "A bridge to a game",
	  .help = "what /whois says of it" },
	{ "irc.sasl", CONF_ENUM, AT(sasl), "none", .choices = nets_mechanisms,
	  .help = "log in by none, plain, external or scram; when it fails the bridge stays away" },
	{ "irc.account", CONF_STRING, AT(account), "",
	  .help = "account to log in to" },
	{ "irc.password_file", CONF_STRING, AT(password_file), "",
	  .help = "file with its password, which nobody else can read" },
	{ "irc.cert_file", CONF_STRING, AT(cert_file), "",
	  .help = "PEM: our certificate and its key, for external" },
	{ "irc.server_password_file", CONF_STRING, AT(server_password_file), "",
	  .help = "file with what the server itself asks for (PASS)" },
	{ "irc.networks", CONF_LIST, AT(networks), "",
	  .help = "more networks: \"NAME HOST[:PORT] [tls=no] [nick=NICK] [sasl=plain] [account=NAME] [password_file=PATH] ...\"" },
	{ "irc.channels", CONF_LIST, AT(channels), "", .reload = true,
	  .help = "what goes where: \"[NETWORK/]#CHANNEL = CHANNEL, ... [in|out] [speak=linked] [joins=yes] [key=WORD]\"" },
	{ "irc.flood_every", CONF_TIME, AT(flood_every), "2s", 0, 60000000,
	  .help = "one line in so long, as most networks allow; 0: no limit" },
	{ "irc.flood_burst", CONF_INT, AT(flood_burst), "5", 1, 100,
	  .help = "lines at once after a silence" },
	{ "irc.speak_every", CONF_TIME, AT(speak_every), "1s", 0, 60000000,
	  .help = "one line of one person into the game in so long, and ten times that of a channel; 0: no limit" },
	{ "irc.speak_burst", CONF_INT, AT(speak_burst), "8", 1, 1000,
	  .help = "lines of one person at once" },
	{ "irc.retry_min", CONF_TIME, AT(retry_min), "5s", 1000, 86400000000,
	  .help = "until the next attempt to connect; it doubles ..." },
	{ "irc.retry_max", CONF_TIME, AT(retry_max), "10m", 1000, 86400000000,
	  .help = "... up to this, which is also waited after a refused login or certificate" },
	{ "irc.bots", CONF_BOOL, AT(bots), "false",
	  .help = "also relay what bots say (those that are marked as such)" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "persist", "ai",
					      "discord", "rss",	  "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-irc",
	.about = "game channels on IRC networks",
	.table = { options, ARRAY_LEN(options), sizeof(struct irc_conf) },
	.sections = other_sections,
	.check = irc_check,
};

int main(int argc, char **argv)
{
	struct irc_conf conf = { 0 };

	return bridge_run(&irc_program, &spec, &conf, argc, argv);
}
