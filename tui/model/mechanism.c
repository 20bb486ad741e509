/* SPDX-License-Identifier: MIT */
#include "tui/model/mechanism.h"

#include <string.h>

#include "bench/results/params.h"
#include "common/i18n.h"

/* What is asked of a box. */
enum work {
    WORK_START,
    WORK_COMPUTE,
    WORK_MEMORY,
    WORK_CALL,
    WORK_FAULT,
    WORK_KERNEL,
    WORK_DISK,
    WORK_FOOTPRINT,
    WORK_KERNEL_MEMORY,
    WORK_IDLE,
    WORK_IMAGE,
    WORK_REACH,
    WORK_LIMIT,
    WORK_FAILURE,
    WORK_DENSITY,
    WORK_ISOLATION, /* of no figure: mechanism_of_isolation() */
    WORKS,
};

enum box_kind { BOX_NATIVE, BOX_CONTAINER, BOX_VM, BOX_LINUX, BOX_EMULATED, BOX_KINDS };

static const char *const platforms[BOX_KINDS] = {
    [BOX_NATIVE] = "native",  [BOX_CONTAINER] = "container",   [BOX_VM] = "vm",
    [BOX_LINUX] = "vm-linux", [BOX_EMULATED] = "vm-linux-tcg",
};

/* clang-format off */
static const char *const texts[WORKS][BOX_KINDS] = {
    [WORK_START] = {
        N_("a process is cloned, the file executed (execve), and its first pages are faulted in; "
           "nothing else stands in between"),
        N_("namespaces are made, a root file system is put together and entered (pivot_root), "
           "rights and system calls are cut down (capabilities, seccomp), and then the file is "
           "executed as natively"),
        N_("a VM and a vCPU are made (ioctls of /dev/kvm), the VMM loads the file into the guest's "
           "memory itself and enters ring 3 of the guest; no kernel boots in there"),
        N_("as for a VM, and then a whole kernel boots: it finds its devices, unpacks its root file "
           "system and starts init, which starts the program"),
        N_("a whole kernel boots, and each of its instructions is translated by QEMU before it can "
           "run"),
    },
    [WORK_COMPUTE] = {
        N_("the processor executes it; the kernel is there for timer ticks alone"),
        N_("it is a process of the host as any other: namespaces and cgroups are looked at in system "
           "calls, never between two instructions"),
        N_("guest mode runs on the processor itself: an instruction that needs nobody makes no exit, "
           "and costs what it costs natively"),
        N_("guest mode runs on the processor itself; the guest's timer ticks make some exits"),
        N_("QEMU translates the guest's code block by block, and runs the translation, which is "
           "longer than the original"),
    },
    [WORK_MEMORY] = {
        N_("a miss in the TLB walks one page table; larger pages make fewer of them"),
        N_("the same page tables and the same caches as natively: nothing is added to an access"),
        N_("what is in TLB and cache is as fast as natively; a miss in the TLB walks two page tables, "
           "the guest's and the host's (EPT, NPT), or the one that a back end in software has "
           "merged of both"),
        N_("what is in TLB and cache is as fast as natively; a miss in the TLB walks two page tables, "
           "the guest's and the host's (EPT, NPT)"),
        N_("QEMU looks up each address in a TLB made of software: several instructions for one "
           "access"),
    },
    [WORK_CALL] = {
        N_("SYSCALL goes to the kernel in ring 0 and SYSRET comes back: a change of rights, not of "
           "the address space"),
        N_("the same kernel answers; before that it runs the box's filter of system calls (seccomp), "
           "each time"),
        N_("there is no kernel in the guest: a stub writes to an I/O port, which is an exit, the VMM "
           "answers, and KVM_RUN goes back. The exit is what costs"),
        N_("the guest's own kernel answers, inside of the guest: on hardware that is no exit at all. "
           "The host never hears of it"),
        N_("the guest's own kernel answers; its code is translated too"),
    },
    [WORK_FAULT] = {
        N_("a page fault: the kernel takes a free page, fills it with zeros, and maps it"),
        N_("the same fault in the same kernel, and the page is charged to the box's cgroup"),
        N_("mmap is a call that the VMM answers, by an exit, from the guest's memory; of that the host "
           "gives a page when it is first touched, which is another exit"),
        N_("two faults may meet: the guest's kernel maps a page of its memory, and the host's kernel "
           "gives the guest that memory when it is touched for the first time"),
        N_("the guest's kernel maps the page, by translated code, and QEMU's software TLB has to "
           "learn of it"),
    },
    [WORK_KERNEL] = {
        N_("the host's kernel does it"),
        N_("the host's kernel does it as natively; the filter of system calls, the accounts of the "
           "cgroup and the box's own mounts and network are what it can be longer by"),
        N_("the VMM answers the calls, each by an exit, and makes of them calls to the host"),
        N_("the guest's kernel does it among its own processes; exits come where a device, a timer "
           "or an idle processor (HLT) is in it"),
        N_("the guest's kernel does it, by translated code"),
    },
    [WORK_DISK] = {
        N_("fsync returns when the device has the data: it is the device that is waited for"),
        N_("the host's kernel, file system and device; what differs is the file system that the box "
           "has there"),
        N_("the VMM makes a call to the host of it"),
        N_("the guest's file system, then a device that the VMM makes (virtio), then the host's: a "
           "request is an exit, its answer an interrupt"),
        N_("the guest's file system, and a device that QEMU makes; all by translated code"),
    },
    [WORK_FOOTPRINT] = {
        N_("the pages that this process alone has; those of its code are shared by all copies, and "
           "count in parts"),
        N_("the program as natively, and the runtime's process that stands by"),
        N_("what the guest has touched of its memory, and the VMM around it"),
        N_("a kernel, its tables and its page cache for each guest, where processes and containers "
           "share one"),
        N_("a kernel for each guest, and QEMU with its translations"),
    },
    [WORK_KERNEL_MEMORY] = {
        N_("a task with its stack, and its page tables"),
        N_("tasks and page tables, and the structures of its namespaces, mounts and cgroup"),
        N_("what KVM keeps: the VM, the vCPU, and the page tables from guest to host"),
        N_("what KVM keeps for each vCPU and for all of the guest's memory, and the VMM's threads"),
        N_("QEMU's threads and page tables; KVM has no part in it"),
    },
    [WORK_IDLE] = {
        N_("a process that waits in read(2) is on no run queue: it takes no time"),
        N_("the program and the runtime both wait in the kernel"),
        N_("the vCPU is a thread of the VMM, which waits in a call of the host's while the program does"),
        N_("an idle guest halts (HLT), and its timers wake it up: each time is an exit"),
        N_("QEMU wakes up for the guest's timers, and translates what they do"),
    },
    [WORK_IMAGE] = {
        N_("the program"),
        N_("the program and what it needs of files; the kernel is the host's"),
        N_("the program; the VMM stands in for a kernel"),
        N_("a kernel, and a file system that it can boot with"),
        N_("a kernel, and a file system that it can boot with"),
    },
    [WORK_REACH] = {
        N_("no filter: every call that the kernel has can be made"),
        N_("the box's seccomp filters, which the kernel runs before each call"),
        N_("the program makes no call to the host; those counted are the VMM's, behind a filter of "
           "its own: what is left to whoever takes the VMM over"),
        N_("the program talks to the guest's kernel; those counted are the VMM's, behind a filter of "
           "its own"),
        N_("the program talks to the guest's kernel; those counted are QEMU's"),
    },
    [WORK_LIMIT] = {
        NULL,
        N_("a cgroup of the host's kernel: it counts pages, processes and processor time, and stops "
           "at the limit"),
        N_("the size of the machine: memory and processors that it does not have cannot be used; "
           "what is left is the VMM's to refuse"),
        N_("the size of the machine: memory and processors that it does not have cannot be used; its "
           "own kernel shares out what there is"),
        N_("the size of the machine: its own kernel shares out what there is"),
    },
    [WORK_FAILURE] = {
        N_("one kernel and nothing set aside for anybody: a process that takes all takes it from all"),
        N_("the host's kernel ends what goes beyond its cgroup, and namespaces keep signals and "
           "processes apart; one kernel is under all of them"),
        N_("the guest's memory is all that it can spoil: it ends, and its VMM's process with it"),
        N_("the guest's kernel fails, or ends a process, inside of the guest: to the host it is one "
           "process that ends"),
        N_("the guest's kernel fails, or ends a process, inside of the guest"),
    },
    [WORK_DENSITY] = {
        N_("one more process"),
        N_("one more process, its runtime, and the kernel's structures for the box"),
        N_("one more VMM, and the memory that its guest has touched"),
        N_("one more kernel in memory, with all that it keeps"),
        N_("one more kernel in memory, and QEMU"),
    },
    [WORK_ISOLATION] = {
        N_("nothing but the rights of its user: the kernel shows everybody the same processes, files "
           "and network"),
        N_("namespaces hide what is not the box's (absent), capabilities and seccomp refuse what could "
           "change the host (refused); it is the one kernel of all that does so"),
        N_("the VMM answers its system calls, knows few of them, and has files of its own only; under "
           "that lies a filter for the VMM"),
        N_("a kernel of its own: what it asks for it finds in the guest, and the way out is a device "
           "of the VMM or KVM itself"),
        N_("a kernel of its own on a processor of software: the way out is a device of QEMU"),
    },
};

