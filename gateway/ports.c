/*
 * ports.c - see ports.h.  One row for each listener says what is spoken there and who takes the
 * guests.
 */
#include "gateway/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/client_console.h"
#include "gateway/client_telnet.h"
#include "gateway/listener.h"
#include "gateway/tls_self.h"
#include "gateway/web.h"
#include "rt/log.h"

enum { DAY_S = 86400, WARN_DAYS = 14, ATTEMPTS = 3 };

struct port_row {
	const char *name;
	size_t address; /* in struct gateway_conf */
	bool tls, http;
	void (*accepted)(void *ctx, struct stream *s, const struct door_guest *g);
};

struct port_place {
	struct ports *of;
	struct listener *listener;
	struct door door;
};

struct ports {
	struct loop *loop;
	const struct gateway_conf *conf;
	struct clients *clients;
	struct throttle_conf throttle_conf;
	struct throttle throttle;
	struct doors_conf doors_conf;
	struct doors doors;
	struct web_conf web_conf;
	struct web web;
	struct tls *tls;
	struct port_place places[PORTS];
};

/* Those who have come in */

static void on_telnet(void *ctx, struct stream *s, const struct door_guest *g)
{
	struct ports *p = ctx;
	struct client_guest guest = {
		.peer = g->peer,
		.via = g->secure ? "telnets" : "telnet",
		.source = g->source,
		.exempt = g->exempt,
	};

	if (client_open(p->clients, &protocol_telnet, s, &guest) < 0)
		throttle_leave(&p->throttle, g->source);
}

static void on_web(void *ctx, struct stream *s, const struct door_guest *g)
{
	struct ports *p = ctx;

	if (web_open(&p->web, s, g) < 0)
		log_debug("web_guest_lost", LOG_STR("peer", g->peer));
}

/* Only its owner can open the console's socket: there is no door in front of it. */
static void on_console(struct ports *p, int fd)
{
	struct client_guest guest = { .peer = "console", .via = "console" };
	struct stream s = stream_of(fd);

	if (client_open(p->clients, &protocol_console, &s, &guest) < 0)
		log_error("console_failed");
}

#define AT(field) offsetof(struct gateway_conf, field)

/* clang-format off */
static const struct port_row rows[PORTS] = {
	[PORT_TELNET]     = { "telnet",     AT(telnet),     .tls = false, .http = false, on_telnet },
	[PORT_TELNET_TLS] = { "telnet_tls", AT(telnet_tls), .tls = true,  .http = false, on_telnet },
	[PORT_WEB]        = { "web",        AT(web),        .tls = false, .http = true,  on_web },
	[PORT_WEB_TLS]    = { "web_tls",    AT(web_tls),    .tls = true,  .http = true,  on_web },
	[PORT_CONSOLE]    = { "console",    AT(console),    .tls = false, .http = false, NULL },
};
/* clang-format on */

static const char *address_at(const struct ports *p, enum port which)
{
	return *(char *const *)(const void *)((const char *)p->conf + rows[which].address);
}

static void on_accepted(void *ctx, int fd, const struct sockaddr *from)
{
	struct port_place *place = ctx;

	if (place->door.accepted)
		doors_take(&place->of->doors, &place->door, fd, from);
	else
		on_console(place->of, fd);
}

static void on_overflow(void *ctx, int fd)
{
	struct port_place *place = ctx;

	doors_overflow(&place->door, fd);
}

/* The certificate */

static void warn_of_end(const struct tls *t, int64_t now_s)
{
	int64_t left = tls_expires(t) - now_s;

	if (left < 0)
		log_warning("certificate_expired", LOG_INT("days_ago", -left / DAY_S));
	else if (left < (int64_t)WARN_DAYS * DAY_S)
		log_warning("certificate_expires", LOG_INT("days", left / DAY_S));
}

static int load_certificate(struct ports *p, char why[TLS_WHY])
{
	const struct gateway_conf *c = p->conf;
	struct tls *fresh;

	if (tls_load(&fresh, c->tls_cert, c->tls_key, why) != 0)
		return -EINVAL;
	tls_free(p->tls);
	p->tls = fresh;
	p->doors.tls = fresh;
	warn_of_end(fresh, clock_wall(loop_clock(p->loop)) / 1000);
	return 0;
}

static bool is_tls_wanted(const struct ports *p)
{
	for (size_t i = 0; i < PORTS; i++)
		if (rows[i].tls && *address_at(p, (enum port)i))
			return true;
	return false;
}

static int open_certificate(struct ports *p)
{
	const struct gateway_conf *c = p->conf;
	char why[TLS_WHY];
	bool made;
	int r;

	if (!is_tls_wanted(p))
		return 0;
	r = tls_self_provide(c->tls_cert, c->tls_key, &made, why) == 0 ? load_certificate(p, why)
								       : -EINVAL;
	if (r < 0)
		log_error("no_certificate", LOG_STR("reason", why));
	else if (made)
		log_warning("certificate_self_signed", LOG_STR("file", c->tls_cert));
	return r;
}

/* Options */

