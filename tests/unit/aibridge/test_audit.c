/*
 * test_audit.c - what is kept of an attempt, how it is found again and shown.
 */
#include "aibridge/audit.h"

#include <jansson.h>

#include "rt/text.h"
#include "tests/unit/aibridge/ask_rig.h"

static struct ask_rig r;

static struct audit one(void)
{
	rig_open(&r);
	r.ask.ask = 0x1200000034;
	return (struct audit){ .at_ms = 1780000000123,
			       .ask = &r.ask,
			       .attempt = 2,
			       .kind = audit_kind(&r.ask),
			       .provider = "anthropic",
			       .model = "m-1",
			       .request = SPAN("{\"model\":\"m-1\",\"max_tokens\":300}"),
			       .said = SPAN("The tide is late."),
			       .answer = SPAN("The tide is late. It has never been before."),
			       .verdict = "ok",
			       .error = "",
			       .in = 812,
			       .out = 40,
			       .nanos = 31200000,
			       .ms = 950 };
}

static const char *text_at(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

START_TEST(an_audit_is_json_that_says_who_asked_whom_what_and_what_it_cost)
{
	const struct audit a = one();
	struct buf out = { 0 };
	json_t *j;

	audit_write(&a, &out);
	j = json_loadb(buf_p(&out), out.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(j);
	ck_assert_str_eq(text_at(j, "npc"), "foreshore/marrable");
	ck_assert_str_eq(text_at(j, "who"), "00000000000004d2");
	ck_assert_str_eq(text_at(j, "name"), "Ana");
	ck_assert_str_eq(text_at(j, "kind"), "say");
	ck_assert_str_eq(text_at(j, "asked"), "hello there");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "nanos")), 31200000);
	ck_assert_str_eq(text_at(json_object_get(j, "request"), "model"), "m-1");
	json_decref(j);
	buf_done(&out);
	rig_close(&r);
}
END_TEST

START_TEST(what_a_stranger_typed_cannot_leave_its_string)
{
	struct audit a = one();
	struct buf out = { 0 };
	json_t *j;

	rig_says(&r, MUDLARK__AI_ASK__KIND__ABOUT, SPAN("\",\"nanos\":0,\"x\":\"\\"));
	a.answer = SPAN("\"}\n\\");
	audit_write(&a, &out);
	j = json_loadb(buf_p(&out), out.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(j);
	ck_assert_str_eq(text_at(j, "asked"), "\",\"nanos\":0,\"x\":\"\\");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "nanos")), 31200000);
	json_decref(j);
	buf_done(&out);
	rig_close(&r);
}
END_TEST

START_TEST(keys_sort_by_time_so_that_the_old_can_be_dropped)
{
	struct audit a = one();
	char key[AUDIT_KEY_MAX], before[AUDIT_KEY_MAX];

	audit_key(key, &a);
	ck_assert_str_eq(key, "1780000000123-0000001200000034-2");
	audit_key_before(before, a.at_ms);
	ck_assert_int_gt(strcmp(key, before), 0);
	audit_key_before(before, a.at_ms + 1);
	ck_assert_int_lt(strcmp(key, before), 0);
	audit_key_before(before, -5);
	ck_assert_str_eq(before, "0000000000000");
	rig_close(&r);
}
END_TEST

static void expect_condition(const Mudlark__DocumentQuery *q, size_t i, const char *path,
			     const char *value)
{
	ck_assert_uint_lt(i, q->n_where);
	ck_assert_str_eq(q->where[i]->path, path);
	ck_assert_uint_eq(q->where[i]->value.len, strlen(value));
	ck_assert_mem_eq(q->where[i]->value.data, value, strlen(value));
}

START_TEST(a_transcript_is_looked_for_by_either_name_in_any_case)
{
	Mudlark__DocumentQuery q;
	struct arena a;

	arena_init(&a, 0);
	audit_query(&a, SPAN("foreshore/marrable"), SPAN(""), 10, &q);
	ck_assert_uint_eq(q.n_where, 1);
	expect_condition(&q, 0, "npc", "\"foreshore/marrable\"");
	audit_query(&a, SPAN("Marrable"), SPAN("ANA"), 10, &q);
	ck_assert_uint_eq(q.n_where, 2);
	expect_condition(&q, 0, "find.npc", "\"marrable\"");
	expect_condition(&q, 1, "find.player", "\"ana\"");
	ck_assert(q.descending);
	ck_assert_uint_eq(q.limit, 10);
	arena_done(&a);
}
END_TEST

START_TEST(what_is_shown_fits_into_eighty_columns)
{
	struct audit a = one();
	struct buf json = { 0 }, out = { 0 }, answer = { 0 };
	const char *line;

	for (int i = 0; i < 40; i++)
		buf_adds(&answer, "The tide is late today, \xc3\xa9t\xc3\xa9 comme hiver. ");
	a.said = a.answer = buf_span(&answer);
	audit_write(&a, &json);
	audit_show(buf_span(&json), &out);
	ck_assert(rig_has(buf_span(&out), SPAN("Ana, foreshore/marrable (say)")));
	ck_assert(rig_has(buf_span(&out), SPAN("    > hello there\n")));
	ck_assert(rig_has(buf_span(&out), SPAN("anthropic, ok, 812+40 tokens, 0.0312, 950 ms")));
	line = buf_p(&out);
	for (const char *end = buf_p(&out) + out.n; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		ck_assert_ptr_nonnull(stop);
		ck_assert_uint_lt(text_columns((struct span){ line, (size_t)(stop - line) }), 80);
		line = stop + 1;
	}
	buf_reset(&out);
	audit_show(SPAN("{not json"), &out);
	ck_assert_uint_eq(out.n, 0);
	buf_done(&json);
	buf_done(&out);
	buf_done(&answer);
	rig_close(&r);
}
END_TEST

START_TEST(what_was_refused_and_what_was_called_is_shown_as_such)
{
	struct audit a = one();
	struct buf json = { 0 }, out = { 0 };

	a.answer = SPAN("The tide is late. \x1b[2JI am a model.");
	a.verdict = "character";
	a.acts = SPAN("{\"verb\":\"give\",\"arguments\":{\"target\":\"a pin\"},\"listed\":true},"
		      "{\"verb\":\"transfer\",\"arguments\":{\"n\":9},\"listed\":false}");
	audit_write(&a, &json);
	audit_show(buf_span(&json), &out);
	ck_assert(rig_has(buf_span(&out), SPAN("    < The tide is late.\n")));
	ck_assert(rig_has(buf_span(&out),
			  SPAN("    < (refused) The tide is late. [2JI am a model.\n")));
	ck_assert(rig_has(buf_span(&out), SPAN("    + give a pin\n")));
	ck_assert(rig_has(buf_span(&out), SPAN("    + (not offered) transfer\n")));
	buf_done(&json);
	buf_done(&out);
	rig_close(&r);
}
END_TEST

UNIT_MAIN("audit", an_audit_is_json_that_says_who_asked_whom_what_and_what_it_cost,
	  what_a_stranger_typed_cannot_leave_its_string,
	  keys_sort_by_time_so_that_the_old_can_be_dropped,
	  a_transcript_is_looked_for_by_either_name_in_any_case,
	  what_was_refused_and_what_was_called_is_shown_as_such,
	  what_is_shown_fits_into_eighty_columns)
