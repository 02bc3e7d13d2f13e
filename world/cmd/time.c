/*
 * time.c - `time`: what one can tell from the light, the water and the sky.
 */
#include "world/cmd/table.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/core/sky.h"

static void run(const struct cmd_call *c)
{
	const struct room *room = room_get(c->w, place_room(c->w, c->actor));
	const struct sky sky = sky_now(c->w);

	if (room && room->def && room->def->indoors)
		say_reply(c->w, c->actor, "It is %s, and %s.", sky.time, sky.tide);
	else
		say_reply(c->w, c->actor, "It is %s, and %s. Overhead: %s.", sky.time, sky.tide,
			  sky.weather);
}

const struct cmd cmd_time = {
	.name = "time",
	.aliases = "weather tide",
	.usage = "time",
	.help = "Tells the time of day, the tide and, under the open sky, the weather.\n"
		"A day passes in two hours.",
	.category = CMD_LOOKING,
	.effect = CMD_PURE,
	.run = run,
};
