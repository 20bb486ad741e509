/* SPDX-License-Identifier: MIT */
#include "bench/analysis/measures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"

static const char *const definitions[MEASURE_MEANINGS] = {
    [MEANS_FIRST_OUTPUT] = N_("from just before the platform's command is started to the first "
                              "read of the program's output"),
    [MEANS_EXIT] = N_("from just before the platform's command is started to the moment it has "
                      "ended and is reaped"),
    [MEANS_PROCESSOR] = N_("user and system time of the platform's command and its children, as "
                           "the kernel accounts it when they end"),
    [MEANS_WORK] = N_("from writing `go` to the program, which waits, to reading its `done`; the "
                      "number of turns is calibrated natively and the same everywhere but in "
                      "boxes that are slow by nature"),
    [MEANS_TURN] = N_("the same, divided by how often the work was done"),
    [MEANS_ONE_MORE] = N_("Pss of all processes of several waiting boxes, less that of one, "
                          "divided by how many more there are"),
    [MEANS_ONE_MORE_GUEST] = N_("the part of it that is the program's or the guest's memory"),
    [MEANS_ONE_MORE_TOOL] = N_("the part of it that is the runtime's or the VMM's own"),
    [MEANS_ONE_MORE_KERNEL] = N_("memory of the kernel for one more box, as its cgroup counts it; "
                                 "Pss does not have it"),
    [MEANS_IMAGE] = N_("bytes of the files that must be there to start it"),
    [MEANS_PEAK] = N_("the most memory at any moment: the high-water mark of a cgroup around the "
                      "whole box, else the largest Pss seen in samples of it"),
    [MEANS_REACH] =
        N_("system calls of the host that the program's filters let through, by running "
           "the filters, without making a call; of a virtual machine, those that its "
           "VMM's threads may make"),
    [MEANS_HUGE_PAGES] = N_("AnonHugePages of all processes of the box"),
    [MEANS_TURNS] = N_("how often the work was done"),
    [MEANS_BOUND] = N_("the processor that the whole box was bound to"),
    [MEANS_BARE_LOOP] = N_("the same by the barest loop that can time it: posix_spawn, a blocking "
                           "read, waitpid"),
    [MEANS_HARNESS] = N_("the same by this harness: what it is longer, the harness adds to every "
                         "time, in every box alike"),
    [MEANS_OUTSIDE] = N_("what the harness spends around one run, outside of what it times"),
    [MEANS_BACK] =
        N_("from the fault (the order to fail is written, or the tool around the program "
           "is killed) to the first answer of the box that was started again"),
    [MEANS_NOTICED] = N_("of the neighbours, those that were lost, refused something, or late with "
                         "an answer before the box was back"),
    [MEANS_DETECTED] = N_("from the fault to the end of the box, or to its being killed because it "
                          "has not answered for a second (three where boxes are slow by nature)"),
    [MEANS_LEFT] = N_("processes of the box that still ran a second after its end"),
    [MEANS_ANSWERS] = N_("of the neighbours, from the fault until the box was back"),
    [MEANS_ANSWER] = N_("from writing a request to a neighbour to reading its answer"),
    [MEANS_CEILING] = N_("what the boxes of a trial may have together, or else the failing program "
                         "alone"),
    [MEANS_PER_GIB] =
        N_("1 GiB divided by what each further box took after the first: Pss, and what "
           "the kernel holds for it where a cgroup tells (as root)"),
    [MEANS_REACHED] =
        N_("how many boxes stood at once, until starting or answering took ten times as "
           "long as with one, or a ceiling of number, memory or time was reached"),
    [MEANS_POINT_START] = N_("from just before one more box is started to reading its `ready`: the "
                             "median of those started since the point before"),
    [MEANS_POINT_ANSWER] = N_("from writing a request to reading its answer, with so many boxes "
                              "standing, which are asked one after the other"),
    [MEANS_POINT_MEMORY] = N_("of so many boxes together: Pss; what the kernel holds for them, as "
                              "their cgroup counts it"),
    [MEANS_IDLE] = N_("of one processor, what the box's processes took in a quarter of a second in "
                      "which its program waited"),
    [MEANS_SHIPPED] =
        N_("bytes of files: the program, and the kernel and file system of the guest; "
           "the runtime or VMM stands on a host once and is a figure of its own"),
    [MEANS_COPIES] = N_("what the file system gave for ten copies, beside the original"),
    [MEANS_COPIES_WRITTEN] = N_("the same after a page of 4 KiB was written to each copy"),
    [MEANS_COPIES_SHARED] = N_("of the other nine, those that saw what was written to the first"),
    [MEANS_VERSIONS] = N_("of two programs that want two versions of a library of one name, those "
                          "that work; where boxes have the host's files, there is one folder of "
                          "libraries"),
    [MEANS_RUNS] =
        N_("1: a program in this format, of a few instructions, ends with its own status"),
    [MEANS_OWN_KERNEL] =
        N_("1: its kernel was booted apart from the host's (another boot_id), or is "
           "of another release"),
    [MEANS_STAGE] = N_("one stage in the life of the box, from its tool's own timeline, which is "
                       "written in runs of its own; a stage may lie within another"),
    [MEANS_LATENCY] = N_("from just before the write of a request to the return of the read that "
                         "brought the end of its answer; requests to `server` are sent when they "
                         "are due, answered or not"),
    [MEANS_LATE] = N_("the 99th percentile of how much later than due the client sent a request"),
    [MEANS_GOT] = N_("what the aggressor did within the window, in units of its own"),
    [MEANS_WINDOW] = N_("from the victim's first request to its last answer"),
    [MEANS_LIMIT_REACHED] = N_("what the program had when it was refused more; of processor time, "
                               "what the whole box used in half a second, taken for one second"),
    [MEANS_STEAL] = N_("what the kernel that the program sees has waited for a real processor, "
                       "in steps of 10 ms"),
    [MEANS_OUTPUT] = N_("bytes read from the program's standard output"),
};

