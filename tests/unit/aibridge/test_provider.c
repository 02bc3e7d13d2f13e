/*
 * test_provider.c - how the four APIs are asked, and what makes a provider of the configuration.
 */
#include "aibridge/provider.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/jsonin.h"
#include "aibridge/provider_kind.h"
#include "tests/unit/rt/unit.h"

/* The body for a prompt with everything in it, read back. */
static json_t *body_of(enum ai_provider kind, const char *model, const char *url, bool stream)
{
	const struct message messages[] = {
		{ false, SPAN("say \"hi\"\n\xff") },
		{ true, SPAN("Aye.") },
		{ false, SPAN("tide?") },
	};
	static const char *const choices[] = { "seal", "penny" };
	static const struct tool_param params[] = {
		{ "target", "what", choices, 2 },
		{ "text", "how", NULL, 0 },
	};
	static const struct tool tools[] = { { "give", "hands over", params, 2 },
					     { "leave", "goes", NULL, 0 } };
	const struct prompt q = {
		.system = SPAN("You are Nan."),
		.messages = messages,
		.n_messages = ARRAY_LEN(messages),
		.tools = tools,
		.n_tools = ARRAY_LEN(tools),
		.max_tokens = 300,
		.temperature = 1.5,
	};
	const struct provider p = { .kind = kind,
				    .model = (char *)(uintptr_t)model,
				    .url = (char *)(uintptr_t)url,
				    .stream = stream };
	CLEANUP(buf_done) struct buf out = { 0 };
	json_t *o;

	provider_row(kind)->request(&p, &q, &out);
	o = jsonin_object(buf_span(&out));
	ck_assert_msg(o != NULL, "no JSON: %.*s", (int)out.n, buf_p(&out));
	return o;
}

static void expect_json(const json_t *v, const char *want)
{
	char *got = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

	ck_assert_str_eq(got ? got : "", want);
	free(got);
}

#define SCHEMA                                                                                     \
	"{\"additionalProperties\":false,\"properties\":{\"target\":{\"description\":\"what\","    \
	"\"enum\":[\"seal\",\"penny\"],\"type\":\"string\"},\"text\":{\"description\":\"how\","    \
	"\"type\":\"string\"}},\"required\":[\"target\",\"text\"],\"type\":\"object\"}"
#define NO_SCHEMA                                                                                  \
	"{\"additionalProperties\":false,\"properties\":{},\"required\":[],\"type\":\"object\"}"
#define SAID                                                                                       \
	"{\"content\":\"say \\\"hi\\\"\\n\xef\xbf\xbd\",\"role\":\"user\"},"                       \
	"{\"content\":\"Aye.\",\"role\":\"assistant\"},{\"content\":\"tide?\",\"role\":\"user\"}"
#define FUNCTIONS                                                                                  \
	"[{\"function\":{\"description\":\"hands over\",\"name\":\"give\",\"parameters\":" SCHEMA  \
	"},\"type\":\"function\"},{\"function\":{\"description\":\"goes\",\"name\":\"leave\","     \
	"\"parameters\":" NO_SCHEMA "},\"type\":\"function\"}]"

START_TEST(each_api_is_asked_in_its_own_form)
{
	CLEANUP(jsonin_freep) json_t *a = body_of(AI_ANTHROPIC, "m", "https://x/", true);
	CLEANUP(jsonin_freep) json_t *o = body_of(AI_OPENAI, "m", "https://x/", true);
	CLEANUP(jsonin_freep) json_t *r = body_of(AI_RESPONSES, "m", "https://x/", true);
	CLEANUP(jsonin_freep) json_t *l = body_of(AI_OLLAMA, "m", "http://x/", true);

	expect_json(a, "{\"max_tokens\":300,\"messages\":[" SAID "],\"model\":\"m\","
		       "\"stream\":true,\"system\":\"You are Nan.\",\"temperature\":1.0,\"tools\":["
		       "{\"description\":\"hands over\",\"input_schema\":" SCHEMA
		       ",\"name\":\"give\"},{\"description\":\"goes\",\"input_schema\":" NO_SCHEMA
		       ",\"name\":\"leave\"}]}");
	expect_json(o, "{\"max_tokens\":300,\"messages\":[{\"content\":\"You are Nan.\","
		       "\"role\":\"system\"}," SAID "],\"model\":\"m\",\"stream\":true,"
		       "\"stream_options\":{\"include_usage\":true},\"temperature\":1.5,"
		       "\"tools\":" FUNCTIONS "}");
	expect_json(r, "{\"input\":[" SAID "],\"instructions\":\"You are Nan.\","
		       "\"max_output_tokens\":300,\"model\":\"m\",\"store\":false,\"stream\":true,"
		       "\"temperature\":1.5,\"tools\":[{\"description\":\"hands over\","
		       "\"name\":\"give\",\"parameters\":" SCHEMA
		       ",\"strict\":true,\"type\":\"function\"},{\"description\":\"goes\","
		       "\"name\":\"leave\",\"parameters\":" NO_SCHEMA
		       ",\"strict\":true,\"type\":\"function\"}]}");
	expect_json(l, "{\"keep_alive\":\"30m\",\"messages\":[{\"content\":\"You are Nan.\","
		       "\"role\":\"system\"}," SAID "],\"model\":\"m\",\"options\":{\"num_ctx\":"
		       "8192,\"num_predict\":300,\"temperature\":1.5},\"stream\":true,"
		       "\"think\":false,\"tools\":" FUNCTIONS "}");
}
END_TEST

