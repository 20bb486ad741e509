/* SPDX-License-Identifier: MIT */
/*
 * A whole run of `virtlab compare`, made up: known figures with known noise, the same for the same
 * seed. What the samples should show is in the table below.
 */
#ifndef VIRTLAB_TESTS_MAKE_SAMPLES_H
#define VIRTLAB_TESTS_MAKE_SAMPLES_H

#include "bench/analysis/random.h"
#include "tests/unit/results_folder.h"

struct truth {
    const char *platform, *arm;
    double first_output_us, end_us, work, memory_kib;
};

static const struct truth truths[] = {
    {"native",    "a", 440,  600,  1.00, 220 },
    {"native",    "b", 440,  600,  1.00, 220 },
    {"container", "a", 3900, 4300, 1.00, 540 },
    {"vm",        "a", 2100, 3300, 1.05, 2900},
};
enum { TRUTHS = sizeof truths / sizeof *truths };

/* How many times slower the container is than the truth above. */
static double samples_slowdown = 1;

static inline double samples_planted(const struct truth *truth)
{
    return strcmp(truth->platform, "container") == 0 ? samples_slowdown : 1;
}

/* About 1 % of noise on one side, and a straggler in 30. */
static inline double samples_noise(struct random *random)
{
    double uniform = (double)(random_next(random) >> 11) * 0x1p-53;

    return 1 + 0.02 * uniform * uniform + (random_below(random, 30) == 0 ? 0.4 : 0);
}

static inline void samples_startup(struct folder *folder, struct random *random, const char *mode,
                                   int blocks)
{
    char params[64], metrics[256];

    for (int block = 0; block < blocks; block++) {
        for (int i = 0; i < TRUTHS; i++) {
            double noise = samples_noise(random) * (mode[0] == 'b' ? 0.9 : 1);
            noise *= samples_planted(&truths[i]);
            snprintf(params, sizeof params, "\"arm\":\"%s\",\"mode\":\"%s\"", truths[i].arm, mode);
            snprintf(metrics, sizeof metrics,
                     "\"first_output_ns\":%.0f,\"end_ns\":%.0f,\"user_ns\":%.0f,\"system_ns\":%.0f",
                     1e3 * truths[i].first_output_us * noise, 1e3 * truths[i].end_us * noise,
                     100 * truths[i].end_us * noise, 600 * truths[i].end_us * noise);
            folder_add(folder, "startup", params, truths[i].platform, "hello", block, metrics);
        }
    }
}

static inline void samples_overhead(struct folder *folder, struct random *random,
                                    const char *workload, const char *pages, double ms, int blocks)
{
    char params[64], metrics[256];

    for (int block = 0; block < blocks; block++) {
        for (int i = 0; i < TRUTHS; i++) {
            double work = 1e6 * ms * truths[i].work * samples_noise(random);
            work *= samples_planted(&truths[i]);
            if (strcmp(workload, "syscall") == 0 && strcmp(truths[i].platform, "vm") == 0)
                work *= 60;
            snprintf(params, sizeof params, "\"arm\":\"%s\"%s%s%s", truths[i].arm,
                     *pages ? ",\"pages\":\"" : "", pages, *pages ? "\"" : "");
            snprintf(metrics, sizeof metrics,
                     "\"cpu_n\":1%s,\"work_ns\":%.0f,\"iterations_n\":1000,\"user_ns\":%.0f,"
                     "\"system_ns\":1000000",
                     strcmp(pages, "2m") == 0   ? ",\"huge_bytes\":67108864"
                     : strcmp(pages, "4k") == 0 ? ",\"huge_bytes\":0"
                                                : "",
                     work, work);
            folder_add(folder, "overhead", params, truths[i].platform, workload, block, metrics);
        }
    }
}

static inline void samples_footprint(struct folder *folder, struct random *random, int blocks)
{
    char params[64], metrics[256];

    for (int block = 0; block < blocks; block++) {
        for (int i = 0; i < TRUTHS; i++) {
            if (truths[i].arm[0] == 'b')
                continue;
            for (int instances = 1; instances <= 4; instances += 3) {
                double bytes = 1024 * truths[i].memory_kib * samples_noise(random);
                double shared = 700 * 1024;
                snprintf(params, sizeof params, "\"instances\":%d", instances);
                snprintf(metrics, sizeof metrics,
                         "\"pss_bytes\":%.0f,\"guest_bytes\":%.0f,\"tool_bytes\":%.0f",
                         shared + instances * bytes, 0.6 * instances * bytes,
                         shared + 0.4 * instances * bytes);
                folder_add(folder, "footprint", params, truths[i].platform, "idle", block, metrics);
            }
        }
    }
}

