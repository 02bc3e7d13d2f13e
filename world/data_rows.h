/*
 * data_rows.h - the inside of data.c, for the files that write its messages.
 *
 * A builder appends one JSON text; nothing appended: nothing is sent.
 */
#pragma once

#include "rt/buf.h"
#include "world/data.h"

struct pack_room;

struct data {
	struct session *session;
	struct data *prev, *next; /* who listens to the same room */
	struct ent room;	  /* that one */
	uint64_t wanted, due;	  /* bits of rows */
	uint64_t told[DATA_ROWS]; /* digest of what was sent last; 0: nothing yet */
	const char *sound;	  /* that plays on and on; of the pack */
	uint64_t asked_at;	  /* second of logical time */
	uint32_t asked;		  /* requests in it */
	bool pending;		  /* in the list of those with something due */
	bool discord;		  /* has asked for External.Discord */
};

enum data_change_kind { DATA_ADDED, DATA_REMOVED, DATA_UPDATED };

/* Of the contents of a room or a character, in this unit. */
struct data_change {
	struct ent place, item;
	uint64_t id; /* of the item, which may be gone by now */
	enum data_change_kind kind;
	bool told;
};

enum { DATA_CHANGES = 256 };

struct data_hub {
	size_t n;		/* sessions with GMCP */
	struct map64 listening; /* room slot + 1 -> the first struct data */
	uint64_t *pending;	/* ids of sessions */
	size_t n_pending, cap_pending;
	struct data_change changes[DATA_CHANGES];
	size_t n_changes;
};

/* The number of a room or a thing for clients, which keep 53 bits: the same for ever. */
uint64_t data_num(const struct world *w, struct ent e);
/* That entity; ENT_NONE. */
struct ent data_by_num(const struct world *w, uint64_t num);

/* data_char.c */
void data_char_name(const struct world *w, const struct session *s, struct buf *json);
void data_char_status_vars(const struct world *w, const struct session *s, struct buf *json);
void data_char_status(const struct world *w, const struct session *s, struct buf *json);
void data_char_vitals(const struct world *w, const struct session *s, struct buf *json);
void data_empty_list(const struct world *w, const struct session *s, struct buf *json);
void data_fullname(const struct world *w, struct ent player, struct buf *json);

/* data_room.c */
void data_room_info(const struct world *w, const struct session *s, struct buf *json);
void data_room_players(const struct world *w, const struct session *s, struct buf *json);
void data_players_moved(struct world *w, struct ent player, struct ent from, struct ent to);

/* data_items.c */
void data_items_inv(const struct world *w, const struct session *s, struct buf *json);
void data_items_room(const struct world *w, const struct session *s, struct buf *json);
void data_items_in(const struct world *w, struct ent owner, const char *location, struct buf *json);
void data_items_moved(struct world *w, struct ent e, struct ent from, struct ent to);
void data_items_flush(struct world *w);

/* data_client.c */
void data_channel_list(const struct world *w, const struct session *s, struct buf *json);
void data_client_gui(const struct world *w, const struct session *s, struct buf *json);
void data_media_default(const struct world *w, const struct session *s, struct buf *json);
void data_media_stop(const struct world *w, const struct session *s, struct buf *json);
void data_media_play(const struct world *w, const struct session *s, struct buf *json);
void data_media_load(struct world *w, struct session *s);
void data_discord_info(const struct world *w, const struct session *s, struct buf *json);
void data_discord_status(const struct world *w, const struct session *s, struct buf *json);
