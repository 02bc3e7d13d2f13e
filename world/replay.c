/*
 * replay.c - an input log played again, against the hashes it holds; see inputlog.h.
 *
 * The surroundings of the world are nothing but a hash here: what it commits and says is mixed in, in
 * order, and every answer it got is in the log.
 */
#include "world/inputlog_format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rt/map.h"
#include "rt/route.h"
#include "world/cmd/table.h"
#include "world/pack/pack.h"

enum { RECORD_MAX = 1 << 20 };

struct replay {
	FILE *in, *out;
	struct world *world;
	struct replay_result *result;
	struct buf record;
	struct arena arena;
	uint64_t peer, at; /* records read */
};

static const uint8_t key[16] = "mudlark replay";

static void mix(struct replay *r, uint64_t a, struct span bytes)
{
	uint64_t three[3] = { r->result->output, a, map_siphash(key, bytes.p, bytes.n) };

	r->result->output = map_siphash(key, three, sizeof(three));
}

static void on_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	mix(ctx, c->batch, record);
}

static void on_output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq)
{
	mix(ctx, gateway ^ oseq, record);
}

static void on_call(void *ctx, uint64_t id, const Mudlark__PersistCall *call, uint32_t deadline_ms)
{
	(void)call;
	(void)deadline_ms;
	mix(ctx, id, (struct span){ "", 0 });
}

static void on_superseded(void *ctx, uint64_t epoch)
{
	mix(ctx, epoch, (struct span){ "", 0 });
}

/* 1: a record; 0: the end; < 0: damaged (said). */
static int next(struct replay *r)
{
	uint8_t head[INPUTLOG_HEAD];
	uint64_t word;
	size_t n = fread(head, 1, sizeof(head), r->in);

	if (!n && feof(r->in))
		return 0;
	word = n == sizeof(head) ? inputlog_get_u64(head) : UINT64_MAX;
	r->at++;
	buf_reset(&r->record);
	n = (size_t)(word & UINT32_MAX);
	if (n > RECORD_MAX || fread(buf_reserve(&r->record, n + 1), 1, n, r->in) != n) {
		fprintf(r->out, "record %" PRIu64 " is cut off\n", r->at);
		return -EBADMSG;
	}
	buf_commit(&r->record, n);
	if (inputlog_crc32c(inputlog_crc32c(0, head + 8, 8), buf_p(&r->record), n) != word >> 32) {
		fprintf(r->out, "record %" PRIu64 " is damaged\n", r->at);
		return -EBADMSG;
	}
	r->peer = inputlog_get_u64(head + 8);
	return 1;
}

static void compare(struct replay *r)
{
	const uint8_t *logged = (const uint8_t *)buf_p(&r->record);
	uint64_t parts[HASH_PARTS], whole = world_hash(r->world, parts);

	r->result->hashes++;
	if (inputlog_get_u64(logged) == whole || r->result->differs)
		return;
	r->result->differs = true;
	fprintf(r->out, "first difference: tick %" PRIu64 ", record %" PRIu64 ":", r->world->tick,
		r->at);
	for (size_t i = 0; i < HASH_PARTS; i++)
		if (inputlog_get_u64(logged + 8 * (i + 1)) != parts[i])
			fprintf(r->out, " %s", world_hash_names[i]);
	fputc('\n', r->out);
}

static void check_packs(struct replay *r, const Mudlark__Begin *m)
{
	struct buf have = { 0 };

	for (size_t i = 0; i < r->world->n_packs; i++)
		buf_addf(&have, "%s%s:%s", i ? " " : "", r->world->packs[i]->name,
			 r->world->packs[i]->hash);
	buf_addc(&have, '\0');
	if (strcmp(m->packs, buf_p(&have)) != 0) {
		r->result->differs = true;
		fprintf(r->out, "packs differ\n logged %s\n loaded %s\n", m->packs, buf_p(&have));
	}
	buf_done(&have);
}

static int play(struct replay *r)
{
	Mudlark__WorldIn *in;

	if (r->peer == INPUTLOG_MARK) {
		if (r->record.n == INPUTLOG_HASH) {
			compare(r);
		} else {
			(void)world_turn(r->world);
			r->result->turns++;
		}
		return 0;
	}
	arena_reset(&r->arena);
	in = (Mudlark__WorldIn *)(void *)route_unpack(&mudlark__world_in__descriptor,
						      buf_span(&r->record), &r->arena);
	if (!in) {
		fprintf(r->out, "record %" PRIu64 " is malformed\n", r->at);
		return -EBADMSG;
	}
	if (in->body_case == MUDLARK__WORLD_IN__BODY_BEGIN)
		check_packs(r, in->begin);
	world_feed(r->world, r->peer, in);
	r->result->inputs++;
	return 0;
}

static int play_all(struct replay *r)
{
	char magic[INPUTLOG_MAGIC];
	int k = 0;

	if (fread(magic, 1, sizeof(magic), r->in) != sizeof(magic) ||
	    memcmp(magic, inputlog_magic, sizeof(magic)) != 0) {
		fprintf(r->out, "not an input log\n");
		return -EBADMSG;
	}
	while (k >= 0 && (k = next(r)) > 0)
		k = play(r);
	return k;
}

int inputlog_replay(const char *path, const struct pack *const *packs, size_t n_packs, FILE *out,
		    struct replay_result *ret)
{
	struct replay r = { .in = fopen(path, "rbe"), .out = out, .result = ret };
	const struct world_env env = { .ctx = &r,
				       .commit = on_commit,
				       .output = on_output,
				       .call = on_call,
				       .superseded = on_superseded,
				       .run = cmd_run };
	int k;

	if (!r.in)
		return -errno;
	*ret = (struct replay_result){ 0 };
	arena_init(&r.arena, 0);
	r.world = world_new(&env, packs, n_packs);
	k = play_all(&r);
	ret->ticks = r.world->tick;
	ret->state = world_hash(r.world, NULL);
	world_free(r.world);
	arena_done(&r.arena);
	buf_done(&r.record);
	fclose(r.in);
	return k < 0 || ret->differs ? 1 : 0;
}
