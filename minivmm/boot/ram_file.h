/* SPDX-License-Identifier: MIT */
/*
 * Files in guest memory. A kernel of 14 MB costs 4 to 20 ms to copy and 0.1 to 1 ms to map, so the
 * whole pages of a file are mapped over RAM (MAP_PRIVATE: what the guest writes stays its own).
 *
 * The price: when somebody cuts the file short while the guest runs, the pages behind its new end
 * are gone, those too that the guest had written. Nothing prevents that (a lease, fcntl(2)
 * F_SETLEASE, is only for the file's owner); who puts a new file in place of the old one, as
 * package managers do, and does not write over it, does no harm. So a machine must survive it:
 *
 *   a vCPU that touches such a page       KVM_RUN fails with EFAULT
 *   a system call of a device             fails with EFAULT: an I/O error to the guest
 *   a device that touches it by itself    SIGBUS, which would kill the process, terminal raw
 *
 * For the last one there is a guard: the signal's handler puts a page of zeros there, so that the
 * thread can go on until the main thread, woken by the same handler, ends the machine.
 */
#ifndef MINIVMM_RAM_FILE_H
#define MINIVMM_RAM_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/devices/ram.h"

/* What was mapped, so that it can be looked at: kernel (a segment of it each), initrd, archive. */
enum { RAM_FILES_MAX = 64 + 2 };

struct ram_files {
    uint64_t mapped_bytes;
    unsigned count;
    uint64_t last_pages[RAM_FILES_MAX]; /* guest-physical */
};

/*
 * Put bytes of a file, from offset on, at gpa, which must be RAM in one piece. Whole pages are
 * mapped where offset and gpa are at the same place in a page, the rest is read. name stands in
 * errors. What was mapped is added to *files, which starts as all 0.
 */
int ram_file_load(const struct ram *ram, uint64_t gpa, int fd, uint64_t offset, uint64_t bytes,
                  const char *name, struct ram_files *files, struct error *error);

/*
 * Handle SIGBUS from here on, for one machine at a time: when a page of RAM is found gone, 1 is
 * written to event_fd. The only system calls that the handler makes are mmap(2) of one page,
 * MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, PROT_READ | PROT_WRITE, write(2) and rt_sigreturn(2): a
 * sandbox must let each thread that touches RAM make them.
 */
int ram_file_guard(const struct ram *ram, int event_fd, struct error *error);

/* Give SIGBUS back. Every thread that touches RAM has ended. */
void ram_file_unguard(void);

/*
 * Whether a page of RAM was found gone: then the machine has failed, its memory is not what it was.
 * With files (and the guard on) look at them, too: of a page that a vCPU missed, KVM tells only
 * that something went wrong.
 */
bool ram_file_lost(const struct ram *ram, const struct ram_files *files);

#endif
