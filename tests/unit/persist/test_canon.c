/* test_canon.c - one text for one JSON value. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "persist/canon.h"
#include "export.h"

static void becomes(struct span text, const char *want)
{
	struct buf out = { 0 };

	buf_adds(&out, "kept");
	const bool fine = canon_json(&out, text);
	buf_addc(&out, '\0');
	ck_assert_msg(fine == (want != NULL), "%.*s", (int)text.n, text.p);
	ck_assert_str_eq(buf_p(&out) + 4, want ? want : "");
	buf_done(&out);
}

struct pair_row {
	const char *text, *want;
};

static const struct pair_row pairs[] = {
	{ " { \"b\" : 1 ,\n\"a\" : [ ] } ", "{\"a\":[],\"b\":1}" },
	{ "{\"b\":{\"d\":1,\"c\":2},\"a\":3}", "{\"a\":3,\"b\":{\"c\":2,\"d\":1}}" },
	{ "{\"ab\":1,\"a\":2,\"a b\":3,\"\":4}", "{\"\":4,\"a\":2,\"a b\":3,\"ab\":1}" },
	{ "{\"a\":2,\"b\":0,\"a\":1}", "{\"a\":2,\"a\":1,\"b\":0}" },
	{ "[{\"b\":1,\"a\":1},{\"d\":1,\"c\":1}]", "[{\"a\":1,\"b\":1},{\"c\":1,\"d\":1}]" },
	{ "[1.50,-0,1E+03,0.10e-7,123456789012345678901234567890]",
	  "[1.50,-0,1E+03,0.10e-7,123456789012345678901234567890]" },
	{ "[true,false,null]", "[true,false,null]" },
	{ "\"\\u0041\\u00e9\\/\\u005c\\u0022\"", "\"A\xc3\xa9/\\\\\\\"\"" },
	{ "\"\\u0008\\u000C\\u000a\\u000D\\u0009\\u001F\\u0000\"",
	  "\"\\b\\f\\n\\r\\t\\u001f\\u0000\"" },
	{ "\"\\uD83D\\uDE00\"", "\"\xf0\x9f\x98\x80\"" },
	{ "\"\\udbff\\udfff\\ud800\\udc00\"", "\"\xf4\x8f\xbf\xbf\xf0\x90\x80\x80\"" },
	{ "\"\\uD800\\uD800\\uDC00\\uDFFF\"", "\"\\ud800\xf0\x90\x80\x80\\udfff\"" },
	{ "\"\x7f\"", "\"\x7f\"" },
};

static const char *const refused[] = {
	"",
	" ",
	"{",
	"}",
	"[1,]",
	"[,1]",
	"{\"a\"}",
	"{\"a\":}",
	"{a:1}",
	"[1 2]",
	"{\"a\":1,}",
	"'a'",
	"nul",
	"truee",
	"01",
	"1.",
	".5",
	"+1",
	"1e",
	"-",
	"0x1",
	"NaN",
	"\"\n\"",
	"\"\\x41\"",
	"\"\\u12\"",
	"\"\\u12g4\"",
	"\"\\u\x11\x12\x13\x14\"",
	"\"a",
	"\"\\\"",
	"\"\xff\"",
	"1 1",
	"[] []",
	"{\"a\":1 \"b\":2}",
	"\xef\xbb\xbf{}",
};

START_TEST(a_value_has_one_text)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		becomes((struct span){ pairs[i].text, strlen(pairs[i].text) }, pairs[i].want);
}
END_TEST

START_TEST(what_is_not_json_is_refused_and_leaves_nothing)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		becomes((struct span){ refused[i], strlen(refused[i]) }, NULL);
	becomes((struct span){ "[1\0]", 4 }, NULL);
}
END_TEST

START_TEST(it_is_as_deep_as_a_document_may_be)
{
	struct buf deep = { 0 }, out = { 0 };

	for (int more = 0; more < 2; more++) {
		buf_reset(&deep);
		for (int i = 0; i < CANON_DEPTH + more; i++)
			buf_addc(&deep, '[');
		for (int i = 0; i < CANON_DEPTH + more; i++)
			buf_addc(&deep, ']');
		ck_assert_int_eq(canon_json(&out, buf_span(&deep)), !more);
	}
	ck_assert_uint_eq(out.n, 2 * CANON_DEPTH);
	buf_done(&deep);
	buf_done(&out);
}
END_TEST

/* The same value to another reader, never longer, and its own canonical form. */
START_TEST(any_value_keeps_its_meaning)
{
	struct rng r;

	rng_seed(&r, 7);
	for (int i = 0; i < 3000; i++) {
		struct buf text = { 0 }, once = { 0 }, twice = { 0 };
		random_object(&r, &text);
		ck_assert(canon_json(&once, buf_span(&text)));
		ck_assert(canon_json(&twice, buf_span(&once)));
		ck_assert_uint_le(once.n, text.n);
		ck_assert_uint_eq(once.n, twice.n);
		ck_assert_mem_eq(buf_p(&once), buf_p(&twice), once.n);
		json_t *a = json_loadb(buf_p(&text), text.n, JSON_DECODE_INT_AS_REAL, NULL);
		json_t *b = json_loadb(buf_p(&once), once.n, JSON_DECODE_INT_AS_REAL, NULL);
		ck_assert(a && json_equal(a, b));
		json_decref(a);
		json_decref(b);
		buf_done(&text);
		buf_done(&once);
		buf_done(&twice);
	}
}
END_TEST

START_TEST(every_character_is_read_as_it_was_written)
{
	struct buf all = { 0 }, quoted = { 0 }, canon = { 0 }, back = { 0 };

	for (uint32_t c = 0; c < 0x110000; c++) {
		uint8_t bytes[4];
		if (c < 0xd800 || c > 0xdfff)
			buf_add(&all, bytes, (size_t)utf8proc_encode_char((int32_t)c, bytes));
	}
	canon_quote(&quoted, buf_span(&all));
	struct span in = buf_span(&quoted);
	ck_assert(canon_string(&back, &in));
	ck_assert_uint_eq(in.n, 0);
	ck_assert_uint_eq(back.n, all.n);
	ck_assert_mem_eq(buf_p(&back), buf_p(&all), all.n);
	ck_assert(canon_json(&canon, buf_span(&quoted)));
	ck_assert_uint_eq(canon.n, quoted.n);
	ck_assert_mem_eq(buf_p(&canon), buf_p(&quoted), canon.n);
	buf_done(&all);
	buf_done(&quoted);
	buf_done(&canon);
	buf_done(&back);
}
END_TEST

START_TEST(half_a_pair_is_no_text)
{
	struct buf out = { 0 };
	struct span in = SPAN("\"a\\ud800\"");

	ck_assert(!canon_string(&out, &in));
	ck_assert_uint_eq(out.n, 0);
	ck_assert_uint_eq(in.n, 9);
	buf_done(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("canon");
	TCase *t = tcase_create("canon");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_value_has_one_text);
	tcase_add_test(t, what_is_not_json_is_refused_and_leaves_nothing);
	tcase_add_test(t, it_is_as_deep_as_a_document_may_be);
	tcase_add_test(t, any_value_keeps_its_meaning);
	tcase_add_test(t, every_character_is_read_as_it_was_written);
	tcase_add_test(t, half_a_pair_is_no_text);
	suite_add_tcase(s, t);
	SRunner *runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
