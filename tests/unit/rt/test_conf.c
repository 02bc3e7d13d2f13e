/*
 * test_conf.c - the option table: types, precedence, every mistake with its place, reload, and that
 * what is printed loads back.
 */
#include "rt/conf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "rt/rand.h"
#include "unit.h"

struct values {
	bool guests;
	int64_t max, buffer, grace;
	char *motd;
	int durability;
	char **packs;
	char *telnet, *bus;
	int64_t low;
	int untouched;
};

static const char *const durabilities[] = { "available", "strict", "no", NULL };

#define AT(field) offsetof(struct values, field)
static const struct conf_option options[] = {
	{ .name = "world.guests",
	  .type = CONF_BOOL,
	  .offset = AT(guests),
	  .fallback = "true",
	  .help = "May guests enter?" },
	{ .name = "gateway.max_conns",
	  .type = CONF_INT,
	  .offset = AT(max),
	  .fallback = "1000",
	  .min = 1,
	  .max = 65536,
	  .reload = true,
	  .help = "Most connections." },
	{ .name = "gateway.buffer",
	  .type = CONF_SIZE,
	  .offset = AT(buffer),
	  .fallback = "64K",
	  .min = 1024,
	  .max = 1 << 30,
	  .help = "Output kept." },
	{ .name = "world.stall_grace",
	  .type = CONF_TIME,
	  .offset = AT(grace),
	  .fallback = "3s",
	  .min = 1000,
	  .max = 3600000000,
	  .reload = true,
	  .help = "How long." },
	{ .name = "world.motd",
	  .type = CONF_STRING,
	  .offset = AT(motd),
	  .fallback = "",
	  .reload = true,
	  .help = "Greeting." },
	{ .name = "world.durability",
	  .type = CONF_ENUM,
	  .offset = AT(durability),
	  .fallback = "available",
	  .choices = durabilities,
	  .help = "What a stall means." },
	{ .name = "world.packs",
	  .type = CONF_LIST,
	  .offset = AT(packs),
	  .fallback = "foreshore",
	  .reload = true,
	  .help = "Packs." },
	{ .name = "gateway.telnet",
	  .type = CONF_ADDRESS,
	  .offset = AT(telnet),
	  .fallback = "127.0.0.1:4000",
	  .help = "Telnet." },
	{ .name = "world.bus",
	  .type = CONF_ENDPOINT,
	  .offset = AT(bus),
	  .fallback = "ipc://var/run/world.bus",
	  .help = "Where edges dial in." },
	{ .name = "world.low",
	  .type = CONF_INT,
	  .offset = AT(low),
	  .fallback = "-5",
	  .min = -10,
	  .max = 10,
	  .help = "A number that may be negative." },
};

static const struct conf_table table = { options, ARRAY_LEN(options), sizeof(struct values) };
static const char *const others[] = { "persist", "irc", NULL };

static char *no_env[] = { NULL };
static struct values v;
static struct buf errors, notes;
static char file[64];

/* Writes the configuration file of the test. */
static const char *write_file(const char *yaml)
{
	FILE *f;

	snprintf(file, sizeof(file), "/tmp/mudlark-conf-%d.yaml", (int)getpid());
	f = fopen(file, "we");
	ck_assert_ptr_nonnull(f);
	fputs(yaml, f);
	ck_assert_int_eq(fclose(f), 0);
	return file;
}

static int load_from(const char *yaml, const char *const *sets, size_t n_sets, char **env)
{
	const struct conf_source src = {
		.file = yaml ? write_file(yaml) : NULL,
		.sets = sets,
		.n_sets = n_sets,
		.environ_ = env ? env : no_env,
		.known_sections = others,
	};
	int r;

	buf_clear(&errors);
	r = conf_load(&table, &src, &v, &errors);
	if (yaml)
		unlink(file);
	buf_addc(&errors, '\0');
	return r;
}

static int load(const char *yaml)
{
	return load_from(yaml, NULL, 0, NULL);
}

