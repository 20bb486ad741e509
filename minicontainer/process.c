/* SPDX-License-Identifier: MIT */
#include "minicontainer/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "minicontainer/idmap.h"
#include "minicontainer/program.h"
#include "minicontainer/syscalls.h"

extern char **environ;

int process_become_program(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;

    if (sys_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot close the descriptors of the host");
    if (config->workdir && chdir(config->workdir) < 0)
        return error_set_errno(error, errno, "cannot change to the folder '%s'", config->workdir);
    sigprocmask(SIG_SETMASK, &container->signals, NULL);
    return program_execute(*container->program ? container->program : NULL, config->argv, environ,
                           error);
}
