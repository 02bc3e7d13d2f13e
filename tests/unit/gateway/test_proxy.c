/*
 * test_proxy.c - PROXY headers of both versions: whole, in pieces, cut off, with something behind
 * them, and not quite.
 */
#include "gateway/proxy.h"

#include "tests/unit/gateway/bytes.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\300\0\2\1\306\63\144\2\x12\x67\x0f\xa0"
#define V6                                                                                         \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                                               \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x12\x67\x0f\xa0"

/* SPAN() in a table */
#define LITERAL(text)                                                                              \
	{                                                                                          \
		(text), sizeof(text) - 1                                                           \
	}

struct proxy_case {
	struct span header;
	const char *client; /* NULL: not said */
};

#define LONG_V1                                                                                    \
	"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "                                      \
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe 65535 65535\r\n"

static const struct proxy_case good[] = {
	{ LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711 4000\r\n"), "192.0.2.1" },
	{ LITERAL("PROXY TCP6 2001:db8::1 2001:db8::2 4711 4000\r\n"), "2001:db8::1" },
	{ LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 0 65535\r\n"), "192.0.2.1" },
	{ LITERAL(LONG_V1), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ LITERAL("PROXY UNKNOWN\r\n"), NULL },
	{ LITERAL("PROXY UNKNOWN ffff::1 whatever follows\r\n"), NULL },
	{ LITERAL(SIGNATURE "\x21\x11\0\x0c" V4), "192.0.2.1" },
	{ LITERAL(SIGNATURE "\x21\x12\0\x0c" V4), "192.0.2.1" },
	{ LITERAL(SIGNATURE "\x21\x21\0\x24" V6), "2001:db8::1" },
	{ LITERAL(SIGNATURE "\x21\x11\0\x11" V4 "\x20\0\x02\x01\0"), "192.0.2.1" }, /* a TLV */
	{ LITERAL(SIGNATURE "\x20\0\0\0"), NULL }, /* a health check */
	{ LITERAL(SIGNATURE "\x20\x11\0\x0c" V4), NULL },
	{ LITERAL(SIGNATURE "\x21\0\0\0"), NULL },
	{ LITERAL(SIGNATURE "\x21\0\0\x03zzz"), NULL },
};

static const struct span bad[] = {
	LITERAL("GET / HTTP/1.1\r\n"),
	LITERAL("look\r\n"),
	LITERAL("\n"),
	LITERAL("PROXY\r\n"),
	LITERAL("PROXY \r\n"),
	LITERAL("proxy TCP4 192.0.2.1 198.51.100.2 4711 4000\r\n"),
	LITERAL("PROXY TCP5 192.0.2.1 198.51.100.2 4711 4000\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711 4000 \r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711 4000 1\r\n"),
	LITERAL("PROXY TCP4  192.0.2.1 198.51.100.2 4711 4000\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711 65536\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 04711 4000\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 -1 4000\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100 4711 4000\r\n"),
	LITERAL("PROXY TCP4 2001:db8::1 2001:db8::2 4711 4000\r\n"),
	LITERAL("PROXY TCP6 192.0.2.1 198.51.100.2 4711 4000\r\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711 4000\n"),
	LITERAL("PROXY TCP4 192.0.2.1 198.51.100.2 4711\r4000\r\n"),
	LITERAL("PROXY UNKNOWN \0\r\n"),
	LITERAL("PROXY UNKNOWN 56789 123456789 123456789 123456789 123456789 123456789 123456789 "
		"123456789 123456789 1234567\r\n"),
	LITERAL("\r\n\r\nx"),
	LITERAL("\r\n\r\n\0\r\nQUIT\r"),
	LITERAL(SIGNATURE "\x11\x11\0\x0c" V4), /* version 1 */
	LITERAL(SIGNATURE "\x22\x11\0\x0c" V4), /* a command that is none */
	LITERAL(SIGNATURE "\x21\x41\0\x0c" V4), /* a family that is none */
	LITERAL(SIGNATURE "\x21\x13\0\x0c" V4), /* a protocol that is none */
	LITERAL(SIGNATURE "\x21\x11\0\x0b" V4), /* too short for its addresses */
	LITERAL(SIGNATURE "\x21\x21\0\x0c" V4), /* so, too */
	LITERAL(SIGNATURE "\x21\x11\0\0"),
	LITERAL(SIGNATURE "\x21\x11\x10\x01" V4), /* above the bound */
};

static void expect(const struct proxy *p, const struct proxy_case *c)
{
	char name[CIDR_TEXT];

	ck_assert_int_eq(p->state, PROXY_DONE);
	ck_assert_int_eq(p->known, c->client != NULL);
	if (!c->client)
		return;
	cidr_text(&p->client, name);
	ck_assert_str_eq(name, c->client);
}

START_TEST(a_header_is_read)
{
	struct proxy p = { 0 };

	ck_assert_uint_eq(proxy_take(&p, good[_i].header), good[_i].header.n);
	expect(&p, &good[_i]);
}
END_TEST

START_TEST(not_one_byte_behind_it_is_taken)
{
	struct buf b = { 0 };
	struct proxy p = { 0 };

	buf_add(&b, good[_i].header.p, good[_i].header.n);
	buf_adds(&b, "PROXY guest\r\n\x16\x03\x01");
	ck_assert_uint_eq(proxy_take(&p, buf_span(&b)), good[_i].header.n);
	expect(&p, &good[_i]);
	ck_assert_uint_eq(proxy_take(&p, buf_span(&b)), 0);
	buf_done(&b);
}
END_TEST

START_TEST(byte_by_byte_is_the_same)
{
	struct proxy p = { 0 };

	for (size_t i = 0; i < good[_i].header.n; i++) {
		ck_assert_int_eq(p.state, PROXY_MORE);
		ck_assert_uint_eq(proxy_take(&p, (struct span){ good[_i].header.p + i, 1 }), 1);
	}
	expect(&p, &good[_i]);
}
END_TEST

START_TEST(every_cut_is_waited_for_and_goes_on)
{
	const struct span h = good[_i].header;

	for (size_t cut = 0; cut < h.n; cut++) {
		struct proxy p = { 0 };

		ck_assert_uint_eq(proxy_take(&p, (struct span){ h.p, cut }), cut);
		ck_assert_int_eq(p.state, PROXY_MORE);
		ck_assert_uint_eq(proxy_take(&p, (struct span){ h.p + cut, h.n - cut }), h.n - cut);
		expect(&p, &good[_i]);
	}
}
END_TEST

START_TEST(what_is_no_header_is_bad_at_the_same_byte)
{
	struct proxy whole = { 0 }, pieces = { 0 };
	size_t at = proxy_take(&whole, bad[_i]), n = 0;

	ck_assert_int_eq(whole.state, PROXY_BAD);
	while (n < bad[_i].n && pieces.state == PROXY_MORE)
		n += proxy_take(&pieces, (struct span){ bad[_i].p + n, 1 });
	ck_assert_int_eq(pieces.state, PROXY_BAD);
	ck_assert_uint_eq(n, at);
}
END_TEST

START_TEST(tlvs_are_passed_over_up_to_the_bound)
{
	static const char head[] = SIGNATURE "\x21\x11\x10\0" V4;
	struct buf b = { 0 };
	struct proxy p = { 0 };

	buf_add(&b, head, sizeof(head) - 1);
	memset(buf_reserve(&b, PROXY_V2_MAX), 0xff, PROXY_V2_MAX);
	buf_commit(&b, PROXY_V2_MAX);
	ck_assert_uint_eq(proxy_take(&p, buf_span(&b)), 16 + PROXY_V2_MAX);
	expect(&p, &(struct proxy_case){ .client = "192.0.2.1" });
	buf_done(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("proxy");
	TCase *tc = tcase_create("proxy");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_header_is_read, 0, ARRAY_LEN(good));
	tcase_add_loop_test(tc, not_one_byte_behind_it_is_taken, 0, ARRAY_LEN(good));
	tcase_add_loop_test(tc, byte_by_byte_is_the_same, 0, ARRAY_LEN(good));
	tcase_add_loop_test(tc, every_cut_is_waited_for_and_goes_on, 0, ARRAY_LEN(good));
	tcase_add_loop_test(tc, what_is_no_header_is_bad_at_the_same_byte, 0, ARRAY_LEN(bad));
	tcase_add_test(tc, tlvs_are_passed_over_up_to_the_bound);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
