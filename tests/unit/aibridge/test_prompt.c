/*
 * test_prompt.c - what a model is told.
 */
#include "aibridge/prompt.h"

#include <stdio.h>

#include "aibridge/prompt_quote.h"
#include "aibridge/talk.h"
#include "aibridge/topic.h"
#include "ask_rig.h"

struct scene {
	struct ask_rig r;
	struct talk talk;
	struct prompt p;
};

static void begin(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	rig_open(&s->r);
	ck_assert(talk_load(&s->r.a, SPAN(""), &s->talk));
}

static void turn(struct scene *s, const char *p, const char *n)
{
	const struct talk_turn turn = { rig_span(p), rig_span(n), SPAN(""), 1 };

	talk_add(&s->r.a, &s->talk, &turn, TALK_TURNS_MAX);
}

static void build(struct scene *s)
{
	const ProtobufCBinaryData *text = &s->r.ask.text;

	prompt_build(&s->r.a, &s->r.ask, &s->talk,
		     topic_find(&s->r.view, (struct span){ (const char *)text->data, text->len }),
		     &s->p);
}

static size_t bytes(const struct prompt *p)
{
	size_t n = p->system.n;

	for (size_t i = 0; i < p->n_messages; i++)
		n += p->messages[i].text.n;
	for (size_t i = 0; i < p->n_tools; i++) {
		n += strlen(p->tools[i].name) + strlen(p->tools[i].about);
		for (size_t k = 0; k < p->tools[i].n_params; k++) {
			const struct tool_param *t = &p->tools[i].params[k];

			n += strlen(t->name) + strlen(t->about);
			for (size_t j = 0; j < t->n_choices; j++)
				n += strlen(t->choices[j]);
		}
	}
	return n;
}

static void alternates(const struct prompt *p)
{
	ck_assert_uint_eq(p->n_messages % 2, 1);
	for (size_t i = 0; i < p->n_messages; i++) {
		ck_assert_int_eq(p->messages[i].own, i % 2);
		ck_assert_uint_gt(p->messages[i].text.n, 0);
	}
}

static void same(struct span got, const char *text)
{
	ck_assert_msg(got.n == strlen(text) && memcmp(got.p, text, got.n) == 0, "got \"%.*s\"",
		      (int)got.n, got.p);
}

START_TEST(everything_in_a_view_is_told)
{
	static const char *const parts[] = {
		"You are Nan Marrable (she), a person",
		"A widow of seventy",
		"Dry, brief",
		"- The barge Seventh Daughter lies where it sank.",
		"without these words: husband.",
		"- tide: The tide turns twice a day.",
		"Place: \xc2\xabLow-Water Foreshore Shingle and mud below the river wall.\xc2\xbb",
		"Time: \xc2\xablate afternoon\xc2\xbb",
		"Weather: \xc2\xab"
		"a thin rain\xc2\xbb",
		"Your mood: \xc2\xab"
		"content\xc2\xbb",
		"\xc2\xab"
		"Ana\xc2\xbb \xc2\xab"
		"a player\xc2\xbb, \xc2\xabJem Pottle\xc2\xbb",
		"- \xc2\xab"
		"Ana says, \"hello\"\xc2\xbb",
		"You and they: \xc2\xabYou have met Ana twice.\xc2\xbb",
		"- \xc2\xab"
		"Ana brought a pin.\xc2\xbb",
		"said between you before: \xc2\xabThey spoke of mud.\xc2\xbb",
		"- \xc2\xab"
		"Ana is to bring the seal.\xc2\xbb",
		"- \xc2\xabgive guinea: you have none\xc2\xbb",
		"in your own words: lamp.",
		"Answer as Nan Marrable.",
	};
	struct scene s;

	begin(&s);
	rig_add(&s.r, s.r.errands, &s.r.view.n_errands, "Ana is to bring the seal.");
	rig_add(&s.r, s.r.refused, &s.r.view.n_refused, "give guinea: you have none");
	talk_set_older(&s.r.a, &s.talk, SPAN("They spoke of mud."));
	rig_says(&s.r, MUDLARK__AI_ASK__KIND__SAY, SPAN("the lamps?"));
	build(&s);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		ck_assert_msg(rig_has(s.p.system, rig_span(parts[i])), "no \"%s\" in:\n%.*s",
			      parts[i], (int)s.p.system.n, s.p.system.p);
	for (size_t i = 0; prompt_secret(i).n; i++)
		ck_assert(rig_has(s.p.system, prompt_secret(i)));
	ck_assert(!rig_has(s.p.system, SPAN("Wetter")));
	ck_assert_double_lt(s.p.temperature, 0);
	rig_close(&s.r);
}
END_TEST

