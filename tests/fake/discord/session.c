/* session.c - see session.h. */
#include "tests/fake/discord/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/json.h"

struct session *session_new(unsigned intents, unsigned number)
{
	struct session *s = base_alloc(1, sizeof(*s));

	*s = (struct session){ .intents = intents };
	snprintf(s->id, sizeof(s->id), "%032x", 0xfa4e0000u + number);
	return s;
}

void session_free(struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->told[i].text);
	free(s->told);
	free(s);
}

const char *session_tell(struct session *s, const char *event, json_t *d)
{
	json_t *all = json_pack("{ss sI si sO sn}", "t", event, "s", (json_int_t)++s->s, "op", 0,
				"d", d, "unknown_member");

	if (!all)
		abort();
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->told = base_realloc(s->told, s->room, sizeof(*s->told));
	}
	s->told[s->n++] = (struct told){ s->s, json_text(all) };
	json_decref(all);
	return s->told[s->n - 1].text;
}
