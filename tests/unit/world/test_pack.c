/*
 * test_pack.c - every mistake a builder can make is said with its place; a good pack is what it says.
 */
#include "tests/unit/world/pack_rig.h"

START_TEST(a_good_pack_is_what_its_files_say)
{
	struct pack *p;

	put("pack.yaml", HEADER "credits: [Ana]\nbanner: |\n  {bold}Hi{/}\n  there\n");
	put("rooms.yaml", AREA "rooms:\n" YARD "  hall:\n"
			       "    name: Hall\n"
			       "    look: >-\n"
			       "      Bare\n"
			       "      boards.\n"
			       "    indoors: true\n"
			       "    exits: {north: {to: yard}}\n"
			       "    details:\n"
			       "      Rail, the handrail: Iron.\n"
			       "    things:\n"
			       "      - item: box\n"
			       "        holds: [{item: coin, count: 3}]\n"
			       "      - npc: cat\n");
	put("things.yaml",
	    "items:\n"
	    "  coin: {name: a penny, words: [Coin], look: Old., flags: [coin]}\n"
	    "  box: {name: an old box of tin, look: Square., holds: 4, weight: 250}\n"
	    "npcs:\n"
	    "  cat: {name: Tib, look: Fat., pronouns: she, wanders: true, barks: [Mew.]}\n"
	    "help:\n"
	    "  rules: {title: Rules, words: [law], text: Be kind.}\n");
	p = load_good();
	ck_assert_str_eq(p->name, "mini");
	ck_assert_str_eq(p->banner, "{bold}Hi{/}\nthere");
	ck_assert_uint_eq(p->n_rooms, 2);
	ck_assert_str_eq(p->start->look, "Bare boards.");
	ck_assert(p->start->indoors);
	ck_assert_str_eq(p->start->area->name, "The House");
	ck_assert_uint_eq(p->start->n_exits, 1);
	ck_assert_int_eq(p->start->exits[0].dir, DIR_NORTH);
	ck_assert_str_eq(p->start->exits[0].to->key, "yard");
	ck_assert_uint_eq(p->start->details[0].n_words, 2);
	ck_assert_str_eq(p->start->details[0].words[0], "rail");
	ck_assert_str_eq(p->start->details[0].words[1], "handrail");
	ck_assert_uint_eq(p->n_spawns, 3);
	ck_assert_str_eq(p->spawns[1].key, "hall/box/coin");
	ck_assert_uint_eq(p->spawns[1].count, 3);
	ck_assert_ptr_eq(p->spawns[1].inside, &p->spawns[0]);
	ck_assert_uint_eq(p->start->n_spawns, 3);
	ck_assert_str_eq(p->npcs[0].name.article, "");
	ck_assert_str_eq(p->npcs[0].here, "Tib is here.");
	ck_assert_int_eq(p->npcs[0].pronoun, PRONOUN_SHE);
	ck_assert_str_eq(p->help[0].words[0], "law");
	pack_free(p);
}
END_TEST

START_TEST(a_name_is_taken_apart)
{
	const struct pack_item *i;
	struct pack *p;

	put("pack.yaml", HEADER);
	put("rooms.yaml", AREA "rooms:\n" HALL YARD);
	put("things.yaml", "items:\n"
			   "  a: {name: a coil of tarred Rope, look: x}\n"
			   "  b: {name: an iron box, look: x}\n"
			   "  c: {name: the penny, look: x}\n"
			   "  d: {name: some ash, plural: heaps of ash, words: [Dust], look: x}\n"
			   "  e: {name: a boy, look: x, flags: [scenery], holds: 1}\n");
	p = load_good();
	i = p->items;
	ck_assert_str_eq(i[0].name.article, "a");
	ck_assert_str_eq(i[0].name.noun, "coil of tarred Rope");
	ck_assert_str_eq(i[0].name.plural, "coils of tarred Rope");
	ck_assert_uint_eq(i[0].name.n_words, 3);
	ck_assert_str_eq(i[0].name.words[2], "rope");
	ck_assert_str_eq(i[1].name.plural, "iron boxes");
	ck_assert_str_eq(i[2].name.plural, "pennies");
	ck_assert_str_eq(i[2].here, "The penny lies here.");
	ck_assert_str_eq(i[3].name.plural, "heaps of ash");
	ck_assert_str_eq(i[3].name.words[0], "dust");
	ck_assert_str_eq(i[4].name.plural, "boys");
	ck_assert_uint_eq(i[4].flags, ITEM_SCENERY | ITEM_FIXED | ITEM_CONTAINER);
	pack_free(p);
}
END_TEST

