/*
 * test_charset.c - bytes of other character sets in and out.
 */
#include "gateway/charset.h"

#include <sys/resource.h>
#include "rt/text.h"
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
	ck_assert_int_eq(charset_of(SPAN("big5")), CHARSET_BIG5);
	ck_assert_int_eq(charset_of(SPAN("ibm437")), CHARSET_CP437);
	ck_assert_int_eq(charset_of(SPAN("gb2312")), CHARSET_GBK);
	for (int set = 0; set < CHARSETS; set++)
		ck_assert_int_eq(charset_of(text_of(charset_name((enum charset)set))), set);
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

START_TEST(sets_of_iconv_go_out_and_come_in)
{
	expect_encoded("\xe4\xb8\xad\xe6\x96\x87", CHARSET_GBK, "\xd6\xd0\xce\xc4");
	expect_encoded("\xe4\xb8\xad\xe6\x96\x87", CHARSET_BIG5, "\xa4\xa4\xa4\xe5");
	expect_encoded("\xc3\xa9\xe2\x95\x90", CHARSET_CP437, "\x82\xcd");
	expect_decoded("\xd6\xd0\xce\xc4", CHARSET_GBK, "\xe4\xb8\xad\xe6\x96\x87");
	expect_decoded("\xa4\xa4\xa4\xe5", CHARSET_BIG5, "\xe4\xb8\xad\xe6\x96\x87");
	expect_decoded("\x82\xcd", CHARSET_CP437, "\xc3\xa9\xe2\x95\x90");
}
END_TEST

START_TEST(what_a_set_of_iconv_lacks_is_spelled)
{
	expect_encoded("na\xc3\xafve \xc5\x82 \xf0\x9f\x90\x9f", CHARSET_BIG5, "naive l ?");
	expect_encoded("\xe4\xb8\xad \xe2\x80\x94 \xc4\x8d", CHARSET_CP437, "? -- c");
	expect_encoded("\xe2\x80\x9cx\xe2\x80\x9d \xc3\x9f", CHARSET_GBK, "\xa1\xb0x\xa1\xb1 ss");
}
END_TEST

START_TEST(bytes_that_are_no_character_of_a_set_are_marked)
{
	expect_decoded("a\xd6", CHARSET_GBK, "a\xef\xbf\xbd");
	expect_decoded("\xff\xd6\xd0", CHARSET_GBK, "\xef\xbf\xbd\xe4\xb8\xad");
	expect_decoded("\xa4\x01z", CHARSET_BIG5, "\xef\xbf\xbd\x01z");
}
END_TEST

START_TEST(every_character_of_a_set_survives_the_way_in_and_out)
{
	static const enum charset sets[] = { CHARSET_GBK, CHARSET_BIG5, CHARSET_CP437,
					     CHARSET_LATIN1 };
	unsigned characters = 0;

	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		for (unsigned c = 0x80; c < 0x10000; c++) {
			char bytes[] = { (char)(c < 0x100 ? c : c >> 8), (char)c };
			struct span s = { bytes, c < 0x100 ? 1 : 2 };
			struct buf text = { 0 }, back = { 0 }, again = { 0 };

			charset_decode(&text, s, sets[i]);
			charset_reduce(&again, buf_span(&text), sets[i]);
			/* One character, which the set has. */
			if ((c >= 0x8000 || c < 0x100) && text_columns(buf_span(&text)) > 0 &&
			    again.n == text.n && !memmem(buf_p(&text), text.n, "\xef\xbf\xbd", 3)) {
				charset_encode(&back, buf_span(&text), sets[i]);
				charset_decode(&again, buf_span(&back), sets[i]);
				ck_assert_uint_eq(again.n, 2 * text.n);
				ck_assert_mem_eq(buf_p(&again) + text.n, buf_p(&text), text.n);
				characters++;
			}
			buf_done(&text);
			buf_done(&back);
			buf_done(&again);
		}
	ck_assert_uint_gt(characters, 30000);
}
END_TEST

/* Whether this process may open files. */
static void may_open(bool may)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = may ? limit.rlim_max : 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(sets_are_warm_without_a_file_being_opened)
{
	struct charset_warm warm;

	ck_assert_int_eq(charset_warm(&warm), 0);
	may_open(false);
	expect_encoded("\xe4\xb8\xad", CHARSET_GBK, "\xd6\xd0");
	expect_decoded("\xa4\xa4", CHARSET_BIG5, "\xe4\xb8\xad");
	expect_encoded("\xc3\xa9", CHARSET_CP437, "\x82");
	may_open(true);
	charset_cool(&warm);
}
END_TEST

START_TEST(without_its_files_a_set_is_ascii)
{
	may_open(false);
	expect_encoded("caf\xc3\xa9 \xe4\xb8\xad", CHARSET_GBK, "cafe ?");
	may_open(true);
}
END_TEST

UNIT_MAIN("charset", names_are_known_in_any_case, valid_utf8_is_taken_as_such,
	  other_bytes_are_latin1, utf8_leaves_as_it_is, latin1_has_what_it_has,
	  ascii_gets_the_nearest_letters, sets_of_iconv_go_out_and_come_in,
	  what_a_set_of_iconv_lacks_is_spelled, bytes_that_are_no_character_of_a_set_are_marked,
	  every_character_of_a_set_survives_the_way_in_and_out,
	  sets_are_warm_without_a_file_being_opened, without_its_files_a_set_is_ascii)
