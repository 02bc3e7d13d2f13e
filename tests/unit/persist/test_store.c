/* test_store.c - what every store promises: commits, replays, epochs, loads.  Runs on both. */
#include "both.h"

START_TEST(a_commit_is_read_back_byte_for_byte)
{
	struct both b;
	both_open(&b, _i);
	const char *body = "{ \"name\":\"L\xc3\xa9o \\u00e9\", \"n\":1.50e0,\"z\":1,\"a\":{}}";
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	put(&b.a, c, 0xffff800000000001u, 77, "player", body);
	state(&b.a, c, 5);
	both_must_commit(&b, c);
	both_reopen(&b);

	Mudlark__EntityRow **rows;
	size_t n;
	ck_assert_int_eq(b.ops->load_tree(b.s, 0xffff800000000001u, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(rows[0]->id, 0xffff800000000001u);
	ck_assert_uint_eq(rows[0]->owner, 77);
	ck_assert_str_eq(rows[0]->kind, "player");
	ck_assert_uint_eq(rows[0]->body.len, strlen(body));
	ck_assert_mem_eq(rows[0]->body.data, body, strlen(body));
	ck_assert_uint_eq(rows[0]->version, 1);
	both_close(&b);
}
END_TEST

START_TEST(a_grant_brings_the_state_and_a_higher_epoch)
{
	struct both b;
	both_open(&b, _i);
	Mudlark__WorldState *s = NULL;
	uint64_t first, again, second;
	ck_assert_int_eq(b.ops->grant(b.s, WORLD_, 11, &first, &s, &b.a), 0);
	ck_assert_ptr_null(s);
	Mudlark__Commit *c = a_commit(&b.a, first, 1);
	state(&b.a, c, 5);
	both_must_commit(&b, c);

	ck_assert_int_eq(b.ops->grant(b.s, WORLD_, 11, &again, &s, &b.a), 0);
	ck_assert_uint_eq(again, first);
	ck_assert_uint_eq(both_batch(&b), 1);
	ck_assert_int_eq(b.ops->grant(b.s, WORLD_, 12, &second, &s, &b.a), 0);
	ck_assert_uint_gt(second, first);
	ck_assert_uint_eq(both_batch(&b), 0);
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->tick, 5);
	ck_assert_uint_eq(s->next_id, 50);
	ck_assert_uint_eq(s->event_seq, 500);
	ck_assert_uint_eq(s->random.len, 5);
	ck_assert_mem_eq(s->random.data,
			 "a\0b\xff"
			 "c",
			 5);
	ck_assert_uint_eq(s->timers.len, 11);
	both_close(&b);
}
END_TEST

START_TEST(worlds_are_apart)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t one = both_grant(&b, 11);
	uint64_t other;
	Mudlark__WorldState *s;
	ck_assert_int_eq(b.ops->grant(b.s, 2, 12, &other, &s, &b.a), 0);
	both_must_commit(&b, a_commit(&b.a, one, 1));
	Mudlark__Commit *c = a_commit(&b.a, other, 1);
	c->world = 2;
	both_must_commit(&b, c);
	both_must_commit(&b, a_commit(&b.a, one, 2));

	struct store_world *worlds;
	size_t n;
	ck_assert_int_eq(b.ops->worlds(b.s, &worlds, &n, &b.a), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(worlds[0].batch, 2);
	ck_assert_uint_eq(worlds[0].instance, 11);
	ck_assert_uint_eq(worlds[1].world, 2);
	ck_assert_uint_eq(worlds[1].batch, 1);
	both_close(&b);
}
END_TEST

START_TEST(a_replayed_batch_changes_nothing)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *first = a_commit(&b.a, epoch, 1), *second = a_commit(&b.a, epoch, 2);
	put(&b.a, first, 5, 9, "item", "{\"v\":1}");
	document(&b.a, first, "notes", "k", "{\"v\":1}");
	put(&b.a, second, 5, 9, "item", "{\"v\":2}");
	both_must_commit(&b, first);
	both_must_commit(&b, second);
	both_must_commit(&b, first);
	both_must_commit(&b, second);

	Mudlark__Commit *both[] = { first, second, a_commit(&b.a, epoch, 3) };
	put(&b.a, both[2], 6, 9, "item", "{}");
	size_t bad;
	ck_assert_int_eq(b.ops->commit(b.s, both, 3, &bad, &b.why), 0);
	ck_assert_uint_eq(both_batch(&b), 3);
	Mudlark__EntityRow **rows;
	Mudlark__DocumentRow *d;
	size_t n;
	ck_assert_int_eq(b.ops->load_tree(b.s, 5, &rows, &n, &b.a), 0);
	ck_assert_mem_eq(rows[0]->body.data, "{\"v\":2}", 7);
	ck_assert_int_eq(b.ops->load_tree(b.s, 6, &rows, &n, &b.a), 0);
	ck_assert_int_eq(b.ops->document_get(b.s, "notes", "k", &d, &b.a), 0);
	ck_assert_uint_eq(d->version, 1);
	both_close(&b);
}
END_TEST

