/*
 * sample.h - what a process costs, read from /proc: memory by its proportional share, CPU time of
 * all its threads, and how busy the whole machine was.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"

/* Proportional set size in KiB; 0 when the process is gone. */
uint64_t sample_pss_kb(pid_t pid);
/* User and system time in microseconds. */
uint64_t sample_cpu_us(pid_t pid);
/* Time all CPUs together spent working, in microseconds. */
uint64_t sample_machine_us(void);
/* A figure of /proc/PID/status: "VmRSS" in KiB, "Threads"; 0: it is gone. */
uint64_t sample_status(pid_t pid, const char *field);
/* Open file descriptors. */
size_t sample_fds(pid_t pid);
/* The children of a process, at most max; how many. */
size_t sample_children(pid_t parent, pid_t *ret, size_t max);
/* Its arguments, separated by spaces; "" when it is gone. */
void sample_cmdline(pid_t pid, char *ret, size_t size);
