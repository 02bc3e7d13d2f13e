/*
 * chat.c - chat facts carry the words themselves, for logs, bridges and those who listen; clients get
 * them as GMCP too.
 */
#include "world/cmd/chat.h"

#include <inttypes.h>
#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/say.h"
#include "world/data.h"
#include "world/turn.h"

static const char *const channels[FACT_KIND_COUNT] = {
	[FACT_CHAT_SAID] = "say",
	[FACT_CHAT_EMOTED] = "emote",
	[FACT_CHAT_TOLD] = "tell",
};

/* To whoever hears it: the two of them, or the room. */
static void tell_clients(struct world *w, struct ent speaker, struct ent to, enum data_row row,
			 struct span json)
{
	if (ent_is(to)) {
		data_send_to(w, to, row, json);
		data_send_to(w, speaker, row, json);
	} else {
		data_send_room(w, place_room(w, speaker), ENT_NONE, row, json);
	}
}

/* Where the channel's text begins and ends, between what else is said. */
static void mark(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to,
		 enum data_row row)
{
	struct buf json = { 0 };

	if (data_wants(turn_own(w), row))
		turn_flush_reply(w);
	buf_addf(&json, "\"%s\"", channels[kind]);
	tell_clients(w, speaker, to, row, buf_span(&json));
	buf_done(&json);
}

void chat_begin(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to)
{
	mark(w, kind, speaker, to, DATA_CHANNEL_START);
}

static void tell_text(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to,
		      struct span quoted)
{
	struct buf json = { 0 };

	buf_addf(&json, "{\"channel\":\"%s\",\"talker\":\"%s\",\"text\":%.*s}", channels[kind],
		 name_of(w, speaker), (int)quoted.n, quoted.p);
	tell_clients(w, speaker, to, DATA_CHANNEL_TEXT, buf_span(&json));
	buf_done(&json);
}

void chat_fact(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to,
	       struct span text)
{
	struct buf json = { 0 };

	json_quote(&json, text);
	if (ent_is(to))
		event_emit(w, kind, speaker, "\"to\":" EVENT_ID ",\"text\":%.*s", ent_id(w, to),
			   (int)json.n, buf_p(&json));
	else
		event_emit(w, kind, speaker, "\"room\":" EVENT_ID ",\"text\":%.*s",
			   ent_id(w, place_room(w, speaker)), (int)json.n, buf_p(&json));
	mark(w, kind, speaker, to, DATA_CHANNEL_END);
	tell_text(w, kind, speaker, to, buf_span(&json));
	buf_done(&json);
}
