/*
 * test_encoding.c - what a document is in, whoever says so, and UTF-8 of it however it is cut.
 */
#include "bridges/rss/encoding.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../rt/unit.h"
#include "bridges/rss/charsets.h"
#include "rt/buf.h"
#include "rt/text.h"

#define BAD "\357\277\275"

static void on_text(void *ctx, struct span s)
{
	buf_add(ctx, s.p, s.n);
}

struct row {
	const char *type; /* header */
	struct span bytes;
	const char *text, *name; /* NULL: refused; as iconv calls it */
};

/* In pieces of `step`. */
static void look(const struct row *r, size_t step)
{
	struct buf out = { 0 };
	struct encoding *e = encoding_new((struct span){ r->type, strlen(r->type) }, on_text, &out);
	int refused = 0;

	for (size_t at = 0; at < r->bytes.n; at += step)
		refused |= encoding_feed(e, (struct span){ r->bytes.p + at,
							   r->bytes.n - at < step ? r->bytes.n - at
										  : step });
	refused |= encoding_end(e);
	ck_assert_msg(!strcmp(encoding_name(e), r->name), "%s: %s, not %s", r->bytes.p,
		      encoding_name(e), r->name);
	ck_assert_int_eq(refused, r->text == NULL);
	if (r->text)
		ck_assert_msg(out.n == strlen(r->text) && !memcmp(buf_p(&out), r->text, out.n),
			      "%s (%zu): \"%.*s\", not \"%s\"", r->name, step, (int)out.n,
			      buf_p(&out), r->text);
	encoding_free(e);
	buf_done(&out);
}

static void look_at_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t step = 1; step < 12; step++)
			look(&rows[i], step);
	for (size_t i = 0; i < n; i++)
		look(&rows[i], SIZE_MAX / 2);
}

#define DECL(name) "<?xml version=\"1.0\" encoding=\"" name "\"?>"