static inline void samples_escape_one(struct folder *folder, const char *platform, int uid,
                                      const char *probe, const char *verdict)
{
    fprintf(folder->file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"escape\",\"params\":{\"uid\":%d},"
            "\"platform\":\"%s\",\"workload\":\"%s\",\"block\":0,\"order\":0,\"seed\":7,"
            "\"t0_ns\":1000,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{},"
            "\"verdict\":\"%s\",\"detail\":\"as planned\"}\n",
            uid, platform, probe, verdict);
}

static inline void samples_escape(struct folder *folder)
{
    static const char *const probes[] = {"hostname", "see",    "signal",     "ptrace",    "file",
                                         "mount",    "device", "raw-socket", "kernel-log"};
    static const char *const verdicts[][4] = {
        {"allowed", "refused", "contained", "contained"},
        {"allowed", "allowed", "absent",    "absent"   },
        {"allowed", "refused", "absent",    "absent"   },
        {"allowed", "refused", "absent",    "absent"   },
        {"allowed", "allowed", "absent",    "absent"   },
        {"allowed", "refused", "refused",   "absent"   },
        {"allowed", "refused", "refused",   "unknown"  },
        {"allowed", "refused", "refused",   "absent"   },
        {"allowed", "refused", "refused",   "absent"   },
    };
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        samples_escape_one(folder, "native", 0, probes[i], verdicts[i][0]);
        samples_escape_one(folder, "native", 65534, probes[i], verdicts[i][1]);
        samples_escape_one(folder, "container", 0, probes[i], verdicts[i][2]);
        samples_escape_one(folder, "vm", 0, probes[i], verdicts[i][3]);
    }
}

/* Everything that `virtlab compare` measures; the folder is left open. */
static inline void samples_compare(struct folder *folder, uint64_t seed, int startup_blocks)
{
    static const char no_guest[] = "KVM here is the software back end: it cannot run a Linux guest";
    static const char *const experiments[] = {"startup", "overhead", "footprint", "escape"};
    struct random random;

    random_seed(&random, seed);
    fputs(folder_header, folder->file);
    for (size_t i = 0; i < sizeof experiments / sizeof *experiments; i++)
        folder_add_missing(folder, experiments[i], "", "vm-linux", "", "skipped", no_guest);
    samples_startup(folder, &random, "single", startup_blocks);
    samples_overhead(folder, &random, "integer", "", 112, 10);
    samples_overhead(folder, &random, "bandwidth", "4k", 104, 10);
    samples_overhead(folder, &random, "bandwidth", "2m", 101, 10);
    samples_overhead(folder, &random, "latency", "4k", 140, 10);
    samples_overhead(folder, &random, "latency", "2m", 118, 10);
    samples_overhead(folder, &random, "syscall", "", 103, 10);
    samples_footprint(folder, &random, 6);
    samples_escape(folder);
}

static const char samples_environment[] =
    "{\"version\":1,\"time\":\"2026-01-02T03:04:05Z\","
    "\"cpu\":{\"vendor\":\"AuthenticAMD\",\"model\":\"AMD EPYC\",\"cores\":1,\"threads\":2},"
    "\"kernel\":{\"release\":\"6.1.0\",\"clock_source\":\"tsc\"},"
    "\"hypervisor\":{\"id\":\"kvm\",\"name\":\"KVM\",\"type\":\"1\"},"
    "\"kvm\":{\"state\":\"works\",\"back_end\":\"software\",\"reason\":null}}\n";

static inline void samples_write_environment(const struct folder *folder)
{
    char path[128];

    snprintf(path, sizeof path, "%s/env.json", folder->path);
    FILE *file = fopen(path, "we");
    if (!file || fputs(samples_environment, file) < 0 || fclose(file) != 0)
        abort();
}

#endif