START_TEST(what_is_not_there_has_no_section)
{
	struct scene s;

	begin(&s);
	s.r.view = (Mudlark__AiView)MUDLARK__AI_VIEW__INIT;
	s.r.view.name = rig_text(&s.r, "Nan");
	build(&s);
	ck_assert(!rig_has(s.p.system, SPAN("How you speak")));
	ck_assert(!rig_has(s.p.system, SPAN("What you know")));
	ck_assert(!rig_has(s.p.system, SPAN("chose to remember")));
	ck_assert_uint_eq(s.p.n_tools, 0);
	alternates(&s.p);
	rig_close(&s.r);
}
END_TEST

START_TEST(messages_alternate_and_the_last_is_the_players)
{
	struct scene s;

	begin(&s);
	turn(&s, "", "If it shines, it is mine.");
	turn(&s, "lost", "");
	turn(&s, "the tide?", "It turns.");
	rig_says(&s.r, MUDLARK__AI_ASK__KIND__ABOUT, SPAN("the lamps"));
	build(&s);
	alternates(&s.p);
	ck_assert_uint_eq(s.p.n_messages, 5);
	same(s.p.messages[0].text, "\xc2\xab"
				   "Ana\xc2\xbb turns to you.");
	same(s.p.messages[1].text, "If it shines, it is mine.");
	same(s.p.messages[2].text, "\xc2\xab"
				   "Ana\xc2\xbb says: \xc2\xabthe tide?\xc2\xbb");
	same(s.p.messages[4].text, "\xc2\xab"
				   "Ana\xc2\xbb asks you about: \xc2\xabthe lamps\xc2\xbb");
	rig_says(&s.r, MUDLARK__AI_ASK__KIND__GREET, SPAN(""));
	build(&s);
	same(s.p.messages[4].text, "\xc2\xab"
				   "Ana\xc2\xbb turns to you. Greet them.");
	rig_close(&s.r);
}
END_TEST

START_TEST(tools_are_the_verbs_with_their_targets)
{
	struct scene s;

	begin(&s);
	rig_verb(&s.r, "transfer", RIG_WORDS("gold"));
	rig_verb(&s.r, "follow", NULL);
	rig_verb(&s.r, "open", RIG_WORDS("chest\xc2\xbb", "", "a\nb", "box"));
	rig_verb(&s.r, "go", RIG_WORDS("\x1b[1m"));
	build(&s);
	ck_assert_uint_eq(s.p.n_tools, 4);
	ck_assert_str_eq(s.p.tools[0].name, "emote");
	ck_assert_str_eq(s.p.tools[0].params[0].name, "text");
	ck_assert_str_eq(s.p.tools[1].name, "give");
	ck_assert_uint_eq(s.p.tools[1].n_params, 1);
	ck_assert_str_eq(s.p.tools[1].params[0].name, "target");
	ck_assert_uint_eq(s.p.tools[1].params[0].n_choices, 2);
	ck_assert_str_eq(s.p.tools[1].params[0].choices[1], "a clay pipe");
	ck_assert_str_eq(s.p.tools[2].name, "remember");
	/* Nobody to follow, nowhere to go. */
	ck_assert_str_eq(s.p.tools[3].name, "open");
	ck_assert_uint_eq(s.p.tools[3].params[0].n_choices, 1);
	ck_assert_str_eq(s.p.tools[3].params[0].choices[0], "box");
	rig_close(&s.r);
}
END_TEST

static ProtobufCBinaryData filled(struct scene *s, size_t n)
{
	ProtobufCBinaryData b = { n, arena_alloc(&s->r.a, n) };

	ck_assert_ptr_nonnull(b.data);
	memset(b.data, 'x', n);
	return b;
}

/* As much of everything as there can be, and more. */
static void overfill(struct scene *s)
{
	static char word[200];
	Mudlark__AiView *v = &s->r.view;

	memset(word, 'w', sizeof(word) - 1);
	v->persona = filled(s, 30000);
	v->style = filled(s, 30000);
	v->place = filled(s, 30000);
	v->relation = filled(s, 30000);
	v->time = v->weather = v->mood = v->name = word;
	s->r.who.name = word;
	for (size_t i = 0; i < RIG_LIST; i++) {
		s->r.knows[i] = filled(s, 900);
		s->r.recent[i] = s->r.memories[i] = s->r.errands[i] = s->r.refused[i] =
			filled(s, 500);
		s->r.avoids[i] = word;
	}
	v->n_knows = v->n_recent = v->n_memories = v->n_errands = v->n_refused = RIG_LIST;
	v->n_avoids = RIG_LIST;
	for (size_t i = 0; i < v->n_topics; i++)
		v->topics[i]->fact = filled(s, 3000);
	while (v->n_here < RIG_LIST)
		rig_see(&s->r, word, word);
	for (size_t i = 0; i < v->n_may; i++) {
		v->may[i]->n_targets = RIG_LIST;
		for (size_t k = 0; k < RIG_LIST; k++) {
			v->may[i]->targets[k] = rig_text(&s->r, word);
			v->may[i]->targets[k][79] = 0;
		}
	}
	s->r.ask.text = filled(s, 5000);
}

