/*
 * rights.h - what a gateway gives up once it does not need it any more: root, capabilities, system calls
 * (rt/sandbox.h).  What cannot be given up is said in the log, and the gateway is not to run: -EPERM.
 */
#pragma once

#include "gateway/gateway.h"

/* All addresses are bound: root and capabilities are not needed any more.  Threads that are started later
 * have no more rights either. */
int rights_give_up(const struct gateway_conf *c) MUST_USE;
/* After this nothing can be started, written or listened at. */
int rights_lock(const struct gateway_conf *c) MUST_USE;
