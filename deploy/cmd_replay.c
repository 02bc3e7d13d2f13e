/* cmd_replay.c - `mudlark replay FILE`: lets a world live through a recorded input log again. */
#include "command.h"
#include "program.h"

static int run(const struct args *a)
{
	return program_become("mudlark-world", (const char *[]){ "--replay", a->words[0], NULL });
}

const struct command cmd_replay = {
	.name = "replay",
	.words = "FILE",
	.about = "run a recorded input log (world.input_log) again and print the state's hash",
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
