/*
 * gmcp.c - see gmcp.h.
 */
#include "gateway/gmcp.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/telnet.h"
#include "rt/text.h"

/* JSON deeper than this is not even given to the parser, which recurses. */
static bool is_shallow(struct span s)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > GMCP_DEPTH)
			return false;
	}
	return true;
}

json_t *gmcp_json(struct span s)
{
	json_error_t error;

	if (!is_shallow(s))
		return NULL;
	return json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
}

/* A name in lower case, up to a space (a version may follow); 0: not a name. */
static size_t take_name(char out[GMCP_NAME_MAX + 1], struct span s)
{
	size_t n = 0;

	for (; n < s.n && s.p[n] != ' '; n++) {
		char c = s.p[n];

		if (n >= GMCP_NAME_MAX || !(isalnum((unsigned char)c) || strchr("._-", c)) || !c)
			return 0;
		out[n] = (char)tolower((unsigned char)c);
	}
	out[n] = '\0';
	return n;
}

static void clear(struct gmcp *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->supports[i]);
	free(g->supports);
	g->supports = NULL;
	g->n = 0;
}

static bool add(struct gmcp *g, const char *name)
{
	size_t at = 0;
	int d = 1;

	while (at < g->n && (d = strcmp(name, g->supports[at])) > 0)
		at++;
	if ((at < g->n && d == 0) || g->n == GMCP_SUPPORTS)
		return false;
	g->supports = base_realloc(g->supports, g->n + 1, sizeof(char *));
	memmove(&g->supports[at + 1], &g->supports[at], (g->n - at) * sizeof(char *));
	g->supports[at] = base_dup(name, strlen(name));
	g->n++;
	return true;
}

static bool drop(struct gmcp *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++) {
		if (strcmp(name, g->supports[i]) != 0)
			continue;
		free(g->supports[i]);
		g->n--;
		memmove(&g->supports[i], &g->supports[i + 1], (g->n - i) * sizeof(char *));
		return true;
	}
	return false;
}

static struct gmcp *made(struct gmcp **g)
{
	if (!*g)
		*g = base_alloc(1, sizeof(**g));
	return *g;
}

/* Core.Supports.*: json is a list of "Name version". */
static enum gmcp_kind change_supports(struct gmcp **g, const json_t *list,
				      bool (*change)(struct gmcp *g, const char *name))
{
	char name[GMCP_NAME_MAX + 1];
	const json_t *item;
	size_t i;

	if (!json_is_array(list))
		return GMCP_BAD;
	json_array_foreach(list, i, item)
	{
		struct span s = { json_string_value(item), json_string_length(item) };

		if (json_is_string(item) && take_name(name, s) > 0)
			change(made(g), name);
	}
	return GMCP_SUPPORTED;
}

static enum gmcp_kind on_set(struct gmcp **g, const json_t *json, UNUSED struct gmcp_event *ev)
{
	if (*g && json_is_array(json))
		clear(*g);
	return change_supports(g, json, add);
}

static enum gmcp_kind on_add(struct gmcp **g, const json_t *json, UNUSED struct gmcp_event *ev)
{
	return change_supports(g, json, add);
}

static enum gmcp_kind on_remove(struct gmcp **g, const json_t *json, UNUSED struct gmcp_event *ev)
{
	return change_supports(g, json, drop);
}

static enum gmcp_kind on_hello(UNUSED struct gmcp **g, const json_t *json, struct gmcp_event *ev)
{
	const json_t *client = json_object_get(json, "client");
	size_t n = json_string_length(client);

	if (!json_is_string(client))
		return GMCP_BAD;
	if (n > GMCP_NAME_MAX)
		n = GMCP_NAME_MAX;
	memcpy(ev->text, json_string_value(client), n);
	ev->text[n] = '\0';
	return GMCP_HELLO;
}

static enum gmcp_kind on_ping(UNUSED struct gmcp **g, UNUSED const json_t *json,
			      UNUSED struct gmcp_event *ev)
{
	return GMCP_PING;
}

/* clang-format off */
struct core_row {
	const char *package;
	enum gmcp_kind (*take)(struct gmcp **g, const json_t *json, struct gmcp_event *ev);
};

static const struct core_row core[] = {
	{ "core.hello",           on_hello },
	{ "core.supports.set",    on_set },
	{ "core.supports.add",    on_add },
	{ "core.supports.remove", on_remove },
	{ "core.ping",            on_ping },
};
/* clang-format on */

static bool is_core(const char *package)
{
	return strncmp(package, "core.", 5) == 0;
}

static enum gmcp_kind dispatch(struct gmcp **g, const json_t *json, struct gmcp_event *ev)
{
	for (size_t i = 0; i < ARRAY_LEN(core); i++)
		if (strcmp(core[i].package, ev->package) == 0)
			return core[i].take(g, json, ev);
	return is_core(ev->package) ? GMCP_NOTHING : GMCP_MESSAGE;
}

void gmcp_receive(struct gmcp **g, struct span payload, struct gmcp_event *ret)
{
	json_t *json = NULL;
	size_t n = take_name(ret->package, payload);

	ret->kind = GMCP_BAD;
	if (n == 0)
		return;
	ret->json = text_trim((struct span){ payload.p + n, payload.n - n });
	if (ret->json.n > 0) {
		json = gmcp_json(ret->json);
		if (!json)
			return;
	}
	ret->kind = dispatch(g, json, ret);
	json_decref(json);
}

void gmcp_free(struct gmcp *g)
{
	if (!g)
		return;
	clear(g);
	free(g);
}

/* Is `name` the package, or a part of it in front of a dot? */
static bool covers(const char *name, struct span package)
{
	size_t n = strlen(name);

	if (n > package.n || strncasecmp(name, package.p, n) != 0)
		return false;
	return n == package.n || package.p[n] == '.';
}

bool gmcp_wants(const struct gmcp *g, struct span package)
{
	if (covers("core", package))
		return true;
	for (size_t i = 0; g && i < g->n; i++)
		if (covers(g->supports[i], package))
			return true;
	return false;
}

void gmcp_send(struct buf *out, struct span package, struct span json)
{
	telnet_option(out, TELNET_SB, OPTION_GMCP);
	telnet_data(out, package);
	if (json.n > 0) {
		buf_addc(out, ' ');
		telnet_data(out, json);
	}
	telnet_command(out, TELNET_SE);
}