START_TEST(a_batch_of_an_older_epoch_is_refused_whole)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t old = both_grant(&b, 11);
	both_grant(&b, 12);
	Mudlark__Commit *c = a_commit(&b.a, old, 1);
	put(&b.a, c, 5, 9, "item", "{}");
	ck_assert_int_eq(both_commit(&b, c), STORE_STALE);
	Mudlark__EntityRow **rows;
	size_t n;
	ck_assert_int_eq(b.ops->load_tree(b.s, 5, &rows, &n, &b.a), STORE_ABSENT);
	ck_assert_uint_eq(both_batch(&b), 0);
	both_close(&b);
}
END_TEST

START_TEST(a_gap_and_an_epoch_never_granted_are_refused)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	ck_assert_int_eq(both_commit(&b, a_commit(&b.a, epoch, 2)), STORE_BAD);
	ck_assert_uint_gt(b.why.n, 0);
	ck_assert_int_eq(both_commit(&b, a_commit(&b.a, epoch + 1, 1)), STORE_BAD);
	Mudlark__Commit *c = a_commit(&b.a, 1, 1);
	c->world = 9;
	ck_assert_int_eq(both_commit(&b, c), STORE_BAD);
	Mudlark__Commit *gap[] = { a_commit(&b.a, epoch, 1), a_commit(&b.a, epoch, 3) };
	size_t bad;
	ck_assert_int_eq(b.ops->commit(b.s, gap, 2, &bad, &b.why), STORE_BAD);
	ck_assert_uint_eq(both_batch(&b), 0);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	both_close(&b);
}
END_TEST

static const char *const poisons[] = {
	"not json", "{\"open\":", "[1]", "", "{\"bad\":\"\xff\"}", "{\"nul\":\"\1\"}", "{]",
};

START_TEST(a_poisoned_commit_leaves_no_trace)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	for (size_t i = 0; i < ARRAY_LEN(poisons); i++) {
		Mudlark__Commit *pair[] = { a_commit(&b.a, epoch, 1), a_commit(&b.a, epoch, 2) };
		size_t bad = 99;
		put(&b.a, pair[0], 5, 9, "item", "{}");
		put(&b.a, pair[1], 6, 9, "item", poisons[i]);
		buf_reset(&b.why);
		ck_assert_int_eq(b.ops->commit(b.s, pair, 2, &bad, &b.why), STORE_POISON);
		ck_assert(bad == 1 || bad == 2);
		ck_assert_uint_gt(b.why.n, 0);
	}
	Mudlark__EntityRow **rows;
	size_t n;
	ck_assert_uint_eq(both_batch(&b), 0);
	ck_assert_int_eq(b.ops->load_tree(b.s, 5, &rows, &n, &b.a), STORE_ABSENT);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	both_close(&b);
}
END_TEST

START_TEST(a_batch_set_aside_is_passed_and_kept)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	put(&b.a, c, 6, 9, "item", "{]");
	ck_assert_int_eq(b.ops->set_aside(b.s, c, "because"), 0);
	ck_assert_int_eq(b.ops->set_aside(b.s, c, "because"), 0);
	ck_assert_uint_eq(both_batch(&b), 1);
	both_must_commit(&b, a_commit(&b.a, epoch, 2));
	c = a_commit(&b.a, epoch, 4);
	ck_assert_int_eq(b.ops->set_aside(b.s, c, "gap"), STORE_BAD);
	both_grant(&b, 12);
	ck_assert_int_eq(b.ops->set_aside(b.s, a_commit(&b.a, epoch, 3), "old"), STORE_STALE);
	both_close(&b);
}
END_TEST

