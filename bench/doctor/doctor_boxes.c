/* SPDX-License-Identifier: MIT */
/* The doctor on what containers are made of: privileges, namespaces, cgroups. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/doctor/doctor.h"
#include "common/host_cgroup.h"
#include "common/host_file.h"
#include "common/host_namespaces.h"
#include "common/host_privilege.h"
#include "common/i18n.h"

/* What root has that is missing here, as words. */
static void list_missing(const struct host_privilege *privilege, char *list, size_t size)
{
    size_t used = 0;

    list[0] = '\0';
    for (unsigned i = 0; host_capability_name(i) && used < size; i++)
        if (!(privilege->capabilities & (UINT64_C(1) << i)))
            used += (size_t)snprintf(list + used, size - used, "%s%s", used ? " " : "",
                                     host_capability_name(i));
}

void doctor_privileges(struct findings *findings)
{
    struct host_privilege privilege;
    char missing[400];

    host_privilege_read(&privilege);
    findings_area(findings, "privileges", _("Privileges"));
    findings_add(findings, "user", _("user"), privilege.root ? FINDING_OK : FINDING_LIMITED, "%s",
                 privilege.root ? _("root") : _("an ordinary user"));
    if (!privilege.root) {
        findings_mend(findings, "sudo virtlab doctor");
        findings_reason(findings, _("as root, boxes get cgroups on every kind of host, and the "
                                    "escape probes are tried as root too"));
    }
    list_missing(&privilege, missing, sizeof missing);
    if (!privilege.root && privilege.capabilities == 0) {
        findings_add(findings, "capabilities", _("capabilities"), FINDING_FACT, _("none"));
    } else if (!*missing) {
        findings_add(findings, "capabilities", _("capabilities"), FINDING_OK, _("all"));
    } else {
        findings_add(findings, "capabilities", _("capabilities"), FINDING_LIMITED, _("all but %s"),
                     missing);
        findings_reason(findings, _("whoever started this session has taken them away; raising "
                                    "resource limits, for one, needs CAP_SYS_RESOURCE"));
    }
}

/* Settings that forbid user namespaces, each with the value that forbids and the one that allows.
 */
static const struct {
    const char *path, *sysctl;
    int64_t forbids;
    const char *allows;
} userns_settings[] = {
    {"/proc/sys/user/max_user_namespaces",                     "user.max_user_namespaces",         0, "15000"},
    {"/proc/sys/kernel/unprivileged_userns_clone",             "kernel.unprivileged_userns_clone", 0, "1"    },
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
     "kernel.apparmor_restrict_unprivileged_userns",                                               1, "0"    },
};

static void explain_refusal(struct findings *findings, int errnum)
{
    for (size_t i = 0; i < sizeof userns_settings / sizeof *userns_settings; i++) {
        int64_t value;
        if (host_read_number(userns_settings[i].path, &value) &&
            value == userns_settings[i].forbids) {
            findings_mend(findings, "%ssysctl %s=%s", doctor_sudo(), userns_settings[i].sysctl,
                          userns_settings[i].allows);
            return;
        }
    }
    if (errnum == EINVAL || errnum == ENOSYS)
        findings_reason(findings, _("this kernel was built without it"));
    else
        findings_reason(findings, _("no setting forbids it: a security module or the container "
                                    "this runs in does ('docker run --security-opt "
                                    "seccomp=unconfined')"));
}

/* Adds a way to the list of those that work, or that do not and why. */
static void describe_way(char *works, char *fails, size_t size, const char *way, int result)
{
    char *list = result ? fails : works;
    size_t used = strlen(list);

    if (result < 0)
        return;
    snprintf(list + used, size - used, result ? "%s%s (%s)" : "%s%s", used ? ", " : "", way,
             strerror(result));
}

