/* SPDX-License-Identifier: MIT */
#include "bench/results/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <libcpuid/libcpuid.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "bench/results/kvm.h"
#include "commit.h" /* made by bench/rules.mk */
#include "common/host_cgroup.h"
#include "common/host_cpu.h"
#include "common/host_hypervisor.h"
#include "common/host_identity.h"
#include "common/host_kernel.h"
#include "common/host_load.h"
#include "common/host_memory.h"
#include "common/host_privilege.h"
#include "common/i18n.h"
#include "common/paths.h"
#include "common/text.h"
#include "common/version.h"

enum { VERSION_TIMEOUT_MS = 3000 };

/* Jansson refuses strings that are not UTF-8; what files and firmware say may be anything. */
static json_t *string(const char *text)
{
    char *clean = text_clean(text);
    json_t *value = clean ? json_string(clean) : NULL;

    free(clean);
    return value;
}

/* The kernel does not say: null. */
static json_t *string_or_null(const char *text)
{
    return *text ? string(text) : json_null();
}

static json_t *integer_or_null(int64_t value)
{
    return value >= 0 ? json_integer(value) : json_null();
}

static json_t *real_or_null(double value)
{
    return value >= 0 ? json_real(value) : json_null();
}

static json_t *virtlab_json(void)
{
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s}", "version", VIRTLAB_VERSION, "commit",
                     string_or_null(VIRTLAB_COMMIT), "compiler", VIRTLAB_COMPILER, "flags",
                     VIRTLAB_FLAGS, "boxes", VIRTLAB_BOXES, "programs", VIRTLAB_PROGRAMS);
}

static json_t *cpu_json(void)
{
    struct host_cpu cpu;
    json_t *features = json_array();

    host_cpu_read(&cpu);
    for (size_t i = 0; i < cpu.feature_count; i++)
        json_array_append_new(features, string(cpu.features[i]));
    return json_pack("{s:o, s:o, s:i, s:i, s:i, s:o, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o}",
                     "vendor", string_or_null(cpu.vendor), "model", string_or_null(cpu.model),
                     "family", cpu.family, "model_number", cpu.model_number, "stepping",
                     cpu.stepping, "microcode", string_or_null(cpu.microcode), "cores",
                     integer_or_null(cpu.cores), "threads", integer_or_null(cpu.threads), "online",
                     cpu.online, "usable", cpu.usable, "l2_kib", integer_or_null(cpu.l2_kib),
                     "l3_kib", integer_or_null(cpu.l3_kib), "nested_paging",
                     string_or_null(cpu.nested_paging), "features", features);
}

static json_t *frequency_json(void)
{
    struct host_frequency frequency;

    host_frequency_read(&frequency);
    return json_pack("{s:o, s:o, s:o, s:o}", "driver", string_or_null(frequency.driver), "governor",
                     string_or_null(frequency.governor), "turbo", string_or_null(frequency.turbo),
                     "smt", string_or_null(frequency.smt));
}

static json_t *mitigations_json(void)
{
    struct host_mitigation list[HOST_CPU_MITIGATIONS_MAX];
    size_t count = host_mitigations_read(list, HOST_CPU_MITIGATIONS_MAX);
    json_t *mitigations = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(mitigations, list[i].name, string(list[i].text));
    return mitigations;
}

static json_t *kernel_json(void)
{
    struct host_kernel kernel;

    host_kernel_read(&kernel);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "release",
                     string_or_null(kernel.release), "version", string_or_null(kernel.version),
                     "architecture", string_or_null(kernel.architecture), "parameters",
                     string(kernel.parameters), "clock_source", string_or_null(kernel.clock_source),
                     "clock_sources", string_or_null(kernel.clock_sources), "thp",
                     string_or_null(kernel.thp), "thp_defrag", string_or_null(kernel.thp_defrag),
                     "thp_shmem", string_or_null(kernel.thp_shmem), "perf_event_paranoid",
                     kernel.perf_event_paranoid == -100 ? json_null()
                                                        : json_integer(kernel.perf_event_paranoid),
                     "aslr", integer_or_null(kernel.aslr));
}

static json_t *memory_json(void)
{
    struct host_memory memory;

    host_memory_read(&memory);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "total_bytes", integer_or_null(memory.total_bytes),
        "available_bytes", integer_or_null(memory.available_bytes), "swap_total_bytes",
        integer_or_null(memory.swap_total_bytes), "swap_free_bytes",
        integer_or_null(memory.swap_free_bytes), "huge_pages", integer_or_null(memory.huge_pages),
        "huge_page_bytes", integer_or_null(memory.huge_page_bytes));
}