/*
 * Rows whose workload or params are NULL stand below those that name them: the first that fits is
 * it.
 */
enum {
    PART = MEASURE_PART,
    DETAIL = MEASURE_DETAIL,
    MATRIX = MEASURE_MATRIX,
    PLAIN = MEASURE_PLAIN,
};

/* clang-format off */
const struct measure_kind measure_kinds[] = {
    {"startup",   NULL,        "mode=single", "first_output_ns",       MEANS_FIRST_OUTPUT,
     0, N_("start to first output")},
    {"startup",   NULL,        "mode=single", "end_ns",                MEANS_EXIT,
     0, N_("start to exit")},
    {"startup",   NULL,        "mode=single", "cpu_ns",                MEANS_PROCESSOR,
     0, N_("processor time")},
    {"startup",   NULL,        "mode=burst",  "first_output_ns",       MEANS_FIRST_OUTPUT,
     0, N_("burst: to first output")},
    {"startup",   NULL,        "mode=burst",  "end_ns",                MEANS_EXIT,
     0, N_("burst: to exit")},
    {"startup",   NULL,        "mode=burst",  "cpu_ns",                MEANS_PROCESSOR,
     0, N_("burst: processor time")},
    {"overhead",  "integer",   NULL,          "turn_ns",               MEANS_TURN,
     0, N_("integer step")},
    {"overhead",  "bandwidth", "pages=4k",    "turn_ns",               MEANS_TURN,
     0, N_("copy 1 MiB, 4k pages")},
    {"overhead",  "bandwidth", "pages=2m",    "turn_ns",               MEANS_TURN,
     0, N_("copy 1 MiB, 2m pages")},
    {"overhead",  "latency",   "pages=4k",    "turn_ns",               MEANS_TURN,
     0, N_("memory access, 4k")},
    {"overhead",  "latency",   "pages=2m",    "turn_ns",               MEANS_TURN,
     0, N_("memory access, 2m")},
    {"overhead",  "syscall",   NULL,          "turn_ns",               MEANS_TURN,
     0, N_("system call")},
    {"overhead",  "fault",     NULL,          "turn_ns",               MEANS_TURN,
     0, N_("fresh page of memory")},
    {"overhead",  "switch",    NULL,          "turn_ns",               MEANS_TURN,
     0, N_("process switch and back")},
    {"overhead",  "fork",      NULL,          "turn_ns",               MEANS_TURN,
     0, N_("process, made and ended")},
    {"overhead",  "file",      "fsync=none",  "turn_ns",               MEANS_TURN,
     0, N_("write 4 KiB to memory")},
    {"overhead",  "file",      "fsync=each",  "turn_ns",               MEANS_TURN,
     0, N_("write 4 KiB, fsync")},
    {"overhead",  "network",   NULL,          "turn_ns",               MEANS_TURN,
     0, N_("TCP there and back")},
    {"overhead",  "processes", NULL,          "turn_ns",               MEANS_TURN,
     0, N_("integer, all processors")},
    {"footprint", NULL,        NULL,          "marginal_pss_bytes",    MEANS_ONE_MORE,
     0, N_("memory of one more")},
    {"footprint", NULL,        NULL,          "marginal_guest_bytes",  MEANS_ONE_MORE_GUEST,
     PART, N_("program or guest")},
    {"footprint", NULL,        NULL,          "marginal_tool_bytes",   MEANS_ONE_MORE_TOOL,
     PART, N_("runtime or VMM")},
    {"footprint", NULL,        NULL,          "marginal_kernel_bytes", MEANS_ONE_MORE_KERNEL,
     0, N_("kernel memory, one more")},
    {"footprint", NULL,        NULL,          "idle_percent",          MEANS_IDLE,
     0, N_("CPU while idle, %")},
    {"footprint", NULL,        NULL,          "image_bytes",           MEANS_IMAGE, 0, N_("image")},
    {"program",   NULL,        NULL,          "first_output_ns",       MEANS_FIRST_OUTPUT,
     0, N_("start to first output")},
    {"program",   NULL,        NULL,          "end_ns",                MEANS_EXIT,
     0, N_("start to exit")},
    {"program",   NULL,        NULL,          "cpu_ns",                MEANS_PROCESSOR,
     0, N_("processor time")},
    {"peak",      NULL,        NULL,          "peak_bytes",            MEANS_PEAK,
     0, N_("peak memory")},
    {"syscalls",  NULL,        NULL,          "reachable_n",           MEANS_REACH,
     0, N_("system calls in reach")},
    {"syscalls",  NULL,        NULL,          "conditional_n",         MEANS_REACH,
     PART, N_("by their arguments")},
    {"syscalls",  NULL,        NULL,          "errno_n",               MEANS_REACH,
     PART, N_("refused by an error")},
    {"syscalls",  NULL,        NULL,          "killed_n",              MEANS_REACH,
     PART, N_("refused by killing")},
    {"syscalls",  NULL,        NULL,          "allowed_n",             MEANS_REACH,
     DETAIL, N_("whatever their arguments")},
    {"syscalls",  NULL,        NULL,          "other_n",               MEANS_REACH,
     DETAIL, N_("decided by another process, or a signal")},
    {"syscalls",  NULL,        NULL,          "reachable32_n",         MEANS_REACH,
     DETAIL, N_("system calls in reach by the 32-bit ABI")},
    {"syscalls",  NULL,        NULL,          "filters_n",             MEANS_REACH,
     DETAIL, N_("filters of one thread, at most")},
    {"syscalls",  NULL,        NULL,          "threads_n",             MEANS_REACH,
     DETAIL, N_("threads that were looked at")},
    {"faults",    NULL,        "fault=crash",  "recovery_ns",           MEANS_BACK,
     0, N_("crash: back in")},
    {"faults",    NULL,        "fault=crash",  "noticed_n",             MEANS_NOTICED,
     PART, N_("noticed by")},
    {"faults",    NULL,        "fault=memory", "recovery_ns",           MEANS_BACK,
     0, N_("memory: back in")},
    {"faults",    NULL,        "fault=memory", "noticed_n",             MEANS_NOTICED,
     PART, N_("noticed by")},
    {"faults",    NULL,        "fault=forks",  "recovery_ns",           MEANS_BACK,
     0, N_("forks: back in")},
    {"faults",    NULL,        "fault=forks",  "noticed_n",             MEANS_NOTICED,
     PART, N_("noticed by")},
    {"faults",    NULL,        "fault=loop",   "recovery_ns",           MEANS_BACK,
     0, N_("loop: back in")},
    {"faults",    NULL,        "fault=loop",   "noticed_n",             MEANS_NOTICED,
     PART, N_("noticed by")},
    {"faults",    NULL,        "fault=guest",  "recovery_ns",           MEANS_BACK,
     0, N_("guest: back in")},
    {"faults",    NULL,        "fault=guest",  "noticed_n",             MEANS_NOTICED,
     PART, N_("noticed by")},
    {"faults",    NULL,        "fault=tool",   "recovery_ns",           MEANS_BACK,
     0, N_("killed: back in")},
    {"faults",    NULL,        "fault=tool",   "noticed_n",             MEANS_NOTICED,
     PART, N_("noticed by")},
    {"density",   NULL,        NULL,          "per_gib_n",             MEANS_PER_GIB,
     0, N_("instances / GiB")},
    {"density",   NULL,        NULL,          "reached_n",             MEANS_REACHED,
     PLAIN, N_("boxes that stood at once")},
    {"image",     NULL,        "trial=ship", "ship_bytes", MEANS_SHIPPED,
     0, N_("to be shipped")},
    {"image",     NULL,        "trial=ship", "system_bytes", MEANS_SHIPPED,
     PART, N_("guest system")},
    {"image",     NULL,        "trial=ship", "tool_bytes", MEANS_SHIPPED,
     0, N_("VMM or runtime, once")},
    {"image",     NULL,        "trial=copy", "taken_bytes", MEANS_COPIES,
     0, N_("10 copies")},
    {"image",     NULL,        "trial=link", "taken_bytes", MEANS_COPIES,
     0, N_("10 hard links")},
    {"image",     NULL,        "trial=link",    "shared_n",             MEANS_COPIES_SHARED,
     PART, N_("changed by one")},
    {"image",     NULL,        "trial=clone", "taken_bytes", MEANS_COPIES,
     0, N_("10 clones")},
    {"image",     NULL,        "trial=clone", "written_bytes", MEANS_COPIES_WRITTEN,
     PART, N_("after a write")},
    {"image",     NULL,        "trial=overlay", "taken_bytes", MEANS_COPIES,
     0, N_("10 overlays")},
    {"image",     NULL,        "trial=overlay", "written_bytes", MEANS_COPIES_WRITTEN,
     PART, N_("after a write")},
    {"image",     NULL,        "trial=versions", "works_n", MEANS_VERSIONS,
     PLAIN, N_("library versions, of 2")},
    {"image",     NULL,        "trial=static", "works_n", MEANS_RUNS,
     PLAIN, N_("runs a static ELF")},
    {"image",     NULL,        "trial=dynamic", "works_n", MEANS_RUNS,
     PLAIN, N_("runs a dynamic ELF")},
    {"image",     NULL,        "trial=i386", "works_n", MEANS_RUNS,
     PLAIN, N_("runs a 32-bit ELF")},
    {"image",     NULL,        "trial=aarch64", "works_n", MEANS_RUNS,
     PLAIN, N_("runs an AArch64 ELF")},
    {"image",     NULL,        "trial=kernel", "own_kernel_n", MEANS_OWN_KERNEL,
     PLAIN, N_("has a kernel of its own")},
    {"limits",    "memory",    NULL,          "reached_bytes",         MEANS_LIMIT_REACHED,
     0, N_("memory, told 128 MiB")},
    {"limits",    "processes", NULL,          "reached_n",             MEANS_LIMIT_REACHED,
     0, N_("processes, told 16")},
    {"limits",    "cpus",      NULL,          "reached_ns",            MEANS_LIMIT_REACHED,
     0, N_("time in 1 s, told 1 CPU")},
    {"limits",    "quota",     NULL,          "reached_ns",            MEANS_LIMIT_REACHED,
     0, N_("time in 1 s, told half")},
    {"limits",    "io",        NULL,          NULL,                    MEANS_LIMIT_REACHED,
     0, N_("input and output")},
    {"limits",    NULL,        NULL,          NULL,                    MEANS_LIMIT_REACHED,
     DETAIL, N_("limit that was asked for")},
    {"neighbours", NULL,       NULL,          "p50_ns",                MEANS_LATENCY,
     MATRIX, N_("victim: median")},
    {"neighbours", NULL,       NULL,          "p99_ns",                MEANS_LATENCY,
     MATRIX, N_("victim: p99")},
    {"neighbours", NULL,       NULL,          "aggressor_work_n",      MEANS_GOT,
     MATRIX, N_("aggressor: what it got")},
    {"neighbours", NULL,       NULL,          "late_ns",               MEANS_LATE,
     DETAIL, N_("client: late")},
    {"neighbours", NULL,       NULL,          "window_ns",             MEANS_WINDOW,
     DETAIL, N_("window")},
    {"neighbours", NULL,       NULL,          "cpu_n",                 MEANS_BOUND,
     DETAIL, N_("bound to processor")},
    {"neighbours", NULL,       NULL,          NULL,                    MEANS_TURNS,
     DETAIL, N_("requests")},
    {"vcores",    NULL,        NULL,          "turn_ns",               MEANS_TURN,
     MATRIX, N_("step, all threads")},
    {"vcores",    NULL,        NULL,          "work_ns",               MEANS_WORK,
     DETAIL, N_("threads: time")},
    {"vcores",    NULL,        NULL,          "steal_ns",              MEANS_STEAL,
     DETAIL, N_("threads: stolen")},
    {"vcores",    NULL,        NULL,          NULL,                    MEANS_TURNS,
     DETAIL, N_("turns of the work")},
    {"startup",   NULL,        NULL,          "user_ns",               MEANS_PROCESSOR,
     DETAIL, N_("start-up: user time")},
    {"startup",   NULL,        NULL,          "system_ns",             MEANS_PROCESSOR,
     DETAIL, N_("start-up: system time")},
    {"overhead",  NULL,        NULL,          "work_ns",               MEANS_WORK,
     DETAIL, N_("work: time")},
    {"overhead",  NULL,        NULL,          "cpu_ns",                MEANS_PROCESSOR,
     DETAIL, N_("whole run: processor time")},
    {"overhead",  NULL,        NULL,          "user_ns",               MEANS_PROCESSOR,
     DETAIL, N_("whole run: user time")},
    {"overhead",  NULL,        NULL,          "system_ns",             MEANS_PROCESSOR,
     DETAIL, N_("whole run: system time")},
    {"overhead",  NULL,        NULL,          "iterations_n",          MEANS_TURNS,
     DETAIL, N_("turns of the work")},
    {"overhead",  NULL,        NULL,          "cpu_n",                 MEANS_BOUND,
     DETAIL, N_("bound to processor")},
    {"overhead",  NULL,        NULL,          "huge_bytes",            MEANS_HUGE_PAGES,
     DETAIL, N_("in huge pages")},
    {"footprint", NULL,        NULL,          "idle_cpu_ns",           MEANS_IDLE,
     DETAIL, N_("idle: processor time")},
    {"footprint", NULL,        NULL,          "idle_wall_ns",          MEANS_IDLE,
     DETAIL, N_("idle: time watched")},
    {"footprint", NULL,        NULL,          "huge_bytes",            MEANS_HUGE_PAGES,
     DETAIL, N_("in huge pages")},
    {"program",   NULL,        NULL,          "user_ns",               MEANS_PROCESSOR,
     DETAIL, N_("user time")},
    {"program",   NULL,        NULL,          "system_ns",             MEANS_PROCESSOR,
     DETAIL, N_("system time")},
    {"program",   NULL,        NULL,          "output_bytes",          MEANS_OUTPUT,
     DETAIL, N_("length of its output")},
    {"faults",    NULL,        NULL,           "detect_ns",             MEANS_DETECTED,
     DETAIL, N_("fault: noticed by the rule")},
    {"faults",    NULL,        NULL,           "hung_n",                MEANS_DETECTED,
     DETAIL, N_("fault: the box hung")},
    {"faults",    NULL,        NULL,           "left_n",                MEANS_LEFT,
     DETAIL, N_("fault: left behind")},
    {"faults",    NULL,        NULL,           "neighbours_n",          MEANS_ANSWERS,
     DETAIL, N_("fault: neighbours")},
    {"faults",    NULL,        NULL,           "lost_n",                MEANS_ANSWERS,
     DETAIL, N_("fault: neighbours lost")},
    {"faults",    NULL,        NULL,           "answers_n",             MEANS_ANSWERS,
     DETAIL, N_("fault: answers")},
    {"faults",    NULL,        NULL,           "delayed_n",             MEANS_ANSWERS,
     DETAIL, N_("fault: answers late")},
    {"faults",    NULL,        NULL,           "refused_n",             MEANS_ANSWERS,
     DETAIL, N_("fault: answers refused")},
    {"faults",    NULL,        NULL,           "usual_ns",              MEANS_ANSWER,
     DETAIL, N_("fault: usual answer")},
    {"faults",    NULL,        NULL,           "worst_ns",              MEANS_ANSWER,
     DETAIL, N_("fault: longest answer")},
    {"faults",    NULL,        NULL,           "uid_n",                 MEANS_CEILING,
     DETAIL, N_("fault: user")},
    {"faults",    NULL,        NULL,           "ceiling_bytes",         MEANS_CEILING,
     DETAIL, N_("fault: ceiling on memory")},
    {"faults",    NULL,        NULL,           "ceiling_n",             MEANS_CEILING,
     DETAIL, N_("fault: ceiling on processes")},
    {"density",   NULL,        NULL,           "start_ns",              MEANS_POINT_START,
     DETAIL, N_("density: starting one more")},
    {"density",   NULL,        NULL,           "answer_ns",             MEANS_POINT_ANSWER,
     DETAIL, N_("density: median answer")},
    {"density",   NULL,        NULL,           "worst_ns",              MEANS_POINT_ANSWER,
     DETAIL, N_("density: longest answer")},
    {"density",   NULL,        NULL,           "pss_bytes",             MEANS_POINT_MEMORY,
     DETAIL, N_("density: memory of all")},
    {"density",   NULL,        NULL,           "kernel_bytes",          MEANS_POINT_MEMORY,
     DETAIL, N_("density: kernel for all")},
    {"image",     NULL,        NULL,           "written_bytes",         MEANS_COPIES_WRITTEN,
     DETAIL, N_("image: copies, after a write")},
    {"image",     NULL,        NULL,           "program_bytes", MEANS_SHIPPED,
     DETAIL, N_("image: the program")},
    {"image",     NULL,        NULL,           "copies_n", MEANS_COPIES,
     DETAIL, N_("image: copies")},
    {"image",     NULL,        NULL,           "shared_n", MEANS_COPIES_SHARED,
     DETAIL, N_("image: copies that saw a write")},
    {"image",     NULL,        NULL,           "programs_n", MEANS_VERSIONS,
     DETAIL, N_("image: programs tried")},
    {"image",     NULL,        NULL,           "other_release_n", MEANS_OWN_KERNEL,
     DETAIL, N_("image: another kernel release")},
    {"startup",   NULL,        NULL,          "first_output_ns",       MEANS_FIRST_OUTPUT,
     DETAIL, N_("with parts: first output")},
    {"startup",   NULL,        NULL,          "end_ns",                MEANS_EXIT,
     DETAIL, N_("with parts: exit")},
    {"startup",   NULL,        NULL,          "cpu_ns",                MEANS_PROCESSOR,
     DETAIL, N_("with parts: processor time")},
    {"startup",   NULL,        NULL,          NULL,                    MEANS_STAGE,
     DETAIL, N_("stage")},
    {"harness",   NULL,        "loop=bare",    "first_output_ns",       MEANS_BARE_LOOP,
     DETAIL, N_("bare loop: first output")},
    {"harness",   NULL,        "loop=harness", "first_output_ns",       MEANS_HARNESS,
     DETAIL, N_("harness: first output")},
    {"harness",   NULL,        "loop=bare",    "end_ns",                MEANS_BARE_LOOP,
     DETAIL, N_("bare loop: exit")},
    {"harness",   NULL,        "loop=harness", "end_ns",                MEANS_HARNESS,
     DETAIL, N_("harness: exit")},
    {"harness",   NULL,        "loop=harness", "outside_ns",            MEANS_OUTSIDE,
     DETAIL, N_("harness: around a run")},
};
/* clang-format on */
const size_t measure_kinds_count = sizeof measure_kinds / sizeof *measure_kinds;

