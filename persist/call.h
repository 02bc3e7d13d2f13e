/*
 * call.h - calls that are answered by the store alone: grants, loads, documents, lists.  Pure like
 * batch.h; the three calls with passwords are in account.h, StoreStatus is the inbox's own.
 */
#pragma once

#include "persist/store.h"

/* 0: *reply is complete, refusals included; -errno: the store is away. What the reply points to lies in
 * `a`, which must have no cap. */
int call_run(const struct store_ops *ops, struct store *s, const Mudlark__PersistCall *q,
	     struct arena *a, Mudlark__PersistReply *reply) MUST_USE;
