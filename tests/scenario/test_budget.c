/*
 * test_budget.c - three aibridges spend from one small budget (of all, of a player, of each person) while
 * everybody talks and they are killed again and again: what the provider was asked to bill never passes it, not
 * by one nano, and the ledger adds up.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/scenario/people.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/store.h"
#include "tests/support/tmp.h"

enum { FOLK = 10, MORE = 2, ROUNDS_MAX = 40, LOOKS = 200 };
enum { READY_US = 10000000, LOOK_US = 1000 };
enum { IN_NANOS = 1000, OUT_NANOS = 5000 }; /* for a token, at the prices of people_start() */
enum { CAP_MONEY, CAP_PLAYER, CAP_NPC, CAPS };

struct cap {
	const char *set;
	uint64_t amount;
	const char *spent;    /* of one account */
	const char *accounts; /* that it is the cap of, each by itself */
	unsigned kills;
};

static const struct cap caps[CAPS] = {
	[CAP_MONEY] = { "ai.budgets=all 0.030000007", 30000007, "nanos", "all", 3 },
	/* All guests are one. */
	[CAP_PLAYER] = { "ai.budgets=player 15000 tokens", 15000, "tokens", "player/%", 1 },
	[CAP_NPC] = { "ai.budgets=npc 8000 tokens", 8000, "tokens", "npc/%", 1 },
};

/* One person for each player, since each answers one at a time; all in one room. */
static const char *const folk[FOLK] = { "Abel", "Bran", "Cole", "Dorn", "Egan",
					"Finn", "Glen", "Hugh", "Ivor", "Joss" };

/* Short, since the time somebody takes to say it is real time. */
static const char answer[] = "{\"latency_ms\":60,\"text\":\"Dear.\"}";
/* Long enough for whoever asked it to be killed meanwhile. */
static const char slow_answer[] = "{\"latency_ms\":2000,\"text\":\"Dear.\"}";

struct scene {
	struct people p;
	struct child more[MORE];
	struct talk players[FOLK];
	const struct cap *cap;
	char packs[300];
	unsigned n_kills;
	size_t next_victim;
};

static void write_pack(const char *dir)
{
	CLEANUP(base_freep) char *pack = tmp_path(dir, "coal");
	CLEANUP(base_freep) char *head = tmp_path(pack, "pack.yaml");
	CLEANUP(base_freep) char *map = tmp_path(pack, "map.yaml");
	struct buf text = { 0 };

	must(mkdir(pack, 0700), pack);
	tmp_write(head, "name: coal\nversion: \"1\"\nlicence: MIT\nstart: yard\n");
	buf_adds(&text, "area: { key: coal, name: Coal }\nnpcs:\n");
	for (size_t i = 0; i < FOLK; i++)
		buf_addf(&text,
			 "  n%zu: { name: %s, words: [ %s ], look: Black., mind: { persona: A "
			 "miner., style: Short., shrugs: [ Later. ], greets: [ Yes? ] } }\n",
			 i, folk[i], folk[i]);
	buf_adds(&text, "rooms:\n  yard:\n    name: The Yard\n    look: Coal.\n    exits: {}\n    "
			"things:\n");
	for (size_t i = 0; i < FOLK; i++)
		buf_addf(&text, "      - { npc: n%zu }\n", i);
	buf_addc(&text, '\0');
	tmp_write(map, buf_p(&text));
	buf_done(&text);
}

/* An aibridge beside that of `mudlark up`, with the same options. */
static void bridge_start(struct scene *s, size_t i)
{
	char world[300], store[300], url[80], key[300], name[16];
	const char *const argv[] = { child_program("mudlark-aibridge"),
				     "--name",
				     name,
				     "--set",
				     world,
				     "--set",
				     store,
				     "--set",
				     url,
				     "--set",
				     key,
				     "--set",
				     s->cap->set,
				     "--set",
				     "ai.provider=anthropic",
				     "--set",
				     "ai.model=fake-1",
				     "--set",
				     "ai.prices=fake-1=1.00/5.00",
				     "--set",
				     "ai.max_tokens=64",
				     "--set",
				     "ai.metrics=",
				     NULL };
	CLEANUP(base_freep) char *log = NULL;

	snprintf(name, sizeof(name), "more%zu", i);
	snprintf(world, sizeof(world), "world.bus=ipc://%s/run/world.bus", s->p.mud.dir);
	snprintf(store, sizeof(store), "persist.bus=ipc://%s/run/persist.bus", s->p.mud.dir);
	snprintf(url, sizeof(url), "ai.url=http://127.0.0.1:%u", s->p.fake.port);
	snprintf(key, sizeof(key), "ai.key_file=%s", s->p.fake.key_file);
	log = tmp_path(s->p.dir, name);
	child_start(&s->more[i], argv, log);
	if (!child_says(&s->more[i], "event=peer_up role=world", READY_US) ||
	    !child_says(&s->more[i], "event=peer_up role=persist", READY_US))
		die("%s is not up", name);
}

