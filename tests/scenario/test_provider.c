/*
 * test_provider.c - each provider end to end, from a line typed at telnet to the sentences that are heard, through a
 * fake that refuses what the real ones refuse: streams and whole answers, cut anywhere, proposals, the
 * bill, failures before the first word, the next provider, moderation, and where the key never is.
 *
 * People speak at the pace of people, so the four are played beside each other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/sandbox.h"
#include "tests/fake/fake.h"
#include "tests/scenario/people.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { PROVIDERS = 4 };

static const char *const providers[PROVIDERS] = { "anthropic", "openai", "responses", "ollama" };

/* Four Mudlarks, one for each provider, and a player in each. */
struct chorus {
	struct people p[PROVIDERS];
	struct talk t[PROVIDERS];
	uint64_t requests; /* that each fake must have seen */
};

static void chorus_start(struct chorus *c, const char *const *sets)
{
	*c = (struct chorus){ 0 };
	for (size_t i = 0; i < PROVIDERS; i++) {
		people_start(&c->p[i],
			     &(struct people_conf){ .provider = providers[i], .sets = sets });
		cast_enter(&c->p[i].mud, &c->t[i], "Wrenna");
		c->t[i].who = providers[i];
	}
}

static void chorus_stop(struct chorus *c)
{
	for (size_t i = 0; i < PROVIDERS; i++) {
		ck_assert_uint_eq(talk_count(&c->t[i], "SECRET THOUGHT"), 0);
		talk_close(&c->t[i]);
		people_nowhere(&c->p[i], FAKE_KEY);
		people_stop(&c->p[i]);
	}
}

/* The fakes behave like that, then the player types the line. */
static void chorus_line(struct chorus *c, const char *mode, const char *line)
{
	for (size_t i = 0; i < PROVIDERS; i++) {
		fake_ai_mode(&c->p[i].fake, mode);
		talk_line(&c->t[i], "%s", line);
	}
}

static void chorus_hear(struct chorus *c, const char *text)
{
	for (size_t i = 0; i < PROVIDERS; i++)
		talk_expect(&c->t[i], text);
}

/* Each has been asked so many times more. */
static void chorus_asked(struct chorus *c, uint64_t more)
{
	c->requests += more;
	for (size_t i = 0; i < PROVIDERS; i++)
		ck_assert_msg(fake_ai_stat(&c->p[i].fake, "requests") == c->requests,
			      "%s: not %llu requests", providers[i],
			      (unsigned long long)c->requests);
}

static void hear_cut_answers(struct chorus *c)
{
	static const char *const chunkings[] = { "events", "whole", "bytes", "middle" };

	for (unsigned i = 0; i < ARRAY_LEN(chunkings); i++) {
		char mode[200], said[80];

		snprintf(said, sizeof(said), "says, \"Round %u, at the m\xc3\xb4le.\"", i);
		snprintf(mode, sizeof(mode),
			 "{\"chunking\":\"%s\",\"extras\":%s,\"text\":\"Round %u, at the "
			 "m\xc3\xb4le.\"}",
			 chunkings[i], i % 2 ? "true" : "false", i);
		chorus_line(c, mode, i % 2 ? "ask ada about eels" : "ask hob about eels");
		chorus_hear(c, said);
		chorus_asked(c, 1);
	}
}

static void hear_three_sentences(struct chorus *c)
{
	chorus_line(c,
		    "{\"text\":\"The eels are back. They are not pleased about it at all. Bring a "
		    "long spoon!\"}",
		    "say Hob, what of the eels?");
	chorus_hear(c, "Hob Miller says, \"The eels are back.");
	chorus_hear(c, "They are not pleased about it at all.");
	chorus_hear(c, "Bring a long spoon!\"");
	chorus_asked(c, 1);
}