/* Each a whole file beside a good pack.yaml, and what is said of it. */
static const struct {
	const char *text, *expected;
} mistakes[] = {
	{ AREA "rooms:\n" HALL YARD "rooms:\n",
	  "world.yaml:5:1: `rooms` stands here for the second time (first in line 2)\n" },
	{ AREA "rooms:\n" HALL YARD "romms: {}\n", "world.yaml:5:1: `romms` is no key of a pack's "
						   "file (there are: area, rooms, items, npcs, "
						   "help, smalltalk, errands)\n" },
	{ AREA "rooms: &all\n" HALL YARD,
	  "world.yaml:2:8: anchors (&) are not allowed: say it twice\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: !str A, text: t}}\n",
	  "world.yaml:5:19: tags (!) are not allowed\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A, text: *b}}\n",
	  "world.yaml:5:28: aliases (*) are not allowed: say it twice\n" },
	{ AREA "rooms:\n" HALL YARD "---\nhelp: {}\n",
	  "world.yaml:5:1: a file holds one document only\n" },
	{ AREA "rooms:\n" HALL YARD "help: [\n",
	  "world.yaml:6:1: this is not YAML: while parsing a flow node, did not find expected node "
	  "content\n" },
	{ AREA "rooms:\n" HALL YARD "? [a]\n: b\n", "world.yaml:5:3: a key must be a word\n" },
	{ AREA "rooms:\n" HALL YARD "help: [a]\n",
	  "world.yaml:5:7: `help` must be a map, this is a list\n" },
	{ AREA "rooms:\n" HALL YARD "help:\n",
	  "world.yaml:5:6: `help` must be a map, this is nothing\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A, text: ~}}\n",
	  "world.yaml:5:28: a text is missing here\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A}}\n",
	  "world.yaml:5:8: a help topic needs `text`\n" },
	{ AREA "rooms:\n" HALL YARD "help: {A b: {title: A, text: t}}\n",
	  "world.yaml:5:8: `A b` cannot be a key: lower case letters, digits and _\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A, text: \"a\\u200bb\"}}\n",
	  "world.yaml:5:28: the text holds a tab, a control or an invisible character\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A, text: '{blod}a{/}'}}\n",
	  "world.yaml:5:28: `{blod}` is no markup (a brace is written `{{`)\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A, text: '{bold}a'}}\n",
	  "world.yaml:5:28: a tag is not ended by `{/}`\n" },
	{ AREA "rooms:\n" HALL YARD "help: {a: {title: A, text: 'a{/}'}}\n",
	  "world.yaml:5:28: `{/}` ends nothing\n" },
	{ AREA "rooms:\n" HALL YARD "items: {a: {name: 'a {bold}b{/}', look: l}}\n",
	  "world.yaml:5:19: no markup here: the text holds a `{`\n" },
	{ AREA "rooms:\n" HALL YARD "items: {a: {name: a b, look: l, weight: '3'}}\n",
	  "world.yaml:5:41: `weight` is a number from 0 to 1000000\n" },
	{ AREA "rooms:\n" HALL YARD "items: {a: {name: a b, look: l, flags: [heavy]}}\n",
	  "world.yaml:5:41: `heavy` is no value of `flags` (there are: fixed, wearable, light, "
	  "scenery, coin)\n" },
	{ AREA "rooms:\n" HALL YARD "npcs: {a: {name: A, look: l, wanders: yes}}\n",
	  "world.yaml:5:39: `wanders` is true or false\n" },
	{ "rooms:\n" HALL YARD, "world.yaml:2:3: a file with rooms needs an `area`\n"
				"world.yaml:3:3: a file with rooms needs an `area`\n" },
	{ AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {south: hell}}\n",
	  "world.yaml:4:49: there is no `hell` among the rooms\n" },
	{ AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {sideways: hall}}\n",
	  "world.yaml:4:42: `sideways` is no direction\n" },
	{ AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {east: hall}}\n",
	  "world.yaml:3:43: no way leads back south from `yard` to `hall`: make one, or say "
	  "`oneway: "
	  "true`\n"
	  "world.yaml:4:42: no way leads back west from `hall` to `yard`: make one, or say "
	  "`oneway: "
	  "true`\n" },
	{ AREA "rooms:\n" HALL
	       "  yard: {name: Yard, look: Wet., exits: {south: {to: hall, oneway: true}}}\n",
	  "world.yaml:4:42: this is not one-way: `north` leads straight back from `hall`\n" },
	{ AREA "rooms:\n" HALL YARD "  attic: {name: A, look: b, exits: {}}\n",
	  "world.yaml:5:3: no way leads from `hall` to room `attic`\n" },
	{ AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {south: hall}, things: "
	       "[{item: gold}]}\n",
	  "world.yaml:4:72: there is no `gold` among the items\n" },
	{ AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {south: hall}, things: "
	       "[{item: a}, {item: a}, {count: 2}, {item: a, key: b, holds: []}]}\n"
	       "items: {a: {name: a b, look: l}}\n",
	  "world.yaml:4:76: a second `a` in the same place: give it a `key`, or use `count`\n"
	  "world.yaml:4:87: a thing needs either `item` or `npc`\n"
	  "world.yaml:4:117: `a` is no container: it has no `holds`\n" },
	{ AREA "rooms:\n" HALL "  yard: {name: Yard, look: Wet., exits: {south: hall}, things: "
	       "[{item: a, holds: [{item: a, count: 3}]}]}\n"
	       "items: {a: {name: a b, look: l, holds: 2}}\n",
	  "world.yaml:4:75: `a` holds 2 things at most, these are 3\n" },
};

