/* SPDX-License-Identifier: MIT */
/*
 * For machines without KVM: LD_PRELOAD=./replay.so ./hello-vm hello.bin
 *
 * This stands between your program and the kernel, and answers its calls as a KVM answered them
 * when hello.bin ran: a recording, no virtual machine. It knows the exits of this one guest.
 * Whoever asks on the wrong level, has not loaded the guest or lets it start elsewhere gets the
 * errors of a real one. Nothing in here has to be changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, VCPU_BYTES = 12288, DATA_OFFSET = 4096, LOAD_ADDRESS = 0x1000 };

/* The guest that was recorded: hello.bin. What it says begins at byte 15, up to a 0. */
static const unsigned char guest[] = "\xbe\x0f\x10\xba\xe9\x00\xac\x84\xc0\x74\x03\xee\xeb\xf8\xf4"
                                     "Hello from ring 0!\n";
enum { TEXT_START = 15, TEXT_LENGTH = sizeof guest - 1 - TEXT_START };

static int kvm = -1, vm = -1, vcpu = -1;
static const unsigned char *memory;
static size_t memory_bytes, exits;
static struct kvm_run *page;
static struct kvm_regs registers;
static struct kvm_sregs segments;

static int refuse(int error)
{
    errno = error;
    return -1;
}

int open(const char *path, int flags, ...)
{
    va_list rest;

    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    if (strcmp(path, "/dev/kvm") != 0)
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    return kvm = memfd_create("kvm", MFD_CLOEXEC);
}

static int make_vcpu(void)
{
    vcpu = memfd_create("kvm-vcpu", MFD_CLOEXEC);
    if (vcpu < 0 || ftruncate(vcpu, VCPU_BYTES) < 0)
        return -1;
    page = mmap(NULL, VCPU_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    segments.cs.base = 0xffff0000;
    segments.cs.selector = 0xf000;
    registers.rip = 0xfff0;
    return page == MAP_FAILED ? -1 : vcpu;
}

static int set_memory(const struct kvm_userspace_memory_region *region)
{
    if (region->memory_size % PAGE_BYTES || region->userspace_addr % PAGE_BYTES)
        return refuse(EINVAL);
    memory = region->guest_phys_addr == 0 ? (const unsigned char *)region->userspace_addr : NULL;
    memory_bytes = region->memory_size;
    return 0;
}

static int run(void)
{
    if (!memory || memory_bytes < LOAD_ADDRESS + sizeof guest ||
        segments.cs.base + registers.rip != LOAD_ADDRESS || !(registers.rflags & 2) ||
        memcmp(memory + LOAD_ADDRESS, guest, sizeof guest) != 0) {
        page->exit_reason = KVM_EXIT_INTERNAL_ERROR;
        return 0;
    }
    if (exits == TEXT_LENGTH) {
        page->exit_reason = KVM_EXIT_HLT;
        return 0;
    }
    page->exit_reason = KVM_EXIT_IO;
    page->io.direction = KVM_EXIT_IO_OUT;
    page->io.size = 1;
    page->io.port = 0xE9;
    page->io.count = 1;
    page->io.data_offset = DATA_OFFSET;
    ((unsigned char *)page)[DATA_OFFSET] = guest[TEXT_START + exits++];
    return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list rest;

    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (fd == kvm && request == KVM_GET_API_VERSION)
        return KVM_API_VERSION;
    if (fd == kvm && request == KVM_CREATE_VM)
        return vm = memfd_create("kvm-vm", MFD_CLOEXEC);
    if (fd == kvm && request == KVM_GET_VCPU_MMAP_SIZE)
        return VCPU_BYTES;
    if (fd == vm && request == KVM_SET_USER_MEMORY_REGION)
        return set_memory(argument);
    if (fd == vm && request == KVM_CREATE_VCPU)
        return make_vcpu();
    if (fd != vcpu)
        return refuse(ENOTTY);
    switch (request) {
    case KVM_GET_SREGS:
        memcpy(argument, &segments, sizeof segments);
        return 0;
    case KVM_SET_SREGS:
        memcpy(&segments, argument, sizeof segments);
        return 0;
    case KVM_GET_REGS:
        memcpy(argument, &registers, sizeof registers);
        return 0;
    case KVM_SET_REGS:
        memcpy(&registers, argument, sizeof registers);
        return 0;
    case KVM_RUN:
        return run();
    default:
        return refuse(ENOTTY);
    }
}
