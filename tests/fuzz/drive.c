/*
 * drive.c - runs a fuzz target without libFuzzer: its corpus, and then the corpus changed here and there.
 *
 *	try_NAME [-max_total_time=SECONDS] [-FLAG]... FOLDER...
 *
 * The same changes in the same order each time, as many as the seconds allow.  It learns nothing of what an input
 * reaches, as libFuzzer does (`make fuzz`), but every compiler builds it and nothing has to be built twice.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rt/rand.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 4096, INPUTS_MAX = 20000, CHANGES = 4 };

struct corpus {
	struct buf *v;
	size_t n;
};

static void read_file(struct corpus *c, const char *path)
{
	struct buf *b = &c->v[c->n];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return;
	do {
		n = fread(buf_reserve(b, INPUT_MAX), 1, INPUT_MAX, f);
		buf_commit(b, n);
	} while (n == INPUT_MAX);
	fclose(f);
	c->n++;
}

static void read_folder(struct corpus *c, const char *folder)
{
	struct dirent **names;
	const int n = scandir(folder, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && c->n < INPUTS_MAX)
			read_file(c, path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* In memory of just that size, so that a sanitizer sees what reads beyond it. */
static void run(const struct buf *input)
{
	uint8_t *data = malloc(input->n ? input->n : 1);

	if (!data)
		abort();
	memcpy(data, buf_p(input), input->n);
	LLVMFuzzerTestOneInput(data, input->n);
	free(data);
}

/* Puts a run of bytes in at a place; it may be a part of the same buffer. */
static void insert(struct buf *b, size_t at, const void *p, size_t n)
{
	struct buf whole = { 0 };

	buf_add(&whole, buf_p(b), at);
	buf_add(&whole, p, n);
	buf_add(&whole, buf_p(b) + at, b->n - at);
	buf_done(b);
	*b = whole;
}

static void change(struct buf *b, const struct buf *other, struct rng *r)
{
	static const char telling[] = {
		0, -1, 1, 127, -128, '\n', '\r', '"', '{', '<', '\x1b', ' '
	};
	const size_t at = b->n ? rng_below(r, b->n) : 0;
	const size_t from = other->n ? rng_below(r, other->n) : 0;
	const uint64_t noise = rng_next(r);

	switch (rng_below(r, 6)) {
	case 0:
		if (b->n)
			b->p[b->off + at] = (char)(b->p[b->off + at] ^ 1 << rng_below(r, 8));
		break;
	case 1:
		if (b->n)
			b->p[b->off + at] = telling[rng_below(r, sizeof(telling))];
		break;
	case 2:
		b->n = at;
		break;
	case 3:
		insert(b, at, &noise, 1 + rng_below(r, sizeof(noise)));
		break;
	case 4:
		insert(b, at, buf_p(other) + from, rng_below(r, other->n - from + 1));
		break;
	default:
		insert(b, at, buf_p(b), rng_below(r, b->n + 1));
		break;
	}
	if (b->n > INPUT_MAX)
		b->n = INPUT_MAX;
}

static void run_changed(const struct corpus *c, size_t i, struct rng *r)
{
	const size_t changes = 1 + rng_below(r, CHANGES);
	struct buf b = { 0 };

	buf_add(&b, buf_p(&c->v[i]), c->v[i].n);
	for (size_t k = 0; k < changes; k++)
		change(&b, &c->v[rng_below(r, c->n)], r);
	run(&b);
	buf_done(&b);
}

int main(int argc, char **argv)
{
	struct corpus c = { .v = base_alloc(INPUTS_MAX, sizeof(*c.v)) };
	const clock_t began = clock();
	unsigned long executed = 0;
	double seconds = 1;
	struct rng r;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-')
			read_folder(&c, argv[i]);
		else
			(void)sscanf(argv[i], "-max_total_time=%lf", &seconds);
	for (size_t i = 0; i < c.n; i++, executed++)
		run(&c.v[i]);
	rng_seed(&r, 1);
	for (size_t i = 0; c.n && (double)(clock() - began) < seconds * CLOCKS_PER_SEC;
	     i = (i + 1) % c.n, executed++)
		run_changed(&c, i, &r);
	printf("stat::number_of_executed_units: %lu\n", executed);
	for (size_t i = 0; i < c.n; i++)
		buf_done(&c.v[i]);
	free(c.v);
	return 0;
}
