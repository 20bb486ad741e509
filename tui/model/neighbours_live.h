/* SPDX-License-Identifier: MIT */
/*
 * Noisy neighbours as `virtlab live` tells of them (docs/formats.md, "Live"): who stands, what the
 * victims noticed in the last minutes, and since when. Made of lines, one after the other, and of
 * nothing else: time is what they say it is. They are hostile: what does not fit is passed over,
 * numbers have bounds, and texts are cleaned.
 */
#ifndef VIRTLAB_TUI_NEIGHBOURS_LIVE_H
#define VIRTLAB_TUI_NEIGHBOURS_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NEIGHBOURS_PLATFORMS_MAX = 16,
    NEIGHBOURS_ANTAGONISTS_MAX = 8,
    NEIGHBOURS_TURNS_MAX = 512, /* of a platform: two minutes, if it had all turns */
    NEIGHBOURS_MARKS_MAX = 64,
    NEIGHBOURS_TEXT_MAX = 200,
    NEIGHBOURS_NAME_MAX = 40,
    NEIGHBOURS_LINE_MAX = 16 << 10,
};

/* A turn of a platform: 100 answers and more. */
struct neighbours_turn {
    int64_t at_ms;
    double p50_ns, p99_ns; /* negative: it failed */
    unsigned change; /* how many changes there were before it: turns of one number are alike */
};

struct neighbours_beside {
    bool asked, there;
    char why[NEIGHBOURS_TEXT_MAX]; /* why it is not there, or how it ended; "" */
    double work, window_ns;        /* what it got, in units of its own, and within which time */
    unsigned change;               /* since that many changes */
};

struct neighbours_platform {
    char name[NEIGHBOURS_NAME_MAX], title[NEIGHBOURS_NAME_MAX];
    char reason[NEIGHBOURS_TEXT_MAX];  /* why it never has a turn; "" */
    char trouble[NEIGHBOURS_TEXT_MAX]; /* why the last turn failed; "" */
    char remark[NEIGHBOURS_TEXT_MAX];  /* what the victim's box had to say; "" */
    bool knows_limits, limited;        /* limited: in the last turn */
    double alone_p99_ns;               /* without antagonists; 0: not known yet */
    struct neighbours_beside beside[NEIGHBOURS_ANTAGONISTS_MAX];
    size_t count; /* of turns, in all; the last NEIGHBOURS_TURNS_MAX are kept */
    struct neighbours_turn turns[NEIGHBOURS_TURNS_MAX];
};

/* A moment at which something was changed: "+cpu", "-limits". */
struct neighbours_mark {
    int64_t at_ms;
    char text[24];
};

struct neighbours {
    bool started, ended;
    bool ceiling; /* a cgroup is around the antagonists, beside their own bounds */
    int64_t now_ms, ends_ms;
    size_t antagonist_count, platform_count;
    char antagonists[NEIGHBOURS_ANTAGONISTS_MAX][NEIGHBOURS_NAME_MAX];
    bool wanted[NEIGHBOURS_ANTAGONISTS_MAX], limits;
    unsigned changes;
    struct neighbours_platform platforms[NEIGHBOURS_PLATFORMS_MAX];
    size_t mark_count; /* in all, as with turns */
    struct neighbours_mark marks[NEIGHBOURS_MARKS_MAX];
    char said[NEIGHBOURS_TEXT_MAX]; /* the last refusal, or why it has ended; "" */
};

/* A line without its newline. Returns whether it was one that says something. */
bool neighbours_take_line(struct neighbours *neighbours, const char *line, size_t length);

/* The number of an antagonist; antagonist_count: there is none of that name. */
size_t neighbours_find(const struct neighbours *neighbours, const char *name);

/* Turn i of those that are kept, from 0, the oldest; and how many are. */
const struct neighbours_turn *neighbours_turn(const struct neighbours_platform *platform, size_t i);
size_t neighbours_turns(const struct neighbours_platform *platform);
const struct neighbours_mark *neighbours_mark(const struct neighbours *neighbours, size_t i);
size_t neighbours_marks(const struct neighbours *neighbours);

/*
 * What holds now: the medians of p50 and p99 over the last turns (NEIGHBOURS_NOW at most) since
 * something was changed. false: there was none yet.
 */
enum { NEIGHBOURS_NOW = 5 };
bool neighbours_now(const struct neighbours *neighbours, const struct neighbours_platform *platform,
                    double *p50_ns, double *p99_ns);

/* What an antagonist got beside the platform's victims, a second, since something was changed;
   negative: not known. */
double neighbours_rate(const struct neighbours *neighbours,
                       const struct neighbours_platform *platform, size_t antagonist);

#endif
