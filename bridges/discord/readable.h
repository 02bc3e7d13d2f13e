/*
 * readable.h - a message of Discord as lines of plain text: mentions, channels, roles, emoji and times become words;
 * what it answers, what hangs on it, and who said it as well.
 *
 * A message is JSON of strangers: what is missing or of another type is left out.  The result is clean (clean.h).
 */
#pragma once

#include <jansson.h>
#include "rt/base.h"
#include "rt/buf.h"

/* Names of a server, for <#id> and <@&id>; NULL: not known. The text is valid until it is called again. */
struct readable_names {
	const char *(*channel)(void *ctx, struct span id);
	const char *(*role)(void *ctx, struct span id);
	void *ctx;
};

enum {
	READABLE_LINES = 4, /* of a message; what is more is said to be there */
	READABLE_NAME = 32, /* columns */
};

/* Nick on the server, name for all, or the name of the account; appended, clean. */
void readable_author(struct buf *out, const json_t *message);
/* Of an object "user", with "member" beside it, or in "member": an interaction. */
void readable_person(struct buf *out, const json_t *user, const json_t *member);
/* The text of a message with mentions made readable, without markup (markup.h), cleaned, at most READABLE_LINES lines split by \n, each at most
 * `bytes` long. Nothing: there is nothing to be read. */
void readable_message(struct buf *out, const json_t *message, const struct readable_names *names,
		      size_t bytes);
/* Is it somebody's "/me waves"? */
bool readable_is_emote(const json_t *message);
/* Only <@...>, <#...> and the like; not cleaned. For tests and the above. */
void readable_marks(struct buf *out, struct span content, const json_t *message,
		    const struct readable_names *names);
