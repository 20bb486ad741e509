/* SPDX-License-Identifier: MIT */
#include "bench/results/stages.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/stages.h"

#define PART(name, id)                                                                             \
    {                                                                                              \
        name, id "_ns", id "_at_ns"                                                                \
    }

/* clang-format off */
const struct stage stages[] = {
    /* minicontainer */
    PART(STAGE_CGROUP,       "make_cgroup"),
    PART(STAGE_LOAD_PROGRAM, "load_program"),
    PART(STAGE_NAMESPACES,   "clone_namespaces"),
    PART(STAGE_ID_MAP,       "map_user_ids"),
    PART(STAGE_ROOTFS,       "build_root"),
    PART(STAGE_DEVICES,      "make_dev"),
    PART(STAGE_PIVOT,        "pivot_root"),
    PART(STAGE_CAPABILITIES, "drop_capabilities"),
    PART(STAGE_SECCOMP,      "load_filter"),
    PART(STAGE_EXEC,         "execute_program"),
    /* minivmm */
    PART(STAGE_OPEN_KVM,     "open_kvm"),
    PART(STAGE_CREATE_VM,    "create_vm"),
    PART(STAGE_MEMORY,       "map_memory"),
    PART(STAGE_INTERRUPTS,   "create_interrupt_controllers"),
    PART(STAGE_CREATE_VCPU,  "create_vcpu"),
    PART(STAGE_CPUID,        "set_cpuid"),
    PART(STAGE_DEVICES_VM,   "add_devices"),
    PART(STAGE_ACPI,         "write_acpi"),
    PART(STAGE_LOAD_KERNEL,  "load_kernel"),
    PART(STAGE_REGISTERS,    "set_registers"),
    PART(STAGE_CONFINE,      "confine_vmm"),
    PART(STAGE_THREADS,      "start_threads"),
    PART(STAGE_ENTER,        "enter_kernel"),
    PART(STAGE_FIRST_BYTE,   "kernel_first_byte"),
    PART(STAGE_KERNEL,       "kernel_to_init"),
    PART(STAGE_GUEST_INIT,   "init_to_program"),
    /* both */
    PART(STAGE_RUN_PROGRAM,  "run_program"),
    PART(STAGE_TEARDOWN,     "tear_down"),
};
/* clang-format on */
const size_t stages_count = sizeof stages / sizeof *stages;
_Static_assert(sizeof stages / sizeof *stages <= STAGES_MAX, "room for all stages");

enum { TIMELINE_BYTES_MAX = 4 << 20, LINE_BYTES_MAX = 64 << 10, SPANS_MAX = 256 };

#define LONGEST_US (24 * 3600 * 1e6) /* a day */
#define LATEST_US  9e15              /* 285 years after the machine was started */

struct span {
    int64_t start_ns, end_ns;
};

struct reader {
    struct stage_times *times;
    struct span spans[SPANS_MAX];
    size_t count;
};

/* One event; what is none, or no stage, is passed over. */
static void take_event(struct reader *reader, const char *line, size_t length)
{
    json_t *event = json_loadb(line, length, 0, NULL);
    const char *name, *category;
    double start_us, duration_us;
    size_t i = 0;

    /* F: numbers with or without a fraction. */
    if (event &&
        json_unpack(event, "{s:s, s:s, s:F, s:F}", "name", &name, "cat", &category, "ts", &start_us,
                    "dur", &duration_us) == 0 &&
        strcmp(category, "stage") == 0 && duration_us >= 0 && duration_us < LONGEST_US &&
        start_us >= 0 && start_us < LATEST_US) {
        while (i < stages_count && strcmp(stages[i].name, name) != 0)
            i++;
        if (i < stages_count && reader->count < SPANS_MAX) {
            int64_t start_ns = (int64_t)(start_us * 1000 + 0.5);
            int64_t duration_ns = (int64_t)(duration_us * 1000 + 0.5);
            int64_t *first_ns = &reader->times->starts_ns[i];
            int64_t *sum_ns = &reader->times->durations_ns[i];
            *first_ns = *sum_ns < 0 || start_ns < *first_ns ? start_ns : *first_ns;
            *sum_ns = (*sum_ns < 0 ? 0 : *sum_ns) + duration_ns;
            reader->spans[reader->count++] = (struct span){start_ns, start_ns + duration_ns};
        }
    }
    json_decref(event);
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

static int read_events(struct reader *reader, FILE *file, struct error *error)
{
    char *line = malloc(LINE_BYTES_MAX);
    size_t bytes = 0;

    if (!line)
        return error_set_errno(error, ENOMEM, "cannot read the timeline");
    while (bytes < TIMELINE_BYTES_MAX && fgets(line, LINE_BYTES_MAX, file)) {
        size_t length = strcspn(line, "\n");
        bytes += length + 1;
        if (length > 0 && line[length - 1] == ',')
            length--;
        if (line[0] == '{')
            take_event(reader, line, length);
    }
    free(line);
    if (reader->count == 0)
        return error_set(error, ENODATA, "there is no stage in the timeline");
    reader->times->covered_ns = cover(reader->spans, reader->count);
    return 0;
}

int stages_read(const char *path, struct stage_times *times, struct error *error)
{
    struct reader reader = {.times = times};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

    for (size_t i = 0; i < STAGES_MAX; i++)
        times->durations_ns[i] = -1;
    if (!file) {
        int result = error_set_errno(error, errno, "cannot read the timeline");
        if (fd >= 0)
            close(fd);
        return result;
    }
    int result = read_events(&reader, file, error);
    fclose(file);
    return result;
}
