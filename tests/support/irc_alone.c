/* irc_alone.c - see irc_alone.h. */
#include "tests/support/irc_alone.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { ARGS_MAX = 64, OPTION_MAX = 300, END_US = 6000000 };

static size_t add(const char **argv, size_t n, const char *set)
{
	if (n + 3 > ARGS_MAX)
		die("too many options");
	argv[n++] = "--set";
	argv[n++] = set;
	return n;
}

void irc_alone_start(struct irc_alone *a, const char *const *sets, const char *dir, bool tls)
{
	const char *argv[ARGS_MAX] = { child_program("mudlark-irc") };
	char world[OPTION_MAX], store[OPTION_MAX], port[OPTION_MAX], ca[OPTION_MAX];
	CLEANUP(base_freep) char *log = NULL;
	size_t n = 1;

	*a = (struct irc_alone){ .dir = dir ? dir : tmp_dir() };
	irc_script_listen(&a->script, tls ? a->dir : NULL);
	snprintf(world, sizeof(world), "world.bus=ipc://%s/world.bus", a->dir);
	snprintf(store, sizeof(store), "persist.bus=ipc://%s/persist.bus", a->dir);
	snprintf(port, sizeof(port), "irc.port=%u", a->script.port);
	snprintf(ca, sizeof(ca), "irc.ca_file=%s/cert.pem", a->dir);
	n = add(argv, n, world);
	n = add(argv, n, store);
	n = add(argv, n, port);
	n = add(argv, n, "irc.host=127.0.0.1");
	n = add(argv, n, tls ? "irc.tls=true" : "irc.tls=false");
	n = add(argv, n, "irc.channels=#mud = chat");
	if (tls)
		n = add(argv, n, ca);
	for (; sets && *sets; sets++)
		n = add(argv, n, *sets);
	log = tmp_path(a->dir, "irc.out");
	child_start(&a->child, argv, log);
}

void irc_alone_stop(struct irc_alone *a)
{
	int status;

	irc_script_hang_up(&a->script);
	status = child_end(&a->child, SIGTERM, END_US);
	if (status) {
		CLEANUP(base_freep) char *log = tmp_read(a->child.log);

		die("the bridge ended with status %d:\n%s", status, log);
	}
	irc_script_free(&a->script);
}

bool irc_alone_says(const struct irc_alone *a, const char *text, uint64_t within_us)
{
	return child_says(&a->child, text, within_us);
}

size_t irc_alone_count(const struct irc_alone *a, const char *text)
{
	CLEANUP(base_freep) char *log = tmp_read(a->child.log);
	size_t n = 0;

	for (const char *at = log; (at = strstr(at, text)); at += strlen(text))
		n++;
	return n;
}