/* A file with one mistake: its place (behind the file's name) and its sentence. */
static void expect_mistake(const char *yaml, const char *mistake)
{
	struct buf expected = { 0 };

	ck_assert_int_eq(load(yaml), 1);
	buf_addf(&expected, "%s:%s\n%c", file, mistake, '\0');
	ck_assert_str_eq(buf_p(&errors), buf_p(&expected));
	buf_done(&expected);
}

static bool mentions(const char *text)
{
	return strstr(buf_p(&errors), text) != NULL;
}

START_TEST(without_any_source_the_defaults_hold)
{
	v.untouched = 7;
	ck_assert_int_eq(load(NULL), 0);
	ck_assert(v.guests);
	ck_assert_int_eq(v.max, 1000);
	ck_assert_int_eq(v.buffer, 65536);
	ck_assert_int_eq(v.grace, 3000000);
	ck_assert_str_eq(v.motd, "");
	ck_assert_int_eq(v.durability, 0);
	ck_assert_str_eq(v.packs[0], "foreshore");
	ck_assert_ptr_null(v.packs[1]);
	ck_assert_str_eq(v.telnet, "127.0.0.1:4000");
	ck_assert_str_eq(v.bus, "ipc://var/run/world.bus");
	ck_assert_int_eq(v.low, -5);
	ck_assert_int_eq(v.untouched, 7);
	conf_done(&table, &v);
	ck_assert_ptr_null(v.motd);
}
END_TEST

START_TEST(a_file_sets_every_type)
{
	ck_assert_int_eq(load("# ours\n"
			      "world:\n"
			      "  guests: no\n"
			      "  stall_grace: 250ms\n"
			      "  motd: \"Welcome: all\"\n"
			      "  durability: strict\n"
			      "  packs: [foreshore, \"deep, blue\"]\n"
			      "  bus: tcp://127.0.0.1:7000\n"
			      "gateway:\n"
			      "  max_conns: 20\n"
			      "  buffer: 1M\n"
			      "  telnet: \"[::1]:4000\"\n"
			      "persist:\n"
			      "  store: {anything: [goes, here]}\n"
			      "irc:\n"),
			 0);
	ck_assert(!v.guests);
	ck_assert_int_eq(v.grace, 250000);
	ck_assert_str_eq(v.motd, "Welcome: all");
	ck_assert_int_eq(v.durability, 1);
	ck_assert_str_eq(v.packs[1], "deep, blue");
	ck_assert_ptr_null(v.packs[2]);
	ck_assert_int_eq(v.max, 20);
	ck_assert_int_eq(v.buffer, 1 << 20);
	ck_assert_str_eq(v.telnet, "[::1]:4000");
	conf_done(&table, &v);
}
END_TEST

START_TEST(a_plain_no_is_what_the_option_makes_of_it)
{
	ck_assert_int_eq(load("world:\n  motd: no\n  durability: no\n  packs: [no, 1.0, ~]\n"), 0);
	ck_assert_str_eq(v.motd, "no");
	ck_assert_int_eq(v.durability, 2);
	ck_assert_str_eq(v.packs[0], "no");
	ck_assert_str_eq(v.packs[1], "1.0");
	ck_assert_str_eq(v.packs[2], "~");
	conf_done(&table, &v);
}
END_TEST

