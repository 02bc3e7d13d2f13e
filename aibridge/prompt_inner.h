/*
 * prompt_inner.h - the parts of prompt.c that are files of their own.
 */
#pragma once

#include "aibridge/prompt.h"

/* The tools of what it may do, into p; returns how many bytes their texts have. */
size_t prompt_tools(struct arena *a, const Mudlark__AiView *v, struct prompt *p);