/* What is asked, by experiment; and by workload or metric, where these differ. */
static const struct { const char *experiment, *word; enum work work; } works[] = {
    {"startup",   NULL,                    WORK_START},
    {"program",   NULL,                    WORK_START},
    {"overhead",  "integer",               WORK_COMPUTE},
    {"overhead",  "processes",             WORK_COMPUTE},
    {"vcores",    NULL,                    WORK_COMPUTE},
    {"overhead",  "bandwidth",             WORK_MEMORY},
    {"overhead",  "latency",               WORK_MEMORY},
    {"overhead",  "syscall",               WORK_CALL},
    {"overhead",  "fault",                 WORK_FAULT},
    {"overhead",  "switch",                WORK_KERNEL},
    {"overhead",  "fork",                  WORK_KERNEL},
    {"overhead",  "network",               WORK_KERNEL},
    {"overhead",  "file",                  WORK_KERNEL},
    {"footprint", "marginal_pss_bytes",    WORK_FOOTPRINT},
    {"footprint", "marginal_guest_bytes",  WORK_FOOTPRINT},
    {"footprint", "marginal_tool_bytes",   WORK_FOOTPRINT},
    {"footprint", "marginal_kernel_bytes", WORK_KERNEL_MEMORY},
    {"footprint", "idle_percent",          WORK_IDLE},
    {"footprint", "image_bytes",           WORK_IMAGE},
    {"image",     "ship_bytes",            WORK_IMAGE},
    {"peak",      NULL,                    WORK_FOOTPRINT},
    {"syscalls",  NULL,                    WORK_REACH},
    {"limits",    NULL,                    WORK_LIMIT},
    {"faults",    NULL,                    WORK_FAILURE},
    {"density",   NULL,                    WORK_DENSITY},
};

