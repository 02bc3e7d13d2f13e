/*
 * chat.c - chat facts carry the words themselves, for logs, bridges and those who listen.
 */
#include "world/cmd/chat.h"

#include <inttypes.h>
#include "rt/text.h"
#include "world/core/place.h"

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
	buf_done(&json);
}
