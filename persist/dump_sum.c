/* dump_sum.c - counts and hashes of an export; see dump_sum.h. */
#include "persist/dump_sum.h"

#include "rt/jsonin.h"

void dump_sum_init(struct dump_sum *s, uint32_t schema)
{
	*s = (struct dump_sum){ .schema = schema };
	crypto_generichash_init(&s->state, NULL, 0, DUMP_HASH_BYTES);
	crypto_generichash_init(&s->all, NULL, 0, DUMP_HASH_BYTES);
}

static void add(crypto_generichash_state *hash, struct span s)
{
	crypto_generichash_update(hash, (const unsigned char *)s.p, s.n);
}

void dump_sum_header(struct dump_sum *s, struct span line)
{
	add(&s->all, line);
}

void dump_sum_row(struct dump_sum *s, const struct dump_table *t, struct span line)
{
	s->rows[t - dump_tables]++;
	s->total++;
	add(&s->state, line);
	add(&s->all, line);
}

static void end(const crypto_generichash_state *hash, char ret[DUMP_HASH_HEX])
{
	crypto_generichash_state copy = *hash;
	unsigned char bytes[DUMP_HASH_BYTES];

	crypto_generichash_final(&copy, bytes, sizeof(bytes));
	sodium_bin2hex(ret, DUMP_HASH_HEX, bytes, sizeof(bytes));
}

void dump_sum_state(const struct dump_sum *s, char ret[DUMP_HASH_HEX])
{
	end(&s->state, ret);
}

void dump_sum_trailer(const struct dump_sum *s, struct buf *out)
{
	char state[DUMP_HASH_HEX], all[DUMP_HASH_HEX];
	const char *comma = "";

	end(&s->state, state);
	end(&s->all, all);
	buf_adds(out, "{\"mudlark\":\"end\",\"rows\":{");
	for (size_t i = 0; i < DUMP_TABLES; i++) {
		if (dump_tables[i].since > s->schema)
			continue;
		buf_addf(out, "%s\"%s\":%llu", comma, dump_tables[i].name,
			 (unsigned long long)s->rows[i]);
		comma = ",";
	}
	buf_addf(out, "},\"state\":\"%s\",\"lines\":\"%s\"}\n", state, all);
}

void dump_sum_differs(const struct dump_sum *s, struct span line, struct buf *why)
{
	CLEANUP(jsonin_freep) json_t *o = jsonin_object(line);
	const json_t *rows = o ? jsonin_in(o, "rows") : NULL;
	char state[DUMP_HASH_HEX];
	uint64_t n;

	for (size_t i = 0; rows && i < DUMP_TABLES; i++) {
		if (jsonin_count(rows, dump_tables[i].name, INT64_MAX, &n) && n != s->rows[i]) {
			buf_addf(why, "of table %s there should be %llu rows, and are %llu",
				 dump_tables[i].name, (unsigned long long)n,
				 (unsigned long long)s->rows[i]);
			return;
		}
	}
	end(&s->state, state);
	if (o && !jsonin_is(o, "state", state))
		buf_addf(why, "the rows have the state hash %s, and not the one told here", state);
	else
		buf_adds(why, "the lines before are not those this last line was made for");
}
