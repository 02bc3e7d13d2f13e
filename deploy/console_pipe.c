/* console_pipe.c - a console session without a terminal; see console.h. */
#include "console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rt/proc.h"

/* Moves one piece; false at the end or when the reader is gone. */
static bool move(int from, int to)
{
	char piece[8192];
	ssize_t n = read(from, piece, sizeof(piece));
	if (n < 0 && errno == EINTR)
		return true;
	for (ssize_t at = 0; at < n;) {
		ssize_t w = write(to, piece + at, (size_t)(n - at));
		if (w < 0 && errno != EINTR)
			return false;
		at += w > 0 ? w : 0;
	}
	return n > 0;
}

int console_pipe(int fd)
{
	struct pollfd polls[] = { { .fd = fd, .events = POLLIN },
				  { .fd = STDIN_FILENO, .events = POLLIN } };
	for (;;) {
		if (poll(polls, ARRAY_LEN(polls), -1) < 0 && errno != EINTR)
			return EXIT_FAULT;
		if (polls[0].revents && !move(fd, STDOUT_FILENO))
			return EXIT_DONE;
		if (polls[1].revents && !move(STDIN_FILENO, fd)) {
			shutdown(fd, SHUT_WR);
			polls[1].fd = -1;
		}
	}
}
