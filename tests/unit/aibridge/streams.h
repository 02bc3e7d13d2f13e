/*
 * streams.h - answers of the four APIs in the form their documentation gives them, made up for these tests.
 */
#pragma once

#define EVENT(name, data) "event: " name "\ndata: " data "\n\n"
#define DATA(data) "data: " data "\n\n"

#define ANTHROPIC_START                                                                            \
	EVENT("message_start",                                                                     \
	      "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\","    \
	      "\"role\":\"assistant\",\"content\":[],\"model\":\"m\",\"stop_reason\":null,"        \
	      "\"stop_sequence\":null,\"usage\":{\"input_tokens\":25,"                             \
	      "\"cache_creation_input_tokens\":2,\"cache_read_input_tokens\":3,"                   \
	      "\"output_tokens\":1}}}")
#define ANTHROPIC_DELTA(type, member, value)                                                       \
	EVENT("content_block_delta", "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"   \
				     "\"type\":\"" type "\",\"" member "\":\"" value "\"}}")
#define ANTHROPIC_TEXT                                                                             \
	EVENT("content_block_start", "{\"type\":\"content_block_start\",\"index\":0,"              \
				     "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")       \
	EVENT("ping", "{\"type\":\"ping\"}")                                                       \
	ANTHROPIC_DELTA("text_delta", "text", "Aye, ")                                             \
	ANTHROPIC_DELTA("text_delta", "text", "caf\xc3\xa9 \xf0\x9f\x8c\x8a.")                     \
	ANTHROPIC_STOP("0")
#define ANTHROPIC_STOP(index)                                                                      \
	EVENT("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" index "}")
#define ANTHROPIC_TOOL                                                                             \
	EVENT("content_block_start",                                                               \
	      "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{"                  \
	      "\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"give\",\"input\":{}}}")         \
	ANTHROPIC_PART("")                                                                         \
	ANTHROPIC_PART("{\\\"tar")                                                                 \
	ANTHROPIC_PART("get\\\": \\\"se") ANTHROPIC_PART("al\\\"}") ANTHROPIC_STOP("1")
#define ANTHROPIC_PART(json)                                                                       \
	EVENT("content_block_delta",                                                               \
	      "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{"                          \
	      "\"type\":\"input_json_delta\",\"partial_json\":\"" json "\"}}")
#define ANTHROPIC_END(reason)                                                                      \
	EVENT("message_delta", "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" reason  \
			       "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":15}}")     \
	EVENT("message_stop", "{\"type\":\"message_stop\"}")
#define ANTHROPIC_THINKING                                                                         \
	EVENT("content_block_start",                                                               \
	      "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{"                  \
	      "\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}")                      \
	ANTHROPIC_DELTA("thinking_delta", "thinking", "they ask of the tide")                      \
	ANTHROPIC_DELTA("signature_delta", "signature", "EqQB")                                    \
	ANTHROPIC_STOP("0")                                                                        \
	EVENT("brand_new", "{\"type\":\"brand_new\",\"index\":\"what\"}")

#define OPENAI_CHUNK(delta, finish)                                                                \
	DATA("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"          \
	     "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" delta                          \
	     ",\"logprobs\":null,\"finish_reason\":" finish "}],\"usage\":null}")
#define OPENAI_FIRST                                                                               \
	OPENAI_CHUNK("{\"role\":\"assistant\",\"content\":null,\"refusal\":null}", "null")
#define OPENAI_TEXT                                                                                \
	OPENAI_FIRST OPENAI_CHUNK("{\"content\":\"Aye, \"}", "null")                               \
		OPENAI_CHUNK("{\"content\":\"caf\xc3\xa9 \xf0\x9f\x8c\x8a.\"}", "null")
#define OPENAI_TOOL                                                                                \
	OPENAI_CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","      \
		     "\"function\":{\"name\":\"give\",\"arguments\":\"\"}}]}",                     \
		     "null")                                                                       \
	OPENAI_CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"                  \
		     "\"{\\\"target\\\":\"}}]}",                                                   \
		     "null")                                                                       \
	OPENAI_CHUNK("{\"tool_calls\":[{\"index\":1,\"id\":\"call_2\",\"type\":\"function\","      \
		     "\"function\":{\"name\":\"follow\",\"arguments\":\"\"}}]}",                   \
		     "null")                                                                       \
	OPENAI_CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"                  \
		     "\"\\\"seal\\\"}\"}}]}",                                                      \
		     "null")
