/*
 * provider_write.c - what the requests of several APIs have in common; provider_kind.h.
 */
#include "aibridge/provider_kind.h"

#include <string.h>

#include "rt/text.h"

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

void provider_write_text(struct buf *out, const char *key, const char *value)
{
	json_member(out, key);
	json_quote(out, span_of(value));
}

static void write_message(struct buf *out, const char *role, struct span text)
{
	if (buf_p(out)[out->n - 1] != '[')
		buf_addc(out, ',');
	buf_addc(out, '{');
	provider_write_text(out, "role", role);
	json_member(out, "content");
	json_quote(out, text);
	buf_addc(out, '}');
}

void provider_write_messages(struct buf *out, const struct prompt *q, bool system)
{
	buf_addc(out, '[');
	if (system && q->system.n)
		write_message(out, "system", q->system);
	for (size_t i = 0; i < q->n_messages; i++)
		write_message(out, q->messages[i].own ? "assistant" : "user", q->messages[i].text);
	buf_addc(out, ']');
}

static void write_param(struct buf *out, const struct tool_param *p)
{
	json_member(out, p->name);
	buf_adds(out, "{\"type\":\"string\"");
	provider_write_text(out, "description", p->about);
	if (p->choices) {
		json_member(out, "enum");
		for (size_t i = 0; i < p->n_choices; i++) {
			buf_addc(out, i ? ',' : '[');
			json_quote(out, span_of(p->choices[i]));
		}
		buf_adds(out, p->n_choices ? "]" : "[]");
	}
	buf_addc(out, '}');
}

void provider_write_schema(struct buf *out, const struct tool *t)
{
	buf_adds(out, "{\"type\":\"object\",\"properties\":{");
	for (size_t i = 0; i < t->n_params; i++)
		write_param(out, &t->params[i]);
	buf_adds(out, "},\"required\":[");
	for (size_t i = 0; i < t->n_params; i++) {
		if (i)
			buf_addc(out, ',');
		json_quote(out, span_of(t->params[i].name));
	}
	buf_adds(out, "],\"additionalProperties\":false}");
}

void provider_write_functions(struct buf *out, const struct prompt *q)
{
	if (!q->n_tools)
		return;
	json_member(out, "tools");
	for (size_t i = 0; i < q->n_tools; i++) {
		buf_adds(out, i ? "," : "[");
		buf_adds(out, "{\"type\":\"function\",\"function\":{");
		provider_write_text(out, "name", q->tools[i].name);
		provider_write_text(out, "description", q->tools[i].about);
		json_member(out, "parameters");
		provider_write_schema(out, &q->tools[i]);
		buf_adds(out, "}}");
	}
	buf_addc(out, ']');
}

void provider_write_temperature(struct buf *out, const struct prompt *q, double max)
{
	if (q->temperature < 0)
		return;
	json_member(out, "temperature");
	buf_addf(out, "%.2f", q->temperature < max ? q->temperature : max);
}
