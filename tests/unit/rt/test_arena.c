/*
 * test_arena.c - scratch memory: aligned, capped, reused.
 */
#include "rt/arena.h"

#include <string.h>
#include "unit.h"

START_TEST(pieces_are_aligned_and_apart)
{
	struct arena a;
	char *before = NULL;

	arena_init(&a, 0);
	for (size_t n = 0; n < 3000; n += 7) {
		char *p = arena_alloc(&a, n);

		ck_assert_uint_eq((uintptr_t)p % 16, 0);
		memset(p, (int)n, n);
		ck_assert_ptr_ne(p, before);
		before = p;
	}
	arena_done(&a);
}
END_TEST

START_TEST(above_the_cap_there_is_nothing)
{
	struct arena a;

	arena_init(&a, 256);
	ck_assert_ptr_nonnull(arena_alloc(&a, 200));
	ck_assert_ptr_null(arena_alloc(&a, 100));
	ck_assert_ptr_nonnull(arena_alloc(&a, 40));
	ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX));
	ck_assert_ptr_null(arena_dup(&a, "0123456789abcdef", 16));
	arena_reset(&a);
	ck_assert_ptr_nonnull(arena_alloc(&a, 256));
	arena_done(&a);
}
END_TEST

START_TEST(a_steady_loop_comes_to_use_one_block)
{
	struct arena a;
	struct arena_block *block = NULL;

	arena_init(&a, 0);
	for (int turn = 0; turn < 10; turn++) {
		if (turn > 0)
			block = a.blocks;
		arena_reset(&a);
		for (int i = 0; i < 1000; i++)
			ck_assert_ptr_nonnull(arena_alloc(&a, 100));
		if (turn > 1)
			ck_assert_ptr_eq(a.blocks, block);
	}
	arena_done(&a);
}
END_TEST

START_TEST(text_is_copied_and_formatted)
{
	struct arena a;

	arena_init(&a, 0);
	ck_assert_str_eq(arena_dup(&a, "hello world", 5), "hello");
	ck_assert_str_eq(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	arena_done(&a);
}
END_TEST

START_TEST(protobuf_gets_its_memory_from_the_arena)
{
	struct arena a;
	ProtobufCAllocator p;

	arena_init(&a, 64);
	p = arena_protobuf(&a);
	ck_assert_ptr_nonnull(p.alloc(p.allocator_data, 48));
	ck_assert_ptr_null(p.alloc(p.allocator_data, 48));
	ck_assert_uint_eq(a.used, 48);
	arena_done(&a);
}
END_TEST

UNIT_MAIN("arena", pieces_are_aligned_and_apart, above_the_cap_there_is_nothing,
	  a_steady_loop_comes_to_use_one_block, text_is_copied_and_formatted,
	  protobuf_gets_its_memory_from_the_arena)
