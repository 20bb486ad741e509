/* SPDX-License-Identifier: MIT */
/* The doctor on the machine: its processor, what it runs on, its kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/doctor/doctor.h"
#include "common/host_cpu.h"
#include "common/host_hypervisor.h"
#include "common/host_kernel.h"
#include "common/host_load.h"
#include "common/host_privilege.h"
#include "common/i18n.h"

static void examine_features(struct findings *findings, const struct host_cpu *cpu)
{
    char list[256] = "";
    size_t used = 0;

    for (size_t i = 0; i < cpu->feature_count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? " " : "",
                                 cpu->features[i]);
    findings_add(findings, "features", _("features"), FINDING_FACT, "%s", list);

    const char *name = cpu->vmx ? "VT-x (vmx)" : cpu->svm ? "AMD-V (svm)" : NULL;
    if (name)
        findings_add(findings, "virtualization", _("virtualization"), FINDING_FACT,
                     _("%s is shown%s%s"), name, *cpu->nested_paging ? ", " : "",
                     cpu->nested_paging);
    else
        findings_add(findings, "virtualization", _("virtualization"), FINDING_FACT,
                     _("neither VT-x (vmx) nor AMD-V (svm) is shown; whether KVM works is another "
                       "question, see below"));
}

static void examine_frequency(struct findings *findings)
{
    struct host_frequency frequency;

    host_frequency_read(&frequency);
    if (!*frequency.governor) {
        findings_add(findings, "governor", _("frequency"), FINDING_FACT,
                     _("the kernel does not control it, as is usual in a VM"));
    } else if (strcmp(frequency.governor, "performance") == 0) {
        findings_add(findings, "governor", _("frequency"), FINDING_OK, _("governor %s, turbo %s"),
                     frequency.governor, *frequency.turbo ? frequency.turbo : "?");
    } else {
        findings_add(findings, "governor", _("frequency"), FINDING_LIMITED,
                     _("governor %s, turbo %s: figures vary with the frequency"),
                     frequency.governor, *frequency.turbo ? frequency.turbo : "?");
        findings_mend(findings,
                      "echo performance | %stee "
                      "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
                      doctor_sudo());
        findings_reason(findings, _("until the next boot; the fans may be heard"));
    }
    findings_add(findings, "smt", _("SMT"), FINDING_FACT, "%s",
                 *frequency.smt ? frequency.smt : _("unknown"));
}

static void examine_mitigations(struct findings *findings)
{
    struct host_mitigation list[HOST_CPU_MITIGATIONS_MAX];
    size_t count = host_mitigations_read(list, HOST_CPU_MITIGATIONS_MAX);
    size_t affected = 0, vulnerable = 0;

    for (size_t i = 0; i < count; i++) {
        affected += strncmp(list[i].text, "Not affected", 12) != 0;
        vulnerable += strstr(list[i].text, "Vulnerable") != NULL;
    }
    findings_add(findings, "mitigations", _("mitigations"), FINDING_FACT,
                 _("known leaks: %zu; of this processor: %zu; open at least in part: %zu"), count,
                 affected, vulnerable);
}

void doctor_processor(struct findings *findings)
{
    struct host_cpu cpu;

    host_cpu_read(&cpu);
    findings_area(findings, "processor", _("Processor"));
    findings_add(findings, "model", _("model"), FINDING_FACT, "%s",
                 *cpu.model ? cpu.model : _("unknown"));
    findings_add(findings, "cpus", _("CPUs"), cpu.usable > 1 ? FINDING_OK : FINDING_LIMITED,
                 _("%d online, %d usable by this process"), cpu.online, cpu.usable);
    if (cpu.usable < 2)
        findings_reason(findings,
                        _("with one CPU, the harness disturbs what it measures; give this machine "
                          "another one"));
    examine_features(findings, &cpu);
    examine_frequency(findings);
    examine_mitigations(findings);
}

void doctor_hypervisor(struct findings *findings)
{
    static const char *const types[] = {
        [HYPERVISOR_TYPE_NONE] = N_("none"),
        [HYPERVISOR_TYPE_1] = N_("type 1"),
        [HYPERVISOR_TYPE_2] = N_("type 2"),
        [HYPERVISOR_TYPE_DEBATABLE] = N_("debatable"),
    };
    struct host_hypervisor_evidence evidence;
    struct host_hypervisor hypervisor;

    host_hypervisor_look(&evidence);
    host_hypervisor_judge(&evidence, &hypervisor);
    findings_area(findings, "hypervisor", _("Hypervisor underneath"));
    /* Translators: name, monitor in brackets, the evidence that decided */
    findings_add(findings, "name", _("name"), FINDING_FACT, _("%s%s%s%s, by %s"),
                 _(hypervisor.name), *hypervisor.monitor ? " (" : "", hypervisor.monitor,
                 *hypervisor.monitor ? ")" : "", hypervisor.found_by);
    findings_add(findings, "type", _("type"), FINDING_FACT, "%s: %s", _(types[hypervisor.type]),
                 _(hypervisor.why));
    if (evidence.xen_dom0)
        findings_add(findings, "dom0", "Dom0", FINDING_FACT,
                     _("this system is Dom0: Xen's managing guest"));
}