static json_t *pressure_json(const struct host_pressure *pressure)
{
    return json_pack("{s:o, s:o, s:o}", "some_avg10", real_or_null(pressure->some_avg10),
                     "some_avg60", real_or_null(pressure->some_avg60), "some_total_us",
                     integer_or_null(pressure->some_total_us));
}

static json_t *load_json(void)
{
    struct host_load load;

    host_load_read(&load);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "average_1", real_or_null(load.average_1),
        "average_5", real_or_null(load.average_5), "average_15", real_or_null(load.average_15),
        "pressure_cpu", pressure_json(&load.cpu), "pressure_memory", pressure_json(&load.memory),
        "pressure_io", pressure_json(&load.io), "steal_ticks", integer_or_null(load.steal_ticks),
        "total_ticks", integer_or_null(load.total_ticks), "steal_percent_since_boot",
        real_or_null(host_load_steal_percent(&load)));
}

static json_t *hypervisor_json(void)
{
    struct host_hypervisor_evidence evidence;
    struct host_hypervisor hypervisor;
    json_t *signatures = json_array();

    host_hypervisor_look(&evidence);
    host_hypervisor_judge(&evidence, &hypervisor);
    for (size_t i = 0; i < evidence.signature_count; i++)
        json_array_append_new(signatures, string(evidence.signatures[i]));
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:b, s:o, s:b, s:o, s:o, s:b}", "id", hypervisor.id,
                     "name", hypervisor.name, "monitor", string_or_null(hypervisor.monitor), "type",
                     host_hypervisor_type_id(hypervisor.type), "found_by", hypervisor.found_by,
                     "cpuid_bit", evidence.cpuid_bit, "signatures", signatures, "smbios",
                     evidence.smbios, "system_vendor", string_or_null(evidence.system_vendor),
                     "product", string_or_null(evidence.product), "xen_dom0", evidence.xen_dom0);
}

static json_t *kvm_json(void)
{
    struct kvm kvm;

    kvm_probe(&kvm);
    json_t *result = json_pack("{s:s, s:o, s:o, s:O?}", "state", kvm_state_id(kvm.state),
                               "back_end", string_or_null(kvm.back_end), "reason",
                               string_or_null(kvm.reason), "probe", kvm.probe);
    kvm_free(&kvm);
    return result;
}

static json_t *cgroup_json(void)
{
    struct host_cgroup cgroup;
    json_t *controllers = json_object();

    host_cgroup_read(&cgroup);
    for (size_t i = 0; i < cgroup.count; i++)
        json_object_set_new(controllers, cgroup.controllers[i].name,
                            json_pack("{s:i, s:b}", "version", cgroup.controllers[i].version,
                                      "usable", cgroup.controllers[i].usable));
    return json_pack("{s:s, s:o}", "layout", host_cgroup_layout_id(cgroup.layout), "controllers",
                     controllers);
}

/* The first line that each of the tools says about its version; null: not installed, or silent. */
static json_t *tools_json(void)
{
    static const struct {
        const char *name, *ask;
    } list[] = {
        {"minivmm",            "--version"},
        {"minicontainer",      "--version"},
        {"gnuplot",            "--version"},
        {"busybox",            "--help"   }, /* it has no --version */
        {"crun",               "--version"},
        {"runc",               "--version"},
        {"bwrap",              "--version"},
        {"qemu-system-x86_64", "--version"},
    };
    json_t *tools = json_object();

    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char path[PATHS_MAX], answer[256];
        char *argv[] = {path, (char *)(uintptr_t)list[i].ask, NULL};
        struct error error;
        json_t *version = NULL;

        if (capture_find(list[i].name, path, sizeof path) &&
            capture(argv, VERSION_TIMEOUT_MS, answer, sizeof answer, &error) == 0) {
            answer[strcspn(answer, "\n")] = '\0';
            version = string_or_null(answer);
        }
        json_object_set_new(tools, list[i].name, version ? version : json_null());
    }
    json_object_set_new(tools, "jansson", json_string(jansson_version_str()));
    json_object_set_new(tools, "libcpuid", json_string(cpuid_lib_version()));
    json_object_set_new(tools, "glibc", json_string(gnu_get_libc_version()));
    return tools;
}

