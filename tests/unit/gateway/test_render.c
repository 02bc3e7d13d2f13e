/*
 * test_render.c - one rendering for each kind of client.
 */
#include "gateway/render.h"

#include "tests/unit/gateway/bytes.h"

static struct render r;

static struct markup_kind kind(uint8_t colour, uint16_t width)
{
	return (struct markup_kind){ .colour = colour, .width = width };
}

START_TEST(a_kind_is_rendered_once_for_a_text)
{
	struct span a = render_get(&r, 1, SPAN("{red}hi{/}"), kind(COLOUR_16, 0));
	struct span b = render_get(&r, 1, SPAN("{red}hi{/}"), kind(COLOUR_NONE, 0));

	ck_assert_ptr_eq(render_get(&r, 1, SPAN("{red}hi{/}"), kind(COLOUR_16, 0)).p, a.p);
	ck_assert_uint_eq(b.n, 4);
	ck_assert_mem_eq(b.p, "hi\r\n", 4);
	ck_assert_uint_eq(r.n, 2);
	render_done(&r);
}
END_TEST

START_TEST(who_reads_mxp_is_another_kind)
{
	struct markup_kind mxp = { .mxp = true };

	ck_assert_uint_eq(render_get(&r, 1, SPAN("a<b"), mxp).n, 8);
	ck_assert_uint_eq(render_get(&r, 1, SPAN("a<b"), kind(COLOUR_NONE, 0)).n, 5);
	render_done(&r);
}
END_TEST

START_TEST(widths_that_make_no_difference_are_one_kind)
{
	for (uint16_t width = 80; width < 200; width++)
		render_get(&r, 1, SPAN("a short line"), kind(COLOUR_NONE, width));
	ck_assert_uint_eq(r.n, 1);
	render_done(&r);
}
END_TEST

START_TEST(another_text_is_another_rendering)
{
	struct span s;

	render_get(&r, 1, SPAN("one"), kind(COLOUR_NONE, 0));
	s = render_get(&r, 2, SPAN("two"), kind(COLOUR_NONE, 0));
	ck_assert_mem_eq(s.p, "two\r\n", 5);
	render_done(&r);
}
END_TEST

START_TEST(more_kinds_than_places_are_right_all_the_same)
{
	static const char text[] = "a line that is long enough to be wrapped at any of these "
				   "widths, whatever they are";
	struct buf want = { 0 };

	for (uint16_t round = 0; round < 3; round++)
		for (uint16_t width = 20; width < 20 + 2 * RENDER_KINDS; width++) {
			struct span got = render_get(&r, 1, SPAN(text), kind(COLOUR_NONE, width));

			buf_reset(&want);
			markup_render(&want, SPAN(text), kind(COLOUR_NONE, width));
			buf_adds(&want, "\r\n");
			ck_assert_uint_eq(got.n, want.n);
			ck_assert_mem_eq(got.p, buf_p(&want), want.n);
		}
	ck_assert_uint_eq(r.n, RENDER_KINDS);
	render_done(&r);
	buf_done(&want);
}
END_TEST

UNIT_MAIN("render", a_kind_is_rendered_once_for_a_text, who_reads_mxp_is_another_kind,
	  widths_that_make_no_difference_are_one_kind, another_text_is_another_rendering,
	  more_kinds_than_places_are_right_all_the_same)
