/*
 * items.c - see items.h.
 */
#include "bridges/rss/items.h"

#include <stdlib.h>
#include <string.h>

#include "rt/jsonin.h"
#include "rt/text.h"

void items_init(struct items *t, size_t max)
{
	*t = (struct items){ .max = max < ITEMS_MAX ? max : ITEMS_MAX };
}

static size_t weight(const struct item *i)
{
	return strlen(i->title) + strlen(i->text) + strlen(i->author) + strlen(i->link);
}

static void item_done(struct item *i)
{
	free(i->title);
	free(i->text);
	free(i->author);
	free(i->link);
}

void items_done(struct items *t)
{
	for (size_t i = 0; i < t->n; i++)
		item_done(&t->v[i]);
	free(t->v);
	*t = (struct items){ .max = t->max };
}

static void drop(struct items *t, size_t at)
{
	t->bytes -= weight(&t->v[at]);
	item_done(&t->v[at]);
	memmove(&t->v[at], &t->v[at + 1], (t->n - at - 1) * sizeof(*t->v));
	t->n--;
}

static void changed(struct items *t, int64_t at_ms)
{
	t->revision++;
	/* A reader that asks "since" must see each change: whole seconds are all that HTTP dates have. */
	t->changed_ms = at_ms / 1000 > t->changed_ms / 1000 ? at_ms : t->changed_ms + 1000;
}

static char *copy(const char *s)
{
	return base_dup(s, strlen(s));
}

bool items_add(struct items *t, const struct item *item, int64_t at_ms)
{
	if (t->n && item->seq <= t->v[t->n - 1].seq)
		return false;
	t->v = base_realloc(t->v, t->n + 1, sizeof(*t->v));
	t->v[t->n] = *item;
	t->v[t->n].title = copy(item->title);
	t->v[t->n].text = copy(item->text);
	t->v[t->n].author = copy(item->author);
	t->v[t->n].link = copy(item->link);
	t->bytes += weight(&t->v[t->n++]);
	while (t->n > 1 && (t->n > t->max || t->bytes > ITEMS_BYTES))
		drop(t, 0);
	changed(t, at_ms);
	return true;
}

bool items_remove(struct items *t, uint64_t number, int64_t at_ms)
{
	for (size_t i = 0; number && i < t->n; i++)
		if (t->v[i].number == number) {
			drop(t, i);
			changed(t, at_ms);
			return true;
		}
	return false;
}

static void add_text(struct buf *out, const char *key, const char *text)
{
	json_member(out, key);
	json_quote(out, (struct span){ text, strlen(text) });
}

static void add_number(struct buf *out, const char *key, int64_t v)
{
	json_member(out, key);
	json_int(out, v);
}

void items_save(const struct items *t, struct buf *out)
{
	buf_addc(out, '{');
	add_number(out, "changed", t->changed_ms);
	json_member(out, "items");
	buf_addc(out, '[');
	for (size_t i = 0; i < t->n; i++) {
		const struct item *v = &t->v[i];

		buf_adds(out, i ? ",{" : "{");
		add_number(out, "seq", (int64_t)v->seq);
		add_number(out, "at", v->wall_ms);
		add_number(out, "number", (int64_t)v->number);
		add_text(out, "title", v->title);
		add_text(out, "text", v->text);
		add_text(out, "author", v->author);
		add_text(out, "link", v->link);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
}

static char *text_of(const json_t *o, const char *key)
{
	struct span s;

	jsonin_text(o, key, &s);
	return base_dup(s.p ? s.p : "", s.n);
}

static bool load_one(struct items *t, const json_t *o)
{
	struct item i = { 0 };
	uint64_t at = 0;
	bool ok =
		jsonin_count(o, "seq", INT64_MAX, &i.seq) && jsonin_count(o, "at", INT64_MAX, &at);

	jsonin_count(o, "number", INT64_MAX, &i.number);
	i.wall_ms = (int64_t)at;
	i.title = text_of(o, "title");
	i.text = text_of(o, "text");
	i.author = text_of(o, "author");
	i.link = text_of(o, "link");
	ok = ok && items_add(t, &i, 0);
	item_done(&i);
	return ok;
}

int items_load(struct items *t, struct span json)
{
	CLEANUP(jsonin_freep) json_t *o = jsonin_object(json);
	const json_t *list = jsonin_list(o, "items");
	uint64_t at = 0;
	bool ok = list && jsonin_count(o, "changed", INT64_MAX, &at);

	if (!ok)
		return 1;
	for (size_t i = 0; ok && i < json_array_size(list); i++)
		ok = load_one(t, json_array_get(list, i));
	if (!ok) {
		items_done(t);
		return 1;
	}
	t->changed_ms = (int64_t)at;
	t->revision = 0;
	return 0;
}
