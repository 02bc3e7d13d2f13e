/*
 * transcript.h - a recording of a telnet connection (tap.h) as text that people read, and that a unit
 * test plays again:
 *
 *	< IAC DO TTYPE                              the server
 *	> IAC WILL TTYPE                            the client
 *	> IAC SB TTYPE 0 "TINTIN++" IAC SE
	> IAC SB NAWS 0 100 0 40 IAC SE             numbers, not text
 *	>z "look" CR LF                             the same, sent compressed (MCCP3; <z: MCCP2)
 *	< text                                      the server's words are left out, and so is
 *	< IAC SB GMCP ... IAC SE                    what it says by GMCP, MSDP and MSSP
 *
 * A line is a command, or a run of text up to the next one.  Bytes are names, "text" with \" and \\,
 * or decimal numbers.
 */
#pragma once

#include "rt/buf.h"

/* Both are owned by the caller; the text is terminated. */
struct buf transcript_of(struct span recording) MUST_USE;