static bool fits(const char *pattern, const char *text)
{
    return !pattern || strcmp(pattern, text) == 0;
}

static const char *find_machine(const struct measure *measure, size_t *length)
{
    static const char word[] = "machine=";
    const char *params = measure->params, *found = NULL;

    for (const char *at = params; (at = strstr(at, word)); at++)
        if (at == params || at[-1] == ',')
            found = at;
    *length = !found ? strlen(params) : found == params ? 0 : (size_t)(found - params) - 1;
    return found ? found + strlen(word) : "";
}

const char *measure_machine(const struct measure *measure, size_t *length)
{
    if (!measure->known)
        return find_machine(measure, length);
    *length = measure->length;
    return measure->machine;
}

static bool fits_params(const char *pattern, const struct measure *measure)
{
    size_t length;

    measure_machine(measure, &length);
    return !pattern ||
           (strlen(pattern) == length && strncmp(pattern, measure->params, length) == 0);
}

static bool fits_kind(const struct measure_kind *kind, const struct measure *measure)
{
    return fits(kind->experiment, measure->experiment) && fits(kind->workload, measure->workload) &&
           fits_params(kind->params, measure);
}

static const struct measure_kind *find_kind(const struct measure *measure)
{
    for (size_t i = 0; i < measure_kinds_count && !*measure->metric; i++)
        if (fits_kind(&measure_kinds[i], measure) && !(measure_kinds[i].flags & (DETAIL | PART)))
            return &measure_kinds[i];
    for (size_t i = 0; i < measure_kinds_count; i++)
        if (fits_kind(&measure_kinds[i], measure) && fits(measure_kinds[i].metric, measure->metric))
            return &measure_kinds[i];
    return NULL;
}

