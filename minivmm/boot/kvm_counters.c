/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/kvm_counters.h"

#include <string.h>
#include <unistd.h>

#include "minivmm/kvm.h"

enum { NAME_MAX_BYTES = 128 };

int kvm_counters_open(int vcpu_fd)
{
    return kvm_ioctl(vcpu_fd, KVM_GET_STATS_FD, NULL);
}

static bool read_at(int fd, void *to, size_t bytes, uint64_t offset)
{
    return pread(fd, to, bytes, (off_t)offset) == (ssize_t)bytes;
}

/* The file is a header, then a description of each counter, and somewhere behind them the values.
 */
bool kvm_counters_read(int fd, const char *name, uint64_t *value)
{
    struct kvm_stats_header header;
    struct {
        struct kvm_stats_desc head;
        char name[NAME_MAX_BYTES];
    } counter;

    if (fd < 0 || !read_at(fd, &header, sizeof header, 0) || header.name_size == 0 ||
        header.name_size > NAME_MAX_BYTES)
        return false;
    const size_t bytes = sizeof counter.head + header.name_size;
    for (uint32_t i = 0; i < header.num_desc; i++) {
        if (!read_at(fd, &counter, bytes, header.desc_offset + i * bytes))
            return false;
        counter.name[header.name_size - 1] = '\0';
        if (strcmp(counter.name, name) == 0)
            return read_at(fd, value, sizeof *value, header.data_offset + counter.head.offset);
    }
    return false;
}
