/*
 * provider_moderation.c - OpenAI's moderation endpoint, asked as if it were a provider: the last message of the
 * prompt is what is looked at.
 */
#include "aibridge/provider_kind.h"

#include "rt/jsonin.h"
#include "rt/text.h"

static void request(const struct provider *p, const struct prompt *q, struct buf *out)
{
	(void)p;
	buf_adds(out, "{\"model\":\"omni-moderation-latest\"");
	json_member(out, "input");
	json_quote(out, q->messages[q->n_messages - 1].text);
	buf_addc(out, '}');
}

static void whole(struct answer *a, const json_t *o)
{
	const json_t *result = json_array_get(jsonin_list(o, "results"), 0);
	const json_t *flagged = json_object_get(result, "flagged");

	if (!json_is_boolean(flagged)) {
		answer_fail(a, CALL_GARBAGE, "no result");
		return;
	}
	a->flagged = json_is_true(flagged);
	answer_end(a);
}

const struct provider_kind provider_moderation = {
	.name = "moderation",
	.url = "https://api.openai.com",
	.path = "/v1/moderations",
	.key_header = "authorization: Bearer ",
	.wants_key = true,
	.request = request,
	.whole = whole,
};
