/*
 * commands.c - see commands.h.
 *
 * An interaction's token is good for a quarter of an hour and lets anybody answer in our name: it is kept with the asking,
 * and nowhere else.
 */
#include "bridges/discord/commands.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "bridges/clean.h"
#include "bridges/discord/escape.h"
#include "bridges/discord/piece.h"
#include "bridges/discord/readable.h"
#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/text.h"

enum {
	APPLICATION_COMMAND = 2,
	ASKS_MAX = 100,
	TOKEN_MAX = 512,
	PATH_MAX_BYTES = TOKEN_MAX + 120,
	WORDS_MAX = 100,
	MARK_MAX = 120,
};

struct command_row {
	const char *name;
	int kind;
	bool secret; /* shown to who asks alone */
	const char *json;
};

static const struct command_row rows[] = {
	{ "who", MUDLARK__BRIDGE_ASK__KIND__WHO, false,
	  "{\"type\":1,\"name\":\"who\",\"description\":\"Who plays at the moment\"}" },
	{ "look", MUDLARK__BRIDGE_ASK__KIND__LOOK, false,
	  "{\"type\":1,\"name\":\"look\",\"description\":\"Look at the world, or at somebody in "
	  "it\","
	  "\"options\":[{\"type\":3,\"name\":\"name\",\"description\":\"Whom\",\"required\":false}]"
	  "}" },
	{ "link", MUDLARK__BRIDGE_ASK__KIND__LINK, true,
	  "{\"type\":1,\"name\":\"link\",\"description\":\"Say that a character of the game is "
	  "you\","
	  "\"options\":[{\"type\":3,\"name\":\"code\",\"description\":"
	  "\"The code that the command link gave you in the game\",\"required\":true}]}" },
	{ "unlink", MUDLARK__BRIDGE_ASK__KIND__UNLINK, true,
	  "{\"type\":1,\"name\":\"unlink\",\"description\":\"No character of the game is you any "
	  "more\"}" },
};

struct commands {
	struct bridge *bridge;
	struct rest *rest;
	const struct targets *targets;
	char *guild;
	char application[TARGET_ID];
	bool is_set;
	TAILQ_HEAD(, asking) waiting;
	size_t n_asks;
	uint64_t answered;
};

/* Somebody waits. */
struct asking {
	TAILQ_ENTRY(asking) entry;
	struct commands *of;
	const struct command_row *row;
	char id[TARGET_ID], user[TARGET_ID];
	char token[TOKEN_MAX];
	struct buf name, words;
	bool secret;
};

static void free_asking(struct asking *a)
{
	TAILQ_REMOVE(&a->of->waiting, a, entry);
	a->of->n_asks--;
	sodium_memzero(a->token, sizeof(a->token));
	buf_done(&a->name);
	buf_done(&a->words);
	free(a);
}

/* ---- making them known ---- */

static void make_body(struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (i)
			buf_addc(out, ',');
		buf_adds(out, rows[i].json);
	}
	buf_addc(out, ']');
}

/* Of what is made known, where and for whom. */
static void make_mark(const struct commands *c, char ret[MARK_MAX])
{
	static const uint8_t key[16];
	CLEANUP(buf_done) struct buf body = { 0 };

	make_body(&body);
	snprintf(ret, MARK_MAX, "{\"of\":\"%s/%.22s\",\"hash\":\"%016llx\"}", c->application,
		 c->guild, (unsigned long long)map_siphash(key, buf_p(&body), body.n));
}

static void on_set(void *ctx, const struct rest_answer *a)
{
	struct commands *c = ctx;
	char mark[MARK_MAX];

	if (a->end != REST_DONE) {
		c->is_set = false; /* the next session tries again */
		bridge_tell_staff(c->bridge, "commands",
				  "Discord did not take the commands /who, /look and /link.");
		return;
	}
	make_mark(c, mark);
	bridge_keep_put(c->bridge, "commands", (struct span){ mark, strlen(mark) }, NULL, NULL);
	log_info("discord_commands_set");
}

static void put(struct commands *c)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	char path[120];

	make_body(&body);
	if (*c->guild)
		snprintf(path, sizeof(path), "/applications/%s/guilds/%.22s/commands",
			 c->application, c->guild);
	else
		snprintf(path, sizeof(path), "/applications/%s/commands", c->application);
	if (rest_ask(c->rest, &(struct rest_ask){ .method = "PUT",
						  .path = path,
						  .route = "commands",
						  .body = buf_span(&body),
						  .repeatable = true,
						  .done = on_set,
						  .ctx = c }) != 0)
		c->is_set = false;
}

static void on_known(void *ctx, const struct span *body, bool failed)
{
	struct commands *c = ctx;
	char mark[MARK_MAX];

	make_mark(c, mark);
	if (failed)
		c->is_set = false;
	else if (!body || body->n != strlen(mark) || memcmp(body->p, mark, body->n) != 0)
		put(c);
}

void commands_set(struct commands *c, const char *application)
{
	if (c->is_set || !*application)
		return;
	c->is_set = true;
	snprintf(c->application, sizeof(c->application), "%s", application);
	bridge_keep_get(c->bridge, "commands", on_known, c);
}

/* ---- answering ---- */

