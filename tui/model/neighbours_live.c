/* SPDX-License-Identifier: MIT */
#include "tui/model/neighbours_live.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"

enum { TIME_MAX_MS = 86400000, ALONE_TURNS = 30 };
#define LATENCY_MAX_NS 1e12
#define WORK_MAX       1e18

/* A text that may be shown, cut at a whole character. */
static void take_text(char *to, size_t size, json_t *value)
{
    const char *text = json_string_value(value);
    char *clean = width_for_locale(text ? text : "");
    size_t length = clean ? strlen(clean) : 0;

    if (length >= size)
        for (length = size - 1; length > 0 && (clean[length] & 0xc0) == 0x80;)
            length--;
    if (clean)
        memcpy(to, clean, length);
    to[length] = '\0';
    free(clean);
}

/* A number from 0 to most; otherwise, or when it is none, `without`. */
static double take_number(json_t *value, double most, double without)
{
    double number = json_number_value(value);

    return json_is_number(value) && number >= 0 && number <= most ? number : without;
}

static bool is_text(json_t *object, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value && strcmp(value, text) == 0;
}

size_t neighbours_find(const struct neighbours *neighbours, const char *name)
{
    size_t i = 0;

    while (i < neighbours->antagonist_count && strcmp(neighbours->antagonists[i], name) != 0)
        i++;
    return i;
}

size_t neighbours_turns(const struct neighbours_platform *platform)
{
    return platform->count < NEIGHBOURS_TURNS_MAX ? platform->count : NEIGHBOURS_TURNS_MAX;
}

const struct neighbours_turn *neighbours_turn(const struct neighbours_platform *platform, size_t i)
{
    size_t first = platform->count - neighbours_turns(platform);

    return &platform->turns[(first + i) % NEIGHBOURS_TURNS_MAX];
}

size_t neighbours_marks(const struct neighbours *neighbours)
{
    return neighbours->mark_count < NEIGHBOURS_MARKS_MAX ? neighbours->mark_count
                                                         : NEIGHBOURS_MARKS_MAX;
}

const struct neighbours_mark *neighbours_mark(const struct neighbours *neighbours, size_t i)
{
    size_t first = neighbours->mark_count - neighbours_marks(neighbours);

    return &neighbours->marks[(first + i) % NEIGHBOURS_MARKS_MAX];
}

static int by_size(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;

    return (one > other) - (one < other);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Of the last turns that were alike, up to most. */
static size_t medians(const struct neighbours_platform *platform, unsigned change, size_t most,
                      double *p50_ns, double *p99_ns)
{
    double p50[ALONE_TURNS], p99[ALONE_TURNS];
    size_t count = 0;

    for (size_t i = neighbours_turns(platform); i-- > 0 && count < most;) {
        const struct neighbours_turn *turn = neighbours_turn(platform, i);
        if (turn->change != change)
            break;
        if (turn->p99_ns < 0)
            continue;
        p50[count] = turn->p50_ns;
        p99[count++] = turn->p99_ns;
    }
    if (count > 0) {
        *p50_ns = median(p50, count);
        *p99_ns = median(p99, count);
    }
    return count;
}

bool neighbours_now(const struct neighbours *neighbours, const struct neighbours_platform *platform,
                    double *p50_ns, double *p99_ns)
{
    return medians(platform, neighbours->changes, NEIGHBOURS_NOW, p50_ns, p99_ns) > 0;
}

static void add_mark(struct neighbours *neighbours, bool on, const char *what)
{
    struct neighbours_mark *mark =
        &neighbours->marks[neighbours->mark_count++ % NEIGHBOURS_MARKS_MAX];

    mark->at_ms = neighbours->now_ms;
    snprintf(mark->text, sizeof mark->text, "%c%.20s", on ? '+' : '-', what);
}

static void take_platform(struct neighbours_platform *platform, json_t *object)
{
    take_text(platform->name, sizeof platform->name, json_object_get(object, "name"));
    take_text(platform->title, sizeof platform->title, json_object_get(object, "title"));
    take_text(platform->reason, sizeof platform->reason, json_object_get(object, "reason"));
    platform->knows_limits = json_array_size(json_object_get(object, "limits")) > 0;
    /* Where a table breaks the title. */
    char *slash = strstr(platform->title, " / ");
    if (slash) {
        *slash = ',';
        memmove(slash + 1, slash + 2, strlen(slash + 2) + 1);
    }
}

static bool take_start(struct neighbours *neighbours, json_t *object)
{
    json_t *known = json_object_get(object, "known"), *item;
    json_t *platforms = json_object_get(object, "platforms");
    size_t i;

    if (neighbours->started)
        return false;
    json_array_foreach(known, i, item)
    {
        if (neighbours->antagonist_count == NEIGHBOURS_ANTAGONISTS_MAX)
            break;
        take_text(neighbours->antagonists[neighbours->antagonist_count++], NEIGHBOURS_NAME_MAX,
                  item);
    }
    json_array_foreach(platforms, i, item)
    {
        if (neighbours->platform_count == NEIGHBOURS_PLATFORMS_MAX)
            break;
        take_platform(&neighbours->platforms[neighbours->platform_count++], item);
    }
    neighbours->ends_ms = (int64_t)take_number(json_object_get(object, "ends_ms"), TIME_MAX_MS, 0);
    neighbours->ceiling = is_text(object, "ceiling", "cgroup");
    neighbours->started = true;
    return true;
}

static bool take_change(struct neighbours *neighbours, json_t *object)
{
    bool wanted[NEIGHBOURS_ANTAGONISTS_MAX] = {0}, limits = is_text(object, "limits", "on");
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(object, "antagonists"), i, item)
    {
        const char *name = json_string_value(item);
        size_t number = neighbours_find(neighbours, name ? name : "");
        if (number < neighbours->antagonist_count)
            wanted[number] = true;
    }
    bool same =
        limits == neighbours->limits && memcmp(wanted, neighbours->wanted, sizeof wanted) == 0;
    if (same)
        return true;
    neighbours->changes++;
    for (i = 0; i < neighbours->antagonist_count; i++)
        if (wanted[i] != neighbours->wanted[i])
            add_mark(neighbours, wanted[i], neighbours->antagonists[i]);
    if (limits != neighbours->limits)
        add_mark(neighbours, limits, _("limits"));
    memcpy(neighbours->wanted, wanted, sizeof wanted);
    neighbours->limits = limits;
    return true;
}

