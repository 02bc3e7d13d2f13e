/* check.c - see check.h. */
#include "tests/fake/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool refuse(struct refusal *no, int status, const char *code, const char *param, const char *fmt,
	    ...)
{
	va_list ap;

	*no = (struct refusal){ .status = status, .code = code, .param = param };
	va_start(ap, fmt);
	vsnprintf(no->message, sizeof(no->message), fmt, ap);
	va_end(ap);
	return false;
}

static const char *const kind_names[] = {
	[VALUE_STRING] = "string",
	[VALUE_INTEGER] = "integer",
	[VALUE_NUMBER] = "number",
	[VALUE_BOOL] = "boolean",
	[VALUE_ARRAY] = "array",
	[VALUE_OBJECT] = "object",
	[VALUE_STRING_OR_ARRAY] = "string or array",
	[VALUE_STRING_OR_OBJECT] = "string or object",
	[VALUE_ANY] = "value",
};

const char *value_kind_name(enum value_kind k)
{
	return kind_names[k];
}

static bool is_kind(const json_t *v, enum value_kind k)
{
	switch (k) {
	case VALUE_STRING:
		return json_is_string(v);
	case VALUE_INTEGER:
		return json_is_integer(v);
	case VALUE_NUMBER:
		return json_is_number(v);
	case VALUE_BOOL:
		return json_is_boolean(v);
	case VALUE_ARRAY:
		return json_is_array(v);
	case VALUE_OBJECT:
		return json_is_object(v);
	case VALUE_STRING_OR_ARRAY:
		return json_is_string(v) || json_is_array(v);
	case VALUE_STRING_OR_OBJECT:
		return json_is_string(v) || json_is_object(v);
	case VALUE_ANY:
		return true;
	}
	return false;
}

static enum value_fault check_one(const json_t *object, const struct value_field *f, bool null)
{
	const json_t *v = json_object_get(object, f->name);

	if (!v || (null && json_is_null(v)))
		return f->required ? VALUE_MISSING : VALUE_FINE;
	if (!is_kind(v, f->kind))
		return VALUE_WRONG;
	if (json_is_number(v) && (f->min != 0 || f->max != 0) &&
	    (json_number_value(v) < f->min || json_number_value(v) > f->max))
		return VALUE_RANGE;
	return VALUE_FINE;
}

enum value_fault values_check(const json_t *object, const struct value_table *t,
			      const char **ret_name)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < t->n; i++) {
		enum value_fault r = check_one(object, &t->fields[i], t->null_is_absent);

		*ret_name = t->fields[i].name;
		if (r != VALUE_FINE)
			return r;
	}
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		bool known = t->others;

		for (size_t i = 0; i < t->n && !known; i++)
			known = !strcmp(name, t->fields[i].name);
		*ret_name = name;
		if (!known)
			return VALUE_UNKNOWN;
	}
	return VALUE_FINE;
}

json_t *check_json(const struct request *r, json_error_t *why)
{
	return json_loadb(r->body.p ? r->body.p : "", r->body.n, JSON_REJECT_DUPLICATES, why);
}

bool check_is_json_type(const struct request *r)
{
	const char *type = request_header(r, "content-type");
	size_t n = type ? strcspn(type, "; ") : 0;

	return type && n == strlen("application/json") && !strncasecmp(type, "application/json", n);
}

const char *check_bearer(const struct request *r)
{
	const char *value = request_header(r, "authorization");

	return value && !strncmp(value, "Bearer ", 7) && value[7] ? value + 7 : NULL;
}

bool check_name(const char *name, size_t max)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t n = strlen(name);

	return n >= 1 && n <= max && strspn(name, allowed) == n;
}

static bool is_type(const char *type)
{
	static const char *const types[] = { "string", "number", "integer", "boolean",
					     "array",  "object", "null" };

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (!strcmp(types[i], type))
			return true;
	return false;
}

static bool is_in(const json_t *list, const char *text)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (json_is_string(one) && !strcmp(json_string_value(one), text))
			return true;
	}
	return false;
}

static bool check_property(const json_t *p, char *why, size_t size, const char *name)
{
	const json_t *choices = json_object_get(p, "enum");

	if (!json_is_object(p) || !is_type(json_string_value(json_object_get(p, "type")))) {
		snprintf(why, size, "property '%s' has no type", name);
		return false;
	}
	if (choices && (!json_is_array(choices) || !json_array_size(choices))) {
		snprintf(why, size, "enum of '%s' is not a non-empty array", name);
		return false;
	}
	return true;
}

bool check_schema(const json_t *schema, bool strict, char *why, size_t size)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *required = json_object_get(schema, "required");
	const char *type = json_string_value(json_object_get(schema, "type")), *name;
	json_t *one;
	size_t i;

	snprintf(why, size,
		 "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"%s\"'",
		 type ? type : "None");
	if (!json_is_object(schema) || !type || strcmp(type, "object"))
		return false;
	snprintf(why, size, "object schema missing properties");
	if (!json_is_object(properties))
		return false;
	json_object_foreach((json_t *)(uintptr_t)properties, name, one)
	{
		if (!check_property(one, why, size, name))
			return false;
		snprintf(why, size,
			 "'required' is required to be supplied and to be an array "
			 "including every key in properties");
		if (strict && !is_in(required, name))
			return false;
	}
	json_array_foreach(required, i, one)
	{
		snprintf(why, size, "'required' names what is not a property");
		if (!json_is_string(one) || !json_object_get(properties, json_string_value(one)))
			return false;
	}
	snprintf(why, size, "'additionalProperties' is required to be supplied and to be false");
	return !strict || json_is_false(json_object_get(schema, "additionalProperties"));
}
