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

static const char header[] = "name: bench\n"
			     "version: \"1\"\n"
			     "licence: MIT\n"
			     "start: r\n";

static void write_room(FILE *f, const char *key, unsigned depth)
{
	char next[STEPS + 3];

	fprintf(f,
		"  %s:\n    name: Room %s\n    look: A room with nothing in it but numbers.\n"
		"    exits:%s\n",
		key, key, depth < STEPS ? "" : " {}");
	for (unsigned w = 0; depth < STEPS && w < EXITS; w++)
		fprintf(f, "      %s: { to: %s%u, oneway: true }\n", ways[w], key, w);
	if (depth == STEPS)
		fprintf(f, "    things:\n      - { item: pebble }\n");
	for (unsigned w = 0; depth < STEPS && w < EXITS; w++) {
		snprintf(next, sizeof(next), "%s%u", key, w);
		write_room(f, next, depth + 1);
	}
}

void bench_pack_write(const char *dir)
{
	CLEANUP(base_freep) char *pack = tmp_path(dir, "bench");
	CLEANUP(base_freep) char *head = tmp_path(pack, "pack.yaml");
	CLEANUP(base_freep) char *map = tmp_path(pack, "map.yaml");
	FILE *f;

	must(mkdir(pack, 0700), pack);
	tmp_write(head, header);
	f = fopen(map, "we");
	if (!f)
		die("cannot write %s", map);
	fprintf(f, "area: { key: numbers, name: The Numbers }\n"
		   "items:\n  pebble:\n    name: a pebble\n    look: Grey and round.\n"
		   "rooms:\n");
	write_room(f, "r", 0);
	must(fclose(f) ? -1 : 0, map);
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
