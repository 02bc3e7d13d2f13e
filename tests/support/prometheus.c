/* prometheus.c - see prometheus.h. */
#include "tests/support/prometheus.h"

#include <ctype.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/buf.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

enum { UP_US = 20000000, END_US = 10000000, ASK_US = 10000000, STEP_US = 50000 };

#define FOLDER "deploy/watch/"

/* Every `from` becomes `to`; how many there were. The text is replaced. */
static size_t replace(char **text, const char *from, const char *to)
{
	struct buf out = { 0 };
	const char *at = *text, *hit;
	size_t n = 0;

	for (; (hit = strstr(at, from)); at = hit + strlen(from), n++) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, to);
	}
	buf_adds(&out, at);
	free(*text);
	*text = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return n;
}

static void write_file(const struct prometheus *p, const char *name, const char *text)
{
	CLEANUP(base_freep) char *path = tmp_path(p->dir, name);

	tmp_write(path, text);
}

static void write_config(const struct prometheus *p)
{
	CLEANUP(base_freep) char *text = tmp_read(FOLDER "prometheus-machine.yaml");
	CLEANUP(base_freep) char *rules = tmp_read(FOLDER "alerts.yaml");
	char own[32];

	snprintf(own, sizeof(own), "127.0.0.1:%u", p->port);
	if (replace(&text, "localhost:9090", own) != 1 || replace(&text, ": 15s", ": 500ms") != 2 ||
	    replace(&text, "scrape_timeout: 5s", "scrape_timeout: 500ms") != 1)
		die("prometheus-machine.yaml is not what it was");
	write_file(p, "prometheus.yaml", text);
	write_file(p, "alerts.yaml", rules);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static void write_targets(const struct prometheus *p, const struct prometheus_port *ports, size_t n)
{
	CLEANUP(base_freep) char *text = tmp_read(FOLDER "targets.yaml");

	replace(&text, "#- ", "- ");
	replace(&text, "#  ", "  ");
	if (count(text, "127.0.0.1:") != n)
		die("targets.yaml has not %zu targets:\n%s", n, text);
	for (size_t i = 0; i < n; i++) {
		char from[32], to[32];

		snprintf(from, sizeof(from), "127.0.0.1:%u\"", ports[i].documented);
		snprintf(to, sizeof(to), "127.0.0.1:%u\"", ports[i].real);
		if (replace(&text, from, to) != 1)
			die("targets.yaml has no \"%s", from);
	}
	write_file(p, "targets.yaml", text);
}

static bool is_up(const struct prometheus *p)
{
	static const char request[] = "GET /-/ready HTTP/1.0\r\n\r\n";
	struct talk_way way = { .port = p->port };
	struct talk t = { 0 };
	CLEANUP(base_freep) char *answer = NULL;

	if (!talk_try_by(&t, "prometheus", &way))
		return false;
	talk_close(&t);
	answer = ws_http(p->port, false, request, ASK_US);
	return strstr(answer, " 200 ");
}

static void run(struct prometheus *p)
{
	CLEANUP(base_freep) char *config = tmp_path(p->dir, "prometheus.yaml");
	CLEANUP(base_freep) char *data = tmp_path(p->dir, "prometheus.data");
	CLEANUP(base_freep) char *log = tmp_path(p->dir, "prometheus.out");
	char listen[64];
	const char *const argv[] = {
		PROMETHEUS, "--config.file",	config, "--storage.tsdb.path", data,
		listen,	    "--log.level=warn", NULL
	};
	const uint64_t end = now_us() + UP_US;

	snprintf(listen, sizeof(listen), "--web.listen-address=127.0.0.1:%u", p->port);
	child_start(&p->child, argv, log);
	while (!is_up(p)) {
		if (now_us() > end || !child_is_alive(p->child.pid)) {
			CLEANUP(base_freep) char *said = tmp_read(log);

			die("Prometheus did not come up:\n%s", said);
		}
		usleep(STEP_US);
	}
}

void prometheus_start(struct prometheus *p, const struct prometheus_port *ports, size_t n)
{
	*p = (struct prometheus){ .port = tmp_port(), .dir = tmp_dir() };
	write_config(p);
	write_targets(p, ports, n);
	run(p);
}

void prometheus_stop(struct prometheus *p)
{
	child_end(&p->child, SIGTERM, END_US);
}

/* Its questions */

json_t *prometheus_api(const struct prometheus *p, const char *path, char **ret_why)
{
	struct buf request = { 0 };
	CLEANUP(base_freep) char *answer = NULL;
	const char *body, *why;
	json_t *all, *data;

	/* HTTP/1.0 has no chunks. */
	buf_addf(&request, "GET /api/v1/%s HTTP/1.0\r\n\r\n", path);
	buf_addc(&request, '\0');
	answer = ws_http(p->port, false, buf_p(&request), ASK_US);
	buf_done(&request);
	body = strstr(answer, "\r\n\r\n");
	all = body ? json_loads(body + 4, 0, NULL) : NULL;
	if (!all)
		die("no answer of Prometheus to %s:\n%s", path, answer);
	data = json_incref(json_object_get(all, "data"));
	if (!data) {
		why = json_string_value(json_object_get(all, "error"));
		*ret_why = base_dup(why ? why : "", why ? strlen(why) : 0);
	}
	json_decref(all);
	return data;
}

json_t *prometheus_query(const struct prometheus *p, const char *expr, char **ret_why)
{
	struct buf path = { 0 };
	json_t *data, *vector = NULL;

	buf_adds(&path, "query?query=");
	for (; *expr; expr++) {
		if (isalnum((unsigned char)*expr))
			buf_addc(&path, *expr);
		else
			buf_addf(&path, "%%%02X", (unsigned char)*expr);
	}
	buf_addc(&path, '\0');
	data = prometheus_api(p, buf_p(&path), ret_why);
	buf_done(&path);
	if (data)
		vector = json_incref(json_object_get(data, "result"));
	json_decref(data);
	return vector;
}

double prometheus_value(const struct prometheus *p, const char *expr)
{
	CLEANUP(base_freep) char *why = NULL;
	json_t *vector = prometheus_query(p, expr, &why);
	const json_t *first;
	const char *text;
	double value;

	if (!vector)
		die("%s: %s", expr, why);
	first = json_array_get(vector, 0);
	text = json_string_value(json_array_get(json_object_get(first, "value"), 1));
	value = text ? strtod(text, NULL) : NAN;
	json_decref(vector);
	return value;
}

void prometheus_wait(const struct prometheus *p, const char *expr, double value)
{
	const uint64_t end = now_us() + UP_US;
	double is;

	while (!((is = prometheus_value(p, expr)) >= value)) {
		if (now_us() > end)
			die("%s is %g, not %g", expr, is, value);
		usleep(STEP_US);
	}
}
