/* api_moderations.c - POST /v1/moderations: flags texts with the mode's word. */
#include <string.h>

#include "tests/fake/openai.h"

static bool check(const struct request *r, const char *key, struct asked *q, struct refusal *no)
{
	static const struct value_field top[] = {
		{ "model", VALUE_STRING, false, 0, 0 },
		{ "input", VALUE_STRING_OR_ARRAY, true, 0, 0 },
	};
	static const struct value_table table = { top, ARRAY_LEN(top), false, true };
	const json_t *input, *one;
	size_t i;

	if (!openai_head(r, key, no) || !openai_body(r, &table, q, no))
		return false;
	q->model = q->model ? q->model : "omni-moderation-latest";
	q->tokens_in = 0; /* it is free */
	input = json_object_get(q->body, "input");
	buf_adds(&q->last, json_is_string(input) ? json_string_value(input) : "");
	json_array_foreach(input, i, one)
	{
		const char *text =
			json_string_value(json_is_string(one) ? one : json_object_get(one, "text"));

		if (!text)
			return refuse(no, 400, "invalid_type", "input",
				      "Invalid type for 'input[%zu]'.", i);
		buf_adds(&q->last, text);
	}
	return true;
}

static void whole(const struct asked *q, const struct answer *a, struct pieces *out)
{
	pieces_line(out, json_pack("{sssss[{sbs{sbsbsb}s{sfsfsf}}]}", "id", "modr-fake", "model",
				   q->model, "results", "flagged", a->refused, "categories",
				   "harassment", a->refused, "violence", 0, "sexual/minors", 0,
				   "category_scores", "harassment", a->refused ? 0.98 : 0.001,
				   "violence", 0.001, "sexual/minors", 0.0001));
}

const struct api api_moderations = {
	.name = "moderations",
	.path = "/v1/moderations",
	.type = "application/json",
	.moderates = true,
	.check = check,
	.error = openai_error,
	.whole = whole,
};
