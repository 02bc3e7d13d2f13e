/* openai.h - what OpenAI's APIs have in common: the head of a request, errors, faults of a field. */
#pragma once

#include "tests/fake/check.h"

bool openai_head(const struct request *r, const char *key, struct refusal *no);
/* The body as an object in q->body; model, stream and the bill are read. */
bool openai_body(const struct request *r, const struct value_table *t, struct asked *q,
		 struct refusal *no);
void openai_error(const struct refusal *no, struct buf *out);
json_t *openai_error_json(const struct refusal *no);
/* A function of either form: {"name", "description", "parameters", "strict"}. */
bool openai_function(const json_t *function, const char *where, struct asked *q,
		     struct refusal *no);
