/*
 * trace.h - the number of a typed line in the debug logs of all processes, from keystroke to commit to output.
 *
 * It is worked out of what each process knows anyway, so that it need not travel:
 *
 *   log_debug("line_taken", LOG_TRACE(session, seq), ...);
 */
#pragma once

#include "rt/base.h"
#include "rt/log.h"

/* The same in every process, another one for another line; not for keeping anything secret. */
uint64_t trace_number(uint64_t session, uint64_t seq);

#define LOG_TRACE(session, seq) LOG_ID("trace", trace_number((session), (seq)))
