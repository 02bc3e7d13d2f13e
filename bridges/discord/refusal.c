/*
 * refusal.c - see refusal.h.
 *
 * Only an answer to an interaction can be shown to one person alone, so that this one is seen by all; it is short, and rare.
 * Where the bot may not write, nobody is told: that is no fault that anybody has to see to.
 */
#include "bridges/discord/refusal.h"

#include <stdio.h>
#include <string.h>

#include "bridges/discord/escape.h"
#include "bridges/discord/piece.h"
#include "rt/jsonin.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	PERSON_US = 60 * SECOND,
	PEOPLE = 1000,
	ALL_US = 10 * SECOND,
	ALL_BURST = 5,
	SILENT = 1 << 12, /* SUPPRESS_NOTIFICATIONS */
};

void refusals_body(struct buf *out, const char *message, const char *why)
{
	CLEANUP(buf_done) struct buf shown = { 0 };
	struct span rest = { why, strlen(why) };

	escape_text(&shown, escape_piece(&rest, PIECE_UNITS));
	buf_adds(out, "{\"content\":");
	json_quote(out, buf_span(&shown));
	buf_addf(out, ",\"flags\":%d,\"message_reference\":{\"message_id\":", SILENT);
	json_quote(out, (struct span){ message, strlen(message) });
	buf_adds(out, ",\"fail_if_not_exists\":false},"
		      "\"allowed_mentions\":{\"parse\":[],\"replied_user\":false}}");
}

void refusals_tell(struct refusals *r, const char *channel, const char *message, const char *author,
		   const char *why, uint64_t now_us)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	const struct span who = { author, strlen(author) };
	char path[80], route[80];

	if (!*why || !*message || !flood_take(floods_of(r->people, who, now_us), now_us) ||
	    !flood_take(&r->all, now_us))
		return;
	refusals_body(&body, message, why);
	snprintf(path, sizeof(path), "/channels/%s/messages", channel);
	snprintf(route, sizeof(route), "reply channels/%s", channel);
	r->told += rest_ask(r->rest, &(struct rest_ask){ .method = "POST",
							 .path = path,
							 .route = route,
							 .body = buf_span(&body) }) == 0;
}

void refusals_init(struct refusals *r, struct rest *rest, uint64_t now_us)
{
	*r = (struct refusals){ .rest = rest, .people = floods_new(PERSON_US, 1, PEOPLE) };
	flood_init(&r->all, ALL_US, ALL_BURST, now_us);
}

void refusals_done(struct refusals *r)
{
	floods_free(r->people);
}
