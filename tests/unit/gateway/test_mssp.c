/*
 * test_mssp.c - what the world and the gateway tell about a server, on the wire and as lines.
 */
#include "gateway/mssp.h"

#include "tests/unit/gateway/bytes.h"

static struct mssp m;
static const struct mssp_own own = {
	.port = 4000, .tls_port = 4443, .compress = true, .since_s = 77
};

struct pair {
	const char *name, *value;
};

static void learn(const struct pair *pairs, size_t n)
{
	Mudlark__InfoVar vars[200], *list[200];
	Mudlark__Info info = MUDLARK__INFO__INIT;

	for (size_t i = 0; i < n; i++) {
		mudlark__info_var__init(&vars[i]);
		vars[i].name = (char *)(uintptr_t)pairs[i].name;
		vars[i].value = (char *)(uintptr_t)pairs[i].value;
		list[i] = &vars[i];
	}
	info.vars = list;
	info.n_vars = n;
	mssp_learn(&m, &info);
}

static bool tells(const char *bytes)
{
	struct buf out = { 0 };
	bool found;

	mssp_vars(&out, &m, &own);
	found = memmem(buf_p(&out), out.n, bytes, strlen(bytes)) != NULL;
	buf_done(&out);
	return found;
}

START_TEST(what_is_required_is_told_before_any_world_was_there)
{
	m = (struct mssp){ 0 };
	ck_assert(tells("\1NAME\2Mudlark\1"));
	ck_assert(tells("\1PLAYERS\2"
			"0\1"));
	ck_assert(tells("\1UPTIME\2"
			"77\1"));
	ck_assert(tells("\1PORT\2"
			"4000\1"));
	ck_assert(tells("\1SSL\2"
			"4443\1"));
	ck_assert(tells("\1MCCP\2"
			"1\1"));
	ck_assert(tells("\1CHARSET\2UTF-8\2GBK\2"));
}
END_TEST

START_TEST(the_world_knows_better)
{
	static const struct pair pairs[] = {
		{ "NAME", "Foreshore" }, { "PLAYERS", "12" }, { "UPTIME", "99" },
		{ "GENRE", "Fantasy" },	 { "ANSI", "0" },
	};

	learn(pairs, ARRAY_LEN(pairs));
	ck_assert(tells("\1NAME\2Foreshore\1"));
	ck_assert(tells("\1PLAYERS\2"
			"12\1"));
	ck_assert(tells("\1UPTIME\2"
			"99\1"));
	ck_assert(tells("\1ANSI\2"
			"0\1") ||
		  tells("\1ANSI\2"
			"0"));
	ck_assert(!tells("\2Mudlark\1UPTIME"));
	ck_assert(!tells("\1UPTIME\2"
			 "77"));
	ck_assert(!tells("\1ANSI\2"
			 "1"));
	learn(pairs, 1); /* the next Info takes the place of all */
	ck_assert(tells("\1PLAYERS\2"
			"0\1"));
	mssp_done(&m);
}
END_TEST

START_TEST(values_are_found_by_name)
{
	static const struct pair pairs[] = {
		{ "PORTS", "1" },
		{ "PORT", "4000" },
		{ "PORT", "4001" },
		{ "NAME", "PORT" },
	};
	struct span v;

	learn(pairs, ARRAY_LEN(pairs));
	v = mssp_value(&m, "PORT");
	ck_assert_uint_eq(v.n, 4);
	ck_assert_mem_eq(v.p, "4000", 4);
	ck_assert_uint_eq(mssp_value(&m, "NONE").n, 0);
	ck_assert_uint_eq(mssp_value(&m, "4000").n, 0);
	ck_assert(tells("\1PORT\2"
			"4000\2"
			"4001\1NAME"));
	mssp_done(&m);
}
END_TEST

START_TEST(no_byte_of_the_protocol_is_in_a_value)
{
	static const struct pair pairs[] = { { "NA\1ME", "a\2b\xff"
							 "c\r\n\033[2J" } };

	learn(pairs, 1);
	ck_assert_bytes(&m.vars, "\1NAME\2ab\xef\xbf\xbd"
				 "c[2J");
	mssp_done(&m);
}
END_TEST

START_TEST(there_is_an_end_to_what_a_world_can_tell)
{
	struct pair pairs[200];

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		pairs[i] = (struct pair){ i % 2 ? "A" : "B", "1" };
	learn(pairs, ARRAY_LEN(pairs));
	ck_assert_uint_eq(m.vars.n, 4 * MSSP_VARS);
	mssp_done(&m);
}
END_TEST

START_TEST(as_lines_there_is_a_name_and_a_tab)
{
	static const struct pair pairs[] = { { "NAME", "Foreshore" },
					     { "FAMILY", "A" },
					     { "FAMILY", "B" } };
	struct buf out = { 0 };

	learn(pairs, ARRAY_LEN(pairs));
	mssp_lines(&out, &m, &own);
	ck_assert_int_eq(memcmp(buf_p(&out),
				"\r\nMSSP-REPLY-START\r\nNAME\tForeshore\r\nFAMILY\tA\tB\r\n", 48),
			 0);
	ck_assert_int_eq(memcmp(buf_p(&out) + out.n - 18, "\r\nMSSP-REPLY-END\r\n", 18), 0);
	buf_done(&out);
	mssp_done(&m);
}
END_TEST

UNIT_MAIN("mssp", what_is_required_is_told_before_any_world_was_there, the_world_knows_better,
	  values_are_found_by_name, no_byte_of_the_protocol_is_in_a_value,
	  there_is_an_end_to_what_a_world_can_tell, as_lines_there_is_a_name_and_a_tab)
