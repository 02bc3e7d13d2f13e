/*
 * test_injection.c - whatever a player types, is called, leaves lying about or has had remembered: it is
 * data in the prompt, and nothing but data.
 *
 * A prompt without what stands between its quotation marks is the instructions; these must be the same byte for
 * byte, whichever attempt (tests/fixtures/injections) is in it.
 */
#include "aibridge/guard.h"
#include "aibridge/prompt.h"
#include "aibridge/scripted.h"
#include "aibridge/talk.h"
#include "aibridge/topic.h"
#include "ask_rig.h"
#include "injections.h"

enum { ATTEMPTS_AT_LEAST = 60, ATTEMPT_MAX = 500 };

/* Where a stranger's words can get into an ask. */
enum way { WAY_TEXT, WAY_NAME, WAY_THING, WAY_MEMORY, WAY_HEARD, WAY_PAST, WAY_OLDER, WAYS };

static void put(struct ask_rig *r, struct talk *t, enum way way, struct span s)
{
	const ProtobufCBinaryData data = rig_bytes(r, s);
	struct buf text = { 0 };
	char *name;

	buf_add(&text, s.p, s.n);
	buf_addc(&text, 0);
	name = rig_text(r, buf_p(&text));
	buf_done(&text);
	r->ask.text = way == WAY_TEXT ? data : rig_bytes(r, SPAN("hello"));
	if (way == WAY_NAME) {
		r->who.name = r->seen[0].name = name;
		r->view.relation = data;
	} else if (way == WAY_THING) {
		r->view.place = data;
		r->seen[1].about = name;
		r->targets[2][1] = name;
	} else if (way == WAY_MEMORY) {
		r->memories[0] = r->errands[0] = r->refused[0] = data;
		r->view.mood = name;
	} else if (way == WAY_HEARD) {
		r->recent[0] = data;
	} else if (way == WAY_PAST) {
		t->turns[0].player = s;
	} else if (way == WAY_OLDER) {
		t->older = s;
	}
}

/* Adds what stands outside of quotations; every mark that opens is closed before the next. */
static void outside(struct buf *out, struct span s)
{
	bool open = false;

	for (size_t i = 0; i < s.n; i++) {
		const bool mark = i + 1 < s.n && s.p[i] == '\xc2' &&
				  (s.p[i + 1] == '\xab' || s.p[i + 1] == '\xbb');

		if (mark) {
			ck_assert_int_eq(s.p[i + 1] == '\xbb', open);
			open = !open;
			i++;
		} else if (!open) {
			buf_addc(out, s.p[i]);
		} else {
			ck_assert_int_ne(s.p[i], '\n');
		}
	}
	ck_assert(!open);
}

/* The instructions of the prompt with these words in it. */
static void instructions(enum way way, struct span s, struct buf *out)
{
	const struct talk_turn past = { SPAN("hello"), SPAN("Good day to you."), SPAN(""), 1 };
	struct ask_rig r;
	struct talk t;
	struct prompt p;

	rig_open(&r);
	ck_assert(talk_load(&r.a, SPAN(""), &t));
	talk_add(&r.a, &t, &past, 4);
	talk_set_older(&r.a, &t, SPAN("Nothing."));
	rig_add(&r, r.errands, &r.view.n_errands, "Nothing.");
	rig_add(&r, r.refused, &r.view.n_refused, "Nothing.");
	put(&r, &t, way, s);
	prompt_build(&r.a, &r.ask, &t, NULL, &p);
	outside(out, p.system);
	for (size_t i = 0; i < p.n_messages; i++) {
		buf_addc(out, '\n');
		outside(out, p.messages[i].text);
	}
	ck_assert_uint_eq(p.n_messages, 3);
	for (size_t i = 0; i < p.n_tools; i++)
		buf_addf(out, "\n%s %s %zu", p.tools[i].name, p.tools[i].about,
			 p.tools[i].n_params);
	rig_close(&r);
}