static void examine_steal(struct findings *findings)
{
    struct host_load load;

    host_load_read(&load);
    double steal = host_load_steal_percent(&load);
    if (steal >= 0)
        /* Above this, a neighbour takes a visible part of every measurement. */
        findings_add(findings, "steal", _("steal"), steal < 1 ? FINDING_OK : FINDING_LIMITED,
                     _("%.2f %% of the CPU time since boot went to other VMs"), steal);
    if (steal >= 1)
        findings_reason(findings, _("the machine below is busy; measure when it is not"));
    /* One CPU's worth of runnable processes in the background already takes turns with ours. */
    findings_add(findings, "load", _("load"), load.average_1 < 1 ? FINDING_OK : FINDING_LIMITED,
                 "%.2f %.2f %.2f", load.average_1, load.average_5, load.average_15);
    if (load.average_1 >= 1)
        findings_reason(findings, _("something else runs here; measure when it does not"));
}

static void examine_perf(struct findings *findings, const struct host_kernel *kernel)
{
    int errnum = host_perf_try();

    switch (errnum) {
    case 0:
        findings_add(findings, "perf", _("performance counters"), FINDING_OK,
                     _("usable (perf_event_paranoid %lld)"),
                     (long long)kernel->perf_event_paranoid);
        break;
    case EACCES:
    case EPERM:
        findings_add(findings, "perf", _("performance counters"), FINDING_MISSING,
                     _("forbidden (perf_event_paranoid %lld)"),
                     (long long)kernel->perf_event_paranoid);
        findings_mend(findings, "%ssysctl kernel.perf_event_paranoid=2", doctor_sudo());
        break;
    case ENOENT:
    case EOPNOTSUPP:
        findings_add(findings, "perf", _("performance counters"), FINDING_MISSING,
                     _("there are none for instructions (perf_event_paranoid %lld)"),
                     (long long)kernel->perf_event_paranoid);
        findings_reason(findings, _("the hypervisor below keeps the counters to itself; virtlab "
                                    "does without them"));
        break;
    default:
        findings_add(findings, "perf", _("performance counters"), FINDING_MISSING, "%s",
                     strerror(errnum));
        findings_reason(findings, _("this kernel does not offer them; virtlab does without them"));
    }
}

void doctor_kernel(struct findings *findings)
{
    struct host_kernel kernel;

    host_kernel_read(&kernel);
    findings_area(findings, "kernel", _("Kernel"));
    findings_add(findings, "release", _("release"), FINDING_FACT, "%s %s", kernel.release,
                 kernel.architecture);
    bool slow =
        strcmp(kernel.clock_source, "hpet") == 0 || strcmp(kernel.clock_source, "acpi_pm") == 0;
    findings_add(findings, "clock", _("clock"), slow ? FINDING_LIMITED : FINDING_OK,
                 _("%s, of: %s"), kernel.clock_source, kernel.clock_sources);
    if (slow)
        findings_reason(findings, _("the kernel distrusts the TSC, and every reading of this clock "
                                    "is a system call"));
    findings_add(findings, "thp", _("huge pages"), FINDING_FACT, _("transparent: %s, defrag: %s"),
                 *kernel.thp ? kernel.thp : _("unknown"),
                 *kernel.thp_defrag ? kernel.thp_defrag : _("unknown"));
    examine_steal(findings);
    examine_perf(findings, &kernel);

    int errnum = host_seccomp_try();
    findings_add(findings, "seccomp", _("seccomp filters"), errnum ? FINDING_MISSING : FINDING_OK,
                 "%s", errnum ? strerror(errnum) : _("one was loaded, in a child"));
    if (errnum)
        findings_reason(findings, _("this kernel, or a filter that is already there, does not "
                                    "allow them; boxes cannot filter system calls"));
}
