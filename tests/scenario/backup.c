/* backup.c - see backup.h. */
#include "tests/scenario/backup.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/child.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { ARGS_MAX = 32, BALLAST_ROWS = 2000 };

char *backup_command(const char *dir, const char *store, const char *const *words, int *ret_status)
{
	const char *argv[ARGS_MAX] = { child_program("mudlark") };
	char set[320];
	size_t n = 1;

	while (*words && n < ARGS_MAX - 5)
		argv[n++] = *words++;
	argv[n++] = "--data";
	argv[n++] = dir;
	if (store) {
		snprintf(set, sizeof(set), "persist.store=%s", store);
		argv[n++] = "--set";
		argv[n++] = set;
	}
	return child_output(argv, NULL, BACKUP_US, ret_status);
}

void backup_expect(const char *dir, const char *store, const char *const *words, int status,
		   const char *text)
{
	int got;
	CLEANUP(base_freep) char *said = backup_command(dir, store, words, &got);

	if (got != status || !strstr(said, text))
		die("mudlark %s: status %d, not %d with \"%s\":\n%s", words[0], got, status, text,
		    said);
}

static int is_real(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Its files, and the path of one of them. */
static size_t look_into(const char *folder, char **ret_path)
{
	struct dirent **list;
	int n = must(scandir(folder, &list, is_real, NULL), folder);

	*ret_path = n ? tmp_path(folder, list[0]->d_name) : NULL;
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return (size_t)n;
}

size_t backup_files(const char *folder)
{
	CLEANUP(base_freep) char *path = NULL;

	return look_into(folder, &path);
}

char *backup_only(const char *folder, const char *end)
{
	CLEANUP(base_freep) char *path = NULL;
	size_t n = look_into(folder, &path);

	if (n != 1 || strlen(path) < strlen(end) || strcmp(path + strlen(path) - strlen(end), end))
		return NULL;
	return TAKE(path);
}

char *backup_state(const char *printed)
{
	const char *at = strstr(printed, "state ");
	size_t n = at ? strspn(at + 6, "0123456789abcdef") : 0;

	if (n != 64)
		die("no state in: %s", printed);
	return base_dup(at + 6, n);
}

/* Documents that no world loads, of text that cannot be packed to nothing. */
void backup_ballast(const char *url)
{
	bool is_sqlite = !strncmp(url, "sqlite:", 7);
	char sql[640];

	snprintf(sql, sizeof(sql),
		 is_sqlite
			 ? "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE "
			   "i < %d)"
			   " INSERT INTO document (collection, key, body, version)"
			   " SELECT 'ai.ballast', printf('%%08d', i),"
			   " '{\"text\":\"' || hex(randomblob(2000)) || '\"}', 1 FROM n RETURNING 1"
			 : "INSERT INTO document (collection, key, body, version)"
			   " SELECT 'ai.ballast', lpad(i::text, 8, '0'), ('{\"text\":\"' ||"
			   " (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, "
			   "125)"
			   " WHERE i > 0) || '\"}')::text, 1 FROM generate_series(1, %d) i "
			   "RETURNING 1",
		 BALLAST_ROWS);
	if (store_number(url, sql) != 1)
		die("no ballast");
}
