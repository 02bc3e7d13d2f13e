/*
 * test_charset.c - bytes of other character sets in and out.
 */
#include "gateway/charset.h"

#include "tests/unit/gateway/bytes.h"

static void expect_encoded(const char *text, enum charset to, const char *want)
{
	struct buf out = { 0 };

	charset_encode(&out, text_of(text), to);
	ck_assert_text(&out, want);
}

static void expect_decoded(const char *bytes, enum charset from, const char *want)
{
	struct buf out = { 0 };

	charset_decode(&out, text_of(bytes), from);
	ck_assert_text(&out, want);
}

START_TEST(names_are_known_in_any_case)
{
	ck_assert_int_eq(charset_of(SPAN("UTF-8")), CHARSET_UTF8);
	ck_assert_int_eq(charset_of(SPAN("utf-8")), CHARSET_UTF8);
	ck_assert_int_eq(charset_of(SPAN("iso-8859-1")), CHARSET_LATIN1);
	ck_assert_int_eq(charset_of(SPAN("us-ascii")), CHARSET_ASCII);
	ck_assert_int_eq(charset_of(SPAN("KOI8-R")), -1);
	ck_assert_int_eq(charset_of(SPAN("")), -1);
}
END_TEST

START_TEST(valid_utf8_is_taken_as_such)
{
	expect_decoded("caf\xc3\xa9", CHARSET_UTF8, "caf\xc3\xa9");
	expect_decoded("caf\xc3\xa9", CHARSET_ASCII, "caf\xc3\xa9");
}
END_TEST

START_TEST(other_bytes_are_latin1)
{
	expect_decoded("caf\xe9", CHARSET_UTF8, "caf\xc3\xa9");
	expect_decoded("caf\xc3\xa9", CHARSET_LATIN1, "caf\xc3\x83\xc2\xa9");
}
END_TEST

START_TEST(utf8_leaves_as_it_is)
{
	expect_encoded("caf\xc3\xa9 \xe4\xb8\xad", CHARSET_UTF8, "caf\xc3\xa9 \xe4\xb8\xad");
}
END_TEST

START_TEST(latin1_has_what_it_has)
{
	expect_encoded("caf\xc3\xa9 \xc3\x9f", CHARSET_LATIN1, "caf\xe9 \xdf");
	expect_encoded("\xe2\x80\x9cx\xe2\x80\x9d", CHARSET_LATIN1, "\"x\"");
}
END_TEST

START_TEST(ascii_gets_the_nearest_letters)
{
	expect_encoded("caf\xc3\xa9 \xc3\x9f \xc3\x86 \xe2\x80\xa6 \xe2\x82\xac", CHARSET_ASCII,
		       "cafe ss AE ... EUR");
	expect_encoded("\xef\xac\x81 \xe2\x91\xa0 \xc4\x8c", CHARSET_ASCII, "fi 1 C");
	expect_encoded("\xe4\xb8\xad", CHARSET_ASCII, "?");
	expect_encoded("x\xcc\xa5y", CHARSET_ASCII, "xy");
}
END_TEST

UNIT_MAIN("charset", names_are_known_in_any_case, valid_utf8_is_taken_as_such,
	  other_bytes_are_latin1, utf8_leaves_as_it_is, latin1_has_what_it_has,
	  ascii_gets_the_nearest_letters)
