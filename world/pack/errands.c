/*
 * errands.c - the section `errands`, and what only the whole shows: that somebody offers each of them,
 * and that nothing in the pack makes it impossible to do.
 */
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/loader.h"

enum { STEPS_MAX = 16, REWARDS_MAX = 8, NAME_BYTES = 60, TEXT_BYTES = 500 };

struct errand_form {
	struct pack_errand errand;
	const struct yaml_node *giver, *when, *steps, *reward;
};

#define ERRAND(member) offsetof(struct errand_form, member)

static const struct field errand_fields[] = {
	{ .name = "name",
	  .kind = FIELD_PLAIN,
	  .is_required = true,
	  .offset = ERRAND(errand.name),
	  .bytes = NAME_BYTES },
	FIELD_REQUIRED("giver", FIELD_NODE, ERRAND(giver)),
	{ .name = "offer",
	  .kind = FIELD_LINE,
	  .is_required = true,
	  .offset = ERRAND(errand.offer),
	  .bytes = TEXT_BYTES },
	FIELD("when", FIELD_NODE, ERRAND(when)),
	FIELD_REQUIRED("steps", FIELD_NODE, ERRAND(steps)),
	FIELD("reward", FIELD_NODE, ERRAND(reward)),
	FIELD_CHANGES("regard", ERRAND(errand.regard), PACK_REGARD_MAX),
	FIELD_SHORT("thanks", FIELD_LINE, ERRAND(errand.thanks), TEXT_BYTES),
};

struct step_form {
	struct pack_step step;
	const struct yaml_node *learn, *bring, *to, *reach;
};

#define STEP(member) offsetof(struct step_form, member)

static const struct field step_fields[] = {
	FIELD_REQUIRED("key", FIELD_KEY, STEP(step.key)),
	{ .name = "journal",
	  .kind = FIELD_LINE,
	  .is_required = true,
	  .offset = STEP(step.journal),
	  .bytes = TEXT_BYTES },
	FIELD("learn", FIELD_NODE, STEP(learn)),
	FIELD("bring", FIELD_NODE, STEP(bring)),
	FIELD("to", FIELD_NODE, STEP(to)),
	FIELD("reach", FIELD_NODE, STEP(reach)),
	FIELD_SHORT("done", FIELD_LINE, STEP(step.done), TEXT_BYTES),
};

static void check_step(struct pack_loader *l, const struct yaml_node *node,
		       const struct step_form *form, const struct pack_errand *errand)
{
	if (!!form->learn + !!form->bring + !!form->reach != 1)
		mistake_at(&l->mistakes, node,
			   "a step is exactly one of `learn`, `bring` and `reach`");
	if (!form->bring != !form->to)
		mistake_at(&l->mistakes, node, "`bring` and `to` need each other");
	for (size_t i = 0; form->step.key && i < errand->n_steps; i++)
		if (!strcmp(errand->steps[i].key, form->step.key))
			mistake_at(&l->mistakes, node, "a second step `%s`", form->step.key);
}

static void read_step(struct pack_loader *l, const struct yaml_node *node,
		      struct pack_errand *errand, struct pack_step *ret)
{
	struct step_form form = { 0 };
	const struct pack_topic *topic;

	fields_read(l, node, "a step", step_fields, ARRAY_LEN(step_fields), &form);
	if (node->kind != YAML_MAP)
		return;
	check_step(l, node, &form, errand);
	topic = form.learn ? loader_topic(l, form.learn, &form.step.learn_npc) : NULL;
	form.step.learn = topic ? topic->key : NULL;
	if (form.bring)
		form.step.bring = loader_find(l, SECTION_ITEMS, form.bring);
	if (form.to)
		form.step.to = loader_find(l, SECTION_NPCS, form.to);
	if (form.reach)
		form.step.reach = loader_find(l, SECTION_ROOMS, form.reach);
	*ret = form.step;
	errand->n_steps += ret->key != NULL;
}

static void read_steps(struct pack_loader *l, const struct yaml_node *list,
		       struct pack_errand *errand)
{
	struct pack_step *steps;

	if (!field_is(l, list, YAML_LIST, "steps"))
		return;
	if (!list->n || list->n > STEPS_MAX)
		mistake_at(&l->mistakes, list->key, "`steps` has %u entries: it takes 1 to %u",
			   list->n, (unsigned)STEPS_MAX);
	steps = arena_alloc(l->arena, list->n * sizeof(*steps) + 1);
	errand->steps = steps;
	for (const struct yaml_node *c = list->first; c; c = c->next)
		read_step(l, c, errand, &steps[errand->n_steps]);
}

static void read_reward(struct pack_loader *l, const struct yaml_node *list,
			struct pack_errand *errand)
{
	const struct pack_item **reward;

	if (!field_is(l, list, YAML_LIST, "reward"))
		return;
	if (list->n > REWARDS_MAX)
		mistake_at(&l->mistakes, list->key, "`reward` has %u entries: it takes %u at most",
			   list->n, (unsigned)REWARDS_MAX);
	reward = arena_alloc(l->arena, list->n * sizeof(*reward) + 1);
	for (const struct yaml_node *c = list->first; c; c = c->next) {
		reward[errand->n_reward] = loader_find(l, SECTION_ITEMS, c);
		errand->n_reward += reward[errand->n_reward] != NULL;
	}
	errand->reward = reward;
}

void load_errands(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ERRANDS];
	struct pack_errand *errands = r->list;

	for (size_t i = 0; i < r->n; i++) {
		struct errand_form form = { .errand = { .key = errands[i].key } };

		fields_read(l, r->nodes[i], "an errand", errand_fields, ARRAY_LEN(errand_fields),
			    &form);
		if (form.giver)
			form.errand.giver = loader_find(l, SECTION_NPCS, form.giver);
		if (form.steps)
			read_steps(l, form.steps, &form.errand);
		if (form.reward)
			read_reward(l, form.reward, &form.errand);
		errands[i] = form.errand;
		if (form.when)
			when_later(l, form.when, &errands[i].when);
	}
}