static uint64_t applied_of(struct both *b, uint64_t id)
{
	Mudlark__Page *p = both_page(b, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, id - 1);

	for (size_t i = 0; i < p->sessions->n_rows; i++)
		if (p->sessions->rows[i]->session == id)
			return p->sessions->rows[i]->applied;
	return 0;
}

START_TEST(the_lines_of_a_batch_set_aside_count_as_run)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	session(&b.a, c, 100, 1, 4);
	session(&b.a, c, 101, 2, 9);
	session(&b.a, c, 102, 3, 2);
	both_must_commit(&b, c);
	c = a_commit(&b.a, epoch, 2);
	put(&b.a, c, 6, 9, "item", "{]");
	session(&b.a, c, 100, 1, 5);
	session(&b.a, c, 102, 0, 0);
	session(&b.a, c, 103, 4, 1);
	ck_assert_int_eq(both_commit(&b, c), STORE_POISON);
	ck_assert_uint_eq(applied_of(&b, 100), 4);
	ck_assert_int_eq(b.ops->set_aside(b.s, c, "because"), 0);
	ck_assert_uint_eq(applied_of(&b, 100), 5);
	ck_assert_uint_eq(applied_of(&b, 101), 9);
	/* The one that ended with it is gone; the one that began with it never was. */
	ck_assert_uint_eq(applied_of(&b, 102), 0);
	ck_assert_uint_eq(applied_of(&b, 103), 0);
	Mudlark__EntityRow **rows;
	size_t n;
	ck_assert_int_eq(b.ops->load_tree(b.s, 6, &rows, &n, &b.a), STORE_ABSENT);
	both_close(&b);
}
END_TEST

START_TEST(a_run_of_commits_has_the_effect_of_one_after_another)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *run[3] = { a_commit(&b.a, epoch, 1), a_commit(&b.a, epoch, 2),
				    a_commit(&b.a, epoch, 3) };
	put(&b.a, run[0], 1, 90, "item", "{\"v\":1}");
	put(&b.a, run[0], 2, 90, "item", "{\"v\":1}");
	put(&b.a, run[0], 3, 90, "item", "{\"v\":1}");
	del(&b.a, run[0], 3);
	del(&b.a, run[1], 1);
	put(&b.a, run[1], 2, 90, "item", "{\"v\":2}");
	put(&b.a, run[2], 1, 90, "item", "{\"v\":3}");
	document(&b.a, run[0], "c", "kept", "{\"v\":1}");
	document(&b.a, run[1], "c", "kept", "{\"v\":2}");
	document(&b.a, run[0], "c", "gone", "{}");
	document(&b.a, run[2], "c", "gone", "");
	session(&b.a, run[0], 100, 1, 4);
	session(&b.a, run[1], 100, 1, 5);
	session(&b.a, run[0], 101, 1, 4);
	session(&b.a, run[2], 101, 0, 4);
	event(&b.a, run[0], 1, "item:made");
	event(&b.a, run[1], 2, "item:lost");
	outbox(&b.a, run[0], 50, 1, "one");
	outbox(&b.a, run[1], 50, 2, "two");
	trim(&b.a, run[2], 50, 1);
	outbox(&b.a, run[0], 51, 1, "gone");
	trim(&b.a, run[1], 51, UINT64_MAX);
	size_t bad;
	ck_assert_int_eq(b.ops->commit(b.s, run, 3, &bad, &b.why), 0);

	Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__ENTITIES, 0);
	ck_assert_uint_eq(p->entities->n_rows, 2);
	ck_assert_mem_eq(p->entities->rows[0]->body.data, "{\"v\":3}", 7);
	ck_assert_mem_eq(p->entities->rows[1]->body.data, "{\"v\":2}", 7);
	p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__DOCUMENTS, 0);
	ck_assert_uint_eq(p->documents->n_rows, 1);
	ck_assert_uint_eq(p->documents->rows[0]->version, 2);
	p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, 0);
	ck_assert_uint_eq(p->sessions->n_rows, 1);
	ck_assert_uint_eq(p->sessions->rows[0]->applied, 5);
	ck_assert_uint_eq(p->sessions->rows[0]->gateway, 0xfeedfacecafebeefu);
	p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__OUTBOX, 0);
	ck_assert_uint_eq(p->outbox->n_rows, 1);
	ck_assert_uint_eq(p->outbox->rows[0]->oseq, 2);
	ck_assert_mem_eq(p->outbox->rows[0]->records.data, "two", 3);
	both_close(&b);
}
END_TEST

