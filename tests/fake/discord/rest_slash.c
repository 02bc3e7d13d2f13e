/*
 * rest_slash.c - slash commands: registered by the bot, used by people, answered within three seconds.
 *
 * An interaction is an object {id, token, name, user, channel, at, state, original}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/gate.h"
#include "tests/fake/discord/rest.h"

enum { ANSWER_US = 3000000, ANSWER_NOW = 4, ANSWER_LATER = 5, EPHEMERAL = 64, LOADING = 128 };

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

/* Commands */

static bool is_own(struct call *c)
{
	if (!strcmp(c->args[0], PLACE_APPLICATION) &&
	    (!c->args[1][0] || !strcmp(c->args[1], PLACE_GUILD)))
		return true;
	call_misuse(c, "an application or guild that is not its own");
	call_fail(c, 404, 10002, "Unknown Application");
	return false;
}

static void get_commands(struct call *c)
{
	if (is_own(c))
		c->answer = json_incref(c->fake->place.commands);
}

static void put_commands(struct call *c)
{
	struct buf why = { 0 };
	bool fine = form_commands(c->body, &why);
	size_t i;
	json_t *command;
	char id[24];

	buf_addc(&why, '\0');
	if (!fine)
		call_malformed(c, buf_p(&why));
	buf_done(&why);
	if (!fine || !is_own(c))
		return;
	json_decref(c->fake->place.commands);
	c->fake->place.commands = json_deep_copy(c->body);
	json_array_foreach(c->fake->place.commands, i, command)
	{
		json_object_set_new(command, "id", json_string(place_id(&c->fake->place, id)));
		json_object_set_new(command, "application_id", json_string(PLACE_APPLICATION));
		json_object_set_new(command, "version", json_string(id));
	}
	c->answer = json_incref(c->fake->place.commands);
}

/* Somebody uses one */

static json_t *command_of(struct place *p, const char *name)
{
	size_t i;
	json_t *command;

	json_array_foreach(p->commands, i,
			   command) if (!strcmp(text_of(command, "name"), name)) return command;
	return NULL;
}

static json_t *options_of(const json_t *order)
{
	json_t *all = json_array(), *value;
	const char *name;

	json_object_foreach(json_object_get(order, "options"), name, value)
		json_array_append_new(all, json_pack("{ss si sO}", "name", name, "type", 3, "value",
						     value));
	return all;
}

/* As the gateway tells it: from a guild with a member, from a private talk with a user. */
static json_t *event_of(struct rest *r, const json_t *order, const json_t *interaction)
{
	struct place *p = &rest_world(r)->place;
	json_t *user = place_user(p, text_of(order, "user"));
	json_t *channel = place_channel(p, text_of(order, "channel"));
	json_t *shown = json_deep_copy(user), *member;
	json_t *d =
		json_pack("{ss ss si ss si so ss ss s[] s{} so}", "id", text_of(interaction, "id"),
			  "application_id", PLACE_APPLICATION, "type", 2, "token",
			  text_of(interaction, "token"), "version", 1, "channel_id",
			  json_incref(json_object_get(channel, "id")), "locale", "en-GB",
			  "app_permissions", "562949953601536", "entitlements",
			  "authorizing_integration_owners", "data",
			  json_pack("{sO ss si so}", "id",
				    json_object_get(command_of(p, text_of(order, "name")), "id"),
				    "name", text_of(order, "name"), "type", 1, "options",
				    options_of(order)));

	json_object_del(shown, "_nick");
	if (json_is_true(json_object_get(order, "private"))) {
		json_object_set_new(d, "context", json_integer(1));
		json_object_set_new(d, "user", shown);
		return d;
	}
	member = place_member(user);
	json_object_set_new(member, "user", shown);
	json_object_set_new(member, "permissions", json_string("2147483647"));
	json_object_set_new(d, "member", member);
	json_object_set_new(d, "guild_id", json_string(PLACE_GUILD));
	json_object_set_new(d, "channel", json_deep_copy(channel));
	json_object_set_new(d, "context", json_integer(0));
	return d;
}

char *rest_slash(struct rest *r, const json_t *order)
{
	struct fake *f = rest_world(r);
	char id[24], token[100];
	json_t *interaction, *channel;

	if (!text_of(order, "name") || !text_of(order, "user") || !text_of(order, "channel") ||
	    !command_of(&f->place, text_of(order, "name")))
		return NULL;
	channel = place_channel(&f->place, text_of(order, "channel"));
	place_id(&f->place, id);
	snprintf(token, sizeof(token), "aW50ZXJhY3Rpb246%s-secret", id);
	interaction = json_pack("{ss ss ss ss sO sI si}", "id", id, "token", token, "name",
				text_of(order, "name"), "user", text_of(order, "user"), "channel",
				json_object_get(channel, "id"), "at", (json_int_t)fake_now(f),
				"state", 0);
	json_array_append_new(rest_interactions(r), interaction);
	report_add(&f->report, "interactions", 1);
	gate_tell(f->gate, "INTERACTION_CREATE", event_of(r, order, interaction), 0);
	return base_dup(id, strlen(id));
}

/* It is answered */

static json_t *find(struct call *c, const char *member, const char *value)
{
	size_t i;
	json_t *interaction;

	json_array_foreach(rest_interactions(c->fake->rest), i,
			   interaction) if (!strcmp(text_of(interaction, member),
						    value)) return interaction;
	return NULL;
}