START_TEST(without_a_stream_none_is_asked_for)
{
	for (int k = AI_ANTHROPIC; k < AI_PROVIDERS; k++) {
		CLEANUP(jsonin_freep)
		json_t *o = body_of((enum ai_provider)k, "m", "https://x/", false);

		ck_assert(!jsonin_true(o, "stream"));
		ck_assert_ptr_null(json_object_get(o, "stream_options"));
	}
}
END_TEST

static bool has_new_limit(const char *model, const char *url)
{
	CLEANUP(jsonin_freep) json_t *o = body_of(AI_OPENAI, model, url, true);

	ck_assert(json_object_get(o, "max_tokens") != json_object_get(o, "max_completion_tokens"));
	return json_object_get(o, "max_completion_tokens") != NULL;
}

START_TEST(new_models_have_their_limit_by_its_new_name)
{
	ck_assert(has_new_limit("any", "https://api.openai.com/v1/chat/completions"));
	ck_assert(has_new_limit("gpt-5-mini", "https://elsewhere/v1/chat/completions"));
	ck_assert(has_new_limit("o3", "https://elsewhere/v1/chat/completions"));
	ck_assert(!has_new_limit("mistral", "https://elsewhere/v1/chat/completions"));
}
END_TEST

static struct buf why;

static const char *refusal(enum ai_provider kind, const char *model, const char *url,
			   const char *key_file)
{
	const struct ai_conf conf = { .stream = true };
	struct provider p;
	int r;

	buf_clear(&why);
	r = provider_init(&p, kind, model, url, key_file, &conf, &why);
	provider_done(&p);
	buf_addc(&why, 0);
	return r ? buf_p(&why) : "fine";
}

static void expect_url(enum ai_provider kind, const char *url, const char *want)
{
	const struct ai_conf conf = { .stream = true };
	struct provider p;

	buf_clear(&why);
	ck_assert_msg(provider_init(&p, kind, "m", url, "", &conf, &why) == 0, "%.*s", (int)why.n,
		      buf_p(&why));
	ck_assert_str_eq(p.url, want);
	ck_assert_int_eq(p.allow_http, !strncmp(want, "http:", 5));
	provider_done(&p);
}

START_TEST(an_address_gets_the_path_of_its_endpoint)
{
	expect_url(AI_OLLAMA, "", "http://127.0.0.1:11434/api/chat");
	expect_url(AI_OLLAMA, "http://gpu.lan:11434/", "http://gpu.lan:11434/api/chat");
	expect_url(AI_OPENAI, "https://h", "https://h/v1/chat/completions");
	expect_url(AI_OPENAI, "https://h:8/v1", "https://h:8/v1/chat/completions");
	expect_url(AI_OPENAI, "https://h/api/v1/", "https://h/api/v1/chat/completions");
	expect_url(AI_OPENAI, "https://h/deep/chat?api-version=1",
		   "https://h/deep/chat?api-version=1");
	expect_url(AI_RESPONSES, "https://h/v1", "https://h/v1/responses");
	expect_url(AI_ANTHROPIC, "http://127.0.0.1:80", "http://127.0.0.1:80/v1/messages");
	expect_url(AI_ANTHROPIC, "http://[::1]:8080", "http://[::1]:8080/v1/messages");
	expect_url(AI_ANTHROPIC, "http://localhost/v1/messages", "http://localhost/v1/messages");
}
END_TEST

