/*
 * readable.c - see readable.h.
 */
#include "bridges/discord/readable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bridges/clean.h"
#include "bridges/discord/markup.h"
#include "rt/jsonin.h"
#include "rt/text.h"

enum {
	MARKS_MAX = 100,    /* of a message that become names; the others are somebody */
	MENTIONS_MAX = 100, /* that are looked at */
	QUOTED_NAME = 32,
	FILES_MAX = 5,
	RAW_MAX = 16384, /* of a message that is read at all */
};

static void add(struct buf *out, struct span s)
{
	buf_add(out, s.p, s.n);
}

static void add_clean_name(struct buf *out, struct span s, size_t columns)
{
	clean_name(out, s, columns);
}

/* ---- who ---- */

void readable_person(struct buf *out, const json_t *user, const json_t *member)
{
	struct span name;

	if ((!jsonin_text(member, "nick", &name) || !name.n) &&
	    (!jsonin_text(user, "global_name", &name) || !name.n))
		jsonin_text(user, "username", &name);
	add_clean_name(out, name, READABLE_NAME);
}

void readable_author(struct buf *out, const json_t *message)
{
	readable_person(out, jsonin_in(message, "author"), jsonin_in(message, "member"));
}

/* ---- marks: <@1> <@!1> <@&1> <#1> <:name:1> <a:name:1> <t:1:R> </name:1> <id:home> ---- */

struct reading {
	const json_t *message;
	const struct readable_names *names;
	struct buf *out;
	size_t marks;
};

