/* SPDX-License-Identifier: MIT */
/* The doctor on what is installed, the terminal, and the room for results. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/doctor/doctor.h"
#include "bench/process/capture.h"
#include "common/host_memory.h"
#include "common/i18n.h"
#include "common/paths.h"
#include "common/terminal.h"

enum { MIB = 1 << 20 };

struct tool {
    const char *command, *package; /* package NULL: part of virtlab */
    bool peer;                     /* compared with, never needed */
    const char *use;
};

static const struct tool tools[] = {
    {"minivmm",            NULL,              false, N_("runs a program in a VM")           },
    {"minicontainer",      NULL,              false, N_("runs a program in a container")    },
    {"gnuplot",            "gnuplot-nox",     false, N_("draws the plots")                  },
    {"busybox",            "busybox-static",  false, N_("real programs to run in the boxes")},
    {"crun",               "crun",            true,  N_("to compare with")                  },
    {"runc",               "runc",            true,  N_("to compare with")                  },
    {"bwrap",              "bubblewrap",      true,  N_("to compare with")                  },
    {"qemu-system-x86_64", "qemu-system-x86", true,  N_("to compare with")                  },
};

static void examine_tool(struct findings *findings, const struct tool *tool, const char *install)
{
    char path[PATHS_MAX];

    if (capture_find(tool->command, path, sizeof path)) {
        findings_add(findings, tool->command, tool->command, FINDING_OK, "%s", _(tool->use));
        return;
    }
    findings_add(findings, tool->command, tool->command,
                 tool->peer ? FINDING_FACT : FINDING_MISSING, _("not installed; %s"), _(tool->use));
    if (!tool->package)
        findings_reason(findings, _("it belongs to virtlab: run 'make' once more"));
    else
        findings_mend(findings, "%s", install);
}

void doctor_programs(struct findings *findings)
{
    enum { TOOLS = sizeof tools / sizeof *tools };
    char install[2][256], path[PATHS_MAX]; /* of what is needed, and of the peers */

    for (int peers = 0; peers < 2; peers++) {
        size_t used =
            (size_t)snprintf(install[peers], sizeof install[peers],
                             "%sapt-get install -y --no-install-recommends", doctor_sudo());
        for (size_t i = 0; i < TOOLS; i++)
            if (tools[i].package && tools[i].peer == peers &&
                !capture_find(tools[i].command, path, sizeof path))
                used += (size_t)snprintf(install[peers] + used, sizeof install[peers] - used, " %s",
                                         tools[i].package);
    }
    findings_area(findings, "programs", _("Programs"));
    for (size_t i = 0; i < TOOLS; i++)
        examine_tool(findings, &tools[i], install[tools[i].peer]);
}

void doctor_terminal(struct findings *findings)
{
    const char *type = getenv("TERM"), *no_color = getenv("NO_COLOR");
    int columns = 0, rows = 0, fd = STDOUT_FILENO;

    findings_area(findings, "terminal", _("Terminal"));
    if (!isatty(fd)) {
        findings_add(findings, "terminal", _("output"), FINDING_FACT,
                     _("goes to a file or a pipe: 80 columns, no colour"));
    } else {
        findings_add(findings, "terminal", _("output"), FINDING_FACT, "%s", type ? type : "?");
        if (terminal_size(fd, &columns, &rows))
            findings_add(findings, "size", _("size"), columns >= 80 ? FINDING_OK : FINDING_LIMITED,
                         _("%d columns, %d rows"), columns, rows);
        else
            findings_add(findings, "size", _("size"), FINDING_LIMITED, _("it does not say"));
        if (columns < 80)
            findings_reason(findings, _("tables are made for 80 columns, and come in pieces here; "
                                        "make the window wider"));
        bool colour = terminal_colour(fd);
        findings_add(findings, "colour", _("colour"), FINDING_FACT, "%s",
                     colour                  ? _("yes")
                     : no_color && *no_color ? _("no: NO_COLOR is set")
                                             : _("no"));
    }
    findings_add(findings, "charset", _("characters"),
                 terminal_utf8() ? FINDING_OK : FINDING_LIMITED, "%s",
                 terminal_utf8() ? "UTF-8" : _("not UTF-8: everything is put into ASCII"));
    if (!terminal_utf8())
        findings_mend(findings, "export LC_ALL=C.UTF-8");
}

static void examine_folder(struct findings *findings, const char *id, const char *label,
                           const char *path, uint64_t wanted_bytes)
{
    struct statvfs system;

    if (statvfs(path, &system) < 0) {
        findings_add(findings, id, label, FINDING_MISSING, "%s: %s", path, strerror(errno));
        findings_reason(findings, _("make this folder, or mount what belongs there"));
        return;
    }
    uint64_t free_bytes = (uint64_t)system.f_bavail * system.f_frsize;
    bool writable = access(path, W_OK) == 0;
    findings_add(findings, id, label,
                 !writable                    ? FINDING_MISSING
                 : free_bytes >= wanted_bytes ? FINDING_OK
                                              : FINDING_LIMITED,
                 writable ? _("%llu MiB free") : _("%llu MiB free, but it may not be written to"),
                 (unsigned long long)(free_bytes / MIB));
    if (!writable)
        findings_reason(findings, _("run virtlab in a folder of your own, or with --out DIR"));
    else if (free_bytes < wanted_bytes)
        findings_reason(findings, _("%llu MiB are wanted; df -h shows what takes the room"),
                        (unsigned long long)(wanted_bytes / MIB));
}

void doctor_space(struct findings *findings)
{
    struct host_memory memory;

    host_memory_read(&memory);
    findings_area(findings, "space", _("Room"));
    /* Of both boxes with their largest default, 64 MiB each, and the workloads' own. */
    bool enough = memory.available_bytes >= 512 * (int64_t)MIB;
    findings_add(findings, "memory", _("memory"), enough ? FINDING_OK : FINDING_LIMITED,
                 _("%lld MiB, %lld of them available"), (long long)(memory.total_bytes / MIB),
                 (long long)(memory.available_bytes / MIB));
    if (!enough)
        findings_reason(findings, _("512 MiB are wanted; end what is not needed"));
    examine_folder(findings, "results", _("for results, here"), ".", 100 * (uint64_t)MIB);
    examine_folder(findings, "tmp", "/tmp", "/tmp", 100 * (uint64_t)MIB);
}
