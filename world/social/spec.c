/*
 * spec.c - see spec.h.
 */
#include "world/social/spec.h"

#include <string.h>

#include "rt/text.h"

static bool take_name(struct span word, struct spec *ret)
{
	if (word.n < 2 || word.n > SPEC_NAME_MAX)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'a' || word.p[i] > 'z')
			return false;
	memcpy(ret->name, word.p, word.n);
	return true;
}

static bool take_role(struct span word, struct spec *ret)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		const char *name = role_name((enum role)r);

		if (strlen(name) != word.n || memcmp(name, word.p, word.n) != 0)
			continue;
		ret->role = (enum role)r;
		return true;
	}
	return false;
}

bool spec_parse(struct span text, struct spec *ret, const char **ret_why)
{
	struct span rest = text_trim(text), after, word = text_word(&rest);

	*ret = (struct spec){ .role = ROLE_PLAYER };
	if (!take_name(word, ret)) {
		*ret_why = "its name is not 2 to 16 letters a to z";
		return false;
	}
	after = rest;
	if (take_role(text_word(&after), ret))
		rest = after;
	after = rest;
	word = text_word(&after);
	if (word.n == 3 && !memcmp(word.p, "off", 3)) {
		ret->off = true;
		rest = after;
	}
	ret->about = rest;
	if (!rest.n || rest.n > SPEC_ABOUT_BYTES || !text_is_utf8(rest)) {
		*ret_why = "behind its name a few words about it are wanted, at most 160 bytes";
		return false;
	}
	return true;
}
