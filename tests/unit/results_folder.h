/* SPDX-License-Identifier: MIT */
/*
 * Results folders for the tests of everything that reads them: a folder in /tmp that the test fills
 * and that is removed at its end, and samples with a known truth in them.
 */
#ifndef VIRTLAB_TESTS_RESULTS_FOLDER_H
#define VIRTLAB_TESTS_RESULTS_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN              "20260102T030405Z-compare"
#define ENVIRONMENT_HASH "58bca90f7cc9aefe45b1c83d80ff685780b04874c74f48ec38b0fd5897cd68aa"

/* ENVIRONMENT_HASH is what sha256sum says of samples_environment in make_samples.h. */
static const char folder_header[] =
    "{\"schema\":1,\"run\":\"" RUN "\",\"environment\":\"" ENVIRONMENT_HASH "\","
    "\"command\":[\"virtlab\",\"compare\"],\"seed\":7}\n";

struct folder {
    char path[64];
    char samples[80];
    FILE *file; /* samples.jsonl, while it is filled */
};

/* Make a folder whose samples.jsonl is open and holds nothing yet. */
static inline void folder_make(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/virtlab-test.XXXXXX");
    if (!mkdtemp(folder->path))
        abort();
    snprintf(folder->samples, sizeof folder->samples, "%s/samples.jsonl", folder->path);
    folder->file = fopen(folder->samples, "we");
    if (!folder->file)
        abort();
}

/* The samples are complete: they can be read now. */
static inline void folder_close(struct folder *folder)
{
    if (folder->file && fclose(folder->file) != 0)
        abort();
    folder->file = NULL;
}

/* The data of plots; never through a link that a test has planted in their place. */
static inline void folder_clear_plots(const struct folder *folder)
{
    char path[128];

    snprintf(path, sizeof path, "%s/plots", folder->path);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *data = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *entry; data && (entry = readdir(data));) {
        const char *end = strrchr(entry->d_name, '.');
        if (end && strcmp(end, ".dat") == 0)
            unlinkat(dirfd(data), entry->d_name, 0);
    }
    if (data)
        closedir(data);
}

static inline void folder_remove(struct folder *folder)
{
    static const char *const names[] = {"samples.jsonl", "env.json", "summary.md", "report.html",
                                        "plots"};
    char path[128];

    folder_close(folder);
    folder_clear_plots(folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, names[i]);
        remove(path);
    }
    if (rmdir(folder->path) != 0)
        abort();
}

/* A sample that is right in every field. metrics and params are the insides of JSON objects. */
static inline void folder_add(struct folder *folder, const char *experiment, const char *params,
                              const char *platform, const char *workload, int block,
                              const char *metrics)
{
    fprintf(folder->file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"%s\",\"params\":{%s},"
            "\"platform\":\"%s\",\"workload\":\"%s\",\"block\":%d,\"order\":0,\"seed\":7,"
            "\"t0_ns\":1000,\"status\":\"ok\",\"reason\":\"\",\"exit\":0,\"metrics\":{%s}}\n",
            experiment, params, platform, workload, block, metrics);
}

/* A platform that did not run. status: "skipped", "failed" or "timeout". */
static inline void folder_add_missing(struct folder *folder, const char *experiment,
                                      const char *params, const char *platform,
                                      const char *workload, const char *status, const char *reason)
{
    fprintf(folder->file,
            "{\"schema\":1,\"run\":\"" RUN "\",\"experiment\":\"%s\",\"params\":{%s},"
            "\"platform\":\"%s\",\"workload\":\"%s\",\"block\":0,\"order\":0,\"seed\":7,"
            "\"t0_ns\":1000,\"status\":\"%s\",\"reason\":\"%s\",\"exit\":-1,\"metrics\":{}}\n",
            experiment, params, platform, workload, status, reason);
}

#endif