START_TEST(a_gateway_that_is_gone_loses_its_outbox)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	outbox(&b.a, c, 0xf000000000000001u, 1, "one");
	outbox(&b.a, c, 0xf000000000000001u, 2, "two");
	outbox(&b.a, c, 3, 1, "other");
	both_must_commit(&b, c);
	c = a_commit(&b.a, epoch, 2);
	trim(&b.a, c, 0xf000000000000001u, UINT64_MAX);
	both_must_commit(&b, c);
	Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__OUTBOX, 0);
	ck_assert_uint_eq(p->outbox->n_rows, 1);
	ck_assert_uint_eq(p->outbox->rows[0]->gateway, 3);
	p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__OUTBOX, p->next);
	ck_assert_uint_eq(p->outbox->n_rows, 0);
	ck_assert_uint_eq(p->next, 0);
	both_close(&b);
}
END_TEST

/* Every page of the world's entities in order; how many rows in all. */
static size_t walk(struct both *b, size_t *ret_pages)
{
	uint64_t after = 0, last = 0;
	size_t rows = 0;

	*ret_pages = 0;
	do {
		Mudlark__Page *p = both_page(b, MUDLARK__LOAD_PAGE__WHAT__ENTITIES, after);
		size_t bytes = 0;
		for (size_t i = 0; i < p->entities->n_rows; i++) {
			ck_assert_uint_gt(p->entities->rows[i]->id, last);
			last = p->entities->rows[i]->id;
			bytes += p->entities->rows[i]->body.len;
		}
		ck_assert_uint_le(bytes, STORE_PAGE_BYTES);
		rows += p->entities->n_rows;
		after = p->next;
		(*ret_pages)++;
	} while (after);
	return rows;
}

START_TEST(what_is_in_the_world_comes_in_pages_and_what_is_offline_does_not)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11), top = (uint64_t)0x9000 << 48;
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	char body[1100];
	memset(body, 'x', sizeof(body));
	memcpy(body, "{\"t\":\"", 6);
	memcpy(body + sizeof(body) - 3, "\"}", 3);
	/* A chest in a room of the pack (no row), a bag in it, 600 things in the bag. */
	put(&b.a, c, top + 1, 0x1800000000001, "item", "{}");
	put(&b.a, c, top + 2, top + 1, "item", "{}");
	for (uint64_t i = 0; i < 600; i++)
		put(&b.a, c, top + 10 + i, top + 2, "item", body);
	/* A stored room with something in it; a player who plays; one who does not, with a bag. */
	put(&b.a, c, 20, 0, "room", "{}");
	put(&b.a, c, 21, 20, "npc", "{}");
	put(&b.a, c, 22, 20, "player", "{}");
	put(&b.a, c, 23, 22, "item", "{}");
	put(&b.a, c, 30, 0, "player", "{}");
	put(&b.a, c, 31, 30, "item", "{}");
	put(&b.a, c, 32, 31, "item", "{}");
	both_must_commit(&b, c);

	size_t pages, again;
	ck_assert_uint_eq(walk(&b, &pages), 606);
	ck_assert_uint_gt(pages, 2);
	/* The cursor also works on a connection that never saw the page before. */
	Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__ENTITIES, 0);
	both_reopen(&b);
	Mudlark__Page *q = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__ENTITIES, p->next);
	ck_assert_uint_gt(q->entities->rows[0]->id, p->next);
	ck_assert_uint_eq(walk(&b, &again), 606);

	Mudlark__EntityRow **rows;
	size_t n;
	ck_assert_int_eq(b.ops->load_tree(b.s, 30, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(rows[0]->id, 30);
	ck_assert_int_eq(b.ops->load_tree(b.s, 999, &rows, &n, &b.a), STORE_ABSENT);
	ck_assert_int_eq(b.ops->load_tree(b.s, top + 2, &rows, &n, &b.a), STORE_BAD);
	both_close(&b);
}
END_TEST

START_TEST(by_what_a_session_is_resumed_is_stored)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	static const char hash[] = "\0\1\2\3\377'\"\\89012345678901234567890123";
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	session(&b.a, c, 100, 1, 4);
	session(&b.a, c, 101, 2, 4);
	c->sessions[0]->tag = UINT64_MAX;
	c->sessions[0]->grace_s = UINT32_MAX;
	c->sessions[0]->token = (ProtobufCBinaryData){ 32, (uint8_t *)(uintptr_t)hash };
	both_must_commit(&b, c);
	const Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, 0);
	const Mudlark__SessionRow *row = p->sessions->rows[0];
	ck_assert_uint_eq(row->tag, UINT64_MAX);
	ck_assert_uint_eq(row->grace_s, UINT32_MAX);
	ck_assert_uint_eq(row->token.len, 32);
	ck_assert_mem_eq(row->token.data, hash, 32);
	ck_assert_uint_eq(p->sessions->rows[1]->token.len, 0);

	c = a_commit(&b.a, epoch, 2);
	session(&b.a, c, 100, 1, 5);
	c->sessions[0]->tag = 8;
	ck_assert_int_eq(b.ops->set_aside(b.s, c, "for the test"), 0);
	p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, 0);
	row = p->sessions->rows[0];
	ck_assert_uint_eq(row->applied, 5);
	ck_assert_uint_eq(row->tag, 8);
	ck_assert_uint_eq(row->token.len, 32);

	c = a_commit(&b.a, epoch, 3);
	session(&b.a, c, 100, 1, 6);
	c->sessions[0]->token = (ProtobufCBinaryData){ 33, (uint8_t *)(uintptr_t)hash };
	ck_assert_int_eq(both_commit(&b, c), STORE_POISON);
	both_close(&b);
}
END_TEST

