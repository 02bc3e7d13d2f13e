/*
 * net.h - the simulated network: connections between a dialling link and a binding hub, with every
 * fault that real ones have and some that ZeroMQ rules out (doubling, reordering).
 *
 * A port is a place that can be dialled ("the world's bus"); which process answers it may change.  An
 * end is one life of a process: when it crashes the end dies and all that was under way to it is lost.
 */
#pragma once

#include "rt/link.h"
#include "tests/sim/queue.h"

struct sim_net;
struct sim_end;

/* Faults per million messages, and bounds of the delay. */
struct sim_faults {
	uint32_t drop, twice, reorder, cut;
	uint64_t delay_min_us, delay_max_us;
};

enum sim_port { SIM_WORLD_BUS, SIM_PERSIST_BUS, SIM_PORTS };

struct sim_net *sim_net_new(struct sim_queue *q);
void sim_net_free(struct sim_net *n);
void sim_net_faults(struct sim_net *n, const struct sim_faults *f);
/* For sim_queue_done. */
void sim_net_drop_event(void *arg);

/* A dialler: `wire` is for link_dial_new, which must follow at once with sim_end_link(). */
struct sim_end *sim_end_dial(struct sim_net *n, enum sim_port to, struct link_wire *ret_wire);
void sim_end_link(struct sim_end *e, struct link *l);
/* A binder: takes over the port for new connections. */
struct sim_end *sim_end_bind(struct sim_net *n, enum sim_port at, struct link_hub_wire *ret_wire);
void sim_end_hub(struct sim_end *e, struct link_hub *h);
/* A turn of the process's loop: runs soon after something came, once for all that came. */
void sim_end_turn(struct sim_end *e, void (*turn)(void *ctx), void *ctx);
void sim_end_wake(struct sim_end *e);
/* The process is gone (or stopped answering for good). */
void sim_end_die(struct sim_end *e);
/* A stopped process: what comes for it waits. */
void sim_end_pause(struct sim_end *e, bool paused);
