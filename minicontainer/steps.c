/* SPDX-License-Identifier: MIT */
#include "minicontainer/steps.h"

#include "common/stages.h"

#define OCI_LINUX "OCI runtime-spec, config-linux.md, "

/* clang-format would set the sentences in columns. */
/* clang-format off */
const struct trace_step steps_table[STEPS] = {
    [STEP_FIND_PROGRAM] = {
        .name = STAGE_LOAD_PROGRAM,
        .call = "open(2), mmap(2)",
        .why = "an empty root needs only the program, and the interpreter and libraries that its "
               "ELF headers name; they are read, never executed, out here",
        .source = "elf(5), ld.so(8)",
    },
    [STEP_CGROUP] = {
        .name = STAGE_CGROUP,
        .call = "mkdir(2), write(2)",
        .why = "a folder in the cgroup file system is a group of processes, a file in it one of "
               "its limits; the limits stand before the first process is in",
        .source = "cgroups(7), " OCI_LINUX "\"Control groups\"",
    },
    [STEP_CLONE] = {
        .name = STAGE_NAMESPACES,
        .call = "clone3(2)",
        .why = "a container begins as a child that shares neither process IDs, mounts, host name, "
               "IPC nor users with us; network, cgroup and time namespaces follow",
        .source = "namespaces(7), clone(2)",
    },
    [STEP_ID_MAP] = {
        .name = STAGE_ID_MAP,
        .call = "write(2) to /proc/PID/uid_map and gid_map",
        .why = "root inside is an ordinary user outside; only we, from outside, may say who",
        .source = "user_namespaces(7), mount_setattr(2) \"ID-mapped mounts\"",
    },
    [STEP_SWEEP] = {
        .name = "sweep stale cgroups",
        .call = "readdir(3), rmdir(2)",
        .why = "a killed maker leaves its cgroup behind; while the child is busy there is time to "
               "look for such",
        .source = "cleanup.h",
    },
    [STEP_TEARDOWN] = {
        .name = STAGE_TEARDOWN,
        .call = "rmdir(2)",
        .why = "processes and mounts have gone with pid 1; the cgroup goes only if removed",
        .source = "cgroups(7), \"Destroying cgroups and releasing controllers\"",
    },
    [STEP_DEATH_SIGNAL] = {
        .name = "die with the maker",
        .call = "prctl(PR_SET_PDEATHSIG)",
        .why = "who kills the tool kills the container; said again after each change of "
               "credentials, which undoes it",
        .source = "PR_SET_PDEATHSIG(2const)",
    },
    [STEP_NETWORK] = {
        .name = STAGE_NETWORK,
        .call = "unshare(CLONE_NEWNET), ioctl(SIOCSIFFLAGS)",
        .why = "an own loopback device and nothing else; the dearest namespace, so it is made "
               "while the parent maps IDs and makes cgroups, and a thread builds the root",
        .source = "network_namespaces(7), netdevice(7)",
    },
    [STEP_ENTER_CGROUP] = {
        .name = STAGE_JOIN,
        .call = "write(2) of 0 to `tasks`",
        .why = "on version 1 the only thread moves itself, which is a thousand times cheaper than "
               "being moved; on version 2 it was born there",
        .source = "cgroups(7), \"Moving threads\"; cgroup1.c",
    },
    [STEP_CGROUP_NAMESPACE] = {
        .name = "make the cgroup namespace",
        .call = "unshare(CLONE_NEWCGROUP)",
        .why = "where it stands now becomes the root of what it sees: after entering, not before",
        .source = "cgroup_namespaces(7)",
    },
    [STEP_TIME] = {
        .name = "make the time namespace",
        .call = "unshare(CLONE_NEWTIME), setns(2)",
        .why = "the clocks since boot start at zero inside",
        .source = "time_namespaces(7)",
    },
    [STEP_BECOME_ROOT] = {
        .name = "become root inside",
        .call = "setgroups(2), setresgid(2), setresuid(2)",
        .why = "the child still has the ID of its maker, which the map calls nobody",
        .source = "user_namespaces(7), credentials(7)",
    },
    [STEP_HOSTNAME] = {
        .name = "name the host",
        .call = "sethostname(2)",
        .why = "the UTS namespace is there for that",
        .source = "uts_namespaces(7)",
    },
    [STEP_ROOTFS] = {
        .name = STAGE_ROOTFS,
        .call = "mount_setattr(2), open_tree(2), fsmount(2), move_mount(2)",
        .why = "first make all mounts private, or ours would show on the host; then lay the new "
               "root over the old",
        .source = "mount_namespaces(7), \"Shared subtrees\"",
    },
    [STEP_PROC] = {
        .name = "mount /proc",
        .call = "fsopen(2), fsmount(2), move_mount(2)",
        .why = "a new one, which shows the processes of this PID namespace alone",
        .source = "pid_namespaces(7), \"/proc and PID namespaces\"",
    },
    [STEP_SYS] = {
        .name = "mount /sys",
        .call = "fsmount(2) or open_tree(2)",
        .why = "read-only; it shows the devices of this network namespace alone",
        .source = "sysfs(5)",
    },
    [STEP_DEVICES] = {
        .name = STAGE_DEVICES,
        .call = "open_tree(2), move_mount(2), symlinkat(2)",
        .why = "null, zero, full, random, urandom, tty, terminals of its own, and no disk",
        .source = OCI_LINUX "\"Default Devices\"",
    },
    [STEP_FILES] = {
        .name = "bind the program and files",
        .call = "move_mount(2)",
        .why = "each file is a mount of its own, read-only, without set-user-ID",
        .source = "mount(8) \"Bind mount operation\", open_tree(2)",
    },
    [STEP_MASK] = {
        .name = "mask kernel files",
        .call = "open_tree(2), mount_setattr(2), move_mount(2)",
        .why = "some of /proc and /sys is the machine's, not the container's: hide it, or forbid "
               "writing",
        .source = OCI_LINUX "\"Masked Paths\", \"Readonly Paths\"",
    },
    [STEP_PIVOT] = {
        .name = STAGE_PIVOT,
        .call = "pivot_root(2), umount2(MNT_DETACH)",
        .why = "chroot(2) can be left; here the old root is no longer mounted at all",
        .source = "pivot_root(2), NOTES",
    },
    [STEP_DESCRIPTORS] = {
        .name = "close the host's descriptors",
        .call = "close_range(2)",
        .why = "one open folder of the host would be a way out",
        .source = "CVE-2024-21626",
    },
    [STEP_RLIMITS] = {
        .name = "lower resource limits",
        .call = "setrlimit(2)",
        .why = "per process; only ever lowered, since raising is a privilege of the host",
        .source = "getrlimit(2)",
    },
    [STEP_BOUND] = {
        .name = "bound the capabilities",
        .call = "prctl(PR_CAPBSET_DROP)",
        .why = "what is not in the bounding set cannot come back by any execve(2)",
        .source = "capabilities(7), \"Capability bounding set\"",
    },
    [STEP_USER] = {
        .name = "become the user",
        .call = "setresgid(2), setresuid(2)",
        .why = "as --user says",
        .source = "credentials(7)",
    },
    [STEP_WORKDIR] = {
        .name = "enter the folder to start in",
        .call = "chdir(2), getcwd(2)",
        .why = "a path of the container, looked up inside it",
        .source = "CVE-2024-21626",
    },
    [STEP_CAPABILITIES] = {
        .name = STAGE_CAPABILITIES,
        .call = "capset(2)",
        .why = "root inside keeps eight of forty-one parts of root's power",
        .source = "capabilities(7), capabilities.c",
    },
    [STEP_SECCOMP] = {
        .name = STAGE_SECCOMP,
        .call = "prctl(PR_SET_NO_NEW_PRIVS), seccomp(2)",
        .why = "the kernel is shared, so what the program does not need of it is closed; last, "
               "because all before needs more",
        .source = "seccomp(2), seccomp.list",
    },
    [STEP_EXEC] = {
        .name = STAGE_EXEC,
        .call = "vfork(2), execve(2)",
        .why = "the new process uses pid 1's memory until it has memory of its own: no page table "
               "is copied",
        .source = "vfork(2), execve(2)",
    },
    [STEP_RUN] = {
        .name = STAGE_RUN_PROGRAM,
        .call = "rt_sigtimedwait(2), wait4(2)",
        .why = "pid 1 passes signals on and reaps orphans; when it ends, the kernel kills the rest",
        .source = "pid_namespaces(7), \"The namespace init process\"",
    },
};
/* clang-format on */

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
    case STEP_NETWORK:
    case STEP_ENTER_CGROUP:
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
