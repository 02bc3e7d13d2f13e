/*
 * form.c - see form.h.  Bodies are tables of members; a length is in characters.
 */
#include "tests/fake/discord/form.h"

#include <string.h>
#include <strings.h>

enum { EMBEDS_MAX = 10, EMBED_TOTAL = 6000, FIELDS_MAX = 25, COMMANDS_MAX = 100, OPTIONS_MAX = 25 };
enum { FLAG_SUPPRESS_EMBEDS = 1 << 2, FLAG_EPHEMERAL = 1 << 6, FLAG_SILENT = 1 << 12 };

enum value { TEXT, URL, NUMBER, COLOUR, FLAG, TIME, LIST, OBJECT, ANY };

struct member {
	const char *name;
	enum value value;
	size_t least, most; /* characters, or elements */
	bool required;
	bool (*check)(const json_t *value, struct buf *why);
};

struct table {
	const struct member *members;
	size_t n;
};

#define TABLE(members) ((struct table){ members, ARRAY_LEN(members) })

static size_t characters(const json_t *value)
{
	size_t n = 0;

	for (const char *at = json_string_value(value); at && *at; at++)
		n += ((unsigned char)*at & 0xc0) != 0x80;
	return n;
}

static bool no(struct buf *why, const char *name, const char *what)
{
	buf_addf(why, "%s: %s", name, what);
	return false;
}

static bool is_url(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && (!strncmp(text, "https://", 8) || !strncmp(text, "http://", 7)) &&
	       !strpbrk(text, " \n\r\t<>\"") && strchr(text, '/')[2] != '\0';
}

static bool is_number(const json_t *value, int64_t most)
{
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       json_integer_value(value) <= most;
}

static bool is_time(const json_t *value)
{
	const char *t = json_string_value(value);

	return t && strlen(t) >= 20 && t[4] == '-' && t[7] == '-' && t[10] == 'T' && t[13] == ':' &&
	       t[16] == ':' && (strchr(t, 'Z') || strchr(t + 19, '+') || strchr(t + 19, '-'));
}

static bool is_value(const struct member *m, const json_t *value)
{
	switch (m->value) {
	case TEXT:
		return json_is_string(value);
	case URL:
		return is_url(value) && characters(value) <= 2048;
	case NUMBER:
		return json_is_integer(value);
	case COLOUR:
		return is_number(value, 0xffffff);
	case FLAG:
		return json_is_boolean(value);
	case TIME:
		return is_time(value);
	case LIST:
		return json_is_array(value);
	case OBJECT:
		return json_is_object(value);
	case ANY:
		return true;
	}
	return false;
}

static bool has_size(const struct member *m, const json_t *value)
{
	size_t n = json_is_array(value) ? json_array_size(value) : characters(value);

	return (m->value != TEXT && m->value != LIST) || (n >= m->least && n <= m->most);
}

static const struct member *find(struct table t, const char *name)
{
	for (size_t i = 0; i < t.n; i++)
		if (!strcmp(t.members[i].name, name))
			return &t.members[i];
	return NULL;
}

static bool check(struct table t, const json_t *body, struct buf *why)
{
	const char *name;
	json_t *value;

	if (!json_is_object(body))
		return no(why, "body", "it is no object");
	json_object_foreach((json_t *)body, name, value)
	{
		const struct member *m = find(t, name);

		if (!m)
			return no(why, name, "there is no such member");
		if (!is_value(m, value))
			return no(why, name, "not a value of its kind");
		if (!has_size(m, value))
			return no(why, name, "too short or too long");
		if (m->check && !m->check(value, why))
			return false;
	}
	for (size_t i = 0; i < t.n; i++)
		if (t.members[i].required && !json_object_get(body, t.members[i].name))
			return no(why, t.members[i].name, "This field is required");
	return true;
}

/* Embeds */

static const struct member image_members[] = { { "url", URL, 0, 0, true, NULL } };
static const struct member footer_members[] = {
	{ "text", TEXT, 1, 2048, true, NULL },
	{ "icon_url", URL, 0, 0, false, NULL },
};
static const struct member author_members[] = {
	{ "name", TEXT, 1, 256, true, NULL },
	{ "url", URL, 0, 0, false, NULL },
	{ "icon_url", URL, 0, 0, false, NULL },
};
static const struct member field_members[] = {
	{ "name", TEXT, 1, 256, true, NULL },
	{ "value", TEXT, 1, 1024, true, NULL },
	{ "inline", FLAG, 0, 0, false, NULL },
};

static bool check_image(const json_t *value, struct buf *why)
{
	return check(TABLE(image_members), value, why);
}

static bool check_footer(const json_t *value, struct buf *why)
{
	return check(TABLE(footer_members), value, why);
}

static bool check_author(const json_t *value, struct buf *why)
{
	return check(TABLE(author_members), value, why);
}

static bool check_fields(const json_t *value, struct buf *why)
{
	size_t i;
	json_t *field;

	json_array_foreach(value, i,
			   field) if (!check(TABLE(field_members), field, why)) return false;
	return true;
}

