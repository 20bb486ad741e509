/* SPDX-License-Identifier: MIT */
#include "bench/results/stages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/timeline_file.h"
#include "common/stages.h"

#define STAGE(name, id)                                                                            \
    {                                                                                              \
        name, id "_ns", id "_at_ns", false                                                         \
    }
#define INSIDE(name, id) /* within the stage before it */                                          \
    {                                                                                              \
        name, id "_ns", id "_at_ns", true                                                          \
    }

/* clang-format off */
const struct stage stages[] = {
    /* minicontainer */
    STAGE(STAGE_CGROUP,       "make_cgroup"),
    STAGE(STAGE_LOAD_PROGRAM, "load_program"),
    STAGE(STAGE_NAMESPACES,   "clone_namespaces"),
    STAGE(STAGE_ID_MAP,       "map_user_ids"),
    STAGE(STAGE_ROOTFS,       "build_root"),
    STAGE(STAGE_DEVICES,      "make_dev"),
    STAGE(STAGE_NETWORK,      "make_network"),
    STAGE(STAGE_JOIN,         "enter_cgroup"),
    STAGE(STAGE_PIVOT,        "pivot_root"),
    STAGE(STAGE_EXEC,         "execute_program"),
    INSIDE(STAGE_CAPABILITIES,"drop_capabilities"),
    INSIDE(STAGE_SECCOMP,     "load_filter"),
    /* minivmm */
    STAGE(STAGE_OPEN_KVM,     "open_kvm"),
    STAGE(STAGE_CREATE_VM,    "create_vm"),
    STAGE(STAGE_MEMORY,       "map_memory"),
    STAGE(STAGE_INTERRUPTS,   "create_interrupt_controllers"),
    STAGE(STAGE_CREATE_VCPU,  "create_vcpu"),
    STAGE(STAGE_CPUID,        "set_cpuid"),
    STAGE(STAGE_DEVICES_VM,   "add_devices"),
    STAGE(STAGE_ACPI,         "write_acpi"),
    STAGE(STAGE_LOAD_KERNEL,  "load_kernel"),
    STAGE(STAGE_REGISTERS,    "set_registers"),
    STAGE(STAGE_CONFINE,      "confine_vmm"),
    STAGE(STAGE_THREADS,      "start_threads"),
    STAGE(STAGE_ENTER,        "enter_kernel"),
    STAGE(STAGE_FIRST_BYTE,   "kernel_first_byte"),
    STAGE(STAGE_KERNEL,       "kernel_to_init"),
    STAGE(STAGE_GUEST_INIT,   "init_to_program"),
    /* both */
    STAGE(STAGE_RUN_PROGRAM,  "run_program"),
    STAGE(STAGE_TEARDOWN,     "tear_down"),
};
/* clang-format on */
const size_t stages_count = sizeof stages / sizeof *stages;
_Static_assert(sizeof stages / sizeof *stages <= STAGES_MAX, "room for all stages");

enum { TIMELINE_BYTES_MAX = 4 << 20, SPANS_MAX = 256 };

struct span {
    int64_t start_ns, end_ns;
};

struct reader {
    struct stage_times *times;
    struct span spans[SPANS_MAX];
    size_t count;
};

static int take_event(void *context, const struct timeline_event *event)
{
    struct reader *reader = context;
    size_t i = 0;

    if (strcmp(event->category, "stage") != 0)
        return 0;
    while (i < stages_count && strcmp(stages[i].name, event->name) != 0)
        i++;
    if (i < stages_count && reader->count < SPANS_MAX) {
        int64_t start_ns = (int64_t)(event->start_us * 1000 + 0.5);
        int64_t duration_ns = (int64_t)(event->duration_us * 1000 + 0.5);
        int64_t *first_ns = &reader->times->starts_ns[i];
        int64_t *sum_ns = &reader->times->durations_ns[i];
        *first_ns = *sum_ns < 0 || start_ns < *first_ns ? start_ns : *first_ns;
        *sum_ns = (*sum_ns < 0 ? 0 : *sum_ns) + duration_ns;
        reader->spans[reader->count++] = (struct span){start_ns, start_ns + duration_ns};
    }
    return 0;
}

static int by_start(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

/* How much time lies in at least one span. */
static int64_t cover(struct span *spans, size_t count)
{
    int64_t covered_ns = 0, until_ns = 0;

    qsort(spans, count, sizeof *spans, by_start);
    for (size_t i = 0; i < count; i++) {
        int64_t from_ns = spans[i].start_ns > until_ns ? spans[i].start_ns : until_ns;
        if (spans[i].end_ns > from_ns) {
            covered_ns += spans[i].end_ns - from_ns;
            until_ns = spans[i].end_ns;
        }
    }
    return covered_ns;
}

int stages_read(const char *path, struct stage_times *times, struct error *error)
{
    struct reader reader = {.times = times};

    for (size_t i = 0; i < STAGES_MAX; i++)
        times->durations_ns[i] = -1;
    int result = timeline_file_read(path, TIMELINE_BYTES_MAX, take_event, &reader, error);
    if (result < 0)
        return result;
    if (reader.count == 0)
        return error_set(error, ENODATA, "there is no stage in the timeline");
    times->covered_ns = cover(reader.spans, reader.count);
    return 0;
}
