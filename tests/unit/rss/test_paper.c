/*
 * test_paper.c - feeds as documents: well-formed whatever players typed, the same ids for ever.
 */
#include "bridges/rss/paper.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/rss/xml.h"
#include "tests/unit/rt/unit.h"

static struct item item(uint64_t seq, const char *title, const char *text)
{
	return (struct item){ .seq = seq,
			      .wall_ms = 1700000000000,
			      .title = (char *)(uintptr_t)title,
			      .text = (char *)(uintptr_t)text,
			      .author = (char *)(uintptr_t) "Ana",
			      .link = (char *)(uintptr_t) "" };
}

static char *print(const struct items *t, enum paper_format format, const char *base)
{
	const struct paper p = { "boards/news", "Foreshore: boards/news",
				 "Foreshore",	base,
				 "0123",	t };
	struct buf out = { 0 };
	char *text;

	paper_write(&out, &p, format);
	text = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return text;
}

/* Character data of the elements of this name, as an XML reader has it. */
struct seen {
	const char *name;
	bool in;
	struct buf text;
	size_t n;
};

static void on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct seen *s = ctx;

	(void)attributes;
	s->in = !strcmp(name, s->name);
	s->n += s->in;
}

static void on_end(void *ctx, const XML_Char *name)
{
	(void)name;
	((struct seen *)ctx)->in = false;
}

static void on_text(void *ctx, const XML_Char *p, int n)
{
	struct seen *s = ctx;

	if (s->in)
		buf_add(&s->text, p, (size_t)n);
}

static struct seen read_xml(const char *xml, const char *name)
{
	struct seen s = { .name = name };
	XML_Parser p = XML_ParserCreate(NULL);

	XML_SetUserData(p, &s);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	ck_assert_msg(XML_Parse(p, xml, (int)strlen(xml), 1) == XML_STATUS_OK, "%s",
		      XML_ErrorString(XML_GetErrorCode(p)));
	XML_ParserFree(p);
	buf_addc(&s.text, '\0');
	return s;
}

START_TEST(both_forms_are_well_formed_whatever_was_typed)
{
	static const char *const nasty[] = {
		"</title><script>alert(1)</script>",
		"]]>",
		"<![CDATA[",
		"&lt;&amp;&#0;&bogus;",
		"a\x01\x08\x1b[31mb\x7f",
		"\xef\xbf\xbe\xef\xbf\xbf",
		"bad \xc3\x28 \xff utf-8",
		"\" onload=\"x",
		"<!DOCTYPE a [<!ENTITY b 'c'>]>",
		"--><?xml?>",
		"",
	};

	for (size_t i = 0; i < ARRAY_LEN(nasty); i++) {
		struct items t;
		struct item one = item(7, nasty[i], nasty[i]);

		one.author = one.link = (char *)(uintptr_t)nasty[i];
		items_init(&t, 10);
		items_add(&t, &one, 1);
		for (size_t f = 0; f < PAPER_FORMATS; f++) {
			char *xml = print(&t, (enum paper_format)f, "http://x/?a=1&b=\"2\"");
			struct seen s = read_xml(xml, "script");

			ck_assert_uint_eq(s.n, 0);
			buf_done(&s.text);
			free(xml);
		}
		items_done(&t);
	}
}
END_TEST

START_TEST(what_was_typed_is_what_a_reader_reads)
{
	struct items t;
	const struct item one = item(7, "Fish & <chips>", "1 < 2\n\"it's\"");
	char *xml;
	struct seen s;

	items_init(&t, 10);
	items_add(&t, &one, 1);
	xml = print(&t, PAPER_ATOM, "http://x");
	s = read_xml(xml, "content");
	ck_assert_str_eq(buf_p(&s.text), "1 < 2\n\"it's\"");
	buf_done(&s.text);
	free(xml);
	/* A description of RSS is HTML inside. */
	xml = print(&t, PAPER_RSS, "http://x");
	s = read_xml(xml, "description");
	ck_assert_ptr_nonnull(strstr(buf_p(&s.text), "1 &lt; 2<br>&quot;it&#39;s&quot;"));
	buf_done(&s.text);
	s = read_xml(xml, "pubDate");
	ck_assert_str_eq(buf_p(&s.text), "Tue, 14 Nov 2023 22:13:20 GMT");
	buf_done(&s.text);
	free(xml);
	items_done(&t);
}
END_TEST

static char *ids(const struct items *t, const char *base)
{
	char *xml = print(t, PAPER_ATOM, base);
	struct seen s = read_xml(xml, "id");
	char *text = base_dup(buf_p(&s.text), s.text.n);

	buf_done(&s.text);
	free(xml);
	return text;
}

