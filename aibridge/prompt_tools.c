/*
 * prompt_tools.c - the verbs of a view as functions a model may call.
 *
 * To speak needs none: that is the answer.  Targets are a closed list, so that a model that can be
 * held to a schema cannot name anything else.
 */
#include "aibridge/prompt_inner.h"

#include <string.h>

#include "aibridge/prompt_quote.h"

enum { CHOICES_MAX = 24, CHOICE_MAX_BYTES = 80, TOOLS_MAX_BYTES = 2400 };

struct verb_tool {
	const char *verb, *about;
	const char *target; /* what is chosen; NULL: nothing */
	const char *text;   /* what is written; NULL: nothing */
};

static const struct verb_tool verbs[] = {
	{ "emote", "Do something small that can be seen, without a word.", NULL,
	  "What you do, in the third person and without your name: polishes a lamp" },
	{ "give", "Give something of yours to whom you talk to.", "What you give", NULL },
	{ "go", "Walk away.", "Where to", NULL },
	{ "follow", "Walk behind somebody from now on.", "Whom", NULL },
	{ "open", "Open something.", "What", NULL },
	{ "attack", "Attack somebody.", "Whom", NULL },
	{ "offer", "Offer an errand to whom you talk to.", "Which", NULL },
	{ "mood", "Your mood changes.", "To which", NULL },
	{ "remember", "Keep something about whom you talk to in mind.", NULL,
	  "What, in one short sentence" },
};

static const struct verb_tool *find_verb(const char *verb)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].verb, verb) == 0)
			return &verbs[i];
	}
	return NULL;
}

static struct tool_param choose_from(struct arena *a, const Mudlark__AiVerb *may, const char *about,
				     size_t *bytes)
{
	struct tool_param p = { .name = "target", .about = about };
	const char **choices = arena_alloc(a, CHOICES_MAX * sizeof(*choices));

	for (size_t i = 0; choices && i < may->n_targets && p.n_choices < CHOICES_MAX; i++) {
		const size_t n = strlen(may->targets[i]);

		if (n == 0 || n > CHOICE_MAX_BYTES || *bytes + n > TOOLS_MAX_BYTES ||
		    !prompt_is_plain((struct span){ may->targets[i], n }))
			continue;
		choices[p.n_choices] = arena_dup(a, may->targets[i], n);
		*bytes += n;
		if (choices[p.n_choices])
			p.n_choices++;
	}
	p.choices = choices;
	return p;
}

/* False: there is nothing it could be done to. */
static bool make(struct arena *a, const Mudlark__AiVerb *may, struct tool *ret, size_t *bytes)
{
	const struct verb_tool *v = find_verb(may->verb);
	struct tool_param *params = arena_alloc(a, 2 * sizeof(*params));
	size_t n = 0;

	if (!v || !params)
		return false;
	if (v->target) {
		params[n] = choose_from(a, may, v->target, bytes);
		if (!params[n++].n_choices)
			return false;
	}
	if (v->text)
		params[n++] = (struct tool_param){ .name = "text", .about = v->text };
	*ret = (struct tool){ v->verb, v->about, params, n };
	*bytes += strlen(v->verb) + strlen(v->about);
	for (size_t i = 0; i < n; i++)
		*bytes += strlen(params[i].name) + strlen(params[i].about);
	return true;
}

size_t prompt_tools(struct arena *a, const Mudlark__AiView *v, struct prompt *p)
{
	struct tool *tools = arena_alloc(a, ARRAY_LEN(verbs) * sizeof(*tools));
	size_t bytes = 0;

	for (size_t i = 0; tools && i < v->n_may && p->n_tools < ARRAY_LEN(verbs); i++) {
		if (make(a, v->may[i], &tools[p->n_tools], &bytes))
			p->n_tools++;
	}
	p->tools = tools;
	return bytes;
}
