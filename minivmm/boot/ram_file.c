/* SPDX-License-Identifier: MIT */
/* Files in guest memory: mapped where they can be, read where they cannot. */
#include "minivmm/boot/ram_file.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE UINT64_C(4096)

static int read_all(int fd, uint8_t *to, uint64_t bytes, uint64_t offset, const char *name,
                    struct error *error)
{
    while (bytes > 0) {
        ssize_t got = pread(fd, to, bytes, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, errno, "cannot read '%s'", name);
        if (got == 0)
            return error_set(error, ENOEXEC, "'%s' became shorter while it was read", name);
        to += got;
        bytes -= (uint64_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

/* The last page is the first to go, however little is cut off. */
static void note_mapped(struct ram_files *files, uint64_t gpa, uint64_t bytes)
{
    if (bytes > 0 && files->count < RAM_FILES_MAX)
        files->last_pages[files->count++] = gpa + bytes - PAGE;
    files->mapped_bytes += bytes;
}

/*
 * Mapped somewhere first, and then moved to where it belongs: a mapping that fails at a fixed place
 * may leave a hole there. Some file systems cannot map at all; the file is then read.
 */
static bool map_pages(uint8_t *to, uint64_t bytes, int fd, uint64_t offset)
{
    void *pages =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, (off_t)offset);

    if (pages == MAP_FAILED)
        return false;
    if (mremap(pages, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED)
        return true;
    munmap(pages, bytes);
    return false;
}

int ram_file_load(const struct ram *ram, uint64_t gpa, int fd, uint64_t offset, uint64_t bytes,
                  const char *name, struct ram_files *files, struct error *error)
{
    uint8_t *to = ram_at(ram, gpa, bytes);
    uint64_t before = bytes, pages = 0; /* bytes read before the whole pages, and those in them */

    if (!to || offset > INT64_MAX - bytes)
        return error_set(error, EFAULT, "'%s' does not fit into guest memory", name);
    if ((gpa - offset) % PAGE == 0 && bytes >= -gpa % PAGE) {
        before = -gpa % PAGE;
        pages = (bytes - before) / PAGE * PAGE;
    }
    if (pages > 0 && map_pages(to + before, pages, fd, offset + before))
        note_mapped(files, gpa + before, pages);
    else
        pages = 0;

    int result = read_all(fd, to, before, offset, name, error);
    uint64_t done = before + pages;
    if (result == 0)
        result = read_all(fd, to + done, bytes - done, offset + done, name, error);
    return result;
}

/* Set before the handler is, and not changed until it is taken away. */
static struct {
    struct ram ram;
    int event_fd;
    struct sigaction before;
} guard;

static volatile sig_atomic_t page_lost;

static bool is_ram(uintptr_t address)
{
    uintptr_t low = (uintptr_t)guard.ram.low, high = (uintptr_t)guard.ram.high;
    return address - low < guard.ram.low_bytes || (high && address - high < guard.ram.high_bytes);
}

/* Only system calls, and those not by the C library, whose locks this thread may hold. */
static void replace_page(int number, siginfo_t *info, void *context)
{
    const int saved = errno;
    const uint64_t one = 1;
    uintptr_t address = (uintptr_t)info->si_addr;

    (void)context;
    if (!is_ram(address) || syscall(SYS_mmap, address & ~(PAGE - 1), PAGE, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == -1) {
        /* Not ours to mend: the instruction faults again, and this time it kills. */
        signal(number, SIG_DFL);
        return;
    }
    page_lost = 1;
    if (syscall(SYS_write, guard.event_fd, &one, sizeof one) < 0) { /* it is readable already */
    }
    errno = saved;
}

int ram_file_guard(const struct ram *ram, int event_fd, struct error *error)
{
    const struct sigaction action = {.sa_sigaction = replace_page, .sa_flags = SA_SIGINFO};

    guard.ram = *ram;
    guard.event_fd = event_fd;
    page_lost = 0;
    if (sigaction(SIGBUS, &action, &guard.before) < 0)
        return error_set_errno(error, errno, "cannot handle SIGBUS");
    return 0;
}

void ram_file_unguard(void)
{
    sigaction(SIGBUS, &guard.before, NULL);
}

bool ram_file_lost(const struct ram *ram, const struct ram_files *files)
{
    for (unsigned i = 0; files && i < files->count; i++)
        *(volatile const uint8_t *)ram_at(ram, files->last_pages[i], PAGE);
    return page_lost;
}
