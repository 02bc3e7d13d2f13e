/*
 * test_versions.c - what cannot be mixed is refused with a sentence: a link of another major version on either end, a
 * store from a newer program; and what is only a minor version goes on.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rt/bus.h"
#include "rt/link.h"
#include "rt/link_frame.h"
#include "rt/log.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/tmp.h"

enum {
	OTHER_MAJOR = LINK_VERSION + 0x100,
	OTHER_MINOR = LINK_VERSION + 1,
	ANSWER_US = 10000000,
	END_US = 10000000
};

/* A process of a version that is not ours, as far as a link can tell. */
struct stranger {
	struct loop *loop;
	struct bus *bus;
	struct loop_timer patience;
	uint32_t version;
	bool is_binder, is_answered, is_welcome, is_final;
	char why[120];
};

static void tired(void *ctx)
{
	struct stranger *s = ctx;

	loop_stop(s->loop, 1);
}

static void send_control(struct stranger *s, const struct bus_addr *to, const Mudlark__LinkHead *m)
{
	uint8_t out[LINK_CONTROL_MAX];

	if (bus_send(s->bus, to, link_control_pack(m, out), (struct span){ NULL, 0 }))
		die("the bus takes nothing");
}

/* Dialled: what a process answers to the hello. Behind a welcome its records may come at once. */
static void hear_answer(struct stranger *s, const Mudlark__LinkHead *m)
{
	if (s->is_answered)
		return;
	s->is_answered = true;
	s->is_welcome = m->kind_case == MUDLARK__LINK_HEAD__KIND_WELCOME;
	if (m->kind_case == MUDLARK__LINK_HEAD__KIND_REFUSE) {
		s->is_final = m->refuse->final;
		snprintf(s->why, sizeof(s->why), "%s", m->refuse->why);
	}
	loop_stop(s->loop, 0);
}

/* Bound: every hello is welcome, by a process of another version. */
static void say_welcome(struct stranger *s, const struct bus_addr *from,
			const Mudlark__LinkHead *hello)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Welcome w = MUDLARK__WELCOME__INIT;

	if (hello->kind_case != MUDLARK__LINK_HEAD__KIND_HELLO)
		return;
	w.version = s->version;
	w.role = w.name = (char *)(uintptr_t) "stranger";
	w.instance = 4711;
	w.since = 1;
	w.next = 1;
	m.conversation = hello->conversation;
	m.window = 100;
	m.kind_case = MUDLARK__LINK_HEAD__KIND_WELCOME;
	m.welcome = &w;
	send_control(s, from, &m);
	loop_stop(s->loop, 0);
}

static void on_message(void *ctx, const struct bus_addr *from, struct span head,
		       UNUSED struct span body)
{
	struct stranger *s = ctx;
	Mudlark__LinkHead *m = mudlark__link_head__unpack(NULL, head.n, (const uint8_t *)head.p);

	ck_assert_ptr_nonnull(m);
	if (s->is_binder)
		say_welcome(s, from, m);
	else
		hear_answer(s, m);
	mudlark__link_head__free_unpacked(m, NULL);
}

static void nothing(UNUSED void *ctx)
{
}

static void stranger_open(struct stranger *s, const char *endpoint)
{
	const struct bus_spec spec = {
		.endpoint = endpoint,
		.events = { .message = on_message, .writable = nothing, .lost = nothing, .ctx = s }
	};

	log_set(LOG_ERROR, false);
	must(loop_new(&s->loop), "loop");
	loop_timer_init(s->loop, &s->patience, tired, s);
	if (s->is_binder ? bus_bind(&s->bus, s->loop, &spec) : bus_dial(&s->bus, s->loop, &spec))
		die("no bus at %s", endpoint);
}

static void stranger_wait(struct stranger *s)
{
	loop_timer_in(&s->patience, ANSWER_US);
	ck_assert_int_eq(loop_run(s->loop), 0);
}

static void stranger_close(struct stranger *s)
{
	bus_free(s->bus);
	loop_timer_done(&s->patience);
	loop_free(s->loop);
}

/* Dials as a process of that role and version, and hears what it is told. */
static void say_hello(struct stranger *s, const struct mud *m, const char *bus, const char *role)
{
	Mudlark__LinkHead head = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Hello hello = MUDLARK__HELLO__INIT;
	char endpoint[300];

	snprintf(endpoint, sizeof(endpoint), "ipc://%s/run/%s.bus", m->dir, bus);
	stranger_open(s, endpoint);
	hello.version = s->version;
	hello.role = (char *)(uintptr_t)role;
	hello.name = (char *)(uintptr_t) "stranger";
	hello.build = (char *)(uintptr_t) "9.9.9";
	hello.instance = 4711;
	head.conversation = 5;
	head.window = 10;
	head.kind_case = MUDLARK__LINK_HEAD__KIND_HELLO;
	head.hello = &hello;
	send_control(s, NULL, &head);
	stranger_wait(s);
	stranger_close(s);
}

