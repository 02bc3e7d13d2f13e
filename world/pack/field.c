/*
 * field.c - single values and whole maps, by table.
 */
#include "world/pack/field.h"

#include <inttypes.h>
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
	ok = kind == FIELD_SPOKEN || tags_check(text, &wrong);
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

/* A whole number from `min` to `max`, whichever sign it has. */
static bool parse_number(const struct yaml_node *node, int64_t min, int64_t max, int64_t *ret)
{
	struct span digits = node->text;
	bool is_negative = min < 0 && digits.n && *digits.p == '-';
	bool ok;
	int64_t v = 0;

	digits.p += is_negative;
	digits.n -= is_negative;
	ok = node->kind == YAML_TEXT && !node->is_quoted && digits.n && digits.n <= 9;
	for (size_t i = 0; ok && i < digits.n; i++) {
		ok = digits.p[i] >= '0' && digits.p[i] <= '9';
		v = v * 10 + (digits.p[i] - '0');
	}
	*ret = is_negative ? -v : v;
	return ok && *ret >= min && *ret <= max;
}

static void read_number(struct pack_loader *l, const struct yaml_node *node, const struct field *f,
			void *ret)
{
	bool is_signed = f->kind == FIELD_CHANGE;
	int64_t min = is_signed ? -(int64_t)f->max : (int64_t)f->min, v;

	if (!parse_number(node, min, f->max, &v))
		mistake_at(&l->mistakes, node, "`%s` is a number from %" PRId64 " to %u", f->name,
			   min, f->max);
	else if (is_signed)
		*(int32_t *)ret = (int32_t)v;
	else
		*(uint32_t *)ret = (uint32_t)v;
}

static const char *bounded(struct pack_loader *l, const struct yaml_node *node, const char *text,
			   uint32_t bytes)
{
	size_t n = text ? strlen(text) : 0;

	if (!bytes || n <= bytes)
		return text;
	mistake_at(&l->mistakes, node, "this text has %zu bytes, of %u at most", n, bytes);
	return NULL;
}

/* How many bytes the field is that begins here, with its braces; 0: it is none of these. */
static size_t field_at(const char *p, const char *const *fields)
{
	size_t n = strcspn(p + 1, "{}");

	for (size_t i = 0; *p == '{' && p[n + 1] == '}' && fields[i]; i++)
		if (strlen(fields[i]) == n && !memcmp(fields[i], p + 1, n))
			return n + 2;
	return 0;
}

/* What somebody says: every brace belongs to one of the fields. */
static const char *spoken(struct pack_loader *l, const struct yaml_node *node,
			  const char *const *fields)
{
	const char *text = field_text(l, node, FIELD_SPOKEN);
	const char *p = text ? text : "";
	struct buf known = { 0 };
	size_t n;

	while ((p = strpbrk(p, "{}")) && (n = field_at(p, fields)))
		p += n;
	if (!p)
		return text;
	for (size_t i = 0; fields[i]; i++)
		buf_addf(&known, "%s{%s}", i ? ", " : "", fields[i]);
	mistake_at(&l->mistakes, node, "`%.20s` is not filled in here (there is: %.*s)", p,
		   known.n ? (int)known.n : 7, known.n ? buf_p(&known) : "nothing");
	buf_done(&known);
	return NULL;
}

static void read_list(struct pack_loader *l, const struct yaml_node *node, const struct field *f,
		      const char *const **ret, size_t *ret_n)
{
	const char **list;
	size_t n = 0;

	if (!field_is(l, node, YAML_LIST, f->name))
		return;
	if (node->n < f->min || (f->max && node->n > f->max))
		mistake_at(&l->mistakes, node->key, "`%s` has %u entries: it takes %u to %u",
			   f->name, node->n, f->min, f->max);
	list = arena_alloc(l->arena, (node->n + 1) * sizeof(*list));
	for (const struct yaml_node *c = node->first; c; c = c->next) {
		const char *text = f->kind == FIELD_SPOKEN
					   ? spoken(l, c, f->choices)
					   : field_text(l, c, f->kind - FIELD_KEYS + FIELD_KEY);

		list[n] = bounded(l, c, text, f->bytes);
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
		*(const char **)to = bounded(l, node, field_text(l, node, f->kind), f->bytes);
		break;
	case FIELD_BOOL:
		read_bool(l, node, to);
		break;
	case FIELD_NUMBER:
	case FIELD_CHANGE:
		read_number(l, node, f, to);
		break;
	case FIELD_KEYS:
	case FIELD_PLAINS:
	case FIELD_LINES:
	case FIELD_SPOKEN:
		read_list(l, node, f, to, (size_t *)(void *)((char *)record + f->offset_n));
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