const struct measure_kind *measure_kind(const struct measure *measure)
{
    return measure->known ? measure->kind : find_kind(measure);
}

void measures_know(struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        struct measure *measure = &figures->measures[i];
        measure->machine = find_machine(measure, &measure->length);
        measure->kind = find_kind(measure);
        measure->known = true;
    }
}

const char *measure_definition(enum measure_meaning meaning)
{
    return _(definitions[meaning]);
}

enum measure_unit measure_unit(const char *metric)
{
    const char *unit = strrchr(metric, '_');

    if (unit && strcmp(unit, "_ns") == 0)
        return UNIT_NS;
    return unit && strcmp(unit, "_bytes") == 0 ? UNIT_BYTES : UNIT_NUMBER;
}

/* Decimals that make three digits of value: 3.90, 39.0, 390. */
static int decimals(double value)
{
    if (value < 9.995)
        return 2;
    return value < 99.95 ? 1 : 0;
}

/* In the largest unit that leaves at least 1 before the point. */
static void print_scaled(char text[MEASURE_TEXT_MAX], double value, double step,
                         const char *const units[4])
{
    size_t unit = 0;
    double size = fabs(value);

    for (; unit < 3 && size >= step * 0.9995; unit++)
        size /= step;
    snprintf(text, MEASURE_TEXT_MAX, "%s%.*f %s", value < 0 ? "−" : "",
             unit == 0 && size == floor(size) ? 0 : decimals(size), size, units[unit]);
}

