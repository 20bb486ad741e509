/* SPDX-License-Identifier: MIT */
#include "minicontainer/steps.h"

#include "common/stages.h"

#define OCI_LINUX "OCI runtime-spec, config-linux.md, "

const struct trace_step steps_table[STEPS] = {
    [STEP_FIND_PROGRAM] =
        {STAGE_LOAD_PROGRAM,             "open(2), mmap(2)",
                             "an empty root needs only the program, and the interpreter and libraries "
         "that its ELF headers name; they are read, never executed, out here",                                                                                   "elf(5), ld.so(8)"                               },
    [STEP_CGROUP] =
        {STAGE_CGROUP,                   "mkdir(2), write(2)",
                             "a folder in the cgroup file system is a group of processes, a file in it one of "
         "its limits; the limits stand before the first process is in",                                                                                          "cgroups(7), " OCI_LINUX "\"Control groups\""    },
    [STEP_CLONE] = {STAGE_NAMESPACES,               "clone3(2)",
                             "a container begins as a child that shares neither process IDs, mounts, host "
                    "name, IPC nor users with us; network, cgroup and time namespaces follow",                                                                   "namespaces(7), clone(2)"                        },
    [STEP_ID_MAP] = {STAGE_ID_MAP,                   "write(2) to /proc/PID/uid_map and gid_map",
                             "root inside is an ordinary user outside; only we, from outside, may say who",
                             "user_namespaces(7), mount_setattr(2) \"ID-mapped mounts\""                                                                                                                          },
    [STEP_SWEEP] =
        {"sweep stale cgroups",          "readdir(3), rmdir(2)",
                             "a killed maker leaves its cgroup behind; while the child is busy there is time to "
         "look for such",                                                                                                                                        "cleanup.h"                                      },
    [STEP_TEARDOWN] = {STAGE_TEARDOWN,                 "rmdir(2)",
                             "processes and mounts have gone with pid 1; the cgroup goes only if removed",
                             "cgroups(7), \"Destroying cgroups and releasing controllers\""                                                                                                                       },
    [STEP_DEATH_SIGNAL] =
        {"die with the maker",           "prctl(PR_SET_PDEATHSIG)",
                             "who kills the tool kills the container; said again after each change of "
         "credentials, which undoes it",                                                                                                                         "PR_SET_PDEATHSIG(2const)"                       },
    [STEP_NETWORK] =
        {"make the network namespace",   "unshare(CLONE_NEWNET), ioctl(SIOCSIFFLAGS)",
                             "an own loopback device and nothing else; the dearest namespace, so it is made "
         "while the parent maps IDs and makes cgroups",                                                                                                          "network_namespaces(7), netdevice(7)"            },
    [STEP_ENTER_CGROUP] =
        {"enter the cgroups",            "write(2) of 0 to `tasks`",
                             "on version 1 the only thread moves itself, which is a thousand times cheaper "
         "than being moved; on version 2 it was born there",                                                                                                     "cgroups(7), \"Moving threads\"; cgroup1.c"      },
    [STEP_CGROUP_NAMESPACE] =
        {"make the cgroup namespace",    "unshare(CLONE_NEWCGROUP)",
                             "where it stands now becomes the root of what it sees: after entering, "
         "not before",                                                                                                                                           "cgroup_namespaces(7)"                           },
    [STEP_TIME] = {"make the time namespace",      "unshare(CLONE_NEWTIME), setns(2)",
                             "the clocks since boot start at zero inside",                                                                                       "time_namespaces(7)"                             },
    [STEP_BECOME_ROOT] = {"become root inside",           "setgroups(2), setresgid(2), setresuid(2)",
                             "the child still has the ID of its maker, which the map calls nobody",                                                              "user_namespaces(7), credentials(7)"             },
    [STEP_HOSTNAME] = {"name the host",                "sethostname(2)",                                            "the UTS namespace is there for that",
                             "uts_namespaces(7)"                                                                                                                                                                  },
    [STEP_ROOTFS] =
        {STAGE_ROOTFS,                   "mount_setattr(2), open_tree(2), fsmount(2), move_mount(2)",
                             "first make all mounts private, or ours would show on the host; then lay the new "
         "root over the old",                                                                                                                                    "mount_namespaces(7), \"Shared subtrees\""       },
    [STEP_PROC] = {"mount /proc",                  "fsopen(2), fsmount(2), move_mount(2)",
                             "a new one, which shows the processes of this PID namespace alone",                                                                 "pid_namespaces(7), \"/proc and PID namespaces\""},
    [STEP_SYS] = {"mount /sys",                   "fsmount(2) or open_tree(2)",
                             "read-only; it shows the devices of this network namespace alone",                                                                  "sysfs(5)"                                       },
    [STEP_DEVICES] = {STAGE_DEVICES,                  "open_tree(2), move_mount(2), symlinkat(2)",
                             "null, zero, full, random, urandom, tty, terminals of its own, and no disk",
                             OCI_LINUX "\"Default Devices\""                                                                                                                                                      },
    [STEP_FILES] = {"bind the program and files",   "move_mount(2)",
                             "each file is a mount of its own, read-only, without set-user-ID",                                                                  "mount(8) \"Bind mount operation\", open_tree(2)"},
    [STEP_MASK] =
        {"mask kernel files",            "open_tree(2), mount_setattr(2), move_mount(2)",
                             "some of /proc and /sys is the machine's, not the container's: hide it, or forbid "
         "writing",                                                                                                                                              OCI_LINUX "\"Masked Paths\", \"Readonly Paths\"" },
    [STEP_PIVOT] = {STAGE_PIVOT,                    "pivot_root(2), umount2(MNT_DETACH)",
                             "chroot(2) can be left; here the old root is no longer mounted at all",                                                             "pivot_root(2), NOTES"                           },
    [STEP_DESCRIPTORS] = {"close the host's descriptors", "close_range(2)",
                             "one open folder of the host would be a way out",                                                                                   "CVE-2024-21626"                                 },
    [STEP_RLIMITS] = {"lower resource limits",        "setrlimit(2)",
                             "per process; only ever lowered, since raising is a privilege of the host",
                             "getrlimit(2)"                                                                                                                                                                       },
    [STEP_BOUND] = {"bound the capabilities",       "prctl(PR_CAPBSET_DROP)",
                             "what is not in the bounding set cannot come back by any execve(2)",                                                                "capabilities(7), \"Capability bounding set\""   },
    [STEP_USER] = {"become the user",              "setresgid(2), setresuid(2)",                                "as --user says",
                             "credentials(7)"                                                                                                                                                                     },
    [STEP_WORKDIR] = {"enter the folder to start in", "chdir(2), getcwd(2)",
                             "a path of the container, looked up inside it",                                                                                     "CVE-2024-21626"                                 },
    [STEP_CAPABILITIES] = {STAGE_CAPABILITIES,             "capset(2)",
                             "root inside keeps eight of forty-one parts of root's power",                                                                       "capabilities(7), capabilities.c"                },
    [STEP_SECCOMP] =
        {STAGE_SECCOMP,                  "prctl(PR_SET_NO_NEW_PRIVS), seccomp(2)",
                             "the kernel is shared, so what the program does not need of it is closed; last, "
         "because all before needs more",                                                                                                                        "seccomp(2), seccomp.list"                       },
    [STEP_EXEC] =
        {STAGE_EXEC,                     "vfork(2), execve(2)",
                             "pid 2 uses pid 1's memory until it has memory of its own: no page table is copied",
                             "vfork(2), execve(2)"                                                                                                                                                                },
    [STEP_RUN] =
        {STAGE_RUN_PROGRAM,              "rt_sigtimedwait(2), wait4(2)",
                             "pid 1 passes signals on and reaps orphans; when it ends, the kernel kills the rest",
                             "pid_namespaces(7), \"The namespace init process\""                                                                                                                                  },
};

enum trace_category steps_category(enum step step)
{
    switch (step) {
    case STEP_FIND_PROGRAM:
    case STEP_CGROUP:
    case STEP_CLONE:
    case STEP_ID_MAP:
    case STEP_TEARDOWN:
    case STEP_ROOTFS:
    case STEP_DEVICES:
    case STEP_PIVOT:
    case STEP_CAPABILITIES:
    case STEP_SECCOMP:
    case STEP_EXEC:
    case STEP_RUN:
        return TRACE_STAGE;
    default:
        return TRACE_STEP;
    }
}