START_TEST(ids_are_the_same_after_a_restart_and_under_another_address)
{
	struct items t, again;
	struct buf json = { 0 };
	char *before, *after;

	items_init(&t, 10);
	for (uint64_t i = 1; i <= 3; i++) {
		const struct item one = item(i * 100, "a", "b");

		items_add(&t, &one, 5000);
	}
	before = ids(&t, "http://x");
	items_save(&t, &json);
	items_init(&again, 10);
	ck_assert_int_eq(items_load(&again, buf_span(&json)), 0);
	ck_assert_int_eq(again.changed_ms, t.changed_ms);
	after = ids(&again, "https://elsewhere.example");
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	buf_done(&json);
	items_done(&t);
	items_done(&again);
}
END_TEST

START_TEST(an_item_is_made_once_and_the_oldest_go)
{
	struct items t;

	items_init(&t, 3);
	for (uint64_t i = 1; i <= 5; i++) {
		const struct item one = item(i, "a", "b");

		ck_assert(items_add(&t, &one, 1000));
		ck_assert(!items_add(&t, &one, 1000));
	}
	ck_assert_uint_eq(t.n, 3);
	ck_assert_uint_eq(t.v[0].seq, 3);
	items_done(&t);
}
END_TEST

START_TEST(a_feed_fits_into_a_document_however_much_is_posted)
{
	static char long_text[2001], quotes[2001];
	struct items t;
	struct buf json = { 0 };

	memset(long_text, 'x', sizeof(long_text) - 1);
	memset(quotes, '"', sizeof(quotes) - 1);
	items_init(&t, ITEMS_MAX);
	for (uint64_t i = 1; i <= 300; i++) {
		const struct item one = item(i, "a", i % 2 ? long_text : quotes);

		items_add(&t, &one, 1000);
	}
	items_save(&t, &json);
	ck_assert_uint_lt(json.n, 200000);
	ck_assert_uint_gt(t.n, 30);
	buf_done(&json);
	items_done(&t);
}
END_TEST

START_TEST(a_post_that_was_removed_is_gone)
{
	struct items t;
	struct item one = item(1, "a", "b");

	one.number = 17;
	items_init(&t, 3);
	items_add(&t, &one, 1000);
	ck_assert(!items_remove(&t, 16, 2000));
	ck_assert(items_remove(&t, 17, 2000));
	ck_assert_uint_eq(t.n, 0);
	ck_assert_int_gt(t.changed_ms, 1000);
	items_done(&t);
}
END_TEST

START_TEST(each_change_has_a_later_second)
{
	struct items t;
	int64_t before = 0;

	items_init(&t, 10);
	for (uint64_t i = 1; i <= 5; i++) {
		const struct item one = item(i, "a", "b");

		items_add(&t, &one, 7000);
		ck_assert_int_gt(t.changed_ms / 1000, before);
		before = t.changed_ms / 1000;
	}
	items_done(&t);
}
END_TEST

START_TEST(what_is_no_document_of_ours_is_refused)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"changed\":1}",
		"{\"changed\":1,\"items\":[{}]}",
		"{\"changed\":1,\"items\":[{\"seq\":-1,\"at\":1}]}",
		"{\"changed\":1,\"items\":[{\"seq\":2,\"at\":1},{\"seq\":1,\"at\":1}]}"
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct items t;

		items_init(&t, 10);
		ck_assert_int_eq(items_load(&t, (struct span){ bad[i], strlen(bad[i]) }), 1);
		ck_assert_uint_eq(t.n, 0);
		items_done(&t);
	}
}
END_TEST

START_TEST(a_feed_is_made_by_the_game)
{
	struct items t;
	struct seen s;
	char *xml;

	items_init(&t, 3);
	xml = print(&t, PAPER_ATOM, "http://x");
	s = read_xml(xml, "name");
	ck_assert_uint_eq(s.n, 1);
	ck_assert_str_eq(buf_p(&s.text), "Foreshore");
	buf_done(&s.text);
	free(xml);
	items_done(&t);
}
END_TEST

UNIT_MAIN("paper", a_feed_is_made_by_the_game, both_forms_are_well_formed_whatever_was_typed,
	  what_was_typed_is_what_a_reader_reads,
	  ids_are_the_same_after_a_restart_and_under_another_address,
	  an_item_is_made_once_and_the_oldest_go,
	  a_feed_fits_into_a_document_however_much_is_posted, a_post_that_was_removed_is_gone,
	  each_change_has_a_later_second, what_is_no_document_of_ours_is_refused)