START_TEST(times_and_sizes_take_their_units)
{
	static const struct {
		const char *set;
		int64_t grace;
	} times[] = {
		{ "world.stall_grace=2500us", 2500 },
		{ "world.stall_grace=7ms", 7000 },
		{ "world.stall_grace=2s", 2000000 },
		{ "world.stall_grace=2", 2000000 },
		{ "world.stall_grace=0.25", 250000 },
		{ "world.stall_grace=1.5s", 1500000 },
		{ "world.stall_grace=5m", 300000000 },
		{ "world.stall_grace=1h", 3600000000 },
		{ "world.stall_grace=0.5ms", 0 },
		{ "world.stall_grace=1.s", 0 },
		{ "world.stall_grace=1d", 0 },
		{ "world.stall_grace=s", 0 },
		{ "world.stall_grace=", 0 },
		{ "world.stall_grace=-1s", 0 },
		{ "world.stall_grace=99999999999h", 0 },
		{ "world.stall_grace=1.0000001us", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		ck_assert_int_eq(load_from(NULL, &times[i].set, 1, NULL), times[i].grace == 0);
		if (times[i].grace)
			ck_assert_int_eq(v.grace, times[i].grace);
		conf_done(&table, &v);
	}
}
END_TEST

START_TEST(addresses_and_endpoints_are_checked)
{
	static const struct {
		const char *set;
		bool good;
	} cases[] = {
		{ "gateway.telnet=localhost:4000", true },
		{ "gateway.telnet=", true },
		{ "gateway.telnet=[::]:4000", true },
		{ "gateway.telnet=unix:/run/x", true },
		{ "gateway.telnet=4000", false },
		{ "gateway.telnet=:4000", true },
		{ "gateway.telnet=:", false },
		{ "gateway.telnet=:65536", false },
		{ "world.bus=tcp://:5", false },
		{ "gateway.telnet=host:", false },
		{ "gateway.telnet=host:65536", false },
		{ "gateway.telnet=host:-1", false },
		{ "gateway.telnet=host:1.0", false },
		{ "gateway.telnet=::1:4000", false },
		{ "gateway.telnet=a b:4000", false },
		{ "world.bus=ipc://x", true },
		{ "world.bus=tcp://10.0.0.1:5", true },
		{ "world.bus=tcp://10.0.0.1", false },
		{ "world.bus=", false },
		{ "world.bus=ipc://", false },
		{ "world.bus=udp://x:1", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int r = load_from(NULL, &cases[i].set, 1, NULL);

		ck_assert_msg(r == !cases[i].good, "%s: %s", cases[i].set, buf_p(&errors));
		conf_done(&table, &v);
	}
}
END_TEST

START_TEST(a_flag_beats_a_variable_beats_the_file_beats_the_default)
{
	static const char *const flag[] = { "gateway.max_conns=4", "gateway.max_conns=5" };
	static char variable[] = "MUDLARK_GATEWAY_MAX_CONNS=3";
	static char *env[] = { variable, NULL };
	static const char yaml[] = "gateway:\n  max_conns: 2\n";

	ck_assert_int_eq(load(NULL), 0);
	ck_assert_int_eq(v.max, 1000);
	conf_done(&table, &v);
	ck_assert_int_eq(load(yaml), 0);
	ck_assert_int_eq(v.max, 2);
	conf_done(&table, &v);
	ck_assert_int_eq(load_from(yaml, NULL, 0, env), 0);
	ck_assert_int_eq(v.max, 3);
	conf_done(&table, &v);
	ck_assert_int_eq(load_from(yaml, flag, 1, env), 0);
	ck_assert_int_eq(v.max, 4);
	conf_done(&table, &v);
	ck_assert_int_eq(load_from(yaml, flag, 2, env), 0);
	ck_assert_int_eq(v.max, 5);
	conf_done(&table, &v);
}
END_TEST

START_TEST(lists_come_as_words_between_commas_too)
{
	static const char *const good[] = { "world.packs= a, b ,c" };
	static const char *const none[] = { "world.packs=" };
	static const char *const bad[] = { "world.packs=a,,b" };

	ck_assert_int_eq(load_from(NULL, good, 1, NULL), 0);
	ck_assert_str_eq(v.packs[0], "a");
	ck_assert_str_eq(v.packs[2], "c");
	conf_done(&table, &v);
	ck_assert_int_eq(load_from(NULL, none, 1, NULL), 0);
	ck_assert_ptr_null(v.packs[0]);
	conf_done(&table, &v);
	ck_assert_int_eq(load_from(NULL, bad, 1, NULL), 1);
}
END_TEST

START_TEST(the_profile_of_yaml_is_strict)
{
	expect_mistake("world:\n  motd: &m hello\n", "2:9: anchors (&) are not used here");
	expect_mistake("world:\n  motd: !!str 1\n", "2:9: tags (!) are not used here");
	expect_mistake("persist:\n  a: &x 1\n", "2:6: anchors (&) are not used here");
	expect_mistake("world:\n  motd: a\n  motd: b\n", "3:3: world.motd is here a second time");
	expect_mistake("persist:\n  a: 1\n  a: 2\n", "3:3: persist.a is here a second time");
	expect_mistake("world:\nworld:\n", "2:1: world is here a second time");
	expect_mistake("world:\n  motd: a\n---\nworld:\n",
		       "3:1: a second document is not used here");
	expect_mistake("%YAML 1.1\n---\nworld:\n", "1:1: directives (%) are not used here");
	expect_mistake("- a\n", "1:1: a map of sections is expected");
	expect_mistake("world: 3\n", "1:8: section \"world\" is not a map of options");
	expect_mistake("world:\n  motd: {a: b}\n",
		       "2:9: world.motd takes a value, not a map of further keys");
	expect_mistake("world:\n  motd: [a]\n", "2:9: world.motd: one value is wanted, not a list");
	expect_mistake("world:\n  packs: [a, [b]]\n", "2:14: a list holds plain values only");
	expect_mistake("world:\n  ? [a]\n  : b\n", "2:5: the name of an option is expected");
}
END_TEST

START_TEST(a_name_nobody_knows_is_a_mistake)
{
	expect_mistake("world:\n  gusts: true\n", "2:3: there is no option \"world.gusts\"");
	expect_mistake("wrold:\n  guests: true\n", "1:1: there is no section \"wrold\"");
	expect_mistake("world:\n  <<: 1\n", "2:3: there is no option \"world.<<\"");
}
END_TEST

START_TEST(broken_yaml_says_where)
{
	ck_assert_int_eq(load("world:\n  motd: [a\n"), 1);
	ck_assert(mentions(":3:1: "));
	ck_assert_int_eq(load("world:\n\tmotd: a\n"), 1);
	ck_assert(mentions(":2:1: "));
	ck_assert_int_eq(load("world:\n  motd: \"\xff\"\n"), 1);
}
END_TEST

START_TEST(a_file_may_be_empty_but_must_be_there)
{
	const struct conf_source gone = { .file = "/nonexistent/x.yaml", .environ_ = no_env };

	ck_assert_int_eq(load(""), 0);
	conf_done(&table, &v);
	ck_assert_int_eq(load("# nothing\n---\n"), 0);
	conf_done(&table, &v);
	buf_clear(&errors);
	ck_assert_int_eq(conf_load(&table, &gone, &v, &errors), 1);
	buf_addc(&errors, '\0');
	ck_assert_str_eq(buf_p(&errors), "/nonexistent/x.yaml: No such file or directory\n");
}
END_TEST

START_TEST(all_mistakes_are_said_at_once_and_nothing_is_changed)
{
	static const char *const sets[] = { "gateway.max_conns=x", "nonsense", "persist.x=1",
					    "wrold.x=1", "world.gusts=1" };
	static char e1[] = "MUDLARK_WORLD_GUESTS=perhaps", e2[] = "MUDLARK_WORLD_GUSTS=1",
		    e3[] = "MUDLARK_PERSIST_STORE=x", e4[] = "MUDLARK_PARENT=1",
		    e5[] = "MUDLARK_HEARTBEAT_FD=3", e6[] = "MUDLARK_READY_FD=4", e7[] = "HOME=/";
	static char *env[] = { e1, e2, e3, e4, e5, e6, e7, NULL };

	v.max = 99;
	ck_assert_int_eq(load_from("world:\n  low: 11\n  low2: 1\ngateway:\n  buffer: 1\n", sets,
				   ARRAY_LEN(sets), env),
			 1);
	ck_assert(mentions(":2:8: world.low: \"11\" is above the most allowed, 10\n"));
	ck_assert(mentions(":3:3: there is no option \"world.low2\"\n"));
	ck_assert(mentions(":5:11: gateway.buffer: \"1\" is below the least allowed, 1K\n"));
	ck_assert(mentions("MUDLARK_WORLD_GUESTS: world.guests: \"perhaps\" is neither"));
	ck_assert(mentions("MUDLARK_WORLD_GUSTS: there is no such option\n"));
	ck_assert(mentions("--set: gateway.max_conns: \"x\" is not a whole number\n"));
	ck_assert(mentions("--set: nonsense: write section.key=value\n"));
	ck_assert(mentions("--set: there is no section \"wrold\"\n"));
	ck_assert(mentions("--set: there is no option \"world.gusts\"\n"));
	ck_assert(!mentions("persist") && !mentions("PERSIST"));
	ck_assert(!mentions("PARENT") && !mentions("_FD"));
	ck_assert_int_eq(v.max, 99);
	ck_assert_ptr_null(v.motd);
}
END_TEST

START_TEST(a_value_with_controls_is_refused)
{
	static const char *const bad[] = { "world.motd=a\nb" };
	static const char *const c1[] = { "world.motd=a\xc2\x85" };
	static const char *const bytes[] = { "world.motd=\xff" };

	ck_assert_int_eq(load_from(NULL, bad, 1, NULL), 1);
	ck_assert_int_eq(load_from(NULL, c1, 1, NULL), 1);
	ck_assert_int_eq(load_from(NULL, bytes, 1, NULL), 1);
}
END_TEST

static int reload(const char *yaml)
{
	const struct conf_source src = { .file = write_file(yaml),
					 .environ_ = no_env,
					 .known_sections = others };
	int r;

	buf_clear(&errors);
	buf_clear(&notes);
	r = conf_reload(&table, &src, &v, &errors, &notes);
	unlink(file);
	buf_addc(&notes, '\0');
	return r;
}

START_TEST(a_reload_takes_what_may_change_and_names_the_rest)
{
	ck_assert_int_eq(load("gateway:\n  max_conns: 2\n"), 0);
	ck_assert_int_eq(reload("gateway:\n  max_conns: 3\n  telnet: \"\"\n"
				"world:\n  motd: hi\n  packs: [a, b]\n  guests: false\n"),
			 0);
	ck_assert_int_eq(v.max, 3);
	ck_assert_str_eq(v.motd, "hi");
	ck_assert_str_eq(v.packs[1], "b");
	ck_assert(v.guests);
	ck_assert_str_eq(v.telnet, "127.0.0.1:4000");
	ck_assert_str_eq(buf_p(&notes), "world.guests, gateway.telnet");
	conf_done(&table, &v);
}
END_TEST

START_TEST(a_reload_with_a_mistake_changes_nothing)
{
	ck_assert_int_eq(load("gateway:\n  max_conns: 2\n"), 0);
	ck_assert_int_eq(reload("gateway:\n  max_conns: 3\nworld:\n  motd: [x]\n"), 1);
	ck_assert_int_eq(v.max, 2);
	ck_assert_str_eq(v.motd, "");
	ck_assert_uint_gt(errors.n, 0);
	conf_done(&table, &v);
}
END_TEST

START_TEST(an_option_left_out_of_the_file_returns_to_its_default)
{
	ck_assert_int_eq(load("gateway:\n  max_conns: 2\n"), 0);
	ck_assert_int_eq(reload(""), 0);
	ck_assert_int_eq(v.max, 1000);
	ck_assert_str_eq(buf_p(&notes), "");
	conf_done(&table, &v);
}
END_TEST

/* Loads what is printed, and prints that: both prints must be the same. */
static void expect_same_again(void)
{
	struct buf first = { 0 }, second = { 0 };

	conf_print(&table, &v, &first);
	conf_done(&table, &v);
	buf_addc(&first, '\0');
	ck_assert_msg(load(buf_p(&first)) == 0, "%s%s", buf_p(&first), buf_p(&errors));
	conf_print(&table, &v, &second);
	conf_done(&table, &v);
	buf_addc(&second, '\0');
	ck_assert_str_eq(buf_p(&first), buf_p(&second));
	buf_done(&first);
	buf_done(&second);
}

START_TEST(what_is_printed_loads_back)
{
	static const char *const sets[] = {
		"world.motd=a \"quoted\" \\ # text: with {braces} \xc3\xa9\xe2\x82\xac",
		"world.stall_grace=1500ms",
		"world.packs=one,two words,three:",
		"gateway.buffer=1025",
		"gateway.telnet=",
		"world.low=-10",
		"world.durability=no",
		"world.guests=off",
	};

	ck_assert_int_eq(load(NULL), 0);
	expect_same_again();
	ck_assert_int_eq(load_from(NULL, sets, ARRAY_LEN(sets), NULL), 0);
	expect_same_again();
}
END_TEST

START_TEST(any_time_and_size_loads_back)
{
	struct rng r;

	rng_seed(&r, 21);
	for (int i = 0; i < 200; i++) {
		char grace[64], buffer[64];
		const char *sets[] = { grace, buffer };
		int64_t us = (int64_t)rng_below(&r, 3599999000) + 1000;
		int64_t bytes = (int64_t)rng_below(&r, 1 << 20) * 1024 + 1024;

		if (i % 2)
			us = us / 1000000 * 1000000 + 1000000;
		snprintf(grace, sizeof(grace), "world.stall_grace=%lldus", (long long)us);
		snprintf(buffer, sizeof(buffer), "gateway.buffer=%lld", (long long)bytes);
		ck_assert_int_eq(load_from(NULL, sets, 2, NULL), 0);
		ck_assert_int_eq(v.grace, us);
		ck_assert_int_eq(v.buffer, bytes);
		expect_same_again();
	}
}
END_TEST

START_TEST(the_print_says_help_range_and_default)
{
	struct buf out = { 0 };

	ck_assert_int_eq(load(NULL), 0);
	conf_print(&table, &v, &out);
	buf_addc(&out, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "gateway:\n"
						  "  # Most connections.\n"
						  "  # number from 1 to 65536; default: 1000; may "
						  "change while running\n"
						  "  max_conns: 1000\n"));
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "one of available, strict, no; default: "));
	buf_done(&out);
	conf_done(&table, &v);
}
END_TEST

