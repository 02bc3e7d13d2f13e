/* irc_scene.c - see irc_scene.h. */
#include "tests/scenario/irc_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { OPEN_STEP_US = 500000 };

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
	cast_set(&s->sets, "world.packs=quiet");
	cast_set(&s->sets, "world.pack_path=%s", dir);
}

static void start_mud(struct irc_scene *s, const struct irc_scene_conf *c)
{
	const struct mud_conf conf = { .sets = (const char *const *)s->sets.v,
				       .config = c->config };

	write_pack(s, s->ircd.dir);
	cast_set(&s->sets, "irc.host=127.0.0.1");
	cast_set(&s->sets, "irc.port=%u", c->tls ? s->ircd.tls_port : s->ircd.port);
	cast_set(&s->sets, "irc.tls=%s", c->tls ? "true" : "false");
	if (c->tls)
		cast_set(&s->sets, "irc.ca_file=%s", s->ircd.ca_file);
	if (!c->config)
		cast_set(&s->sets, "irc.channels=%s", c->channels ? c->channels : "#mud = chat");
	cast_set(&s->sets, "irc.metrics=");
	cast_set(&s->sets, "world.channel_rate=0");
	for (size_t i = 0; c->sets && c->sets[i]; i++)
		cast_set(&s->sets, "%s", c->sets[i]);
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
	cast_enter(&s->mud, &s->ana, "Ana");
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
	cast_sets_done(&s->sets);
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
