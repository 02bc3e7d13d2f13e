/*
 * rights.c - see rights.h.
 */
#include "gateway/rights.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "rt/log.h"
#include "rt/sandbox.h"

/* What another user will need later is said now, if it cannot be had. */
static void check_reach(const struct gateway_conf *c)
{
	static const char ipc[] = "ipc://";
	const char *bus = c->bus + strlen(ipc);

	if (strncmp(c->bus, ipc, strlen(ipc)) == 0 && *bus == '/' && access(bus, W_OK) < 0)
		log_warning("bus_out_of_reach", LOG_STR("user", c->user), LOG_STR("bus", c->bus),
			    LOG_ERRNO(-errno));
	if ((*c->telnet_tls || *c->web_tls) && access(c->tls_key, R_OK) < 0)
		log_warning("key_out_of_reach", LOG_STR("user", c->user),
			    LOG_STR("file", c->tls_key), LOG_ERRNO(-errno));
}

int rights_give_up(const struct gateway_conf *c)
{
	char why[SANDBOX_WHY];

	if (sandbox_user(c->user, why) != 0) {
		log_error("cannot_become", LOG_STR("user", c->user), LOG_STR("reason", why));
		return -EPERM;
	}
	if (*c->user)
		check_reach(c);
	if (!c->sandbox || !sandbox_is_possible())
		return 0;
	if (sandbox_lock(why) == 0)
		return 0;
	log_error("no_sandbox", LOG_STR("reason", why));
	return -EPERM;
}

int rights_lock(const struct gateway_conf *c)
{
	char why[SANDBOX_WHY];

	if (!c->sandbox || !sandbox_is_possible()) {
		log_info("sandbox_off",
			 LOG_STR("reason", c->sandbox ? "built with a sanitizer" : "option"));
		return 0;
	}
	if (sandbox_filter(strncmp(c->bus, "tcp://", 6) == 0, why) == 0)
		return 0;
	log_error("no_sandbox", LOG_STR("reason", why));
	return -EPERM;
}
