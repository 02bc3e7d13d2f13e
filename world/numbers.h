/*
 * numbers.h - what the world tells operators: /metrics and /readyz.
 */
#pragma once

#include "rt/base.h"

struct server;

int numbers_serve(struct server *s) MUST_USE;
