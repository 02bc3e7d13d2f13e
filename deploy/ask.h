/*
 * ask.h - one question to persist, by a link as role `ops`, from a command that waits for the
 * answer.
 */
#pragma once

#include "command.h"
#include "persist.pb-c.h"
#include "rt/base.h"

/* The answer, to be freed with mudlark__persist_reply__free_unpacked(r, NULL). 0, or an exit status
 * after the reason was said on stderr; an answer whose status is not OK counts as one (ops.h).
 * `absent` names what STATUS_ABSENT is about: "account wren". */
int ask_persist(const struct args *a, const Mudlark__PersistCall *call, const char *absent,
		Mudlark__PersistReply **ret) MUST_USE;