START_TEST(labels_are_believed_in_their_order)
{
	const struct row rows[] = {
		{ "", SPAN("<a>x</a>"), "<a>x</a>", "UTF-8" },
		{ "", SPAN("<a>\303\251</a>"), "<a>\303\251</a>", "UTF-8" },
		{ "", SPAN("\357\273\277<a>\303\251</a>"), "<a>\303\251</a>", "UTF-8" },
		{ "text/xml", SPAN("<a>\303\251</a>"), "<a>\303\251</a>", "UTF-8" },
		{ "", SPAN(DECL("iso-8859-1") "\351"), DECL("iso-8859-1") "\303\251", "CP1252" },
		{ "", SPAN("<?xml version='1.0'\nencoding = 'KOI8-R' ?>\304\301"),
		  "<?xml version='1.0'\nencoding = 'KOI8-R' ?>\320\264\320\260", "KOI8-R" },
		{ "text/xml; charset=windows-1251", SPAN(DECL("koi8-r") "\344\340"),
		  DECL("koi8-r") "\320\264\320\260", "CP1251" },
		{ "application/rss+xml; Charset=\"EUC-KR\"", SPAN("<a>\263\342</a>"),
		  "<a>\353\205\204</a>", "UHC" },
		{ "application/atom+xml;charset='gb2312'", SPAN(DECL("utf-8") "\304\343\272\303"),
		  DECL("utf-8") "\344\275\240\345\245\275", "GB18030" },
		{ "", SPAN(DECL("big5") "\247\101\246\156"),
		  DECL("big5") "\344\275\240\345\245\275", "BIG5-HKSCS" },
		{ "", SPAN(DECL("Shift_JIS") "\223\372\226{"),
		  DECL("Shift_JIS") "\346\227\245\346\234\254", "CP932" },
		{ "", SPAN(DECL("euc-jp") "\306\374\313\334"),
		  DECL("euc-jp") "\346\227\245\346\234\254", "EUC-JP" },
		{ "", SPAN(DECL("iso-2022-jp") "\33$BF|K\\\33(B!"),
		  DECL("iso-2022-jp") "\346\227\245\346\234\254!", "ISO-2022-JP-2" },
		{ "text/xml; charset=utf-8", SPAN("\376\377\0<\0a\0>"), "<a>", "UTF-16BE" },
	};
	look_at_all(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(wide_ones_are_known_by_their_bytes)
{
	const struct row rows[] = {
		{ "", SPAN("\0<\0a\0>\0\351"), "<a>\303\251", "UTF-16BE" },
		{ "", SPAN("<\0a\0>\0\351\0"), "<a>\303\251", "UTF-16LE" },
		{ "", SPAN("\377\376<\0a\0>\0\75\330\0\336"), "<a>\360\237\230\200", "UTF-16LE" },
		{ "", SPAN("\0\0\0<\0\0\0a\0\0\0>"), "<a>", "UTF-32BE" },
		{ "", SPAN("\377\376\0\0<\0\0\0a\0\0\0>\0\0\0"), "<a>", "UTF-32LE" },
		{ "", SPAN("\0\n\0<\0a\0>"), "<a>", "UTF-16BE" },
		/* A lone half, and an end in the middle. */
		{ "", SPAN("\376\377\0<\330\75\0a"), "<" BAD "a", "UTF-16BE" },
		{ "", SPAN("\376\377\0<\0a\0"), "<a" BAD, "UTF-16BE" },
		/* Said, but not so. */
		{ "text/xml; charset=utf-16", SPAN("<a>\303\251</a>"), "<a>\303\251</a>", "UTF-8" },
		{ "", SPAN(DECL("utf-16") "\303\251"), DECL("utf-16") "\303\251", "UTF-8" },
	};
	look_at_all(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(labels_that_are_certainly_wrong_are_passed_over)
{
	const struct row rows[] = {
		{ "text/xml; charset=iso-8859-1", SPAN("<a>\303\251\303\250\342\202\254</a>"),
		  "<a>\303\251\303\250\342\202\254</a>", "UTF-8" },
		/* Two might be Ã© and Ã¨. */
		{ "text/xml; charset=iso-8859-1", SPAN("<a>\303\251\303\250</a>"),
		  "<a>\303\203\302\251\303\203\302\250</a>", "CP1252" },
		{ "", SPAN("<a>fa\347ade \351t\351</a>"), "<a>fa\303\247ade \303\251t\303\251</a>",
		  "CP1252" },
		{ "", SPAN(DECL("utf-8") "fa\347ade \351t\351"),
		  DECL("utf-8") "fa\303\247ade \303\251t\303\251", "CP1252" },
		{ "text/xml; charset=utf-8", SPAN(DECL("windows-1251") "\344\340 \344\340"),
		  DECL("windows-1251") "\320\264\320\260 \320\264\320\260", "CP1251" },
		/* Mostly right: the wrong byte is wrong. */
		{ "", SPAN("<a>\303\251\303\251 \351t</a>"), "<a>\303\251\303\251 " BAD "t</a>",
		  "UTF-8" },
		/* A mark is no label. */
		{ "", SPAN("\357\273\277<a>fa\347ade \351</a>"), "<a>fa" BAD "ade " BAD "</a>",
		  "UTF-8" },
		{ "", SPAN(DECL("x-klingon") "<a>\303\251</a>"),
		  DECL("x-klingon") "<a>\303\251</a>", "UTF-8" },
		{ "", SPAN(DECL("x-klingon") "<a>\351\351</a>"), NULL, "x-klingon" },
	};
	look_at_all(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(what_xml_forbids_is_gone)
{
	const struct row rows[] = {
		{ "", SPAN("<a>\1\0\33[0m\v</a>"), "<a>   [0m </a>", "UTF-8" },
		{ "", SPAN("<a>\357\277\276\357\277\277</a>"), "<a>" BAD BAD "</a>", "UTF-8" },
		{ "", SPAN("<a>\303\251\303\251\303\251\303\251\355\240\200x</a>"),
		  "<a>\303\251\303\251\303\251\303\251" BAD BAD BAD "x</a>", "UTF-8" },
		{ "", SPAN("<a>\303\251\303\251\303\251\303\251\300\257x</a>"),
		  "<a>\303\251\303\251\303\251\303\251" BAD BAD "x</a>", "UTF-8" },
		{ "", SPAN("\n\r\n \t\357\273\277\n<a/>"), "<a/>", "UTF-8" },
		{ "", SPAN("<a>\303\251\303\251\342\202"), "<a>\303\251\303\251" BAD, "UTF-8" },
		{ "", SPAN(" "), "", "UTF-8" },
		{ "", SPAN(DECL("windows-1252") "\201\220"), DECL("windows-1252") BAD BAD,
		  "CP1252" },
		{ "", SPAN(DECL("euc-kr") "\263<b>"), DECL("euc-kr") BAD "<b>", "UHC" },
	};
	look_at_all(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(lines_before_the_document_are_counted)
{
	struct buf out = { 0 };
	struct encoding *e = encoding_new(SPAN(""), on_text, &out);

	ck_assert_int_eq(encoding_feed(e, SPAN("\n\n \n<a/>")), 0);
	ck_assert_int_eq(encoding_end(e), 0);
	ck_assert_uint_eq(encoding_lines_dropped(e), 3);
	encoding_free(e);
	buf_done(&out);
}
END_TEST

static const char *const labels[] = {
	"utf-8",	"us-ascii",	"iso-8859-1",	"iso-8859-2",	"iso-8859-3",
	"iso-8859-4",	"iso-8859-5",	"iso-8859-6",	"iso-8859-7",	"iso-8859-8",
	"iso-8859-9",	"iso-8859-10",	"iso-8859-11",	"iso-8859-13",	"iso-8859-14",
	"iso-8859-15",	"iso-8859-16",	"windows-874",	"windows-1250", "windows-1251",
	"windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
	"windows-1257", "windows-1258", "koi8-r",	"koi8-u",	"macintosh",
	"ibm866",	"euc-jp",	"shift_jis",	"euc-kr",	"gb2312",
	"gbk",		"gb18030",	"big5",		"big5-hkscs",	"euc-tw",
	"iso-2022-jp",	"iso-2022-kr",	"utf-16",	"utf-16le",	"utf-32",
	"x-sjis",	"latin1",	"tis-620",
};

START_TEST(every_label_is_one_that_the_system_converts)
{
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		const struct charset *c = charset_of((struct span){ labels[i], strlen(labels[i]) });
		iconv_t cd;

		ck_assert_msg(c != NULL, "%s", labels[i]);
		cd = iconv_open("UTF-8", c->iconv);
		ck_assert_msg(cd != (iconv_t)-1, "%s", c->iconv);
		iconv_close(cd);
	}
	ck_assert_ptr_null(charset_of(SPAN("utf-7")));
	ck_assert_ptr_null(charset_of(SPAN("")));
}
END_TEST

UNIT_MAIN("encoding", labels_are_believed_in_their_order, wide_ones_are_known_by_their_bytes,
	  labels_that_are_certainly_wrong_are_passed_over, what_xml_forbids_is_gone,
	  lines_before_the_document_are_counted, every_label_is_one_that_the_system_converts)
