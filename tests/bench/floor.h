/*
 * floor.h - the least our shape can cost: a gateway process and a world process that echo lines
 * over one ZeroMQ ipc hop, batched by loop turn, and do nothing else.
 *
 * No promise is kept here - no sequence, no resend, no store, no options: it is the yardstick that
 * `make bench` lays beside Mudlark in the same minute, because machines drift and ratios do not.
 *
 * A message is a run of records: u32 connection, u32 length, text.  The world answers every record
 * with the same text to the same connection; one that begins with "say " goes to all.
 */
#pragma once

#include <stdint.h>
#include <string.h>

#define FLOOR_ALL UINT32_MAX

struct floor_record {
	uint32_t conn;
	uint32_t n;
};

/* Cuts the first record off a message. NULL: no whole one is left. */
static inline const char *floor_next(const char **p, const char *end, struct floor_record *ret)
{
	const char *text = *p + sizeof(*ret);

	if ((size_t)(end - *p) < sizeof(*ret))
		return NULL;
	memcpy(ret, *p, sizeof(*ret));
	if ((size_t)(end - text) < ret->n)
		return NULL;
	*p = text + ret->n;
	return text;
}
