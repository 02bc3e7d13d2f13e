/*
 * rest_hook.c - routes of webhooks and messages.  A message is there once it was taken, whatever becomes of the answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/form.h"
#include "tests/fake/discord/rest.h"

enum { HOOKS_MAX = 15, LIMIT_MAX = 100, LIMIT_USUAL = 50 };

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static json_t *channel_of(struct call *c)
{
	json_t *channel = place_channel_by_id(&c->fake->place, c->args[0]);

	if (!channel)
		call_fail(c, 404, 10003, "Unknown Channel");
	return channel;
}

/* Webhooks */

static bool may_hook(struct call *c)
{
	if (!channel_of(c))
		return false;
	if (call_may_hook(c, c->args[0]))
		return true;
	call_fail(c, 403, 50013, "Missing Permissions");
	return false;
}

/* A webhook of somebody else's application is shown without its token. */
static json_t *show_hook(const json_t *hook)
{
	json_t *copy = json_deep_copy(hook);

	if (!json_is_string(json_object_get(hook, "application_id")))
		json_object_del(copy, "token");
	json_object_del(copy, "_gone");
	return copy;
}

static bool is_gone(const json_t *hook)
{
	return json_is_true(json_object_get(hook, "_gone"));
}

static void get_hooks(struct call *c)
{
	const char *id;
	json_t *hook;

	if (!may_hook(c))
		return;
	c->answer = json_array();
	json_object_foreach(c->fake->place.webhooks, id,
			    hook) if (!strcmp(text_of(hook, "channel_id"), c->args[0]) &&
				      !is_gone(hook))
		json_array_append_new(c->answer, show_hook(hook));
}

static size_t count_hooks(struct call *c)
{
	size_t n = 0;
	const char *id;
	json_t *hook;

	json_object_foreach(c->fake->place.webhooks, id, hook) n +=
		!strcmp(text_of(hook, "channel_id"), c->args[0]) && !is_gone(hook);
	return n;
}

static void make_hook(struct call *c)
{
	struct place *p = &c->fake->place;
	struct buf why = { 0 };
	char id[24], token[80], url[200];

	if (!form_new_webhook(c->body, &why)) {
		buf_addc(&why, '\0');
		call_malformed(c, buf_p(&why));
		buf_done(&why);
		return;
	}
	if (!may_hook(c))
		return;
	if (count_hooks(c) >= HOOKS_MAX) {
		call_misuse(c, "one webhook after another");
		call_fail(c, 400, 30007, "Maximum number of webhooks reached (15)");
		return;
	}
	place_id(p, id);
	snprintf(token, sizeof(token), "hook-%s-abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJ", id);
	snprintf(url, sizeof(url), "https://discord.com/api/webhooks/%s/%s", id, token);
	json_object_set_new(p->webhooks, id,
			    json_pack("{ss si ss ss sO sn ss ss ss so}", "id", id, "type", 1,
				      "guild_id", PLACE_GUILD, "channel_id", c->args[0], "name",
				      json_object_get(c->body, "name"), "avatar", "token", token,
				      "application_id", PLACE_APPLICATION, "url", url, "user",
				      place_bot()));
	c->answer = show_hook(json_object_get(p->webhooks, id));
}

/* The webhook of the first two arguments; NULL: it is refused. Who was told that it is gone has no business with it. */
static json_t *hook_of(struct call *c)
{
	json_t *hook = json_object_get(c->fake->place.webhooks, c->args[0]);

	if (hook && !is_gone(hook)) {
		if (!strcmp(text_of(hook, "token"), c->args[1]))
			return hook;
		call_misuse(c, "a token that the webhook has not");
		call_fail(c, 401, 50027, "Invalid Webhook Token");
		return NULL;
	}
	if (!hook || json_object_get(hook, "_told"))
		call_misuse(c, "a webhook that is not there");
	else
		json_object_set_new(hook, "_told", json_true());
	call_fail(c, 404, 10015, "Unknown Webhook");
	return NULL;
}

static void get_hook(struct call *c)
{
	json_t *hook = hook_of(c);

	if (hook)
		c->answer = show_hook(hook);
}