static const struct member embed_members[] = {
	{ "title", TEXT, 1, 256, false, NULL },
	{ "type", TEXT, 1, 20, false, NULL },
	{ "description", TEXT, 1, 4096, false, NULL },
	{ "url", URL, 0, 0, false, NULL },
	{ "timestamp", TIME, 0, 0, false, NULL },
	{ "color", COLOUR, 0, 0, false, NULL },
	{ "footer", OBJECT, 0, 0, false, check_footer },
	{ "image", OBJECT, 0, 0, false, check_image },
	{ "thumbnail", OBJECT, 0, 0, false, check_image },
	{ "author", OBJECT, 0, 0, false, check_author },
	{ "fields", LIST, 0, FIELDS_MAX, false, check_fields },
};

static size_t embed_size(const json_t *e)
{
	size_t n = characters(json_object_get(e, "title")) +
		   characters(json_object_get(e, "description")) +
		   characters(json_object_get(json_object_get(e, "footer"), "text")) +
		   characters(json_object_get(json_object_get(e, "author"), "name"));
	size_t i;
	json_t *field;

	json_array_foreach(json_object_get(e, "fields"), i, field) n +=
		characters(json_object_get(field, "name")) +
		characters(json_object_get(field, "value"));
	return n;
}

static bool check_embeds(const json_t *value, struct buf *why)
{
	size_t i, total = 0;
	json_t *embed;

	json_array_foreach(value, i, embed)
	{
		if (!check(TABLE(embed_members), embed, why))
			return false;
		if (!embed_size(embed))
			return no(why, "embeds", "an embed with nothing in it");
		total += embed_size(embed);
	}
	return total <= EMBED_TOTAL || no(why, "embeds", "more than 6000 characters in all");
}

/* Messages */

static const struct member mention_members[] = {
	{ "parse", LIST, 0, 3, false, NULL },
	{ "users", LIST, 0, 100, false, NULL },
	{ "roles", LIST, 0, 100, false, NULL },
	{ "replied_user", FLAG, 0, 0, false, NULL },
};

static bool check_mentions(const json_t *value, struct buf *why)
{
	return check(TABLE(mention_members), value, why);
}

static bool is_name(const json_t *value, struct buf *why)
{
	const char *name = json_string_value(value);

	if (strcasestr(name, "clyde") || strcasestr(name, "discord"))
		return no(why, "username", "Username cannot contain \"clyde\" or \"discord\"");
	if (!*name || name[0] == ' ' || name[strlen(name) - 1] == ' ' || strpbrk(name, "\n\r\t"))
		return no(why, "username", "it is not trimmed");
	return true;
}

static bool check_message_flags(const json_t *value, struct buf *why)
{
	int64_t wrong = ~(int64_t)(FLAG_SUPPRESS_EMBEDS | FLAG_SILENT);

	return !(json_integer_value(value) & wrong) || no(why, "flags", "not one that may be set");
}

static bool check_answer_flags(const json_t *value, struct buf *why)
{
	int64_t wrong = ~(int64_t)(FLAG_SUPPRESS_EMBEDS | FLAG_SILENT | FLAG_EPHEMERAL);

	return !(json_integer_value(value) & wrong) || no(why, "flags", "not one that may be set");
}

static bool check_nonce(const json_t *value, struct buf *why)
{
	return json_is_integer(value) || (json_is_string(value) && characters(value) <= 25) ||
	       no(why, "nonce", "a number or 25 characters");
}

#define CONTENT                                                                                    \
	{                                                                                          \
		"content", TEXT, 0, 2000, false, NULL                                              \
	}
#define EMBEDS                                                                                     \
	{                                                                                          \
		"embeds", LIST, 0, EMBEDS_MAX, false, check_embeds                                 \
	}
#define MENTIONS                                                                                   \
	{                                                                                          \
		"allowed_mentions", OBJECT, 0, 0, false, check_mentions                            \
	}
#define TTS                                                                                        \
	{                                                                                          \
		"tts", FLAG, 0, 0, false, NULL                                                     \
	}

static const struct member webhook_members[] = {
	CONTENT,
	EMBEDS,
	MENTIONS,
	TTS,
	{ "username", TEXT, 1, 80, false, is_name },
	{ "avatar_url", URL, 0, 0, false, NULL },
	{ "flags", NUMBER, 0, 0, false, check_message_flags },
};
static const struct member message_members[] = {
	CONTENT,
	EMBEDS,
	MENTIONS,
	TTS,
	{ "nonce", ANY, 0, 0, false, check_nonce },
	{ "enforce_nonce", FLAG, 0, 0, false, NULL },
	{ "message_reference", OBJECT, 0, 0, false, NULL },
	{ "flags", NUMBER, 0, 0, false, check_message_flags },
};
static const struct member edit_members[] = { CONTENT, EMBEDS, MENTIONS };
static const struct member answer_members[] = {
	CONTENT, EMBEDS, MENTIONS, TTS, { "flags", NUMBER, 0, 0, false, check_answer_flags },
};