static void send_answer(struct asking *a, struct span text)
{
	CLEANUP(buf_done) struct buf shown = { 0 };
	CLEANUP(buf_done) struct buf body = { 0 };
	char path[PATH_MAX_BYTES];
	int r;

	text = text_trim(text);
	escape_text(&shown, escape_piece(&text, PIECE_UNITS - 4));
	if (text.n)
		buf_adds(&shown, " ...");
	if (!shown.n)
		buf_adds(&shown, "Nothing.");
	buf_adds(&body, "{\"content\":");
	json_quote(&body, buf_span(&shown));
	buf_adds(&body, ",\"allowed_mentions\":{\"parse\":[]}}");
	snprintf(path, sizeof(path), "/webhooks/%s/%s/messages/@original", a->of->application,
		 a->token);
	r = rest_ask(a->of->rest, &(struct rest_ask){ .method = "PATCH",
						      .path = path,
						      .route = "",
						      .body = buf_span(&body),
						      .repeatable = true,
						      .bare = true });
	sodium_memzero(path, sizeof(path));
	a->of->answered += r == 0;
}

static void on_answer(void *ctx, struct span text, UNUSED bool failed)
{
	struct asking *a = ctx;

	send_answer(a, text);
	free_asking(a);
}

static void on_acknowledged(void *ctx, const struct rest_answer *r)
{
	struct asking *a = ctx;
	char identity[TARGET_KEY];

	/* Too late, or somebody else has: nobody waits for us any more. */
	if (r->end != REST_DONE) {
		free_asking(a);
		return;
	}
	snprintf(identity, sizeof(identity), "discord/%s", a->user);
	bridge_ask(a->of->bridge, a->row->kind, identity, buf_span(&a->name), buf_span(&a->words),
		   on_answer, a);
}

static void acknowledge(struct asking *a)
{
	char path[PATH_MAX_BYTES];
	const char *body = a->secret ? "{\"type\":5,\"data\":{\"flags\":64}}" : "{\"type\":5}";
	int r;

	snprintf(path, sizeof(path), "/interactions/%s/%s/callback", a->id, a->token);
	r = rest_ask(a->of->rest, &(struct rest_ask){ .method = "POST",
						      .path = path,
						      .route = "",
						      .body = { body, strlen(body) },
						      .bare = true,
						      .done = on_acknowledged,
						      .ctx = a });
	sodium_memzero(path, sizeof(path));
	if (r != 0)
		free_asking(a);
}

static const struct command_row *row_of(const json_t *data)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (jsonin_is(data, "name", rows[i].name))
			return &rows[i];
	return NULL;
}

static bool is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    c != '-' && c != '_' && c != '.' && c != '=')
			return false;
	}
	return s.n > 0;
}

/* It goes into a path. */
static bool take(const json_t *o, const char *key, char *ret, size_t cap)
{
	struct span s;

	if (!jsonin_text(o, key, &s) || s.n >= cap || !is_plain(s))
		return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = 0;
	return true;
}

static void read_words(struct asking *a, const json_t *data)
{
	struct span value;

	jsonin_text(json_array_get(jsonin_list(data, "options"), 0), "value", &value);
	value.n = text_cut(value, value.n < WORDS_MAX ? value.n : WORDS_MAX);
	clean_line(&a->words, value, false);
}

static bool is_mapped(const struct commands *c, const json_t *d)
{
	struct span channel;

	return jsonin_text(d, "channel_id", &channel) && targets_find(c->targets, channel);
}

void commands_event(struct commands *c, const json_t *d)
{
	const json_t *data = jsonin_in(d, "data"), *member = jsonin_in(d, "member");
	const json_t *user = member ? jsonin_in(member, "user") : jsonin_in(d, "user");
	const struct command_row *row = row_of(data);
	struct asking *a;
	uint64_t type = 0;

	jsonin_count(d, "type", 100, &type);
	if (type != APPLICATION_COMMAND || !row || c->n_asks >= ASKS_MAX)
		return;
	a = base_alloc(1, sizeof(*a));
	a->of = c;
	a->row = row;
	TAILQ_INSERT_TAIL(&c->waiting, a, entry);
	c->n_asks++;
	if (!take(d, "id", a->id, sizeof(a->id)) || !take(d, "token", a->token, TOKEN_MAX) ||
	    !take(user, "id", a->user, sizeof(a->user))) {
		free_asking(a);
		return;
	}
	take(d, "application_id", c->application, sizeof(c->application));
	readable_person(&a->name, user, member);
	read_words(a, data);
	a->secret = row->secret || !is_mapped(c, d);
	acknowledge(a);
}

uint64_t commands_answered(const struct commands *c)
{
	return c->answered;
}

struct commands *commands_new(const struct commands_conf *conf)
{
	struct commands *c = base_alloc(1, sizeof(*c));

	c->bridge = conf->bridge;
	c->rest = conf->rest;
	c->targets = conf->targets;
	c->guild = base_dup(conf->guild, strlen(conf->guild));
	TAILQ_INIT(&c->waiting);
	return c;
}

void commands_free(struct commands *c)
{
	if (!c)
		return;
	rest_forget(c->rest, c);
	bridge_forget(c->bridge, c);
	while (!TAILQ_EMPTY(&c->waiting)) {
		struct asking *a = TAILQ_FIRST(&c->waiting);

		rest_forget(c->rest, a);
		bridge_forget(c->bridge, a);
		free_asking(a);
	}
	free(c->guild);
	free(c);
}