void measure_print_value(char text[MEASURE_TEXT_MAX], enum measure_unit unit, double value)
{
    static const char *const times[] = {"ns", "µs", "ms", "s"};
    static const char *const sizes[] = {"B", "KiB", "MiB", "GiB"};

    if (unit == UNIT_NS)
        print_scaled(text, value, 1000, times);
    else if (unit == UNIT_BYTES)
        print_scaled(text, value, 1024, sizes);
    else /* a count in full, anything between counts by three digits */
        snprintf(text, MEASURE_TEXT_MAX, "%.*f", value == floor(value) ? 0 : decimals(fabs(value)),
                 value);
}

bool measure_is_shown(const struct measure *measure)
{
    const struct measure_kind *kind = measure_kind(measure);

    return !kind || !(kind->flags & DETAIL);
}

static int ratio_decimals(double ratio)
{
    return ratio >= 0.01 || ratio == 0 ? decimals(ratio) : 5;
}

void measure_print_ratio(char text[MEASURE_TEXT_MAX], const struct figure *figure)
{
    const struct estimate *ratio = &figure->ratio;
    double low = ratio->has_interval ? ratio->low : ratio->least;
    double high = ratio->has_interval ? ratio->high : ratio->most;
    int digits = ratio_decimals(fmax(ratio->median, high)); /* the longest of the three */
    char from[MEASURE_TEXT_MAX / 4], to[MEASURE_TEXT_MAX / 4];

    snprintf(from, sizeof from, "%.*f", digits, low);
    snprintf(to, sizeof to, "%.*f", digits, high);
    if (figure->comparison == COMPARISON_NOISE)
        snprintf(text, MEASURE_TEXT_MAX, "%.*f ~", digits, ratio->median);
    else if (ratio->has_interval)
        snprintf(text, MEASURE_TEXT_MAX, "%.*f [%s–%s]", digits, ratio->median, from, to);
    else if (ratio->count > 1 && strcmp(from, to) != 0)
        snprintf(text, MEASURE_TEXT_MAX, "%.*f (%s–%s)", digits, ratio->median, from, to);
    else
        snprintf(text, MEASURE_TEXT_MAX, "%.*f", digits, ratio->median);
}

const char *measure_platform_title(const struct results *results, const char *platform)
{
    const char *title = results_title(results, platform);

    /* Those of docs/formats.md; the second line says what sets the column apart. */
    static const char *const titles[][2] = {
        {"native",       N_("native")               },
        {"hosting",      N_("hosting\nno isolation")},
        {"container",    N_("container")            },
        {"vm",           N_("VM\nno guest kernel")  },
        {"vm-linux",     N_("VM\nLinux guest")      },
        {"vm-linux-tcg", N_("Linux guest\nemulated")},
        {"emulator",     N_("software CPU")         },
    };
    for (size_t i = 0; !title && i < sizeof titles / sizeof *titles; i++)
        if (strcmp(platform, titles[i][0]) == 0)
            title = titles[i][1];
    return title ? title : platform;
}
