/*
 * actor.c - who acts; see actor.h.
 */
#include "world/core/actor.h"

#include <string.h>

#include "world/core/comps.h"

enum { HP_DEFAULT = 20, N_PRONOUNS = PRONOUN_IT + 1 };

struct pronoun_row {
	const char *stored;
	const char *forms[PRONOUN_REFLEXIVE + 1];
};

static const struct pronoun_row pronouns[N_PRONOUNS] = {
	[PRONOUN_THEY] = { "they", { "they", "them", "their", "themselves" } },
	[PRONOUN_SHE] = { "she", { "she", "her", "her", "herself" } },
	[PRONOUN_HE] = { "he", { "he", "him", "his", "himself" } },
	[PRONOUN_IT] = { "it", { "it", "it", "its", "itself" } },
};

const struct actor *actor_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_ACTOR);
}

struct actor *actor_write(struct world *w, struct ent e)
{
	return comp_write(w, e, COMP_ACTOR);
}

const char *actor_pronoun(const struct world *w, struct ent e, enum pronoun_form form)
{
	const struct actor *a = actor_get(w, e);

	return pronouns[a ? a->pronoun : PRONOUN_IT].forms[form];
}

void actor_init(void *c)
{
	struct actor *a = c;

	a->hp = a->hp_max = HP_DEFAULT;
}

void actor_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct actor *a = c;

	(void)w;
	(void)e;
	if (a->pronoun != PRONOUN_THEY)
		comp_save_text(out, "pronoun", pronouns[a->pronoun].stored);
	if (a->hp != HP_DEFAULT)
		comp_save_int(out, "hp", a->hp);
	if (a->hp_max != HP_DEFAULT)
		comp_save_int(out, "hp_max", a->hp_max);
}

static enum pack_pronoun pronoun_of(const char *text)
{
	for (int i = 0; text && i < N_PRONOUNS; i++)
		if (!strcmp(pronouns[i].stored, text))
			return (enum pack_pronoun)i;
	return PRONOUN_THEY;
}

int actor_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct actor *a = c;
	const char *key;
	json_t *v;
	int bad = 0;

	(void)w;
	(void)e;
	json_object_foreach(members, key, v)
	{
		if (!strcmp(key, "pronoun"))
			a->pronoun = pronoun_of(comp_text(v, &bad));
		else if (!strcmp(key, "hp"))
			a->hp = (int32_t)comp_int(v, &bad);
		else if (!strcmp(key, "hp_max"))
			a->hp_max = (int32_t)comp_int(v, &bad);
		else
			++*unknown;
	}
	return bad;
}
