/*
 * xml.h - writing XML 1.0: whatever text comes in, what goes out is well formed.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* As the content of an element or of an attribute in double quotes. Characters that XML 1.0 has no room for, and bytes that
 * are no UTF-8, are left out. */
void xml_text(struct buf *out, struct span text);
/* <name>text</name>; nothing when the text is empty. */
void xml_element(struct buf *out, const char *name, struct span text);
/* Plain text as HTML, for a place where HTML is expected, escaped once more for the XML around it; \n is a <br>. */
void xml_html(struct buf *out, struct span text);
