/*
 * date.c - see date.h.
 *
 * A text is cut into words; each says by its looks what it is (a month's name, a time by its colon, a zone by its sign), so that
 * order, commas and weekdays hardly matter.  Where it begins like ISO 8601 it is read as that, by position.
 */
#include "bridges/rss/date.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 24, TEXT_MAX = 80, DAY_S = 86400, AHEAD_MS = DAY_S / 2 * 1000 };

struct when {
	int year, month, day;	  /* -1: not said */
	int hour, minute, second; /* likewise */
	int ms;
	int zone_s; /* east of Greenwich */
	bool pm, am;
};

struct zone {
	const char *name;
	int minutes;
};

static const struct zone zones[] = {
	{ "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 },  { "MST", -420 },
	{ "MDT", -360 }, { "PST", -480 }, { "PDT", -420 }, { "AKST", -540 }, { "AKDT", -480 },
	{ "HST", -600 }, { "BST", 60 },	  { "IST", 330 },  { "WET", 0 },     { "WEST", 60 },
	{ "CET", 60 },	 { "CEST", 120 }, { "MET", 60 },   { "MEST", 120 },  { "MEZ", 60 },
	{ "EET", 120 },	 { "EEST", 180 }, { "MSK", 180 },  { "SAST", 120 },  { "JST", 540 },
	{ "KST", 540 },	 { "HKT", 480 },  { "SGT", 480 },  { "AWST", 480 },  { "AEST", 600 },
	{ "AEDT", 660 }, { "ACST", 570 }, { "ACDT", 630 }, { "NZST", 720 },  { "NZDT", 780 },
	{ "BRT", -180 }, { "ART", -180 }, { "AST", -240 }, { "ADT", -180 },  { "NST", -210 },
	{ "NDT", -150 },
};

static const char *const months[] = { "january",   "february", "march",	   "april",
				      "may",	   "june",     "july",	   "august",
				      "september", "october",  "november", "december" };

struct month {
	const char *begins;
	int number;
};

/* How others begin where English does not: Portuguese, Spanish, French, Italian, German, Dutch. */
static const struct month foreign[] = {
	{ "ene", 1 },  { "gen", 1 },  { "jän", 1 },  { "fev", 2 },  { "fév", 2 },  { "mär", 3 },
	{ "maa", 3 },  { "mrt", 3 },  { "abr", 4 },  { "avr", 4 },  { "mai", 5 },  { "mag", 5 },
	{ "mei", 5 },  { "giu", 6 },  { "juin", 6 }, { "juil", 7 }, { "lug", 7 },  { "ago", 8 },
	{ "aou", 8 },  { "aoû", 8 },  { "set", 9 },  { "out", 10 }, { "ott", 10 }, { "okt", 10 },
	{ "dez", 12 }, { "dic", 12 }, { "déc", 12 },
};

static const char *const weekdays[] = { "monday", "tuesday",  "wednesday", "thursday",
					"friday", "saturday", "sunday" };

/* Which of them begins with the word, of at least three letters; -1: none. */
static int among(const char *const *names, size_t n, const char *word)
{
	const size_t len = strlen(word);

	for (size_t i = 0; len >= 3 && i < n; i++)
		if (strncasecmp(names[i], word, len) == 0)
			return (int)i;
	return -1;
}

/* 1 to 12; 0: it is none. */
static int month_of(const char *word)
{
	const int english = among(months, ARRAY_LEN(months), word);

	if (english >= 0)
		return english + 1;
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (strncasecmp(foreign[i].begins, word, strlen(foreign[i].begins)) == 0)
			return foreign[i].number;
	return 0;
}

static int digits(const char *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)p[i]))
			return -1;
		v = v * 10 + p[i] - '0';
	}
	return n ? v : -1;
}

static size_t run_of_digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	const int64_t y = month <= 2 ? year - 1 : year;
	const int64_t era = y / 400, of_era = y - era * 400;
	const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lengths[month - 1] + (month == 2 && leap);
}

