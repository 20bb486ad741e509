/* SPDX-License-Identifier: MIT */
/*
 * What other VMMs need to start one program as a whole machine: an initial file system with the
 * program and a first process that runs it (bench/peers/init.c), and their configuration files.
 * The kernel is that of `make guest-linux-small`.
 */
#ifndef VIRTLAB_BUNDLE_MACHINE_H
#define VIRTLAB_BUNDLE_MACHINE_H

#include "common/error.h"
#include "common/paths.h"

/*
 * Make in folder: kernel (a link), initrd, qemu.conf (for -readconfig) and firecracker.json (for
 * --config-file). Errors: -ENOENT without that kernel; what reading and writing files says.
 */
int bundle_machine_write(const char *folder, const char *program, const struct paths *paths,
                         struct error *error);

#endif
