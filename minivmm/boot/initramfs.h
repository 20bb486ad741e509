/* SPDX-License-Identifier: MIT */
/*
 * How a program gets into a guest system: in an archive of its own that lies in memory behind the
 * initial RAM file system. Linux unpacks one archive after the other, later files over earlier
 * ones (Documentation/driver-api/early-userspace/buffer-format.rst), so the guest's /init, which
 * came with the first, finds the program and what to do with it:
 *
 *     /virtlab/program    the ELF file
 *     /virtlab/command    strings, each ended by 0: the number of arguments and of variables in
 *                         decimal, the working folder, the arguments, the variables
 *     and every file of --file under its own name
 */
#ifndef MINIVMM_INITRAMFS_H
#define MINIVMM_INITRAMFS_H

#include "common/error.h"
#include "minivmm/minivmm.h"

#define INITRAMFS_PROGRAM "/virtlab/program"
#define INITRAMFS_COMMAND "/virtlab/command"

struct initramfs_program {
    const char *path;  /* the program's file on the host */
    char *const *argv; /* both ended by NULL */
    char *const *envp;
    const struct minivmm_file *files; /* the guest's names are resolved against / */
    size_t files_count;
};

/*
 * Write the archive into a new memfd, *fd, sealed against changes, with its offset at 0; to be
 * closed by the caller. Files are copied once, within the host's kernel.
 *
 * Errors: exit status 127 where there is no such program, 126 for one that the guest could not
 * execute: only static x86-64 ELF programs are taken, as by minivmm_load(). EINVAL for a file name
 * that cannot be, -ENOMEM, and what open(2) says.
 */
int initramfs_make(int *fd, const struct initramfs_program *program, struct error *error);

#endif
