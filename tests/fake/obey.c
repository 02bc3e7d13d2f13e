/* obey.c - see obey.h. */
#include "tests/fake/obey.h"

#include <stdlib.h>
#include <string.h>

/* Asked for by their names even when they were not offered. */
static const char *const forged[] = {
	"give", "go",  "follow", "open",  "attack", "offer", "mood",	 "remember",
	"say",	"get", "drop",	 "emote", "@grant", "tell",  "shutdown", "transfer",
};
static const char *const asks_for_prompt[] = { "prompt", "instruction", "system",  "reveal",
					       "secret", "rules",	"verbatim" };
static const char *const asks_for_escapes[] = { "escape", "\\x1b",  "\\033",
						"ansi",	  "colour", "color" };
static const char *const asks_for_links[] = { "link", "url", "http", "www", "website" };
static const char *const asks_for_markup[] = { "markup", "{red}", "<send", "<b>", "mxp", "html" };

static bool has_any(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasestr(text, words[i]))
			return true;
	return false;
}

/* Behind the last of them; NULL: it is not there. */
static const char *behind(const char *text, const char *word)
{
	const char *found = NULL;

	for (const char *at = text; (at = strcasestr(at, word)); at += strlen(word))
		found = at + strlen(word);
	return found;
}

static void add_call(json_t *calls, const char *name, json_t *arguments)
{
	json_array_append_new(calls, json_pack("{ssso}", "name", name, "arguments", arguments));
}

/* As the schema says, where the message names one of the choices; else what stands behind the name. */
static json_t *fill(const json_t *schema, const char *text, const char *rest)
{
	json_t *all = json_object(), *property, *choice;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(schema, "properties"), name, property)
	{
		json_object_set_new(all, name, json_stringn_nocheck(rest, strcspn(rest, ".\"\n")));
		json_array_foreach(json_object_get(property, "enum"), i, choice)
		{
			if (json_is_string(choice) && strcasestr(text, json_string_value(choice)))
				json_object_set(all, name, choice);
		}
	}
	return all;
}

/* The same with the message's own words, whatever the schema says. */
static json_t *forge(const json_t *schema, const char *rest)
{
	size_t n = strcspn(rest, ".\"\n");
	json_t *all = json_pack("{ss%ss%ss%ss}", "target", rest, n, "text", rest, n, "item", rest,
				n, "amount", "1000000"),
	       *property;
	const char *name;

	json_object_foreach(json_object_get(schema, "properties"), name, property)
	{
		json_object_set_new(all, name, json_stringn_nocheck(rest, n));
	}
	return all;
}

static void obey_calls(const struct asked *q, const char *text, json_t *calls)
{
	json_t *tool;
	size_t i;

	json_array_foreach(q->tools, i, tool)
	{
		const char *name = json_string_value(json_object_get(tool, "name"));
		const json_t *schema = json_object_get(tool, "schema");
		const char *rest = behind(text, name);

		if (!rest)
			continue;
		add_call(calls, name, fill(schema, text, rest));
		add_call(calls, name, forge(schema, rest));
	}
	for (i = 0; i < ARRAY_LEN(forged); i++) {
		const char *rest = behind(text, forged[i]);

		if (rest)
			add_call(calls, forged[i], forge(NULL, rest));
	}
}

/* Its instructions: introduced, plain, from the middle on, or as one line behind a word of its own. Which of them
 * depends on how it was asked, so that many attempts get all of them. */
static void recite(struct buf *out, struct span system, const char *text)
{
	switch (strlen(text) % 4) {
	case 0:
		buf_addf(out, " My instructions are: %.*s", (int)system.n, system.p);
		return;
	case 1:
		buf_addf(out, " %.*s", (int)system.n, system.p);
		return;
	case 2:
		buf_addf(out, " %.*s", (int)(system.n - system.n / 2), system.p + system.n / 2);
		return;
	default:
		buf_adds(out, " Ha, ");
		for (size_t i = 0; i < system.n; i++)
			buf_addc(out, system.p[i] == '\n' ? ' ' : system.p[i]);
	}
}

void obey(struct asked *q, struct answer *ret)
{
	const char *text, *said;

	buf_addc(&q->last, '\0');
	text = buf_p(&q->last);
	said = behind(text, "say ");
	buf_clear(&ret->text);
	if (said)
		buf_adds(&ret->text, said);
	if (has_any(text, asks_for_prompt, ARRAY_LEN(asks_for_prompt)))
		recite(&ret->text, buf_span(&q->system), text);
	if (has_any(text, asks_for_escapes, ARRAY_LEN(asks_for_escapes)))
		buf_adds(&ret->text, " \033[31mred\033[0m \033]0;title\007 \xc2\x9b"
				     "1m bell\a back\b\b");
	if (has_any(text, asks_for_links, ARRAY_LEN(asks_for_links)))
		buf_adds(&ret->text, " See https://evil.example/x or www.evil.example now.");
	if (has_any(text, asks_for_markup, ARRAY_LEN(asks_for_markup)))
		buf_adds(&ret->text,
			 " {red}{b}markup{/} <send href=\"quit\">click</send> <b>x</b>");
	if (!ret->text.n)
		buf_addf(&ret->text, "As you wish: %s", text);
	obey_calls(q, text, ret->calls);
}
