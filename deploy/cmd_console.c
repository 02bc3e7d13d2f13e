/* cmd_console.c - `mudlark console`: a staff session over the gateway's 0700 socket. */
#include "command.h"
#include "console.h"
#include "place.h"
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/proc.h"

static int dial(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *bare = strncmp(path, "unix:", 5) == 0 ? path + 5 : path;
	if (strlen(bare) >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, bare, strlen(bare) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

static int run(const struct args *a)
{
	struct place place;
	place_init(&place, a->data);
	CLEANUP(base_freep) char *bin = place_bin();
	CLEANUP(base_freep) char *path = settings_value(a, &place, bin, "gateway.console");
	place_done(&place);
	if (*path == '\0') {
		fprintf(stderr, "mudlark console: gateway.console is turned off.\n");
		return EXIT_UNAVAILABLE;
	}
	int fd = dial(path);
	if (fd < 0) {
		fprintf(stderr, "mudlark console: %s: %s; does the gateway run?\n", path,
			strerror(-fd));
		return EXIT_UNAVAILABLE;
	}
	int status =
		isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? console_edit(fd) : console_pipe(fd);
	close(fd);
	return status;
}

const struct command cmd_console = {
	.name = "console",
	.words = "",
	.about = "a staff session from this machine, with line editing",
	.more = "Who may reach the socket is trusted as an implementor.  When standard input is "
		"not a\n"
		"terminal its lines run at once, and the command ends when the last answer has "
		"come:\n"
		"    echo who | mudlark console",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET,
	.run = run,
};
