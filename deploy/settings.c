/* settings.c - looking options up by name, and the paths that follow from --data; see settings.h.
 */
#include "settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "rt/buf.h"

/* Options whose default hangs on the data directory. */
struct derived_key_row {
	const char *key, *format; /* %s: the data directory */
};

static const struct derived_key_row derived_keys[] = {
	{ "persist.store", "sqlite:%s/mudlark.db" },
	{ "persist.bus", "ipc://%s/run/persist.bus" },
	{ "world.bus", "ipc://%s/run/world.bus" },
	{ "gateway.console", "unix:%s/run/console.sock" },
	{ "gateway.tls_cert", "%s/tls/cert.pem" },
	{ "gateway.tls_key", "%s/tls/key.pem" },
	{ "persist.metrics", "unix:%s/run/persist.metrics" },
	{ "world.metrics", "unix:%s/run/world.metrics" },
	{ "gateway.metrics", "unix:%s/run/gateway.metrics" },
	{ "ai.metrics", "unix:%s/run/aibridge.metrics" },
	{ "irc.metrics", "unix:%s/run/irc.metrics" },
	{ "discord.metrics", "unix:%s/run/discord.metrics" },
	{ "rss.metrics", "unix:%s/run/rss.metrics" },
};

static const struct settings_process processes[] = {
	{ "persist", "persist.metrics", { NULL } },
	{ "world", "world.metrics", { NULL } },
	{ "gateway", "gateway.metrics", { NULL } },
	{ "aibridge", "ai.metrics", { NULL } },
	{ "irc", "irc.metrics", { "irc.host", "irc.networks" } },
	{ "discord", "discord.metrics", { "discord.token_file" } },
	{ "rss", "rss.metrics", { "rss.listen", "rss.feeds" } },
};

static char *from_environment(const char *key)
{
	char name[96];
	int n = snprintf(name, sizeof(name), "MUDLARK_%s", key);
	for (int i = 0; i < n && i < (int)sizeof(name); i++)
		name[i] = name[i] == '.' ? '_' : (char)toupper((unsigned char)name[i]);
	const char *value = getenv(name);
	return value ? base_dup(value, strlen(value)) : NULL;
}

static char *from_sets(const struct args *a, const char *key)
{
	size_t n = strlen(key);
	for (size_t i = a->n_sets; i-- > 0;)
		if (strncmp(a->sets[i], key, n) == 0 && a->sets[i][n] == '=')
			return base_dup(a->sets[i] + n + 1, strlen(a->sets[i] + n + 1));
	return NULL;
}

/* The value of `name` in a mapping of the document; 0: none. */
static int node_member(yaml_document_t *d, int mapping, const char *name, size_t n)
{
	yaml_node_t *m = yaml_document_get_node(d, mapping);
	if (!m || m->type != YAML_MAPPING_NODE)
		return 0;
	for (yaml_node_pair_t *p = m->data.mapping.pairs.start; p < m->data.mapping.pairs.top;
	     p++) {
		yaml_node_t *k = yaml_document_get_node(d, p->key);
		if (k && k->type == YAML_SCALAR_NODE && k->data.scalar.length == n &&
		    memcmp(k->data.scalar.value, name, n) == 0)
			return p->value;
	}
	return 0;
}

/* As it would be written in a flag: a,b,c. */
static char *list_of(yaml_document_t *d, const yaml_node_t *list)
{
	struct buf out = { 0 };
	for (yaml_node_item_t *i = list->data.sequence.items.start;
	     i < list->data.sequence.items.top; i++) {
		const yaml_node_t *v = yaml_document_get_node(d, *i);
		if (out.n)
			buf_addc(&out, ',');
		if (v && v->type == YAML_SCALAR_NODE)
			buf_add(&out, v->data.scalar.value, v->data.scalar.length);
	}
	char *text = base_dup(out.n ? buf_p(&out) : "", out.n);
	buf_done(&out);
	return text;
}

static char *from_document(yaml_document_t *d, const char *key)
{
	const char *dot = strchr(key, '.');
	int section = node_member(d, 1, key, (size_t)(dot - key));
	int value = section ? node_member(d, section, dot + 1, strlen(dot + 1)) : 0;
	yaml_node_t *v = value ? yaml_document_get_node(d, value) : NULL;
	if (v && v->type == YAML_SEQUENCE_NODE)
		return list_of(d, v);
	if (!v || v->type != YAML_SCALAR_NODE)
		return NULL;
	return base_dup((const char *)v->data.scalar.value, v->data.scalar.length);
}

