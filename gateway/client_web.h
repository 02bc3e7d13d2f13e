/*
 * client_web.h - browsers and other WebSocket clients: what their messages mean, by the subprotocol
 * that was agreed (mudstandards.org/websocket).
 *
 *	terminal  binary messages: UTF-8 text with ANSI colours, one for each turn, the prompt at its end
 *	gmcp      the same; text messages: `Package.Name json`, both ways
 *	json      the same; text messages: {"proto":"gmcp","id":"Package.Name","data":"json"}
 *	telnet    binary messages: the Telnet stream (client_telnet.h)
 *
 * What the client types is the text of one message: a line, or lines with ends between them.  Of our own
 * packages the client may say Mudlark.Terminal (columns, colours, screen reader), and is told
 * Mudlark.Input when what is typed next is to be hidden.
 */
#pragma once

#include "rt/httphead.h"
#include "gateway/protocol.h"

extern const struct protocol protocol_terminal, protocol_gmcp, protocol_json;

/* The first subprotocol the client offers that we know, *ret_name is it as it is echoed; what speaks
 * with those who offer none that we know: terminal, *ret_name NULL. */
const struct protocol *client_web_choose(const struct http_head *r, const char **ret_name);
