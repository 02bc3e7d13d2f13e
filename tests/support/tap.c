/* tap.c - see tap.h.  A recording is a run of pieces: who sent it, how long it is, the bytes. */
#include "tests/support/tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

struct piece_head {
	uint32_t from, n;
};

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void note(int log, uint32_t from, const char *p, size_t n)
{
	struct piece_head head = { from, (uint32_t)n };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)(uintptr_t)p, n } };

	if (writev(log, parts, 2) != (ssize_t)(sizeof(head) + n))
		_exit(1);
}

/* Until either end is closed. */
static void carry(int log, int ends[2])
{
	struct pollfd fds[] = { { ends[0], POLLIN, 0 }, { ends[1], POLLIN, 0 } };
	char bytes[65536];

	while (poll(fds, 2, -1) > 0)
		for (uint32_t i = 0; i < 2; i++) {
			ssize_t n = fds[i].revents ? recv(ends[i], bytes, sizeof(bytes), 0) : -1;

			if (fds[i].revents && n <= 0)
				return;
			if (n <= 0)
				continue;
			note(log, i, bytes, (size_t)n);
			if (send(ends[!i], bytes, (size_t)n, MSG_NOSIGNAL) != n)
				return;
		}
}

static void serve(int listener, uint16_t server_port, const char *path)
{
	struct sockaddr_in to = loopback(server_port);
	int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	int ends[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ends[TAP_CLIENT] = accept(listener, NULL, NULL);
	close(listener);
	ends[TAP_SERVER] = socket(AF_INET, SOCK_STREAM, 0);
	if (log >= 0 && ends[0] >= 0 && !connect(ends[1], (struct sockaddr *)&to, sizeof(to)))
		carry(log, ends);
	_exit(0);
}

void tap_open(struct tap *t, uint16_t server_port, const char *dir, const char *name)
{
	int listener = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct sockaddr_in a = loopback(0);
	socklen_t n = sizeof(a);

	*t = (struct tap){ 0 };
	must(asprintf(&t->path, "%s/%s.tap", dir, name), "asprintf");
	must(bind(listener, (struct sockaddr *)&a, n), "bind");
	must(listen(listener, 1), "listen");
	must(getsockname(listener, (struct sockaddr *)&a, &n), "getsockname");
	t->port = ntohs(a.sin_port);
	fflush(NULL);
	t->pid = must(fork(), "fork");
	if (!t->pid)
		serve(listener, server_port, t->path);
	close(listener);
}

void tap_close(struct tap *t)
{
	if (t->pid) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	free(t->path);
	*t = (struct tap){ 0 };
}

struct buf tap_read(const struct tap *t)
{
	struct buf b = { 0 };
	FILE *f = fopen(t->path, "re");
	size_t n;

	while (f && (n = fread(buf_reserve(&b, 65536), 1, 65536, f)) > 0)
		buf_commit(&b, n);
	if (f)
		fclose(f);
	return b;
}

void tap_add(struct buf *recording, enum tap_side from, struct span bytes)
{
	struct piece_head head = { from, (uint32_t)bytes.n };

	buf_add(recording, &head, sizeof(head));
	buf_add(recording, bytes.p, bytes.n);
}

bool tap_next(struct span *recording, struct tap_piece *ret)
{
	struct piece_head head;

	if (recording->n < sizeof(head))
		return false;
	memcpy(&head, recording->p, sizeof(head));
	if (recording->n - sizeof(head) < head.n)
		return false;
	ret->from = (enum tap_side)head.from;
	ret->bytes = (struct span){ recording->p + sizeof(head), head.n };
	recording->p += sizeof(head) + head.n;
	recording->n -= sizeof(head) + head.n;
	return true;
}
