/*
 * mind_comp.c - the component of a mind, as it is stored: what it owes and to whom; see mind_inner.h.
 *
 * An ask that is under way is stored as one that waits, until something of its answer was said: then
 * it is not asked again.
 */
#include "world/mind/mind_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comps.h"
#include "world/core/npc.h"
#include "world/core/world.h"

static const struct mind *mind_get(const struct world *w, struct ent npc)
{
	return comp_get(w, npc, COMP_MIND);
}

struct thoughts *mind_thoughts(const struct world *w, struct ent npc)
{
	const struct mind *m = mind_get(w, npc);

	return m ? m->in : NULL;
}

struct thoughts *mind_open(struct world *w, struct ent npc)
{
	struct mind *m = mind_get(w, npc) ? comp_write(w, npc, COMP_MIND) : NULL;

	if (m && !m->in) {
		m->in = base_alloc(1, sizeof(*m->in));
		m->in->npc = npc;
	}
	return m ? m->in : NULL;
}

const struct pack_mind *mind_pack(const struct world *w, struct ent npc)
{
	const struct npc *n = npc_get(w, npc);

	return n && n->proto ? n->proto->mind : NULL;
}

const char *mind_key(const struct world *w, struct ent npc)
{
	const struct npc *n = npc_get(w, npc);

	return n && n->key ? n->key : "";
}

bool mind_is(const struct world *w, struct ent npc)
{
	return mind_pack(w, npc) != NULL;
}

void mind_busy(struct world *w, struct thoughts *t)
{
	struct thoughts *head = &w->minds->busy;

	if (t->next)
		return;
	t->next = head;
	t->prev = head->prev;
	head->prev->next = t;
	head->prev = t;
}

void mind_rest(struct thoughts *t)
{
	if (!t->next)
		return;
	t->prev->next = t->next;
	t->next->prev = t->prev;
	t->prev = t->next = NULL;
}

void mind_free_ask(struct mind_ask *a)
{
	free(a->text);
	*a = (struct mind_ask){ 0 };
}

void mind_free_lines(struct thoughts *t)
{
	for (size_t i = 0; i < t->n_lines; i++)
		free(t->lines[i].text);
	t->n_lines = 0;
}

void mind_free_acts(struct thoughts *t)
{
	for (size_t i = 0; i < t->n_acts; i++) {
		free(t->acts[i].verb);
		free(t->acts[i].target);
		free(t->acts[i].text);
	}
	t->n_acts = 0;
}

void mind_forget_refused(struct thoughts *t)
{
	for (size_t i = 0; i < t->n_refused; i++)
		free(t->refused[i]);
	t->n_refused = 0;
}

void mind_refuse(struct thoughts *t, struct span why)
{
	if (t->n_refused < MIND_REFUSED && why.n)
		t->refused[t->n_refused++] = base_dup(why.p, text_cut(why, MIND_REFUSED_MAX));
}

void thoughts_done(void *c)
{
	struct thoughts *t = ((struct mind *)c)->in;

	if (!t)
		return;
	mind_rest(t);
	for (size_t i = 0; i < t->n_asks; i++)
		mind_free_ask(&t->asks[i]);
	mind_free_lines(t);
	mind_free_acts(t);
	mind_forget_refused(t);
	slot_done(&t->slot);
	free(t->topic);
	free(t->mood);
	free(t);
	((struct mind *)c)->in = NULL;
}

/* ---- stored ---- */

static void quote(struct buf *out, const char *text)
{
	json_quote(out, (struct span){ text, strlen(text) });
}

static void save_asks(const struct thoughts *t, struct buf *out)
{
	if (!t->n_asks)
		return;
	json_member(out, "asks");
	for (size_t i = 0; i < t->n_asks; i++) {
		const struct mind_ask *a = &t->asks[i];

		buf_addf(out, "%s[\"%016" PRIx64 "\",%d,%u,", i ? "," : "[", a->player, (int)a->why,
			 a->depth);
		quote(out, a->text);
		buf_addc(out, ']');
	}
	buf_addc(out, ']');
}

/* Each behind the sign of its command: 'said, :done. */
static void save_lines(const struct thoughts *t, struct buf *out)
{
	struct buf line = { 0 };

	if (!t->n_lines)
		return;
	json_member(out, "lines");
	for (size_t i = 0; i < t->n_lines; i++) {
		buf_reset(&line);
		buf_addc(&line, t->lines[i].emote ? ':' : '\'');
		buf_adds(&line, t->lines[i].text);
		buf_addc(out, i ? ',' : '[');
		json_quote(out, buf_span(&line));
	}
	buf_addc(out, ']');
	buf_done(&line);
}

static void save_acts(const struct thoughts *t, struct buf *out)
{
	if (!t->n_acts)
		return;
	json_member(out, "acts");
	for (size_t i = 0; i < t->n_acts; i++) {
		buf_addc(out, i ? ',' : '[');
		buf_addc(out, '[');
		quote(out, t->acts[i].verb);
		buf_addc(out, ',');
		quote(out, t->acts[i].target);
		buf_addc(out, ',');
		quote(out, t->acts[i].text);
		buf_addc(out, ']');
	}
	buf_addc(out, ']');
}

