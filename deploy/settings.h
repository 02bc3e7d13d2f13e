/*
 * settings.h - what the operator's command itself must know of the configuration.
 *
 * Values belong to the processes, which read, check and explain them.  The command only looks up a
 * few by name (flag over environment over file, as everywhere), and hands each process the paths
 * that follow from --data, for those options that nobody has set.
 */
#pragma once

#include "command.h"
#include "place.h"
#include "rt/base.h"

/* The value set for section.key by flag, environment or file, to be freed; NULL: nobody set it (or
 * the file cannot be read: the processes will say so). */
char *settings_find(const struct args *a, const char *key) MUST_USE;

/* What options say of a process. */
struct settings_process {
	const char *name;
	const char *metrics;	  /* the option with the address of its numbers */
	const char *wanted_by[2]; /* it is run only when one of these is set; NULL: in any case */
};

/* The table, in the order of start; NULL: no more. */
const struct settings_process *settings_process(size_t i);
bool settings_wants(const struct args *a, const struct settings_process *p);

/* "section.key=value" for what follows from the place and is not set otherwise; NULL-terminated. */
char **settings_derive(const struct args *a, const struct place *p, const char *bin) MUST_USE;
void settings_free(char **list);

/* The same as one option's value: settings_find(), else what --data makes it, else NULL. */
char *settings_value(const struct args *a, const struct place *p, const char *bin,
		     const char *key) MUST_USE;

/* The command line for a program: its path, --config, derived sets, the user's sets, `extra`
 * (NULL-terminated, may be NULL).  Free with settings_free(). */
char **settings_argv(const char *program, const struct args *a, char *const *derived,
		     const char *const *extra) MUST_USE;
