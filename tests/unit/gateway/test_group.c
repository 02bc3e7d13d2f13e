/*
 * test_group.c - members come and go in any order.
 */
#include "gateway/group.h"

#include "rt/rand.h"
#include "tests/unit/gateway/bytes.h"

enum { SESSIONS = 50, GROUPS = 5 };

START_TEST(members_are_where_they_were_put)
{
	struct map64 groups;
	struct session *s[SESSIONS];
	uint64_t in[SESSIONS] = { 0 };
	struct rng r;

	rng_seed(&r, 2);
	map64_init(&groups, 0);
	for (uint64_t i = 0; i < SESSIONS; i++)
		s[i] = session_new(i + 1, "x", false);
	for (int step = 0; step < 3000; step++) {
		size_t i = rng_below(&r, SESSIONS), n = 0;

		in[i] = rng_below(&r, GROUPS + 1);
		group_enter(&groups, s[i], in[i]);
		for (uint64_t g = 1; g <= GROUPS; g++) {
			struct group *group = group_get(&groups, g);

			for (uint32_t k = 0; group && k < group->n; k++, n++)
				if (group->members[k]->member != k ||
				    in[group->members[k]->id - 1] != g)
					ck_abort_msg("member %u of %u", k, (unsigned)g);
		}
		for (size_t k = 0; k < SESSIONS; k++)
			n -= in[k] != 0;
		ck_assert_uint_eq(n, 0);
	}
	for (size_t i = 0; i < SESSIONS; i++) {
		group_enter(&groups, s[i], 0);
		session_free(s[i]);
	}
	ck_assert_uint_eq(groups.n, 0);
	map64_done(&groups);
}
END_TEST

UNIT_MAIN("group", members_are_where_they_were_put)
