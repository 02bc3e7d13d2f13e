/* discord_traffic.c - see discord_traffic.h. */
#include "tests/scenario/discord_traffic.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/die.h"

#define OUT "ebb "
#define IN "flow "

enum { LAST = 9999, PATIENCE_US = 60000000, LOOK_US = 50000, IN_EVERY = 4 };

void discord_traffic_start(struct discord_traffic *t, struct discord_scene *s, uint64_t every_us)
{
	*t = (struct discord_traffic){ .scene = s, .every_us = every_us };
	t->next_us = now_us();
}

static void speak_outside(struct discord_traffic *t)
{
	fake_discord_do(&t->scene->d,
			"{'do':'write','channel':'quay','user':'joe','content':'" IN "%u.'}",
			t->n_in++);
}

/* A channel of Discord may say ten lines a second into the game. */
static void speak(struct discord_traffic *t)
{
	talk_line(&t->scene->ana, "chat " OUT "%u.", t->n_out++);
	if (t->n_out % IN_EVERY == 0)
		speak_outside(t);
	t->next_us += t->every_us;
}

void discord_traffic_play(struct discord_traffic *t, uint64_t for_us)
{
	const uint64_t end = now_us() + for_us;
	uint64_t now;

	while ((now = now_us()) < end) {
		if (now >= t->next_us)
			speak(t);
		talk_read(&t->scene->ana, 1000);
	}
	t->next_us = now_us(); /* nothing is made up for */
}

/* "(3 lines may be missing)": what notes of the bridge add up to. */
static size_t count_told(const char *text)
{
	static const char *const marks[] = { " line may",	   " lines may",
					     " line from",	   " lines from",
					     " line was left out", " lines were left out" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		for (const char *at = text; (at = strstr(at, marks[i])); at++) {
			const char *begin = at;

			while (begin > text && begin[-1] >= '0' && begin[-1] <= '9')
				begin--;
			n += strtoul(begin, NULL, 10);
		}
	return n;
}

static struct discord_verdict look(struct discord_traffic *t)
{
	CLEANUP(base_freep) char *all = fake_discord_transcript(&t->scene->d);
	const struct span text = { all, strlen(all) };

	return (struct discord_verdict){
		.out = tally_of(text, OUT, t->n_out),
		.in = tally_of(discord_scene_read(t->scene), IN, t->n_in),
		.told = count_told(all),
	};
}

static bool is_whole(const struct discord_verdict *v)
{
	return v->out.lost <= v->told && !v->in.lost;
}

static void complain(struct discord_traffic *t, const struct discord_verdict *v, const char *what)
{
	CLEANUP(base_freep) char *all = fake_discord_transcript(&t->scene->d);
	CLEANUP(base_freep) char *log = mud_log(&t->scene->mud);

	die("%s\nof %u out: %zu lost (first %zu), %zu told, %zu doubled (first %zu), %zu "
	    "disordered\n"
	    "of %u in: %zu lost (first %zu), %zu doubled (first %zu), %zu disordered\n%s\n--- "
	    "log\n%s",
	    what, t->n_out, v->out.lost, v->out.first_lost, v->told, v->out.doubled,
	    v->out.first_doubled, v->out.disordered, t->n_in, v->in.lost, v->in.first_lost,
	    v->in.doubled, v->in.first_doubled, v->in.disordered, all, log);
}

struct discord_verdict discord_traffic_finish(struct discord_traffic *t)
{
	const uint64_t end = now_us() + PATIENCE_US;
	struct discord_verdict v;

	/* The last ones of all are not lost by whatever broke before. */
	speak(t);
	speak_outside(t);
	do {
		talk_read(&t->scene->ana, LOOK_US);
		v = look(t);
	} while (!is_whole(&v) && now_us() < end);
	if (!is_whole(&v))
		complain(t, &v, "something is missing without a word");
	discord_scene_is_well(t->scene, LAST);
	v = look(t);
	if (v.out.doubled || v.in.doubled)
		complain(t, &v, "something was heard twice");
	if (v.out.disordered || v.in.disordered)
		complain(t, &v, "something was heard out of order");
	return v;
}
