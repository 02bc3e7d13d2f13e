/*
 * notice.c - see notice.h.
 */
#include "aibridge/notice.h"

#include <string.h>

#include "rt/log.h"

enum { SPENT_MAX = 4096 };

static void say(struct notices *n, struct buf *text)
{
	buf_addc(text, '\0');
	n->tell(n->ctx, buf_p(text));
	buf_done(text);
}

void notices_init(struct notices *n, void (*tell)(void *ctx, const char *text), void *ctx)
{
	*n = (struct notices){ .tell = tell, .ctx = ctx };
	strmap_init(&n->spent, NULL);
}

void notices_done(struct notices *n)
{
	strmap_done(&n->spent);
}

void notices_spent(struct notices *n, const char *account)
{
	const struct span name = { account, strlen(account) };
	struct buf text = { 0 };

	if (strmap_get(&n->spent, name))
		return;
	if (n->spent.n >= SPENT_MAX) {
		strmap_done(&n->spent);
		strmap_init(&n->spent, NULL);
	}
	(void)strmap_put(&n->spent, name, n);
	log_warning("budget_spent", LOG_STR("account", account));
	buf_addf(&text, "%s (%s)", budget_sentence(account), account);
	say(n, &text);
}

void notices_breaker(struct notices *n, struct candidate *c)
{
	const bool open = c->breaker.state != BREAKER_CLOSED;
	const char *name = c->provider.name;
	struct buf text = { 0 };

	if (open == c->was_open)
		return;
	c->was_open = open;
	if (open) {
		log_warning("provider_left_alone", LOG_STR("provider", name),
			    LOG_STR("model", c->provider.model));
		buf_addf(&text, "%s (%s) fails again and again; it is left alone for a while.",
			 name, c->provider.model);
	} else {
		log_info("provider_back", LOG_STR("provider", name),
			 LOG_STR("model", c->provider.model));
		buf_addf(&text, "%s (%s) answers again.", name, c->provider.model);
	}
	say(n, &text);
}

void notices_spend(struct notices *n, struct spend *s, uint64_t now_us,
		   const struct budgets *budgets)
{
	struct buf text = { 0 };
	uint64_t nanos;

	if (!spend_spikes(s, now_us, budgets->v[BUDGET_DAY].nanos))
		return;
	nanos = spend_last(s, now_us, SPEND_RECENT, NULL);
	log_warning("spend_spike", LOG_U64("nanos", nanos), LOG_INT("minutes", SPEND_RECENT));
	buf_adds(&text, "Money goes far faster than it did: ");
	money_format(&text, nanos);
	buf_addf(&text, " in the last %d minutes. See @ai status.", SPEND_RECENT);
	say(n, &text);
}