START_TEST(a_section_of_others_may_hold_an_option_of_ours)
{
	static const char *const shared[] = { "world", NULL };
	static const char *const sets[] = { "world.tick_rate=5", "world.motd=set" };
	char *env[] = { "MUDLARK_WORLD_PACKS_X=1", "MUDLARK_WORLD_GUESTS=no", NULL };
	const struct conf_source src = {
		.file = write_file("world: { tick_rate: 10, motd: file }\n"),
		.sets = sets,
		.n_sets = ARRAY_LEN(sets),
		.environ_ = env,
		.known_sections = shared,
	};

	ck_assert_int_eq(conf_load(&table, &src, &v, &errors), 0);
	ck_assert_str_eq(v.motd, "set");
	ck_assert(!v.guests);
	conf_done(&table, &v);
	/* Where it is ours alone, a name must be known as ever. */
	write_file("gateway: { tick_rate: 10 }\n");
	ck_assert_int_eq(conf_load(&table, &src, &v, &errors), 1);
	unlink(file);
}
END_TEST

UNIT_MAIN("conf", without_any_source_the_defaults_hold, a_file_sets_every_type,
	  a_plain_no_is_what_the_option_makes_of_it, times_and_sizes_take_their_units,
	  addresses_and_endpoints_are_checked,
	  a_flag_beats_a_variable_beats_the_file_beats_the_default,
	  lists_come_as_words_between_commas_too, the_profile_of_yaml_is_strict,
	  a_name_nobody_knows_is_a_mistake, broken_yaml_says_where,
	  a_file_may_be_empty_but_must_be_there,
	  all_mistakes_are_said_at_once_and_nothing_is_changed, a_value_with_controls_is_refused,
	  a_reload_takes_what_may_change_and_names_the_rest,
	  a_reload_with_a_mistake_changes_nothing,
	  an_option_left_out_of_the_file_returns_to_its_default, what_is_printed_loads_back,
	  any_time_and_size_loads_back, the_print_says_help_range_and_default,
	  a_section_of_others_may_hold_an_option_of_ours)
