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

static const char *const channels[FACT_KIND_COUNT] = {
	[FACT_CHAT_SAID] = "say",
	[FACT_CHAT_EMOTED] = "emote",
	[FACT_CHAT_TOLD] = "tell",
};

/* GMCP Comm.Channel.Text, to those who hear it and asked for the package. */
static void tell_clients(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to,
			 struct span quoted)
{
	struct ent room = place_room(w, speaker);
	struct buf json = { 0 };

	buf_addf(&json, "{\"channel\":\"%s\",\"talker\":\"%s\",\"text\":%.*s}", channels[kind],
		 name_of(w, speaker), (int)quoted.n, quoted.p);
	if (ent_is(to)) {
		say_data(w, to, "Comm.Channel.Text", buf_span(&json));
		say_data(w, speaker, "Comm.Channel.Text", buf_span(&json));
	}
	for (struct ent e = ent_is(to) ? ENT_NONE : place_first(w, room); ent_is(e);
	     e = place_next(w, e))
		say_data(w, e, "Comm.Channel.Text", buf_span(&json));
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
	tell_clients(w, kind, speaker, to, buf_span(&json));
	buf_done(&json);
}
