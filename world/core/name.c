/*
 * name.c - names; see name.h.
 */
#include "world/core/name.h"

#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comps.h"
#include "world/core/players.h"

const struct name *name_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_NAME);
}

static void drop_own(struct name *n)
{
	free(n->own);
	free(n->own_word);
	n->own = NULL;
	n->own_word = NULL;
}

static void set_own(struct name *n, const char *own)
{
	drop_own(n);
	n->own = base_dup(own, strlen(own));
	n->own_word = base_dup(own, strlen(own));
	for (char *p = n->own_word; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	n->words[0] = n->own_word;
	n->called = (struct pack_name){
		.article = "", .noun = n->own, .plural = n->own, .words = n->words, .n_words = 1
	};
}

void name_set(struct world *w, struct ent e, const char *own)
{
	struct name *n = comp_write(w, e, COMP_NAME);

	if (!n)
		return;
	players_unname(w, e);
	set_own(n, own);
	players_name(w, e);
}

void name_from(struct world *w, struct ent e, const struct pack_name *called, const char *look,
	       const char *here)
{
	struct name *n = (struct name *)(uintptr_t)comp_get(w, e, COMP_NAME);

	if (!n)
		return;
	drop_own(n);
	n->called = *called;
	n->look = look;
	n->here = here;
}

const char *name_of(const struct world *w, struct ent e)
{
	const struct name *n = name_get(w, e);

	return n && n->called.noun ? n->called.noun : "something";
}

const char *name_word(const struct world *w, struct ent e)
{
	const struct name *n = name_get(w, e);
	const char *noun = name_of(w, e);
	struct span rest = { noun, strlen(noun) }, first = text_word(&rest);

	for (size_t i = 0; n && i < n->called.n_words; i++) {
		const char *word = n->called.words[i];

		if (text_eq_fold(first, (struct span){ word, strlen(word) }))
			return word;
	}
	return n && n->called.n_words ? n->called.words[0] : NULL;
}

void name_add(const struct world *w, struct ent e, uint32_t n, struct buf *out)
{
	const struct name *name = name_get(w, e);

	if (!name || !name->called.noun) {
		buf_adds(out, "something");
		return;
	}
	if (n > 1) {
		buf_addf(out, "%u %s", n, name->called.plural);
		return;
	}
	if (name->called.article && *name->called.article) {
		buf_adds(out, name->called.article);
		buf_addc(out, ' ');
	}
	buf_adds(out, name->called.noun);
}

void name_add_the(const struct world *w, struct ent e, struct buf *out)
{
	const struct name *name = name_get(w, e);

	if (name && name->called.article && *name->called.article)
		buf_adds(out, "the ");
	buf_adds(out, name_of(w, e));
}

void name_done(void *c)
{
	drop_own(c);
}

void name_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct name *n = c;

	(void)w;
	(void)e;
	comp_save_text(out, "own", n->own);
}

int name_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	const char *key, *text;
	json_t *v;
	int bad = 0;

	(void)c;
	json_object_foreach(members, key, v)
	{
		if (strcmp(key, "own")) {
			++*unknown;
			continue;
		}
		text = comp_text(v, &bad);
		if (bad)
			return bad;
		name_set(w, e, text);
	}
	return bad;
}
