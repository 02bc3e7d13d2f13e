/*
 * data.c - the table of messages, who wants them, and how they get there; see data.h.
 *
 * The sessions with GMCP that listen to a room are a list of their own, so that a say costs what they
 * are and not what the room holds.
 */
#include "world/data.h"

#include <stdlib.h>
#include <string.h>

#include "world/core/place.h"
#include "world/core/player.h"
#include "world/data_rows.h"
#include "world/outbox.h"
#include "world/sessions.h"
#include "world/turn.h"

enum data_when {
	ON_ENTER = 1 << 0,  /* comes into the world, or begins to support the package */
	ON_ROOM = 1 << 1,   /* is in another room */
	ON_ATTACH = 1 << 2, /* lived before this world */
	ON_CHANGE = 1 << 3, /* something of the character was written; never twice the same */
};

struct data_def {
	const char *package;
	unsigned when;
	void (*build)(const struct world *w, const struct session *s, struct buf *json);
	/* Instead of it, for what is several messages. */
	void (*send)(struct world *w, struct session *s);
};

/* Told by itself, and told when something happens or is asked for. */
#define DUE(name, on, builder)                                                                     \
	{                                                                                          \
		.package = name, .when = on, .build = builder                                      \
	}
#define TOLD(name)                                                                                 \
	{                                                                                          \
		.package = name                                                                    \
	}

/* In the order in which they are sent. */
static const struct data_def table[DATA_ROWS] = {
	[DATA_LOGIN_DEFAULT] = TOLD("Char.Login.Default"),
	[DATA_LOGIN_RESULT] = TOLD("Char.Login.Result"),
	[DATA_CHAR_NAME] = DUE("Char.Name", ON_ENTER | ON_CHANGE, data_char_name),
	[DATA_CHAR_STATUS_VARS] = DUE("Char.StatusVars", ON_ENTER, data_char_status_vars),
	[DATA_CHAR_STATUS] = DUE("Char.Status", ON_ENTER | ON_ATTACH | ON_CHANGE, data_char_status),
	[DATA_CHAR_VITALS] = DUE("Char.Vitals", ON_ENTER | ON_ATTACH | ON_CHANGE, data_char_vitals),
	[DATA_CHAR_AFFLICTIONS] = DUE("Char.Afflictions.List", ON_ENTER, data_empty_list),
	[DATA_CHAR_DEFENCES] = DUE("Char.Defences.List", ON_ENTER, data_empty_list),
	[DATA_SKILL_GROUPS] = TOLD("Char.Skills.Groups"),
	[DATA_SKILL_LIST] = TOLD("Char.Skills.List"),
	[DATA_SKILL_INFO] = TOLD("Char.Skills.Info"),
	[DATA_ROOM_INFO] = DUE("Room.Info", ON_ENTER | ON_ROOM | ON_ATTACH, data_room_info),
	[DATA_ROOM_WRONG_DIR] = TOLD("Room.WrongDir"),
	[DATA_ROOM_PLAYERS] = DUE("Room.Players", ON_ENTER | ON_ROOM, data_room_players),
	[DATA_ROOM_ADD_PLAYER] = TOLD("Room.AddPlayer"),
	[DATA_ROOM_REMOVE_PLAYER] = TOLD("Room.RemovePlayer"),
	[DATA_ITEMS_INV] = DUE("Char.Items.List", ON_ENTER, data_items_inv),
	[DATA_ITEMS_ROOM] = DUE("Char.Items.List", ON_ENTER | ON_ROOM, data_items_room),
	[DATA_ITEMS_ADD] = TOLD("Char.Items.Add"),
	[DATA_ITEMS_REMOVE] = TOLD("Char.Items.Remove"),
	[DATA_ITEMS_UPDATE] = TOLD("Char.Items.Update"),
	[DATA_CHANNEL_LIST] = DUE("Comm.Channel.List", ON_ENTER, data_channel_list),
	[DATA_CHANNEL_START] = TOLD("Comm.Channel.Start"),
	[DATA_CHANNEL_TEXT] = TOLD("Comm.Channel.Text"),
	[DATA_CHANNEL_END] = TOLD("Comm.Channel.End"),
	[DATA_CHANNEL_PLAYERS] = TOLD("Comm.Channel.Players"),
	[DATA_CLIENT_GUI] = DUE("Client.GUI", ON_ENTER, data_client_gui),
	[DATA_MEDIA_DEFAULT] = DUE("Client.Media.Default", ON_ENTER, data_media_default),
	[DATA_MEDIA_LOAD] = { .package = "Client.Media.Load",
			      .when = ON_ENTER,
			      .send = data_media_load },
	[DATA_MEDIA_STOP] = DUE("Client.Media.Stop", ON_ROOM, data_media_stop),
	[DATA_MEDIA_PLAY] =
		DUE("Client.Media.Play", ON_ENTER | ON_ROOM | ON_ATTACH, data_media_play),
	[DATA_DISCORD_INFO] = TOLD("External.Discord.Info"),
	[DATA_DISCORD_STATUS] = DUE("External.Discord.Status", ON_ROOM, data_discord_status),
};

