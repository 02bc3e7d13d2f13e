/*
 * data.h - what the world tells clients as data (GMCP), to those who asked for the package.
 *
 * One table (data.c) has a row for each message: its package, when it is sent, and the function that
 * writes its JSON.  A row is *due* for a session when it comes in, enters a room, or when something of
 * its character was written; at the end of the unit what is due is built and sent, and nothing is sent
 * twice while it stays the same.  Lists are sent whole once and then by their changes.  Who has no
 * GMCP costs one comparison; what is said to a room is one record for each gateway.
 *
 * What is told to others is an effect of the unit, as text is.
 */
#pragma once

#include "world/session.h"

enum data_row {
	DATA_LOGIN_DEFAULT,
	DATA_LOGIN_RESULT,
	DATA_CHAR_NAME,
	DATA_CHAR_STATUS_VARS,
	DATA_CHAR_STATUS,
	DATA_CHAR_VITALS,
	DATA_CHAR_AFFLICTIONS,
	DATA_CHAR_DEFENCES,
	DATA_SKILL_GROUPS,
	DATA_SKILL_LIST,
	DATA_SKILL_INFO,
	DATA_ROOM_INFO,
	DATA_ROOM_WRONG_DIR,
	DATA_ROOM_PLAYERS,
	DATA_ROOM_ADD_PLAYER,
	DATA_ROOM_REMOVE_PLAYER,
	DATA_ITEMS_INV,
	DATA_ITEMS_ROOM,
	DATA_ITEMS_ADD,
	DATA_ITEMS_REMOVE,
	DATA_ITEMS_UPDATE,
	DATA_CHANNEL_LIST,
	DATA_CHANNEL_START,
	DATA_CHANNEL_TEXT,
	DATA_CHANNEL_END,
	DATA_CHANNEL_PLAYERS,
	DATA_CLIENT_GUI,
	DATA_MEDIA_DEFAULT,
	DATA_MEDIA_LOAD,
	DATA_MEDIA_STOP,
	DATA_MEDIA_PLAY,
	DATA_DISCORD_INFO,
	DATA_DISCORD_STATUS,
	DATA_ROWS
};

struct data;	 /* what one session was told; NULL in a session without GMCP */
struct data_hub; /* all of them, by the room they listen to */

struct data_hub *data_hub_new(void);
void data_hub_free(struct world *w);

/* ---- what happens to a session ---- */

/* What its client supports may have changed: what is new in it becomes due. */
void data_caps(struct world *w, struct session *s);
/* It has come into the world. */
void data_all(struct world *w, struct session *s);
/* It lived before this world did, which does not know what it was told last. */
void data_attached(struct world *w, struct session *s);
/* It asks for a name: Char.Login.Default. */
void data_login(struct world *w, struct session *s);
/* It is in another room. */
void data_room(struct world *w, struct session *s);
/* s->group is another one now, or none. */
void data_grouped(struct world *w, struct session *s);
void data_free(struct world *w, struct session *s);

/* ---- what happens to things and people: for core/ ---- */

/* From one owner to another, either may be ENT_NONE; the lists are as they are afterwards. */
void data_moved(struct world *w, struct ent e, struct ent from, struct ent to);
/* Something of a character may have changed. */
void data_written(struct world *w, struct ent player);

/* ---- telling ---- */

bool data_wants(const struct session *s, enum data_row row);
/* Is there anybody with GMCP in the room? */
bool data_heard_in(const struct world *w, struct ent room);
void data_due(struct world *w, struct session *s, enum data_row row);
/* At once, and only if the package is wanted. */
void data_send(struct world *w, struct session *s, enum data_row row, struct span json);
/* To everybody in the room who wants it; `except` may be ENT_NONE. */
void data_send_room(struct world *w, struct ent room, struct ent except, enum data_row row,
		    struct span json);
/* To those of these sessions who want it; what the own one was told before comes first. */
void data_send_sessions(struct world *w, struct session *const *to, size_t n, enum data_row row,
			struct span json);
/* To one character, if it is connected. */
void data_send_to(struct world *w, struct ent player, enum data_row row, struct span json);
/* The end of a unit: what is due is sent. */
void data_flush(struct world *w);
