/*
 * data_client.c - what a client can do beside showing text: channels in a window of their own, a package
 * of its interface, sounds, and what friends on Discord see.
 *
 * A room's sound goes on until one is in a room with another or none: Client.Media.Play with the key
 * `room`.  Other sounds are played once.  `world.media_url` is where the files are; without it a
 * client plays the names it knows by itself.
 */
#include "world/data_media.h"
#include "world/data_rows.h"

#include <string.h>

#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/room.h"
#include "world/social/channel.h"

#define ROOM_KEY "room"

void data_channel_list(const struct world *w, const struct session *s, struct buf *json)
{
	const struct channel *c;

	buf_adds(json, "[{\"name\":\"say\",\"caption\":\"Say\",\"command\":\"say\"},"
		       "{\"name\":\"emote\",\"caption\":\"Emote\",\"command\":\"emote\"},"
		       "{\"name\":\"tell\",\"caption\":\"Tell\",\"command\":\"tell\"}");
	for (size_t i = 0; (c = channel_at(w, i)); i++)
		if (channel_may(w, s->actor, c))
			buf_addf(json, ",{\"name\":\"%s\",\"caption\":\"%c%s\",\"command\":\"%s\"}",
				 c->name, c->name[0] - 'a' + 'A', c->name + 1, c->name);
	buf_addc(json, ']');
}

void data_client_gui(const struct world *w, const struct session *s, struct buf *json)
{
	(void)s;
	if (!*world_text(w, TEXT_GUI_URL))
		return;
	buf_addc(json, '{');
	comp_save_text(json, "version", world_text(w, TEXT_GUI_VERSION));
	comp_save_text(json, "url", world_text(w, TEXT_GUI_URL));
	buf_addc(json, '}');
}

/* ---- sounds ---- */

static void add_file(const struct world *w, const char *sound, struct buf *json)
{
	struct buf name = { 0 };

	buf_adds(&name, sound);
	if (*world_text(w, TEXT_MEDIA_URL))
		buf_adds(&name, world_text(w, TEXT_MEDIA_SUFFIX));
	json_member(json, "name");
	json_quote(json, buf_span(&name));
	buf_done(&name);
}

void data_media_default(const struct world *w, const struct session *s, struct buf *json)
{
	(void)s;
	if (!*world_text(w, TEXT_MEDIA_URL))
		return;
	buf_addc(json, '{');
	comp_save_text(json, "url", world_text(w, TEXT_MEDIA_URL));
	buf_addc(json, '}');
}

static const char *room_sound(const struct world *w, const struct session *s)
{
	const struct room *r = room_get(w, s->group);

	return r && r->def ? r->def->sound : NULL;
}

void data_media_stop(const struct world *w, const struct session *s, struct buf *json)
{
	if (!s->data->sound || room_sound(w, s))
		return;
	s->data->sound = NULL;
	buf_adds(json, "{\"key\":\"" ROOM_KEY "\"}");
}

void data_media_play(const struct world *w, const struct session *s, struct buf *json)
{
	const char *sound = room_sound(w, s);

	if (!sound || (s->data->sound && !strcmp(sound, s->data->sound)))
		return;
	s->data->sound = sound;
	buf_addc(json, '{');
	add_file(w, sound, json);
	buf_adds(json, ",\"type\":\"music\",\"tag\":\"environment\",\"key\":\"" ROOM_KEY
		       "\",\"volume\":30,\"loops\":-1,\"continue\":true}");
}

static void add_once(const struct world *w, const char *sound, struct buf *json)
{
	buf_addc(json, '{');
	add_file(w, sound, json);
	buf_adds(json, ",\"type\":\"sound\",\"volume\":50}");
}

void data_sound_room(struct world *w, struct ent room, const char *sound)
{
	struct buf json = { 0 };

	if (!sound || !data_heard_in(w, room))
		return;
	add_once(w, sound, &json);
	data_send_room(w, room, ENT_NONE, DATA_MEDIA_PLAY, buf_span(&json));
	buf_done(&json);
}

void data_sound_to(struct world *w, struct ent player, const char *sound)
{
	struct buf json = { 0 };

	if (!sound || !w->data->n)
		return;
	add_once(w, sound, &json);
	data_send_to(w, player, DATA_MEDIA_PLAY, buf_span(&json));
	buf_done(&json);
}

/* Every sound of the packs once, so that they are there when they are wanted. */
void data_media_load(struct world *w, struct session *s)
{
	struct buf json = { 0 };

	if (!*world_text(w, TEXT_MEDIA_URL))
		return;
	for (size_t p = 0; p < w->n_packs; p++) {
		for (size_t i = 0; i < w->packs[p]->n_sounds; i++) {
			buf_reset(&json);
			buf_addc(&json, '{');
			add_file(w, w->packs[p]->sounds[i], &json);
			buf_addc(&json, '}');
			data_send(w, s, DATA_MEDIA_LOAD, buf_span(&json));
		}
	}
	buf_done(&json);
}

/* ---- Discord ---- */

static bool has_discord(const struct world *w)
{
	return *world_text(w, TEXT_DISCORD_INVITE) || *world_text(w, TEXT_DISCORD_APPLICATION);
}

void data_discord_info(const struct world *w, const struct session *s, struct buf *json)
{
	(void)s;
	if (!has_discord(w))
		return;
	buf_addc(json, '{');
	if (*world_text(w, TEXT_DISCORD_INVITE))
		comp_save_text(json, "inviteurl", world_text(w, TEXT_DISCORD_INVITE));
	if (*world_text(w, TEXT_DISCORD_APPLICATION))
		comp_save_text(json, "applicationid", world_text(w, TEXT_DISCORD_APPLICATION));
	buf_addc(json, '}');
}

/* Where in the world somebody is shall not be told closer than by the area. */
void data_discord_status(const struct world *w, const struct session *s, struct buf *json)
{
	const struct room *r = room_get(w, s->group);

	if (!has_discord(w) || !s->data->discord)
		return;
	buf_addc(json, '{');
	comp_save_text(json, "game", world_text(w, TEXT_NAME));
	comp_save_text(json, "details", r && r->def ? r->def->area->name : "");
	comp_save_text(json, "state", "Playing");
	buf_addc(json, '}');
}
