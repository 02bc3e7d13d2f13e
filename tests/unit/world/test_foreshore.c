/*
 * test_foreshore.c - what the people of the starter world tell can be heard, and what they ask for done.
 */
#include <check.h>
#include <string.h>

#include "rt/buf.h"
#include "world/pack/pack.h"

static struct pack *starter(void)
{
	struct pack *p = NULL;
	struct buf errors = { 0 };

	ck_assert_msg(!pack_load(&p, "world/packs/foreshore", &errors), "%.*s", (int)errors.n,
		      buf_p(&errors));
	return p;
}

static bool has_word(const struct pack_topic *t, const char *word)
{
	for (size_t i = 0; i < t->n_words; i++)
		if (!strcmp(t->words[i], word))
			return true;
	return false;
}

/* "the seal" is found before "seal": who has the one must not lose it to a topic that says the other. */
static bool is_called_more(const struct pack_topic *t, const struct pack_topic *than)
{
	for (size_t i = 0; i < t->n_words; i++) {
		const char *noun = strchr(t->words[i], ' ');

		if (noun && !strncmp(t->words[i], "the ", 4) && has_word(than, noun + 1) &&
		    !has_word(than, t->words[i]))
			return true;
	}
	return false;
}

/* Is the earlier one always open when this one is? */
static bool is_before(const struct pack_when *earlier, const struct pack_when *when)
{
	return !earlier || (when && earlier->errand && earlier->errand == when->errand &&
			    earlier->is == when->is && !earlier->step && !earlier->has &&
			    !earlier->told && !earlier->met && !earlier->has_regard);
}

/* One of its words leads to it and not to an earlier one that has it, too. */
static bool is_reachable(const struct pack_mind *m, size_t i)
{
	for (size_t k = 0; k < m->topics[i].n_words; k++) {
		size_t e = 0;

		while (e < i && !(is_before(m->topics[e].when, m->topics[i].when) &&
				  has_word(&m->topics[e], m->topics[i].words[k])))
			e++;
		if (e == i)
			return true;
	}
	return false;
}

START_TEST(every_topic_can_be_touched)
{
	struct pack *p = starter();

	for (size_t i = 0; i < p->n_npcs; i++)
		for (size_t t = 0; p->npcs[i].mind && t < p->npcs[i].mind->n_topics; t++)
			ck_assert_msg(is_reachable(p->npcs[i].mind, t), "%s/%s", p->npcs[i].key,
				      p->npcs[i].mind->topics[t].key);
	pack_free(p);
}
END_TEST

START_TEST(what_has_a_condition_goes_before_what_has_none)
{
	struct pack *p = starter();

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;

		for (size_t t = 0; m && t < m->n_topics; t++)
			for (size_t e = 0; e < t; e++)
				ck_assert_msg(!m->topics[e].when || m->topics[t].when ||
						      !is_called_more(&m->topics[t], &m->topics[e]),
					      "%s: %s, %s", p->npcs[i].key, m->topics[e].key,
					      m->topics[t].key);
	}
	pack_free(p);
}
END_TEST

START_TEST(everybody_has_enough_to_say)
{
	struct pack *p = starter();
	size_t minds = 0;

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;

		if (!m)
			continue;
		minds++;
		ck_assert_msg(m->n_topics >= 6 && m->n_greets >= 2 && m->n_again >= 2 &&
				      m->n_shrugs >= 4 && m->n_thinks >= 2 && m->style,
			      "%s", p->npcs[i].key);
	}
	ck_assert_uint_ge(minds, 10);
	ck_assert_uint_ge(p->n_smalltalk, 10);
	pack_free(p);
}
END_TEST

/* All lines of the pack that somebody may say, each with whose it is. */
struct lines {
	const char *text[2000];
	size_t n;
};

static void add_lines(struct lines *all, const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all->n; k++)
			ck_assert_msg(strcmp(all->text[k], lines[i]) != 0, "twice: %s", lines[i]);
		ck_assert_uint_lt(all->n, ARRAY_LEN(all->text));
		all->text[all->n++] = lines[i];
	}
}

START_TEST(nothing_is_said_by_two)
{
	struct pack *p = starter();
	struct lines all = { .n = 0 };

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;

		if (!m)
			continue;
		add_lines(&all, m->greets, m->n_greets);
		add_lines(&all, m->again, m->n_again);
		add_lines(&all, m->shrugs, m->n_shrugs);
		add_lines(&all, m->thinks, m->n_thinks);
		for (size_t t = 0; t < m->n_topics; t++)
			add_lines(&all, m->topics[t].lines, m->topics[t].n_lines);
	}
	for (size_t i = 0; i < p->n_smalltalk; i++)
		add_lines(&all, p->smalltalk[i].lines, p->smalltalk[i].n_lines);
	pack_free(p);
}
END_TEST

