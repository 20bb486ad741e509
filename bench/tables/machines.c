/* SPDX-License-Identifier: MIT */
#include "bench/tables/machines.h"

#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/environment.h"
#include "common/i18n.h"

void machines_add(struct machines *machines, const char *label)
{
    for (size_t i = 0; i < machines->count; i++)
        if (strcmp(machines->labels[i], label) == 0)
            return;
    if (machines->count < MACHINES_MAX)
        machines->labels[machines->count++] = label;
    else
        machines->left_out++;
}

void machines_of_figures(struct machines *machines, const struct figures *figures,
                         const char *experiment)
{
    size_t length;

    *machines = (struct machines){0};
    for (size_t i = 0; i < figures->measure_count; i++)
        if (strcmp(figures->measures[i].experiment, experiment) == 0)
            machines_add(machines, measure_machine(&figures->measures[i], &length));
}

bool machine_has(const struct measure *measure, const char *params, const char *machine)
{
    size_t length;

    return strcmp(measure_machine(measure, &length), machine) == 0 && strlen(params) == length &&
           strncmp(measure->params, params, length) == 0;
}

void machine_add_heading(struct table *table, const struct analysis *analysis, const char *machine)
{
    const json_t *all = json_object_get(analysis->environment, "machines");
    const json_t *environment = json_object_get(all, machine);
    char host[256] = "", text[384];

    if (!*machine || json_object_size(all) == 1)
        return;
    if (json_is_object(environment))
        environment_describe(environment, host, sizeof host);
    snprintf(text, sizeof text, "%.100s – %s", machine, *host ? host : _("host: unknown"));
    table_add_heading(table, text);
}

void machines_add_note(struct table *table, const struct machines *machines)
{
    if (machines->left_out > 0)
        table_note(table, "!", _("machines are left out here: there are more than %d"),
                   MACHINES_MAX);
}
