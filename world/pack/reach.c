/*
 * reach.c - what of a pack can ever come to pass: which topics are told, which errands can be had and
 * done, which things come into anybody's hands.
 *
 * It begins with what is placed and what has no condition, and goes on with what that makes possible,
 * until nothing is added.  What is left out then waits for itself, or for what never is.  Meetings and
 * regard are taken to come in time.
 */
#include <string.h>
#include "world/pack/loader.h"

struct doing {
	bool is_taken;
	size_t n_done; /* steps that can be */
};

struct reach {
	struct pack_loader *l;
	const struct pack_npc *npcs;
	const struct pack_item *items;
	const struct pack_errand *errands;
	bool **told;   /* topics, for each npc */
	bool *in_hand; /* items */
	struct doing *doing;
	bool is_changed;
};

static bool *topic_flag(const struct reach *r, const struct pack_npc *npc, const char *key)
{
	size_t i = 0;

	while (strcmp(npc->mind->topics[i].key, key) != 0) /* the loader has found it */
		i++;
	return &r->told[npc - r->npcs][i];
}

static size_t step_of(const struct pack_errand *errand, const char *key)
{
	size_t i = 0;

	while (strcmp(errand->steps[i].key, key) != 0)
		i++;
	return i;
}

static bool can_errand(const struct reach *r, const struct pack_when *when)
{
	const struct pack_errand *errand = when->errand;
	const struct doing *d = &r->doing[errand - r->errands];

	if (when->is == ERRAND_IS_DONE)
		return d->is_taken && d->n_done == errand->n_steps;
	if (when->is == ERRAND_IS_OPEN)
		return d->is_taken && (!when->step || d->n_done >= step_of(errand, when->step));
	return true;
}

static bool can(const struct reach *r, const struct pack_when *when)
{
	const struct strmap *npcs = &r->l->sections[SECTION_NPCS].by_key;

	if (!when)
		return true;
	if ((when->errand && !can_errand(r, when)) ||
	    (when->has && !r->in_hand[when->has - r->items]))
		return false;
	return !when->told || *topic_flag(r,
					  strmap_get(npcs, (struct span){ when->told_npc,
									  strlen(when->told_npc) }),
					  when->told);
}

static void grant(struct reach *r, bool *flag)
{
	r->is_changed |= !*flag;
	*flag = true;
}

/* ---- one round ---- */

static void hand_over(struct reach *r, const struct pack_mind *mind, const struct pack_item *item)
{
	for (size_t i = 0; i < mind->n_gifts; i++)
		if (mind->gifts[i].item == item && can(r, mind->gifts[i].when))
			grant(r, &r->in_hand[item - r->items]);
}

static void listen(struct reach *r, const struct pack_npc *npc)
{
	for (size_t i = 0; npc->mind && i < npc->mind->n_topics; i++) {
		const struct pack_topic *t = &npc->mind->topics[i];

		if (!can(r, t->when))
			continue;
		grant(r, &r->told[npc - r->npcs][i]);
		if (t->offers && can(r, t->offers->when))
			grant(r, &r->doing[t->offers - r->errands].is_taken);
		if (t->gives)
			hand_over(r, npc->mind, t->gives);
	}
}

static bool can_step(const struct reach *r, const struct pack_step *step)
{
	if (step->learn)
		return *topic_flag(r, step->learn_npc, step->learn);
	return !step->bring || r->in_hand[step->bring - r->items];
}

static void go_on(struct reach *r, const struct pack_errand *errand)
{
	struct doing *d = &r->doing[errand - r->errands];

	while (d->is_taken && d->n_done < errand->n_steps &&
	       can_step(r, &errand->steps[d->n_done])) {
		d->n_done++;
		r->is_changed = true;
	}
	for (size_t i = 0; d->n_done == errand->n_steps && i < errand->n_reward; i++)
		grant(r, &r->in_hand[errand->reward[i] - r->items]);
}

static void explore(struct reach *r)
{
	const struct records *s = r->l->sections;

	for (size_t i = 0; i < r->l->n_spawns; i++) {
		const struct pack_item *item = r->l->spawns[i].item;

		if (item && !(item->flags & ITEM_FIXED))
			r->in_hand[item - r->items] = true;
	}
	do {
		r->is_changed = false;
		for (size_t i = 0; i < s[SECTION_NPCS].n; i++)
			listen(r, &r->npcs[i]);
		for (size_t i = 0; i < s[SECTION_ERRANDS].n; i++)
			go_on(r, &r->errands[i]);
	} while (r->is_changed);
}

/* ---- what is left ---- */

static void judge(struct reach *r, const struct yaml_node *owner, const struct pack_when *when)
{
	if (!can(r, when))
		mistake_at(&r->l->mistakes, yaml_get(owner, "when"),
			   "this never holds: what it waits for waits for it, or never is");
}

static void judge_mind(struct reach *r, const struct yaml_node *node, const struct pack_mind *mind)
{
	const struct yaml_node *topics = yaml_get(node, "topics"), *gives = yaml_get(node, "gives");
	const struct yaml_node *c = gives ? gives->first : NULL;

	for (size_t i = 0; i < mind->n_topics; i++)
		judge(r, yaml_get(topics, mind->topics[i].key), mind->topics[i].when);
	for (size_t i = 0; c && i < mind->n_gifts; i++, c = c->next)
		judge(r, c, mind->gifts[i].when);
}

static void judge_errand(struct reach *r, const struct yaml_node *node,
			 const struct pack_errand *errand)
{
	const struct yaml_node *c = yaml_get(node, "steps")->first;

	judge(r, node, errand->when);
	for (size_t i = 0; c && i < errand->n_steps; i++, c = c->next) {
		const struct pack_item *item = errand->steps[i].bring;

		if (item && !r->in_hand[item - r->items])
			mistake_at(&r->l->mistakes, c,
				   "nobody can bring `%s`: what it comes from waits for this, or "
				   "never is",
				   item->key);
	}
}

static void *cleared(struct pack_loader *l, size_t n)
{
	return memset(arena_alloc(l->arena, n + 1), 0, n + 1);
}

void check_reach(struct pack_loader *l)
{
	const struct records *s = l->sections;
	struct reach r = { .l = l,
			   .npcs = s[SECTION_NPCS].list,
			   .items = s[SECTION_ITEMS].list,
			   .errands = s[SECTION_ERRANDS].list };

	/* Of what is broken it cannot be said what it would be. */
	if (l->is_partial || l->mistakes.all)
		return;
	r.told = cleared(l, s[SECTION_NPCS].n * sizeof(*r.told));
	r.in_hand = cleared(l, s[SECTION_ITEMS].n * sizeof(*r.in_hand));
	r.doing = cleared(l, s[SECTION_ERRANDS].n * sizeof(*r.doing));
	for (size_t i = 0; i < s[SECTION_NPCS].n; i++)
		if (r.npcs[i].mind)
			r.told[i] = cleared(l, r.npcs[i].mind->n_topics * sizeof(**r.told));
	explore(&r);
	for (size_t i = 0; i < s[SECTION_NPCS].n; i++)
		if (r.npcs[i].mind)
			judge_mind(&r, yaml_get(s[SECTION_NPCS].nodes[i], "mind"), r.npcs[i].mind);
	for (size_t i = 0; i < s[SECTION_ERRANDS].n; i++)
		judge_errand(&r, s[SECTION_ERRANDS].nodes[i], &r.errands[i]);
}