static void check_quotes(const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(!strchr(lines[i], '"'), "it is said between quotes: %s", lines[i]);
}

START_TEST(what_is_said_has_no_quotes_in_it)
{
	struct pack *p = starter();

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;

		if (!m)
			continue;
		check_quotes(m->greets, m->n_greets);
		check_quotes(m->again, m->n_again);
		check_quotes(m->shrugs, m->n_shrugs);
		for (size_t t = 0; t < m->n_topics; t++)
			check_quotes(m->topics[t].lines, m->topics[t].n_lines);
	}
	for (size_t i = 0; i < p->n_smalltalk; i++)
		check_quotes(p->smalltalk[i].lines, p->smalltalk[i].n_lines);
	pack_free(p);
}
END_TEST

static bool leads_to(const struct pack_mind *m, const char *word, const struct pack_errand *errand)
{
	for (size_t t = 0; t < m->n_topics; t++)
		if (has_word(&m->topics[t], word) && m->topics[t].offers == errand)
			return true;
	return false;
}

START_TEST(who_has_an_errand_offers_it_to_who_asks_for_work)
{
	static const char *const words[] = { "work", "job", "help", "errand", "favour" };
	struct pack *p = starter();

	for (size_t e = 0; e < p->n_errands; e++)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			ck_assert_msg(leads_to(p->errands[e].giver->mind, words[i], &p->errands[e]),
				      "%s: %s", p->errands[e].key, words[i]);
	pack_free(p);
}
END_TEST

START_TEST(everybody_has_an_answer_to_who_he_is)
{
	struct pack *p = starter();

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;
		size_t t = 0;

		while (m && t < m->n_topics && !has_word(&m->topics[t], "yourself"))
			t++;
		ck_assert_msg(!m || (t < m->n_topics && has_word(&m->topics[t], "who are you") &&
				     has_word(&m->topics[t], "you") &&
				     (has_word(&m->topics[t], "himself") ||
				      has_word(&m->topics[t], "herself"))),
			      "%s", p->npcs[i].key);
	}
	pack_free(p);
}
END_TEST

/* A topic of the same key stands in the place of the small talk. */
START_TEST(what_replaces_small_talk_answers_the_same)
{
	struct pack *p = starter();

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;

		for (size_t t = 0; m && t < m->n_topics; t++)
			for (size_t k = 0; k < p->n_smalltalk; k++)
				ck_assert_msg(strcmp(m->topics[t].key, p->smalltalk[k].key) != 0 ||
						      has_word(&m->topics[t],
							       p->smalltalk[k].words[0]),
					      "%s/%s", p->npcs[i].key, m->topics[t].key);
	}
	pack_free(p);
}
END_TEST

static bool names(const struct pack_topic *t, const struct pack_npc *npc)
{
	for (size_t i = 0; i < npc->name.n_words; i++)
		if (has_word(t, npc->name.words[i]))
			return true;
	return false;
}

START_TEST(people_talk_about_each_other)
{
	struct pack *p = starter();

	for (size_t i = 0; i < p->n_npcs; i++) {
		const struct pack_mind *m = p->npcs[i].mind;
		size_t others = 0, tellers = 0;

		for (size_t o = 0; m && o < p->n_npcs; o++) {
			const struct pack_mind *other = p->npcs[o].mind;
			bool knows = false, is_known = false;

			for (size_t t = 0; o != i && t < m->n_topics; t++)
				knows |= names(&m->topics[t], &p->npcs[o]);
			for (size_t t = 0; o != i && other && t < other->n_topics; t++)
				is_known |= names(&other->topics[t], &p->npcs[i]);
			others += knows;
			tellers += is_known;
		}
		ck_assert_msg(!m || (others >= 3 && tellers >= 2), "%s: %zu, %zu", p->npcs[i].key,
			      others, tellers);
	}
	pack_free(p);
}
END_TEST

/*
 * What can be had and heard, from nothing: everything that is open is told, everything that lies about is
 * carried, every errand that is offered is taken on; until nothing changes.
 */
struct progress {
	const struct pack *p;
	bool told[4096]; /* by topic, over all npcs */
	size_t step[64]; /* done steps, by errand */
	bool is_offered[64];
	bool changed;
};

