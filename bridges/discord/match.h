/*
 * match.h - which of the messages that may be outside are: what a channel's history has of our webhook, put beside what we
 * were about to send.
 *
 * We send in order and one after the other, so what is outside is the beginning of what was to be sent; where somebody has
 * deleted one meanwhile, a later one shows that it was there.
 */
#pragma once

#include <jansson.h>
#include "bridges/discord/piece.h"
#include "rt/base.h"

enum { MATCH_ID = 24 };

struct match_message {
	char id[MATCH_ID];
	char *name, *text;
};

struct match_history {
	struct match_message *all; /* oldest first */
	size_t n, cap;
	char skip[MATCH_ID]; /* id of one that is known already; "": none */
};

/* Adds a page as Discord gives it (newest first) of messages newer than what is there. `webhook`: of which ones. Returns the
 * id of the newest message on the page, whosever it is; "" for an empty one. *ret_n: how many are on it. */
void match_page(struct match_history *h, const json_t *page, const char *webhook,
		char ret_newest[MATCH_ID], size_t *ret_n);
void match_done(struct match_history *h);
/* How many of the first unsure pieces are outside; *ret_last: the id of the last of their messages, "" when none. */
size_t match_pieces(const struct match_history *h, const struct pieces *q, char ret_last[MATCH_ID]);
/* Text as it is compared: without what Discord may change about it. */
void match_fold(struct buf *out, struct span s);
