/*
 * whens.c - the conditions (`when`) of topics, gifts and errands.
 *
 * A condition may name an errand, an errand a topic, a topic a condition: so conditions wait in a list
 * until all else is read.  What a condition or a step names as told is marked in passing, so that a
 * builder cannot forget it.
 */
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/loader.h"

enum { MET_MAX = 1000 };

static const char *const errand_states[] = { "new", "open", "done", NULL };

struct when_form {
	struct pack_when when;
	const struct yaml_node *errand, *step, *has, *told;
	unsigned is;
};

#define WHEN(member) offsetof(struct when_form, member)

static const struct field when_fields[] = {
	FIELD("errand", FIELD_NODE, WHEN(errand)),
	FIELD_NAMED("is", FIELD_CHOICE, WHEN(is), errand_states),
	FIELD("step", FIELD_NODE, WHEN(step)),
	FIELD("has", FIELD_NODE, WHEN(has)),
	FIELD("told", FIELD_NODE, WHEN(told)),
	FIELD_RANGE("met", WHEN(when.met), 1, MET_MAX),
	FIELD_CHANGES("regard", WHEN(when.regard), PACK_REGARD_MAX),
};

void when_later(struct pack_loader *l, const struct yaml_node *node, const struct pack_when **to)
{
	struct later *later = arena_alloc(l->arena, sizeof(*later));

	*later = (struct later){ .node = node, .to = to, .next = l->whens };
	l->whens = later;
}

const struct pack_topic *loader_topic(struct pack_loader *l, const struct yaml_node *node,
				      const struct pack_npc **ret_npc)
{
	const char *slash = node->kind == YAML_TEXT ? strchr(node->text.p, '/') : NULL;
	const struct pack_npc *npc;
	struct pack_topic *topic;

	if (!slash) {
		mistake_at(&l->mistakes, node, "a topic is named NPC/TOPIC here");
		return NULL;
	}
	topic = strmap_get(&l->topics, node->text);
	npc = strmap_get(&l->sections[SECTION_NPCS].by_key,
			 (struct span){ node->text.p, (size_t)(slash - node->text.p) });
	if (!npc && !l->is_partial)
		mistake_at(&l->mistakes, node, "there is no `%.*s` among the npcs",
			   (int)(slash - node->text.p), node->text.p);
	else if (!topic && !l->is_partial)
		mistake_at(&l->mistakes, node, "`%s` has no topic `%.60s`", npc->key, slash + 1);
	if (!npc || !topic)
		return NULL;
	topic->marks = true;
	*ret_npc = npc;
	return topic;
}

static const char *find_step(struct pack_loader *l, const struct yaml_node *node,
			     const struct pack_errand *errand)
{
	for (size_t i = 0; node->kind == YAML_TEXT && i < errand->n_steps; i++)
		if (!strcmp(errand->steps[i].key, node->text.p))
			return errand->steps[i].key;
	mistake_at(&l->mistakes, node, "`%.60s` is no step of `%s`",
		   node->kind == YAML_TEXT ? node->text.p : "this", errand->key);
	return NULL;
}

static void read_errand(struct pack_loader *l, const struct yaml_node *node, struct when_form *form)
{
	const struct yaml_node *is = yaml_get(node, "is");

	if (!form->errand) {
		if (is || form->step)
			mistake_at(&l->mistakes, node, "`is` and `step` need an `errand`");
		return;
	}
	form->when.errand = loader_find(l, SECTION_ERRANDS, form->errand);
	form->when.is = (enum pack_errand_is)form->is;
	if (form->step && form->is != ERRAND_IS_OPEN)
		mistake_at(&l->mistakes, is, "only an errand that is open has a `step` to be done");
	if (form->step && form->when.errand)
		form->when.step = find_step(l, form->step, form->when.errand);
}

static const struct pack_when *read_when(struct pack_loader *l, const struct yaml_node *node)
{
	struct pack_when *when = arena_alloc(l->arena, sizeof(*when));
	struct when_form form = { .is = ERRAND_IS_OPEN };
	const struct pack_npc *npc;
	const struct pack_topic *told;

	fields_read(l, node, "a condition", when_fields, ARRAY_LEN(when_fields), &form);
	if (node->kind != YAML_MAP)
		return NULL;
	if (!node->n)
		mistake_at(&l->mistakes, node->key, "a condition must say something");
	read_errand(l, node, &form);
	if (form.has)
		form.when.has = loader_find(l, SECTION_ITEMS, form.has);
	told = form.told ? loader_topic(l, form.told, &npc) : NULL;
	if (told) {
		form.when.told_npc = npc->key;
		form.when.told = told->key;
	}
	form.when.has_regard = yaml_get(node, "regard") != NULL;
	*when = form.when;
	return when;
}

void load_whens(struct pack_loader *l)
{
	for (const struct later *later = l->whens; later; later = later->next)
		*later->to = read_when(l, later->node);
}
