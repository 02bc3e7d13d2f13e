/*
 * jsonin.c - see jsonin.h.
 */
#include "rt/jsonin.h"

#include <string.h>

/* Before it is parsed: jansson would go 2048 deep. */
static bool is_shallow(struct span text, int most)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char c = text.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		if (depth > most)
			return false;
	}
	return true;
}

json_t *jsonin_read(struct span text, size_t max, int depth)
{
	if (text.n > max || !is_shallow(text, depth))
		return NULL;
	/* Without a flag for other values: the outermost is an object or an array. */
	return json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
}

json_t *jsonin_object(struct span text)
{
	json_t *o = jsonin_read(text, JSONIN_MAX, JSONIN_DEPTH);

	if (o && !json_is_object(o)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

void jsonin_freep(json_t **o)
{
	json_decref(*o);
}

json_t *jsonin_in(const json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return json_is_object(v) ? v : NULL;
}

const json_t *jsonin_list(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_array(v) ? v : NULL;
}

bool jsonin_text(const json_t *o, const char *key, struct span *ret)
{
	const json_t *v = json_object_get(o, key);

	*ret = (struct span){ "", 0 };
	if (!json_is_string(v))
		return false;
	*ret = (struct span){ json_string_value(v), json_string_length(v) };
	return true;
}

bool jsonin_is(const json_t *o, const char *key, const char *text)
{
	struct span v;

	return jsonin_text(o, key, &v) && v.n == strlen(text) && !memcmp(v.p, text, v.n);
}

bool jsonin_true(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

bool jsonin_count(const json_t *o, const char *key, uint64_t max, uint64_t *ret)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return false;
	*ret = (uint64_t)json_integer_value(v);
	return true;
}
