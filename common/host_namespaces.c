/* SPDX-License-Identifier: MIT */
#include "common/host_namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* linux/sched.h, since 5.6 */
#endif

enum {
    NOBODY = 65534,
    TRY_SECONDS = 5, /* a child that takes longer is killed by its own alarm */
};

static const struct {
    const char *name;
    int flag;
} kinds[] = {
    [NAMESPACE_USER] = {"user",   CLONE_NEWUSER  },
      [NAMESPACE_PID] = {"pid",    CLONE_NEWPID   },
    [NAMESPACE_MOUNT] = {"mount",  CLONE_NEWNS    },
      [NAMESPACE_UTS] = {"uts",    CLONE_NEWUTS   },
    [NAMESPACE_IPC] = {"ipc",    CLONE_NEWIPC   },
      [NAMESPACE_NET] = {"net",    CLONE_NEWNET   },
    [NAMESPACE_CGROUP] = {"cgroup", CLONE_NEWCGROUP},
      [NAMESPACE_TIME] = {"time",   CLONE_NEWTIME  },
};

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int errnum = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return errnum;
}

/* A user namespace in which we are root: user_namespaces(7), "Defining user and group ID mappings".
 */
static int enter_user_namespace(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    char map[32];

    if (unshare(CLONE_NEWUSER) < 0)
        return errno;
    snprintf(map, sizeof map, "0 %u 1", uid);
    int errnum = write_file("/proc/self/uid_map", map);
    /* Without privilege, gid_map may be written only once setgroups(2) is given up. */
    if (errnum == 0)
        errnum = write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", gid);
    return errnum ? errnum : write_file("/proc/self/gid_map", map);
}

/* Does what the namespace is for: a security module may allow the namespace and nothing in it. */
static int use_namespace(enum host_namespace kind)
{
    switch (kind) {
    case NAMESPACE_PID: {
        /* The next child is pid 1 in it. */
        pid_t child = fork();
        if (child == 0)
            _exit(getpid() == 1 ? 0 : EPROTO);
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0)
            return errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : EPROTO;
    }
    case NAMESPACE_MOUNT:
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount("none", "/proc", "tmpfs", 0, "size=4k") < 0)
            return errno;
        return 0;
    case NAMESPACE_UTS:
        return sethostname("virtlab", 7) < 0 ? errno : 0;
    default:
        return 0;
    }
}

static int child_tries(enum host_namespace_way way, enum host_namespace kind)
{
    int errnum = 0;

    /* Die with the parent, and by the clock: nothing of this stays behind. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGALRM, SIG_DFL);
    alarm(TRY_SECONDS);
    if (way == WAY_UNPRIVILEGED) {
        if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
            setresuid(NOBODY, NOBODY, NOBODY) < 0)
            return errno;
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing user has cleared it: prctl(2) */
        /* Our /proc files would still be root's, since we were not executed as this user. */
        prctl(PR_SET_DUMPABLE, 1);
    }
    if (way != WAY_DIRECT || kind == NAMESPACE_USER)
        errnum = enter_user_namespace();
    if (errnum == 0 && kind != NAMESPACE_USER && unshare(kinds[kind].flag) < 0)
        errnum = errno;
    return errnum ? errnum : use_namespace(kind);
}

int host_namespace_try(enum host_namespace_way way, enum host_namespace kind)
{
    int status;

    if (way == WAY_UNPRIVILEGED && geteuid() != 0)
        return -1;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0)
        _exit(child_tries(way, kind)); /* errno values that matter are below 134 */
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void host_namespaces_try(struct host_namespaces *namespaces)
{
    for (int way = 0; way < WAY_COUNT; way++)
        for (int kind = 0; kind < NAMESPACE_COUNT; kind++)
            namespaces->result[way][kind] = host_namespace_try(way, kind);
}

const char *host_namespace_name(enum host_namespace kind)
{
    return kinds[kind].name;
}
