/* api.c - see api.h: what all of them need. */
#include "tests/fake/api.h"

#include <stdlib.h>
#include <string.h>

static const struct api *const all[] = {
	&api_anthropic, &api_openai, &api_responses, &api_ollama, &api_moderations,
};

const struct api *api_find(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (!strcmp(all[i]->path, path))
			return all[i];
	return NULL;
}

void asked_done(struct asked *q)
{
	json_decref(q->body);
	json_decref(q->tools);
	buf_done(&q->system);
	buf_done(&q->last);
	*q = (struct asked){ 0 };
}

struct piece *pieces_add(struct pieces *p)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->all = base_realloc(p->all, p->cap, sizeof(*p->all));
	}
	p->all[p->n] = (struct piece){ 0 };
	return &p->all[p->n++];
}

void pieces_done(struct pieces *p)
{
	for (size_t i = 0; i < p->n; i++)
		buf_done(&p->all[i].bytes);
	free(p->all);
	*p = (struct pieces){ 0 };
}

static void add_json(struct buf *out, json_t *value)
{
	char *text = json_text(value);

	buf_adds(out, text);
	free(text);
	json_decref(value);
}

struct piece *pieces_event(struct pieces *p, const char *name, json_t *data)
{
	struct piece *piece = pieces_add(p);

	if (name)
		buf_addf(&piece->bytes, "event: %s\n", name);
	buf_adds(&piece->bytes, "data: ");
	add_json(&piece->bytes, data);
	buf_adds(&piece->bytes, "\n\n");
	return piece;
}

struct piece *pieces_line(struct pieces *p, json_t *data)
{
	struct piece *piece = pieces_add(p);

	add_json(&piece->bytes, data);
	buf_addc(&piece->bytes, '\n');
	return piece;
}

bool text_bit(struct span *text, size_t piece_bytes, struct bit *ret)
{
	size_t n = piece_bytes;

	if (!text->n)
		return false;
	while (n < text->n && text->p[n] != ' ' && n < 2 * piece_bytes)
		n++;
	if (n >= text->n)
		n = text->n;
	while (n < text->n && ((unsigned char)text->p[n] & 0xc0) == 0x80)
		n++; /* never half a character: providers send valid JSON */
	*ret = (struct bit){ text->p, n };
	text->p += n;
	text->n -= n;
	return true;
}