static void see_proposals(struct chorus *c)
{
	static const char text[] =
		"{\"text\":\"Take this.\",\"calls\":["
		"{\"name\":\"give\",\"arguments\":{\"target\":\"loaf\"}},"
		"{\"name\":\"give\",\"arguments\":{\"target\":\"crown\"}},"
		"{\"name\":\"remember\",\"arguments\":{\"text\":\"Wrenna likes bread.\"}}]}";

	chorus_line(c, text, "say Hob, I am hungry.");
	chorus_hear(c, "Take this.");
	chorus_hear(c, "gives you a loaf");
	chorus_line(c, "{\"text\":\"Good bread.\"}", "ask hob about bread");
	chorus_hear(c, "Good bread.");
	for (size_t i = 0; i < PROVIDERS; i++) {
		CLEANUP(base_freep) char *last = fake_ai_last(&c->p[i].fake);

		ck_assert_msg(strstr(last, "Wrenna likes bread."), "%s", last);
		talk_line(&c->t[i], "inventory");
		talk_expect(&c->t[i], "loaf");
		talk_expect(&c->t[i], TALK_PROMPT);
		ck_assert_uint_eq(talk_count(&c->t[i], "gives you a crown"), 0);
	}
	chorus_asked(c, 2);
}

/* What the fakes have billed is what the ledger says. */
static void compare_bills(struct chorus *c)
{
	for (size_t i = 0; i < PROVIDERS; i++) {
		uint64_t all = fake_ai_stat(&c->p[i].fake, "tokens_in") +
			       fake_ai_stat(&c->p[i].fake, "tokens_out");
		struct talk staff;
		char tokens[40];

		cast_staff(&c->p[i].mud, &staff, "Verity", "implementor");
		snprintf(tokens, sizeof(tokens), ", %llu tokens, ", (unsigned long long)all);
		talk_line(&staff, "@ai budget");
		talk_expect(&staff, tokens);
		talk_close(&staff);
	}
}

START_TEST(an_answer_is_heard_as_sentences_done_and_billed)
{
	const char *const sets[] = { _i ? "ai.stream=false" : "ai.stream=true",
				     "ai.budgets=all 5.00", NULL };
	struct chorus c;

	chorus_start(&c, sets);
	hear_cut_answers(&c);
	hear_three_sentences(&c);
	see_proposals(&c);
	compare_bills(&c);
	for (size_t i = 0; i < PROVIDERS; i++)
		ck_assert_uint_eq(talk_count(&c.t[i], PEOPLE_SHRUG), 0);
	chorus_stop(&c);
}
END_TEST

static void hear_after_retry(struct chorus *c)
{
	static const char *const statuses[] = { "429", "500", "503" };

	for (unsigned i = 0; i < ARRAY_LEN(statuses); i++) {
		char mode[200], said[40];

		snprintf(said, sizeof(said), "Third time %u.", i);
		snprintf(mode, sizeof(mode),
			 "{\"status\":%s,\"times\":1,\"retry_after\":0,\"text\":\"%s\"}",
			 statuses[i], said);
		chorus_line(c, mode, i % 2 ? "ask ada about luck" : "ask hob about luck");
		chorus_hear(c, said);
		chorus_asked(c, 2);
	}
}

/* They say their own words of a tree, whatever the provider does; by turns, as each takes his time. */
static void hear_of_tree(struct chorus *c, const char *mode, size_t i)
{
	char line[60], said[60];

	snprintf(line, sizeof(line), "ask %s about %s", i % 2 ? "ada" : "hob", people_trees[i]);
	snprintf(said, sizeof(said), "There is %s enough for a wheel.", people_trees[i]);
	chorus_line(c, mode, line);
	chorus_hear(c, said);
	chorus_asked(c, 1);
}

/* What no other attempt can get right is not attempted again. */
static void hear_without_retry(struct chorus *c)
{
	static const char *const statuses[] = { "400", "401", "404" };

	for (unsigned i = 0; i < ARRAY_LEN(statuses); i++) {
		char mode[80];

		snprintf(mode, sizeof(mode), "{\"status\":%s}", statuses[i]);
		hear_of_tree(c, mode, i);
	}
}

START_TEST(another_attempt_is_made_where_it_may_help)
{
	static const char *const sets[] = { "ai.breaker_failures=1000", NULL };
	struct chorus c;

	chorus_start(&c, sets);
	hear_after_retry(&c);
	hear_without_retry(&c);
	chorus_stop(&c);
}
END_TEST

