/*
 * client_console.h - the operator's console: lines over a unix socket that only its owner can open
 * (gateway/listener.h).  No telnet, no colours; the session is trusted and may end its input early.
 */
#pragma once

#include "gateway/protocol.h"

extern const struct protocol protocol_console;