static char *from_file(const char *path, const char *key)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	if (!f)
		return NULL;
	char *value = NULL;
	yaml_parser_t parser;
	yaml_document_t document;
	if (yaml_parser_initialize(&parser)) {
		yaml_parser_set_input_file(&parser, f);
		if (yaml_parser_load(&parser, &document)) {
			value = from_document(&document, key);
			yaml_document_delete(&document);
		}
		yaml_parser_delete(&parser);
	}
	fclose(f);
	return value;
}

char *settings_find(const struct args *a, const char *key)
{
	char *value = from_sets(a, key);
	if (!value)
		value = from_environment(key);
	if (!value)
		value = from_file(a->config, key);
	return value;
}

const struct settings_process *settings_process(size_t i)
{
	return i < ARRAY_LEN(processes) ? &processes[i] : NULL;
}

bool settings_wants(const struct args *a, const struct settings_process *p)
{
	for (size_t k = 0; k < ARRAY_LEN(p->wanted_by) && p->wanted_by[k]; k++) {
		CLEANUP(base_freep) char *value = settings_find(a, p->wanted_by[k]);
		if (value && *value)
			return true;
	}
	return !p->wanted_by[0];
}

static char *derive_path(const char *format, const char *data)
{
	const char *at = strstr(format, "%s");
	char *value = NULL;
	if (asprintf(&value, "%.*s%s%s", (int)(at - format), format, data, at + 2) < 0)
		abort();
	return value;
}

/* An installed Mudlark has its packs beside its programs, a source tree in world/packs. */
static char *derive_packs(const char *bin)
{
	CLEANUP(base_freep) char *installed = place_join(bin, "../share/mudlark/packs");
	if (access("world/packs", X_OK) == 0 || access(installed, X_OK) != 0)
		return NULL;
	return TAKE(installed);
}

static char *derive_value(const struct place *p, const char *bin, const char *key)
{
	if (strcmp(key, "world.pack_path") == 0)
		return derive_packs(bin);
	for (size_t i = 0; i < ARRAY_LEN(derived_keys); i++)
		if (strcmp(derived_keys[i].key, key) == 0)
			return derive_path(derived_keys[i].format, p->data);
	return NULL;
}

char *settings_value(const struct args *a, const struct place *p, const char *bin, const char *key)
{
	char *value = settings_find(a, key);
	return value ? value : derive_value(p, bin, key);
}

static void add_derived(char **list, size_t *n, const struct args *a, const char *key, char *value)
{
	CLEANUP(base_freep) char *own = value;
	CLEANUP(base_freep) char *set = settings_find(a, key);
	if (!own || set)
		return;
	char *line = NULL;
	if (asprintf(&line, "%s=%s", key, own) < 0)
		abort();
	list[(*n)++] = line;
}

char **settings_derive(const struct args *a, const struct place *p, const char *bin)
{
	char **list = base_alloc(ARRAY_LEN(derived_keys) + 2, sizeof(*list));
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(derived_keys); i++)
		add_derived(list, &n, a, derived_keys[i].key,
			    derive_path(derived_keys[i].format, p->data));
	add_derived(list, &n, a, "world.pack_path", derive_packs(bin));
	list[n] = NULL;
	return list;
}

void settings_free(char **list)
{
	for (char **at = list; at && *at; at++)
		free(*at);
	free(list);
}

static size_t count(char *const *list)
{
	size_t n = 0;
	while (list && list[n])
		n++;
	return n;
}

static void add_word(char **argv, size_t *n, const char *word)
{
	argv[(*n)++] = base_dup(word, strlen(word));
}

static void add_set(char **argv, size_t *n, const char *set)
{
	add_word(argv, n, "--set");
	add_word(argv, n, set);
}

char **settings_argv(const char *program, const struct args *a, char *const *derived,
		     const char *const *extra)
{
	size_t n_derived = count(derived), n_extra = 0, n = 0;
	while (extra && extra[n_extra])
		n_extra++;
	char **argv = base_alloc(2 * (n_derived + a->n_sets) + n_extra + 5, sizeof(*argv));
	add_word(argv, &n, program);
	if (a->config) {
		add_word(argv, &n, "--config");
		add_word(argv, &n, a->config);
	}
	for (size_t i = 0; i < n_derived; i++)
		add_set(argv, &n, derived[i]);
	for (size_t i = 0; i < a->n_sets; i++)
		add_set(argv, &n, a->sets[i]);
	if (a->given & ARG_INSECURE)
		add_word(argv, &n, "--insecure");
	for (size_t i = 0; i < n_extra; i++)
		add_word(argv, &n, extra[i]);
	argv[n] = NULL;
	return argv;
}