/* Two digits are of 1950 to 2049, three are from 1900 on (RFC 2822, 4.3). */
static int whole_year(int year, size_t n_digits)
{
	if (n_digits == 2)
		return year < 50 ? 2000 + year : 1900 + year;
	return n_digits == 3 ? 1900 + year : year;
}

static bool is_possible(const struct when *w)
{
	return w->year >= 1900 && w->year <= 9999 && w->month >= 1 && w->month <= 12 &&
	       w->day >= 1 && w->day <= days_in(w->year, w->month) && w->hour <= 24 &&
	       w->minute <= 59 && w->second <= 60;
}

static bool conclude(struct when *w, int64_t *ret_ms)
{
	int64_t seconds;

	if (w->hour < 0)
		w->hour = 0;
	if (w->minute < 0)
		w->minute = 0;
	if (w->second < 0)
		w->second = 0;
	if (w->pm && w->hour < 12)
		w->hour += 12;
	if (w->am && w->hour == 12)
		w->hour = 0;
	if (!is_possible(w))
		return false;
	if (w->second == 60)
		w->second = 59;
	seconds = days_of(w->year, w->month, w->day) * DAY_S + w->hour * 3600 + w->minute * 60 +
		  w->second - w->zone_s;
	*ret_ms = seconds * 1000 + w->ms;
	return true;
}

/* hh:mm[:ss[.fff]], or hhmm[ss] without colons. Returns what is behind it, NULL: that is no time. */
static const char *read_time(struct when *w, const char *p)
{
	const size_t n = run_of_digits(p);
	const bool colons = p[n] == ':';

	if ((colons && (n < 1 || n > 2)) || (!colons && n != 4 && n != 6))
		return NULL;
	w->hour = digits(p, colons ? n : 2);
	p += colons ? n + 1 : 2;
	w->minute = digits(p, colons ? run_of_digits(p) : 2);
	p += colons ? run_of_digits(p) : 2;
	if (colons ? *p == ':' : n == 6) {
		p += colons;
		w->second = digits(p, colons ? run_of_digits(p) : 2);
		p += colons ? run_of_digits(p) : 2;
	}
	if ((*p == '.' || *p == ',') && run_of_digits(p + 1)) {
		const size_t places = run_of_digits(++p);

		w->ms = digits(p, places < 3 ? places : 3);
		for (size_t i = places; i < 3; i++)
			w->ms *= 10;
		p += places;
	}
	return p;
}