static bool is_placed(const struct pack_loader *l, const void *proto)
{
	for (size_t i = 0; i < l->n_spawns; i++)
		if (l->spawns[i].npc == proto || l->spawns[i].item == proto)
			return true;
	return false;
}

/* With a topic: what is only among the gifts, nobody has to hand over. */
static bool is_given(const struct pack_loader *l, const struct pack_item *item)
{
	const struct records *r = &l->sections[SECTION_NPCS];
	const struct pack_npc *npcs = r->list;

	for (size_t i = 0; i < r->n; i++)
		for (size_t t = 0; npcs[i].mind && t < npcs[i].mind->n_topics; t++)
			if (npcs[i].mind->topics[t].gives == item)
				return true;
	return false;
}

/* By another errand than this one. */
static bool is_reward(const struct pack_loader *l, const struct pack_item *item,
		      const struct pack_errand *but)
{
	const struct records *r = &l->sections[SECTION_ERRANDS];
	const struct pack_errand *errands = r->list;

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; &errands[i] != but && k < errands[i].n_reward; k++)
			if (errands[i].reward[k] == item)
				return true;
	return false;
}

/* By a topic that is not closed until the errand is taken on. */
static bool is_offered(const struct pack_errand *errand)
{
	const struct pack_mind *mind = errand->giver->mind;

	for (size_t i = 0; mind && i < mind->n_topics; i++) {
		const struct pack_topic *t = &mind->topics[i];
		const bool is_closed =
			t->when && t->when->errand == errand && t->when->is != ERRAND_IS_NEW;

		if (t->offers == errand && !is_closed)
			return true;
	}
	return false;
}

static void check_npc(struct pack_loader *l, const struct yaml_node *node,
		      const struct pack_npc *npc)
{
	if (npc && !is_placed(l, npc))
		mistake_at(&l->mistakes, node, "`%s` stands in no room", npc->key);
}

static size_t step_index(const struct pack_errand *errand, const char *key)
{
	size_t i = 0;

	while (i < errand->n_steps && strcmp(errand->steps[i].key, key) != 0)
		i++;
	return i;
}

/* A topic that is told only behind the step that needs it. */
static void check_learn(struct pack_loader *l, const struct yaml_node *node,
			const struct pack_errand *errand, const struct pack_step *step)
{
	const struct pack_topic *topic = NULL;
	const struct pack_mind *mind = step->learn_npc ? step->learn_npc->mind : NULL;
	const struct pack_when *when;

	for (size_t i = 0; mind && i < mind->n_topics; i++)
		if (!strcmp(mind->topics[i].key, step->learn))
			topic = &mind->topics[i];
	when = topic ? topic->when : NULL;
	if (!when || when->errand != errand)
		return;
	if (when->is == ERRAND_IS_DONE ||
	    (when->step && step_index(errand, when->step) > step_index(errand, step->key)))
		mistake_at(&l->mistakes, node,
			   "nobody can do this: that topic is told only when this step is done");
}

static void check_bring(struct pack_loader *l, const struct yaml_node *node,
			const struct pack_errand *errand, const struct pack_item *item)
{
	if (item->flags & ITEM_FIXED)
		mistake_at(&l->mistakes, node, "nobody can bring `%s`: it is fixed", item->key);
	else if (!is_placed(l, item) && !is_given(l, item) && !is_reward(l, item, errand))
		mistake_at(&l->mistakes, node,
			   "nobody can bring `%s`: nothing places or rewards it, and no topic "
			   "`gives` it",
			   item->key);
}

static void check_errand(struct pack_loader *l, const struct yaml_node *node,
			 const struct pack_errand *errand)
{
	const struct yaml_node *c = yaml_get(node, "steps")->first;

	check_npc(l, yaml_get(node, "giver"), errand->giver);
	if (!is_offered(errand))
		mistake_at(&l->mistakes, node->key, "no topic of `%s` offers `%s`",
			   errand->giver->key, errand->key);
	for (size_t i = 0; c && i < errand->n_steps; i++, c = c->next) {
		const struct pack_step *step = &errand->steps[i];

		check_npc(l, c, step->to);
		check_npc(l, c, step->learn_npc);
		if (step->learn)
			check_learn(l, c, errand, step);
		if (step->bring)
			check_bring(l, c, errand, step->bring);
	}
}

static void check_offers(struct pack_loader *l, const struct yaml_node *npc_node,
			 const struct pack_npc *npc)
{
	const struct yaml_node *topics = yaml_get(yaml_get(npc_node, "mind"), "topics");

	for (size_t i = 0; i < npc->mind->n_topics; i++) {
		const struct pack_topic *t = &npc->mind->topics[i];

		if (t->offers && t->offers->giver && t->offers->giver != npc)
			mistake_at(&l->mistakes, yaml_get(yaml_get(topics, t->key), "offers"),
				   "`%s` is for `%s` to offer", t->offers->key,
				   t->offers->giver->key);
	}
}

void check_errands(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ERRANDS];
	const struct records *n = &l->sections[SECTION_NPCS];
	const struct pack_errand *errands = r->list;
	const struct pack_npc *npcs = n->list;

	/* Of what is broken it cannot be said what it would be. */
	if (l->is_partial || l->mistakes.all)
		return;
	for (size_t i = 0; i < r->n; i++)
		check_errand(l, r->nodes[i], &errands[i]);
	for (size_t i = 0; i < n->n; i++)
		if (npcs[i].mind)
			check_offers(l, n->nodes[i], &npcs[i]);
}
