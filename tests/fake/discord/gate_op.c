/*
 * gate_op.c - what a client sends at the gateway, checked to the letter: a table of opcodes.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/gate_inner.h"

enum { PAYLOAD_MAX = 4096, MINUTE_US = 60000000, LONG_AGO_US = 3000000, WAIT_US = 950000 };

static struct report *report(struct client *c)
{
	return &c->gate->fake->report;
}

struct member {
	const char *name;
	json_type type;
	bool optional;
};

/* Is `d` an object with no member but these, each of its type? */
static bool has_shape(const json_t *d, const struct member *members)
{
	size_t known = 0;

	if (!json_is_object(d))
		return false;
	for (; members->name; members++) {
		const json_t *value = json_object_get(d, members->name);

		if (!value && members->optional)
			continue;
		if (!value || json_typeof(value) != members->type)
			return false;
		known++;
	}
	return known == json_object_size(d);
}

/* HEARTBEAT */

/* An event that it got some seconds ago is counted in. */
static void move_floor(struct client *c, uint64_t now)
{
	if (now - c->floor_at < LONG_AGO_US)
		return;
	c->floor = c->s;
	c->floor_at = now;
}

/* Before it has resumed, the last s is that of another connection. */
static bool is_last_s(const struct client *c, const json_t *d)
{
	uint64_t s = (uint64_t)json_integer_value(d);

	if (!c->session)
		return json_is_null(d) || json_is_integer(d);
	if (json_is_null(d))
		return !c->floor && !c->beat_s;
	return json_is_integer(d) && s <= c->s && s >= c->floor && s >= c->beat_s;
}

/* How the first one fell, in thousandths of the interval. */
static void note_jitter(struct client *c, uint64_t now)
{
	int64_t part = (int64_t)(now - c->opened) / c->gate->fake->mode.heartbeat_ms;

	report_add(report(c), "first_beats", 1);
	report_set(report(c), "first_beat_last", part);
	if (part < report_get(report(c), "first_beat_least") ||
	    report_get(report(c), "first_beats") == 1)
		report_set(report(c), "first_beat_least", part);
	if (part > report_get(report(c), "first_beat_most"))
		report_set(report(c), "first_beat_most", part);
}

static void beat(struct client *c, const json_t *d)
{
	const struct fake_mode *m = &c->gate->fake->mode;
	uint64_t now = fake_now(c->gate->fake);

	if (!is_last_s(c, d)) {
		client_breach(c, 4002, "a heartbeat whose d is not the last s");
		return;
	}
	c->beat_s = c->session ? (uint64_t)json_integer_value(d) : 0;
	move_floor(c, now);
	report_add(report(c), "heartbeats", 1);
	if (!c->beat)
		note_jitter(c, now);
	c->beat = now;
	if (m->silent)
		return;
	loop_timer_in(&c->late, (uint64_t)m->heartbeat_ms * 2000 + 3000000);
	client_op(c, 11, NULL);
}

/* IDENTIFY */

static const struct member identify_members[] = {
	{ "token", JSON_STRING, false },    { "properties", JSON_OBJECT, false },
	{ "intents", JSON_INTEGER, false }, { "shard", JSON_ARRAY, true },
	{ "presence", JSON_OBJECT, true },  { "large_threshold", JSON_INTEGER, true },
	{ "compress", JSON_FALSE, true },   { NULL, JSON_NULL, false },
};
static const struct member property_members[] = {
	{ "os", JSON_STRING, false },
	{ "browser", JSON_STRING, false },
	{ "device", JSON_STRING, false },
	{ NULL, JSON_NULL, false },
};

static bool check_token(struct client *c, const json_t *d)
{
	const char *token = json_string_value(json_object_get(d, "token"));

	if (!strcmp(token, c->gate->fake->token))
		return true;
	report_add(report(c), "wrong_tokens", 1);
	if (!strncmp(token, "Bot ", 4))
		client_breach(c, 4004, "at the gateway a token has no Bot before it");
	else
		client_close(c, 4004, "Authentication failed.");
	return false;
}

static bool check_shard(struct client *c, const json_t *d)
{
	const json_t *shard = json_object_get(d, "shard");
	int64_t number = json_integer_value(json_array_get(shard, 0));
	int64_t n = json_integer_value(json_array_get(shard, 1));

	if (shard && (json_array_size(shard) != 2 || n < 1 || number < 0 || number >= n)) {
		client_breach(c, 4010, "Invalid shard.");
		return false;
	}
	if (c->gate->fake->mode.shards > (shard ? n : 1)) {
		client_close(c, 4011, "Sharding required.");
		return false;
	}
	return true;
}

static bool check_intents(struct client *c, const json_t *d)
{
	int64_t intents = json_integer_value(json_object_get(d, "intents"));

	if (intents < 0 || (intents & ~(int64_t)INTENTS_ALL)) {
		client_breach(c, 4013, "Invalid intent(s).");
		return false;
	}
	if (intents & INTENTS_PRIVILEGED & ~c->gate->fake->mode.privileged) {
		if (intents & (INTENT_MEMBERS | INTENT_PRESENCES))
			client_breach(c, 4014, "an intent that a bridge has no use for");
		else
			client_close(c, 4014, "Disallowed intent(s).");
		return false;
	}
	return true;
}

/* Another one too soon, or none left for today. */
static bool may_identify(struct client *c)
{
	const struct fake_mode *m = &c->gate->fake->mode;
	uint64_t now = fake_now(c->gate->fake), *last = &c->gate->identified;
	bool too_soon = *last && now < *last + (uint64_t)m->identify_ms * 1000;

	report_add(report(c), "identifies", 1);
	*last = now;
	if (report_get(report(c), "identifies") > m->starts)
		report_misuse(report(c), "gateway: more IDENTIFYs than session_start_limit has");
	if (!too_soon)
		return true;
	report_add(report(c), "hurried_identifies", 1);
	c->invalid = now;
	client_op(c, 9, json_false());
	return false;
}

