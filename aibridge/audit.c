/*
 * audit.c - see audit.h.
 */
#include "aibridge/audit.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "aibridge/price.h"
#include "rt/arena.h"
#include "rt/text.h"

enum { COLUMNS = 78, SHOWN_MAX = 600 };

const char *audit_kind(const Mudlark__AiAsk *ask)
{
	switch (ask->kind) {
	case MUDLARK__AI_ASK__KIND__GREET:
		return "greet";
	case MUDLARK__AI_ASK__KIND__ABOUT:
		return "about";
	default:
		return "say";
	}
}

void audit_key(char ret[AUDIT_KEY_MAX], const struct audit *a)
{
	(void)snprintf(ret, AUDIT_KEY_MAX, "%013" PRId64 "-%016" PRIx64 "-%u", a->at_ms,
		       a->ask->ask, a->attempt);
}

void audit_key_before(char ret[AUDIT_KEY_MAX], int64_t wall_ms)
{
	(void)snprintf(ret, AUDIT_KEY_MAX, "%013" PRId64, wall_ms > 0 ? wall_ms : 0);
}

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void put_text(struct buf *out, const char *key, struct span s)
{
	json_member(out, key);
	json_quote(out, s);
}

static void put_int(struct buf *out, const char *key, uint64_t v)
{
	json_member(out, key);
	json_int(out, v < INT64_MAX ? (int64_t)v : INT64_MAX);
}

/* In lower case, for whoever looks for it. */
static void put_folded(struct buf *out, const char *key, const char *s)
{
	struct buf low = { 0 };

	for (; *s; s++)
		buf_addc(&low, (char)(*s >= 'A' && *s <= 'Z' ? *s + 'a' - 'A' : *s));
	put_text(out, key, buf_span(&low));
	buf_done(&low);
}

static const char *short_name(const char *npc)
{
	const char *slash = strrchr(npc, '/');

	return slash ? slash + 1 : npc;
}

static void put_who(struct buf *out, const Mudlark__AiAsk *ask)
{
	char who[17];

	(void)snprintf(who, sizeof(who), "%016" PRIx64, ask->who->id);
	put_text(out, "npc", span_of(ask->view->npc));
	put_text(out, "who", span_of(who));
	put_text(out, "name", span_of(ask->who->name));
	json_member(out, "find");
	buf_addc(out, '{');
	put_folded(out, "npc", short_name(ask->view->npc));
	put_folded(out, "player", ask->who->name);
	buf_addc(out, '}');
}

void audit_write(const struct audit *a, struct buf *out)
{
	buf_addc(out, '{');
	json_member(out, "at");
	json_int(out, a->at_ms);
	put_who(out, a->ask);
	put_text(out, "kind", span_of(a->kind));
	put_text(out, "asked", (struct span){ (const char *)a->ask->text.data, a->ask->text.len });
	put_text(out, "provider", span_of(a->provider));
	put_text(out, "model", span_of(a->model));
	/* What the provider was sent is JSON of our own making. */
	if (a->request.n > 0) {
		json_member(out, "request");
		buf_add(out, a->request.p, a->request.n);
	}
	put_text(out, "said", a->said);
	put_text(out, "answer", a->answer);
	json_member(out, "acts");
	buf_addc(out, '[');
	buf_add(out, a->acts.p, a->acts.n);
	buf_addc(out, ']');
	put_text(out, "verdict", span_of(a->verdict));
	put_text(out, "error", span_of(a->error));
	put_int(out, "in", a->in);
	put_int(out, "out", a->out);
	put_int(out, "nanos", a->nanos);
	put_int(out, "ms", a->ms);
	buf_addc(out, '}');
}

/* Transcripts */

static Mudlark__DocumentQuery__Condition *equals(struct arena *a, const char *path,
						 struct span value, bool folded)
{
	Mudlark__DocumentQuery__Condition *c = arena_alloc(a, sizeof(*c));
	struct buf text = { 0 }, json = { 0 };

	buf_add(&text, value.p, value.n);
	for (size_t i = 0; folded && i < text.n; i++)
		if (text.p[text.off + i] >= 'A' && text.p[text.off + i] <= 'Z')
			text.p[text.off + i] = (char)(text.p[text.off + i] + 'a' - 'A');
	json_quote(&json, buf_span(&text));
	mudlark__document_query__condition__init(c);
	c->path = (char *)path;
	c->op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__EQ;
	c->value.len = json.n;
	c->value.data = (uint8_t *)arena_dup(a, buf_p(&json), json.n);
	buf_done(&text);
	buf_done(&json);
	return c;
}

