/*
 * route.c - see route.h.  An envelope has one oneof and every case of it is a message, so the cases
 * share one place in the struct: the first oneof field of the descriptor tells where the case number
 * and the member are, whichever case it is.
 */
#include "rt/route.h"

#include <string.h>

enum {
	ROUTE_WIRE_MAX = 1 << 20,    /* of one message */
	ROUTE_MEMORY_MIN = 64 << 10, /* what a small message may take when unpacked ... */
	ROUTE_MEMORY_FACTOR = 16,    /* ... and a large one, times its size */
};

struct role_row {
	const char *name;
	unsigned role;
};

static const struct role_row roles[] = {
	/* "self" is missing: nobody may claim it in a hello. */
	{ "gateway", ROLE_GATEWAY },   { "world", ROLE_WORLD },	  { "persist", ROLE_PERSIST },
	{ "aibridge", ROLE_AIBRIDGE }, { "bridge", ROLE_BRIDGE }, { "ops", ROLE_OPS },
};

unsigned route_role_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return 0;
}

const char *route_role_name(unsigned role)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return NULL;
}

static bool is_case(const ProtobufCFieldDescriptor *f)
{
	return (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static const ProtobufCFieldDescriptor *first_case(const ProtobufCMessageDescriptor *d)
{
	for (unsigned i = 0; i < d->n_fields; i++)
		if (is_case(&d->fields[i]))
			return &d->fields[i];
	return NULL;
}

ProtobufCMessage *route_unpack(const ProtobufCMessageDescriptor *d, struct span bytes,
			       struct arena *a)
{
	ProtobufCAllocator allocator = arena_protobuf(a);
	size_t budget = bytes.n * ROUTE_MEMORY_FACTOR, cap = a->cap;
	ProtobufCMessage *m;

	if (bytes.n > ROUTE_WIRE_MAX)
		return NULL;
	if (budget < ROUTE_MEMORY_MIN)
		budget = ROUTE_MEMORY_MIN;
	if (cap == 0 || a->used + budget < cap)
		a->cap = a->used + budget;
	m = protobuf_c_message_unpack(d, &allocator, bytes.n, (const uint8_t *)bytes.p);
	a->cap = cap;
	return m;
}

unsigned route_case(const ProtobufCMessage *envelope, const void **ret_body)
{
	const ProtobufCFieldDescriptor *f = first_case(envelope->descriptor);
	const char *base = (const char *)envelope;
	const void *body = NULL;
	uint32_t number = 0;

	if (f) {
		memcpy(&number, base + f->quantifier_offset, sizeof(number));
		if (number != 0)
			memcpy(&body, base + f->offset, sizeof(body));
	}
	*ret_body = body;
	return number;
}

int route_dispatch(const struct route_table *t, struct route_stats *stats, void *ctx, uint64_t peer,
		   unsigned role, const ProtobufCMessage *envelope)
{
	const void *body;
	unsigned number = route_case(envelope, &body);
	const struct route *row;

	if (number >= t->n || !t->rows[number].handle || !body) {
		stats->unknown++;
		return 0;
	}
	row = &t->rows[number];
	if (!(row->from & role)) {
		stats->refused++;
		return 0;
	}
	stats->handled++;
	return row->handle(ctx, peer, body);
}

const char *route_check(const struct route_table *t)
{
	const ProtobufCMessageDescriptor *d = t->envelope;

	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];

		if (!is_case(f))
			continue;
		if (f->type != PROTOBUF_C_TYPE_MESSAGE || f->id >= t->n || !t->rows[f->id].handle ||
		    !t->rows[f->id].from)
			return f->name;
	}
	return NULL;
}
