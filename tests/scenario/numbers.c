/* numbers.c - see numbers.h. */
#include "tests/scenario/numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

static void add(struct numbers *s, const char *name, const char *kind)
{
	struct number *n = &s->v[s->n];

	if (s->n == NUMBERS_NAMES)
		die("too many numbers");
	if (numbers_find(s, name))
		die("%s is there twice", name);
	snprintf(n->name, sizeof(n->name), "%s", name);
	snprintf(n->kind, sizeof(n->kind), "%s", kind);
	s->n++;
}

void numbers_read(struct numbers *s, const struct apart *a, enum apart_role role)
{
	char name[NUMBERS_NAME], kind[NUMBERS_KIND];

	*s = (struct numbers){ 0 };
	if (apart_ask(a, role, "/metrics", &s->text) != 200)
		die("%s shows no numbers", apart_name(role));
	for (const char *at = s->text; (at = strstr(at, "# TYPE ")); at++) {
		if (sscanf(at, "# TYPE %63s %11s", name, kind) != 2)
			die("%.80s", at);
		add(s, name, kind);
	}
}

/* Is the part of the table under this heading about the process? */
static bool is_about(const char *heading, enum apart_role role)
{
	const char *name = apart_name(role), *at = strstr(heading, name);
	const size_t n = strlen(name);

	return strcmp(heading, "Every process") == 0 ||
	       (at && (at == heading || at[-1] == ' ') &&
		(at[n] == '\0' || at[n] == ' ' || at[n] == ','));
}

static void take_row(struct numbers *s, const char *line, enum apart_role role, char heading[64])
{
	char name[NUMBERS_NAME], kind[NUMBERS_KIND];

	if (sscanf(line, "**%63[^*\n]**", heading) == 1)
		return;
	if (sscanf(line, "| `%63[a-z_]` | %11[a-z] |", name, kind) == 2 && is_about(heading, role))
		add(s, name, kind);
}

void numbers_promised(struct numbers *s, enum apart_role role)
{
	CLEANUP(base_freep) char *page = tmp_read("deploy/README.md");
	char *from = strstr(page, "\n## Numbers\n"), *end, *rest = NULL;
	char heading[64] = "";

	*s = (struct numbers){ 0 };
	if (!from)
		die("the manual has no chapter on numbers");
	from++;
	end = strstr(from, "\n## ");
	if (end)
		*end = '\0';
	for (char *line = strtok_r(from, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_row(s, line, role, heading);
}

void numbers_done(struct numbers *s)
{
	free(TAKE(s->text));
}

const struct number *numbers_find(const struct numbers *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].name, name) == 0)
			return &s->v[i];
	return NULL;
}

double numbers_value(const struct numbers *s, const char *series)
{
	const size_t n = strlen(series);

	for (const char *line = s->text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, series, n) == 0 && line[n] == ' ')
			return strtod(line + n, NULL);
	}
	die("there is no %s", series);
}
