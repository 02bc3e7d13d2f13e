/* sample.c - see sample.h. */
#include "tests/support/sample.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a small file of /proc. 0: it is not there. */
static size_t slurp(const char *path, char *ret, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n;

	ret[0] = '\0';
	if (!f)
		return 0;
	n = fread(ret, 1, size - 1, f);
	ret[n] = '\0';
	fclose(f);
	return n;
}

static uint64_t ticks_us(uint64_t ticks)
{
	return ticks * 1000000u / (uint64_t)sysconf(_SC_CLK_TCK);
}

uint64_t sample_pss_kb(pid_t pid)
{
	char path[64], text[2048], *at;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	slurp(path, text, sizeof(text));
	at = strstr(text, "\nPss:");
	return at ? strtoull(at + 5, NULL, 10) : 0;
}

/* Field `wanted` (from 3 on, as in proc(5)) of /proc/PID/stat. */
static uint64_t stat_field(pid_t pid, int wanted)
{
	char path[64], text[1024], *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	slurp(path, text, sizeof(text));
	at = strrchr(text, ')');
	for (int field = 2; at && field < wanted; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at ? strtoull(at, NULL, 10) : 0;
}

uint64_t sample_cpu_us(pid_t pid)
{
	return ticks_us(stat_field(pid, 14) + stat_field(pid, 15));
}

uint64_t sample_machine_us(void)
{
	char text[512];
	unsigned long long user = 0, nice = 0, system = 0, idle, wait, irq = 0, soft = 0;

	slurp("/proc/stat", text, sizeof(text));
	if (sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
		   &wait, &irq, &soft) != 7)
		return 0;
	return ticks_us(user + nice + system + irq + soft);
}

uint64_t sample_status(pid_t pid, const char *field)
{
	char path[64], text[4096], name[40], *at;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	snprintf(name, sizeof(name), "\n%s:", field);
	slurp(path, text, sizeof(text));
	at = strstr(text, name);
	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

size_t sample_fds(pid_t pid)
{
	char path[64];
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	if (!d)
		return 0;
	while (readdir(d))
		n++;
	closedir(d);
	return n > 2 ? n - 2 : 0;
}

size_t sample_children(pid_t parent, pid_t *ret, size_t max)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)) && n < max) {
		pid_t pid = (pid_t)atoi(e->d_name);

		if (pid > 0 && (pid_t)stat_field(pid, 4) == parent)
			ret[n++] = pid;
	}
	if (d)
		closedir(d);
	return n;
}

void sample_cmdline(pid_t pid, char *ret, size_t size)
{
	char path[64];
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	n = slurp(path, ret, size);
	for (size_t i = 0; i + 1 < n; i++)
		if (!ret[i])
			ret[i] = ' ';
}
