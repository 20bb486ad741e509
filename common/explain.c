/* SPDX-License-Identifier: MIT */
#include "common/explain.h"

#include "common/text.h"

void explain_event(struct explainer *explainer, const struct trace_event *event)
{
    const struct trace_step *step = event->step;
    FILE *out = explainer->out;

    fprintf(out, "%9.3f ms  %s", (double)(event->start_ns - explainer->start_ns) / NS_PER_MS,
            step->name);
    if (event->detail) {
        fputs(" (", out);
        text_print_clean(out, event->detail);
        fputc(')', out);
    }
    if (event->duration_ns > 0)
        fprintf(out, ", %.1f µs", (double)event->duration_ns / NS_PER_US);
    fputc('\n', out);
    if (step->call)
        fprintf(out, "              call  %s\n", step->call);
    if (step->why)
        fprintf(out, "              why   %s\n", step->why);
    if (step->source)
        fprintf(out, "              read  %s\n", step->source);
}
