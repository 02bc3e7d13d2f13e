/* halt.c - signals by descriptor; see halt.h.  Nothing is read from it: a signal stays pending, and whoever
 * looks later sees it, too. */
#include "halt.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "rt/proc.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

/* What is ignored (nohup, a job in the background) stays so: held back it would count. */
static void all(sigset_t *ret)
{
	struct sigaction now;
	sigemptyset(ret);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(ret, signals[i]);
}

int halt_open(void)
{
	sigset_t set;
	all(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int halt_status(int fd)
{
	sigset_t pending;
	if (fd < 0 || sigpending(&pending) < 0)
		return EXIT_DONE;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (sigismember(&pending, signals[i]) == 1)
			return 128 + signals[i];
	return EXIT_DONE;
}

void halt_release(void)
{
	sigset_t set;
	all(&set);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}
