/* SPDX-License-Identifier: MIT */
/* minivmm: a program or a system in a virtual machine. This file only chooses the command. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.h"
#include "common/exitcode.h"
#include "common/streams.h"
#include "common/version.h"
#include "minivmm/commands.h"

static const char usage[] =
    "Usage: minivmm COMMAND [OPTION...] ...\n"
    "\n"
    "  run PROGRAM [ARG...]   run a static program in a virtual machine of its own\n"
    "  boot [-- PROGRAM ...]  boot a Linux kernel in a machine with devices\n"
    "  emulate PROGRAM ...    the same guest under QEMU, which needs no KVM\n"
    "  check boot|emulate     tell whether that can be done here, and why not\n"
    "  probe                  find out what /dev/kvm can do on this machine\n"
    "\n"
    "'minivmm COMMAND --help' says more.\n";

static int dispatch(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";

    if (strcmp(command, "run") == 0)
        return command_run(argc - 1, argv + 1);
    if (strcmp(command, "boot") == 0)
        return command_boot(argc - 1, argv + 1);
    if (strcmp(command, "emulate") == 0)
        return command_emulate(argc - 1, argv + 1);
    if (strcmp(command, "check") == 0)
        return command_check(argc - 1, argv + 1);
    if (strcmp(command, "probe") == 0)
        return command_probe(argc - 1, argv + 1);
    if (strcmp(command, "--help") == 0 || strcmp(command, "--usage") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(command, "--version") == 0) {
        puts("minivmm (virtlab) " VIRTLAB_VERSION);
        return 0;
    }
    if (argc > 1)
        fprintf(stderr, "minivmm: there is no such command; a program is run by 'minivmm run "
                        "PROGRAM'; try 'minivmm --help'\n");
    else
        fputs(usage, stderr);
    return EXIT_TOOL_FAILED;
}

int main(int argc, char **argv)
{
    struct error error;

    /*
     * The program's descriptors 0 to 2 must not be files of ours, and whatever else the caller left
     * open would stay within reach of a program that has taken over the VMM.
     */
    streams_start();
    syscall(SYS_close_range, 3u, ~0u, 0u);

    int status = dispatch(argc, argv);
    if (streams_finish(&error) < 0 && status == 0)
        status = error_report(&error, "minivmm");
    return status;
}
