/* SPDX-License-Identifier: MIT */
/* The doctor on KVM: whether guests run here, and if not, what stands in the way. */
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/doctor/doctor.h"
#include "bench/results/kvm.h"
#include "common/host_cpu.h"
#include "common/host_hypervisor.h"
#include "common/i18n.h"

/* A machine in a container sees the host's processor, but only the devices it was given. */
static bool in_container(void)
{
    return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
           access("/run/systemd/container", F_OK) == 0;
}

/* There is no /dev/kvm: the module may be missing, or what it needs. */
static void explain_absence(struct findings *findings)
{
    struct host_hypervisor_evidence evidence;
    struct host_hypervisor hypervisor;
    struct host_cpu cpu;

    host_cpu_read(&cpu);
    host_hypervisor_look(&evidence);
    host_hypervisor_judge(&evidence, &hypervisor);
    if (in_container()) {
        findings_reason(findings, _("this is a container: it must be started with the device, as "
                                    "by 'docker run --device /dev/kvm'"));
    } else if (cpu.vmx || cpu.svm) {
        findings_mend(findings, "%smodprobe %s", doctor_sudo(), cpu.vmx ? "kvm_intel" : "kvm_amd");
        findings_reason(findings,
                        _("if the module says 'disabled by bios', virtualization has to be "
                          "switched on in the firmware's set-up"));
    } else if (hypervisor.type != HYPERVISOR_TYPE_NONE) {
        findings_reason(findings,
                        _("this machine is itself a guest (%s), and nested virtualization "
                          "is not passed on to it; only whoever runs the hypervisor "
                          "below can switch that on"),
                        _(hypervisor.name));
    } else {
        findings_reason(findings, _("the processor shows neither VT-x nor AMD-V: switch it on in "
                                    "the firmware's set-up (\"Intel Virtualization Technology\", "
                                    "\"SVM mode\")"));
    }
}

/* The name of the group that may use it; NULL: none, or only root's. */
static const char *group_with_access(void)
{
    struct stat device;

    if (stat("/dev/kvm", &device) < 0 || device.st_gid == 0 ||
        (device.st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP))
        return NULL;
    const struct group *group = getgrgid(device.st_gid);
    return group ? group->gr_name : NULL;
}

/* It is there and may not be opened: by the group that owns it, or by no group at all. */
static void explain_refusal(struct findings *findings)
{
    const char *group;

    if (geteuid() == 0) {
        findings_reason(findings, _("root may not open it: the device cgroup or a security module "
                                    "of the container this runs in forbids it"));
    } else if ((group = group_with_access()) != NULL) {
        findings_mend(findings, "sudo usermod -aG %s \"$USER\"", group);
        findings_reason(findings, _("then log in anew; or, until the next boot only: "
                                    "sudo chmod 666 /dev/kvm"));
    } else {
        findings_mend(findings, "sudo chmod 666 /dev/kvm");
        findings_reason(findings, _("until the next boot; it lets every user of this machine run "
                                    "guests. No group has the right to it, so usermod does not "
                                    "help"));
    }
}

static const struct {
    const char *verdict;
    enum finding_state state;
} verdicts[] = {
    {"works",   FINDING_OK     },
    {"differs", FINDING_LIMITED},
    {"fails",   FINDING_MISSING},
    {"hangs",   FINDING_MISSING},
};

/* What the probe tried in its guests, one finding each. */
static void list_trials(struct findings *findings, const json_t *probe)
{
    size_t i;
    json_t *trial;

    json_array_foreach(json_object_get(probe, "findings"), i, trial)
    {
        const char *key = json_string_value(json_object_get(trial, "key"));
        const char *title = json_string_value(json_object_get(trial, "title"));
        const char *verdict = json_string_value(json_object_get(trial, "verdict"));
        const char *detail = json_string_value(json_object_get(trial, "detail"));
        enum finding_state state = FINDING_FACT;

        if (!key || !title || !verdict)
            continue;
        for (size_t j = 0; j < sizeof verdicts / sizeof *verdicts; j++)
            if (strcmp(verdict, verdicts[j].verdict) == 0)
                state = verdicts[j].state;
        findings_add(findings, key, title, state, "%s%s%s", verdict, detail ? ": " : "",
                     detail ? detail : "");
    }
}

void doctor_kvm(struct findings *findings)
{
    struct kvm kvm;

    kvm_probe(&kvm);
    findings_area(findings, "kvm", "KVM");
    switch (kvm.state) {
    case KVM_WORKS:
        findings_add(findings, "kvm", "/dev/kvm", FINDING_OK,
                     _("guests run; the back end is %s, by 'minivmm probe'"), kvm.back_end);
        if (strcmp(kvm.back_end, "software") == 0)
            findings_reason(findings,
                            _("this is KVM's software back end: programs run in it at full "
                              "speed, but no guest system does; a machine with hardware "
                              "virtualization is needed for that"));
        list_trials(findings, kvm.probe);
        break;
    case KVM_ABSENT:
        findings_add(findings, "kvm", "/dev/kvm", FINDING_MISSING, _("there is none"));
        explain_absence(findings);
        break;
    case KVM_FORBIDDEN:
        findings_add(findings, "kvm", "/dev/kvm", FINDING_MISSING, _("it may not be opened (%s)"),
                     kvm.reason);
        explain_refusal(findings);
        break;
    case KVM_BROKEN:
        findings_add(findings, "kvm", "/dev/kvm", FINDING_MISSING, _("no guest ran: %s"),
                     kvm.reason);
        findings_reason(findings, _("'minivmm probe' tells more"));
        break;
    case KVM_NOT_PROBED:
        findings_add(findings, "kvm", "/dev/kvm", FINDING_LIMITED,
                     _("it opens, but whether guests run is not known: %s"), kvm.reason);
        findings_reason(findings, _("build or install the whole of virtlab"));
        break;
    }
    kvm_free(&kvm);
}
