/* gate.c - see gate.h: connections and sessions. */
#include "tests/fake/discord/gate.h"

#include <event2/bufferevent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/gate_inner.h"
#include "tests/fake/json.h"

enum { SECOND_US = 1000000, BODY_MAX = 1000 };

/* Connections */

static void client_gone(struct client *c)
{
	struct client **at = &c->gate->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (c->session && c->session->client == c)
		c->session->client = NULL;
	loop_timer_done(&c->late);
	report_set(&c->gate->fake->report, "connected", gate_is_up(c->gate));
	free(c);
}

void client_close(struct client *c, uint16_t code, const char *what)
{
	wire_close(c->wire, code, what);
	client_gone(c);
}

void client_breach(struct client *c, uint16_t code, const char *what)
{
	report_misuse(&c->gate->fake->report, "gateway %u: %s", code, what);
	client_close(c, code, what);
}

static void client_cut(struct client *c)
{
	wire_cut(c->wire);
	client_gone(c);
}

void client_op(struct client *c, int op, json_t *d)
{
	json_t *all = json_pack("{so? si sn sn}", "d", d, "op", op, "s", "t");
	char *text = json_text(all);

	if (!c->gate->fake->mode.deaf)
		wire_send(c->wire, (struct span){ text, strlen(text) },
			  (size_t)c->gate->fake->mode.piece);
	free(text);
	json_decref(all);
}

void client_show(struct client *c, uint64_t s, const char *text)
{
	const struct fake_mode *m = &c->gate->fake->mode;

	if (m->silent)
		return;
	c->s = s;
	wire_send(c->wire, (struct span){ text, strlen(text) }, (size_t)m->piece);
}

/* With 1000 and 1001 the session is over. */
static void on_closed(void *ctx, uint16_t code)
{
	struct client *c = ctx;
	struct fake *f = c->gate->fake;

	report_add(&f->report, "client_closes", code != 0);
	if (code == WIRE_BROKEN)
		report_misuse(&f->report, "gateway: the client's frames break RFC 6455");
	if ((code == 1000 || code == 1001) && c->session)
		c->session->is_forgotten = true;
	client_gone(c);
}

/* The tolerance is wide: what counts is that it comes, machines are slow at times. */
static void on_late(void *ctx)
{
	struct client *c = ctx;

	if (c->gate->fake->mode.silent || c->gate->fake->mode.deaf)
		report_misuse(&c->gate->fake->report, "gateway: the silence was not noticed");
	client_breach(c, 4009, "no heartbeat came in time");
}

static bool has_query(const char *query, const char *part)
{
	size_t n = strlen(part);

	for (const char *at = query; (at = strstr(at, part)); at++)
		if ((at == query || at[-1] == '&') && (at[n] == '&' || at[n] == '\0'))
			return true;
	return false;
}

static void greet(struct client *c)
{
	const int64_t ms = c->gate->fake->mode.heartbeat_ms;

	client_op(c, 10,
		  json_pack("{sI s[s]}", "heartbeat_interval", (json_int_t)ms, "_trace",
			    "[\"gateway-fake\"]"));
	loop_timer_in(&c->late, (uint64_t)ms * 2000 + 3 * SECOND_US);
}

/* The request is gone when the wire is open, so its words are looked at before. */
static void take(struct gate *g, struct conn *conn, const struct request *r, bool resume)
{
	bool fine_v = r->query && has_query(r->query, "v=10");
	bool fine_query =
		r->query && has_query(r->query, "encoding=json") && !strstr(r->query, "compress");
	struct client *c = base_alloc(1, sizeof(*c));
	const struct wire_events events = { gate_on_message, on_closed, c };

	*c = (struct client){ .gate = g, .next = g->clients, .is_resume_port = resume };
	c->opened = c->floor_at = fake_now(g->fake);
	c->wire = wire_open(conn, r, &events);
	if (!c->wire) {
		report_misuse(&g->fake->report, "gateway: not a proper upgrade");
		free(c);
		return;
	}
	g->clients = c;
	loop_timer_init(g->fake->loop, &c->late, on_late, c);
	report_add(&g->fake->report, resume ? "resume_connections" : "connections", 1);
	if (!fine_v)
		client_breach(c, 4012, "the version in the URL is not v=10");
	else if (!fine_query)
		client_breach(c, 4002, "what is in the URL is not encoding=json alone");
	else
		greet(c);
}