static const struct table tables[] = {
	[FORM_WEBHOOK] = { webhook_members, ARRAY_LEN(webhook_members) },
	[FORM_MESSAGE] = { message_members, ARRAY_LEN(message_members) },
	[FORM_EDIT] = { edit_members, ARRAY_LEN(edit_members) },
	[FORM_FOLLOWUP] = { answer_members, ARRAY_LEN(answer_members) },
	[FORM_CALLBACK_DATA] = { answer_members, ARRAY_LEN(answer_members) },
};

static bool is_blank(const json_t *content)
{
	const char *text = json_string_value(content);

	return !text || strspn(text, " \t\r\n") == strlen(text);
}

bool form_message(enum form_kind kind, const json_t *body, struct buf *why)
{
	if (!check(tables[kind], body, why))
		return false;
	if (is_blank(json_object_get(body, "content")) &&
	    !json_array_size(json_object_get(body, "embeds")))
		return no(why, "content", "Cannot send an empty message");
	return true;
}

bool form_pings_nobody(const json_t *body)
{
	const json_t *m = json_object_get(body, "allowed_mentions");
	const json_t *parse = json_object_get(m, "parse");

	return json_is_array(parse) && !json_array_size(parse) &&
	       !json_array_size(json_object_get(m, "users")) &&
	       !json_array_size(json_object_get(m, "roles")) &&
	       !json_is_true(json_object_get(m, "replied_user"));
}

static const struct member new_webhook_members[] = {
	{ "name", TEXT, 1, 80, true, is_name },
	{ "avatar", ANY, 0, 0, false, NULL },
};

bool form_new_webhook(const json_t *body, struct buf *why)
{
	return check(TABLE(new_webhook_members), body, why);
}

/* Commands */

static bool is_command_name(const json_t *value, struct buf *why)
{
	const char *name = json_string_value(value);

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(name))
		return no(why, name, "not the name of a command");
	return true;
}

static bool is_option_type(const json_t *value, struct buf *why)
{
	return (is_number(value, 11) && json_integer_value(value) >= 3) ||
	       no(why, "type", "no such type of option");
}

static bool is_chat_input(const json_t *value, struct buf *why)
{
	return json_integer_value(value) == 1 || no(why, "type", "not a slash command");
}

static const struct member option_members[] = {
	{ "type", NUMBER, 0, 0, true, is_option_type },
	{ "name", TEXT, 1, 32, true, is_command_name },
	{ "description", TEXT, 1, 100, true, NULL },
	{ "required", FLAG, 0, 0, false, NULL },
	{ "min_length", NUMBER, 0, 0, false, NULL },
	{ "max_length", NUMBER, 0, 0, false, NULL },
};

/* Those that are required come first. */
static bool check_options(const json_t *value, struct buf *why)
{
	bool optional = false;
	size_t i;
	json_t *option;

	json_array_foreach(value, i, option)
	{
		bool required = json_is_true(json_object_get(option, "required"));

		if (!check(TABLE(option_members), option, why))
			return false;
		if (required && optional)
			return no(why, "options", "required ones must be before others");
		optional = optional || !required;
	}
	return true;
}

static const struct member command_members[] = {
	{ "name", TEXT, 1, 32, true, is_command_name },
	{ "description", TEXT, 1, 100, true, NULL },
	{ "type", NUMBER, 0, 0, false, is_chat_input },
	{ "options", LIST, 0, OPTIONS_MAX, false, check_options },
	{ "contexts", LIST, 0, 3, false, NULL },
	{ "integration_types", LIST, 0, 2, false, NULL },
	{ "default_member_permissions", ANY, 0, 0, false, NULL },
	{ "dm_permission", FLAG, 0, 0, false, NULL },
	{ "nsfw", FLAG, 0, 0, false, NULL },
};

bool form_commands(const json_t *body, struct buf *why)
{
	size_t i, k;
	json_t *a, *b;

	if (!json_is_array(body) || json_array_size(body) > COMMANDS_MAX)
		return no(why, "body", "not a list of commands");
	json_array_foreach(body, i, a)
	{
		if (!check(TABLE(command_members), a, why))
			return false;
		json_array_foreach(
			body, k,
			b) if (k < i &&
			       json_equal(json_object_get(a, "name"),
					  json_object_get(
						  b,
						  "name"))) return no(why, "name",
								      "two commands of one name");
	}
	return true;
}

/* Responses to interactions */

static const struct member callback_members[] = {
	{ "type", NUMBER, 0, 0, true, NULL },
	{ "data", OBJECT, 0, 0, false, NULL },
};
static const struct member deferred_members[] = {
	{ "flags", NUMBER, 0, 0, false, check_answer_flags },
};

bool form_callback(const json_t *body, struct buf *why)
{
	const json_t *data = json_object_get(body, "data");
	int64_t type = json_integer_value(json_object_get(body, "type"));

	if (!check(TABLE(callback_members), body, why))
		return false;
	if (type == 4)
		return form_message(FORM_CALLBACK_DATA, data, why);
	if (type != 5)
		return no(why, "type", "not a response to a slash command");
	return !data || check(TABLE(deferred_members), data, why);
}
