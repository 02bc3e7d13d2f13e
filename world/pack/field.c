/*
 * field.c - single values and whole maps, by table.
 */
#include "world/pack/field.h"

#include <stdlib.h>
#include <string.h>
#include "rt/buf.h"
#include "rt/text.h"
#include "world/pack/loader.h"
#include "world/pack/mistake.h"
#include "world/pack/tags.h"

bool field_is_key(struct span s)
{
	if (!s.n || s.n > 40 || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return true;
}

bool field_is(struct pack_loader *l, const struct yaml_node *node, enum yaml_kind kind,
	      const char *what)
{
	if (node->kind == kind)
		return true;
	mistake_at(&l->mistakes, node, "`%.60s` must be %s, this is %s", what, yaml_kind_name(kind),
		   yaml_is_null(node) ? "nothing" : yaml_kind_name(node->kind));
	return false;
}

/* True if the line is what the gateway may show: no control or invisible characters. */
static bool is_clean(struct span line)
{
	struct buf clean = { 0 };
	bool same;

	text_clean(&clean, line);
	same = clean.n == line.n && !memcmp(buf_p(&clean), line.p, line.n);
	buf_done(&clean);
	return same;
}

static bool check_lines(struct pack_loader *l, const struct yaml_node *node, struct span text)
{
	bool ok = true;

	while (ok && text.n) {
		const char *nl = memchr(text.p, '\n', text.n);
		size_t n = nl ? (size_t)(nl - text.p) : text.n;

		ok = is_clean((struct span){ text.p, n });
		text.p += nl ? n + 1 : n;
		text.n -= nl ? n + 1 : n;
	}
	if (!ok)
		mistake_at(&l->mistakes, node,
			   "the text holds a tab, a control or an invisible character");
	return ok;
}

static bool check_markup(struct pack_loader *l, const struct yaml_node *node, struct span text,
			 enum field_kind kind)
{
	struct buf wrong = { 0 };
	bool ok;

	if (kind == FIELD_PLAIN && memchr(text.p, '{', text.n)) {
		mistake_at(&l->mistakes, node, "no markup here: the text holds a `{`");
		return false;
	}
	ok = tags_check(text, &wrong);
	if (!ok)
		mistake_at(&l->mistakes, node, "%.*s", (int)wrong.n, buf_p(&wrong));
	buf_done(&wrong);
	return ok;
}

const char *field_text(struct pack_loader *l, const struct yaml_node *node, enum field_kind kind)
{
	struct span text = node->text;

	if (!field_is(l, node, YAML_TEXT, node->key ? node->key->text.p : "an entry"))
		return NULL;
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	if (!text.n || yaml_is_null(node)) {
		mistake_at(&l->mistakes, node, "a text is missing here");
		return NULL;
	}
	if (kind == FIELD_KEY && !field_is_key(text)) {
		mistake_at(&l->mistakes, node,
			   "`%.60s` cannot be a key: lower case letters, digits and _", text.p);
		return NULL;
	}
	if (kind != FIELD_TEXT && memchr(text.p, '\n', text.n)) {
		mistake_at(&l->mistakes, node, "this must be one line");
		return NULL;
	}
	if (!check_lines(l, node, text) || !check_markup(l, node, text, kind))
		return NULL;
	return arena_dup(l->arena, text.p, text.n);
}

static void read_bool(struct pack_loader *l, const struct yaml_node *node, bool *ret)
{
	bool is_true = !strcmp(node->text.p ? node->text.p : "", "true");

	if (node->kind != YAML_TEXT || node->is_quoted ||
	    (!is_true && strcmp(node->text.p, "false") != 0))
		mistake_at(&l->mistakes, node, "`%s` is true or false", node->key->text.p);
	else
		*ret = is_true;
}

static void read_number(struct pack_loader *l, const struct yaml_node *node, const struct field *f,
			uint32_t *ret)
{
	uint64_t v = 0;
	bool ok = node->kind == YAML_TEXT && !node->is_quoted && node->text.n && node->text.n <= 9;

	for (size_t i = 0; ok && i < node->text.n; i++) {
		ok = node->text.p[i] >= '0' && node->text.p[i] <= '9';
		v = v * 10 + (uint64_t)(node->text.p[i] - '0');
	}
	if (!ok || v < f->min || v > f->max)
		mistake_at(&l->mistakes, node, "`%s` is a number from %u to %u", f->name, f->min,
			   f->max);
	else
		*ret = (uint32_t)v;
}

static void read_list(struct pack_loader *l, const struct yaml_node *node, enum field_kind kind,
		      const char *const **ret, size_t *ret_n)
{
	const char **list;
	size_t n = 0;

	if (!field_is(l, node, YAML_LIST, node->key->text.p))
		return;
	list = arena_alloc(l->arena, (node->n + 1) * sizeof(*list));
	for (const struct yaml_node *c = node->first; c; c = c->next) {
		list[n] = field_text(l, c, kind);
		n += list[n] != NULL;
	}
	*ret = list;
	*ret_n = n;
}

static int choice(struct pack_loader *l, const struct yaml_node *node, const struct field *f)
{
	struct buf known = { 0 };

	for (int i = 0; f->choices[i] && node->kind == YAML_TEXT; i++)
		if (!strcmp(node->text.p, f->choices[i]))
			return i;
	for (int i = 0; f->choices[i]; i++)
		buf_addf(&known, "%s%s", i ? ", " : "", f->choices[i]);
	mistake_at(&l->mistakes, node, "`%.60s` is no value of `%s` (there are: %.*s)",
		   node->kind == YAML_TEXT ? node->text.p : "this", f->name, (int)known.n,
		   buf_p(&known));
	buf_done(&known);
	return -1;
}

static void read_flags(struct pack_loader *l, const struct yaml_node *node, const struct field *f,
		       unsigned *ret)
{
	if (!field_is(l, node, YAML_LIST, f->name))
		return;
	for (const struct yaml_node *c = node->first; c; c = c->next) {
		int i = choice(l, c, f);

		if (i >= 0)
			*ret |= 1u << i;
	}
}

static void read_field(struct pack_loader *l, const struct yaml_node *node, const struct field *f,
		       void *record)
{
	void *to = (char *)record + f->offset;
	int i;

	switch (f->kind) {
	case FIELD_KEY:
	case FIELD_PLAIN:
	case FIELD_LINE:
	case FIELD_TEXT:
		*(const char **)to = field_text(l, node, f->kind);
		break;
	case FIELD_BOOL:
		read_bool(l, node, to);
		break;
	case FIELD_NUMBER:
		read_number(l, node, f, to);
		break;
	case FIELD_KEYS:
	case FIELD_PLAINS:
	case FIELD_LINES:
		read_list(l, node, f->kind - FIELD_KEYS + FIELD_KEY, to,
			  (size_t *)(void *)((char *)record + f->offset_n));
		break;
	case FIELD_FLAGS:
		read_flags(l, node, f, to);
		break;
	case FIELD_CHOICE:
		i = choice(l, node, f);
		if (i >= 0)
			*(unsigned *)to = (unsigned)i;
		break;
	case FIELD_NODE:
		*(const struct yaml_node **)to = node;
		break;
	}
}

static const struct field *find(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static void unknown_key(struct pack_loader *l, const struct yaml_node *key, const char *what,
			const struct field *fields, size_t n)
{
	struct buf known = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_addf(&known, "%s%s", i ? ", " : "", fields[i].name);
	mistake_at(&l->mistakes, key, "`%.60s` is no key of %s (there are: %.*s)", key->text.p,
		   what, (int)known.n, buf_p(&known));
	buf_done(&known);
}

void fields_read(struct pack_loader *l, const struct yaml_node *map, const char *what,
		 const struct field *fields, size_t n_fields, void *record)
{
	if (!field_is(l, map, YAML_MAP, map->key ? map->key->text.p : what))
		return;
	for (const struct yaml_node *c = map->first; c; c = c->next) {
		const struct field *f = find(fields, n_fields, c->key->text.p);

		if (f)
			read_field(l, c, f, record);
		else
			unknown_key(l, c->key, what, fields, n_fields);
	}
	for (size_t i = 0; i < n_fields; i++)
		if (fields[i].is_required && !yaml_get(map, fields[i].name))
			mistake_at(&l->mistakes, map->key ? map->key : map, "%s needs `%s`", what,
				   fields[i].name);
}
