/*
 * client_telnet.h - a player's telnet or MUD client.
 */
#pragma once

#include "gateway/protocol.h"

extern const struct protocol protocol_telnet;