/* A message, seen by all or by who asked. */
static struct message *keep(struct call *c, const json_t *interaction, const json_t *data)
{
	struct place *p = &c->fake->place;
	json_t *draft = place_draft(p, text_of(interaction, "channel"), "");
	char how[MESSAGE_HOW];
	struct message *m;

	call_fill(data, draft);
	json_object_set_new(draft, "author", place_bot());
	json_object_set_new(draft, "application_id", json_string(PLACE_APPLICATION));
	json_object_set_new(draft, "webhook_id", json_string(PLACE_APPLICATION));
	snprintf(how, sizeof(how), "/%s %s:", text_of(interaction, "name"),
		 text_of(interaction, "user"));
	m = place_keep(p, draft, how);
	m->is_private = json_integer_value(json_object_get(data, "flags")) & EPHEMERAL;
	report_add(&c->fake->report, "answered", 1);
	return m;
}

static void answer_now(struct call *c, json_t *interaction, const json_t *data)
{
	struct message *m = keep(c, interaction, data);

	json_object_set(interaction, "original", json_object_get(m->json, "id"));
	if (!m->is_private)
		c->made = m;
}

static void answer_interaction(struct call *c)
{
	json_t *interaction = find(c, "id", c->args[0]);
	json_t *data = json_object_get(c->body, "data");
	int64_t type = json_integer_value(json_object_get(c->body, "type"));
	struct buf why = { 0 };
	bool fine = form_callback(c->body, &why);

	buf_addc(&why, '\0');
	if (!fine)
		call_malformed(c, buf_p(&why));
	buf_done(&why);
	if (!fine || (type == ANSWER_NOW && !call_check_message(c, FORM_CALLBACK_DATA, data)))
		return;
	if (!interaction || strcmp(text_of(interaction, "token"), c->args[1]) != 0) {
		call_misuse(c, "an interaction that is not there");
		call_fail(c, 404, 10062, "Unknown interaction");
		return;
	}
	if (fake_now(c->fake) >
	    (uint64_t)json_integer_value(json_object_get(interaction, "at")) + ANSWER_US) {
		report_add(&c->fake->report, "late_answers", 1);
		call_fail(c, 404, 10062, "Unknown interaction");
		return;
	}
	if (json_integer_value(json_object_get(interaction, "state"))) {
		report_add(&c->fake->report, "double_answers", 1);
		call_fail(c, 400, 40060, "Interaction has already been acknowledged.");
		return;
	}
	json_object_set_new(interaction, "state", json_integer(type));
	json_object_set_new(interaction, "flags",
			    json_integer(json_integer_value(json_object_get(data, "flags"))));
	if (type == ANSWER_NOW)
		answer_now(c, interaction, data);
	c->status = 204;
}

/* It was answered already; else NULL, and this is refused. */
static json_t *answered(struct call *c)
{
	json_t *interaction = find(c, "token", c->args[1]);

	if (interaction && json_integer_value(json_object_get(interaction, "state")))
		return interaction;
	call_misuse(c, "an interaction that was not answered");
	call_fail(c, 404, 10015, "Unknown Webhook");
	return NULL;
}

/* What was promised comes; how it is seen was said when it was promised. */
static void fulfil(struct call *c, json_t *interaction)
{
	struct message *m = keep(c, interaction, c->body);

	m->is_private = json_integer_value(json_object_get(interaction, "flags")) & EPHEMERAL;
	json_object_set(interaction, "original", json_object_get(m->json, "id"));
	json_object_set_new(interaction, "state", json_integer(ANSWER_NOW));
	if (!m->is_private)
		c->made = m;
	c->answer = place_show(m);
}

static bool is_promised(const json_t *interaction)
{
	return json_integer_value(json_object_get(interaction, "state")) == ANSWER_LATER;
}

void slash_followup(struct call *c)
{
	json_t *interaction = answered(c);
	struct message *m;

	if (!interaction || !call_check_message(c, FORM_FOLLOWUP, c->body))
		return;
	if (is_promised(interaction)) {
		fulfil(c, interaction);
		return;
	}
	m = keep(c, interaction, c->body);
	if (!m->is_private)
		c->made = m;
	c->answer = place_show(m);
}

void slash_edit(struct call *c)
{
	json_t *interaction = answered(c);
	struct message *m;

	if (!interaction || !call_check_message(c, FORM_EDIT, c->body))
		return;
	if (strcmp(c->args[2], "@original") != 0) {
		call_fail(c, 404, 10008, "Unknown Message");
		return;
	}
	if (is_promised(interaction)) {
		fulfil(c, interaction);
		return;
	}
	m = place_find(&c->fake->place, text_of(interaction, "original"));
	call_fill(c->body, m->json);
	m->edited = true;
	c->answer = place_show(m);
}

const struct route rest_slash_routes[] = {
	{ "commands", "GET", "/applications/{}/commands", get_commands, false, false },
	{ "commands", "GET", "/applications/{}/guilds/{}/commands", get_commands, false, false },
	{ "put_commands", "PUT", "/applications/{}/commands", put_commands, false, false },
	{ "put_commands", "PUT", "/applications/{}/guilds/{}/commands", put_commands, false,
	  false },
	{ "callback", "POST", "/interactions/{}/{}/callback", answer_interaction, true, true },
};
const size_t rest_n_slash_routes = ARRAY_LEN(rest_slash_routes);
