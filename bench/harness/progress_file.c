/* SPDX-License-Identifier: MIT */
#include "bench/harness/progress_file.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/whole_file.h"
#include "common/process_stat.h"
#include "common/text.h"

#define FILE_NAME "progress.json"

int progress_file_open(const char *folder)
{
    struct error ignored;
    int fd = whole_file_folder(-1, folder, &ignored);

    return fd < 0 ? -1 : fd;
}

void progress_file_write(const struct progress *progress, int64_t left_s)
{
    struct whole_file file;
    struct process_stat self;
    struct error ignored; /* the run goes on without it */

    if (whole_file_open(&file, progress->folder, FILE_NAME, &ignored) < 0)
        return;
    process_stat_read(getpid(), &self);
    fprintf(file.out,
            "{\"version\":1,\"pid\":%d,\"start_ticks\":%" PRIu64 ",\"experiment\":", (int)getpid(),
            self.start_ticks);
    text_print_json(file.out, progress->what);
    fprintf(file.out,
            ",\"paused\":%s,\"done_ns\":%" PRId64 ",\"expected_ns\":%" PRId64 ",\"left_s\":%" PRId64
            "}\n",
            progress->resting ? "true" : "false", progress->done_ns, progress->expected_ns, left_s);
    whole_file_close(&file, true, &ignored);
}

void progress_file_remove(int folder)
{
    unlinkat(folder, FILE_NAME, 0);
    close(folder);
}
