/*
 * irc_alone.h - a process mudlark-irc with nobody but a scripted IRC server (irc_script.h): no world, no persist.
 */
#pragma once

#include "tests/support/child.h"
#include "tests/support/irc_script.h"

struct irc_alone {
	struct child child;
	struct irc_script script;
	const char *dir;
};

/* `sets`: "section.key=value", NULL-terminated, may be NULL. `tls`: the script has the certificate cert.pem of `dir`,
 * which the bridge trusts. `dir` NULL: a fresh one. */
void irc_alone_start(struct irc_alone *a, const char *const *sets, const char *dir, bool tls);
/* It ends by itself when asked to, in time and with status 0. */
void irc_alone_stop(struct irc_alone *a);
/* Has its log said so, by now or within the time? */
bool irc_alone_says(const struct irc_alone *a, const char *text, uint64_t within_us);
size_t irc_alone_count(const struct irc_alone *a, const char *text);
