/*
 * act.c - see act.h: people of the guild, and the weather.
 *
 *	{"do":"write", "channel":C, "user":U, "content":TEXT}	-> {"id"}; beside: "reply":ID, "files":[NAME],
 *		"stickers":[NAME], "bot":true, "webhook":NAME (of another application), "system":true, "private":true,
 *		"silent":true (at nobody's gateway), "times":N (then TEXT and a number each)
 *	{"do":"edit", "id":ID, "content":TEXT}, {"do":"unfurl", "id":ID}, {"do":"delete", "id":ID}
 *	{"do":"user", "name":U, "nick":TEXT, "global":TEXT, "bot":true}	-> {"id"}
 *	{"do":"channel", "name":C}	-> {"id"}
 *	{"do":"slash", "name":N, "user":U, "channel":C, "options":{}, "private":true}	-> {"id"}
 *	{"do":"gateway", "act":A}: reconnect, invalid, resumable, beat, ping, again, unknown, garbage, binary, cut, forget,
 *		expire, close ("code"), refuse ("times", "status"), big ("bytes")
 *	{"do":"fault", ...} (rest.h), {"do":"well"}, {"do":"down"}, {"do":"up"}, {"do":"unhook", "channel":C},
 *	{"do":"permit", "channel":C, "may":false}, {"do":"token", "token":TEXT}, {"do":"set", NAME: VALUE...}
 */
#include "tests/fake/discord/act.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/gate.h"
#include "tests/fake/discord/rest.h"

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static bool is_true(const json_t *o, const char *name)
{
	return json_is_true(json_object_get(o, name));
}

static json_t *done(void)
{
	return json_object();
}

static json_t *id_of(const json_t *o)
{
	return json_pack("{sO}", "id", json_object_get(o, "id"));
}

/* Modes */

enum setting_kind { SET_NUMBER, SET_FLAG };

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t at;
};

static const struct setting settings[] = {
	{ "heartbeat_ms", SET_NUMBER, offsetof(struct fake_mode, heartbeat_ms) },
	{ "identify_ms", SET_NUMBER, offsetof(struct fake_mode, identify_ms) },
	{ "shards", SET_NUMBER, offsetof(struct fake_mode, shards) },
	{ "starts", SET_NUMBER, offsetof(struct fake_mode, starts) },
	{ "members", SET_NUMBER, offsetof(struct fake_mode, members) },
	{ "piece", SET_NUMBER, offsetof(struct fake_mode, piece) },
	{ "privileged", SET_NUMBER, offsetof(struct fake_mode, privileged) },
	{ "bucket_n", SET_NUMBER, offsetof(struct fake_mode, bucket_n) },
	{ "bucket_ms", SET_NUMBER, offsetof(struct fake_mode, bucket_ms) },
	{ "global_n", SET_NUMBER, offsetof(struct fake_mode, global_n) },
	{ "silent", SET_FLAG, offsetof(struct fake_mode, silent) },
	{ "deaf", SET_FLAG, offsetof(struct fake_mode, deaf) },
};

void act_mode_init(struct fake_mode *m)
{
	*m = (struct fake_mode){ .heartbeat_ms = 5000,
				 .identify_ms = 5000,
				 .starts = 1000,
				 .privileged = INTENT_CONTENT,
				 .bucket_n = 5,
				 .bucket_ms = 500,
				 .global_n = 50 };
}

static bool set_one(struct fake_mode *m, const char *name, const json_t *value)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		void *at = (char *)m + settings[i].at;

		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (settings[i].kind == SET_NUMBER)
			*(int64_t *)at = json_integer_value(value);
		else
			*(bool *)at = json_is_true(value);
		return true;
	}
	return !strcmp(name, "do");
}

static json_t *act_set(struct fake *f, const json_t *order, struct buf *why)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)order, name, value)
	{
		if (set_one(&f->mode, name, value))
			continue;
		buf_addf(why, "no setting %s", name);
		return NULL;
	}
	return done();
}

/* People */

static json_t *act_user(struct fake *f, const json_t *order, struct buf *why)
{
	json_t *user;

	if (!text_of(order, "name")) {
		buf_adds(why, "no name");
		return NULL;
	}
	user = place_user(&f->place, text_of(order, "name"));
	if (text_of(order, "nick"))
		json_object_set(user, "_nick", json_object_get(order, "nick"));
	if (text_of(order, "global"))
		json_object_set(user, "global_name", json_object_get(order, "global"));
	if (is_true(order, "bot"))
		json_object_set_new(user, "bot", json_true());
	return id_of(user);
}

