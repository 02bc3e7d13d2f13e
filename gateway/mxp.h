/*
 * mxp.h - the part of MXP (Telnet option 91) that is safe: things one can click.
 *
 * A client that reads MXP reads `<`, `>` and `&` of every text.  So all text for it is escaped, whoever
 * wrote it, and it is kept in open mode, in which nothing but harmless tags would count even if one got
 * through.  Each of our own tags is made secure by itself (`ESC [ 4 z` in front of it).
 */
#pragma once

#include "gateway/charset.h"
#include "rt/base.h"
#include "rt/buf.h"

/* What a client that agreed is told first. */
void mxp_start(struct buf *out);
/* Nothing in s means anything to MXP. */
bool mxp_is_plain(struct span s);
/* Appends s so that it is shown as it is. */
void mxp_escape(struct buf *out, struct span s);

/* May a click send this? One line of what a player could type, and no menu (`|`) of several. */
bool mxp_can_send(struct span command);
/* Appends the tags around what is clicked. */
void mxp_link(struct buf *out, struct span command, enum charset to);
void mxp_link_end(struct buf *out);