void audit_query(struct arena *a, struct span npc, struct span player, uint32_t n,
		 Mudlark__DocumentQuery *ret)
{
	const bool whole = memchr(npc.p, '/', npc.n) != NULL;

	mudlark__document_query__init(ret);
	ret->collection = (char *)AUDIT_COLLECTION;
	ret->where = arena_alloc(a, 2 * sizeof(*ret->where));
	ret->where[ret->n_where++] = equals(a, whole ? "npc" : "find.npc", npc, !whole);
	if (player.n > 0)
		ret->where[ret->n_where++] = equals(a, "find.player", player, true);
	ret->descending = true;
	ret->limit = n;
}

static struct span text_at(const json_t *j, const char *key)
{
	const json_t *s = json_object_get(j, key);

	return json_is_string(s) ? (struct span){ json_string_value(s), json_string_length(s) }
				 : SPAN("");
}

static uint64_t number_at(const json_t *j, const char *key)
{
	const json_int_t v = json_integer_value(json_object_get(j, key));

	return v > 0 ? (uint64_t)v : 0;
}

/* The words of a text in lines that begin with four spaces. */
static void wrap(struct buf *out, const char *before, struct span text)
{
	size_t column = 4 + strlen(before);
	struct span word;

	text.n = text_cut(text, SHOWN_MAX);
	buf_addf(out, "    %s", before);
	while ((word = text_word(&text)).n > 0) {
		const size_t n = text_columns(word);

		if (column + n + 1 > COLUMNS && column > 4) {
			buf_adds(out, "\n    ");
			column = 4;
		}
		if (column > 4)
			buf_addc(out, ' ');
		buf_add(out, word.p, word.n);
		column += n + 1;
	}
	buf_addc(out, '\n');
}

static void put_head(struct buf *out, const json_t *j)
{
	const time_t at = (time_t)(json_integer_value(json_object_get(j, "at")) / 1000);
	const struct span name = text_at(j, "name"), npc = text_at(j, "npc"),
			  kind = text_at(j, "kind");
	struct tm tm;
	char when[32] = "?";

	if (gmtime_r(&at, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	buf_addf(out, "%s %.*s, %.*s (%.*s)\n", when, (int)name.n, name.p, (int)npc.n, npc.p,
		 (int)kind.n, kind.p);
}

static void put_tail(struct buf *out, const json_t *j)
{
	const struct span provider = text_at(j, "provider"), verdict = text_at(j, "verdict"),
			  error = text_at(j, "error");
	struct buf line = { 0 };

	buf_addf(&line, "%.*s, %.*s, %" PRIu64 "+%" PRIu64 " tokens, ", (int)provider.n, provider.p,
		 (int)verdict.n, verdict.p, number_at(j, "in"), number_at(j, "out"));
	money_format(&line, number_at(j, "nanos"));
	buf_addf(&line, ", %" PRIu64 " ms%s", number_at(j, "ms"), error.n ? ", " : "");
	buf_add(&line, error.p, error.n);
	wrap(out, "=", buf_span(&line));
	buf_done(&line);
}

/* What was written and not said: a stranger's text, as it came. */
static void put_refused(struct buf *out, const json_t *j)
{
	struct buf clean = { 0 };

	text_clean(&clean, text_at(j, "answer"));
	if (clean.n > 0 && !text_eq_fold(text_at(j, "verdict"), SPAN("ok")))
		wrap(out, "< (refused)", buf_span(&clean));
	buf_done(&clean);
}

static void put_acts(struct buf *out, const json_t *j)
{
	const json_t *acts = json_object_get(j, "acts"), *act;
	size_t i;

	json_array_foreach(acts, i, act)
	{
		struct buf clean = { 0 };
		const struct span verb = text_at(act, "verb"),
				  target = text_at(json_object_get(act, "arguments"), "target"),
				  text = text_at(json_object_get(act, "arguments"), "text");

		text_clean(&clean, verb);
		buf_addc(&clean, ' ');
		text_clean(&clean, target);
		buf_addc(&clean, ' ');
		text_clean(&clean, text);
		wrap(out, json_is_true(json_object_get(act, "listed")) ? "+" : "+ (not offered)",
		     buf_span(&clean));
		buf_done(&clean);
	}
}

void audit_show(struct span body, struct buf *out)
{
	json_t *j = json_loadb(body.p, body.n, 0, NULL);

	if (!j)
		return;
	put_head(out, j);
	if (text_at(j, "asked").n > 0)
		wrap(out, ">", text_at(j, "asked"));
	wrap(out, "<", text_at(j, "said"));
	put_refused(out, j);
	put_acts(out, j);
	put_tail(out, j);
	json_decref(j);
}
