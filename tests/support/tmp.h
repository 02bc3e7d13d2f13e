/*
 * tmp.h - a folder of its own for a test, gone when the test's process ends, and loopback ports
 * that nobody listens on.
 */
#pragma once

#include "rt/base.h"

/* A fresh folder; the path is not the caller's to free. With MUDLARK_KEEP in the environment it stays. */
char *tmp_dir(void) MUST_USE;
/* DIR/NAME; freed by the caller. */
char *tmp_path(const char *dir, const char *name) MUST_USE;
uint16_t tmp_port(void) MUST_USE;
/* Replaces the file. */
void tmp_write(const char *path, const char *text);
/* The whole file, terminated; "" when there is none. Freed by the caller. */
char *tmp_read(const char *path) MUST_USE;
/* No file of the folder, but this one, holds the text (a secret): else the test dies. */
void tmp_nowhere(const char *dir, const char *text, const char *but);