START_TEST(every_mistake_has_its_place)
{
	expect_in(mistakes[_i].text, mistakes[_i].expected);
}
END_TEST

START_TEST(all_mistakes_of_all_files_come_in_one_go)
{
	put("pack.yaml", "name: Mini\nversion: 1\nstart: cellar\nbanner: '{bold}'\n");
	put("a.yaml", "items: {x: {nmae: a b, look: l}}\n");
	put("b.yaml",
	    "items: {x: {name: a b, look: l}}\nnpcs: {c: {name: C, look: l, pronouns: hen}}\n");
	expect("a.yaml:1:9: an item needs `name`\n"
	       "a.yaml:1:13: `nmae` is no key of an item (there are: name, plural, words, here, "
	       "look, "
	       "read, weight, holds, flags)\n"
	       "b.yaml:1:9: `x` stands among the items already (a.yaml, line 1)\n"
	       "b.yaml:2:40: `hen` is no value of `pronouns` (there are: they, she, he, it)\n"
	       "pack.yaml:1:1: a pack needs `licence`\n"
	       "pack.yaml:1:7: `Mini` cannot be a key: lower case letters, digits and _\n"
	       "pack.yaml:3:8: there is no `cellar` among the rooms\n"
	       "pack.yaml:4:9: a tag is not ended by `{/}`\n");
}
END_TEST

START_TEST(a_missing_start_room_is_a_mistake)
{
	put("pack.yaml", "name: mini\nversion: 1\nlicence: MIT\n");
	expect("pack.yaml:1:1: a pack needs `start`\n");
}
END_TEST

START_TEST(what_an_unreadable_file_may_hold_is_not_called_missing)
{
	put("pack.yaml", HEADER);
	put("rooms.yaml", "rooms: {hall: [\n");
	expect("rooms.yaml:2:1: this is not YAML: while parsing a flow node, did not find expected "
	       "node "
	       "content\n");
}
END_TEST

START_TEST(a_folder_without_pack_yaml_is_no_pack)
{
	char expected[128];

	snprintf(expected, sizeof(expected), "%s:1:1: no pack.yaml here\n", folder);
	expect(expected);
}
END_TEST

START_TEST(a_pack_never_reads_outside_its_folder)
{
	put("pack.yaml", HEADER);
	ck_assert_int_eq(symlink("/etc/hostname", path_of("link.yaml")), 0);
	ck_assert_int_eq(symlink("/etc", path_of("rooms")), 0);
	ck_assert_int_eq(mkfifo(path_of("pipe.yaml"), 0600), 0);
	expect("link.yaml:1:1: this is a link: a pack keeps to its own folder\n"
	       "pack.yaml:4:8: there is no `hall` among the rooms\n"
	       "rooms:1:1: this is a link: a pack keeps to its own folder\n");
}
END_TEST

START_TEST(a_long_banner_line_is_a_mistake)
{
	put("pack.yaml",
	    HEADER "banner: |\n  {bold}"
		   "12345678901234567890123456789012345678901234567890123456789012345678901"
		   "{/}\n");
	put("rooms.yaml", AREA "rooms:\n" HALL YARD);
	expect("pack.yaml:5:9: a line of the banner is wider than 70 columns\n");
}
END_TEST

