/*
 * test_call_error.c - what providers say when they refuse, and what is told of it.
 */
#include "aibridge/call_error.h"

#include <string.h>

#include "rt/jsonin.h"
#include "tests/unit/rt/unit.h"

static const char *cleaned(const char *text, const char *key)
{
	static char ret[CALL_WHY_MAX];

	call_why(ret, (struct span){ text, strlen(text) }, key);
	return ret;
}

START_TEST(no_key_is_in_what_went_wrong)
{
	char longest[1000];

	ck_assert_str_eq(cleaned("bad key: sk-ab***yz, sorry", NULL), "bad key: [hidden] sorry");
	ck_assert_str_eq(cleaned("bad key sk-proj-1", NULL), "bad key [hidden]");
	ck_assert_str_eq(cleaned("bad key 'my0wnkey'!", "my0wnkey"), "bad key [hidden]");
	ck_assert_str_eq(cleaned("it began my0wnk...", "my0wnkey"), "it began [hidden]");
	ck_assert_str_eq(cleaned("short abc", "abc"), "short [hidden]");
	ck_assert_str_eq(cleaned("one\ntwo\x1b[31m  three", NULL), "one two[31m three");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	ck_assert_uint_eq(strlen(cleaned(longest, NULL)), CALL_WHY_MAX - 1);
}
END_TEST

static const char *error_of(long status, const char *body)
{
	static struct buf out;
	json_t *o = jsonin_object((struct span){ body, strlen(body) });
	struct buf text = { 0 };
	const enum call_error e = call_error_read(o, call_error_of_status(status), &text);

	json_decref(o);
	buf_clear(&out);
	buf_addf(&out, "%s|%.*s", call_error_name(e), (int)text.n, buf_p(&text));
	buf_addc(&out, 0);
	buf_done(&text);
	return buf_p(&out);
}

START_TEST(refusals_of_each_api_are_understood)
{
	ck_assert_str_eq(error_of(400,
				  "{\"type\":\"error\",\"error\":{\"type\":"
				  "\"invalid_request_error\",\"message\":\"max_tokens: no\"}}"),
			 "bad_request|invalid_request_error: max_tokens: no");
	ck_assert_str_eq(error_of(401, "{\"error\":{\"message\":\"Incorrect API key\",\"type\":"
				       "\"invalid_request_error\",\"code\":\"invalid_api_key\"}}"),
			 "key|invalid_api_key: Incorrect API key");
	ck_assert_str_eq(error_of(429, "{\"error\":{\"message\":\"Pay\",\"type\":"
				       "\"insufficient_quota\",\"code\":\"insufficient_quota\"}}"),
			 "key|insufficient_quota: Pay");
	ck_assert_str_eq(error_of(400, "{\"error\":{\"message\":\"Filtered\",\"code\":"
				       "\"content_filter\"}}"),
			 "refused|content_filter: Filtered");
	ck_assert_str_eq(error_of(404, "{\"error\":\"model 'x' not found\"}"),
			 "bad_request|model 'x' not found");
	ck_assert_str_eq(error_of(422, "{\"detail\":\"no\"}"), "bad_request|no");
	ck_assert_str_eq(error_of(529, "{\"type\":\"error\",\"error\":{\"type\":"
				       "\"overloaded_error\",\"message\":\"Overloaded\"}}"),
			 "busy|overloaded_error: Overloaded");
	ck_assert_str_eq(error_of(502, "<html>"), "gateway|");
	ck_assert_str_eq(error_of(500, "{\"error\":{\"code\":500,\"message\":[]}}"), "fault|");
}
END_TEST

struct status_row {
	long status;
	enum call_error error;
	bool may_retry;
};

START_TEST(statuses_say_whether_another_attempt_helps)
{
	static const struct status_row rows[] = {
		{ 301, CALL_BAD, false },    { 400, CALL_BAD, false },	{ 401, CALL_KEY, false },
		{ 402, CALL_KEY, false },    { 403, CALL_KEY, false },	{ 404, CALL_BAD, false },
		{ 408, CALL_BUSY, true },    { 409, CALL_BUSY, true },	{ 413, CALL_BAD, false },
		{ 422, CALL_BAD, false },    { 429, CALL_LIMIT, true }, { 500, CALL_FAULT, true },
		{ 502, CALL_GATEWAY, true }, { 503, CALL_BUSY, true },	{ 504, CALL_GATEWAY, true },
		{ 529, CALL_BUSY, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ck_assert_int_eq(call_error_of_status(rows[i].status), rows[i].error);
		ck_assert_int_eq(call_may_retry(rows[i].error), rows[i].may_retry);
	}
	ck_assert(call_may_retry(CALL_CONNECT));
	ck_assert(!call_may_retry(CALL_CUT));
	for (int e = 0; e < CALL_ERRORS; e++)
		ck_assert_ptr_nonnull(call_error_name((enum call_error)e));
}
END_TEST

UNIT_MAIN("call_error", no_key_is_in_what_went_wrong, refusals_of_each_api_are_understood,
	  statuses_say_whether_another_attempt_helps)