static void save_refused(const struct thoughts *t, struct buf *out)
{
	if (!t->n_refused)
		return;
	json_member(out, "refused");
	for (size_t i = 0; i < t->n_refused; i++) {
		buf_addc(out, i ? ',' : '[');
		quote(out, t->refused[i]);
	}
	buf_addc(out, ']');
}

void thoughts_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct thoughts *t = ((const struct mind *)c)->in;

	(void)w;
	(void)e;
	if (!t)
		return;
	comp_save_text(out, "mood", t->mood);
	save_asks(t, out);
	if (t->begun && (t->told || t->over || t->n_lines))
		comp_save_bool(out, "begun", true);
	if (t->begun && t->over)
		comp_save_bool(out, "over", true);
	if (t->begun && t->told)
		comp_save_int(out, "told", t->told);
	comp_save_text(out, "topic", t->topic);
	save_lines(t, out);
	save_acts(t, out);
	save_refused(t, out);
	comp_save_id(out, "follows", t->follows);
}

static char *dup_text(json_t *v, int *bad)
{
	const char *text = comp_text(v, bad);

	return base_dup(text ? text : "", text ? strlen(text) : 0);
}

static void load_ask(struct thoughts *t, json_t *v, int *bad)
{
	struct mind_ask *a = &t->asks[t->n_asks];

	if (!json_is_array(v) || json_array_size(v) != 4) {
		*bad = -EINVAL;
		return;
	}
	a->player = comp_id(json_array_get(v, 0), bad);
	a->why = (enum mind_why)comp_int(json_array_get(v, 1), bad);
	a->depth = (unsigned)comp_int(json_array_get(v, 2), bad);
	a->text = dup_text(json_array_get(v, 3), bad);
	t->n_asks++;
	if (a->why > MIND_ABOUT)
		*bad = -EINVAL;
}

static void load_line(struct thoughts *t, json_t *v, int *bad)
{
	const char *text = comp_text(v, bad);

	if (!text || !*text)
		return;
	t->lines[t->n_lines++] = (struct mind_line){ .emote = *text == ':',
						     .text = base_dup(text + 1, strlen(text + 1)) };
}

static void load_act(struct thoughts *t, json_t *v, int *bad)
{
	if (!json_is_array(v) || json_array_size(v) != 3) {
		*bad = -EINVAL;
		return;
	}
	t->acts[t->n_acts++] = (struct mind_act){ .verb = dup_text(json_array_get(v, 0), bad),
						  .target = dup_text(json_array_get(v, 1), bad),
						  .text = dup_text(json_array_get(v, 2), bad) };
}

static void load_refused(struct thoughts *t, json_t *v, int *bad)
{
	const char *text = comp_text(v, bad);

	if (text)
		mind_refuse(t, (struct span){ text, strlen(text) });
}

struct list_row {
	const char *name;
	size_t max;
	void (*load)(struct thoughts *t, json_t *v, int *bad);
};

static const struct list_row lists[] = {
	{ "asks", MIND_ASKS, load_ask },
	{ "lines", MIND_SENTENCES, load_line },
	{ "acts", MIND_ACTS, load_act },
	{ "refused", MIND_REFUSED, load_refused },
};

static bool load_list(struct thoughts *t, const char *key, json_t *v, int *bad)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (strcmp(key, lists[i].name) != 0)
			continue;
		if (!json_is_array(v) || json_array_size(v) > lists[i].max)
			*bad = -EINVAL;
		for (size_t k = 0; !*bad && k < json_array_size(v); k++)
			lists[i].load(t, json_array_get(v, k), bad);
		return true;
	}
	return false;
}

int thoughts_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct mind *m = c;
	struct thoughts *t;
	const char *key;
	int bad = 0;
	json_t *v;

	(void)w;
	if (m->in)
		return -EINVAL;
	t = m->in = base_alloc(1, sizeof(*t));
	t->npc = e;
	json_object_foreach(members, key, v)
	{
		if (load_list(t, key, v, &bad))
			continue;
		if (!strcmp(key, "mood"))
			t->mood = dup_text(v, &bad);
		else if (!strcmp(key, "topic"))
			t->topic = dup_text(v, &bad);
		else if (!strcmp(key, "begun"))
			t->begun = comp_bool(v, &bad);
		else if (!strcmp(key, "over"))
			t->over = comp_bool(v, &bad);
		else if (!strcmp(key, "told"))
			t->told = (uint32_t)comp_int(v, &bad);
		else if (!strcmp(key, "follows"))
			t->follows = comp_id(v, &bad);
		else
			++*unknown;
	}
	t->begun = t->begun && t->n_asks;
	return bad;
}

/* ---- what others want to know ---- */

const char *mind_mood(const struct world *w, struct ent npc)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	return t ? t->mood : NULL;
}

void mind_set_mood(struct world *w, struct ent npc, struct span mood)
{
	struct thoughts *t = mind_open(w, npc);

	if (!t)
		return;
	free(t->mood);
	mood.n = text_cut(mood, MIND_MOOD_MAX);
	t->mood = mood.n ? base_dup(mood.p, mood.n) : NULL;
}

const char *mind_refused(const struct world *w, struct ent npc, size_t i)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	return t && i < t->n_refused ? t->refused[i] : NULL;
}

struct ent mind_follows(const struct world *w, struct ent npc)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	return t && t->follows ? ent_by_id(w, t->follows) : ENT_NONE;
}