START_TEST(sessions_and_documents_come_in_pages)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	c->sessions = row_alloc(&b.a, 2500 * sizeof(*c->sessions));
	for (uint64_t i = 0; i < 2500; i++) {
		Mudlark__SessionRow *s = row_alloc(&b.a, sizeof(*s));
		mudlark__session_row__init(s);
		s->session = (i + 1) * 0x1a2b3c4d5e6f7u * 31;
		s->character = 1;
		s->gateway = 1;
		c->sessions[c->n_sessions++] = s;
	}
	both_must_commit(&b, c);
	uint64_t after = 0, last = 0;
	size_t rows = 0;
	do {
		Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, after);
		for (size_t i = 0; i < p->sessions->n_rows; i++) {
			ck_assert_uint_gt(p->sessions->rows[i]->session, last);
			last = p->sessions->rows[i]->session;
		}
		rows += p->sessions->n_rows;
		after = p->next;
	} while (after);
	ck_assert_uint_eq(rows, 2500);

	for (uint64_t i = 0; i < 1200; i++) {
		Mudlark__DocumentPut q = MUDLARK__DOCUMENT_PUT__INIT;
		char key[24];
		uint64_t version;
		snprintf(key, sizeof(key), "k%llu", (unsigned long long)i);
		q.collection = (char *)"many";
		q.key = key;
		q.body = bytes_of("{}");
		ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), 0);
	}
	rows = 0;
	after = 0;
	do {
		Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__DOCUMENTS, after);
		rows += p->documents->n_rows;
		after = p->next;
	} while (after);
	ck_assert_uint_eq(rows, 1200);
	both_close(&b);
}
END_TEST

START_TEST(events_are_read_in_order_from_a_number_on)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	event(&b.a, c, 1, "player:moved");
	event(&b.a, c, 2, "item:taken");
	event(&b.a, c, 3, "player:said");
	event(&b.a, c, 3, "player:said");
	both_must_commit(&b, c);
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	Mudlark__EventRow **rows;
	size_t n;
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(n, 3);
	q.seq = 1;
	q.kind_prefix = (char *)"player:";
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(rows[0]->kind, "player:said");
	ck_assert_int_eq(rows[0]->wall_ms, 1003);
	both_close(&b);
}
END_TEST

/* n events, the first of them number `from`, as one batch. */
static void happen(struct both *b, uint64_t epoch, uint64_t batch, uint64_t from, size_t n)
{
	Mudlark__Commit *c = a_commit(&b->a, epoch, batch);

	c->events = row_alloc(&b->a, n * sizeof(*c->events));
	for (size_t i = 0; i < n; i++) {
		Mudlark__EventRow *e = row_alloc(&b->a, sizeof(*e));
		mudlark__event_row__init(e);
		e->seq = from + i;
		e->kind = (char *)"item:taken";
		e->body = bytes_of("{}");
		c->events[c->n_events++] = e;
	}
	both_must_commit(b, c);
}

