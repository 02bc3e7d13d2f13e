/* garbage.c - see garbage.h. */
#include "tests/fake/garbage.h"

#include <string.h>

enum { DEEP = 100000, AGAIN = 64 << 10, HUGE_BYTES = 100 << 20 };

static const char html[] =
	"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>"
	"<h1>Bad Gateway</h1><p>The proxy has nobody to ask.</p></body></html>\n";

static void keep(struct pieces *p, size_t n)
{
	while (p->n > n)
		buf_done(&p->all[--p->n].bytes);
}

/* As the API frames it. */
static void put_data(const struct api *api, struct pieces *out, const char *text, size_t n)
{
	bool lines = strstr(api->type, "ndjson");
	struct piece *p = pieces_add(out);

	if (!lines)
		buf_adds(&p->bytes, "data: ");
	buf_add(&p->bytes, text, n);
	buf_adds(&p->bytes, lines ? "\n" : "\n\n");
}

static void put_deep(const struct api *api, struct pieces *out)
{
	char *text = base_alloc(DEEP, 1);

	memset(text, '[', DEEP);
	put_data(api, out, text, DEEP);
	base_freep(&text);
}

const char *garbage_put(enum fault fault, const struct api *api, size_t after, struct pieces *out)
{
	static const char broken[] =
		"{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\x01";
	static const char wrong[] =
		"{\"type\":7,\"choices\":{\"a\":[]},\"message\":\"no\",\"delta\":[],"
		"\"usage\":\"much\",\"done\":\"maybe\",\"response\":1,"
		"\"prompt_eval_count\":-5,\"index\":-1}";

	switch (fault) {
	case FAULT_HTML:
		keep(out, 0);
		buf_adds(&pieces_add(out)->bytes, html);
		return "text/html";
	case FAULT_JSON:
		keep(out, after);
		put_data(api, out, broken, sizeof(broken) - 1);
		break;
	case FAULT_DEEP:
		keep(out, after);
		put_deep(api, out);
		break;
	case FAULT_WRONG:
		keep(out, after);
		put_data(api, out, wrong, sizeof(wrong) - 1);
		break;
	case FAULT_ERROR:
		keep(out, after);
		api->stream_error(out);
		break;
	case FAULT_HUGE:
	case FAULT_LINE:
	case FAULT_STALL:
	case FAULT_CUT:
		keep(out, after);
		break;
	case FAULT_NONE:
	case FAULT_HANG:
		break;
	}
	return api->type;
}

size_t garbage_again(enum fault fault, struct buf *ret)
{
	char *room;

	if (fault != FAULT_HUGE && fault != FAULT_LINE)
		return 0;
	if (fault == FAULT_HUGE)
		buf_adds(ret, ": ");
	room = buf_reserve(ret, AGAIN);
	memset(room, 'a', AGAIN);
	buf_commit(ret, AGAIN);
	if (fault == FAULT_HUGE)
		buf_adds(ret, "\n\n");
	return HUGE_BYTES / AGAIN;
}