START_TEST(text_that_is_not_utf8_is_a_mistake)
{
	put("pack.yaml", HEADER);
	put_bytes("latin.yaml", "help: {a: {title: caf\xe9, text: t}}\n", 34);
	expect("latin.yaml:1:1: the file is not UTF-8\n");
}
END_TEST

START_TEST(more_than_a_hundred_mistakes_are_counted)
{
	struct buf text = { 0 }, errors = { 0 };
	struct pack *pack = NULL;
	size_t lines = 0;

	put("pack.yaml", HEADER);
	buf_adds(&text, AREA "rooms:\n" HALL YARD);
	for (int i = 0; i < 150; i++)
		buf_addf(&text, "wrong%d: x\n", i);
	put_bytes("rooms.yaml", buf_p(&text), text.n);
	ck_assert_int_eq(pack_load(&pack, folder, &errors), 1);
	for (size_t i = 0; i < errors.n; i++)
		lines += buf_p(&errors)[i] == '\n';
	ck_assert_uint_eq(lines, PACK_MAX_MISTAKES + 1);
	buf_addc(&errors, 0);
	ck_assert_ptr_nonnull(strstr(buf_p(&errors), "\n... and 50 more\n"));
	buf_done(&text);
	buf_done(&errors);
}
END_TEST

START_TEST(deep_nesting_is_refused_without_harm)
{
	char text[4001];

	memset(text, '[', 4000);
	text[4000] = 0;
	put("pack.yaml", HEADER);
	put("deep.yaml", text);
	expect("deep.yaml:1:18: nested too deeply\n");
}
END_TEST

START_TEST(the_hash_tells_one_byte_and_nothing_else)
{
	struct pack *a, *b;

	put("pack.yaml", HEADER);
	put("rooms.yaml", AREA "rooms:\n" HALL YARD);
	a = load_good();
	b = load_good();
	ck_assert_uint_eq(strlen(a->hash), 64);
	ck_assert_str_eq(a->hash, b->hash);
	pack_free(b);
	put("rooms.yaml", AREA "rooms:\n" HALL YARD "# x\n");
	b = load_good();
	ck_assert_str_ne(a->hash, b->hash);
	pack_free(a);
	pack_free(b);
}
END_TEST

START_TEST(the_starter_world_is_sound)
{
	struct pack *p = NULL;
	struct buf errors = { 0 };
	int r = pack_load(&p, "world/packs/foreshore", &errors);

	ck_assert_msg(!r, "%.*s", (int)errors.n, buf_p(&errors));
	ck_assert_str_eq(p->name, "foreshore");
	ck_assert_uint_ge(p->n_rooms, 14);
	ck_assert_uint_ge(p->n_npcs, 6);
	ck_assert_ptr_nonnull(pack_item(p, SPAN("lantern")));
	ck_assert_ptr_nonnull(pack_room(p, SPAN("stairs")));
	ck_assert_ptr_null(pack_npc(p, SPAN("dragon")));
	ck_assert_int_eq(pack_check("world/packs/foreshore"), 0);
	pack_free(p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pack");
	TCase *tc = tcase_create("pack");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_good_pack_is_what_its_files_say);
	tcase_add_test(tc, a_name_is_taken_apart);
	tcase_add_loop_test(tc, every_mistake_has_its_place, 0, ARRAY_LEN(mistakes));
	tcase_add_test(tc, all_mistakes_of_all_files_come_in_one_go);
	tcase_add_test(tc, a_missing_start_room_is_a_mistake);
	tcase_add_test(tc, what_an_unreadable_file_may_hold_is_not_called_missing);
	tcase_add_test(tc, a_folder_without_pack_yaml_is_no_pack);
	tcase_add_test(tc, a_pack_never_reads_outside_its_folder);
	tcase_add_test(tc, a_long_banner_line_is_a_mistake);
	tcase_add_test(tc, text_that_is_not_utf8_is_a_mistake);
	tcase_add_test(tc, more_than_a_hundred_mistakes_are_counted);
	tcase_add_test(tc, deep_nesting_is_refused_without_harm);
	tcase_add_test(tc, the_hash_tells_one_byte_and_nothing_else);
	tcase_add_test(tc, the_starter_world_is_sound);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