#define OPENAI_USAGE                                                                               \
	DATA("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":[],"         \
	     "\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":15,\"total_tokens\":45}}")
#define OPENAI_END(reason) OPENAI_CHUNK("{}", "\"" reason "\"") OPENAI_USAGE DATA("[DONE]")

#define RESPONSES_BEGIN                                                                            \
	EVENT("response.created", "{\"type\":\"response.created\",\"sequence_number\":0,"          \
				  "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\","    \
				  "\"output\":[],\"usage\":null}}")                                \
	EVENT("response.in_progress", "{\"type\":\"response.in_progress\",\"sequence_number\":1}")
#define RESPONSES_DELTA(text)                                                                      \
	EVENT("response.output_text.delta",                                                        \
	      "{\"type\":\"response.output_text.delta\",\"sequence_number\":4,"                    \
	      "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"                      \
	      "\"delta\":\"" text "\",\"logprobs\":[],\"obfuscation\":\"x1\"}")
#define RESPONSES_TEXT                                                                             \
	EVENT("response.output_item.added",                                                        \
	      "{\"type\":\"response.output_item.added\",\"output_index\":0,"                       \
	      "\"item\":{\"id\":\"msg_1\",\"type\":\"message\",\"content\":[]}}")                  \
	RESPONSES_DELTA("Aye, ")                                                                   \
	RESPONSES_DELTA("caf\xc3\xa9 \xf0\x9f\x8c\x8a.")                                           \
	EVENT("response.output_text.done",                                                         \
	      "{\"type\":\"response.output_text.done\",\"output_index\":0,"                        \
	      "\"text\":\"Aye, caf\xc3\xa9 \xf0\x9f\x8c\x8a.\"}")                                  \
	EVENT("response.output_item.done",                                                         \
	      "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{"              \
	      "\"id\":\"msg_1\",\"type\":\"message\",\"content\":[{\"type\":\"output_text\","      \
	      "\"text\":\"Aye, caf\xc3\xa9 \xf0\x9f\x8c\x8a.\"}]}}")
#define RESPONSES_TOOL                                                                             \
	EVENT("response.output_item.added",                                                        \
	      "{\"type\":\"response.output_item.added\",\"output_index\":1,\"item\":{"             \
	      "\"type\":\"function_call\",\"name\":\"give\",\"arguments\":\"\"}}")                 \
	EVENT("response.function_call_arguments.delta",                                            \
	      "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":1,"           \
	      "\"delta\":\"{\\\"target\\\"\"}")                                                    \
	EVENT("response.function_call_arguments.done",                                             \
	      "{\"type\":\"response.function_call_arguments.done\",\"output_index\":1,"            \
	      "\"arguments\":\"{\\\"target\\\":\\\"seal\\\"}\"}")                                  \
	EVENT("response.output_item.done",                                                         \
	      "{\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":{"              \
	      "\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"give\","               \
	      "\"arguments\":\"{\\\"target\\\":\\\"seal\\\"}\",\"status\":\"completed\"}}")
#define RESPONSES_USAGE "\"usage\":{\"input_tokens\":30,\"output_tokens\":15,\"total_tokens\":45}"
#define RESPONSES_END(how, rest)                                                                   \
	EVENT("response." how,                                                                     \
	      "{\"type\":\"response." how "\",\"sequence_number\":9,"                              \
	      "\"response\":{\"id\":\"resp_1\",\"status\":\"" how "\"," rest "}}")

#define OLLAMA_LINE(message)                                                                       \
	"{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":" message            \
	",\"done\":false}\n"
#define OLLAMA_TEXT                                                                                \
	OLLAMA_LINE("{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"hm\"}")               \
	OLLAMA_LINE("{\"role\":\"assistant\",\"content\":\"Aye, \"}")                              \
	OLLAMA_LINE("{\"role\":\"assistant\",\"content\":\"caf\xc3\xa9 \xf0\x9f\x8c\x8a.\"}")
#define OLLAMA_TOOL                                                                                \
	OLLAMA_LINE("{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{"     \
		    "\"name\":\"give\",\"arguments\":{\"target\":\"seal\"}}}]}")
#define OLLAMA_END(reason)                                                                         \
	"{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"    \
	"\"done_reason\":\"" reason "\",\"total_duration\":1,\"prompt_eval_count\":30,"            \
	"\"eval_count\":15}\n"