/* docs/formats.md, "Results", has the same as a table. */
static const struct { const char *workload, *params, *turn; } turns[] = {
    {"integer",   NULL,         N_("a step of a chain of shift, exclusive or, multiply and add")},
    {"processes", NULL,         N_("a step of such a chain, in each of several processes at once")},
    {"bandwidth", NULL,         N_("1 MiB copied, in buffers of 64 MiB")},
    {"latency",   NULL,         N_("a pointer followed through 64 MiB in random order")},
    {"syscall",   NULL,         N_("getppid(2), a system call that does next to nothing")},
    {"fault",     NULL,         N_("a byte written to a page of 4 KiB that was never touched")},
    {"switch",    NULL,         N_("a byte through a pipe to another process, and back")},
    {"fork",      NULL,         N_("a process made (fork), ended and waited for")},
    {"file",      "none",       N_("4 KiB written to a file in a tmpfs, which is in memory")},
    {"file",      "each",       N_("4 KiB written to a file, and fsync(2)")},
    {"network",   NULL,         N_("a byte over TCP on 127.0.0.1 to another process, and back")},
};

/* What neighbours have to share, whatever box they are in. */
static const struct { const char *antagonist, *text; } shared[] = {
    {"none",    N_("nobody is beside it: what the others are held against")},
    {"cpu",     N_("an aggressor that computes: both want the processor, and the scheduler gives the "
                   "victim its turn only now and then")},
    {"memory",  N_("an aggressor that takes memory: pages are taken back from all, unless each has a "
                   "ceiling of its own")},
    {"cache",   N_("an aggressor that goes through the last-level cache: the victim's data is thrown "
                   "out of it. No box divides that cache")},
    {"fork",    N_("an aggressor that makes processes: where it shares the kernel, it shares its locks, "
                   "its run queue and its process numbers")},
    {"disk",    N_("an aggressor that writes and syncs: requests of both wait in one queue of one "
                   "device")},
    {"network", N_("an aggressor that sends: the host's kernel handles its packets on the victim's "
                   "time")},
};
/* clang-format on */

