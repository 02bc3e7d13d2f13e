/* irc_scene.c - see irc_scene.h. */
#include "tests/scenario/irc_scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

#define PASSWORD "some long password"

enum { OPEN_STEP_US = 500000 };

void irc_scene_set(struct irc_scene *s, const char *fmt, ...)
{
	va_list ap;

	if (s->n_sets == IRC_SCENE_SETS - 1)
		die("too many options");
	va_start(ap, fmt);
	must(vasprintf(&s->sets[s->n_sets++], fmt, ap), "vasprintf");
	va_end(ap);
}

void irc_scene_enter(struct irc_scene *s, struct talk *t, const char *name)
{
	talk_open(t, name, s->mud.telnet);
	talk_enter_new(t, name, PASSWORD);
}

void irc_scene_staff(struct irc_scene *s, struct talk *t, const char *name)
{
	const char *const words[] = { "account", "grant", name, "admin", NULL };
	CLEANUP(base_freep) char *text = NULL;
	int status;

	irc_scene_enter(s, t, name);
	talk_line(t, "quit");
	talk_expect_end(t);
	talk_close(t);
	text = mud_command(&s->mud, words, NULL, &status);
	if (status)
		die("%s", text);
	talk_open(t, name, s->mud.telnet);
	talk_enter(t, name, PASSWORD);
}

/* A room where nobody says anything. */
static void write_pack(struct irc_scene *s, const char *dir)
{
	CLEANUP(base_freep) char *pack = tmp_path(dir, "quiet");
	CLEANUP(base_freep) char *head = tmp_path(pack, "pack.yaml");
	CLEANUP(base_freep) char *map = tmp_path(pack, "map.yaml");

	must(mkdir(pack, 0700), pack);
	tmp_write(head, "name: quiet\nversion: \"1\"\nlicence: MIT\nstart: hall\n");
	tmp_write(map, "area: { key: quiet, name: A Quiet Place }\n"
		       "rooms: { hall: { name: The Hall, look: Bare., exits: {} } }\n");
	irc_scene_set(s, "world.packs=quiet");
	irc_scene_set(s, "world.pack_path=%s", dir);
}

static void start_mud(struct irc_scene *s, const struct irc_scene_conf *c)
{
	const struct mud_conf conf = { .sets = (const char *const *)s->sets, .config = c->config };

	write_pack(s, s->ircd.dir);
	irc_scene_set(s, "irc.host=127.0.0.1");
	irc_scene_set(s, "irc.port=%u", c->tls ? s->ircd.tls_port : s->ircd.port);
	irc_scene_set(s, "irc.tls=%s", c->tls ? "true" : "false");
	if (c->tls)
		irc_scene_set(s, "irc.ca_file=%s", s->ircd.ca_file);
	if (!c->config)
		irc_scene_set(s, "irc.channels=%s", c->channels ? c->channels : "#mud = chat");
	irc_scene_set(s, "irc.metrics=");
	irc_scene_set(s, "world.channel_rate=0");
	for (size_t i = 0; c->sets && c->sets[i]; i++)
		irc_scene_set(s, "%s", c->sets[i]);
	mud_start(&s->mud, &conf);
}

/* A bridge that comes for the first time tells what is said from then on: until it does. */
static void wait_open(struct irc_scene *s)
{
	const uint64_t end = now_us() + IRC_US;

	irc_user_expect_member(&s->joe, "Mudlark", "#mud");
	for (int i = 0; now_us() < end; i++) {
		char line[32];

		snprintf(line, sizeof(line), "is it there? %d.", i);
		talk_line(&s->ana, "chat %s", line);
		if (irc_user_sees(&s->joe, line, OPEN_STEP_US))
			return;
	}
	die("the bridge tells nothing");
}

void irc_scene_start(struct irc_scene *s, const struct irc_scene_conf *c)
{
	*s = (struct irc_scene){ 0 };
	ircd_start(&s->ircd, &c->ircd);
	irc_user_open(&s->joe, "joe", s->ircd.port);
	irc_user_join(&s->joe, "#mud");
	if (c->first)
		irc_user_line(&s->joe, "%s", c->first);
	start_mud(s, c);
	irc_scene_enter(s, &s->ana, "Ana");
	if (!c->apart)
		wait_open(s);
}

void irc_scene_stop(struct irc_scene *s)
{
	talk_close(&s->ana);
	irc_user_close(&s->joe);
	if (mud_stop(&s->mud))
		die("it did not stop as it should");
	ircd_stop(&s->ircd);
	for (size_t i = 0; i < s->n_sets; i++)
		free(TAKE(s->sets[i]));
}

void irc_scene_is_well(struct irc_scene *s, unsigned n)
{
	char line[40];

	snprintf(line, sizeof(line), "well out %u.", n);
	talk_line(&s->ana, "chat %s", line);
	irc_user_expect(&s->joe, line);
	snprintf(line, sizeof(line), "well in %u.", n);
	irc_user_say(&s->joe, "#mud", "%s", line);
	talk_expect(&s->ana, line);
}

uint32_t *irc_times_of(const struct buf *text, const char *word, size_t n, size_t *ret_disordered)
{
	uint32_t *times = base_alloc(n + 1, sizeof(*times));
	const char *at = buf_p(text), *end = at + text->n;
	unsigned long last = 0;

	*ret_disordered = 0;
	while ((at = memmem(at, (size_t)(end - at), word, strlen(word)))) {
		char *dot;
		unsigned long i;

		at += strlen(word);
		i = strtoul(at, &dot, 10);
		if (dot == at || *dot != '.' || i >= n)
			continue;
		*ret_disordered += i < last;
		last = i;
		times[i]++;
	}
	return times;
}

struct irc_tally irc_tally_of(const struct buf *text, const char *word, size_t n)
{
	struct irc_tally t = { 0 };
	CLEANUP(base_freep) uint32_t *times = irc_times_of(text, word, n, &t.disordered);

	for (size_t i = 0; i < n; i++) {
		t.heard += times[i] > 0;
		t.lost += times[i] == 0;
		t.doubled += times[i] > 1;
	}
	return t;
}