START_TEST(addresses_that_will_not_do_are_refused_in_a_sentence)
{
	ck_assert_str_eq(refusal(AI_OPENAI, "m", "http://example.org", ""),
			 "openai: http is for this machine only; use https");
	/* People put keys there. */
	ck_assert_ptr_null(
		strstr(refusal(AI_OPENAI, "m", "http://sk-secret@[bad", ""), "sk-secret"));
	ck_assert_ptr_null(strstr(refusal(AI_OPENAI, "m", "https://h/?key=sk-s#f", ""), "sk-s"));
	ck_assert_str_ne(refusal(AI_OPENAI, "m", "http://127.evil.org", ""), "fine");
	ck_assert_str_ne(refusal(AI_OPENAI, "m", "http://localhost.evil.org", ""), "fine");
	ck_assert_str_ne(refusal(AI_OPENAI, "m", "ftp://h/", ""), "fine");
	ck_assert_str_ne(refusal(AI_OPENAI, "m", "h/v1", ""), "fine");
	ck_assert_str_ne(refusal(AI_OPENAI, "m", "https://h/#x", ""), "fine");
	ck_assert_str_eq(refusal(AI_OPENAI, "m", "https://me:sk-secret@h/", ""),
			 "openai: a key belongs into a file, not into the address");
	ck_assert_str_eq(refusal(AI_OPENAI, "", "https://h", ""),
			 "openai: needs the name of a model");
	ck_assert_str_eq(refusal(AI_ANTHROPIC, "m", "", ""), "anthropic: needs a key file");
}
END_TEST

/* A key file with this in it and these rights. */
static const char *with_key(const char *text, mode_t mode)
{
	static char path[] = "/tmp/mudlark-key-XXXXXX";
	const int fd = mkstemp(path);
	const char *said;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
	said = refusal(AI_OPENAI, "m", "", path);
	unlink(path);
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	return strcmp(said, "fine") ? strchr(said, ':') + 2 : said;
}

START_TEST(a_key_is_read_from_a_file_nobody_else_can_read)
{
	static const char *const bad[] = { "",		 " \n",		"two words",
					   "line\nline", "caf\xc3\xa9", "bell\a" };
	char longest[600];

	ck_assert_str_eq(with_key("sk-abc\n", 0600), "fine");
	ck_assert_str_eq(with_key("  sk-abc \r\n", 0400), "fine");
	ck_assert_str_eq(with_key("sk-abc", 0640), "others can read it: chmod 600");
	ck_assert_str_eq(with_key("sk-abc", 0604), "others can read it: chmod 600");
	ck_assert_str_eq(with_key("sk-abc", 0700), "others can read it: chmod 600");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_str_eq(with_key(bad[i], 0600),
				 "one line of visible characters is wanted");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	ck_assert_str_ne(with_key(longest, 0600), "fine");
	longest[512] = 0;
	ck_assert_str_eq(with_key(longest, 0600), "fine");
	ck_assert_str_eq(refusal(AI_OPENAI, "m", "", "/nowhere/key"),
			 "/nowhere/key: No such file or directory");
	ck_assert_str_eq(refusal(AI_OPENAI, "m", "", "/tmp"), "/tmp: not a file");
}
END_TEST

START_TEST(names_and_kinds_are_the_same)
{
	for (int k = 0; k < AI_PROVIDERS; k++) {
		const char *name = provider_name((enum ai_provider)k);

		ck_assert_int_eq(provider_kind((struct span){ name, strlen(name) }), k);
	}
	ck_assert_int_eq(provider_kind(SPAN("gpt")), AI_PROVIDERS);
	ck_assert_int_eq(provider_kind(SPAN("")), AI_PROVIDERS);
}
END_TEST

UNIT_MAIN("provider", each_api_is_asked_in_its_own_form, without_a_stream_none_is_asked_for,
	  new_models_have_their_limit_by_its_new_name, an_address_gets_the_path_of_its_endpoint,
	  addresses_that_will_not_do_are_refused_in_a_sentence,
	  a_key_is_read_from_a_file_nobody_else_can_read, names_and_kinds_are_the_same)
