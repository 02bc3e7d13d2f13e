/*
 * roster.c - see roster.h.
 */
#include "aibridge/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"

/* Says a mistake; `why` is empty afterwards. */
static int mistake(const char *option, struct buf *why)
{
	buf_addc(why, '\0');
	log_error("option_wrong", LOG_STR("option", option), LOG_STR("reason", buf_p(why)));
	buf_reset(why);
	return -EINVAL;
}

static void add(struct roster *r, const struct provider *p, const struct ai_conf *conf)
{
	struct candidate *c;

	r->v = base_realloc(r->v, r->n + 1, sizeof(*r->v));
	c = &r->v[r->n++];
	*c = (struct candidate){ .provider = *p };
	breaker_init(&c->breaker, (unsigned)conf->breaker_failures, (uint64_t)conf->breaker_pause);
}

static int add_first(struct roster *r, const struct ai_conf *conf, struct buf *why)
{
	const enum ai_provider kind = (enum ai_provider)conf->provider;
	struct provider p = { 0 };

	if (kind == AI_SCRIPTED)
		return 0;
	if (!conf->model[0]) {
		buf_addf(why, "%s has to be told which model is meant", provider_name(kind));
		return mistake("ai.model", why);
	}
	if (provider_init(&p, kind, conf->model, conf->url, conf->key_file, conf, why)) {
		provider_done(&p);
		return mistake("ai.provider", why);
	}
	add(r, &p, conf);
	return 0;
}

/* PROVIDER MODEL [URL [KEY_FILE]] */
static int add_fallback(struct roster *r, const char *row, const struct ai_conf *conf,
			struct buf *why)
{
	struct span rest = { row, strlen(row) };
	const enum ai_provider kind = provider_kind(text_word(&rest));
	char *words[3] = { NULL };
	struct provider p = { 0 };
	int failed = 1;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const struct span word = text_word(&rest);

		words[i] = base_dup(word.p, word.n);
	}
	if (kind == AI_PROVIDERS || kind == AI_SCRIPTED || !words[0][0] || text_trim(rest).n > 0)
		buf_addf(why, "`%s` is not PROVIDER MODEL [URL [KEY_FILE]]", row);
	else
		failed = provider_init(&p, kind, words[0], words[1], words[2], conf, why);
	if (failed == 0)
		add(r, &p, conf);
	else
		provider_done(&p);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		free(words[i]);
	return failed ? mistake("ai.fallback", why) : 0;
}

static int add_all(struct roster *r, const struct ai_conf *conf, struct buf *why)
{
	int failed = add_first(r, conf, why);

	/* It never fails, so nobody is asked behind it. */
	if (conf->provider == AI_SCRIPTED) {
		if (conf->fallback && conf->fallback[0])
			log_warning("option_unused", LOG_STR("option", "ai.fallback"),
				    LOG_STR("reason", "ai.provider is scripted"));
		return 0;
	}
	for (char **row = conf->fallback; row && *row; row++)
		failed |= add_fallback(r, *row, conf, why);
	return failed ? -EINVAL : 0;
}

/* Once the rows no longer move. */
static int set_prices(struct roster *r, struct buf *why)
{
	int failed = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct candidate *c = &r->v[i];

		c->price = prices_find(&r->prices, c->provider.model);
		if (c->price || !budgets_have_money(&r->budgets))
			continue;
		buf_addf(why, "a budget in money needs the price of %s", c->provider.model);
		failed = mistake("ai.prices", why);
	}
	return failed;
}

static int set_moderator(struct roster *r, const struct ai_conf *conf, struct buf *why)
{
	if (conf->moderation != AI_MODERATION_OPENAI)
		return 0;
	for (size_t i = 0; i < r->n && !r->moderator; i++)
		if (r->v[i].provider.kind == AI_OPENAI || r->v[i].provider.kind == AI_RESPONSES)
			r->moderator = &r->v[i];
	if (r->moderator)
		return 0;
	buf_adds(why, "openai needs a provider openai or responses, whose key it uses");
	return mistake("ai.moderation", why);
}

double roster_temperature(const struct ai_conf *conf)
{
	return conf->temperature[0] ? strtod(conf->temperature, NULL) : -1;
}

static int check_temperature(const struct ai_conf *conf, struct buf *why)
{
	char *end = conf->temperature;
	const double t = strtod(conf->temperature, &end);

	if (!conf->temperature[0] || (end != conf->temperature && !*end && t >= 0 && t <= 2))
		return 0;
	buf_addf(why, "`%s` is not a number from 0 to 2", conf->temperature);
	return mistake("ai.temperature", why);
}

int roster_init(struct roster *r, const struct ai_conf *conf)
{
	struct buf why = { 0 };
	int failed = 0;

	*r = (struct roster){ 0 };
	if (prices_parse(&r->prices, conf->prices, &why))
		failed = mistake("ai.prices", &why);
	if (budgets_parse(&r->budgets, conf->budgets, &why))
		failed = mistake("ai.budgets", &why);
	failed |= add_all(r, conf, &why);
	failed |= check_temperature(conf, &why);
	if (!failed)
		failed = set_prices(r, &why);
	if (!failed)
		failed = set_moderator(r, conf, &why);
	buf_done(&why);
	return failed ? -EINVAL : 0;
}

void roster_done(struct roster *r)
{
	for (size_t i = 0; i < r->n; i++)
		provider_done(&r->v[i].provider);
	free(r->v);
	prices_done(&r->prices);
	*r = (struct roster){ 0 };
}

bool roster_is_down(const struct roster *r, uint64_t now_us)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct breaker *b = &r->v[i].breaker;

		if (b->state != BREAKER_OPEN || now_us >= b->until_us)
			return false;
	}
	return r->n > 0;
}

uint64_t roster_nanos(const struct candidate *c, uint64_t in, uint64_t out)
{
	return c->price ? price_of(c->price, in, out) : 0;
}
