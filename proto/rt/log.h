/*
 * log.h - structured logging to stderr: logfmt, or JSON by option; one line an event.
 *
 *   log_info("session_closed", LOG_U64("session", id), LOG_STR("reason", why));
 *
 * error: someone must act.  warning: degraded.  info: life cycle.  debug: by subsystem.  A function
 * logs an error or returns it, never both.  Text from outside goes through LOG_TEXT, which quotes and
 * cuts it; secrets never.  Writing never blocks: lines that do not fit into the pipe are dropped and
 * counted.  The only state of the runtime that is not passed as a context lives here.
 */
#pragma once

#include "rt/base.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct log_field {
	const char *key;
	enum { LOG_F_STR, LOG_F_SPAN, LOG_F_INT, LOG_F_U64, LOG_F_HEX, LOG_F_ERR } kind;
	union {
		const char *s;
		struct span span;
		int64_t i;
		uint64_t u;
	} v;
};

#define LOG_STR(k, x) ((struct log_field){ (k), LOG_F_STR, { .s = (x) } })
#define LOG_TEXT(k, x) ((struct log_field){ (k), LOG_F_SPAN, { .span = (x) } })
#define LOG_INT(k, x) ((struct log_field){ (k), LOG_F_INT, { .i = (int64_t)(x) } })
#define LOG_U64(k, x) ((struct log_field){ (k), LOG_F_U64, { .u = (uint64_t)(x) } })
#define LOG_ID(k, x) ((struct log_field){ (k), LOG_F_HEX, { .u = (uint64_t)(x) } }) /* 16 hex */
#define LOG_ERRNO(r) ((struct log_field){ "error", LOG_F_ERR, { .i = (r) } })	    /* -errno */

void log_init(const char *process, enum log_level level, bool json);
void log_set(enum log_level level, bool json);
bool log_on(enum log_level level);
uint64_t log_dropped(void);
void log_write(enum log_level level, const char *event, const struct log_field *f, size_t n);

/* A warning in the words of a library: one a second, with how many were left out since the last. */
void log_library(const char *library, const char *text);

#define LOG_AT(level, event, ...)                                                                  \
	do {                                                                                       \
		if (log_on(level)) {                                                               \
			const struct log_field log_f_[] = { { 0 }, ##__VA_ARGS__ };                \
			log_write(level, event, log_f_ + 1, ARRAY_LEN(log_f_) - 1);                \
		}                                                                                  \
	} while (0)
#define log_error(event, ...) LOG_AT(LOG_ERROR, event, ##__VA_ARGS__)
#define log_warning(event, ...) LOG_AT(LOG_WARNING, event, ##__VA_ARGS__)
#define log_info(event, ...) LOG_AT(LOG_INFO, event, ##__VA_ARGS__)
#define log_debug(event, ...) LOG_AT(LOG_DEBUG, event, ##__VA_ARGS__)
