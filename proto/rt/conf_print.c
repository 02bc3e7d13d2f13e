/*
 * conf_print.c - the option table as a YAML file that loads back to the same values: what
 * --print-config shows, and the reference of all options.
 */
#include "rt/conf_impl.h"

#include <string.h>
#include "rt/text.h"

struct scale {
	int64_t factor;
	const char *name;
};

static const struct scale times[] = {
	{ 3600 * INT64_C(1000000), "h" },
	{ 60 * 1000000, "m" },
	{ 1000000, "s" },
	{ 1000, "ms" },
	{ 1, "us" },
};
static const struct scale sizes[] = { { 1 << 30, "G" }, { 1 << 20, "M" }, { 1 << 10, "K" } };

static void print_scaled(int64_t v, const struct scale *scales, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (v != 0 && v % scales[i].factor == 0) {
			buf_addf(out, "%lld%s", (long long)(v / scales[i].factor), scales[i].name);
			return;
		}
	}
	buf_addf(out, "%lld", (long long)v);
}

void conf_print_number(const struct conf_option *o, int64_t v, struct buf *out)
{
	if (o->type == CONF_TIME)
		print_scaled(v, times, ARRAY_LEN(times), out);
	else if (o->type == CONF_SIZE)
		print_scaled(v, sizes, ARRAY_LEN(sizes), out);
	else
		print_scaled(v, NULL, 0, out);
}

static void print_list(char **list, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; list && list[i]; i++) {
		if (i > 0)
			buf_adds(out, ", ");
		json_quote(out, (struct span){ list[i], strlen(list[i]) });
	}
	buf_addc(out, ']');
}

static void print_value(const struct conf_option *o, union conf_value v, struct buf *out)
{
	switch (o->type) {
	case CONF_BOOL:
		buf_adds(out, v.b ? "true" : "false");
		break;
	case CONF_ENUM:
		buf_adds(out, o->choices[v.e]);
		break;
	case CONF_INT:
	case CONF_SIZE:
	case CONF_TIME:
		conf_print_number(o, v.i, out);
		break;
	case CONF_LIST:
		print_list(v.list, out);
		break;
	case CONF_STRING:
	case CONF_ADDRESS:
	case CONF_ENDPOINT:
		json_quote(out, (struct span){ v.s ? v.s : "", v.s ? strlen(v.s) : 0 });
		break;
	}
}

static void print_kind(const struct conf_option *o, struct buf *out)
{
	static const char *const names[] = {
		[CONF_BOOL] = "true or false",
		[CONF_INT] = "number",
		[CONF_SIZE] = "size (4096, 64K, 8M)",
		[CONF_TIME] = "time (250ms, 3s, 5m)",
		[CONF_STRING] = "text",
		[CONF_ENUM] = "one of",
		[CONF_LIST] = "list",
		[CONF_ADDRESS] = "address (host:port; empty: off)",
		[CONF_ENDPOINT] = "endpoint (ipc://path or tcp://host:port)",
	};

	buf_adds(out, names[o->type]);
	for (int i = 0; o->type == CONF_ENUM && o->choices[i]; i++)
		buf_addf(out, "%s %s", i ? "," : "", o->choices[i]);
	if (o->min == 0 && o->max == 0)
		return;
	buf_adds(out, " from ");
	conf_print_number(o, o->min, out);
	buf_adds(out, " to ");
	conf_print_number(o, o->max, out);
}

static void print_option(const struct conf_option *o, const void *values, struct buf *out)
{
	const char *key = strchr(o->name, '.') + 1;

	buf_addf(out, "  # %s\n  # ", o->help);
	print_kind(o, out);
	buf_addf(out, "; default: %s", *o->fallback ? o->fallback : "empty");
	buf_addf(out, "%s\n  %s: ", o->reload ? "; may change while running" : "", key);
	print_value(o, conf_value_get(o, values), out);
	buf_addc(out, '\n');
}

static size_t section_length(const char *name)
{
	return strcspn(name, ".");
}

static bool same_section(const char *a, const char *b)
{
	size_t n = section_length(a);

	return n == section_length(b) && memcmp(a, b, n) == 0;
}

/* Has the section of option i of part k been printed with an earlier option? */
static bool is_printed(const struct conf_part *parts, size_t k, size_t i)
{
	const char *name = parts[k].table->options[i].name;

	for (size_t p = 0; p <= k; p++) {
		size_t n = p == k ? i : parts[p].table->n;

		for (size_t j = 0; j < n; j++)
			if (same_section(parts[p].table->options[j].name, name))
				return true;
	}
	return false;
}

static void print_section(const struct conf_part *parts, size_t n, const char *name,
			  struct buf *out)
{
	buf_addf(out, "%s%.*s:\n", out->n ? "\n" : "", (int)section_length(name), name);
	for (size_t p = 0; p < n; p++) {
		const struct conf_table *t = parts[p].table;

		for (size_t i = 0; i < t->n; i++)
			if (same_section(t->options[i].name, name))
				print_option(&t->options[i], parts[p].values, out);
	}
}

void conf_print_parts(const struct conf_part *parts, size_t n, struct buf *out)
{
	for (size_t p = 0; p < n; p++)
		for (size_t i = 0; i < parts[p].table->n; i++)
			if (!is_printed(parts, p, i))
				print_section(parts, n, parts[p].table->options[i].name, out);
}

void conf_print(const struct conf_table *t, const void *values, struct buf *out)
{
	/* The parts are only read here. */
	const struct conf_part part = { t, (void *)(uintptr_t)values };

	conf_print_parts(&part, 1, out);
}
