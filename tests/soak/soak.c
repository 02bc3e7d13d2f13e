/*
 * soak.c - five hundred players come, play and leave for hours; in the end nothing may have grown: memory of no process by
 * more than one percent an hour once it is warm, no descriptors, no threads, no queue.
 *
 *	soak SECONDS [sqlite|pg [PLAYERS [CSV]]]
 *
 * Status 0: all is flat; 1: something grows, or a player was not answered.  The table says what was seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/soak/crew.h"
#include "tests/soak/watch.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { SAMPLE_US = 10000000, TELL_SAMPLES = 6, PLAYERS = 500, SHORTEST_S = 60 };
/* Until everybody has come and gone a few times: a quarter of the time, but not more than this. */
enum { WARM_SHARE = 4, WARM_MOST_S = 1200 };

struct spec {
	uint64_t seconds, warm_us;
	enum store_kind kind;
	size_t players;
	const char *csv;
};

static struct spec read_args(int argc, char **argv)
{
	struct spec s = { .players = PLAYERS };
	uint64_t warm_s;

	if (argc < 2)
		die("usage: soak SECONDS [sqlite|pg [PLAYERS [CSV]]]");
	s.seconds = strtoull(argv[1], NULL, 10);
	s.kind = argc > 2 && !strcmp(argv[2], "pg") ? STORE_OF_PG : STORE_OF_SQLITE;
	if (argc > 3)
		s.players = strtoul(argv[3], NULL, 10);
	s.csv = argc > 4 ? argv[4] : NULL;
	if (s.seconds < SHORTEST_S || !s.players)
		die("it takes %d seconds at least, and somebody who plays", SHORTEST_S);
	warm_s = s.seconds / WARM_SHARE;
	s.warm_us = (warm_s < WARM_MOST_S ? warm_s : WARM_MOST_S) * 1000000;
	return s;
}

static void start(struct mud *m, const struct spec *s, char *url, size_t n)
{
	static const char *const kept[] = { "persist", "world", "gateway" };
	char *dir = tmp_dir(), metrics[ARRAY_LEN(kept)][300];
	/* Who just goes is given up soon, so that the number of those is steady early. */
	const char *const sets[] = { metrics[0],
				     metrics[1],
				     metrics[2],
				     "world.linkdead_grace=30s",
				     "gateway.resume_grace=30s",
				     "ai.provider=scripted",
				     NULL };

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		snprintf(metrics[i], sizeof(metrics[i]), "%s.metrics=unix:%s/run/%s.metrics",
			 kept[i], dir, kept[i]);
	snprintf(url, n, "%s", store_url(s->kind, dir));
	mud_start(m, &(struct mud_conf){
			     .sets = sets, .dir = dir, .store = url, .tls = true, .web = true });
}

static void tell(const struct crew *c, uint64_t since_us)
{
	printf("%5llu s: %zu in play, %llu visits, %llu lines answered, longest wait %.2f s\n",
	       (unsigned long long)((now_us() - since_us) / 1000000), crew_in(c),
	       (unsigned long long)c->visits, (unsigned long long)c->lines,
	       (double)c->longest_us / 1e6);
}

int main(int argc, char **argv)
{
	const struct spec spec = read_args(argc, argv);
	const uint64_t begin = now_us(), end = begin + spec.seconds * 1000000;
	struct watch *w;
	char url[300];
	struct crew c;
	struct mud m;
	size_t bad;

	setvbuf(stdout, NULL, _IOLBF, 0);
	start(&m, &spec, url, sizeof(url));
	crew_init(&c, &m, spec.players, 1);
	w = watch_new(&m, spec.kind, url);
	for (unsigned i = 1; now_us() < end; i++) {
		crew_play(&c, now_us() + SAMPLE_US);
		watch_sample(w);
		if (i % TELL_SAMPLES == 0)
			tell(&c, begin);
	}
	tell(&c, begin);
	if (spec.csv)
		watch_write(w, spec.csv);
	bad = watch_verdict(w, spec.warm_us);
	crew_done(&c);
	if (mud_stop(&m))
		die("it did not stop as it should");
	printf("rows left in the outbox: %lld\n",
	       (long long)store_number(url, "SELECT count(*) FROM outbox"));
	watch_free(w);
	if (bad)
		printf("%zu of these grow\n", bad);
	else
		printf("nothing grows\n");
	return bad != 0;
}
