/*
 * errands.c - `errands`: what one has been asked to do.
 */
#include <stdio.h>
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/mind/errand.h"

static void add_accept(const struct pack_errand *errand, struct buf *out)
{
	char command[64];

	snprintf(command, sizeof(command), "accept %s", errand->key);
	say_link(out, command, (struct span){ command, strlen(command) });
}

static void add_open(const struct pack_errand *errand, enum errand_state state, uint32_t step,
		     struct buf *out)
{
	buf_addf(out, "\n  {bold}%s{/}, for %s", errand->name, errand->giver->name.noun);
	if (state == ERRAND_OFFERED) {
		buf_adds(out, ": not taken on yet. Try: ");
		add_accept(errand, out);
	} else if (step < errand->n_steps && errand->steps[step].journal) {
		buf_addf(out, ": %s", errand->steps[step].journal);
	}
}

static size_t add_done(const struct cmd_call *c, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->w->n_packs; i++) {
		const struct pack *p = c->w->packs[i];

		for (size_t k = 0; k < p->n_errands; k++)
			if (errand_state_of(c->w, c->actor, &p->errands[k], NULL) == ERRAND_DONE)
				buf_addf(out, "%s{bold}%s{/}",
					 n++ ? ", " : "\nYou have done: ", p->errands[k].name);
	}
	if (n)
		buf_addc(out, '.');
	return n;
}

static void run(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);
	const struct pack_errand *e = NULL;
	enum errand_state state = ERRAND_NONE;
	uint32_t step = 0;
	const size_t at = out->n;

	while ((e = errand_next(c->w, c->actor, e, &state, &step))) {
		if (out->n == at)
			buf_adds(out, "Your errands:");
		add_open(e, state, step, out);
	}
	if (out->n == at)
		buf_adds(out, "You have no errands.");
	add_done(c, out);
	say_end(c->w);
}

const struct cmd cmd_errands = {
	.name = "errands",
	.aliases = "journal",
	.usage = "errands",
	.help = "Shows what people have asked you to do, and what comes next.\n"
		"`accept` takes on what somebody offers.",
	.category = CMD_YOURSELF,
	.effect = CMD_PURE,
	.run = run,
};