/* +hh, +hhmm, +hh:mm, also behind the name of Greenwich. */
static bool read_offset(struct when *w, const char *p)
{
	const int sign = *p == '-' ? -1 : 1;
	const size_t n = run_of_digits(p + 1);
	int hours, minutes = 0;

	if ((*p != '+' && *p != '-') || n < 1 || n > 4)
		return false;
	hours = digits(p + 1, n > 2 ? n - 2 : n);
	if (n > 2)
		minutes = digits(p + 1 + n - 2, 2);
	else if (p[1 + n] == ':')
		minutes = digits(p + 2 + n, run_of_digits(p + 2 + n));
	if (hours > 15 || minutes < 0 || minutes > 59)
		return false;
	w->zone_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static void read_zone(struct when *w, const char *word)
{
	if (read_offset(w, word))
		return;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (strcasecmp(zones[i].name, word) == 0)
			w->zone_s = zones[i].minutes * 60;
	if (strncasecmp(word, "GMT", 3) == 0 || strncasecmp(word, "UTC", 3) == 0)
		(void)read_offset(w, word + 3);
}

/* 2009-12-25, 2009-12, 2009, 20091225, with a time behind T or a space. */
static bool read_iso(struct when *w, const char *p)
{
	const size_t n = run_of_digits(p);

	w->year = digits(p, 4);
	w->month = w->day = 1;
	if (n == 8) {
		w->month = digits(p + 4, 2);
		w->day = digits(p + 6, 2);
	}
	p += n;
	for (int part = 0; part < 2 && n == 4 && (*p == '-' || *p == '/'); part++) {
		const size_t more = run_of_digits(p + 1);

		if (more < 1 || more > 2)
			return false;
		*(part == 0 ? &w->month : &w->day) = digits(p + 1, more);
		p += 1 + more;
	}
	p += strspn(p, "Tt ");
	if (!*p)
		return true;
	p = read_time(w, p);
	if (!p)
		return false;
	p += strspn(p, " ");
	if (*p)
		read_zone(w, p);
	return true;
}

static bool is_iso(const char *p)
{
	const size_t n = run_of_digits(p);

	return (n == 4 && (!p[4] || p[4] == '-' || p[4] == '/')) ||
	       (n == 8 && (!p[8] || p[8] == 'T' || p[8] == 't'));
}

static void read_number(struct when *w, const char *word)
{
	const size_t n = run_of_digits(word);
	const int v = digits(word, n);

	if (n <= 2 && w->day < 0 && v >= 1 && v <= 31)
		w->day = v;
	else if (n <= 4 && n >= 2 && w->year < 0)
		w->year = whole_year(v, n);
	else if (n == 4 && w->hour < 0)
		(void)read_time(w, word);
}

static void read_word(struct when *w, const char *word)
{
	const int month = month_of(word);

	if (isdigit((unsigned char)*word) && strchr(word, ':')) {
		const char *rest = read_time(w, word);

		if (rest && *rest)
			read_word(w, rest); /* 10:00PM, 10:00+0200 */
	} else if (isdigit((unsigned char)*word)) {
		read_number(w, word);
	} else if (strcasecmp(word, "am") == 0 || strcasecmp(word, "pm") == 0) {
		*(tolower((unsigned char)*word) == 'p' ? &w->pm : &w->am) = true;
	} else if (month > 0 && w->month < 0) {
		w->month = month;
	} else if (among(weekdays, ARRAY_LEN(weekdays), word) < 0) {
		read_zone(w, word);
	}
}

/* The next word; a hyphen between two parts of a date parts words, one before a zone does not. */
static size_t next_word(const char **p, char word[WORD_MAX])
{
	const char *start, *end;
	size_t n;

	start = *p + strspn(*p, " \t\r\n,/()");
	end = start + strcspn(start, " \t\r\n,/()");
	for (const char *hyphen = start + 1; start < end && hyphen < end; hyphen++)
		if (*hyphen == '-' && !memchr(start, ':', (size_t)(hyphen - start)) &&
		    strncasecmp(start, "GMT", 3) != 0 && strncasecmp(start, "UTC", 3) != 0) {
			end = hyphen;
			break;
		}
	n = (size_t)(end - start);
	*p = end + (*end == '-');
	if (n >= WORD_MAX)
		n = WORD_MAX - 1;
	memcpy(word, start, n);
	word[n] = '\0';
	return n;
}

bool date_read(struct span text, int64_t *ret_ms)
{
	struct when w = {
		.year = -1, .month = -1, .day = -1, .hour = -1, .minute = -1, .second = -1
	};
	char all[TEXT_MAX + 1], word[WORD_MAX];
	const char *p = all;

	while (text.n && isspace((unsigned char)*text.p))
		text = (struct span){ text.p + 1, text.n - 1 };
	while (text.n && isspace((unsigned char)text.p[text.n - 1]))
		text.n--;
	if (text.n == 0 || text.n > TEXT_MAX || memchr(text.p, '\0', text.n))
		return false;
	memcpy(all, text.p, text.n);
	all[text.n] = '\0';
	if (is_iso(all))
		return read_iso(&w, all) && conclude(&w, ret_ms);
	while (next_word(&p, word))
		read_word(&w, word);
	return w.month >= 1 && w.year >= 0 && w.day >= 0 && conclude(&w, ret_ms);
}

int64_t date_clamp(int64_t ms, int64_t now_ms)
{
	return ms > now_ms + AHEAD_MS ? now_ms : ms;
}
