/* SPDX-License-Identifier: MIT */
#include "bench/harness/progress_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/whole_file.h"
#include "common/text.h"

#define FILE_NAME "progress.json"

/* When we were started, in ticks since boot: field 22 of /proc/self/stat (proc(5)); 0: not known.
 */
static uint64_t start_ticks(void)
{
    char text[1024];
    uint64_t ticks = 0;
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    /* The name stands in parentheses and may hold spaces; the third field follows it. */
    char *field = strrchr(text, ')');
    for (int i = 2; field && i < 22; i++)
        field = strchr(field + 1, ' ');
    if (field)
        sscanf(field, " %" SCNu64, &ticks);
    return ticks;
}

int progress_file_open(const char *folder)
{
    struct error ignored;
    int fd = whole_file_folder(-1, folder, &ignored);

    return fd < 0 ? -1 : fd;
}

void progress_file_write(const struct progress *progress, int64_t left_s)
{
    struct whole_file file;
    struct error ignored; /* the run goes on without it */

    if (whole_file_open(&file, progress->folder, FILE_NAME, &ignored) < 0)
        return;
    fprintf(file.out,
            "{\"version\":1,\"pid\":%d,\"start_ticks\":%" PRIu64 ",\"experiment\":", (int)getpid(),
            start_ticks());
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
