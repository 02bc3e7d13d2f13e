/*
 * texts.c - options that are texts; see texts.h.
 */
#include "world/texts.h"

#include <stdlib.h>
#include <string.h>

enum { MSSP_MAX = 64 };

static const char *const names[TEXT_COUNT] = {
	[TEXT_NAME] = "name",
	[TEXT_GUI_URL] = "gui_url",
	[TEXT_GUI_VERSION] = "gui_version",
	[TEXT_MEDIA_URL] = "media_url",
	[TEXT_MEDIA_SUFFIX] = "media_suffix",
	[TEXT_DISCORD_INVITE] = "discord_invite",
	[TEXT_DISCORD_APPLICATION] = "discord_application",
};

const char *world_text(const struct world *w, enum world_text which)
{
	return w->conf.texts[which] ? w->conf.texts[which] : "";
}

const char *texts_name(enum world_text which)
{
	return names[which];
}

static void add_mssp(struct world_conf *c, const char *value)
{
	if (c->n_mssp == MSSP_MAX)
		return;
	c->mssp = base_realloc(c->mssp, c->n_mssp + 1, sizeof(*c->mssp));
	c->mssp[c->n_mssp++] = base_dup(value, strlen(value));
}

bool texts_set(struct world *w, struct span key, const char *value)
{
	if (key.n == strlen("mssp") && !memcmp(key.p, "mssp", key.n)) {
		add_mssp(&w->conf, value);
		return true;
	}
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		if (strlen(names[i]) != key.n || memcmp(names[i], key.p, key.n) != 0)
			continue;
		free(w->conf.texts[i]);
		w->conf.texts[i] = base_dup(value, strlen(value));
		return true;
	}
	return false;
}

void texts_free(struct world *w)
{
	for (size_t i = 0; i < TEXT_COUNT; i++)
		free(w->conf.texts[i]);
	for (size_t i = 0; i < w->conf.n_mssp; i++)
		free(w->conf.mssp[i]);
	free(w->conf.mssp);
}
