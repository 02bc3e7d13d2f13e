/*
 * test_inputlog.c - a log of everything plays again to the same world; damage and differences are
 * told.
 */
#include "record.h"
#include "rig.h"
#include <unistd.h>
#include "world/inputlog_format.h"

static struct rig r;
static char path[] = "/tmp/mudlark-inputlog-XXXXXX", old[64];
static struct inputlog *l;
static const struct pack *packs[1];

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(old, sizeof(old), "%s.old", path);
	ck_assert_int_eq(inputlog_open(&l, path), 0);
	rig_init(&r);
	packs[0] = r.pack;
}

static void teardown(void)
{
	inputlog_close(l);
	rig_done_with(&r);
	unlink(path);
	unlink(old);
}

#define PUT(peer, kind, member, message) RECORD_PUT(l, r.world, peer, kind, member, message)

static void line(uint64_t seq, const char *text)
{
	Mudlark__SessionLine m = MUDLARK__SESSION_LINE__INIT;

	m.session = 5;
	m.seq = seq;
	m.text = (ProtobufCBinaryData){ .len = strlen(text), .data = (uint8_t *)(uintptr_t)text };
	PUT(RIG_GATEWAY, SESSION_LINE, session_line, &m);
}

/* A short life, from the beginning. */
static void live(void)
{
	Mudlark__Begin begin = MUDLARK__BEGIN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;
	Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;
	Mudlark__Tick tick = MUDLARK__TICK__INIT;
	struct world_env env = r.world->env;
	char text[128], *conf[] = { "channel=chat Talk" };

	rig_kill(&r);
	r.issued = r.batch = 0;
	r.world = world_new(&env, packs, 1);
	snprintf(text, sizeof(text), "%s:%s", r.pack->name, r.pack->hash);
	begin.world = 1;
	begin.epoch = ++r.epoch;
	begin.seed = 99;
	begin.packs = text;
	begin.conf = conf;
	begin.n_conf = ARRAY_LEN(conf);
	PUT(0, BEGIN, begin, &begin);
	PUT(0, READY, ready, &ready);
	up.peer = RIG_GATEWAY;
	up.role = "gateway";
	PUT(0, PEER_UP, peer_up, &up);
	open.session = 5;
	PUT(RIG_GATEWAY, SESSION_OPEN, session_open, &open);
	line(1, "guest");
	line(2, "get stone");
	for (int i = 0; i < 20; i++)
		PUT(0, TICK, tick, &tick);
	inputlog_hash(l, r.world);
	line(3, "north");
	inputlog_hash(l, r.world);
}

static int replay(struct replay_result *res, char text[512])
{
	FILE *out = fmemopen(text, 512, "w");
	int k;

	inputlog_close(l);
	l = NULL;
	k = inputlog_replay(path, packs, 1, out, res);
	fclose(out);
	return k;
}

START_TEST(a_log_plays_again_to_the_same_world)
{
	struct replay_result res;
	char text[512] = "";

	live();
	ck_assert_int_eq(replay(&res, text), 0);
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(res.hashes, 2);
	ck_assert_uint_eq(res.ticks, 20);
	ck_assert_uint_eq(res.inputs, 27);
	ck_assert_uint_eq(res.state, world_hash(r.world, NULL));
}
END_TEST

static void no_output(void *ctx, uint64_t peer, struct span record, uint64_t oseq)
{
	(void)ctx;
	(void)peer;
	(void)record;
	(void)oseq;
}

static void no_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	(void)ctx;
	(void)c;
	(void)record;
}

/* Lines from outside, more of them than may be said at once, and a question. */
static void visit(uint64_t peer)
{
	static char *kinds[] = { "channel:said" };
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;
	Mudlark__BridgeOpen open = MUDLARK__BRIDGE_OPEN__INIT;
	Mudlark__BridgeSay say = MUDLARK__BRIDGE_SAY__INIT;
	Mudlark__BridgeAsk ask = MUDLARK__BRIDGE_ASK__INIT;
	char id[16];

	up.peer = peer;
	up.role = "bridge";
	up.name = "irc";
	PUT(0, PEER_UP, peer_up, &up);
	open.key = "irc/net/#mud";
	open.kinds = kinds;
	open.n_kinds = 1;
	open.more = 100;
	PUT(peer, BRIDGE_OPEN, bridge_open, &open);
	say.source = "irc/net/#other";
	say.channel = "chat";
	say.id = id;
	say.name = say.text = (ProtobufCBinaryData){ 3, (uint8_t *)(uintptr_t) "joe" };
	for (int i = 0; i < 500; i++) {
		snprintf(id, sizeof(id), "%d", i);
		PUT(peer, BRIDGE_SAY, bridge_say, &say);
	}
	ask.kind = MUDLARK__BRIDGE_ASK__KIND__LINK;
	ask.identity = "irc/net/account:joe";
	PUT(peer, BRIDGE_ASK, bridge_ask, &ask);
}

