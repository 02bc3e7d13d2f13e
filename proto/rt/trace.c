/*
 * trace.c - see trace.h.
 */
#include "rt/trace.h"

/* The finisher of splitmix64: each bit of v moves half of the bits. */
static uint64_t mix(uint64_t v)
{
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9;
	v = (v ^ v >> 27) * 0x94d049bb133111eb;
	return v ^ v >> 31;
}

uint64_t trace_number(uint64_t session, uint64_t seq)
{
	return mix(mix(session) + seq);
}
