/*
 * test_upgrade.c - one process after the other is replaced by that of another version, forth and back, in several
 * orders, while a storm of players (storm.h) goes on at a gateway of its own and notices nothing.
 *
 * The programs of before are in $MUDLARK_BASE, built by base.sh; MUDLARK_SCHEMA_MOVED says that their persist does not know
 * the schema of today's, and must refuse it. Everything runs under the `mudlark up` of before, as it does
 * for who installs a new version under a running one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/scenario/gate.h"
#include "tests/scenario/storm.h"
#include "tests/scenario/suite.h"
#include "tests/scenario/upgrade/install.h"
#include "tests/support/die.h"
#include "tests/support/store.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define PASSWORD "some long password"

enum part { PERSIST, WORLD, GATEWAY, AIBRIDGE, PARTS };
enum { PLAYERS = 100, CALM_US = 600000, DRAIN_US = 1500000, GONE_US = 10000000, STEP_US = 5000 };

static const char *const names[PARTS] = { "persist", "world", "gateway", "aibridge" };

static const struct order {
	const char *about;
	enum part parts[PARTS];
	enum version side; /* of the gateway that the storm is at */
} orders[] = {
	{ "from the store outwards", { PERSIST, WORLD, AIBRIDGE, GATEWAY }, OLD },
	{ "from the players inwards", { GATEWAY, AIBRIDGE, WORLD, PERSIST }, NEW },
	{ "the world before its store", { WORLD, PERSIST, GATEWAY, AIBRIDGE }, NEW },
};

enum { ORDERS = ARRAY_LEN(orders) };

static const char *const trees[] = { "oak",   "ash",   "elm",	"yew",	 "fir",
				     "larch", "maple", "hazel", "birch", "willow" };

static const char count_items[] = "SELECT count(*) FROM entity WHERE kind = 'item'";
static const char count_homes[] =
	"SELECT count(*) FROM entity e WHERE kind = 'item' AND (e.owner = 0 OR EXISTS ("
	"SELECT 1 FROM entity o WHERE o.id = e.owner AND o.owner = e.id))";

struct upgrade {
	struct install install;
	struct mud mud;
	struct gate side;
	struct mud at_side; /* the same server, by the doors of that gateway */
	struct storm storm;
	struct talk ada, asker; /* at the gateway that is replaced; at the other one */
	struct ws bo;
	unsigned n_asked, n_known;
	char *dir, url[300], packs[300], cert[300], key[300], telnet_tls[64], web_tls[64];
};

static bool schema_moved(void)
{
	const char *said = getenv("MUDLARK_SCHEMA_MOVED");

	return said && *said;
}

static void write_text(const char *path, struct buf *text)
{
	buf_add(text, "", 1);
	tmp_write(path, buf_p(text));
}

/* The storm's pack, with somebody in its hall who can be talked to. */
static void write_pack(const char *dir)
{
	static const char look[] = "look: Ten doors.\n";
	CLEANUP(base_freep) char *map = tmp_path(dir, "storm/map.yaml");
	CLEANUP(base_freep) char *folk = tmp_path(dir, "storm/folk.yaml");
	CLEANUP(base_freep) char *old = NULL;
	CLEANUP(buf_done) struct buf text = { 0 };
	const char *at;

	storm_pack(dir);
	old = tmp_read(map);
	at = strstr(old, look);
	if (!at)
		die("the storm has no hall:\n%s", old);
	at += strlen(look);
	buf_addf(&text, "%.*s    things: [ { npc: clerk } ]\n%s", (int)(at - old), old, at);
	write_text(map, &text);
	buf_clear(&text);
	buf_addf(&text,
		 "npcs:\n  clerk:\n    name: Cuthbert Clerk\n    words: [clerk]\n    look: Grey.\n"
		 "    pronouns: he\n    mind:\n      persona: Cuthbert keeps the ten doors.\n"
		 "      greets: [ \"Yes?\" ]\n      shrugs: [ \"No idea.\" ]\n      topics:\n");
	for (size_t i = 0; i < ARRAY_LEN(trees); i++)
		buf_addf(&text, "        %s: { words: [ %s ], says: [ \"Door %zu is %s.\" ] }\n",
			 trees[i], trees[i], i, trees[i]);
	write_text(folk, &text);
}

static void start_mud(struct upgrade *u, bool is_again)
{
	const char *const sets[] = { "world.packs=storm",
				     u->packs,
				     "log.level=info",
				     "ai.provider=scripted",
				     "world.stall_grace=60s",
				     "gateway.drain=2s",
				     NULL };

	mud_start(&u->mud, &(struct mud_conf){ .sets = sets,
					       .dir = u->dir,
					       .store = u->url,
					       .tls = !is_again,
					       .web = !is_again });
}

