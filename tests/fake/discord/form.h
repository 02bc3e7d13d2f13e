/*
 * form.h - bodies that a client sends, checked against what is documented: no member that is not, every limit.
 */
#pragma once

#include <jansson.h>
#include "rt/buf.h"

enum form_kind {
	FORM_WEBHOOK,	    /* execute webhook */
	FORM_MESSAGE,	    /* create message */
	FORM_EDIT,	    /* of a webhook's message */
	FORM_FOLLOWUP,	    /* of an interaction */
	FORM_CALLBACK_DATA, /* of a response of type 4 */
};

/* Each: fine, or false with a sentence in *why. */
bool form_message(enum form_kind kind, const json_t *body, struct buf *why);
bool form_new_webhook(const json_t *body, struct buf *why);
bool form_commands(const json_t *body, struct buf *why);
bool form_callback(const json_t *body, struct buf *why);
/* Pings nobody, whatever stands in it: {"parse": []}, and nothing beside that allows anything. */
bool form_pings_nobody(const json_t *body);