static int take_nets(struct address_nets *list, const char *option, char *const *texts)
{
	const char *bad;

	if (address_nets_set(list, texts, &bad) == 0)
		return 0;
	log_error("not_a_network", LOG_STR("option", option), LOG_STR("value", bad));
	return -EINVAL;
}

static int take_conf(struct ports *p)
{
	const struct gateway_conf *c = p->conf;
	int r, s;

	p->throttle_conf = (struct throttle_conf){
		.max_conns = (uint32_t)c->max_conns,
		.max_per_ip = (uint32_t)c->max_conns_per_ip,
		.rate = (uint32_t)c->conn_rate,
		.max_per_net = (uint32_t)c->max_conns_per_net,
	};
	p->doors_conf.handshake_us = (uint64_t)c->handshake_timeout;
	p->web_conf = (struct web_conf){
		.timeout_us = (uint64_t)c->handshake_timeout,
		.origins = c->origins,
	};
	r = take_nets(&p->throttle.exempt, "gateway.exempt", c->exempt);
	s = take_nets(&p->doors_conf.trusted, "gateway.trusted_proxies", c->trusted_proxies);
	return r < 0 ? r : s;
}

/* gateway.proxy_protocol names listeners. */
static int take_proxied(struct ports *p)
{
	char *const *name = p->conf->proxy_protocol;

	for (; name && *name; name++) {
		size_t i = 0;

		while (i < PORTS && (!rows[i].accepted || strcmp(rows[i].name, *name) != 0))
			i++;
		if (i == PORTS) {
			log_error("not_a_listener", LOG_STR("option", "gateway.proxy_protocol"),
				  LOG_STR("value", *name));
			return -EINVAL;
		}
		p->places[i].door.proxy = true;
	}
	return 0;
}

/* Public */

static void init_places(struct ports *p)
{
	for (size_t i = 0; i < PORTS; i++) {
		p->places[i].of = p;
		p->places[i].door = (struct door){
			.name = rows[i].name,
			.tls = rows[i].tls,
			.http = rows[i].http,
			.accepted = rows[i].accepted,
			.ctx = p,
		};
	}
}

static int listen_at(struct ports *p, enum port which)
{
	struct listener_spec spec = {
		.address = address_at(p, which),
		.accepted = on_accepted,
		.overflow = on_overflow,
		.ctx = &p->places[which],
	};
	int r = listener_open(&p->places[which].listener, p->loop, &spec);

	if (r < 0)
		log_error("cannot_listen", LOG_STR("listener", rows[which].name),
			  LOG_STR("address", spec.address), LOG_ERRNO(r));
	return r;
}

int ports_open(struct ports **ret, struct loop *loop, const struct gateway_conf *conf,
	       struct clients *clients)
{
	struct ports *p = base_alloc(1, sizeof(*p));
	int r;

	*ret = p;
	p->loop = loop;
	p->conf = conf;
	p->clients = clients;
	throttle_init(&p->throttle, &p->throttle_conf);
	doors_init(&p->doors, loop, &p->doors_conf, &p->throttle);
	web_init(&p->web, clients, &p->doors, &p->web_conf);
	init_places(p);
	r = take_conf(p);
	if (r == 0)
		r = take_proxied(p);
	if (r == 0)
		r = open_certificate(p);
	for (size_t i = 0; i < PORTS && r == 0; i++)
		r = listen_at(p, (enum port)i);
	return r;
}

void ports_close(struct ports *p)
{
	for (size_t i = 0; i < PORTS; i++)
		listener_close(TAKE(p->places[i].listener));
}

void ports_free(struct ports *p)
{
	if (!p)
		return;
	ports_close(p);
	web_done(&p->web);
	doors_done(&p->doors);
	throttle_done(&p->throttle);
	address_nets_done(&p->doors_conf.trusted);
	tls_free(p->tls);
	free(p);
}

void ports_reload(struct ports *p)
{
	char why[TLS_WHY];

	if (take_conf(p) < 0)
		log_warning("networks_unchanged");
	if (p->tls && load_certificate(p, why) < 0)
		log_error("certificate_unchanged", LOG_STR("reason", why));
	else if (p->tls)
		log_info("certificate_loaded");
}

void ports_gone(struct ports *p, const struct client *c)
{
	if (!c->protocol->trusted)
		throttle_leave(&p->throttle, c->source);
}

void ports_turn(struct ports *p, size_t strangers)
{
	p->throttle.strangers = strangers + p->doors.n + p->web.n;
}

unsigned ports_port(const struct ports *p, enum port which)
{
	return p->places[which].listener ? listener_port(p->places[which].listener) : 0;
}

void ports_stats(const struct ports *p, struct ports_stats *ret)
{
	*ret = (struct ports_stats){
		.refused = p->throttle.refused,
		.ends = p->doors.ends,
		.handshakes = p->doors.handshakes,
		.in_door = p->doors.n,
		.expires = p->tls ? tls_expires(p->tls) : 0,
	};
}

void ports_refuse(struct ports *p,
		  const char *(*refusal)(void *ctx, const struct sockaddr *from, uint64_t now_us),
		  void *ctx)
{
	p->doors.refusal = refusal;
	p->doors.ctx = ctx;
}