/* Certificate and key are those that the first gateway has made. */
static void start_side(struct upgrade *u, enum version v)
{
	const uint16_t tls = tmp_port(), web_tls = tmp_port();
	const char *const sets[] = { u->telnet_tls, u->web_tls, u->cert, u->key, NULL };

	snprintf(u->telnet_tls, sizeof(u->telnet_tls), "gateway.telnet_tls=127.0.0.1:%u", tls);
	snprintf(u->web_tls, sizeof(u->web_tls), "gateway.web_tls=127.0.0.1:%u", web_tls);
	snprintf(u->cert, sizeof(u->cert), "gateway.tls_cert=%s/tls/cert.pem", u->dir);
	snprintf(u->key, sizeof(u->key), "gateway.tls_key=%s/tls/key.pem", u->dir);
	install_put(&u->install, "gateway", v);
	gate_start(&u->side, &u->mud, "side", sets);
	install_put(&u->install, "gateway", OLD);
	u->at_side = u->mud;
	u->at_side.telnet = u->side.telnet;
	u->at_side.web = u->side.web;
	u->at_side.telnet_tls = tls;
	u->at_side.web_tls = web_tls;
}

/* Asks the clerk something: he answers once, and knows it, but for what was asked of an aibridge that has just gone. */
static void ask(struct upgrade *u)
{
	const unsigned i = u->n_asked++;
	const char *said;
	char line[80];

	talk_line(&u->asker, "ask clerk about %s", trees[i % ARRAY_LEN(trees)]);
	talk_expect(&u->asker, "Cuthbert Clerk says, \"");
	talk_expect(&u->asker, "\"\n");
	snprintf(line, sizeof(line), "Door %zu is %s.", i % ARRAY_LEN(trees),
		 trees[i % ARRAY_LEN(trees)]);
	said = buf_p(&u->asker.text) + u->asker.at - strlen(line) - 2;
	if (!strncmp(said, line, strlen(line)))
		u->n_known++;
	ck_assert_uint_eq(talk_count(&u->asker, "Cuthbert Clerk says, "), u->n_asked);
}

static void play(struct upgrade *u, uint64_t us)
{
	storm_play(&u->storm, now_us() + us);
}

/* -- the gateway that is replaced, and who is there */

static void browse(struct upgrade *u)
{
	ws_open(&u->bo,
		&(struct ws_spec){ .port = u->mud.web, .protocols = "gmcp.mudstandards.org" });
	ws_send_text(&u->bo, "Core.Supports.Set [\"Mudlark.Session 1\"]");
	ws_expect(&u->bo, "Name:");
	ws_line(&u->bo, "guest");
	ws_line(&u->bo, "think before");
	ws_expect(&u->bo, "before\n");
}

/* Who was sent away comes back as soon as there is somebody, and is greeted. */
static void come_back(struct upgrade *u)
{
	const uint64_t end = now_us() + TALK_US;

	while (!talk_try(&u->ada, "Ada", u->mud.telnet)) {
		if (now_us() > end)
			die("nobody listens on port %u", u->mud.telnet);
		usleep(STEP_US);
	}
	if (!talk_sees(&u->ada, "Name:", TALK_US)) {
		CLEANUP(base_freep) char *log = mud_log(&u->mud);

		die("Ada is not greeted:\n%s", log);
	}
	u->ada.at = 0;
	talk_enter(&u->ada, "Ada", PASSWORD);
}

/* A browser is sent away and goes on at the other gateway, of whatever version: it has missed nothing. */
static void browser_moves(struct upgrade *u)
{
	const char *json = ws_data(&u->bo, "Mudlark.Session.Token", TALK_US);
	char token[65], claim[200];

	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(sscanf(json, "{\"token\":\"%64[0-9a-f]", token), 1);
	ck_assert_uint_eq(ws_code(&u->bo, GONE_US), 1012);
	ws_close(&u->bo);
	ws_open(&u->bo,
		&(struct ws_spec){ .port = u->side.web, .protocols = "gmcp.mudstandards.org" });
	ws_send_text(&u->bo, "Core.Supports.Set [\"Mudlark.Session 1\"]");
	snprintf(claim, sizeof(claim), "Mudlark.Session.Resume {\"token\":\"%s\"}", token);
	ws_send_text(&u->bo, claim);
	ws_expect_data(&u->bo, "Mudlark.Session.Resumed");
	ws_line(&u->bo, "think behind");
	ws_expect(&u->bo, "behind\n");
	ck_assert_uint_eq(ws_count(&u->bo, "Password"), 0);
	ws_close(&u->bo);
}

static void replace_gateway(struct upgrade *u)
{
	const pid_t old = mud_pid(&u->mud, "gateway");

	browse(u);
	talk_line(&u->ada, "think the last word");
	kill(old, SIGTERM);
	play(u, DRAIN_US);
	browser_moves(u);
	talk_expect(&u->ada, "the last word\n");
	talk_expect(&u->ada, "The gates close for now.");
	talk_expect_end(&u->ada);
	talk_close(&u->ada);
	mud_wait_pid(&u->mud, "gateway", old);
	come_back(u);
	ck_assert_uint_eq(talk_count(&u->ada, "You are back where you were."), 1);
}

static void restart(struct upgrade *u, const char *part)
{
	const char *const words[] = { "restart", part, NULL };
	int status;
	char *text = mud_command(&u->mud, words, NULL, &status);

	if (status)
		die("mudlark restart %s: status %d\n%s", part, status, text);
	free(text);
}