static const uint8_t digest_key[16] = "mudlark data";

struct data_hub *data_hub_new(void)
{
	return base_alloc(1, sizeof(struct data_hub));
}

void data_hub_free(struct world *w)
{
	if (!w->data)
		return;
	map64_done(&w->data->listening);
	free(w->data->pending);
	free(w->data);
	w->data = NULL;
}

uint64_t data_num(const struct world *w, struct ent e)
{
	return ent_id(w, e) & (((uint64_t)1 << 53) - 1);
}

struct ent data_by_num(const struct world *w, uint64_t num)
{
	return ent_by_id(w, (num & (((uint64_t)1 << 48) - 1)) | (uint64_t)w->number << 48);
}

/* ---- who listens where ---- */

static struct data *first_in(const struct world *w, struct ent room)
{
	return map64_get(&w->data->listening, (uint64_t)room.slot + 1);
}

static void set_first(struct world *w, struct ent room, struct data *d)
{
	if (d)
		map64_put(&w->data->listening, (uint64_t)room.slot + 1, d);
	else
		map64_del(&w->data->listening, (uint64_t)room.slot + 1);
}

static void leave_room(struct world *w, struct data *d)
{
	if (!ent_is(d->room))
		return;
	if (d->prev)
		d->prev->next = d->next;
	else
		set_first(w, d->room, d->next);
	if (d->next)
		d->next->prev = d->prev;
	d->prev = d->next = NULL;
	d->room = ENT_NONE;
}

static void enter_room(struct world *w, struct data *d, struct ent room)
{
	leave_room(w, d);
	if (!ent_is(room))
		return;
	d->room = room;
	d->next = first_in(w, room);
	if (d->next)
		d->next->prev = d;
	set_first(w, room, d);
}

void data_grouped(struct world *w, struct session *s)
{
	if (s->data)
		enter_room(w, s->data, s->group);
}

bool data_heard_in(const struct world *w, struct ent room)
{
	return w->data->n && first_in(w, room);
}

void data_free(struct world *w, struct session *s)
{
	if (!s->data)
		return;
	leave_room(w, s->data);
	w->data->n--;
	free(s->data);
	s->data = NULL;
}

/* As s->supports says; returns the rows that were not wanted before. */
static uint64_t sync_wanted(struct world *w, struct session *s)
{
	uint64_t before = s->data ? s->data->wanted : 0, wanted = 0;

	for (unsigned r = 0; s->supports && r < DATA_ROWS; r++)
		if (sessions_support(s, table[r].package))
			wanted |= (uint64_t)1 << r;
	if (wanted && !s->data) {
		s->data = base_alloc(1, sizeof(*s->data));
		s->data->session = s;
		w->data->n++;
		data_grouped(w, s);
	}
	if (s->data)
		s->data->wanted = wanted;
	return wanted & ~before;
}

bool data_wants(const struct session *s, enum data_row row)
{
	return s && s->data && s->data->wanted >> row & 1;
}

/* ---- what is due ---- */

static void set_due(struct world *w, struct data *d, uint64_t rows)
{
	struct data_hub *h = w->data;

	d->due |= rows & d->wanted;
	if (!d->due || d->pending)
		return;
	d->pending = true;
	if (h->n_pending == h->cap_pending) {
		h->cap_pending = h->cap_pending ? h->cap_pending * 2 : 16;
		h->pending = base_realloc(h->pending, h->cap_pending, sizeof(*h->pending));
	}
	h->pending[h->n_pending++] = d->session->id;
}

static void set_due_on(struct world *w, struct session *s, unsigned when, uint64_t among)
{
	uint64_t rows = 0;

	for (unsigned r = 0; r < DATA_ROWS; r++)
		if (table[r].when & when)
			rows |= (uint64_t)1 << r;
	if (s->data && s->state == SESSION_PLAYING)
		set_due(w, s->data, rows & among);
}

void data_due(struct world *w, struct session *s, enum data_row row)
{
	if (s->data)
		set_due(w, s->data, (uint64_t)1 << row);
}

void data_caps(struct world *w, struct session *s)
{
	uint64_t fresh = sync_wanted(w, s);

	for (unsigned r = 0; s->data && r < DATA_ROWS; r++)
		if (fresh >> r & 1)
			s->data->told[r] = 0;
	if (fresh >> DATA_MEDIA_PLAY & 1)
		s->data->sound = NULL;
	if (s->state == SESSION_LOGIN && fresh >> DATA_LOGIN_DEFAULT & 1)
		data_login(w, s);
	set_due_on(w, s, ON_ENTER, fresh);
}

void data_all(struct world *w, struct session *s)
{
	sync_wanted(w, s);
	if (s->data)
		memset(s->data->told, 0, sizeof(s->data->told));
	set_due_on(w, s, ON_ENTER, UINT64_MAX);
}

void data_attached(struct world *w, struct session *s)
{
	unsigned when = ON_ATTACH;

	sync_wanted(w, s);
	if (!s->data)
		return;
	/* The lists only where something has come or gone while nobody told this client. */
	if (place_is_touched(w, s->actor))
		data_due(w, s, DATA_ITEMS_INV);
	if (place_is_touched(w, s->group))
		when |= ON_ROOM;
	memset(s->data->told, 0, sizeof(s->data->told));
	set_due_on(w, s, when, UINT64_MAX);
}