static void examine_namespace(struct findings *findings, enum host_namespace kind)
{
    int direct = kind == NAMESPACE_USER ? -1 : host_namespace_try(WAY_DIRECT, kind);
    int nested = host_namespace_try(WAY_USER, kind);
    int ordinary = host_namespace_try(WAY_UNPRIVILEGED, kind);
    char works[200] = "", fails[200] = "";

    describe_way(works, fails, sizeof works, _("directly"), direct);
    describe_way(works, fails, sizeof works,
                 kind == NAMESPACE_USER ? _("with these rights") : _("in a user namespace"),
                 nested);
    describe_way(works, fails, sizeof works, _("as an ordinary user"), ordinary);

    bool all = direct <= 0 && nested == 0 && ordinary <= 0;
    /* An ordinary user needs no way but the one through a user namespace. */
    bool enough = nested == 0 && (ordinary >= 0 || direct != 0);
    int errnum = nested > 0 ? nested : ordinary > 0 ? ordinary : direct;
    findings_add(findings, host_namespace_name(kind), host_namespace_name(kind),
                 all || (enough && ordinary <= 0) ? FINDING_OK
                 : nested == 0 || direct == 0     ? FINDING_LIMITED
                                                  : FINDING_MISSING,
                 "%s%s%s%s", works, *works && *fails ? "; " : "", *fails ? _("fails: ") : "",
                 fails);
    if (!(all || (enough && ordinary <= 0)))
        explain_refusal(findings, errnum);
}

void doctor_namespaces(struct findings *findings)
{
    findings_area(findings, "namespaces", _("Namespaces, each made in a child"));
    for (int kind = 0; kind < NAMESPACE_COUNT; kind++)
        examine_namespace(findings, (enum host_namespace)kind);
}

static void explain_unusable(struct findings *findings, const struct host_privilege *privilege,
                             const struct host_controller *controller)
{
    if (privilege->root) {
        findings_mend(findings, "mount -o remount,rw \"$(findmnt -n -o TARGET -T '%s')\"",
                      controller->folder);
        findings_reason(findings, _("it is mounted read-only, as in most containers"));
    } else if (controller->version == 2) {
        findings_mend(findings, "systemd-run --user --scope -p Delegate=yes virtlab compare");
        findings_reason(findings, _("systemd then gives this user a cgroup of his own; without "
                                    "systemd, only root can"));
    } else {
        findings_mend(findings, "sudo virtlab compare");
        findings_reason(findings, _("version 1 cannot be given to an ordinary user safely"));
    }
}

static void examine_controller(struct findings *findings, const struct host_cgroup *cgroup,
                               const char *name, const char *label)
{
    const struct host_controller *controller = host_cgroup_controller(cgroup, name);
    struct host_privilege privilege;

    host_privilege_read(&privilege);
    if (!controller) {
        findings_add(findings, name, label, FINDING_MISSING, _("no controller '%s'"), name);
        if (cgroup->layout == CGROUP_V2 && !privilege.root) {
            findings_mend(findings, "sudo virtlab compare");
            findings_reason(findings, _("root's cgroup may have it although this user's has not"));
        } else {
            findings_reason(findings, _("this kernel has none, or its command line switches it "
                                        "off (cgroup_disable, cgroup_enable=memory)"));
        }
        return;
    }
    findings_add(findings, name, label, controller->usable ? FINDING_OK : FINDING_MISSING,
                 controller->usable ? _("version %d, groups can be made")
                                    : _("version %d, groups cannot be made"),
                 controller->version);
    if (!controller->usable)
        explain_unusable(findings, &privilege, controller);
}

void doctor_cgroups(struct findings *findings)
{
    static const char *const layouts[] = {
        [CGROUP_NONE] = N_("none are mounted"),
        [CGROUP_V1] = N_("version 1: one tree per controller"),
        [CGROUP_V2] = N_("version 2: one tree for all"),
        [CGROUP_HYBRID] = N_("hybrid: trees of version 1, and one of version 2 beside them"),
    };
    struct host_cgroup cgroup;

    host_cgroup_read(&cgroup);
    findings_area(findings, "cgroups", _("Cgroups"));
    findings_add(findings, "layout", _("layout"),
                 cgroup.layout == CGROUP_NONE ? FINDING_MISSING : FINDING_OK, "%s",
                 _(layouts[cgroup.layout]));
    if (cgroup.layout == CGROUP_NONE) {
        findings_mend(findings, "%smount -t cgroup2 none /sys/fs/cgroup", doctor_sudo());
        return;
    }
    examine_controller(findings, &cgroup, "memory", _("memory limit"));
    examine_controller(findings, &cgroup, "cpu", _("CPU limit"));
    examine_controller(findings, &cgroup, "pids", _("process limit"));
    /* Version 1 calls it blkio. */
    bool v1 = host_cgroup_controller(&cgroup, "blkio") != NULL;
    examine_controller(findings, &cgroup, v1 ? "blkio" : "io", _("disk limit"));
    examine_controller(findings, &cgroup, "cpuset", _("CPU choice"));
}
