/*
 * test_relay.c - what leaves the game and comes into it while a bridge, the world and persist are killed at random.
 * The bridge's outside is a file (tests/fake/bridge), so what was handed over is seen, whoever died.
 *
 *	out	every line that the game has stored is in the file; a second time only as "unsure"; in order
 *	in	every line of the outside is stored once
 *
 * MUDLARK_KILLS (30) is how many die, MUDLARK_SEED what is random; `make chaos-relay` is the long form.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/map.h"
#include "rt/rand.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { EVERY_US = 10000, SPELL_US = 150000, PATIENCE_US = 30000000, STEP_US = 20000 };

struct relay {
	struct mud mud;
	struct child bridge;
	struct talk ana;
	struct rng rng;
	const char *store;
	char *file, *log;
	char sets[6][160];
	unsigned said; /* by Ana */
};

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

/* ---- who plays ---- */

static void start_bridge(struct relay *r)
{
	const char *argv[2 + 2 * ARRAY_LEN(r->sets)] = { child_program(
		"../tests/fake/bridge/bridge") };
	size_t n = 1;

	for (size_t i = 0; i < ARRAY_LEN(r->sets) && r->sets[i][0]; i++) {
		argv[n++] = "--set";
		argv[n++] = r->sets[i];
	}
	child_start(&r->bridge, argv, r->log);
}

static void free_relay(struct relay *r)
{
	talk_close(&r->ana);
	free(r->file);
	free(r->log);
}

/* How many lines of the file begin so, and the last of them. */
static size_t count_lines(const char *text, const char *with)
{
	size_t n = 0;

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		n += strncmp(p, with, strlen(with)) == 0;
	}
	return n;
}

static bool has_line(const struct relay *r, const char *with)
{
	CLEANUP(base_freep) char *text = tmp_read(r->file);

	return strstr(text, with) != NULL;
}

static void await_line(struct relay *r, const char *with)
{
	const uint64_t until = now_us() + PATIENCE_US;

	while (!has_line(r, with)) {
		CLEANUP(base_freep) char *log = NULL;

		if (now_us() > until) {
			log = tmp_read(r->log);
			die("never came outside: %s; the bridge said:\n%s", with, log);
		}
		(void)talk_read(&r->ana, STEP_US);
	}
}

/* Until it has come outside: the first time a stream begins, it begins with what comes. */
static void say_until(struct relay *r, const char *text)
{
	for (unsigned i = 0; !has_line(r, text); i++) {
		if (i % 10 == 0)
			talk_line(&r->ana, "chat %s", text);
		(void)talk_read(&r->ana, STEP_US);
	}
}

static void begin(struct relay *r, enum store_kind kind, uint64_t count)
{
	char *dir = tmp_dir();

	static const char *const sets[] = { "world.channel_rate=0", NULL };

	*r = (struct relay){ .store = store_url(kind, dir) };
	rng_seed(&r->rng, setting("MUDLARK_SEED", 1));
	mud_start(&r->mud, &(struct mud_conf){ .dir = dir, .store = r->store, .sets = sets });
	r->file = tmp_path(dir, "outside");
	r->log = tmp_path(dir, "bridge.log");
	snprintf(r->sets[0], sizeof(r->sets[0]), "irc.file=%s", r->file);
	snprintf(r->sets[1], sizeof(r->sets[1]), "irc.count=%" PRIu64, count);
	snprintf(r->sets[2], sizeof(r->sets[2]), "world.bus=ipc://%s/run/world.bus", dir);
	snprintf(r->sets[3], sizeof(r->sets[3]), "persist.bus=ipc://%s/run/persist.bus", dir);
	talk_open(&r->ana, "Ana", r->mud.telnet);
	talk_enter_new(&r->ana, "Ana", "a good password");
	start_bridge(r);
	say_until(r, "is anybody there");
}

/* Ana says something now and then. */
static void play(struct relay *r, uint64_t us)
{
	const uint64_t until = now_us() + us;

	while (now_us() < until) {
		talk_line(&r->ana, "chat out %u", ++r->said);
		for (uint64_t next = now_us() + EVERY_US; now_us() < next;)
			(void)talk_read(&r->ana, next - now_us());
	}
}

static void strike(struct relay *r)
{
	static const char *const roles[] = { "world", "persist" };
	const uint64_t who = rng_below(&r->rng, 4);
	pid_t old;

	if (who >= ARRAY_LEN(roles)) {
		(void)child_end(&r->bridge, SIGKILL, PATIENCE_US);
		start_bridge(r);
		return;
	}
	old = mud_kill(&r->mud, roles[who]);
	/* Sometimes the next blow comes while it is not back yet. */
	if (rng_below(&r->rng, 3) > 0)
		mud_wait_pid(&r->mud, roles[who], old);
}

/* ---- the judge ---- */

struct fact {
	uint64_t seq;
	unsigned seen;
};

struct judge {
	struct fact *facts;
	size_t n;
	struct map64 by_seq;
	unsigned *in; /* how often each line of the outside was stored */
	uint64_t n_in;
};

