/*
 * proc_build.c - the build of a program that knows its version alone. The processes are linked with one that knows the
 * commit, too, in the place of this (see revision.c in the Makefile).
 */
#include "rt/proc.h"

const char *proc_build(void)
{
	return PROC_VERSION;
}
