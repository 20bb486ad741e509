/* SPDX-License-Identifier: MIT */
/*
 * Noisy neighbours, live: the trial of exp_neighbours.c made again and again, and between two of
 * them somebody says which antagonists shall be there and whether limits are on.
 *
 * On every platform that can, a victim stands for as long as it lasts (the small server). The
 * platforms take turns, in blocks of random order: in its turn a victim gets its requests, with the
 * antagonists beside it in boxes of the same platform. They are started for the turn and killed
 * behind it, so that no platform's antagonists are beside another's victim, and nothing but
 * sleeping victims is there while nobody measures. Bound to one processor, client aside, ceiling
 * and limits: all as in the experiment.
 */
#ifndef VIRTLAB_LIVE_H
#define VIRTLAB_LIVE_H

#include "bench/experiments/client.h"
#include "bench/experiments/tenants.h"
#include "bench/harness/schedule.h"
#include "bench/harness/session.h"

enum {
    LIVE_TURN_MS = 250, /* the least from one turn to the next */
    LIVE_WHY_MAX = 160,
};

/* Whether a box has the limits that are on. */
enum live_limits { LIVE_LIMITS_OFF, LIVE_LIMITS_ON, LIVE_LIMITS_NONE /* it knows none */ };
extern const char *const live_limits_names[];

/* What became of an antagonist in a turn. */
enum live_beside {
    LIVE_NOT_ASKED,
    LIVE_RAN,
    LIVE_ENDED,  /* it was there, and ended before its time: by a limit, or by itself */
    LIVE_CANNOT, /* its box was not started, or does not have what it takes */
};
extern const char *const live_beside_names[];

/* A platform with its victim. */
struct live_box {
    const struct platform *platform;
    char reason[SESSION_REASON_MAX]; /* why it never has a turn; "": it has */
    struct workload victim;
    bool stands, limited;
    bool has_cgroup;
    struct bench_cgroup cgroup;
    char cannot[ANTAGONISTS][LIVE_WHY_MAX]; /* what this platform lacks for it, once known */
};

/* One turn of one platform. */
struct live_turn {
    const struct live_box *box;
    enum live_limits limits;
    enum record_status status;
    char reason[SESSION_REASON_MAX]; /* why the status is not ok; else "" */
    char remark[SESSION_REASON_MAX]; /* what the victim's box said last on standard error; "" */
    int64_t p50_ns, p99_ns, late_ns, window_ns;
    unsigned requests;
    struct {
        enum live_beside state;
        int exit;               /* of LIVE_ENDED; −1: unknown */
        uint64_t work;          /* what it got, in units of its own */
        char why[LIVE_WHY_MAX]; /* of LIVE_CANNOT */
    } beside[ANTAGONISTS];
};

struct live {
    struct session *session;
    struct live_box boxes[PLATFORMS_MAX];
    size_t box_count;
    struct schedule schedule;
    unsigned next; /* place in the block */

    bool wanted[ANTAGONISTS]; /* which shall be beside the victims, from the next turn on */
    bool limits;

    char victim_program[PATHS_MAX], antagonist_programs[ANTAGONISTS][PATHS_MAX];
    bool has_ceiling;
    struct bench_cgroup ceiling; /* around all antagonists of a turn */
    struct client_times times;
};

/*
 * Find the programs and make the cgroups, for the boxes of a session whose `needs` are known; a box
 * that is slow by nature takes part only where it was asked for. Nothing is started yet. live_end()
 * in any case.
 */
int live_begin(struct live *live, struct session *session, struct error *error);

/* Whether any platform can have one. */
bool live_can_take_turns(const struct live *live);

/*
 * The next platform's turn. Returns 1 and fills *turn; 0: no platform can have one; -EINTR when
 * the harness is asked to end. A box that fails is a turn that says so, and is started again.
 */
int live_take_turn(struct live *live, struct live_turn *turn, struct error *error);

/* Everything goes: victims, what is left of boxes, cgroups. */
void live_end(struct live *live);

#endif