static uint64_t oldest_event(struct both *b)
{
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	Mudlark__EventRow **rows;
	size_t n = 0;

	ck_assert_int_eq(b->ops->events_after(b->s, &q, &rows, &n, &b->a), 0);
	return n ? rows[0]->seq : 0;
}

START_TEST(old_events_go_a_slice_at_a_time_and_the_newest_stay)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	uint64_t seq = 1, batch = 1, epoch_2;
	Mudlark__WorldState *state;
	/* Another world's, few and old, stay as they are. */
	ck_assert_int_eq(b.ops->grant(b.s, 2, 12, &epoch_2, &state, &b.a), 0);
	Mudlark__Commit *other = a_commit(&b.a, epoch_2, 1);
	other->world = 2;
	event(&b.a, other, 2, "player:said");
	both_must_commit(&b, other);
	for (; batch <= 8; batch++, seq += 500)
		happen(&b, epoch, batch, seq, 500);
	ck_assert_uint_eq(oldest_event(&b), 1);
	both_reopen(&b);
	b.ops->keep_events(b.s, 1200);
	happen(&b, epoch, batch++, seq++, 1);
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	Mudlark__EventRow **rows;
	size_t n;
	q.kind_prefix = (char *)"item:";
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(rows[0]->seq, 1001);
	for (; batch <= 16; batch++, seq += 500)
		happen(&b, epoch, batch, seq, 500);
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(rows[0]->seq, seq - 1200);
	ck_assert_uint_eq(oldest_event(&b), 2);
	both_close(&b);
}
END_TEST

/* As when a world has died and a new one has begun a new block of numbers. */
START_TEST(a_gap_in_the_numbers_of_events_costs_no_event)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	b.ops->keep_events(b.s, 2000);
	happen(&b, epoch, 1, 1, 500);
	happen(&b, epoch, 2, 1 << 20, 500);
	happen(&b, epoch, 3, 1 << 21, 600);
	ck_assert_uint_eq(oldest_event(&b), 1);
	happen(&b, epoch, 4, 1 << 22, 1000);
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	Mudlark__EventRow **rows;
	size_t n;
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(rows[0]->seq, (1 << 20) + 100);
	both_close(&b);
}
END_TEST

