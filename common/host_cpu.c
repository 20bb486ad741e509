/* SPDX-License-Identifier: MIT */
#include "common/host_cpu.h"

#include <dirent.h>
#include <libcpuid/libcpuid.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/host_file.h"

#define CPU_FOLDER "/sys/devices/system/cpu/"

static const cpu_feature_t features_shown[] = {
    CPU_FEATURE_VMX,          CPU_FEATURE_SVM,     CPU_FEATURE_HYPERVISOR, CPU_FEATURE_LM,
    CPU_FEATURE_NX,           CPU_FEATURE_RDTSCP,  CPU_FEATURE_X2APIC,     CPU_FEATURE_XSAVE,
    CPU_FEATURE_CONSTANT_TSC, CPU_FEATURE_MONITOR, CPU_FEATURE_AES,        CPU_FEATURE_SHA_NI,
    CPU_FEATURE_AVX,          CPU_FEATURE_AVX2,    CPU_FEATURE_AVX512F,    CPU_FEATURE_SGX,
};

/* Of a file like /proc/cpuinfo, "key : value" in lines, the first value of key. */
static bool cpuinfo_value(const char *text, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);

    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " \t");
        if (*at != ':')
            continue;
        at += 1 + strspn(at + 1, " \t");
        snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
        return true;
    }
    return false;
}

/* Is word one of the words of list? */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

/* What libcpuid does not know: the microcode, and nested paging, which on Intel only an MSR tells.
 */
static void read_cpuinfo(struct host_cpu *cpu)
{
    char text[16384], flags[4096];

    if (host_read("/proc/cpuinfo", text, sizeof text) <= 0)
        return;
    cpuinfo_value(text, "microcode", cpu->microcode, sizeof cpu->microcode);
    if (!*cpu->model)
        cpuinfo_value(text, "model name", cpu->model, sizeof cpu->model);
    if (!*cpu->vendor)
        cpuinfo_value(text, "vendor_id", cpu->vendor, sizeof cpu->vendor);
    if (cpuinfo_value(text, "vmx flags", flags, sizeof flags) && has_word(flags, "ept"))
        strcpy(cpu->nested_paging, "EPT");
    else if (cpuinfo_value(text, "flags", flags, sizeof flags) && has_word(flags, "npt"))
        strcpy(cpu->nested_paging, "NPT");
}

static void read_libcpuid(struct host_cpu *cpu)
{
    struct cpu_raw_data_t raw;
    struct cpu_id_t id;

    /* libcpuid prints its warnings, unless told not to; it may know a CPU only in part. */
    cpuid_set_warn_function(NULL);
    if (!cpuid_present() || cpuid_get_raw_data(&raw) < 0 || cpu_identify(&raw, &id) < 0)
        return;
    snprintf(cpu->vendor, sizeof cpu->vendor, "%s", id.vendor_str);
    snprintf(cpu->model, sizeof cpu->model, "%s", id.brand_str + strspn(id.brand_str, " "));
    cpu->family = id.ext_family;
    cpu->model_number = id.ext_model;
    cpu->stepping = id.stepping;
    cpu->cores = id.num_cores;
    cpu->threads = id.num_logical_cpus;
    cpu->l2_kib = id.l2_cache > 0 ? id.l2_cache : -1;
    cpu->l3_kib = id.l3_cache > 0 ? id.l3_cache : -1;
    cpu->vmx = id.flags[CPU_FEATURE_VMX];
    cpu->svm = id.flags[CPU_FEATURE_SVM];
    for (size_t i = 0; i < sizeof features_shown / sizeof *features_shown; i++)
        if (id.flags[features_shown[i]])
            cpu->features[cpu->feature_count++] = cpu_feature_str(features_shown[i]);
}

void host_cpu_read(struct host_cpu *cpu)
{
    cpu_set_t usable;

    *cpu = (struct host_cpu){.l2_kib = -1, .l3_kib = -1};
    read_libcpuid(cpu);
    read_cpuinfo(cpu);
    cpu->online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    /* Fails on machines with more than CPU_SETSIZE CPUs; then none is forbidden that we know of. */
    cpu->usable =
        sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : cpu->online;
}

void host_frequency_read(struct host_frequency *frequency)
{
    int64_t number;

    *frequency = (struct host_frequency){0};
    host_read_line(CPU_FOLDER "cpu0/cpufreq/scaling_driver", frequency->driver,
                   sizeof frequency->driver);
    host_read_line(CPU_FOLDER "cpu0/cpufreq/scaling_governor", frequency->governor,
                   sizeof frequency->governor);
    host_read_line(CPU_FOLDER "smt/control", frequency->smt, sizeof frequency->smt);
    /* The two drivers say it the opposite way round. */
    if (host_read_number(CPU_FOLDER "intel_pstate/no_turbo", &number))
        strcpy(frequency->turbo, number ? "off" : "on");
    else if (host_read_number(CPU_FOLDER "cpufreq/boost", &number))
        strcpy(frequency->turbo, number ? "on" : "off");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct host_mitigation *)a)->name,
                  ((const struct host_mitigation *)b)->name);
}

size_t host_mitigations_read(struct host_mitigation *mitigations, size_t max)
{
    DIR *folder = opendir(CPU_FOLDER "vulnerabilities");
    size_t count = 0;

    if (!folder)
        return 0;
    for (struct dirent *entry; count < max && (entry = readdir(folder));) {
        struct host_mitigation *mitigation = &mitigations[count];
        char path[sizeof CPU_FOLDER + sizeof "vulnerabilities/" + sizeof entry->d_name];

        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof mitigation->name)
            continue;
        memcpy(mitigation->name, entry->d_name, strlen(entry->d_name) + 1);
        snprintf(path, sizeof path, CPU_FOLDER "vulnerabilities/%s", entry->d_name);
        count += host_read_line(path, mitigation->text, sizeof mitigation->text);
    }
    closedir(folder);
    qsort(mitigations, count, sizeof *mitigations, by_name);
    return count;
}
