/* SPDX-License-Identifier: MIT */
#include "bench/probe.h"

#include <string.h>

#include "common/i18n.h"

/* In the order of the matrix: processes, files, the kernel's names, network, privileges, kernel. */
const struct probe probes[] = {
    {
     .name = "see",
     .title = N_("see processes"),
     .tries = N_("looks for a process of the host in /proc"),
     .stopped_by = N_("PID namespace"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "signal",
     .title = N_("signal a process"),
     .tries = N_("sends SIGUSR1 to a process of the host"),
     .stopped_by = N_("PID namespace"),
     .proof = PROOF_SIGNAL,
     },
    {
     .name = "ptrace",
     .title = N_("trace a process"),
     .tries = N_("attaches to a process of the host and reads its memory"),
     .stopped_by = N_("PID namespace; user namespace"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "file",
     .title = N_("read a file"),
     .tries = N_("reads a file of the host by its path"),
     .stopped_by = N_("pivot_root"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "chroot",
     .title = N_("climb out of the root"),
     .tries = N_("changes its root and climbs by .. to the real one"),
     .stopped_by = N_("pivot_root: above is nothing"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "descriptors",
     .title = N_("inherited descriptors"),
     .tries = N_("looks for descriptors that were left open"),
     .stopped_by = N_("the runtime closes all but 0, 1, 2"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "exe",
     .title = N_("overwrite the program"),
     .tries = N_("opens its own /proc/self/exe for writing"),
     .stopped_by = N_("read-only mount"),
     .proof = PROOF_INODE,
     },
    {
     .name = "mount",
     .title = N_("mount a file system"),
     .tries = N_("mounts a tmpfs"),
     .stopped_by = N_("capabilities; mount namespace"),
     .proof = PROOF_MOUNT,
     },
    {
     .name = "device",
     .title = N_("reach a disk"),
     .tries = N_("makes a node for a block device and opens it"),
     .stopped_by = N_("capabilities; user namespace"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "hostname",
     .title = N_("set the host name"),
     .tries = N_("writes back the host name"),
     .stopped_by = N_("UTS namespace"),
     .proof = PROOF_NAMESPACE,
     .namespace = "uts",
     },
    {
     .name = "shm",
     .title = N_("shared memory"),
     .tries = N_("attaches to a System V segment"),
     .stopped_by = N_("IPC namespace"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "unix-socket",
     .title = N_("abstract socket"),
     .tries = N_("connects to a service by an abstract socket"),
     .stopped_by = N_("network namespace"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "loopback",
     .title = N_("host's 127.0.0.1"),
     .tries = N_("connects to a service on the loopback device"),
     .stopped_by = N_("network namespace"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "raw-socket",
     .title = N_("raw socket"),
     .tries = N_("opens a packet socket"),
     .stopped_by = N_("network namespace; capabilities"),
     .proof = PROOF_NAMESPACE,
     .namespace = "net",
     },
    {
     .name = "terminal",
     .title = N_("type into a terminal"),
     .tries = N_("puts a character into a terminal by TIOCSTI"),
     .stopped_by = N_("a devpts of its own; seccomp"),
     .proof = PROOF_TYPED,
     },
    {
     .name = "keyring",
     .title = N_("read a key"),
     .tries = N_("reads a key by its number"),
     .stopped_by = N_("seccomp: no namespace divides keys"),
     .proof = PROOF_SECRET,
     },
    {
     .name = "root",
     .title = N_("become root"),
     .tries = N_("sets its user IDs to 0"),
     .stopped_by = N_("user namespace"),
     .proof = PROOF_ROOT,
     .namespace = "user",
     },
    {
     .name = "reboot",
     .title = N_("reboot"),
     .tries = N_("asks for the permission to reboot"),
     .stopped_by = N_("capabilities; PID namespace"),
     .proof = PROOF_NAMESPACE,
     .namespace = "pid",
     },
    {
     .name = "clock",
     .title = N_("set the clock"),
     .tries = N_("asks for the permission to set the clock"),
     .stopped_by = N_("capabilities: there is one clock"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "module",
     .title = N_("load a module"),
     .tries = N_("loads an empty kernel module"),
     .stopped_by = N_("capabilities"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "sysctl",
     .title = N_("write a sysctl"),
     .tries = N_("writes back kernel.core_pattern"),
     .stopped_by = N_("read-only /proc/sys"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "sysrq",
     .title = N_("sysrq trigger"),
     .tries = N_("opens /proc/sysrq-trigger for writing"),
     .stopped_by = N_("read-only /proc"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "release-agent",
     .title = N_("cgroup release agent"),
     .tries = N_("writes back a cgroup's release_agent"),
     .stopped_by = N_("cgroup namespace; no cgroup mounted"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "kernel-log",
     .title = N_("read the kernel log"),
     .tries = N_("reads the end of the kernel's log"),
     .stopped_by = N_("capabilities; dmesg_restrict"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "kcore",
     .title = N_("read kernel memory"),
     .tries = N_("reads from /proc/kcore"),
     .stopped_by = N_("masked path"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "bpf",
     .title = N_("load a BPF program"),
     .tries = N_("loads a BPF program that does nothing"),
     .stopped_by = N_("seccomp; capabilities"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "perf",
     .title = N_("watch every process"),
     .tries = N_("opens a counter for all processes of a processor"),
     .stopped_by = N_("seccomp; perf_event_paranoid"),
     .proof = PROOF_KERNEL,
     },
    {
     .name = "meminfo",
     .title = N_("see the host's memory"),
     .tries = N_("reads /proc/meminfo"),
     .stopped_by = N_("nothing: no namespace covers it"),
     .proof = PROOF_MEMORY,
     },
};
const size_t probes_count = sizeof probes / sizeof *probes;

const struct probe *probe_find(const char *name)
{
    for (size_t i = 0; i < probes_count; i++)
        if (strcmp(probes[i].name, name) == 0)
            return &probes[i];
    return NULL;
}