static json_t *machine_json(bool identify)
{
    char hash[HOST_MACHINE_ID_SIZE];
    struct host_identity identity;
    struct host_privilege privilege;

    host_identity_read(hash);
    host_privilege_read(&privilege);
    json_t *machine = json_pack("{s:o, s:s, s:b}", "id", string_or_null(hash), "id_method",
                                "first 128 bits of SHA-256 of '" HOST_MACHINE_ID_SALT
                                "' and the text of /etc/machine-id",
                                "as_root", privilege.root);
    if (identify && machine) {
        host_identity_reveal(&identity);
        json_object_set_new(machine, "host", string_or_null(identity.host));
        json_object_set_new(machine, "user", string_or_null(identity.user));
        json_object_set_new(machine, "serial", string_or_null(identity.serial));
        json_object_set_new(machine, "uuid", string_or_null(identity.uuid));
    }
    return machine;
}

json_t *environment_read(bool identify)
{
    char now[32] = "";
    time_t seconds = time(NULL);
    struct tm utc;

    if (gmtime_r(&seconds, &utc))
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &utc);
    /* Load first: the questions that follow are load themselves. */
    json_t *load = load_json();
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "version", ENVIRONMENT_VERSION, "time", now, "virtlab", virtlab_json(),
                     "machine", machine_json(identify), "cpu", cpu_json(), "frequency",
                     frequency_json(), "mitigations", mitigations_json(), "kernel", kernel_json(),
                     "memory", memory_json(), "load", load, "hypervisor", hypervisor_json(), "kvm",
                     kvm_json(), "cgroup", cgroup_json(), "tools", tools_json());
}

static int write_text(const char *path, const char *text, size_t length, struct error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int result = 0;

    if (fd < 0)
        return error_set_errno(error, errno, "cannot create %s", path);
    while (length > 0 && result == 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno != EINTR)
            result = error_set_errno(error, errno, "cannot write %s", path);
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
    if (close(fd) < 0 && result == 0)
        result = error_set_errno(error, errno, "cannot write %s", path);
    return result;
}

int environment_write(const char *folder, bool identify, char hash[ENVIRONMENT_HASH_SIZE],
                      struct error *error)
{
    char path[PATHS_MAX];
    int result = paths_join(path, folder, "env.json", error);

    if (result < 0)
        return result;
    json_t *environment = environment_read(identify);
    char *text =
        environment ? json_dumps(environment, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(environment);
    if (!text)
        return error_set_errno(error, ENOMEM, "cannot describe this machine");
    result = write_text(path, text, strlen(text), error);
    if (result == 0)
        SHA256Data((const uint8_t *)text, strlen(text), hash);
    free(text);
    return result;
}

static const char *text_at(const json_t *environment, const char *part, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(environment, part), key));

    return text ? text : "";
}

/* Jansson calls nothing equal to nothing. */
static bool is_same(const json_t *a, const json_t *b)
{
    return a == b || json_equal(a, b);
}

const char *environment_difference(const json_t *a, const json_t *b)
{
    static const char *const parts[] = {"virtlab",    "machine",     "cpu",
                                        "frequency",  "mitigations", "kernel",
                                        "hypervisor", "cgroup",      "tools"};
    static const char *const members[][2] = {
        {"kvm",    "state"      },
        {"kvm",    "back_end"   },
        {"memory", "total_bytes"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!is_same(json_object_get(a, parts[i]), json_object_get(b, parts[i])))
            return parts[i];
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!is_same(json_object_get(json_object_get(a, members[i][0]), members[i][1]),
                     json_object_get(json_object_get(b, members[i][0]), members[i][1])))
            return members[i][0];
    return NULL;
}

void environment_describe(const json_t *environment, char *line, size_t size)
{
    const char *model = text_at(environment, "cpu", "model");
    const char *hypervisor = text_at(environment, "hypervisor", "id");
    const char *back_end = text_at(environment, "kvm", "back_end");
    const char *state = text_at(environment, "kvm", "state");
    const char *kvm = *back_end                      ? back_end
                      : strcmp(state, "absent") == 0 ? _("none")
                      : *state                       ? _("not usable")
                                                     : _("unknown");
    const json_t *runs = json_object_get(environment, "runs");
    if (runs) {
        size_t machines = json_object_size(json_object_get(environment, "machines"));
        if (machines == 1)
            snprintf(line, size, _("%zu runs of one machine"), json_array_size(runs));
        else
            snprintf(line, size, _("%zu runs of %zu machines"), json_array_size(runs), machines);
        return;
    }
    bool guest = *hypervisor && strcmp(hypervisor, "none") != 0;
    char itself[128] = "";

    if (guest)
        snprintf(itself, sizeof itself, _(" (itself a %s guest)"),
                 text_at(environment, "hypervisor", "name"));
    snprintf(line, size, _("host: %s%s, KVM: %s"), *model ? model : _("unknown processor"), itself,
             kvm);
}