static void refuse(struct gate *g, struct conn *conn)
{
	g->refused--;
	report_add(&g->fake->report, "refused_upgrades", 1);
	if (!g->refusal) {
		conn_cut(conn);
		return;
	}
	conn_head(conn, g->refusal, "", 0);
	conn_end(conn);
}

static void on_request(struct gate *g, struct conn *conn, const struct request *r, bool resume)
{
	if (g->refused > 0) {
		g->resume_failed = g->resume_failed || resume;
		refuse(g, conn);
		return;
	}
	take(g, conn, r, resume);
}

static void on_main(void *ctx, struct conn *conn, const struct request *r)
{
	on_request(ctx, conn, r, false);
}

static void on_resume(void *ctx, struct conn *conn, const struct request *r)
{
	on_request(ctx, conn, r, true);
}

static void on_nothing(UNUSED void *ctx)
{
}

static void on_gone(UNUSED void *ctx, UNUSED void *use)
{
}

int gate_new(struct gate **ret, struct fake *f)
{
	struct gate *g = base_alloc(1, sizeof(*g));
	int r;

	*g = (struct gate){ .fake = f };
	g->events[0] = (struct server_events){ on_main, on_gone, on_nothing, on_nothing, g };
	g->events[1] = (struct server_events){ on_resume, on_gone, on_nothing, on_nothing, g };
	r = server_new(&g->main, f->loop, 0, BODY_MAX, &g->events[0]);
	if (r == 0)
		r = server_new(&g->resume, f->loop, 0, BODY_MAX, &g->events[1]);
	*ret = g;
	return r;
}

void gate_free(struct gate *g)
{
	if (!g)
		return;
	gate_cut(g);
	server_free(g->main);
	server_free(g->resume);
	while (g->sessions) {
		struct session *s = g->sessions;

		g->sessions = s->next;
		session_free(s);
	}
	free(g);
}

uint16_t gate_port(const struct gate *g, bool resume)
{
	return server_port(resume ? g->resume : g->main);
}

int gate_listen(struct gate *g, bool on)
{
	int r = server_listen(g->main, on);

	g->resume_failed = g->resume_failed || !on;
	return r ? r : server_listen(g->resume, on);
}

/* Sessions */

static json_t *ready(struct gate *g, const struct session *s)
{
	char url[60];

	fake_gateway_url(g->fake, FAKE_RESUME, url);
	return json_pack("{si so s[{ss sb}] ss ss ss s[ii] s{ss si} s[] s[] s{} s[] s[] s[s]}", "v",
			 10, "user", place_bot(), "guilds", "id", PLACE_GUILD, "unavailable", 1,
			 "session_id", s->id, "session_type", "normal", "resume_gateway_url", url,
			 "shard", 0, 1, "application", "id", PLACE_APPLICATION, "flags", 565248,
			 "private_channels", "relationships", "user_settings", "presences",
			 "guild_join_requests", "_trace", "[\"gateway-fake\"]");
}

static json_t *many_members(const struct fake *f)
{
	json_t *all = json_array();
	char id[24], name[40];

	for (int64_t i = 0; i < f->mode.members; i++) {
		snprintf(id, sizeof(id), "11%017lld", (long long)i + 1000);
		snprintf(name, sizeof(name), "member %lld \xe2\x80\xae<@&1>", (long long)i);
		json_array_append_new(all,
				      json_pack("{s{ss ss ss sn sn} sn s[] ss sb sb}", "user", "id",
						id, "username", name, "discriminator", "0",
						"global_name", "avatar", "nick", "roles",
						"joined_at", "2021-04-01T10:00:00.000000+00:00",
						"deaf", 0, "mute", 0));
	}
	return all;
}

