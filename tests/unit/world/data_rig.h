/*
 * data_rig.h - a rig whose players have clients with GMCP: what they support, what they were sent,
 * what they ask.
 */
#pragma once

#include "rig.h"
#include "world/data.h"
#include "world/texts.h"

static inline void data_caps_fill(Mudlark__SessionCaps *m, uint64_t session, char *list,
				  char *words[64])
{
	mudlark__session_caps__init(m);
	m->session = session;
	m->gmcp = true;
	m->supports = words;
	for (char *p = strtok(list, " "); p; p = strtok(NULL, " "))
		words[m->n_supports++] = p;
}

/* Space separated, as the gateway has them. */
static inline void rig_caps(struct rig *r, uint64_t session, const char *supports)
{
	char *words[64], *list = strdup(supports);
	Mudlark__SessionCaps m;

	data_caps_fill(&m, session, list, words);
	RIG_FEED(r, RIG_GATEWAY, SESSION_CAPS, session_caps, &m);
	rig_turn(r);
	free(list);
}

static inline void rig_attach_caps(struct rig *r, uint64_t session, const char *supports)
{
	char *words[64], *list = strdup(supports);
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;
	Mudlark__SessionCaps caps;

	data_caps_fill(&caps, session, list, words);
	m.session = session;
	m.peer = "203.0.113.7";
	m.caps = &caps;
	RIG_FEED(r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &m);
	rig_turn(r);
	free(list);
}

static inline void rig_data(struct rig *r, uint64_t session, const char *package, const char *json)
{
	Mudlark__SessionData m = MUDLARK__SESSION_DATA__INIT;

	m.session = session;
	m.package = (char *)(uintptr_t)package;
	m.json = (ProtobufCBinaryData){ .len = strlen(json), .data = (uint8_t *)(uintptr_t)json };
	RIG_FEED(r, RIG_GATEWAY, SESSION_DATA, session_data, &m);
	rig_turn(r);
}

static inline bool rig_is_data(const Mudlark__GatewayIn *m, uint64_t session, const char *package)
{
	return m->body_case == MUDLARK__GATEWAY_IN__BODY_DATA &&
	       rig_lists(m->data->sessions, m->data->n_sessions, session) &&
	       (!package || !strcmp(m->data->package, package));
}

/* How often since rig_forget(); package NULL: any. */
static inline size_t rig_told(const struct rig *r, uint64_t session, const char *package)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_said; i++)
		n += rig_is_data(r->said[i].m, session, package);
	return n;
}

/* The JSON of the nth (from 0) of a package; "" when there is none. Valid until the next call. */
static inline const char *rig_json_at(const struct rig *r, uint64_t session, const char *package,
				      size_t nth)
{
	static char text[65536];

	text[0] = '\0';
	for (size_t i = 0; i < r->n_said; i++) {
		const Mudlark__GatewayIn *m = r->said[i].m;

		if (!rig_is_data(m, session, package) || nth--)
			continue;
		ck_assert_uint_lt(m->data->json.len, sizeof(text));
		memcpy(text, m->data->json.data, m->data->json.len);
		text[m->data->json.len] = '\0';
		break;
	}
	return text;
}

static inline const char *rig_json(const struct rig *r, uint64_t session, const char *package)
{
	return rig_json_at(r, session, package, 0);
}

#define RIG_HAS(r, session, package, part)                                                         \
	do {                                                                                       \
		const char *json_ = rig_json((r), (session), (package));                           \
                                                                                                   \
		ck_assert_msg(strstr(json_, (part)) != NULL, "%s %s", (package), json_);           \
	} while (0)
