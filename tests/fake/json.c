/* json.c - see json.h. */
#include "tests/fake/json.h"

#include <stdlib.h>

char *json_text(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		abort();
	return text;
}