START_TEST(an_account_is_found_by_any_spelling_and_taken_once)
{
	struct both b;
	both_open(&b, _i);
	uint64_t id, other;
	Mudlark__AccountRow *row, **rows;
	const char *hash;
	size_t n;
	ck_assert_int_eq(b.ops->account_create(b.s, "Mira", "hash1", 1000, &id), 0);
	ck_assert_int_eq(b.ops->account_create(b.s, "mIRA", "hash2", 1000, &other), STORE_EXISTS);
	ck_assert_int_eq(b.ops->account_create(b.s, "Otto", "hash3", 1000, &other), 0);
	ck_assert_int_eq(b.ops->character_create(b.s, id, 0xf000000000000009u, "Mirabel"), 0);
	ck_assert_int_eq(b.ops->character_create(b.s, id, 10, "Wanda"), 0);
	ck_assert_int_eq(b.ops->character_create(b.s, id, 10, "Wanda"), 0);
	ck_assert_int_eq(b.ops->character_create(b.s, other, 11, "WANDA"), STORE_EXISTS);
	ck_assert_int_eq(b.ops->character_create(b.s, 999, 12, "Nemo"), STORE_ABSENT);
	ck_assert_int_eq(b.ops->account_find(b.s, "MIRA", &row, &hash, &b.a), 0);
	ck_assert_str_eq(hash, "hash1");
	ck_assert_str_eq(row->name, "Mira");
	ck_assert_str_eq(row->role, "player");
	ck_assert_uint_eq(row->n_characters, 2);
	ck_assert_uint_eq(row->characters[0]->id, 0xf000000000000009u);
	ck_assert_int_eq(b.ops->account_set_role(b.s, id, "admin"), 0);
	ck_assert_int_eq(b.ops->account_set_hash(b.s, id, "hash9"), 0);
	ck_assert_int_eq(b.ops->account_logged_in(b.s, id, 5000), 0);
	ck_assert_int_eq(b.ops->account_set_role(b.s, 999, "admin"), STORE_ABSENT);
	ck_assert_int_eq(b.ops->account_find(b.s, "Nobody", &row, &hash, &b.a), STORE_ABSENT);
	ck_assert_int_eq(b.ops->account_list(b.s, "", &rows, &n, &b.a), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(rows[0]->role, "admin");
	ck_assert_int_eq(rows[0]->last_login_ms, 5000);
	ck_assert_uint_eq(rows[1]->n_characters, 0);
	for (uint64_t i = 0; i < STORE_CHARACTERS_MAX; i++) {
		char name[8] = { 'A', 'b', (char)('a' + i), '\0' };
		ck_assert_int_eq(b.ops->character_create(b.s, other, 100 + i, name), 0);
	}
	ck_assert_int_eq(b.ops->character_create(b.s, other, 200, "Overmuch"), STORE_BAD);
	both_close(&b);
}
END_TEST

static uint32_t failures(struct both *b, const char *who, int64_t since)
{
	uint32_t n = 99;

	ck_assert_int_eq(b->ops->failure_recent(b->s, who, since, &n), 0);
	return n;
}

START_TEST(failures_are_remembered_for_a_while_and_over_a_restart)
{
	struct both b;
	both_open(&b, _i);
	const char *const both[] = { "account:mira", "account:mira source:a" };
	const char *const other[] = { "account:mirabel" };
	for (int64_t i = 0; i < 3; i++)
		ck_assert_int_eq(b.ops->failure_note(b.s, both, 2, 1000000 + i), 0);
	ck_assert_int_eq(b.ops->failure_note(b.s, other, 1, 1000003), 0);
	both_reopen(&b);
	ck_assert_uint_eq(failures(&b, both[0], 999999), 3);
	ck_assert_uint_eq(failures(&b, both[1], 999999), 3);
	ck_assert_uint_eq(failures(&b, both[0], 1000001), 1);
	ck_assert_uint_eq(failures(&b, "account:otto", 0), 0);
	/* A new one sweeps those that are too old for anything. */
	const int64_t later = 1000001 + STORE_FAILURE_MS;
	ck_assert_int_eq(b.ops->failure_note(b.s, &both[1], 1, later), 0);
	ck_assert_uint_eq(failures(&b, both[0], 0), 1);
	ck_assert_uint_eq(failures(&b, both[1], 0), 2);
	ck_assert_int_eq(b.ops->failure_clear(b.s, both[1]), 0);
	ck_assert_uint_eq(failures(&b, both[1], 0), 0);
	ck_assert_uint_eq(failures(&b, both[0], 0), 1);
	ck_assert_int_eq(b.ops->failure_note(b.s, both, 2, later), 0);
	ck_assert_int_eq(b.ops->failure_clear(b.s, both[0]), 0);
	ck_assert_uint_eq(failures(&b, both[0], 0) + failures(&b, both[1], 0), 0);
	ck_assert_uint_eq(failures(&b, other[0], 0), 1);
	both_close(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("store");
	TCase *t = tcase_create("both");
	const TTest *const tests[] = {
		a_commit_is_read_back_byte_for_byte,
		a_grant_brings_the_state_and_a_higher_epoch,
		worlds_are_apart,
		a_replayed_batch_changes_nothing,
		a_batch_of_an_older_epoch_is_refused_whole,
		a_gap_and_an_epoch_never_granted_are_refused,
		a_poisoned_commit_leaves_no_trace,
		a_batch_set_aside_is_passed_and_kept,
		the_lines_of_a_batch_set_aside_count_as_run,
		a_run_of_commits_has_the_effect_of_one_after_another,
		a_gateway_that_is_gone_loses_its_outbox,
		what_is_in_the_world_comes_in_pages_and_what_is_offline_does_not,
		by_what_a_session_is_resumed_is_stored,
		sessions_and_documents_come_in_pages,
		events_are_read_in_order_from_a_number_on,
		old_events_go_a_slice_at_a_time_and_the_newest_stay,
		a_gap_in_the_numbers_of_events_costs_no_event,
		an_account_is_found_by_any_spelling_and_taken_once,
		failures_are_remembered_for_a_while_and_over_a_restart,
	};

	tcase_set_timeout(t, 30);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_loop_test(t, tests[i], 0, STORES);
	suite_add_tcase(s, t);
	return both_main(s);
}
