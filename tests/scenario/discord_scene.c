/* discord_scene.c - see discord_scene.h. */
#include "tests/scenario/discord_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"
#include "tests/fake/discord/fake.h"
#include "tests/support/die.h"
#include "tests/support/secure.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define HOOK_TOKEN "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJ" /* is in that of every webhook */

/* The first word of a row is the name of a channel: its id is what the bridge wants. */
static void write_config(struct discord_scene *s, const char *const *rows)
{
	struct buf text = { 0 };

	buf_adds(&text, "discord:\n  channels:\n");
	for (; *rows; rows++) {
		CLEANUP(base_freep) char *name = base_dup(*rows, strcspn(*rows, " "));
		CLEANUP(base_freep) char *id = fake_discord_channel(&s->d, name);

		buf_addf(&text, "    - \"%s%s\"\n", id, *rows + strlen(name));
	}
	buf_addc(&text, '\0');
	s->config = tmp_path(tmp_dir(), "discord.yaml");
	tmp_write(s->config, buf_p(&text));
	buf_done(&text);
}

static void start_mud(struct discord_scene *s, const struct discord_scene_conf *c)
{
	static const char *const usual[] = { "quay = chat", NULL };
	struct mud_conf conf = { .sets = (const char *const *)s->sets.v };

	write_config(s, c->rows ? c->rows : usual);
	conf.config = s->config;
	s->metrics = tmp_port();
	cast_set(&s->sets, "discord.token_file=%s", s->d.token_file);
	cast_set(&s->sets, "discord.api_url=%s", s->d.api_url);
	if (!c->asked)
		cast_set(&s->sets, "discord.gateway_url=%s", s->d.gateway_url);
	cast_set(&s->sets, "discord.metrics=127.0.0.1:%u", s->metrics);
	cast_set(&s->sets, "world.channel_rate=0");
	for (size_t i = 0; c->sets && c->sets[i]; i++)
		cast_set(&s->sets, "%s", c->sets[i]);
	mud_start(&s->mud, &conf);
}

static void start_discord(struct discord_scene *s, const struct discord_scene_conf *c)
{
	char *dir = tmp_dir();

	if (!c->certificate) {
		fake_discord_start(&s->d, dir);
		return;
	}
	secure_certificate(dir, c->certificate);
	fake_discord_start_tls(&s->d, dir);
	cast_set(&s->sets, "discord.ca_file=%s/cert.pem", dir);
}

void discord_scene_start(struct discord_scene *s, const struct discord_scene_conf *c)
{
	*s = (struct discord_scene){ 0 };
	start_discord(s, c);
	if (c->first)
		fake_discord_do(&s->d, "%s", c->first);
	start_mud(s, c);
	cast_enter(&s->mud, &s->ana, "Ana");
	if (!c->apart)
		fake_discord_wait_is(&s->d, "connected", 1);
}

static void expect_no_secret(struct discord_scene *s)
{
	char request[100];
	CLEANUP(base_freep) char *text = NULL;

	snprintf(request, sizeof(request),
		 "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
	text = ws_http(s->metrics, false, request, TALK_US);
	if (!strstr(text, "200") || strstr(text, FAKE_TOKEN) || strstr(text, HOOK_TOKEN))
		die("metrics: %s", text);
}

void discord_scene_stop(struct discord_scene *s)
{
	if (mud_pid(&s->mud, "discord"))
		expect_no_secret(s);
	talk_close(&s->ana);
	tmp_nowhere(s->mud.dir, FAKE_TOKEN, s->d.token_file);
	tmp_nowhere(s->mud.dir, HOOK_TOKEN, s->d.token_file);
	if (mud_stop(&s->mud))
		die("it did not stop as it should");
	fake_discord_stop(&s->d);
	cast_sets_done(&s->sets);
	free(TAKE(s->config));
}

void discord_scene_is_well(struct discord_scene *s, unsigned n)
{
	char line[40];

	snprintf(line, sizeof(line), "well out %u.", n);
	talk_line(&s->ana, "chat %s", line);
	fake_discord_hear(&s->d, line);
	snprintf(line, sizeof(line), "well in %u.", n);
	fake_discord_write(&s->d, "quay", "joe", line);
	talk_expect(&s->ana, line);
}

void discord_scene_kill(struct discord_scene *s, const char *role)
{
	pid_t old = mud_kill(&s->mud, role);

	mud_wait_pid(&s->mud, role, old);
}

struct span discord_scene_read(struct discord_scene *s)
{
	while (talk_read(&s->ana, 0))
		;
	return buf_span(&s->ana.text);
}
