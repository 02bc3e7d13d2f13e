/* server.c - see server.h. */
#include "tests/bench/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench_pack.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"
#include "tests/support/tmp.h"

enum { READY_US = 10000000, STOP_US = 2000000 };

/* One folder for all runs: the pack is the same and only read. */
static const char *pack_path(void)
{
	static char set[300];

	if (!*set) {
		char *dir = tmp_dir();

		bench_pack_write(dir);
		snprintf(set, sizeof(set), "world.pack_path=%s", dir);
	}
	return set;
}

static void start(struct server *s, const char *const *sets)
{
	const struct mud_conf conf = { .sets = sets, .tls = true, .web = true };

	mud_start(&s->mud, &conf);
	s->target = (struct target){
		.ports = { [WAY_TELNET] = s->mud.telnet,
			   [WAY_MCCP2] = s->mud.telnet,
			   [WAY_TLS] = s->mud.telnet_tls,
			   [WAY_WS] = s->mud.web,
			   [WAY_WSS] = s->mud.web_tls },
		.gateway = mud_pid(&s->mud, "gateway"),
		.world = mud_pid(&s->mud, "world"),
		.persist = mud_pid(&s->mud, "persist"),
		.aibridge = mud_pid(&s->mud, "aibridge"),
		.irc = mud_pid(&s->mud, "irc"),
	};
}

#define SETS                                                                                       \
	"world.guests=true", "gateway.max_conns=20000", "world.durability=strict",                 \
		"log.level=warning", "ai.metrics="

void server_start_mud(struct server *s, const char *pack)
{
	char packs[64];
	const char *const sets[] = { packs, pack ? "world.life=true" : pack_path(), SETS, NULL };

	*s = (struct server){ 0 };
	snprintf(packs, sizeof(packs), "world.packs=%s", pack ? pack : "bench");
	start(s, sets);
}

enum { SETS_MAX = 24 };

/* `own`: more options, ended by NULL. */
static void start_with_fake(struct server *s, const char *const *own, uint64_t latency_us)
{
	char url[64], key[300], mode[96];
	const char *sets[SETS_MAX] = {
		pack_path(),
		SETS,
		"world.talk_rate=0",
		"ai.model=fake-1",
		url,
		key,
		"ai.prices=fake-1=1.00/5.00",
		"ai.budgets=all 1000000",
		"ai.max_requests=2000",
	};
	size_t n = 0;

	while (sets[n])
		n++;
	for (; *own && n + 1 < SETS_MAX; n++)
		sets[n] = *own++;
	if (*own)
		die("no room for %s", *own);
	*s = (struct server){ .has_fake = true };
	fake_ai_start(&s->fake, tmp_dir());
	snprintf(mode, sizeof(mode), "{\"latency_ms\":%d,\"text\":\"Dear.\"}",
		 (int)(latency_us / 1000));
	fake_ai_mode(&s->fake, mode);
	snprintf(url, sizeof(url), "ai.url=http://127.0.0.1:%u", s->fake.port);
	snprintf(key, sizeof(key), "ai.key_file=%s", s->fake.key_file);
	start(s, sets);
	s->target.fake = &s->fake;
}

void server_start_folk(struct server *s, bool with_model)
{
	const char *const own[] = { "world.packs=folk",
				    with_model ? "ai.provider=anthropic" : "ai.provider=scripted",
				    NULL };

	start_with_fake(s, own, SERVER_PROVIDER_US);
	s->target.provider_us = with_model ? SERVER_PROVIDER_US : 0;
}

void server_start_few(struct server *s)
{
	static const char *const own[] = { "world.packs=few",
					   "ai.provider=anthropic",
					   "world.answer_wait=3s",
					   "ai.first_token=1s",
					   "ai.stall=1s",
					   "ai.breaker_failures=1000",
					   NULL };

	start_with_fake(s, own, 0);
}

void server_start_irc(struct server *s, bool is_floor)
{
	char port[32];
	const char *const sets[] = { "world.packs=bench",
				     pack_path(),
				     SETS,
				     "world.channel_rate=0",
				     "irc.host=127.0.0.1",
				     port,
				     "irc.tls=false",
				     "irc.channels=#mud = chat",
				     "irc.flood_every=0",
				     "irc.speak_every=0",
				     "irc.metrics=",
				     NULL };

	*s = (struct server){ .has_ircd = true, .is_floor = is_floor };
	ircd_start(&s->ircd, &(struct ircd_conf){ .kind = IRCD_INSPIRCD });
	snprintf(port, sizeof(port), "irc.port=%u", s->ircd.port);
	if (!is_floor)
		start(s, sets);
	s->target.ircd_port = s->ircd.port;
}

/* Path beside this program; static memory, one at a time. */
static const char *beside(const char *name)
{
	static char path[600];

	snprintf(path, sizeof(path), "%s../tests/bench/%s", child_program(""), name);
	return path;
}

void server_start_floor(struct server *s)
{
	CLEANUP(base_freep) char *log = NULL;
	char port[8], endpoint[300];
	const char *dir = tmp_dir();

	*s = (struct server){ .is_floor = true };
	s->target.ports[WAY_TELNET] = tmp_port();
	snprintf(port, sizeof(port), "%u", s->target.ports[WAY_TELNET]);
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/floor", dir);
	log = tmp_path(dir, "out");
	child_start(&s->floor_world, (const char *[]){ beside("floor_world"), endpoint, NULL },
		    log);
	child_start(&s->floor_gateway,
		    (const char *[]){ beside("floor_gateway"), port, endpoint, NULL }, log);
	if (!child_says(&s->floor_gateway, "ready", READY_US))
		die("the floor does not start");
	s->target.gateway = s->floor_gateway.pid;
	s->target.world = s->floor_world.pid;
}

void server_start_none(struct server *s)
{
	*s = (struct server){ .is_none = true };
}

void server_stop(struct server *s)
{
	if (s->is_none)
		return;
	if (!s->is_floor)
		mud_stop(&s->mud);
	if (s->has_ircd) {
		ircd_stop(&s->ircd);
		return;
	}
	if (!s->is_floor) {
		if (s->has_fake)
			fake_ai_stop(&s->fake);
		return;
	}
	child_end(&s->floor_gateway, SIGTERM, STOP_US);
	child_end(&s->floor_world, SIGTERM, STOP_US);
}

uint64_t server_cpu_us(const struct server *s)
{
	const struct target *t = &s->target;
	uint64_t us = s->is_none ? 0 : sample_cpu_us(t->gateway) + sample_cpu_us(t->world);

	if (s->has_ircd)
		us += sample_cpu_us(s->ircd.child.pid);
	if (s->is_floor)
		return us;
	us += sample_cpu_us(t->irc);
	if (s->has_fake)
		us += sample_cpu_us(s->fake.child.pid);
	return us + sample_cpu_us(t->persist) + sample_cpu_us(t->aibridge) +
	       sample_cpu_us(s->mud.up.pid);
}