static json_t *act_channel(struct fake *f, const json_t *order, struct buf *why)
{
	if (text_of(order, "name"))
		return id_of(place_channel(&f->place, text_of(order, "name")));
	buf_adds(why, "no name");
	return NULL;
}

static json_t *as_mentioned(const json_t *user)
{
	json_t *copy = json_deep_copy(user);

	json_object_del(copy, "_nick");
	json_object_set_new(copy, "member", place_member(user));
	return copy;
}

/* Everybody whose <@ID> stands in the content. */
static json_t *mentioned(struct fake *f, const char *content)
{
	json_t *all = json_array(), *user;
	const char *name;
	char mark[32];

	json_object_foreach(f->place.users, name, user)
	{
		snprintf(mark, sizeof(mark), "<@%s>", text_of(user, "id"));
		if (strstr(content, mark))
			json_array_append_new(all, as_mentioned(user));
	}
	return all;
}

static void add_files(struct fake *f, json_t *draft, const json_t *files)
{
	json_t *all = json_object_get(draft, "attachments"), *name;
	char id[24], url[400];
	size_t i;

	json_array_foreach(files, i, name)
	{
		const char *file = json_string_value(name);

		place_id(&f->place, id);
		snprintf(url, sizeof(url),
			 "https://cdn.discordapp.com/attachments/1/%s/%.200s?ex=66&is=65&hm=abc",
			 id, file);
		json_array_append_new(all, json_pack("{ss ss si ss ss ss}", "id", id, "filename",
						     file, "size", 30212, "url", url, "proxy_url",
						     url, "content_type", "image/png"));
	}
}

static void add_stickers(struct fake *f, json_t *draft, const json_t *names)
{
	json_t *all = json_array(), *name;
	char id[24];
	size_t i;

	json_array_foreach(names, i, name)
		json_array_append_new(all, json_pack("{ss sO si}", "id", place_id(&f->place, id),
						     "name", name, "format_type", 1));
	json_object_set_new(draft, "sticker_items", all);
}

static void add_reply(struct fake *f, json_t *draft, const char *id)
{
	const struct message *old = place_find(&f->place, id);

	json_object_set_new(draft, "type", json_integer(19));
	json_object_set_new(draft, "message_reference",
			    json_pack("{ss so ss}", "message_id", id, "channel_id",
				      json_incref(json_object_get(draft, "channel_id")), "guild_id",
				      PLACE_GUILD));
	json_object_set_new(draft, "referenced_message",
			    old && !old->deleted ? place_show(old) : json_null());
}

/* Whoever it is; the words for the transcript in `how`. */
static void add_author(struct fake *f, json_t *draft, const json_t *order, char *how)
{
	const char *hook = text_of(order, "webhook"), *name = text_of(order, "user");
	json_t *author;

	if (hook) {
		author = json_pack("{ss ss ss sn sb}", "id", "1100000000000000555", "username",
				   hook, "discriminator", "0000", "avatar", "bot", 1);
		json_object_set_new(draft, "webhook_id", json_string("1100000000000000555"));
	} else {
		author = json_deep_copy(place_user(&f->place, name));
		if (is_true(order, "bot"))
			json_object_set_new(author, "bot", json_true());
	}
	json_object_set_new(draft, "author", author);
	snprintf(how, MESSAGE_HOW, "[%s]", hook ? hook : name);
}

static struct message *write_one(struct fake *f, const json_t *order, const char *content)
{
	json_t *channel = place_channel(&f->place, text_of(order, "channel"));
	struct buf text = { 0 };
	char how[MESSAGE_HOW];
	struct message *m;
	json_t *draft;

	place_mentions(&f->place, &text, content);
	buf_addc(&text, '\0');
	draft = place_draft(&f->place, text_of(channel, "id"), buf_p(&text));
	add_author(f, draft, order, how);
	json_object_set_new(draft, "mentions", mentioned(f, buf_p(&text)));
	json_object_set_new(draft, "mention_everyone", json_boolean(strstr(content, "@everyone")));
	add_files(f, draft, json_object_get(order, "files"));
	if (json_object_get(order, "stickers"))
		add_stickers(f, draft, json_object_get(order, "stickers"));
	if (text_of(order, "reply"))
		add_reply(f, draft, text_of(order, "reply"));
	if (is_true(order, "system"))
		json_object_set_new(draft, "type", json_integer(7));
	m = place_keep(&f->place, draft, how);
	m->is_private = is_true(order, "private");
	buf_done(&text);
	return m;
}

