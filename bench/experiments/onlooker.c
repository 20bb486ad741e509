/* SPDX-License-Identifier: MIT */
#include "bench/experiments/onlooker.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/analysis/statistics.h"
#include "bench/process/guard.h"
#include "common/clock.h"

static void *ask(void *context)
{
    struct onlooker *onlooker = context;
    const struct onlooker_signal *signal = onlooker->signal;
    struct workload *workload = &onlooker->workload;
    struct workload_work work;
    enum record_status status;
    struct error error;

    while (!signal->stop && onlooker->count < ONLOOKER_ANSWERS_MAX) {
        workload->process.deadline_ns = clock_now_ns() + ONLOOKER_LOST_MS * NS_PER_MS;
        int result = workload_go(workload, 1, &work, &status, &error);
        if (result < 0) {
            onlooker->lost = result != -EINTR;
            break;
        }
        /* An answer that was under way when it happened belongs behind it. */
        bool after = signal->happened;
        onlooker->before += !after;
        onlooker->refused += after && work.checksum != 0;
        onlooker->times_ns[onlooker->count++] = work.work_ns;
        if (!guard_pause(ONLOOKER_ASK_EVERY_MS * NS_PER_MS))
            break;
    }
    return NULL;
}

int onlooker_start(struct onlooker *onlooker, const struct onlooker_signal *signal,
                   struct error *error)
{
    onlooker->signal = signal;
    int errnum = pthread_create(&onlooker->thread, NULL, ask, onlooker);
    if (errnum)
        return error_set_errno(error, errnum, "cannot start a thread");
    onlooker->running = true;
    return 0;
}

void onlooker_join(struct onlooker *onlooker)
{
    if (onlooker->running)
        pthread_join(onlooker->thread, NULL);
    onlooker->running = false;
}

/* The median of all answers before it happened, of all of them together. */
static int64_t usual_time(const struct onlooker *onlookers, unsigned count)
{
    size_t room = (size_t)count * ONLOOKER_ANSWERS_MAX, known = 0;
    double *times = calloc(room, sizeof *times);

    if (!times)
        return 0;
    for (unsigned i = 0; i < count; i++)
        for (size_t j = 0; j < onlookers[i].before; j++)
            times[known++] = (double)onlookers[i].times_ns[j];
    statistics_sort(times, known);
    int64_t usual_ns = known ? (int64_t)statistics_quantile(times, known, 0.5) : 0;
    free(times);
    return usual_ns;
}

/* What this machine does to an answer today even if nothing happens. */
static int64_t longest_before(const struct onlooker *onlookers, unsigned count)
{
    int64_t longest_ns = 0;

    for (unsigned i = 0; i < count; i++)
        for (size_t j = 0; j < onlookers[i].before; j++)
            if (onlookers[i].times_ns[j] > longest_ns)
                longest_ns = onlookers[i].times_ns[j];
    return longest_ns;
}

void onlooker_sum_up(struct onlooker *onlookers, unsigned count, struct onlooker_report *report)
{
    *report = (struct onlooker_report){.onlookers = count};
    report->usual_ns = usual_time(onlookers, count);
    int64_t late_ns = longest_before(onlookers, count) * ONLOOKER_DELAYED_TIMES;
    if (late_ns < ONLOOKER_DELAYED_MS * NS_PER_MS)
        late_ns = ONLOOKER_DELAYED_MS * NS_PER_MS;

    for (unsigned i = 0; i < count; i++) {
        const struct onlooker *onlooker = &onlookers[i];
        unsigned delayed = 0;
        for (size_t j = onlooker->before; j < onlooker->count; j++) {
            delayed += onlooker->times_ns[j] > late_ns;
            if (onlooker->times_ns[j] > report->worst_ns)
                report->worst_ns = onlooker->times_ns[j];
        }
        if (onlooker->lost)
            report->worst_ns = ONLOOKER_LOST_MS * NS_PER_MS;
        report->answers += (unsigned)(onlooker->count - onlooker->before);
        report->delayed += delayed;
        report->refused += onlooker->refused;
        report->lost += onlooker->lost;
        report->noticed += onlooker->lost || delayed || onlooker->refused;
    }
}
