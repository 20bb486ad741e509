/* SPDX-License-Identifier: MIT */
#include "common/explain.h"

#include <stdlib.h>

#include "common/text.h"

static void print_event(FILE *out, const struct trace_event *event, int64_t since_ns)
{
    const struct trace_step *step = event->step;

    fprintf(out, "%9.3f ms  %s", (double)since_ns / NS_PER_MS, step->name);
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

void explain_head(struct explainer *explainer)
{
    fputs("     began  stage, and how long it took. A line comes when its stage has ended,\n"
          "            so a stage stands below those that are parts of it.\n",
          explainer->out);
}

void explain_event(struct explainer *explainer, const struct trace_event *event)
{
    char *text = NULL;
    size_t length = 0;
    /* In one piece: the processes of a box explain themselves on the same terminal. */
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return;
    print_event(out, event, event->start_ns - explainer->start_ns);
    if (fclose(out) == 0)
        fwrite(text, 1, length, explainer->out);
    free(text);
}