static size_t topic_number(const struct pack *p, const char *npc, const char *key)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_npcs; i++)
		for (size_t t = 0; p->npcs[i].mind && t < p->npcs[i].mind->n_topics; t++, n++)
			if (!strcmp(p->npcs[i].key, npc) &&
			    !strcmp(p->npcs[i].mind->topics[t].key, key))
				return n;
	ck_abort_msg("no topic %s/%s", npc, key);
	return 0;
}

/* Somebody who is patient is met as often as needed; regard is what topics and errands can give. */
static int32_t regard_of(const struct progress *g, const struct pack_npc *npc)
{
	int32_t sum = 0;

	for (size_t t = 0; t < npc->mind->n_topics; t++)
		if (g->told[topic_number(g->p, npc->key, npc->mind->topics[t].key)])
			sum += npc->mind->topics[t].regard;
	for (size_t e = 0; e < g->p->n_errands; e++)
		if (g->p->errands[e].giver == npc && g->step[e] == g->p->errands[e].n_steps)
			sum += g->p->errands[e].regard;
	return sum;
}

/* Was it so at any time? Things are had, or not yet given away, all the time. */
static bool was_open(const struct progress *g, const struct pack_npc *npc,
		     const struct pack_when *when)
{
	size_t e;

	if (!when)
		return true;
	if (when->told && !g->told[topic_number(g->p, when->told_npc, when->told)])
		return false;
	if (when->has_regard && regard_of(g, npc) < when->regard)
		return false;
	if (!when->errand || when->is == ERRAND_IS_NEW)
		return true;
	e = (size_t)(when->errand - g->p->errands);
	if (when->is == ERRAND_IS_DONE)
		return g->step[e] == when->errand->n_steps;
	for (size_t i = 0; when->step && i < when->errand->n_steps; i++)
		if (!strcmp(when->errand->steps[i].key, when->step) && g->step[e] < i)
			return false;
	return g->is_offered[e];
}

static void tell(struct progress *g, const struct pack_npc *npc, const struct pack_topic *t)
{
	bool *told = &g->told[topic_number(g->p, npc->key, t->key)];

	if (*told || !was_open(g, npc, t->when))
		return;
	*told = true;
	g->changed = true;
	if (t->offers)
		g->is_offered[t->offers - g->p->errands] = true;
}

static void try_step(struct progress *g, size_t e)
{
	const struct pack_errand *errand = &g->p->errands[e];
	const struct pack_step *step = &errand->steps[g->step[e]];

	if (!g->is_offered[e] || g->step[e] == errand->n_steps ||
	    (step->learn && !g->told[topic_number(g->p, step->learn_npc->key, step->learn)]))
		return;
	g->step[e]++;
	g->changed = true;
}

START_TEST(everything_can_be_heard_and_every_errand_done)
{
	static struct progress g;
	struct pack *p = starter();

	g = (struct progress){ .p = p };
	ck_assert_uint_ge(p->n_errands, 2);
	do {
		g.changed = false;
		for (size_t i = 0; i < p->n_npcs; i++)
			for (size_t t = 0; p->npcs[i].mind && t < p->npcs[i].mind->n_topics; t++)
				tell(&g, &p->npcs[i], &p->npcs[i].mind->topics[t]);
		for (size_t e = 0; e < p->n_errands; e++)
			try_step(&g, e);
	} while (g.changed);
	for (size_t e = 0; e < p->n_errands; e++)
		ck_assert_msg(g.step[e] == p->errands[e].n_steps, "%s: %zu", p->errands[e].key,
			      g.step[e]);
	for (size_t i = 0; i < p->n_npcs; i++)
		for (size_t t = 0; p->npcs[i].mind && t < p->npcs[i].mind->n_topics; t++) {
			const char *key = p->npcs[i].mind->topics[t].key;

			ck_assert_msg(g.told[topic_number(p, p->npcs[i].key, key)], "%s/%s",
				      p->npcs[i].key, key);
		}
	pack_free(p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("foreshore");
	TCase *tc = tcase_create("foreshore");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, every_topic_can_be_touched);
	tcase_add_test(tc, what_has_a_condition_goes_before_what_has_none);
	tcase_add_test(tc, everybody_has_enough_to_say);
	tcase_add_test(tc, nothing_is_said_by_two);
	tcase_add_test(tc, what_is_said_has_no_quotes_in_it);
	tcase_add_test(tc, who_has_an_errand_offers_it_to_who_asks_for_work);
	tcase_add_test(tc, everybody_has_an_answer_to_who_he_is);
	tcase_add_test(tc, what_replaces_small_talk_answers_the_same);
	tcase_add_test(tc, people_talk_about_each_other);
	tcase_add_test(tc, everything_can_be_heard_and_every_errand_done);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
