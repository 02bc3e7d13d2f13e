/*
 * refusal.h - what is said to those who may not come in, before they cost anything: by telnet a
 * sentence, to a browser an answer, where TLS is spoken an alert.  Nothing more can be said then.
 */
#pragma once

#include "rt/base.h"

struct refusal {
	const char *sentence;
	int status; /* of HTTP: 400, 403, 429 or 503 */
};

void refusal_say(int fd, bool http, const struct refusal *r);
void refusal_alert(int fd);
