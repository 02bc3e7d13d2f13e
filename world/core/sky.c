/*
 * sky.c - time of day, tide, weather; see sky.h.
 *
 * The weather is one number that says how wet it is: at every third hour a hash gives its value, in
 * between it goes in a straight line, so it never jumps from sun to rain.
 */
#include "world/core/sky.h"

#include "rt/map.h"

enum {
	DAY_SECONDS = 7200,
	DAY_MINUTES = 1440,
	FIRST_MINUTE = 7 * 60, /* of the day at which a world begins */
	TIDE_MINUTES = 720,
	SLACK = 40, /* minutes around high and low water */
	WEATHER_MINUTES = 180,
	WET = 1000,
	FAIR = 80 /* what is taken off: it is rather dry than wet */
};

struct time_row {
	unsigned until; /* hour */
	const char *text;
};

struct weather_row {
	unsigned below; /* how wet */
	const char *day, *night;
};

static const struct time_row times[] = {
	{ 2, "the middle of the night" },
	{ 4, "the small hours" },
	{ 5, "the last of the night" },
	{ 7, "dawn" },
	{ 9, "early morning" },
	{ 12, "morning" },
	{ 13, "midday" },
	{ 15, "early afternoon" },
	{ 18, "late afternoon" },
	{ 20, "dusk" },
	{ 22, "evening" },
	{ 24, "night" },
};

static const struct weather_row weathers[] = {
	{ 220, "a clear sky", "a sky full of stars" },
	{ 380, "a few high clouds", "stars between the clouds" },
	{ 520, "a grey sky", "a starless sky" },
	{ 610, "a low mist", "a low mist" },
	{ 730, "a thin rain", "a thin rain" },
	{ 850, "a steady rain", "a steady rain" },
	{ WET + 1, "hard rain and wind", "hard rain and wind" },
};

static uint64_t minutes(const struct world *w)
{
	return w->tick * DAY_MINUTES / ((uint64_t)DAY_SECONDS * w->conf.tick_rate) + FIRST_MINUTE;
}

static const char *time_text(unsigned hour)
{
	size_t i = 0;

	while (hour >= times[i].until)
		i++;
	return times[i].text;
}

/* High water is in the middle of its half day. */
static const char *tide_text(unsigned at)
{
	const unsigned high = TIDE_MINUTES / 2;

	if (at < SLACK || at >= TIDE_MINUTES - SLACK)
		return "it is low tide";
	if (at < high - SLACK)
		return "the tide is coming in";
	return at < high + SLACK ? "it is high tide" : "the tide is going out";
}

static uint64_t wetness_at(uint64_t point)
{
	static const uint8_t key[16] = "mudlark weather";
	uint8_t bytes[8];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(point >> (8 * i));
	return map_siphash(key, bytes, sizeof(bytes)) % (WET + 1);
}

static const char *weather_text(uint64_t minute, bool is_night)
{
	const uint64_t point = minute / WEATHER_MINUTES, into = minute % WEATHER_MINUTES;
	uint64_t wet =
		(wetness_at(point) * (WEATHER_MINUTES - into) + wetness_at(point + 1) * into) /
		WEATHER_MINUTES;
	size_t i = 0;

	wet = wet > FAIR ? wet - FAIR : 0;
	while (wet >= weathers[i].below)
		i++;
	return is_night ? weathers[i].night : weathers[i].day;
}

struct sky sky_now(const struct world *w)
{
	const uint64_t minute = minutes(w);
	const unsigned of_day = (unsigned)(minute % DAY_MINUTES);
	const unsigned tide = (unsigned)(minute % TIDE_MINUTES);
	struct sky sky = { .hour = of_day / 60, .minute = of_day % 60 };

	sky.rising = tide < TIDE_MINUTES / 2;
	sky.time = time_text(sky.hour);
	sky.tide = tide_text(tide);
	sky.weather = weather_text(minute, sky.hour < 5 || sky.hour >= 20);
	return sky;
}
