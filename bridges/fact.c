/*
 * fact.c - facts of the world become lines, where they fit a stream.
 */
#include <stdlib.h>
#include <string.h>

#include "bridges/stream.h"
#include "rt/log.h"

struct line_row {
	const char *kind;
	const char *text; /* the member that `text` is; NULL: none */
};

static const struct line_row rows[LINE_KINDS] = {
	[LINE_SAID] = { "channel:said", "text" },      [LINE_NEWS] = { "news:announced", "text" },
	[LINE_POSTED] = { "board:posted", "text" },    [LINE_REMOVED] = { "board:removed", NULL },
	[LINE_ENTERED] = { "player:entered", NULL },   [LINE_LEFT] = { "player:left", NULL },
	[LINE_ERRAND] = { "errand:done", "errand" },   [LINE_STARTED] = { "server:started", NULL },
	[LINE_STOPPING] = { "server:stopping", NULL },
};

const char *fact_kind_name(enum line_kind kind)
{
	return rows[kind].kind;
}

static enum line_kind kind_of(const char *name)
{
	for (size_t i = 0; i < LINE_KINDS; i++)
		if (strcmp(rows[i].kind, name) == 0)
			return (enum line_kind)i;
	return LINE_KINDS;
}

static bool is_named(char *const *list, struct span name)
{
	if (!list)
		return true;
	for (size_t i = 0; list[i]; i++)
		if (strlen(list[i]) == name.n && memcmp(list[i], name.p, name.n) == 0)
			return true;
	return false;
}

static void read_members(struct bridge_line *l, const json_t *o)
{
	const char *text = rows[l->kind].text;

	if (!jsonin_text(o, "channel", &l->channel))
		(void)jsonin_text(o, "board", &l->channel);
	(void)jsonin_text(o, "name", &l->name);
	if (text)
		(void)jsonin_text(o, text, &l->text);
	(void)jsonin_text(o, "subject", &l->subject);
	(void)jsonin_text(o, "link", &l->link);
	(void)jsonin_text(o, "via", &l->via);
	(void)jsonin_text(o, "origin", &l->origin);
	(void)jsonin_count(o, "number", UINT32_MAX, &l->number);
	l->emote = jsonin_true(o, "emote");
	l->notice = jsonin_true(o, "notice");
	l->guest = jsonin_true(o, "guest");
}

/* The world filters alike; what comes from persist, nobody has. */
static bool fits(const struct bridge_stream *s, const struct bridge_line *l)
{
	const struct span key = { s->key, strlen(s->key) };

	if (l->origin.n == key.n && memcmp(l->origin.p, key.p, key.n) == 0)
		return false;
	if (l->kind == LINE_SAID)
		return is_named(s->channels, l->channel);
	if (l->kind == LINE_POSTED || l->kind == LINE_REMOVED)
		return is_named(s->boards, l->channel);
	return true;
}

bool fact_read(const struct bridge_stream *s, uint64_t seq, int64_t wall_ms, const char *kind,
	       ProtobufCBinaryData body, struct parcel **ret)
{
	struct bridge_line l = { .seq = seq, .wall_ms = wall_ms, .kind = kind_of(kind) };
	json_t *o;

	if (l.kind == LINE_KINDS || !(s->kinds & LINE(l.kind)))
		return false;
	o = jsonin_object((struct span){ (const char *)body.data, body.len });
	if (!o) {
		log_error("fact_malformed", LOG_U64("seq", seq), LOG_STR("kind", kind));
		return false;
	}
	read_members(&l, o);
	if (jsonin_true(o, "hidden") || !fits(s, &l)) {
		json_decref(o);
		return false;
	}
	*ret = base_alloc(1, sizeof(**ret));
	**ret = (struct parcel){ .body = o, .line = l };
	return true;
}

struct parcel *fact_gap(uint64_t seq, enum skip_why why, size_t n, int64_t from_ms, int64_t to_ms)
{
	struct parcel *p = base_alloc(1, sizeof(*p));

	*p = (struct parcel){ .line = { .seq = seq },
			      .is_gap = true,
			      .why = why,
			      .n_gap = n,
			      .from_ms = from_ms,
			      .to_ms = to_ms };
	return p;
}

void parcel_free(struct parcel *p)
{
	json_decref(p->body);
	free(p);
}