static void get_hook_bare(struct call *c)
{
	json_t *hook = json_object_get(c->fake->place.webhooks, c->args[0]);

	if (hook && !is_gone(hook))
		c->answer = show_hook(hook);
	else
		call_fail(c, 404, 10015, "Unknown Webhook");
}

void rest_drop_webhooks(struct rest *r, const char *channel)
{
	struct place *p = &rest_world(r)->place;
	const char *its = text_of(place_channel(p, channel), "id"), *id;
	json_t *hook;

	json_object_foreach(p->webhooks, id, hook) if (!strcmp(text_of(hook, "channel_id"), its))
		json_object_set_new(hook, "_gone", json_true());
}

/* Messages */

bool call_check_message(struct call *c, enum form_kind kind, json_t *body)
{
	struct buf why = { 0 };
	bool fine = form_message(kind, body, &why);

	buf_addc(&why, '\0');
	if (!fine)
		call_malformed(c, buf_p(&why));
	else if (!form_pings_nobody(body))
		call_misuse(c, "allowed_mentions is not {\"parse\":[]}");
	buf_done(&why);
	return fine;
}

void call_fill(const json_t *body, json_t *draft)
{
	const char *content = text_of(body, "content");
	json_t *embeds = json_object_get(body, "embeds"), *embed;
	size_t n, i;

	content = content ? content + strspn(content, " \t\r\n") : "";
	n = strlen(content);
	while (n && strchr(" \t\r\n", content[n - 1]))
		n--;
	json_object_set_new(draft, "content", json_stringn(content, n));
	json_object_set_new(draft, "embeds", embeds ? json_deep_copy(embeds) : json_array());
	json_array_foreach(json_object_get(draft, "embeds"), i, embed)
		json_object_set_new(embed, "type", json_string("rich"));
}

static struct message *keep_from_hook(struct call *c, const json_t *hook)
{
	const char *name = text_of(c->body, "username");
	json_t *draft = place_draft(&c->fake->place, text_of(hook, "channel_id"), "");
	char how[MESSAGE_HOW];

	if (!name)
		name = text_of(hook, "name");
	call_fill(c->body, draft);
	json_object_set_new(draft, "author",
			    json_pack("{ss ss ss sn sb}", "id", text_of(hook, "id"), "username",
				      name, "discriminator", "0000", "avatar", "bot", 1));
	json_object_set(draft, "webhook_id", json_object_get(hook, "id"));
	json_object_set(draft, "application_id", json_object_get(hook, "application_id"));
	snprintf(how, sizeof(how), "<%s>", name);
	return place_keep(&c->fake->place, draft, how);
}

/* The answer of a webhook that was asked to wait; without, nobody knows what became of it. */
static void execute(struct call *c)
{
	json_t *hook;

	if (!strcmp(c->args[0], PLACE_APPLICATION)) {
		slash_followup(c);
		return;
	}
	hook = hook_of(c);
	if (!hook || !call_check_message(c, FORM_WEBHOOK, c->body))
		return;
	if (!strstr(c->query, "wait=true"))
		call_misuse(c, "a webhook that was not asked to wait=true");
	report_add(&c->fake->report, "executed", 1);
	c->made = keep_from_hook(c, hook);
	c->answer = place_show(c->made);
}

static void create_message(struct call *c)
{
	json_t *draft;

	if (!channel_of(c) || !call_check_message(c, FORM_MESSAGE, c->body))
		return;
	draft = place_draft(&c->fake->place, c->args[0], "");
	call_fill(c->body, draft);
	json_object_set_new(draft, "author", place_bot());
	if (json_object_get(c->body, "nonce"))
		json_object_set(draft, "nonce", json_object_get(c->body, "nonce"));
	c->made = place_keep(&c->fake->place, draft, "{bot}");
	c->answer = place_show(c->made);
}

static uint64_t query_number(const char *query, const char *name, uint64_t fallback)
{
	size_t n = strlen(name);

	for (const char *at = query; (at = strstr(at, name)); at++)
		if ((at == query || at[-1] == '&') && at[n] == '=')
			return strtoull(at + n + 1, NULL, 10);
	return fallback;
}

