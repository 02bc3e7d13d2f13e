/*
 * speech.h - who may not speak, whom one does not want to hear, and what may not be said.
 *
 * Staff mute a player or somebody outside (by name as shown, or by identity), for a time or for good, and
 * list words that are never said; a player ignores whom he likes, players ("ana") and people outside
 * ("ana@irc", "*@irc").  Mutes and words are kept in documents (collection "speech"), who is ignored with the player.
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"
#include "world/core/world.h"

enum { SPEECH_MUTES_MAX = 4096, SPEECH_WORDS_MAX = 1024, SPEECH_IGNORES_MAX = 64 };

struct speech;
struct speech *speech_new(void);
void speech_free(struct world *w);

/* NULL: may be said on a channel; else a plain sentence for who said it. `speaker` may be ENT_NONE; name and identity
 * are of somebody outside, empty: none. */
const char *speech_refusal(struct world *w, struct ent speaker, struct span name,
			   struct span identity, struct span text);
/* Does this player not want to hear that one? `name` as channel_line.name. */
bool speech_ignores(const struct world *w, struct ent listener, struct ent speaker,
		    struct span name);

/* Documents of the collection "speech". */
void speech_load(struct world *w, const Mudlark__DocumentRow *row);