void data_login(struct world *w, struct session *s)
{
	sync_wanted(w, s);
	data_send(w, s, DATA_LOGIN_DEFAULT, SPAN("{\"type\":[\"password-credentials\"]}"));
}

void data_room(struct world *w, struct session *s)
{
	set_due_on(w, s, ON_ROOM, UINT64_MAX);
}

void data_written(struct world *w, struct ent player)
{
	struct session *s = w->data->n ? session_of(w, player) : NULL;

	if (s)
		set_due_on(w, s, ON_CHANGE, UINT64_MAX);
}

void data_moved(struct world *w, struct ent e, struct ent from, struct ent to)
{
	if (!w->data->n || ent_same(from, to))
		return;
	if (ent_kind(w, e) == KIND_PLAYER)
		data_players_moved(w, e, from, to);
	else
		data_items_moved(w, e, from, to);
}

/* ---- sending ---- */

static void send_all(struct world *w, uint32_t gateway, uint64_t *ids, size_t n, enum data_row row,
		     struct span json)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Data d = MUDLARK__DATA__INIT;

	d.sessions = ids;
	d.n_sessions = n;
	d.package = (char *)(uintptr_t)table[row].package;
	d.json = (ProtobufCBinaryData){ .len = json.n, .data = (uint8_t *)(uintptr_t)json.p };
	m.body_case = MUDLARK__GATEWAY_IN__BODY_DATA;
	m.data = &d;
	outbox_add(w, gateway, &m);
}

void data_send(struct world *w, struct session *s, enum data_row row, struct span json)
{
	if (!data_wants(s, row) || s->state == SESSION_DETACHED)
		return;
	if (s != turn_own(w))
		world_effect(w);
	send_all(w, s->gateway, &s->id, 1, row, json);
}

void data_send_to(struct world *w, struct ent player, enum data_row row, struct span json)
{
	struct session *s = w->data->n ? session_of(w, player) : NULL;

	if (s)
		data_send(w, s, row, json);
}

void data_send_room(struct world *w, struct ent room, struct ent except, enum data_row row,
		    struct span json)
{
	const struct data *first = w->data->n ? first_in(w, room) : NULL, *d;
	size_t max = 0, n;
	uint64_t *ids;

	for (d = first; d; d = d->next)
		max += d->wanted >> row & 1;
	if (!max)
		return;
	ids = arena_alloc(&w->scratch, max * sizeof(*ids));
	for (uint32_t g = 0; g < outbox_n_gateways(w); g++) {
		if (!sessions_listening(w, room, g))
			continue;
		for (d = first, n = 0; d; d = d->next) {
			if (d->session->gateway != g || !(d->wanted >> row & 1) ||
			    ent_same(d->session->actor, except))
				continue;
			ids[n++] = d->session->id;
			if (d->session != turn_own(w))
				world_effect(w);
		}
		if (n)
			send_all(w, g, ids, n, row, json);
	}
}

void data_send_sessions(struct world *w, struct session *const *to, size_t n, enum data_row row,
			struct span json)
{
	uint64_t *ids = w->data->n ? arena_alloc(&w->scratch, (n + 1) * sizeof(*ids)) : NULL;

	for (uint32_t g = 0; ids && g < outbox_n_gateways(w); g++) {
		size_t wanting = 0;

		for (size_t i = 0; i < n; i++) {
			if (to[i]->gateway != g || !data_wants(to[i], row) ||
			    to[i]->state == SESSION_DETACHED)
				continue;
			ids[wanting++] = to[i]->id;
			if (to[i] == turn_own(w))
				turn_flush_reply(w);
			else
				world_effect(w);
		}
		if (wanting)
			send_all(w, g, ids, wanting, row, json);
	}
}

static void flush_row(struct world *w, struct session *s, enum data_row row)
{
	struct buf json = { 0 };
	uint64_t digest;

	if (table[row].send) {
		table[row].send(w, s);
		return;
	}
	table[row].build(w, s, &json);
	digest = map_siphash(digest_key, buf_p(&json), json.n) | 1;
	if (json.n && (!(table[row].when & ON_CHANGE) || digest != s->data->told[row])) {
		s->data->told[row] = digest;
		data_send(w, s, row, buf_span(&json));
	}
	buf_done(&json);
}

static void flush_session(struct world *w, struct session *s)
{
	uint64_t due = s->data->due;

	s->data->pending = false;
	s->data->due = 0;
	for (enum data_row r = 0; r < DATA_ROWS && s->state == SESSION_PLAYING; r++)
		if (due >> r & 1)
			flush_row(w, s, r);
}

void data_flush(struct world *w)
{
	struct data_hub *h = w->data;

	if (!h->n && !h->n_changes)
		return;
	data_items_flush(w);
	for (size_t i = 0; i < h->n_pending; i++) {
		struct session *s = session_get(w, h->pending[i]);

		if (s && s->data && s->data->pending)
			flush_session(w, s);
	}
	h->n_pending = 0;
}
