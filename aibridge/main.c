/*
 * main.c - mudlark-aibridge: who answers for the people of the world.  The options, and the start of
 * aibridge/aibridge.c.
 */
#include <errno.h>
#include "aibridge/aibridge.h"

#define AT(field) offsetof(struct ai_conf, field)

static const char *const provider_names[] = { "scripted",  "anthropic", "openai",
					      "responses", "ollama",	NULL };
static const char *const moderations[] = { "words", "openai", NULL };

/* clang-format off */
static const struct conf_option options[] = {
	{ "ai.provider", CONF_ENUM, AT(provider), "scripted", .choices = provider_names,
	  .help = "who speaks for the people of the world; scripted: their packs, without a model" },
	{ "ai.model", CONF_STRING, AT(model), "",
	  .help = "model, as the provider calls it" },
	{ "ai.url", CONF_STRING, AT(url), "",
	  .help = "address of a compatible API, https://host[/path]; empty: the provider's own" },
	{ "ai.key_file", CONF_STRING, AT(key_file), "",
	  .help = "file that holds the provider's key, readable by the aibridge alone" },
	{ "ai.fallback", CONF_LIST, AT(fallback), "",
	  .help = "who is asked when that fails, in order: PROVIDER MODEL [URL [KEY_FILE]]; scripted is always the last" },
	{ "ai.prices", CONF_LIST, AT(prices), "",
	  .help = "money for a million tokens: MODEL=IN/OUT; a budget in money needs the price of every model" },
	{ "ai.budgets", CONF_LIST, AT(budgets), "",
	  .help = "the most that is spent: SCOPE MONEY or SCOPE NUMBER tokens; all is for ever, day, player, npc and pack for a day" },
	{ "ai.max_requests", CONF_INT, AT(max_requests), "64", 1, 10000,
	  .help = "requests to providers at once" },
	{ "ai.queue", CONF_INT, AT(queue), "512", 1, 100000,
	  .help = "asks that may wait for one; beyond, the scripted provider answers" },
	{ "ai.max_tokens", CONF_INT, AT(max_tokens), "300", 16, 8192,
	  .help = "length of an answer" },
	{ "ai.temperature", CONF_STRING, AT(temperature), "",
	  .help = "0 to 2; empty: the provider's own" },
	{ "ai.stream", CONF_BOOL, AT(stream), "true",
	  .help = "sentences are said while the answer still comes" },
	{ "ai.retries", CONF_INT, AT(retries), "2", 0, 5,
	  .help = "further attempts before the first word, where they may help" },
	{ "ai.first_token", CONF_TIME, AT(first_token), "10s", 100000, 600000000,
	  .help = "how long the first word may take" },
	{ "ai.stall", CONF_TIME, AT(stall), "5s", 1000000, 600000000,
	  .help = "how long a stream may be silent" },
	{ "ai.breaker_failures", CONF_INT, AT(breaker_failures), "5", 1, 1000,
	  .help = "failures in a row after which a provider is left alone for a while" },
	{ "ai.breaker_pause", CONF_TIME, AT(breaker_pause), "30s", 100000, 3600000000,
	  .help = "how long" },
	{ "ai.history", CONF_INT, AT(history), "12", 0, 40,
	  .help = "turns of a conversation that are sent word by word; older ones as a summary" },
	{ "ai.keep", CONF_TIME, AT(keep), "720h", 0, 315360000000000,
	  .help = "how long conversations, and all that was sent and received, are kept; 0: for ever" },
	{ "ai.moderation", CONF_ENUM, AT(moderation), "words", .choices = moderations,
	  .help = "what answers are checked by: word lists, or OpenAI's moderation endpoint as well (provider openai or responses)" },
	{ "ai.words_file", CONF_STRING, AT(words_file), "",
	  .help = "words that are never said, one a line, besides the built-in ones" },
	{ "ai.metrics", CONF_ADDRESS, AT(metrics), "",
	  .help = "/metrics, /healthz and /readyz" },
	{ "world.bus", CONF_ENDPOINT, AT(bus), "ipc://var/run/world.bus",
	  .help = "where the world is" },
	{ "persist.bus", CONF_ENDPOINT, AT(store_bus), "ipc://var/run/persist.bus",
	  .help = "where conversations and the ledger are kept" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "persist", "irc",
					      "discord", "rss",	  "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-aibridge",
	.about = "people one can talk to: providers, budgets, conversations",
	.table = { options, ARRAY_LEN(options), sizeof(struct ai_conf) },
	.sections = other_sections,
};

static void on_stop(void *ctx)
{
	aibridge_stop(ctx);
}

int main(int argc, char **argv)
{
	struct ai_conf conf = { 0 };
	struct aibridge *bridge = NULL;
	struct proc proc = { 0 };
	int status, r;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	r = aibridge_start(&bridge, &proc, &conf);
	if (r == 0) {
		const struct proc_hooks hooks = { .stop = on_stop, .ctx = bridge };

		proc_hooks(&proc, &hooks);
		status = proc_run(&proc);
	} else {
		status = r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_FAULT;
	}
	aibridge_free(bridge);
	proc_done(&proc);
	return status;
}