static json_t *act_write(struct fake *f, const json_t *order, struct buf *why)
{
	int64_t times = json_integer_value(json_object_get(order, "times"));
	const char *content = text_of(order, "content");
	struct message *m = NULL;

	if (!text_of(order, "channel") || !content ||
	    (!text_of(order, "user") && !text_of(order, "webhook"))) {
		buf_adds(why, "channel, user and content are needed");
		return NULL;
	}
	for (int64_t i = 1; i <= times || !m; i++) {
		struct buf text = { 0 };

		buf_adds(&text, content);
		if (times)
			buf_addf(&text, " %lld", (long long)i);
		buf_addc(&text, '\0');
		m = write_one(f, order, buf_p(&text));
		if (!is_true(order, "silent"))
			fake_tell_message(f, m, "MESSAGE_CREATE");
		buf_done(&text);
	}
	return id_of(m->json);
}

static struct message *message_of(struct fake *f, const json_t *order, struct buf *why)
{
	struct message *m = place_find(&f->place, text_of(order, "id"));

	if (!m)
		buf_adds(why, "no such message");
	return m;
}

static json_t *act_edit(struct fake *f, const json_t *order, struct buf *why)
{
	struct message *m = message_of(f, order, why);
	struct buf text = { 0 };
	char now[40];

	if (!m || !text_of(order, "content"))
		return NULL;
	place_mentions(&f->place, &text, text_of(order, "content"));
	buf_addc(&text, '\0');
	json_object_set_new(m->json, "content", json_string(buf_p(&text)));
	json_object_set_new(m->json, "edited_timestamp", json_string(place_time(now)));
	m->edited = true;
	fake_tell_message(f, m, "MESSAGE_UPDATE");
	buf_done(&text);
	return done();
}

/* Discord itself puts a picture of a link under it: an update that nobody has made. */
static json_t *act_unfurl(struct fake *f, const json_t *order, struct buf *why)
{
	struct message *m = message_of(f, order, why);

	if (!m)
		return NULL;
	json_object_set_new(m->json, "embeds",
			    json_pack("[{ss ss ss}]", "type", "link", "url", "https://example.org/",
				      "title", "Example"));
	fake_tell_message(f, m, "MESSAGE_UPDATE");
	return done();
}

static json_t *act_delete(struct fake *f, const json_t *order, struct buf *why)
{
	struct message *m = message_of(f, order, why);

	if (!m)
		return NULL;
	m->deleted = true;
	fake_tell_message(f, m, "MESSAGE_DELETE");
	return done();
}

static json_t *act_slash(struct fake *f, const json_t *order, struct buf *why)
{
	char *id = rest_slash(f->rest, order);
	json_t *answer = id ? json_pack("{ss}", "id", id) : NULL;

	if (!id)
		buf_adds(why, "no such command was registered");
	free(id);
	return answer;
}

/* The weather */

static void tell_unknown(struct fake *f)
{
	gate_op(f->gate, 97, json_pack("{ss}", "what", "nobody knows"));
	gate_tell(f->gate, "SOMETHING_NEW", json_pack("[i,n,{s[]}]", 1, "deep"), 0);
	gate_tell(f->gate, "TYPING_START", json_pack("{ss}", "guild_id", PLACE_GUILD), 0);
}

static void tell_big(struct fake *f, int64_t bytes)
{
	struct buf text = { 0 };

	for (int64_t i = 0; i < bytes; i++)
		buf_addc(&text, (char)('a' + i % 26));
	buf_addc(&text, '\0');
	gate_tell(f->gate, "SOMETHING_BIG", json_pack("{ss}", "text", buf_p(&text)), 0);
	buf_done(&text);
}

static bool gateway_plain(struct fake *f, const char *what)
{
	if (!strcmp(what, "reconnect"))
		gate_op(f->gate, 7, json_null());
	else if (!strcmp(what, "invalid"))
		gate_op(f->gate, 9, json_false());
	else if (!strcmp(what, "resumable"))
		gate_op(f->gate, 9, json_true());
	else if (!strcmp(what, "beat"))
		gate_op(f->gate, 1, json_null());
	else if (!strcmp(what, "ping"))
		gate_ping(f->gate);
	else if (!strcmp(what, "again"))
		gate_again(f->gate);
	else if (!strcmp(what, "unknown"))
		tell_unknown(f);
	else if (!strcmp(what, "garbage"))
		gate_raw(f->gate, SPAN("{\"op\":0,\"d\":[[[{\"s\":\"\\ud800"), false);
	else if (!strcmp(what, "binary"))
		gate_raw(f->gate, SPAN("\203\000\001"), true);
	else if (!strcmp(what, "cut"))
		gate_cut(f->gate);
	else if (!strcmp(what, "forget"))
		gate_forget(f->gate);
	else if (!strcmp(what, "expire"))
		gate_expire(f->gate);
	else
		return false;
	return true;
}

