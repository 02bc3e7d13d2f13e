/*
 * check.h - what the APIs check alike: the head of a request, JSON without a name twice, fields by a table, the
 * schema of a tool.
 */
#pragma once

#include "tests/fake/api.h"

enum value_kind {
	VALUE_STRING,
	VALUE_INTEGER,
	VALUE_NUMBER,
	VALUE_BOOL,
	VALUE_ARRAY,
	VALUE_OBJECT,
	VALUE_STRING_OR_ARRAY,
	VALUE_STRING_OR_OBJECT,
	VALUE_ANY,
};

struct value_field {
	const char *name;
	enum value_kind kind;
	bool required;
	double min, max; /* of numbers; both 0: any */
};

enum value_fault { VALUE_FINE, VALUE_MISSING, VALUE_WRONG, VALUE_RANGE, VALUE_UNKNOWN };

/* Always false, for `return refuse(...)`. */
bool refuse(struct refusal *no, int status, const char *code, const char *param, const char *fmt,
	    ...) PRINTF_LIKE(5, 6);

/* What is wrong with an object, first thing first; *ret_name: where. Null is as good as absent when
 * `null_is_absent`. */
struct value_table {
	const struct value_field *fields;
	size_t n;
	bool others; /* unknown fields are passed over */
	bool null_is_absent;
};
enum value_fault values_check(const json_t *object, const struct value_table *t,
			      const char **ret_name);
/* "string", "integer"... as JSON Schema calls them. */
const char *value_kind_name(enum value_kind k);

/* The body; NULL: it is no JSON, no UTF-8, or has a name twice. `why` is jansson's. */
json_t *check_json(const struct request *r, json_error_t *why) MUST_USE;
bool check_is_json_type(const struct request *r);
/* Without the scheme; NULL: it is missing or another scheme. */
const char *check_bearer(const struct request *r);
/* ^[a-zA-Z0-9_-]{1,max}$ */
bool check_name(const char *name, size_t max);
/* An object schema: properties, each with a type, required among them. `strict`: as structured outputs want it. */
bool check_schema(const json_t *schema, bool strict, char *why, size_t size);
