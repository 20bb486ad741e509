/* SPDX-License-Identifier: MIT */
#include "common/observer.h"

static void pass_on(void *context, const struct trace_event *event)
{
    struct observer *observer = context;

    if (observer->timeline)
        timeline_add(observer->timeline, event);
    /* An explanation of every single exit and system call would bury the life of the box. */
    if (observer->explainer.out && event->category != TRACE_EXIT)
        explain_event(&observer->explainer, event);
}

int observer_open(struct observer *observer, const char *timeline_path, bool explain,
                  struct trace *trace, struct error *error)
{
    *observer = (struct observer){0};
    *trace = (struct trace){0};
    if (timeline_path) {
        int result = timeline_open(&observer->timeline, timeline_path, error);
        if (result < 0)
            return result;
    }
    if (explain) {
        observer->explainer = (struct explainer){.out = stderr, .start_ns = clock_now_ns()};
        explain_head(&observer->explainer);
    }
    if (timeline_path || explain)
        *trace = (struct trace){.event = pass_on, .context = observer};
    return 0;
}

int observer_close(struct observer *observer, struct error *error)
{
    struct timeline *timeline = observer->timeline;

    observer->timeline = NULL;
    return timeline_close(timeline, error);
}