START_TEST(there_are_attempts_enough)
{
	struct injections in;

	injections_read(&in);
	ck_assert_uint_ge(in.n, ATTEMPTS_AT_LEAST);
	ck_assert_uint_lt(in.n, INJECTIONS_MAX);
	for (size_t i = 0; i < in.n; i++) {
		ck_assert_uint_le(in.v[i].n, ATTEMPT_MAX);
		for (size_t k = 0; k < i; k++)
			ck_assert(in.v[i].n != in.v[k].n ||
				  memcmp(buf_p(&in.v[i]), buf_p(&in.v[k]), in.v[i].n) != 0);
	}
	injections_done(&in);
}
END_TEST

START_TEST(no_attempt_changes_the_instructions)
{
	struct injections in;

	injections_read(&in);
	for (enum way way = 0; way < WAYS; way++) {
		struct buf plain = { 0 };

		instructions(way, SPAN("hello there"), &plain);
		ck_assert(!rig_has(buf_span(&plain), SPAN("hello there")));
		for (size_t i = 0; i < in.n; i++) {
			struct buf got = { 0 };

			instructions(way, buf_span(&in.v[i]), &got);
			ck_assert_msg(got.n == plain.n &&
					      memcmp(buf_p(&got), buf_p(&plain), got.n) == 0,
				      "way %d, attempt %zu: %.*s\n%.*s", (int)way, i,
				      (int)in.v[i].n, buf_p(&in.v[i]), (int)got.n, buf_p(&got));
			buf_done(&got);
		}
		buf_done(&plain);
	}
	injections_done(&in);
}
END_TEST

START_TEST(without_a_model_no_attempt_says_anything)
{
	struct injections in;

	injections_read(&in);
	for (size_t i = 0; i < in.n; i++) {
		const struct span words = buf_span(&in.v[i]);
		struct talk t = { .older = { "", 0 } };
		struct buf answer = { 0 };
		struct ask_rig r;

		rig_open(&r);
		rig_says(&r, MUDLARK__AI_ASK__KIND__SAY, words);
		scripted_answer(&r.ask, &t, topic_find(&r.view, words), &answer);
		ck_assert(words.n < 12 || !rig_has(buf_span(&answer), words));
		ck_assert_uint_lt(answer.n, 200);
		buf_done(&answer);
		rig_close(&r);
	}
	injections_done(&in);
}
END_TEST

/* What a model that obeys says: what stands behind "say " at the beginning or behind a sentence. */
static bool obeyed(struct span s, struct span *ret)
{
	const char *say = memmem(s.p, s.n, "say ", 4);

	if (!say || (say != s.p && (say - s.p < 2 || !strchr(".:?!", say[-2]))))
		return false;
	*ret = (struct span){ say + 4, s.n - (size_t)(say + 4 - s.p) };
	return true;
}

static bool has_controls(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		const unsigned char before = i ? (unsigned char)s.p[i - 1] : 0;

		/* U+009B, or the bare byte; else it is part of a letter. */
		if (c < 0x20 || c == 0x7f || (c == 0x9b && (before < 0x80 || before == 0xc2)))
			return true;
	}
	return false;
}

START_TEST(what_an_obedient_model_would_say_is_refused)
{
	size_t refused = 0, all = 0;
	struct injections in;
	struct guard *g = NULL;

	ck_assert_int_eq(guard_new(&g, ""), 0);
	injections_read(&in);
	for (size_t i = 0; i < in.n; i++) {
		struct buf clean = { 0 };
		struct span said;
		struct ask_rig r;
		bool emote;

		if (!obeyed(buf_span(&in.v[i]), &said))
			continue;
		rig_open(&r);
		guard_clean(&r.ask, said, &clean, &emote);
		all++;
		if (guard_check(g, &r.ask, buf_span(&clean), SPAN("")) != GUARD_OK)
			refused++;
		else /* Escapes are harmless when they are gone. */
			ck_assert_msg(has_controls(said), "passes: %.*s", (int)clean.n,
				      buf_p(&clean));
		ck_assert(!has_controls(buf_span(&clean)));
		buf_done(&clean);
		rig_close(&r);
	}
	ck_assert_uint_ge(all, 25);
	ck_assert_uint_ge(refused + 2, all);
	guard_free(g);
	injections_done(&in);
}
END_TEST

UNIT_MAIN("injection", there_are_attempts_enough, no_attempt_changes_the_instructions,
	  without_a_model_no_attempt_says_anything, what_an_obedient_model_would_say_is_refused)