static json_t *act_gateway(struct fake *f, const json_t *order, struct buf *why)
{
	const char *what = text_of(order, "act");

	if (!what) {
		buf_adds(why, "no act");
		return NULL;
	}
	if (!strcmp(what, "close"))
		gate_close(f->gate, (uint16_t)json_integer_value(json_object_get(order, "code")));
	else if (!strcmp(what, "big"))
		tell_big(f, json_integer_value(json_object_get(order, "bytes")));
	else if (!strcmp(what, "refuse"))
		gate_refuse(f->gate, json_integer_value(json_object_get(order, "times")),
			    (int)json_integer_value(json_object_get(order, "status")));
	else if (!gateway_plain(f, what)) {
		buf_adds(why, "no such act");
		return NULL;
	}
	return done();
}

static json_t *act_fault(struct fake *f, const json_t *order, struct buf *why)
{
	if (rest_fault(f->rest, order))
		return done();
	buf_adds(why, "no such fault");
	return NULL;
}

static json_t *act_well(struct fake *f, UNUSED const json_t *order, UNUSED struct buf *why)
{
	rest_no_faults(f->rest);
	gate_refuse(f->gate, 0, 0);
	return done();
}

/* Nobody is there any more; what was there before is there again afterwards, and so are the sessions. */
static json_t *listen_all(struct fake *f, bool on, struct buf *why)
{
	int r = rest_listen(f->rest, on);

	if (r == 0)
		r = gate_listen(f->gate, on);
	rest_cut(f->rest, !on);
	if (!on)
		gate_cut(f->gate);
	if (r == 0)
		return done();
	buf_adds(why, strerror(-r));
	return NULL;
}

static json_t *act_down(struct fake *f, UNUSED const json_t *order, struct buf *why)
{
	return listen_all(f, false, why);
}

static json_t *act_up(struct fake *f, UNUSED const json_t *order, struct buf *why)
{
	return listen_all(f, true, why);
}

static json_t *act_unhook(struct fake *f, const json_t *order, struct buf *why)
{
	if (!text_of(order, "channel")) {
		buf_adds(why, "no channel");
		return NULL;
	}
	rest_drop_webhooks(f->rest, text_of(order, "channel"));
	gate_tell(f->gate, "WEBHOOKS_UPDATE",
		  json_pack("{ss sO}", "guild_id", PLACE_GUILD, "channel_id",
			    json_object_get(place_channel(&f->place, text_of(order, "channel")),
					    "id")),
		  1 << 5);
	return done();
}

static json_t *act_permit(struct fake *f, const json_t *order, struct buf *why)
{
	if (!text_of(order, "channel")) {
		buf_adds(why, "no channel");
		return NULL;
	}
	rest_permit(f->rest, text_of(order, "channel"), is_true(order, "may"));
	return done();
}

static json_t *act_token(struct fake *f, const json_t *order, struct buf *why)
{
	const char *token = text_of(order, "token");

	if (!token) {
		buf_adds(why, "no token");
		return NULL;
	}
	free(f->token);
	f->token = base_dup(token, strlen(token));
	return done();
}

struct word {
	const char *name;
	json_t *(*run)(struct fake *f, const json_t *order, struct buf *why);
};

static const struct word words[] = {
	{ "write", act_write },	  { "edit", act_edit },	      { "unfurl", act_unfurl },
	{ "delete", act_delete }, { "user", act_user },	      { "channel", act_channel },
	{ "slash", act_slash },	  { "gateway", act_gateway }, { "fault", act_fault },
	{ "well", act_well },	  { "down", act_down },	      { "up", act_up },
	{ "unhook", act_unhook }, { "permit", act_permit },   { "token", act_token },
	{ "set", act_set },
};

json_t *act(struct fake *f, const json_t *order, struct buf *why)
{
	const char *name = text_of(order, "do");

	for (size_t i = 0; name && i < ARRAY_LEN(words); i++)
		if (!strcmp(words[i].name, name))
			return words[i].run(f, order, why);
	buf_adds(why, "no such order");
	return NULL;
}
