/*
 * address.c - see address.h.  Only whole words of a name count: who types "s, e" means no Silas.
 */
#include "world/cmd/address.h"

#include <string.h>

#include "rt/text.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/mind/mind.h"

enum { CALL_MAX = 60 /* bytes in front of the comma */ };

static bool is_meant(const struct world *w, struct ent e, const struct target *t)
{
	const struct name *name = name_get(w, e);

	return name && target_fits(t, name->called.words, name->called.n_words, NULL) == 2;
}

static bool is_somebody(const struct world *w, struct ent actor, struct ent e)
{
	if (ent_kind(w, e) == KIND_PLAYER)
		return !ent_same(e, actor) && target_visible(w, actor, e);
	return mind_is(w, e);
}

static struct ent called(const struct world *w, struct ent actor, struct span phrase)
{
	struct target t;

	if (!target_parse(phrase, &t) || !t.n_words || t.first > 1 || t.most > 1)
		return ENT_NONE;
	for (struct ent e = place_first(w, place_room(w, actor)); ent_is(e); e = place_next(w, e))
		if (is_somebody(w, actor, e) && is_meant(w, e, &t))
			return e;
	return ENT_NONE;
}

static bool is_greeting(struct span line)
{
	static const char *const words[] = { "hello", "hi",	"hey",	     "hullo",	"goodbye",
					     "bye",   "thanks", "greetings", "welcome", "farewell",
					     "yes",   "no",	"aye",	     "nay",	"ok",
					     "okay",  "sorry",	"please" };
	struct span first = text_word(&line);

	while (first.n && strchr(",.!?", first.p[first.n - 1]))
		first.n--;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_eq_fold(first, (struct span){ words[i], strlen(words[i]) }))
			return true;
	return false;
}

bool address_is_speech(const struct world *w, struct ent actor, struct span line)
{
	const size_t most = line.n < CALL_MAX ? line.n : CALL_MAX;
	size_t n = 0;

	if (ent_kind(w, actor) != KIND_PLAYER)
		return false;
	while (n < most && !strchr(",:", line.p[n]))
		n++;
	return (n < most && ent_is(called(w, actor, (struct span){ line.p, n }))) ||
	       is_greeting(line);
}

struct ent address_whom(const struct world *w, struct ent actor, struct span word)
{
	const struct ent e = called(w, actor, word);

	return ent_kind(w, e) == KIND_NPC ? e : ENT_NONE;
}