static void scene_start(struct scene *s, const struct cap *cap)
{
	const char *dir = tmp_dir();
	const char *const sets[] = { "world.packs=coal",  s->packs, cap->set, "ai.max_tokens=64",
				     "world.guests=true", NULL };

	s->cap = cap;
	write_pack(dir);
	snprintf(s->packs, sizeof(s->packs), "world.pack_path=%s", dir);
	people_start(&s->p, &(struct people_conf){ .provider = "anthropic", .sets = sets });
	fake_ai_mode(&s->p.fake, answer);
	for (size_t i = 0; i < MORE; i++)
		bridge_start(s, i);
	for (size_t i = 0; i < FOLK; i++) {
		talk_open(&s->players[i], folk[i], s->p.mud.telnet);
		talk_enter_guest(&s->players[i]);
	}
}

/* kill -9 of one of the three, and a new one in its place. */
static void kill_next(struct scene *s)
{
	const size_t victim = s->next_victim++ % (MORE + 1);
	pid_t old;

	if (victim == MORE) {
		old = mud_kill(&s->p.mud, "aibridge");
		mud_wait_pid(&s->p.mud, "aibridge", old);
	} else {
		child_end(&s->more[victim], SIGKILL, READY_US);
		bridge_start(s, victim);
	}
}

/* One after the other, until it was one that had something under way. */
static void kill_one(struct scene *s)
{
	const uint64_t before = fake_ai_stat(&s->p.fake, "cancelled");

	for (unsigned i = 0; i < LOOKS && !fake_ai_stat(&s->p.fake, "in_flight"); i++)
		(void)talk_read(&s->players[0], LOOK_US);
	for (size_t i = 0; i <= MORE && fake_ai_stat(&s->p.fake, "cancelled") == before; i++)
		kill_next(s);
	s->n_kills++;
}

/* Everybody asks, and everybody hears something, whoever said it. */
static void round_of_talk(struct scene *s, bool with_kill)
{
	char says[32];

	if (with_kill)
		fake_ai_mode(&s->p.fake, slow_answer);
	for (size_t i = 0; i < FOLK; i++)
		talk_line(&s->players[i], "ask %s about coal", folk[i]);
	if (with_kill) {
		kill_one(s);
		fake_ai_mode(&s->p.fake, answer);
	}
	for (size_t i = 0; i < FOLK; i++) {
		snprintf(says, sizeof(says), "%s says, \"", folk[i]);
		talk_expect(&s->players[i], says);
	}
}

/* Until nobody is paid any more, although three could ask. */
static void talk_until_spent(struct scene *s)
{
	uint64_t before = 0, now = 1;

	for (unsigned round = 0; now > before || s->n_kills < s->cap->kills; round++) {
		if (round == ROUNDS_MAX)
			die("the budget is never used up");
		before = fake_ai_stat(&s->p.fake, "requests");
		round_of_talk(s, round && s->n_kills < s->cap->kills);
		now = fake_ai_stat(&s->p.fake, "requests");
	}
}

/* A figure of what the budget is counted in: tokens or nanos. */
static uint64_t number(struct scene *s, const char *before, const char *rest)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT %s%s%s", before, s->cap->spent, rest);
	return (uint64_t)store_number(s->p.store, sql);
}

/* The same was charged to every account of a call, and what is open is what was reserved. */
static void ck_ledger(struct scene *s, uint64_t spent)
{
	ck_assert_uint_eq(number(s, "sum(", ") FROM ledger WHERE account LIKE 'day/%'"), spent);
	ck_assert_uint_eq(number(s, "sum(", ") FROM ledger WHERE account LIKE 'player/%'"), spent);
	ck_assert_uint_eq(number(s, "sum(", ") FROM ledger WHERE account LIKE 'npc/%'"), spent);
	ck_assert_uint_eq(number(s, "sum(", ") FROM ledger WHERE account LIKE 'pack/%'"), spent);
	ck_assert_uint_eq(number(s, "open_", " FROM ledger WHERE account = 'all'"),
			  number(s, "sum(", ") FROM reservation"));
}

START_TEST(no_number_of_aibridges_and_kills_gets_past_the_budget)
{
	uint64_t in, out, bill, spent, most;
	char most_of[80];
	struct scene s = { 0 };

	scene_start(&s, &caps[_i]);
	talk_until_spent(&s);
	for (size_t i = 0; i < FOLK; i++)
		talk_close(&s.players[i]);
	for (size_t i = 0; i < MORE; i++)
		ck_assert_int_eq(child_end(&s.more[i], SIGTERM, READY_US), 0);
	in = fake_ai_stat(&s.p.fake, "tokens_in");
	out = fake_ai_stat(&s.p.fake, "tokens_out");
	people_stop(&s.p);

	bill = _i == CAP_MONEY ? in * IN_NANOS + out * OUT_NANOS : in + out;
	spent = number(&s, "", " FROM ledger WHERE account = 'all'");
	ck_assert_uint_gt(bill, 0);
	ck_assert_uint_le(bill, spent);
	snprintf(most_of, sizeof(most_of), ") FROM ledger WHERE account LIKE '%s'",
		 s.cap->accounts);
	most = number(&s, "max(", most_of);
	ck_assert_uint_le(most, s.cap->amount);
	/* It was used up as far as it goes: the most that one more call can cost is more than is left. */
	ck_assert_uint_gt(most, s.cap->amount / 2);
	ck_assert_uint_gt(number(&s, "count(", ") FROM reservation"), 0);
	ck_ledger(&s, spent);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ no_number_of_aibridges_and_kills_gets_past_the_budget, CAPS },
	};

	return suite_main("budget", 120, tests, ARRAY_LEN(tests));
}