START_TEST(whatever_comes_back_there_is_an_answer)
{
	static const char *const modes[PEOPLE_TREES] = {
		"{\"fault\":\"hang\"}",	 "{\"fault\":\"html\"}",
		"{\"fault\":\"json\"}",	 "{\"fault\":\"deep\"}",
		"{\"fault\":\"wrong\"}", "{\"fault\":\"error\"}",
		"{\"fault\":\"cut\"}",	 "{\"fault\":\"line\"}",
		"{\"fault\":\"huge\"}",	 "{\"refuses\":true,\"text\":\"\"}",
	};
	static const char *const sets[] = { "ai.first_token=500ms", "ai.stall=1s", "ai.retries=0",
					    "ai.breaker_failures=1000", NULL };
	struct chorus c;

	chorus_start(&c, sets);
	for (size_t i = 0; i < PEOPLE_TREES; i++)
		hear_of_tree(&c, modes[i], i);
	for (size_t i = 0; i < PROVIDERS; i++) {
		ck_assert_uint_eq(talk_count(&c.t[i], "Bad Gateway"), 0);
		fake_ai_wait(&c.p[i].fake, "in_flight", 0);
	}
	chorus_stop(&c);
}
END_TEST

/* It would hold the key. */
static void expect_no_core(pid_t pid)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	f = fopen(path, "re");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long soft = 1, hard = 1;

		if (sscanf(line, "Max core file size %lu %lu", &soft, &hard) == 2)
			found = !soft && !hard;
	}
	fclose(f);
	ck_assert_msg(found, "%s allows a core dump", path);
}

START_TEST(the_next_provider_answers_when_the_first_is_down)
{
	char fallback[200];
	const char *const sets[] = { fallback, "ai.retries=0", "ai.prices=fake-1=1/5,fake-2=1/5",
				     NULL };
	struct talk t, staff;
	struct fake_ai second;
	struct people p;

	fake_ai_start(&second, tmp_dir());
	snprintf(fallback, sizeof(fallback), "ai.fallback=openai fake-2 http://127.0.0.1:%u %s",
		 second.port, second.key_file);
	people_start(&p, &(struct people_conf){ .provider = "anthropic", .sets = sets });
	if (sandbox_is_possible())
		expect_no_core(mud_pid(&p.mud, "aibridge"));
	fake_ai_mode(&p.fake, "{\"status\":503}");
	fake_ai_mode(&second, "{\"text\":\"From the other side.\"}");
	cast_enter(&p.mud, &t, "Wrenna");
	talk_line(&t, "ask hob about the weather");
	people_hear(&t, "From the other side.");
	ck_assert_uint_eq(fake_ai_stat(&second, "answered"), 1);
	ck_assert_uint_eq(fake_ai_stat(&second, "refused"), 0);
	/* Both are away: his own words. */
	fake_ai_mode(&second, "{\"status\":503}");
	talk_line(&t, "ask hob about the wheel");
	people_hear(&t, PEOPLE_WHEEL);
	cast_staff(&p.mud, &staff, "Verity", "implementor");
	talk_line(&staff, "@ai status");
	talk_expect(&staff, "anthropic");
	talk_expect(&staff, "openai");
	talk_close(&staff);
	talk_close(&t);
	people_stop(&p);
	fake_ai_stop(&second);
}
END_TEST

START_TEST(what_moderation_flags_is_not_said)
{
	static const char *const sets[] = { "ai.moderation=openai", NULL };
	struct people p;
	struct talk t;

	people_start(&p, &(struct people_conf){ .provider = "openai", .sets = sets });
	fake_ai_mode(&p.fake,
		     "{\"flag\":\"thimble\",\"text\":\"I hid the thimble in the flour.\"}");
	cast_enter(&p.mud, &t, "Wrenna");
	talk_line(&t, "ask hob about flour");
	talk_expect(&t, "Hob Miller says, \"");
	ck_assert_uint_eq(talk_count(&t, "thimble"), 0);
	ck_assert_uint_ge(fake_ai_stat(&p.fake, "flagged"), 1);
	fake_ai_mode(&p.fake, "{\"flag\":\"thimble\",\"text\":\"Flour is flour.\"}");
	talk_line(&t, "ask hob about flour");
	people_hear(&t, "Flour is flour.");
	talk_close(&t);
	people_stop(&p);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ an_answer_is_heard_as_sentences_done_and_billed, 2 },
		{ another_attempt_is_made_where_it_may_help, 1 },
		{ whatever_comes_back_there_is_an_answer, 1 },
		{ the_next_provider_answers_when_the_first_is_down, 1 },
		{ what_moderation_flags_is_not_said, 1 },
	};

	return suite_together("provider", 120, tests, ARRAY_LEN(tests));
}