START_TEST(however_much_there_is_it_stays_within_bounds)
{
	struct scene s;
	char number[32];

	begin(&s);
	overfill(&s);
	for (int i = 0; i < TALK_TURNS_MAX; i++) {
		struct buf answer = { 0 };

		snprintf(number, sizeof(number), "answer %d ", i);
		while (answer.n < 900)
			buf_adds(&answer, number);
		buf_addc(&answer, 0);
		turn(&s, number, buf_p(&answer));
		buf_done(&answer);
	}
	build(&s);
	alternates(&s.p);
	ck_assert_uint_le(bytes(&s.p), PROMPT_MAX);
	ck_assert_uint_gt(bytes(&s.p), PROMPT_MAX - 2000);
	ck_assert_uint_gt(s.p.n_messages, 1);
	/* What is left of it is the newest. */
	ck_assert(rig_has(s.p.messages[s.p.n_messages - 2].text, SPAN("answer 39")));
	ck_assert(rig_has(s.p.system, SPAN("Keep to the rules")));
	ck_assert_uint_le(s.p.messages[s.p.n_messages - 1].text.n, PROMPT_SAID_MAX + 100);
	rig_close(&s.r);
}
END_TEST

START_TEST(of_what_was_noticed_the_oldest_is_left_out)
{
	struct scene s;

	begin(&s);
	s.r.view.n_recent = 0;
	for (size_t i = 0; i < RIG_LIST; i++) {
		struct buf line = { 0 };

		buf_addf(&line, "number %zu", i);
		while (line.n < 230)
			buf_adds(&line, " and more");
		buf_addc(&line, 0);
		rig_add(&s.r, s.r.recent, &s.r.view.n_recent, buf_p(&line));
		buf_done(&line);
	}
	build(&s);
	ck_assert(!rig_has(s.p.system, SPAN("number 0 ")));
	ck_assert(rig_has(s.p.system, SPAN("number 7 ")));
	rig_close(&s.r);
}
END_TEST

START_TEST(the_bound_is_more_than_any_tokenizer_counts)
{
	struct scene s;
	uint64_t small, bound;

	begin(&s);
	build(&s);
	bound = prompt_tokens_bound(&s.p);
	ck_assert_uint_ge(bound, bytes(&s.p));
	s.p.max_tokens = 300;
	ck_assert_uint_eq(prompt_tokens_bound(&s.p), bound + 300);
	s.p.n_tools = 0;
	small = prompt_tokens_bound(&s.p);
	ck_assert_uint_gt(bound + 300, small + 1000);
	/* One character that is eighteen once it is normalized. */
	rig_says(&s.r, MUDLARK__AI_ASK__KIND__SAY, SPAN("\xef\xb7\xba\xef\xb7\xba\xef\xb7\xba"));
	build(&s);
	ck_assert_uint_ge(prompt_tokens_bound(&s.p), bound + 54);
	rig_close(&s.r);
}
END_TEST

static void quotes_to(struct span s, size_t max, const char *text)
{
	struct buf out = { 0 };

	prompt_quote(&out, s, max);
	ck_assert_msg(out.n == strlen(text) && memcmp(buf_p(&out), text, out.n) == 0,
		      "got \"%.*s\"", (int)out.n, buf_p(&out));
	buf_done(&out);
}

START_TEST(a_quotation_is_one_line_without_its_marks)
{
	quotes_to(SPAN("hello"), 10, "\xc2\xabhello\xc2\xbb");
	quotes_to(SPAN(""), 10, "\xc2\xab\xc2\xbb");
	quotes_to(SPAN("a\r\nb\tc\x1b[1m"), 20,
		  "\xc2\xab"
		  "a  b c[1m\xc2\xbb");
	quotes_to(SPAN("x\xc2\xbb y \xc2\xab << >> \xe2\x80\xba"), 40,
		  "\xc2\xabx' y ' ' ' '\xc2\xbb");
	quotes_to(SPAN("\xc2"), 40, "\xc2\xab\xef\xbf\xbd\xc2\xbb");
	quotes_to(SPAN("0123456789"), 4,
		  "\xc2\xab"
		  "0123\xc2\xbb");
	ck_assert(prompt_is_plain(SPAN("a bent pin")));
	ck_assert(!prompt_is_plain(SPAN("a\nb")));
	ck_assert(!prompt_is_plain(SPAN("a\xc2\xbb")));
	ck_assert(!prompt_is_plain(SPAN("\xff")));
}
END_TEST

UNIT_MAIN("prompt", everything_in_a_view_is_told, what_is_not_there_has_no_section,
	  messages_alternate_and_the_last_is_the_players, tools_are_the_verbs_with_their_targets,
	  however_much_there_is_it_stays_within_bounds, of_what_was_noticed_the_oldest_is_left_out,
	  the_bound_is_more_than_any_tokenizer_counts, a_quotation_is_one_line_without_its_marks)