START_TEST(who_dials_with_another_major_version_is_refused_for_good)
{
	static const struct {
		const char *bus, *role, *process;
	} doors[] = { { "world", "gateway", "world" }, { "persist", "aibridge", "persist" } };
	struct mud m;

	mud_start(&m, &(struct mud_conf){ 0 });
	for (size_t i = 0; i < ARRAY_LEN(doors); i++) {
		struct stranger other = { .version = OTHER_MAJOR },
				alike = { .version = OTHER_MINOR };
		char line[300];

		say_hello(&other, &m, doors[i].bus, doors[i].role);
		ck_assert(other.is_final && !other.is_welcome);
		ck_assert_str_eq(other.why, "the versions of the link do not fit");
		snprintf(line, sizeof(line),
			 "level=warning process=%s event=link_refused why=\"%s\" role=\"%s\" "
			 "name=\"stranger\" build=\"9.9.9\"",
			 doors[i].process, other.why, doors[i].role);
		mud_expect_log(&m, line);
		say_hello(&alike, &m, doors[i].bus, doors[i].role);
		ck_assert(alike.is_welcome);
		snprintf(line, sizeof(line),
			 "process=%s event=versions_mixed role=%s name=\"stranger\" "
			 "build=\"9.9.9\" ours=",
			 doors[i].process, doors[i].role);
		mud_expect_log(&m, line);
	}
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(who_meets_another_major_version_says_so_and_ends)
{
	static const struct {
		const char *process, *option;
		int status;
	} diallers[] = { { "mudlark-gateway", "world.bus", 69 },
			 { "mudlark-world", "persist.bus", 1 },
			 { "mudlark-aibridge", "persist.bus", 69 } };
	const char *said = "the peer speaks another version of the link";

	for (size_t i = 0; i < ARRAY_LEN(diallers); i++) {
		char *dir = tmp_dir(), endpoint[300], set[320], other[320];
		struct stranger s = { .version = OTHER_MAJOR, .is_binder = true };
		CLEANUP(base_freep) char *log = tmp_path(dir, "log");
		struct child c;

		snprintf(endpoint, sizeof(endpoint), "ipc://%s/stranger.bus", dir);
		snprintf(set, sizeof(set), "%s=%s", diallers[i].option, endpoint);
		snprintf(other, sizeof(other), "world.bus=ipc://%s/nobody.bus", dir);
		stranger_open(&s, endpoint);
		/* The one that is set last counts. */
		child_start(&c,
			    (const char *[]){ child_program(diallers[i].process), "--set", other,
					      "--set", set, "--set", "gateway.console=", "--set",
					      "gateway.telnet=", "--set", "gateway.web=", NULL },
			    log);
		stranger_wait(&s);
		ck_assert_int_eq(child_wait(&c, END_US), diallers[i].status);
		stranger_close(&s);
		CLEANUP(base_freep) char *text = tmp_read(log);
		ck_assert_msg(strstr(text, said) != NULL, "%s", text);
	}
}
END_TEST

START_TEST(an_older_persist_leaves_a_newer_store_alone)
{
	static const char sentence[] = "the database has schema 1000, this program knows ";
	char *dir = tmp_dir(), url[300], store[320];
	struct mud_conf conf = { .dir = dir, .store = url };
	struct mud m;
	int status;

	snprintf(url, sizeof(url), "%s", store_url((enum store_kind)_i, dir));
	mud_start(&m, &conf);
	ck_assert_int_eq(mud_stop(&m), 0);
	ck_assert_int_eq(store_number(url,
				      "INSERT INTO schema_version (version, checksum, applied_at)"
				      " VALUES (1000, 'later', 0) RETURNING version"),
			 1000);
	snprintf(store, sizeof(store), "persist.store=%s", url);
	CLEANUP(base_freep)
	char *said =
		child_output((const char *[]){ child_program("mudlark"), "up", "--data", dir,
					       "--set", store, "--set", "gateway.telnet=", "--set",
					       "gateway.web=", NULL },
			     NULL, END_US, &status);
	ck_assert_int_eq(status, 64);
	ck_assert_msg(strstr(said, sentence) && strstr(said, ": use a newer program"), "%s", said);
	ck_assert_int_eq(store_number(url,
				      "SELECT count(*) FROM schema_version WHERE version = 1000"),
			 1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ who_dials_with_another_major_version_is_refused_for_good, 1 },
		{ who_meets_another_major_version_says_so_and_ends, 1 },
		{ an_older_persist_leaves_a_newer_store_alone, STORES },
	};

	return suite_together("versions", 60, tests, ARRAY_LEN(tests));
}