static void identify(struct client *c, const json_t *d)
{
	uint64_t now = fake_now(c->gate->fake);

	if (c->session)
		client_breach(c, 4005, "Already authenticated.");
	else if (!has_shape(d, identify_members) ||
		 !has_shape(json_object_get(d, "properties"), property_members))
		client_breach(c, 4002, "an IDENTIFY that has not the members it has to have");
	else if (c->invalid && now < c->invalid + WAIT_US)
		client_breach(c, 4002, "an IDENTIFY at once after an invalid session");
	else if (check_token(c, d) && check_shard(c, d) && check_intents(c, d) && may_identify(c))
		client_welcome(c, (unsigned)json_integer_value(json_object_get(d, "intents")));
}

/* RESUME */

static const struct member resume_members[] = {
	{ "token", JSON_STRING, false },
	{ "session_id", JSON_STRING, false },
	{ "seq", JSON_INTEGER, false },
	{ NULL, JSON_NULL, false },
};

static struct session *find(struct gate *g, const json_t *d)
{
	const char *id = json_string_value(json_object_get(d, "session_id"));

	for (struct session *s = g->sessions; s; s = s->next)
		if (!strcmp(s->id, id))
			return s->is_forgotten ? NULL : s;
	return NULL;
}

/* The old connection, if it is still there, is dropped. */
static void take_over(struct client *c, struct session *s, uint64_t seq)
{
	json_t *d = json_pack("{s[s]}", "_trace", "[\"gateway-fake\"]");
	struct client *old = s->client;
	const char *text;

	c->session = s;
	s->client = c;
	if (old) {
		old->session = NULL;
		client_close(old, 4000, "Resumed elsewhere.");
	}
	c->s = seq;
	for (size_t i = 0; i < s->n; i++)
		if (s->told[i].s > seq)
			client_show(c, s->told[i].s, s->told[i].text);
	c->gate->resume_failed = false;
	text = session_tell(s, "RESUMED", d);
	client_show(c, s->s, text);
	json_decref(d);
	report_add(report(c), "resumes", 1);
	report_set(report(c), "connected", 1);
}

static void resume(struct client *c, const json_t *d)
{
	bool is_right_place;
	struct session *s;
	uint64_t seq;

	if (c->session) {
		client_breach(c, 4005, "Already authenticated.");
		return;
	}
	if (!has_shape(d, resume_members)) {
		client_breach(c, 4002, "a RESUME that has not the members it has to have");
		return;
	}
	if (!check_token(c, d))
		return;
	seq = (uint64_t)json_integer_value(json_object_get(d, "seq"));
	s = find(c->gate, d);
	is_right_place = c->is_resume_port || c->gate->resume_failed;
	if (!is_right_place)
		report_misuse(report(c), "gateway: a RESUME that is not at resume_gateway_url");
	if (!s || !is_right_place) {
		report_add(report(c), "failed_resumes", 1);
		c->invalid = fake_now(c->gate->fake);
		client_op(c, 9, json_false());
	} else if (s->is_expired) {
		s->is_forgotten = true;
		report_add(report(c), "failed_resumes", 1);
		client_close(c, 4009, "Session timed out.");
	} else if (seq > s->s) {
		s->is_forgotten = true;
		client_breach(c, 4007, "Invalid seq.");
	} else {
		take_over(c, s, seq);
	}
}

/* PRESENCE UPDATE, and others that are allowed and do nothing here. */
static void do_nothing(struct client *c, const json_t *d)
{
	if (!json_is_object(d))
		client_breach(c, 4002, "an opcode whose d is no object");
}

struct opcode {
	int op;
	bool before; /* allowed before one has identified */
	void (*run)(struct client *c, const json_t *d);
};

static const struct opcode opcodes[] = {
	{ 1, true, beat },	   { 2, true, identify },     { 3, false, do_nothing },
	{ 4, false, do_nothing },  { 6, true, resume },	      { 8, false, do_nothing },
	{ 31, false, do_nothing }, { 43, false, do_nothing },
};

/* More than the limit in a minute? */
static bool is_flood(struct client *c)
{
	uint64_t now = fake_now(c->gate->fake), *slot = &c->sent[c->n_sent % GATE_EVENTS];
	bool full = c->n_sent++ >= GATE_EVENTS && now - *slot < MINUTE_US;

	*slot = now;
	return full;
}

static void take_op(struct client *c, const json_t *all)
{
	const json_t *op = json_object_get(all, "op"), *d = json_object_get(all, "d");

	if (!json_is_integer(op) || !d) {
		client_breach(c, 4002, "a payload without op or d");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(opcodes); i++) {
		if (opcodes[i].op != json_integer_value(op))
			continue;
		if (!c->session && !opcodes[i].before)
			client_breach(c, 4003, "Not authenticated.");
		else
			opcodes[i].run(c, d);
		return;
	}
	client_breach(c, 4001, "Unknown opcode.");
}

void gate_on_message(void *ctx, bool binary, struct span s)
{
	struct client *c = ctx;
	json_t *all;

	if (is_flood(c)) {
		client_breach(c, 4008, "Rate limited.");
		return;
	}
	if (binary || s.n > PAYLOAD_MAX) {
		client_breach(c, 4002, binary ? "a binary message" : "more than 4096 bytes");
		return;
	}
	all = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(all))
		take_op(c, all);
	else
		client_breach(c, 4002, "not a JSON object");
	json_decref(all);
}