static bool is_wanted(const struct message *m, const char *channel, uint64_t after, uint64_t before)
{
	return !m->deleted && !m->is_private && m->id > after && m->id < before &&
	       !strcmp(text_of(m->json, "channel_id"), channel);
}

/* With ?after= those right behind it, else the newest; in any case the newest first. */
static void get_messages(struct call *c)
{
	uint64_t after = query_number(c->query, "after", 0);
	uint64_t before = query_number(c->query, "before", UINT64_MAX);
	uint64_t limit = query_number(c->query, "limit", LIMIT_USUAL);
	const struct place *p = &c->fake->place;

	if (!channel_of(c))
		return;
	if (limit < 1 || limit > LIMIT_MAX || strstr(c->query, "around=") ||
	    (after && before != UINT64_MAX)) {
		call_malformed(c, "what is behind the question mark");
		return;
	}
	c->answer = json_array();
	for (size_t i = 0; i < p->n_messages && json_array_size(c->answer) < limit; i++) {
		const struct message *m = &p->messages[after ? i : p->n_messages - 1 - i];

		if (!is_wanted(m, c->args[0], after, before))
			continue;
		if (after)
			json_array_insert_new(c->answer, 0, place_show(m));
		else
			json_array_append_new(c->answer, place_show(m));
	}
}

static struct message *message_of(struct call *c, const char *id)
{
	struct message *m = place_find(&c->fake->place, id);

	if (m && !m->deleted)
		return m;
	call_fail(c, 404, 10008, "Unknown Message");
	return NULL;
}

static void get_message(struct call *c)
{
	struct message *m = message_of(c, c->args[1]);

	if (m)
		c->answer = place_show(m);
}

/* One that this webhook wrote. */
static struct message *own_message(struct call *c)
{
	struct message *m;

	if (!hook_of(c))
		return NULL;
	m = message_of(c, c->args[2]);
	if (!m)
		return NULL;
	if (text_of(m->json, "webhook_id") && !strcmp(text_of(m->json, "webhook_id"), c->args[0]))
		return m;
	call_misuse(c, "a message that another wrote");
	call_fail(c, 404, 10008, "Unknown Message");
	return NULL;
}

static void get_hook_message(struct call *c)
{
	struct message *m = own_message(c);

	if (m)
		c->answer = place_show(m);
}

static void edit_hook_message(struct call *c)
{
	struct message *m;
	char now[40];

	if (!strcmp(c->args[0], PLACE_APPLICATION)) {
		slash_edit(c);
		return;
	}
	m = own_message(c);
	if (!m || !call_check_message(c, FORM_EDIT, c->body))
		return;
	call_fill(c->body, m->json);
	m->edited = true;
	json_object_set_new(m->json, "edited_timestamp", json_string(place_time(now)));
	fake_tell_message(c->fake, m, "MESSAGE_UPDATE");
	c->answer = place_show(m);
}

static void delete_hook_message(struct call *c)
{
	struct message *m = own_message(c);

	if (!m)
		return;
	m->deleted = true;
	c->status = 204;
	fake_tell_message(c->fake, m, "MESSAGE_DELETE");
}

const struct route rest_hook_routes[] = {
	{ "hooks", "GET", "/channels/{}/webhooks", get_hooks, false, false },
	{ "new_hook", "POST", "/channels/{}/webhooks", make_hook, false, false },
	{ "messages", "GET", "/channels/{}/messages", get_messages, false, false },
	{ "message", "GET", "/channels/{}/messages/{}", get_message, false, false },
	{ "create", "POST", "/channels/{}/messages", create_message, false, false },
	{ "hook", "GET", "/webhooks/{}", get_hook_bare, false, false },
	{ "hook", "GET", "/webhooks/{}/{}", get_hook, true, false },
	{ "execute", "POST", "/webhooks/{}/{}", execute, true, false },
	{ "hook_message", "GET", "/webhooks/{}/{}/messages/{}", get_hook_message, true, false },
	{ "edit", "PATCH", "/webhooks/{}/{}/messages/{}", edit_hook_message, true, false },
	{ "remove", "DELETE", "/webhooks/{}/{}/messages/{}", delete_hook_message, true, false },
};
const size_t rest_n_hook_routes = ARRAY_LEN(rest_hook_routes);
