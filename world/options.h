/*
 * options.h - the world's option table, as values.
 */
#pragma once

#include "rt/base.h"
#include "rt/conf.h"
#include "world.pb-c.h"

enum durability { DURABILITY_AVAILABLE, DURABILITY_STRICT };

struct options {
	char *bus, *store_bus, *metrics, *pack_path, *input_log, *crash_note;
	char *name, *gui_url, *gui_version, *media_url, *media_suffix;
	char *discord_invite, *discord_application;
	char **packs, **mssp, **exempt, **channels, **boards;
	int64_t number, tick_rate, linkdead_grace, attach_grace, stall_grace, backlog, start_wait,
		resume_bytes, answer_wait, talk_rate, channel_rate;
	int64_t max_per_address, opens_minute, opens_ten_minutes, failed_logins, silent_sessions;
	int durability;
	bool guests, guests_speak, life, test_verbs;
};

extern const struct conf_table options_table;

/* The first value that is not what its option takes, that option's name, and what is wrong with it; NULL: all
 * are fine. */
const char *options_fault(const struct options *o, const char **ret_option, const char **ret_why);
/* What the core has to know, as "key=value" in Begin.conf. The texts belong to *m. */
void options_to_begin(const struct options *o, Mudlark__Begin *m);
void options_begin_done(Mudlark__Begin *m);
/* Where the crash note is: the option, or beside an ipc:// bus. "" off. Takes: free(). */
char *options_crash_note(const struct options *o);
