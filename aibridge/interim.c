/*
 * interim.c - stands in for modules that are not there yet, so that the scripted provider runs.
 */
#include <string.h>

#include "aibridge/guard.h"
#include "aibridge/prompt.h"
#include "aibridge/provider.h"

#define WEAK __attribute__((weak))

#if !__has_include("aibridge/guard.c")
struct guard {
	int unused;
};

static struct guard none;

WEAK int guard_new(struct guard **ret, UNUSED const char *words_file)
{
	*ret = &none;
	return 0;
}

WEAK void guard_free(UNUSED struct guard *g)
{
}

WEAK void guard_clean(UNUSED const Mudlark__AiAsk *ask, struct span sentence, struct buf *out,
		      UNUSED bool *ret_emote)
{
	buf_add(out, sentence.p, sentence.n);
}

WEAK enum guard_verdict guard_check(UNUSED const struct guard *g, UNUSED const Mudlark__AiAsk *ask,
				    UNUSED struct span sentence, UNUSED struct span said)
{
	return GUARD_OK;
}

WEAK const char *guard_verdict_name(UNUSED enum guard_verdict v)
{
	return "ok";
}
#endif

#if !__has_include("aibridge/prompt.c")
WEAK void prompt_build(UNUSED struct arena *a, UNUSED const Mudlark__AiAsk *ask,
		       UNUSED const struct talk *talk, UNUSED const Mudlark__AiTopic *topic,
		       struct prompt *ret)
{
	memset(ret, 0, sizeof(*ret));
}

WEAK uint64_t prompt_tokens_bound(UNUSED const struct prompt *p)
{
	return UINT64_MAX;
}
#endif

#if !__has_include("aibridge/provider.c")
static const char *const names[] = { "scripted", "anthropic", "openai", "responses", "ollama" };

WEAK const char *provider_name(enum ai_provider kind)
{
	return names[kind];
}

WEAK enum ai_provider provider_kind(UNUSED struct span name)
{
	return AI_PROVIDERS;
}

WEAK int provider_init(UNUSED struct provider *p, UNUSED enum ai_provider kind,
		       UNUSED const char *model, UNUSED const char *url,
		       UNUSED const char *key_file, UNUSED const struct ai_conf *conf,
		       struct buf *why)
{
	buf_adds(why, "not there yet");
	return 1;
}

WEAK void provider_done(UNUSED struct provider *p)
{
}
#endif

#if !__has_include("aibridge/call.c")
WEAK struct call *call_start(UNUSED struct http *h, UNUSED const struct provider *p,
			     UNUSED const struct prompt *prompt, UNUSED uint64_t deadline_us,
			     UNUSED const struct call_events *e)
{
	return NULL;
}

WEAK struct call *call_moderate(UNUSED struct http *h, UNUSED const struct provider *p,
				UNUSED struct span text, UNUSED uint64_t deadline_us,
				UNUSED void (*end)(void *ctx, const struct call_result *r,
						   bool flagged),
				UNUSED void *ctx)
{
	return NULL;
}

WEAK void call_cancel(UNUSED struct call *c)
{
}

WEAK struct call_result call_so_far(UNUSED const struct call *c)
{
	return (struct call_result){ 0 };
}

WEAK struct span call_request_body(UNUSED const struct call *c)
{
	return SPAN("");
}
#endif
