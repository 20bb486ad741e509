/* SPDX-License-Identifier: MIT */
/*
 * file-handle: can a file be opened by its number, past every folder and so past every root folder
 * (open_by_handle_at(2))? It was a way out of containers. Only the permission is tested: the handle
 * that is given is none, and the kernel says ESTALE of it only after it has checked the permission
 * (handle_to_path() in fs/fhandle.c).
 */
#include "bench/probes/probe.h"

int main(void)
{
    union {
        struct file_handle handle;
        char room[sizeof(struct file_handle) + 8];
    } none = {
        .handle = {.handle_bytes = 8, .handle_type = 0xfe}
    };
    int mount = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (mount < 0)
        return probe_failed("open /");
    int fd = open_by_handle_at(mount, &none.handle, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ESTALE && errno != EINVAL)
        return probe_failed("open_by_handle_at");
    return probe_report(VERDICT_ALLOWED, "may open files by their numbers");
}
