/* mode.c - see mode.h.  The fields are a table. */
#include "tests/fake/mode.h"

#include <stdlib.h>
#include <string.h>

enum field_kind { FIELD_INT, FIELD_BOOL, FIELD_TEXT, FIELD_WORD, FIELD_LIST };

static const char *const chunkings[] = { "events", "whole", "bytes", "middle", NULL };
static const char *const faults[] = { "none", "hang", "stall", "cut",  "error", "html",
				      "json", "deep", "huge",  "line", "wrong", NULL };

static const struct field {
	const char *name;
	enum field_kind kind;
	size_t at;
	const char *const *words;
} fields[] = {
	{ "latency_ms", FIELD_INT, offsetof(struct mode, latency_ms), NULL },
	{ "piece_ms", FIELD_INT, offsetof(struct mode, piece_ms), NULL },
	{ "piece_bytes", FIELD_INT, offsetof(struct mode, piece_bytes), NULL },
	{ "chunking", FIELD_WORD, offsetof(struct mode, chunking), chunkings },
	{ "status", FIELD_INT, offsetof(struct mode, status), NULL },
	{ "retry_after", FIELD_INT, offsetof(struct mode, retry_after), NULL },
	{ "fault", FIELD_WORD, offsetof(struct mode, fault), faults },
	{ "after", FIELD_INT, offsetof(struct mode, after), NULL },
	{ "times", FIELD_INT, offsetof(struct mode, times), NULL },
	{ "usage", FIELD_BOOL, offsetof(struct mode, usage), NULL },
	{ "extras", FIELD_BOOL, offsetof(struct mode, extras), NULL },
	{ "obey", FIELD_BOOL, offsetof(struct mode, obey), NULL },
	{ "refuses", FIELD_BOOL, offsetof(struct mode, refuses), NULL },
	{ "text", FIELD_TEXT, offsetof(struct mode, text), NULL },
	{ "flag", FIELD_TEXT, offsetof(struct mode, flag), NULL },
	{ "calls", FIELD_LIST, offsetof(struct mode, calls), NULL },
};

static const char answer[] = "The tide is out till evening. Mind the soft mud by the "
			     "m\xc3\xb4le, it keeps what it takes.";

void mode_init(struct mode *m)
{
	*m = (struct mode){ .piece_bytes = 16, .retry_after = -1, .usage = true };
	m->text = base_dup(answer, sizeof(answer) - 1);
}

void mode_done(struct mode *m)
{
	free(m->text);
	free(m->flag);
	json_decref(m->calls);
	*m = (struct mode){ 0 };
}

static bool set_word(const struct field *f, void *at, const json_t *value)
{
	const char *word = json_string_value(value);

	for (int i = 0; word && f->words[i]; i++)
		if (!strcmp(word, f->words[i])) {
			*(int *)at = i;
			return true;
		}
	return false;
}

static bool set_text(void *at, const json_t *value)
{
	char **text = at;

	if (!json_is_string(value))
		return false;
	free(*text);
	*text = base_dup(json_string_value(value), json_string_length(value));
	return true;
}

static bool set_field(const struct field *f, struct mode *m, json_t *value)
{
	void *at = (char *)m + f->at;

	switch (f->kind) {
	case FIELD_INT:
		*(int64_t *)at = json_integer_value(value);
		return json_is_integer(value);
	case FIELD_BOOL:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value);
	case FIELD_TEXT:
		return set_text(at, value);
	case FIELD_WORD:
		return set_word(f, at, value);
	case FIELD_LIST:
		*(json_t **)at = json_incref(value);
		return json_is_array(value);
	}
	return false;
}

static bool set_all(struct mode *m, json_t *all, struct buf *why)
{
	const char *name;
	json_t *value;

	json_object_foreach(all, name, value)
	{
		const struct field *f = NULL;

		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			if (!strcmp(fields[i].name, name))
				f = &fields[i];
		if (!f || !set_field(f, m, value)) {
			buf_addf(why, "%s: %s\n", name, f ? "not such a value" : "no such field");
			return false;
		}
	}
	return true;
}

bool mode_set(struct mode *m, struct span json, struct buf *why)
{
	json_t *all = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	struct mode fresh;
	bool fine;

	mode_init(&fresh);
	if (!json_is_object(all))
		buf_adds(why, "not a JSON object\n");
	fine = json_is_object(all) && set_all(&fresh, all, why);
	json_decref(all);
	if (fine) {
		struct mode old = *m;

		*m = fresh;
		fresh = old;
	}
	mode_done(&fresh);
	return fine;
}
