/*
 * bench_pack.c - see bench_pack.h.  A room is named by the steps that lead to it: r, r0 ... r5, r00
 * ... r555.
 */
#include "tests/bench/bench_pack.h"

#include <stdio.h>
#include <sys/stat.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { EXITS = 6, STEPS = 3, WALK_US = 10000000 };

static const char *const ways[EXITS] = { "north", "east", "south", "west", "up", "down" };

static const char header[] = "version: \"1\"\n"
			     "licence: MIT\n"
			     "start: r\n";

static const char *const folk[BENCH_FOLK] = { "Nab", "Ned", "Nik", "Noa", "Nub" };

/* Somebody to talk to, for each of the players in a room. */
static void write_folk(FILE *f)
{
	fprintf(f, "npcs:\n");
	for (size_t i = 0; i < BENCH_FOLK; i++)
		fprintf(f,
			"  n%zu:\n    name: %s\n    words: [ %s ]\n    look: Black with coal.\n"
			"    mind:\n      persona: A miner who has seen better days.\n"
			"      style: Short.\n      shrugs: [ \"Hm.\" ]\n      greets: [ \"Yes?\" "
			"]\n"
			"      topics:\n        coal: { words: [ coal ], says: [ \"Dear.\", "
			"\"Dearer.\", \"Too dear.\" ] }\n",
			i, folk[i], folk[i]);
}

const char *bench_pack_person(size_t player)
{
	return folk[player % BENCH_FOLK];
}

/* How many rooms were written that are not on the way, and how many of them are to have people. */
struct rooms {
	unsigned n, n_folk;
};

static void write_things(FILE *f, struct rooms *rooms)
{
	const bool with_folk = rooms->n++ < rooms->n_folk;

	fprintf(f, "    things:\n");
	if (!with_folk)
		fprintf(f, "      - { item: pebble }\n");
	for (size_t i = 0; with_folk && i < BENCH_FOLK; i++)
		fprintf(f, "      - { npc: n%zu }\n", i);
}

static void write_room(FILE *f, const char *key, unsigned depth, struct rooms *rooms)
{
	char next[STEPS + 3];

	fprintf(f,
		"  %s:\n    name: Room %s\n    look: A room with nothing in it but numbers.\n"
		"    exits:%s\n",
		key, key, depth < STEPS ? "" : " {}");
	for (unsigned w = 0; depth < STEPS && w < EXITS; w++)
		fprintf(f, "      %s: { to: %s%u, oneway: true }\n", ways[w], key, w);
	if (depth == STEPS)
		write_things(f, rooms);
	for (unsigned w = 0; depth < STEPS && w < EXITS; w++) {
		snprintf(next, sizeof(next), "%s%u", key, w);
		write_room(f, next, depth + 1, rooms);
	}
}

static void write_pack(const char *dir, const char *name, unsigned n_folk)
{
	CLEANUP(base_freep) char *pack = tmp_path(dir, name);
	CLEANUP(base_freep) char *head = tmp_path(pack, "pack.yaml");
	CLEANUP(base_freep) char *map = tmp_path(pack, "map.yaml");
	struct rooms rooms = { .n_folk = n_folk };
	char text[sizeof(header) + 64];
	FILE *f;

	must(mkdir(pack, 0700), pack);
	snprintf(text, sizeof(text), "name: %s\n%s", name, header);
	tmp_write(head, text);
	f = fopen(map, "we");
	if (!f)
		die("cannot write %s", map);
	fprintf(f, "area: { key: numbers, name: The Numbers }\n"
		   "items:\n  pebble:\n    name: a pebble\n    look: Grey and round.\n");
	if (n_folk)
		write_folk(f);
	fprintf(f, "rooms:\n");
	write_room(f, "r", 0, &rooms);
	must(fclose(f) ? -1 : 0, map);
}

void bench_pack_write(const char *dir)
{
	write_pack(dir, "bench", 0);
	write_pack(dir, "folk", BENCH_ROOMS);
	write_pack(dir, "few", BENCH_FEW_ROOMS);
}

static void arrived(void *ctx, struct player *p UNUSED)
{
	size_t *n = ctx;

	++*n;
}

void bench_pack_spread(struct crowd *c, unsigned to_a_room)
{
	struct crowd_events kept = c->events;
	size_t n = 0;

	if (c->n > (size_t)BENCH_ROOMS * to_a_room)
		die("the bench pack has no room for %zu players", c->n);
	c->events = (struct crowd_events){ .answered = arrived, .ctx = &n };
	for (unsigned step = 0, divide = EXITS * EXITS; step < STEPS; step++, divide /= EXITS) {
		uint64_t end = now_us() + WALK_US;

		n = 0;
		for (size_t i = 0; i < c->n; i++) {
			player_expect(&c->players[i], "Exits:");
			player_send(&c->players[i], "%s", ways[i / to_a_room / divide % EXITS]);
		}
		while (n < c->n && now_us() < end)
			crowd_turn(c, end);
		if (n < c->n)
			die("only %zu of %zu players walked", n, c->n);
	}
	c->events = kept;
}