double neighbours_rate(const struct neighbours *neighbours,
                       const struct neighbours_platform *platform, size_t antagonist)
{
    const struct neighbours_beside *beside = &platform->beside[antagonist];

    if (beside->change != neighbours->changes || beside->window_ns <= 0)
        return -1;
    return beside->work / beside->window_ns * 1e9;
}

/* Of all turns since the last change: one of them alone is short. */
static void take_work(struct neighbours_beside *beside, unsigned change, json_t *one,
                      double window_ns)
{
    double work = take_number(json_object_get(one, "work_n"), WORK_MAX, -1);

    if (beside->change != change)
        beside->work = beside->window_ns = 0;
    beside->change = change;
    if (work < 0 || window_ns <= 0)
        return;
    beside->work += work;
    beside->window_ns += window_ns;
}

static void take_beside(struct neighbours *neighbours, struct neighbours_platform *platform,
                        json_t *all, double window_ns)
{
    for (size_t i = 0; i < neighbours->antagonist_count; i++) {
        struct neighbours_beside *beside = &platform->beside[i];
        json_t *one = json_object_get(all, neighbours->antagonists[i]);
        beside->asked = json_is_object(one);
        beside->there = false;
        *beside->why = '\0';
        if (!beside->asked)
            continue;
        take_work(beside, neighbours->changes, one, window_ns);
        beside->there = is_text(one, "state", "ran");
        take_text(beside->why, sizeof beside->why, json_object_get(one, "reason"));
        if (is_text(one, "state", "ended"))
            snprintf(beside->why, sizeof beside->why, _("ended with status %d"),
                     (int)take_number(json_object_get(one, "exit_n"), 255, -1));
    }
}

static bool has_company(const struct neighbours *neighbours)
{
    for (size_t i = 0; i < neighbours->antagonist_count; i++)
        if (neighbours->wanted[i])
            return true;
    return false;
}

static bool take_turn(struct neighbours *neighbours, json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "platform"));
    struct neighbours_platform *platform = NULL;
    double ignored;

    for (size_t i = 0; name && i < neighbours->platform_count; i++)
        if (strcmp(neighbours->platforms[i].name, name) == 0)
            platform = &neighbours->platforms[i];
    if (!platform)
        return false;
    struct neighbours_turn *turn = &platform->turns[platform->count++ % NEIGHBOURS_TURNS_MAX];
    *turn = (struct neighbours_turn){
        .at_ms = neighbours->now_ms,
        .p50_ns = take_number(json_object_get(object, "p50_ns"), LATENCY_MAX_NS, -1),
        .p99_ns = take_number(json_object_get(object, "p99_ns"), LATENCY_MAX_NS, -1),
        .change = neighbours->changes,
    };
    if (!is_text(object, "status", "ok") || turn->p50_ns < 1 || turn->p99_ns < turn->p50_ns)
        turn->p50_ns = turn->p99_ns = -1;
    take_text(platform->trouble, sizeof platform->trouble, json_object_get(object, "reason"));
    take_text(platform->remark, sizeof platform->remark, json_object_get(object, "remark"));
    platform->limited = is_text(object, "limits", "on");
    take_beside(neighbours, platform, json_object_get(object, "beside"),
                take_number(json_object_get(object, "window_ns"), LATENCY_MAX_NS, 0));
    if (!has_company(neighbours))
        medians(platform, neighbours->changes, ALONE_TURNS, &ignored, &platform->alone_p99_ns);
    return true;
}

static bool take_object(struct neighbours *neighbours, json_t *object)
{
    double now_ms = take_number(json_object_get(object, "at_ms"), TIME_MAX_MS, 0);

    if (json_integer_value(json_object_get(object, "live")) != 1)
        return false;
    if (now_ms > (double)neighbours->now_ms) /* it never goes back */
        neighbours->now_ms = (int64_t)now_ms;
    if (is_text(object, "kind", "start"))
        return take_start(neighbours, object);
    if (is_text(object, "kind", "change"))
        return take_change(neighbours, object);
    if (is_text(object, "kind", "turn"))
        return take_turn(neighbours, object);
    if (!is_text(object, "kind", "refused") && !is_text(object, "kind", "end"))
        return false;
    take_text(neighbours->said, sizeof neighbours->said, json_object_get(object, "reason"));
    neighbours->ended |= is_text(object, "kind", "end");
    return true;
}

bool neighbours_take_line(struct neighbours *neighbours, const char *line, size_t length)
{
    json_t *object = length <= NEIGHBOURS_LINE_MAX
                         ? json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL)
                         : NULL;
    bool good = object && take_object(neighbours, object);

    json_decref(object);
    return good;
}