static void replace(struct upgrade *u, enum part part, enum version v)
{
	printf("    %s is %s\n", names[part], v == NEW ? "new" : "old");
	install_put(&u->install, names[part], v);
	if (part == GATEWAY)
		replace_gateway(u);
	else
		restart(u, names[part]);
	ck_assert(install_runs(&u->install, names[part], mud_pid(&u->mud, names[part])));
	play(u, CALM_US);
	ask(u);
	talk_line(&u->ada, "think still here");
	talk_expect(&u->ada, "still here\n");
}

/* Forth in the order, and back the other way round, but for what would meet a schema it does not know. */
static void forth_and_back(struct upgrade *u, const struct order *o)
{
	for (size_t i = 0; i < PARTS; i++)
		replace(u, o->parts[i], NEW);
	install_put(&u->install, "", NEW);
	for (size_t i = PARTS; i-- > 0;)
		if (o->parts[i] != PERSIST || !schema_moved())
			replace(u, o->parts[i], OLD);
	install_put(&u->install, "", OLD);
}

/* -- everything stopped and started as another version */

static void expect_store(struct upgrade *u)
{
	ck_assert_int_eq(store_number(u->url, count_items), STORM_ROOMS * (STORM_PEBBLES + 1));
	ck_assert_int_eq(store_number(u->url, count_homes), 0);
}

static void start_as(struct upgrade *u, enum version v)
{
	printf("    everything is %s\n", v == NEW ? "new" : "old");
	install_all(&u->install, v);
	start_mud(u, true);
	talk_open(&u->ada, "Ada", u->mud.telnet);
	talk_enter(&u->ada, "Ada", PASSWORD);
	talk_close(&u->ada);
	ck_assert_int_eq(mud_stop(&u->mud), 0);
	expect_store(u);
}

/* It ends and says so; nothing was changed. */
static void persist_refuses(struct upgrade *u)
{
	CLEANUP(base_freep) char *store = NULL, *bus = NULL, *said = NULL;
	int status;

	install_all(&u->install, OLD);
	must(asprintf(&store, "persist.store=%s", u->url), "asprintf");
	must(asprintf(&bus, "persist.bus=ipc://%s/run/persist.bus", u->dir), "asprintf");
	said = child_output((const char *[]){ child_program("mudlark-persist"), "--set", store,
					      "--set", bus, NULL },
			    NULL, GONE_US, &status);
	ck_assert_msg(status > 0 && strstr(said, "use a newer program"), "status %d\n%s", status,
		      said);
	expect_store(u);
}

static void set_up(struct upgrade *u, enum store_kind kind, const struct order *o)
{
	*u = (struct upgrade){ .dir = tmp_dir() };
	write_pack(u->dir);
	snprintf(u->packs, sizeof(u->packs), "world.pack_path=%s", u->dir);
	snprintf(u->url, sizeof(u->url), "%s", store_url(kind, u->dir));
	install_init(&u->install, u->dir);
	start_mud(u, false);
	start_side(u, o->side);
	talk_open(&u->ada, "Ada", u->mud.telnet);
	talk_enter_new(&u->ada, "Ada", PASSWORD);
	talk_open(&u->asker, "who asks", u->side.telnet);
	talk_enter_guest(&u->asker);
	ask(u);
	storm_enter(&u->storm, &u->at_side, PLAYERS, (uint64_t)time(NULL));
	play(u, CALM_US);
}

START_TEST(each_process_is_replaced_under_load)
{
	const struct order *o = &orders[_i / STORES];
	const enum store_kind kind = (enum store_kind)(_i % STORES);
	struct upgrade u;

	printf("  %s, on %s\n", o->about, kind == STORE_OF_PG ? "PostgreSQL" : "SQLite");
	set_up(&u, kind, o);
	forth_and_back(&u, o);
	storm_finish(&u.storm);
	printf("    the clerk knew %u of %u\n", u.n_known, u.n_asked);
	ck_assert_uint_ge(u.n_known + 2, u.n_asked);
	printf("    %llu lines answered, %llu changes, longest wait %.2f s\n",
	       (unsigned long long)u.storm.answers, (unsigned long long)u.storm.changes,
	       (double)u.storm.longest_us / 1e6);
	ck_assert_uint_gt(u.storm.changes, 100);
	storm_done(&u.storm);
	talk_close(&u.asker);
	talk_close(&u.ada);
	gate_kill(&u.side);
	ck_assert(!mud_logged(&u.mud, "do not fit"));
	ck_assert_int_eq(mud_stop(&u.mud), 0);
	expect_store(&u);

	start_as(&u, NEW);
	if (schema_moved())
		persist_refuses(&u);
	else
		start_as(&u, OLD);
	install_done(&u.install);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = { { each_process_is_replaced_under_load,
					      ORDERS * STORES } };

	setvbuf(stdout, NULL, _IOLBF, 0);
	return suite_main("upgrade", 180, tests, ARRAY_LEN(tests));
}