static void read_facts(struct judge *j, const char *store)
{
	CLEANUP(base_freep)
	char *rows = store_text(store, "SELECT group_concat(x, char(10)) FROM (SELECT seq || ' ' ||"
				       " json_extract(body, '$.text') AS x FROM event"
				       " WHERE kind = 'channel:said' ORDER BY seq)");
	size_t cap = 1;

	for (const char *p = rows; *p; p++)
		cap += *p == '\n';
	j->facts = base_alloc(cap, sizeof(*j->facts));
	map64_init(&j->by_seq, 0);
	for (const char *p = rows; p; p = strchr(p, '\n')) {
		struct fact *f = &j->facts[j->n++];
		unsigned in;

		p += *p == '\n';
		f->seq = strtoull(p, NULL, 10);
		(void)map64_put(&j->by_seq, f->seq, f);
		if (sscanf(p, "%*u in %u", &in) == 1 && in <= j->n_in)
			j->in[in]++;
	}
}

static void judge_line(struct judge *j, const char *line, uint64_t *last)
{
	uint64_t seq;
	char sure[8];
	struct fact *f;

	if (*line == 'S')
		*last = 0;
	if (*line == 'G')
		die("a gap: %.40s", line);
	if (sscanf(line, "L %" SCNu64 " %7s", &seq, sure) != 2)
		return;
	f = map64_get(&j->by_seq, seq);
	if (!f)
		die("nobody has said that: %.60s", line);
	if (seq <= *last)
		die("out of order: %.60s", line);
	if (f->seen++ > 0 && strcmp(sure, "unsure") != 0)
		die("twice: %.60s", line);
	*last = seq;
}

static void judge(struct relay *r, uint64_t count)
{
	CLEANUP(base_freep) char *text = tmp_read(r->file);
	struct judge j = { .n_in = count };
	uint64_t last = 0;
	size_t twice = 0, first = 0;

	j.in = base_alloc(count + 1, sizeof(*j.in));
	read_facts(&j, r->store);
	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		judge_line(&j, p, &last);
	}
	/* What was said before the stream began, nobody was to hear. */
	while (first < j.n && !j.facts[first].seen)
		first++;
	for (size_t i = first; i < j.n; i++) {
		if (!j.facts[i].seen)
			die("number %" PRIu64 " was never handed over", j.facts[i].seq);
		twice += j.facts[i].seen > 1;
	}
	for (uint64_t i = 1; i <= count; i++)
		if (j.in[i] != 1)
			die("\"in %" PRIu64 "\" is in the game %u times", i, j.in[i]);
	printf("relay: %zu lives, %zu lines, %zu of them again as unsure\n", count_lines(text, "S"),
	       j.n, twice);
	map64_done(&j.by_seq);
	free(j.facts);
	free(j.in);
}

/* `taken` and `sent` are the number of the last line. */
static void judge_cursor(const struct relay *r)
{
	static const char cursor[] =
		"SELECT count(*) FROM document WHERE collection = 'bridge.irc'"
		" AND key = 'cursor/irc/test/out'"
		" AND json_extract(body, '$.taken') = json_extract(body, '$.sent')"
		" AND json_extract(body, '$.sent') >="
		" (SELECT max(seq) FROM event WHERE kind = 'channel:said')";

	ck_assert_int_eq(store_number(r->store, cursor), 1);
}

static void finish(struct relay *r, uint64_t count)
{
	char last[40];

	for (uint64_t i = 1; i <= count; i++) {
		snprintf(last, sizeof(last), "\nT %" PRIu64 " said\n", i);
		await_line(r, last);
	}
	/* Lines leave in order: when the last is there, all are. */
	talk_line(&r->ana, "chat and this is the end");
	await_line(r, "and this is the end");
	ck_assert_int_eq(child_end(&r->bridge, SIGTERM, PATIENCE_US), 0);
	ck_assert_int_eq(mud_stop(&r->mud), 0);
}

START_TEST(whoever_is_killed_no_line_is_said_twice_and_none_is_missing)
{
	const uint64_t kills = setting("MUDLARK_KILLS", 30), count = kills * 20;
	struct relay r;

	begin(&r, STORE_OF_SQLITE, count);
	for (uint64_t i = 0; i < kills; i++) {
		play(&r, rng_below(&r.rng, SPELL_US) + EVERY_US);
		strike(&r);
	}
	finish(&r, count);
	judge(&r, count);
	judge_cursor(&r);
	free_relay(&r);
}
END_TEST

START_TEST(what_was_said_while_a_bridge_was_away_is_told_when_it_is_back)
{
	struct relay r;

	begin(&r, STORE_OF_SQLITE, 0);
	ck_assert_int_eq(child_end(&r.bridge, SIGTERM, PATIENCE_US), 0);
	for (unsigned i = 0; i < 20; i++) {
		talk_line(&r.ana, "chat away %u", i);
		talk_expect(&r.ana, TALK_PROMPT);
	}
	start_bridge(&r);
	await_line(&r, "away 3\n");
	finish(&r, 0);
	judge(&r, 0);
	ck_assert(!has_line(&r, "unsure"));
	free_relay(&r);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ whoever_is_killed_no_line_is_said_twice_and_none_is_missing, 1 },
		{ what_was_said_while_a_bridge_was_away_is_told_when_it_is_back, 1 },
	};

	return suite_main("relay", 120 + (double)setting("MUDLARK_KILLS", 30) * 3, tests,
			  ARRAY_LEN(tests));
}
