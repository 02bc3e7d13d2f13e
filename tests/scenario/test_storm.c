/*
 * test_storm.c - two hundred players, by telnet, TLS and WebSocket, move things about while world, persist and PostgreSQL are killed
 * and restarted at random moments (storm.h says what is checked).
 *
 * MUDLARK_STORM_SECONDS (12) is how long they play on each store, MUDLARK_SEED what is random;
 * `make chaos` plays long.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/scenario/storm.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/store.h"
#include "tests/support/tmp.h"

enum { PAUSE_MIN_US = 20000, PAUSE_US = 1500000, GONE_US = 700000 };

static const char count_items[] = "SELECT count(*) FROM entity WHERE kind = 'item'";
static const char count_homes[] =
	"SELECT count(*) FROM entity e WHERE kind = 'item' AND (e.owner = 0 OR EXISTS ("
	"SELECT 1 FROM entity o WHERE o.id = e.owner AND o.owner = e.id))";

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void kill_world(struct storm *s)
{
	mud_kill(s->mud, "world");
}

static void kill_persist(struct storm *s)
{
	mud_kill(s->mud, "persist");
}

static void kill_both(struct storm *s)
{
	mud_kill(s->mud, "persist");
	mud_kill(s->mud, "world");
}

static void restart(struct storm *s, const char *role)
{
	const char *const words[] = { "restart", role, NULL };
	int status;
	char *text = mud_command(s->mud, words, NULL, &status);

	if (status)
		die("mudlark restart %s: status %d\n%s", role, status, text);
	free(text);
}

static void restart_world(struct storm *s)
{
	restart(s, "world");
}

static void restart_persist(struct storm *s)
{
	restart(s, "persist");
}

static void kill_postgresql(struct storm *s)
{
	store_pg_crash();
	storm_play(s, now_us() + rng_below(&s->rng, GONE_US));
	store_pg_again();
}

static const struct blow {
	const char *name;
	void (*strike)(struct storm *s);
	unsigned weight;
} blows[] = {
	{ "kill -9 of the world", kill_world, 30 },
	{ "kill -9 of persist", kill_persist, 20 },
	{ "kill -9 of both", kill_both, 10 },
	{ "restart of the world", restart_world, 15 },
	{ "restart of persist", restart_persist, 10 },
	{ "kill -9 of PostgreSQL", kill_postgresql, 15 }, /* the last: not on SQLite */
};

static const struct blow *choose(struct storm *s, enum store_kind kind)
{
	size_t n = ARRAY_LEN(blows) - (kind == STORE_OF_SQLITE);
	uint64_t sum = 0, at;

	for (size_t i = 0; i < n; i++)
		sum += blows[i].weight;
	at = rng_below(&s->rng, sum);
	for (size_t i = 0; i < n; i++) {
		if (at < blows[i].weight)
			return &blows[i];
		at -= blows[i].weight;
	}
	return &blows[0];
}

static unsigned strike_until(struct storm *s, enum store_kind kind, uint64_t end)
{
	unsigned n = 0;

	while (now_us() < end) {
		const struct blow *b = choose(s, kind);

		storm_play(s, now_us() + PAUSE_MIN_US + rng_below(&s->rng, PAUSE_US));
		printf("  %s\n", b->name);
		b->strike(s);
		n++;
	}
	return n;
}

/* "  pebble 150" in what @count says. */
static long counted(struct mud *m, const char *what)
{
	CLEANUP(base_freep) char *text = mud_console(m, "@count\n");
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\n  storm/%s ", what);
	at = strstr(text, line);
	if (!at)
		die("@count says nothing of %s:\n%s", what, text);
	return strtol(at + strlen(line), NULL, 10);
}

START_TEST(nobody_notices_what_is_killed)
{
	enum store_kind kind = (enum store_kind)_i;
	uint64_t seconds = setting("MUDLARK_STORM_SECONDS", 12);
	uint64_t seed = setting("MUDLARK_SEED", (uint64_t)time(NULL));
	char *dir = tmp_dir(), packs[300], url[300];
	/* While the store is away nobody is told what it may not remember: the world must not lose patience. */
	const char *const sets[] = { "world.packs=storm", packs, "log.level=info",
				     "world.stall_grace=60s", NULL };
	struct mud_conf conf = { .sets = sets, .dir = dir, .store = url, .tls = true, .web = true };
	struct storm s;
	struct mud m;
	unsigned n;

	printf("seed %llu\n", (unsigned long long)seed);
	storm_pack(dir);
	snprintf(packs, sizeof(packs), "world.pack_path=%s", dir);
	snprintf(url, sizeof(url), "%s", store_url(kind, dir));
	mud_start(&m, &conf);
	storm_enter(&s, &m, STORM_PLAYERS, seed);
	ck_assert_int_eq(counted(&m, "pebble"), STORM_ROOMS * STORM_PEBBLES);

	n = strike_until(&s, kind, now_us() + seconds * 1000000);
	storm_finish(&s);
	ck_assert_int_eq(counted(&m, "pebble"), STORM_ROOMS * STORM_PEBBLES);
	ck_assert_int_eq(counted(&m, "chest"), STORM_ROOMS);
	printf("%u blows; %llu lines answered, %llu changes, longest wait %.2f s\n", n,
	       (unsigned long long)s.answers, (unsigned long long)s.changes,
	       (double)s.longest_us / 1e6);
	ck_assert_uint_gt(s.changes, 100);

	ck_assert_int_eq(mud_stop(&m), 0);
	ck_assert_int_eq(store_number(url, count_items), STORM_ROOMS * (STORM_PEBBLES + 1));
	ck_assert_int_eq(store_number(url, count_homes), 0);
	storm_done(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = { { nobody_notices_what_is_killed, STORES } };

	return suite_main("storm", (double)setting("MUDLARK_STORM_SECONDS", 12) + 120, tests,
			  ARRAY_LEN(tests));
}