static bool find_work(const struct measure *measure, enum work *work)
{
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        const char *word = works[i].word;
        if (strcmp(works[i].experiment, measure->experiment) != 0 ||
            (word && strcmp(word, measure->workload) != 0 && strcmp(word, measure->metric) != 0))
            continue;
        *work = works[i].work;
        if (strcmp(measure->workload, "file") == 0 && params_have(measure->params, "fsync", "each"))
            *work = WORK_DISK;
        return true;
    }
    return false;
}

const char *mechanism_turn(const struct measure *measure)
{
    char fsync[8];

    if (strcmp(measure->experiment, "overhead") != 0 && strcmp(measure->experiment, "vcores") != 0)
        return NULL;
    params_get(measure->params, "fsync", fsync, sizeof fsync);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        if (strcmp(turns[i].workload, measure->workload) == 0 &&
            (!turns[i].params || strcmp(turns[i].params, fsync) == 0))
            return _(turns[i].turn);
    return NULL;
}

static const char *beside(const struct measure *measure)
{
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (params_have(measure->params, "antagonist", shared[i].antagonist))
            return _(shared[i].text);
    return NULL;
}

/* Namespaces are made by a program of the host: there is no box around it. */
static bool is_of_namespaces(const struct measure *measure)
{
    char value[2];

    return *params_get(measure->params, "namespaces", value, sizeof value);
}

static const char *text_of(enum work work, const char *platform)
{
    size_t kind = BOX_NATIVE; /* hosting is that too: plain processes */

    if (strcmp(platform, "hosting") != 0)
        while (kind < BOX_KINDS && strcmp(platforms[kind], platform) != 0)
            kind++;
    return kind < BOX_KINDS && texts[work][kind] ? _(texts[work][kind]) : NULL;
}

const char *mechanism_of(const struct measure *measure, const char *platform)
{
    enum work work;

    if (strcmp(measure->experiment, "neighbours") == 0)
        return beside(measure);
    if (is_of_namespaces(measure))
        return _(
            "clone3(2) makes the new namespaces, and each kind has structures of its own to set "
            "up: a network needs a loopback device, mounts are copied one by one");
    return find_work(measure, &work) ? text_of(work, platform) : NULL;
}

const char *mechanism_of_isolation(const char *platform)
{
    return text_of(WORK_ISOLATION, platform);
}
