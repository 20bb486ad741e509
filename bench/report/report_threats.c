/* SPDX-License-Identifier: MIT */
/* Threats to validity: only what is so of these results. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bench/report/report_method.h"
#include "bench/tables/machines.h"
#include "common/i18n.h"

enum { TEXT_MAX = 512 };

struct threats {
    const struct analysis *analysis;
    void (*say)(void *context, const char *sentence);
    void *context;
};

static const json_t *value_of(const json_t *environment, const char *part, const char *key)
{
    return json_object_get(json_object_get(environment, part), key);
}

static const char *fact(const json_t *environment, const char *part, const char *key)
{
    const char *text = json_string_value(value_of(environment, part, key));

    return text ? text : "";
}

/* A sentence about a machine, and which one where there are several. */
static void say_of(const struct threats *threats, const char *machine, const char *sentence)
{
    char text[2 * TEXT_MAX];

    snprintf(text, sizeof text, "%.64s%s%s", machine, *machine ? ": " : "", sentence);
    threats->say(threats->context, text);
}

static void threaten_speed(const struct threats *threats, const json_t *environment,
                           const char *machine)
{
    const char *governor = fact(environment, "frequency", "governor");
    char text[TEXT_MAX];

    if (!*governor)
        say_of(threats, machine,
               _("The frequency governor is not to be seen from here: the processor may change its "
                 "speed between runs."));
    else if (strcmp(governor, "performance") != 0) {
        snprintf(text, sizeof text,
                 _("The frequency governor is '%s': the processor changes its speed between runs."),
                 governor);
        say_of(threats, machine, text);
    }
}

static void threaten_load(const struct threats *threats, const json_t *environment,
                          const char *machine)
{
    double load = json_number_value(value_of(environment, "load", "average_1"));
    double stolen = json_number_value(value_of(environment, "load", "steal_percent_since_boot"));
    json_int_t processors = json_integer_value(value_of(environment, "cpu", "online"));
    char text[TEXT_MAX];

    if (processors > 0 && load > 0.5 * (double)processors) {
        snprintf(text, sizeof text,
                 _("Others were at work when the run began: a load of %.1f on %lld processors."),
                 load, (long long)processors);
        say_of(threats, machine, text);
    }
    if (stolen > 0.1) {
        snprintf(text, sizeof text,
                 _("The host's host gave %.1f %% of the processors' time to others since it was "
                   "started (steal)."),
                 stolen);
        say_of(threats, machine, text);
    }
}

static void threaten_machine(const struct threats *threats, const json_t *environment,
                             const char *machine)
{
    const char *hypervisor = fact(environment, "hypervisor", "id");
    char text[TEXT_MAX];

    if (*hypervisor && strcmp(hypervisor, "none") != 0) {
        snprintf(text, sizeof text,
                 _("The host is itself a virtual machine (%s): its neighbours take time that it "
                   "cannot see, and every exit of a guest here costs more than on bare metal."),
                 fact(environment, "hypervisor", "name"));
        say_of(threats, machine, text);
    }
    if (strcmp(fact(environment, "kvm", "back_end"), "software") == 0)
        say_of(threats, machine,
               _("KVM here is a software back end, without the processor's help: what the VM costs "
                 "here says little about a machine with VT-x or AMD-V."));
    threaten_speed(threats, environment, machine);
    threaten_load(threats, environment, machine);
}

/* Of a merged folder each machine by itself. Returns how many there are. */
static size_t threaten_machines(const struct threats *threats)
{
    json_t *all = json_object_get(threats->analysis->environment, "machines");

    if (!json_is_object(all)) {
        if (threats->analysis->environment)
            threaten_machine(threats, threats->analysis->environment, "");
        return 1;
    }
    for (void *at = json_object_iter(all); at; at = json_object_iter_next(all, at))
        threaten_machine(threats, json_object_iter_value(at),
                         json_object_size(all) > 1 ? json_object_iter_key(at) : "");
    return json_object_size(all);
}

static bool has_figures(const struct figures *figures, const char *platform)
{
    for (size_t i = 0; i < figures->platform_count; i++)
        for (size_t j = 0;
             strcmp(figures->platforms[i], platform) == 0 && j < figures->measure_count; j++)
            if (figures->measures[j].figures[i].value.count > 0)
                return true;
    return false;
}

static bool was_run(const struct analysis *analysis, const char *experiment)
{
    for (size_t i = 0; i < analysis->results.sample_count; i++)
        if (strcmp(analysis->results.samples[i].experiment, experiment) == 0)
            return true;
    return false;
}

static void threaten_statistics(const struct threats *threats)
{
    const struct analysis *analysis = threats->analysis;
    double smallest = 0, largest = 0, farthest = 0;
    size_t least, most, drifts;
    char text[TEXT_MAX];

    analysis_runs(analysis, &least, &most);
    if (least > 0 && least < STATISTICS_INTERVAL_MIN)
        threats->say(threats->context,
                     _("Some figures come from fewer than 6 runs. They have no interval, and "
                       "nothing can be said of how far they are from the truth."));
    if (!analysis_noise(analysis, &smallest, &largest)) {
        threats->say(threats->context,
                     _("Native was not measured against native, so this machine's noise is "
                       "unknown: small differences mean nothing."));
    } else if (largest > 0.05) {
        snprintf(text, sizeof text,
                 _("The machine was noisy: native differed from itself by up to %.1f %%."),
                 100 * largest);
        threats->say(threats->context, text);
    }
    drifts = analysis_drifts(analysis, &farthest);
    if (drifts > 0) {
        snprintf(text, sizeof text,
                 ngettext("%zu figure drifted while the run went on, by up to %.0f %%: its median "
                          "is of a machine that changed.",
                          "%zu figures drifted while the run went on, by up to %.0f %%: their "
                          "medians are of a machine that changed.",
                          drifts),
                 drifts, 100 * (farthest < 0 ? -farthest : farthest));
        threats->say(threats->context, text);
    }
    if (most > 1)
        threats->say(threats->context,
                     _("An interval says how far chance moves the median. It says nothing of a "
                       "mistake that every run makes alike."));
}

void report_threats(const struct analysis *analysis,
                    void (*threat)(void *context, const char *sentence), void *context)
{
    const struct threats threats = {analysis, threat, context};
    const struct figures *figures = &analysis->figures;

    if (threaten_machines(&threats) == 1)
        threat(context, _("One machine, one day. Another processor, kernel or neighbour gives "
                          "other figures; the ratios carry further than the times, and no further "
                          "than to machines like this one."));
    else
        threat(context, _("Several machines, in one table each by itself: a figure of one says "
                          "nothing of another."));
    threaten_statistics(&threats);
    if (has_figures(figures, "vm") && !has_figures(figures, "vm-linux"))
        threat(context, _("No virtual machine with an operating system in it was measured. The VM "
                          "here has none: it starts faster than one that boots, and its system "
                          "calls cost more."));
    if (was_run(analysis, "startup") || was_run(analysis, "program"))
        threat(context, _("Small programs. A box that is slow to start may be as fast as any once "
                          "it runs, and the other way round: ask which of the two your work is."));
    if (was_run(analysis, "escape"))
        threat(context, _("The probes of the escape matrix try what is known. That all are refused "
                          "does not mean that there is no way out."));
}