static json_t *guild(struct fake *f)
{
	json_t *channels = json_array(), *channel;
	const char *name;

	json_object_foreach(f->place.channels, name, channel) json_array_append(channels, channel);
	return json_pack(
		"{ss ss sn ss sb sb si so s[{ss ss si si}{ss ss si si}] s[{ss ss s[] sb sb sb}] so "
		"s[] s[] s[] s[] s[] s{s{s[i]}}}",
		"id", PLACE_GUILD, "name", "The Foreshore", "icon", "owner_id",
		"1100000000000000001", "unavailable", 0, "large", f->mode.members > 250,
		"member_count", (int)f->mode.members + 3, "channels", channels, "roles", "id",
		PLACE_GUILD, "name", "@everyone", "position", 0, "color", 0, "id", PLACE_ROLE,
		"name", "keepers", "position", 1, "color", 255, "emojis", "id", PLACE_EMOJI, "name",
		"smile", "roles", "animated", 0, "managed", 0, "available", 1, "members",
		many_members(f), "threads", "presences", "voice_states", "stage_instances",
		"guild_scheduled_events", "what_comes_next", "deeper", "list", 1);
}

static void tell_one(struct session *s, const char *event, json_t *d)
{
	const char *text = session_tell(s, event, d);

	if (s->client)
		client_show(s->client, s->s, text);
}

void client_welcome(struct client *c, unsigned intents)
{
	struct gate *g = c->gate;
	struct session *s = session_new(intents, ++g->n_sessions);
	json_t *d;

	s->next = g->sessions;
	g->sessions = s;
	s->client = c;
	c->session = s;
	c->s = c->floor = c->beat_s = 0;
	g->resume_failed = false;
	d = ready(g, s);
	tell_one(s, "READY", d);
	json_decref(d);
	d = guild(g->fake);
	if (intents & INTENT_GUILDS)
		tell_one(s, "GUILD_CREATE", d);
	json_decref(d);
	report_set(&g->fake->report, "connected", 1);
}

bool gate_is_up(const struct gate *g)
{
	for (const struct session *s = g->sessions; s; s = s->next)
		if (s->client)
			return true;
	return false;
}

/* Who has not asked for contents sees none, but in private. */
static json_t *without_content(const json_t *d)
{
	json_t *copy = json_deep_copy(d);

	json_object_set_new(copy, "content", json_string(""));
	json_object_set_new(copy, "embeds", json_array());
	json_object_set_new(copy, "attachments", json_array());
	return copy;
}

void gate_tell(struct gate *g, const char *event, json_t *d, unsigned intents)
{
	bool has_content = json_object_get(d, "content") && intents == INTENT_MESSAGES;
	json_t *bare = has_content ? without_content(d) : NULL;

	for (struct session *s = g->sessions; s; s = s->next)
		if (!s->is_forgotten && !s->is_expired && (!intents || (s->intents & intents)))
			tell_one(s, event, bare && !(s->intents & INTENT_CONTENT) ? bare : d);
	json_decref(bare);
	json_decref(d);
}

/* By order of tests */

void gate_close(struct gate *g, uint16_t code)
{
	while (g->clients)
		client_close(g->clients, code, "by order");
}

void gate_cut(struct gate *g)
{
	while (g->clients)
		client_cut(g->clients);
}

/* When a session is invalid, it is for good. */
void gate_op(struct gate *g, int op, json_t *d)
{
	for (struct client *c = g->clients; c; c = c->next) {
		if (op == 9 && json_is_false(d)) {
			c->invalid = fake_now(g->fake);
			if (c->session) {
				c->session->is_forgotten = true;
				c->session->client = NULL;
				c->session = NULL;
			}
		}
		client_op(c, op, json_incref(d));
	}
	json_decref(d);
}

void gate_raw(struct gate *g, struct span text, bool binary)
{
	for (struct client *c = g->clients; c; c = c->next) {
		if (binary)
			wire_binary(c->wire, text);
		else
			wire_send(c->wire, text, 0);
	}
}

void gate_ping(struct gate *g)
{
	for (struct client *c = g->clients; c; c = c->next)
		wire_ping(c->wire);
}

void gate_again(struct gate *g)
{
	for (struct session *s = g->sessions; s; s = s->next)
		if (s->client && s->n)
			client_show(s->client, s->s, s->told[s->n - 1].text);
}

void gate_forget(struct gate *g)
{
	for (struct session *s = g->sessions; s; s = s->next)
		s->is_forgotten = true;
}

void gate_expire(struct gate *g)
{
	for (struct session *s = g->sessions; s; s = s->next)
		s->is_expired = true;
}

void gate_refuse(struct gate *g, int64_t n, int status)
{
	g->refused = n;
	g->refusal = status;
}