static bool is_id(struct span s)
{
	if (!s.n || s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool take(struct span *s, const char *prefix)
{
	const size_t n = strlen(prefix);

	if (s->n < n || memcmp(s->p, prefix, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

static bool mark_user(struct reading *r, struct span id)
{
	const json_t *all = jsonin_list(r->message, "mentions");
	const size_t n = r->marks++ < MARKS_MAX ? json_array_size(all) : 0;

	if (!is_id(id))
		return false;
	buf_addc(r->out, '@');
	for (size_t i = 0; i < n && i < MENTIONS_MAX; i++) {
		const json_t *u = json_array_get(all, i);
		struct span other;

		if (!jsonin_text(u, "id", &other) || other.n != id.n ||
		    memcmp(other.p, id.p, id.n) != 0)
			continue;
		readable_person(r->out, u, jsonin_in(u, "member"));
		return true;
	}
	buf_adds(r->out, "somebody");
	return true;
}

static bool mark_named(struct reading *r, struct span id, char sign,
		       const char *(*find)(void *ctx, struct span id), const char *other)
{
	const char *name;

	if (!is_id(id))
		return false;
	name = find ? find(r->names->ctx, id) : NULL;
	buf_addc(r->out, sign);
	buf_adds(r->out, name ? name : other);
	return true;
}

static bool mark_emoji(struct reading *r, struct span s)
{
	const char *colon = memchr(s.p, ':', s.n);
	struct span name;

	if (!colon)
		return false;
	name = (struct span){ s.p, (size_t)(colon - s.p) };
	if (!name.n || name.n > 32 || !is_id((struct span){ colon + 1, s.n - name.n - 1 }))
		return false;
	buf_addc(r->out, ':');
	add(r->out, name);
	buf_addc(r->out, ':');
	return true;
}

static bool mark_time(struct reading *r, struct span s)
{
	char text[24], when[40], *end;
	struct tm tm;
	time_t t;

	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	t = (time_t)strtoll(text, &end, 10);
	if (end == text || (*end && *end != ':') || t < -62135596800 || t > 253402300799 ||
	    !gmtime_r(&t, &tm) || !strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm))
		return false;
	buf_adds(r->out, when);
	return true;
}

static bool mark_command(struct reading *r, struct span s)
{
	const char *colon = memrchr(s.p, ':', s.n);

	if (!colon || !is_id((struct span){ colon + 1, (size_t)(s.p + s.n - colon - 1) }))
		return false;
	buf_addc(r->out, '/');
	buf_add(r->out, s.p, (size_t)(colon - s.p));
	return true;
}

/* What stands between < and >. False: nothing of Discord's. */
static bool read_mark(struct reading *r, struct span s)
{
	const struct readable_names *n = r->names;

	if (take(&s, "@&"))
		return mark_named(r, s, '@', n ? n->role : NULL, "a-role");
	if (take(&s, "@!") || take(&s, "@"))
		return mark_user(r, s);
	if (take(&s, "#"))
		return mark_named(r, s, '#', n ? n->channel : NULL, "a-channel");
	if (take(&s, "a:") || take(&s, ":"))
		return mark_emoji(r, s);
	if (take(&s, "t:"))
		return mark_time(r, s);
	if (take(&s, "/"))
		return mark_command(r, s);
	if (take(&s, "id:") && s.n && s.n < 20) {
		buf_addc(r->out, '#');
		add(r->out, s);
		return true;
	}
	/* <https://...>: an address without a preview. */
	if (!strncmp(s.p, "http", s.n < 4 ? s.n : 4) && s.n > 8) {
		add(r->out, s);
		return true;
	}
	return false;
}

void readable_marks(struct buf *out, struct span content, const json_t *message,
		    const struct readable_names *names)
{
	struct reading r = { message, names, out, 0 };

	while (content.n) {
		const size_t most = content.n < 2000 ? content.n : 2000;
		const char *end = *content.p == '<' ? memchr(content.p, '>', most) : NULL;
		size_t n = 1;

		if (end &&
		    read_mark(&r, (struct span){ content.p + 1, (size_t)(end - content.p) - 1 }))
			n = (size_t)(end - content.p) + 1;
		else if (*content.p == '\\' && content.n > 1 &&
			 strchr("\\*_~`|[]<>#:-+.@", content.p[1]))
			buf_addc(out, content.p[n++]);
		else
			buf_addc(out, *content.p);
		content.p += n;
		content.n -= n;
	}
}

/* ---- what is around the text ---- */

static void add_reply(struct buf *out, const json_t *message)
{
	const json_t *to = jsonin_in(message, "referenced_message");

	if (!to)
		return;
	buf_adds(out, "(to ");
	readable_author(out, to);
	buf_adds(out, ") ");
}

struct file_row {
	const char *type, *word;
};

static const char *word_of(struct span type)
{
	static const struct file_row files[] = { { "image/", "picture" },
						 { "audio/", "sound" },
						 { "video/", "film" } };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (text_prefix_fold(type, (struct span){ files[i].type, strlen(files[i].type) }))
			return files[i].word;
	return "file";
}

/* Its address is long, and good for a day: it is not told. */
static void add_things(struct buf *out, const json_t *list, const char *key, const char *word)
{
	size_t i;
	json_t *v;

	json_array_foreach(list, i, v)
	{
		struct span name, type;

		if (i == FILES_MAX) {
			buf_addf(out, " [and %zu more]", json_array_size(list) - i);
			return;
		}
		jsonin_text(v, key, &name);
		jsonin_text(v, "content_type", &type);
		buf_addf(out, " [%s: ", word ? word : word_of(type));
		add_clean_name(out, name, 2 * QUOTED_NAME);
		buf_addc(out, ']');
	}
}

/* A forwarded message has what it is about in a snapshot. */
static const json_t *snapshot_of(const json_t *message)
{
	const json_t *first = json_array_get(jsonin_list(message, "message_snapshots"), 0);

	return jsonin_in(first, "message");
}

static void add_body(struct buf *out, const json_t *message, const json_t *of,
		     const struct readable_names *names)
{
	CLEANUP(buf_done) struct buf plain = { 0 };
	struct span content;

	jsonin_text(message, "content", &content);
	content.n = text_cut(content, content.n < RAW_MAX ? content.n : RAW_MAX);
	markup_strip(&plain, content);
	readable_marks(out, buf_span(&plain), of, names);
	add_things(out, jsonin_list(message, "attachments"), "filename", NULL);
	add_things(out, jsonin_list(message, "sticker_items"), "name", "sticker");
	if (jsonin_in(message, "poll")) {
		struct span question;

		jsonin_text(jsonin_in(jsonin_in(message, "poll"), "question"), "text", &question);
		buf_adds(out, " [poll: ");
		add(out, question);
		buf_addc(out, ']');
	}
}

/* Lines of at most `bytes`, the last one saying how much is left out. */
static void cut_lines(struct buf *out, struct span text, size_t bytes)
{
	size_t lines = 0;

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		struct span line = { text.p, end ? (size_t)(end - text.p) : text.n };

		text.p += line.n + (end ? 1 : 0);
		text.n -= line.n + (end ? 1 : 0);
		while (line.n) {
			const struct span piece = clean_piece(&line, bytes);

			if (!piece.n || clean_is_blank(piece))
				break;
			if (lines == READABLE_LINES) {
				buf_adds(out, "\n(the message goes on)");
				return;
			}
			if (lines++)
				buf_addc(out, '\n');
			add(out, piece);
		}
	}
}

bool readable_is_emote(const json_t *message)
{
	struct span content;

	return jsonin_text(message, "content", &content) && markup_is_emote(content) &&
	       !jsonin_in(message, "referenced_message");
}

void readable_message(struct buf *out, const json_t *message, const struct readable_names *names,
		      size_t bytes)
{
	CLEANUP(buf_done) struct buf raw = { 0 };
	CLEANUP(buf_done) struct buf clean = { 0 };
	const json_t *forwarded = snapshot_of(message);
	size_t head;

	add_reply(&raw, message);
	head = raw.n;
	add_body(&raw, message, message, names);
	if (forwarded) {
		buf_adds(&raw, " (forwarded) ");
		add_body(&raw, forwarded, forwarded, names);
	}
	if (raw.n == head)
		return;
	clean_text(&clean, buf_span(&raw), 2 * READABLE_LINES);
	cut_lines(out, buf_span(&clean), bytes);
}