START_TEST(what_bridges_did_plays_again)
{
	struct replay_result res;
	Mudlark__Tick tick = MUDLARK__TICK__INIT;
	Mudlark__Committed done = MUDLARK__COMMITTED__INIT;
	char text[512] = "";

	live();
	r.world->env.output = no_output;
	r.world->env.commit = no_commit;
	visit(601);
	done.batch = commits_issued(r.world);
	PUT(0, COMMITTED, committed, &done);
	line(4, "link");
	for (int i = 0; i < 3; i++) {
		PUT(0, TICK, tick, &tick);
		inputlog_hash(l, r.world);
	}
	ck_assert_int_eq(replay(&res, text), 0);
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(res.state, world_hash(r.world, NULL));
	ck_assert_uint_gt(r.world->stats.says_taken, 400);
	ck_assert_uint_eq(r.world->stats.facts_relayed, 100);
}
END_TEST

START_TEST(the_first_difference_is_told_with_its_tick_and_part)
{
	struct replay_result res;
	char text[512] = "";

	live();
	ent_destroy(r.world, place_first(r.world, room_start(r.world)));
	inputlog_hash(l, r.world);
	ck_assert_int_eq(replay(&res, text), 1);
	ck_assert(res.differs);
	ck_assert_msg(strstr(text, "first difference: tick 20") && strstr(text, "items"), "%s",
		      text);
	ck_assert_msg(!strstr(text, "timers"), "%s", text);
}
END_TEST

START_TEST(every_flipped_bit_is_noticed)
{
	long size, step;
	FILE *f;

	live();
	inputlog_close(l);
	l = NULL;
	f = fopen(path, "r+");
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	step = size / 97;
	for (long at = INPUTLOG_MAGIC; at < size; at += step) {
		struct replay_result res;
		char text[512] = "";
		int c, bit = 1 << (at % 8);

		fseek(f, at, SEEK_SET);
		c = fgetc(f);
		fseek(f, at, SEEK_SET);
		fputc(c ^ bit, f);
		fflush(f);
		ck_assert_msg(replay(&res, text) == 1, "byte %ld", at);
		ck_assert_msg(strstr(text, "damaged") || strstr(text, "cut off"), "%s", text);
		fseek(f, at, SEEK_SET);
		fputc(c, f);
		fflush(f);
	}
	fclose(f);
}
END_TEST

START_TEST(a_log_that_is_cut_off_is_told)
{
	struct replay_result res;
	char text[512] = "";

	live();
	inputlog_close(l);
	l = NULL;
	ck_assert_int_eq(truncate(path, 300), 0);
	ck_assert_int_eq(replay(&res, text), 1);
	ck_assert_ptr_nonnull(strstr(text, "cut off"));
	ck_assert_int_eq(inputlog_replay("/nonexistent", packs, 1, stdout, &res), -2);
}
END_TEST

START_TEST(the_checksum_is_crc32c)
{
	ck_assert_uint_eq(inputlog_crc32c(0, "123456789", 9), 0xe3069283U);
	ck_assert_uint_eq(inputlog_crc32c(inputlog_crc32c(0, "1234", 4), "56789", 5), 0xe3069283U);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("inputlog");
	TCase *c = tcase_create("inputlog");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 30);
	tcase_add_test(c, a_log_plays_again_to_the_same_world);
	tcase_add_test(c, what_bridges_did_plays_again);
	tcase_add_test(c, the_first_difference_is_told_with_its_tick_and_part);
	tcase_add_test(c, every_flipped_bit_is_noticed);
	tcase_add_test(c, a_log_that_is_cut_off_is_told);
	tcase_add_test(c, the_checksum_is_crc32c);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
