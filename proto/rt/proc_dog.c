/*
 * proc_dog.c - the watchdog that ends a process whose loop does not turn.
 *
 * Two looks, half the limit apart: the first one only notes that nothing moved, so that a process that was itself stopped
 * for a while (SIGSTOP, a frozen container) has time to beat when it goes on.  All it remembers is which handler SIGALRM has.
 */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "rt/proc_impl.h"

enum { LIMIT_MIN_US = 2000000, SECOND_US = 1000000 };

static void on_hung(UNUSED int signo)
{
	static const char line[] = "level=error event=hung reason=\"the loop does not turn\"\n";

	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(EXIT_STUCK);
}

static void on_late(UNUSED int signo)
{
	struct itimerval t;

	signal(SIGALRM, on_hung);
	getitimer(ITIMER_REAL, &t);
	t.it_value = t.it_interval;
	setitimer(ITIMER_REAL, &t, NULL);
}

void proc_dog(int64_t limit_us)
{
	struct itimerval t = { 0 };

	if (limit_us > 0) {
		const int64_t half = (limit_us > LIMIT_MIN_US ? limit_us : LIMIT_MIN_US) / 2;

		t.it_value = (struct timeval){ half / SECOND_US, half % SECOND_US };
		t.it_interval = t.it_value;
		signal(SIGALRM, on_late);
	}
	setitimer(ITIMER_REAL, &t, NULL);
}
