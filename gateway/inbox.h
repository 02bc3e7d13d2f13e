/*
 * inbox.h - the gateway's inbox: what each message of the world does (proto/schema/gateway.proto).
 */
#pragma once

#include "gateway/lobby.h"

/* For a test that every case has a handler. */
extern const struct route_table inbox_table;

void inbox_take(struct lobby *l, const Mudlark__GatewayIn *m);
