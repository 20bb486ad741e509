/* SPDX-License-Identifier: MIT */
/*
 * libminivmm: one unmodified static x86-64 Linux program in a virtual machine of its own.
 *
 * The machine has one vCPU and no operating system. The program runs at ring 3, at the speed of the
 * processor, behind page tables that the VMM has filled in beforehand. Its system calls leave the
 * machine and are served here, by functions of this library; none is handed to the host as it is.
 *
 * Order of calls. Each returns 0, or a negative errno with *error filled; after a failure the only
 * call allowed is minivmm_destroy(), which takes a machine in any state, and NULL:
 *
 *     minivmm_create()     open /dev/kvm, make the VM, its memory and its vCPU
 *     minivmm_load()       read the ELF file, build the address space and the first stack
 *     minivmm_run()        run it to its end, once
 *     minivmm_destroy()    give everything back
 *
 * The library prints nothing, ends nothing and changes no process-wide state but this: while
 * minivmm_run() runs, SIGPIPE is ignored and SIGBUS handled, and with a timeout, SIGALRM and
 * ITIMER_REAL are used.
 */
#ifndef MINIVMM_H
#define MINIVMM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/error.h"
#include "common/trace.h"

struct minivmm;

/* The page size behind anonymous guest memory, in the guest's page tables and on the host alike. */
enum minivmm_pages {
    MINIVMM_PAGES_AUTO, /* what the program asks for by madvise(2), as on a host; else 4 KiB */
    MINIVMM_PAGES_4K,   /* 4 KiB whatever it asks */
    MINIVMM_PAGES_2M,   /* 2 MiB wherever a whole aligned block is mapped */
};

/* One host file that the program may open, for reading, under a name of its own. */
struct minivmm_file {
    const char *guest; /* resolved against /, without looking at the host: "data" is "/data" */
    const char *host;  /* a regular file; opened once, by minivmm_create() */
};

enum {
    MINIVMM_FILES_MAX = 64,
    MINIVMM_MEMORY_MIN = 4 << 20, /* bytes */
};

#define MINIVMM_MEMORY_MAX     (UINT64_C(1) << 40)
#define MINIVMM_MEMORY_DEFAULT (UINT64_C(256) << 20)

struct minivmm_config {
    /*
     * Guest memory in bytes, a multiple of 4096 from MINIVMM_MEMORY_MIN to MINIVMM_MEMORY_MAX. It
     * holds everything of the guest: program, heap, stack and page tables. The host gives a page
     * when it is first touched, and never more than this.
     */
    uint64_t memory_bytes;
    enum minivmm_pages pages;
    int64_t timeout_ns; /* the program is stopped after this long in minivmm_run(); 0: never */
    const struct minivmm_file *files;
    size_t files_count;
    int measure; /* not 0: count and time every exit, for minivmm_print_statistics() */
    struct trace trace;
};

/* How a program ended. */
enum minivmm_end {
    MINIVMM_EXITED,    /* it called exit: status is its own, 0 to 255 */
    MINIVMM_SIGNALLED, /* it would have been killed by a signal: status is the signal's number */
    MINIVMM_TIMED_OUT, /* the timeout struck */
};

struct minivmm_outcome {
    enum minivmm_end end;
    int status;
    /*
     * What should be told about the end, one line: the fault, its address and the nearest symbol,
     * or the system calls that were answered ENOSYS. Empty when there is nothing to tell. Symbol
     * names come from the program's file and may hold any byte.
     */
    char report[512];
};

/*
 * Make a machine. *config is copied, with the pointers in it; files and trace.context must outlive
 * the machine.
 * Errors: what /dev/kvm says (ENOENT and EACCES in words), EINVAL for a value out of its range, and
 * what open(2) says about a file.
 */
int minivmm_create(struct minivmm **machine, const struct minivmm_config *config,
                   struct error *error);

/*
 * Load the ELF file at path, and set argv and envp (both ended by NULL) on its stack.
 * error->exit_status is 127 where there is no such file, 126 for what cannot run: not static,
 * not for x86-64, truncated, or with headers that make no sense.
 */
int minivmm_load(struct minivmm *machine, const char *path, char *const argv[], char *const envp[],
                 struct error *error);

/*
 * Take from this process, for good, the right to everything that running and destroying a machine
 * do not need: a system call filter (seccomp) that kills the process, and no_new_privs. To be
 * called by a command that does nothing else afterwards but print; a library's user may leave it
 * out.
 */
int minivmm_confine(struct error *error);

/*
 * Run the program to its end. The program's descriptors 0, 1 and 2 are this process's own. Returns
 * 0 whenever the program ended, in whatever way; a negative errno when the machine itself failed.
 */
int minivmm_run(struct minivmm *machine, struct minivmm_outcome *outcome, struct error *error);

/* Print exits by reason and system calls by name, with counts and times (config.measure). */
void minivmm_print_statistics(const struct minivmm *machine, FILE *out);

/* Give everything back: vCPU, VM, memory, files. NULL is allowed. */
void minivmm_destroy(struct minivmm *machine);

/*
 * What /dev/kvm can do on this machine, found by running small guests; CPUID is not asked for vmx
 * or svm. Each guest has MINIVMM_PROBE_LIMIT_NS, or the time of so many exits where an exit takes
 * long (a KVM on an emulated processor), but never more than MINIVMM_PROBE_LONGEST_NS.
 */
#define MINIVMM_PROBE_LIMIT_NS    (100 * NS_PER_MS)
#define MINIVMM_PROBE_LIMIT_EXITS 10000
#define MINIVMM_PROBE_LONGEST_NS  (5 * NS_PER_S)

enum minivmm_verdict {
    MINIVMM_WORKS,
    MINIVMM_DIFFERS, /* works in another way than the processor's manual has it */
    MINIVMM_FAILS,
    MINIVMM_HANGS, /* the limit struck */
};

struct minivmm_finding {
    const char *key;   /* for JSON: "ring3_speed" */
    const char *title; /* for people */
    enum minivmm_verdict verdict;
    int64_t picoseconds; /* per turn or per exit where the guest measures one, else 0 */
    int64_t limit_ns;    /* how long the guest was waited for */
    char detail[96];
};

enum { MINIVMM_FINDINGS_MAX = 24 };

struct minivmm_probe {
    int software; /* ring 0 is emulated: KVM itself runs without hardware virtualization */
    size_t count;
    struct minivmm_finding findings[MINIVMM_FINDINGS_MAX];
};

/* Fill *probe. Fails only where no guest can be run at all. */
int minivmm_probe_kvm(struct minivmm_probe *probe, struct error *error);

/*
 * --- guest systems --------------------------------------------------------------------------
 *
 * A machine that boots a kernel: several vCPUs, RAM with a hole for devices, ACPI tables, a serial
 * port and virtio devices. The order of calls and the rules for errors are those above:
 *
 *     minivmm_system_create()     the VM, its RAM, its interrupt controllers, vCPUs and devices
 *     minivmm_system_load()       the kernel, the initial RAM file system, ACPI tables
 *     minivmm_system_run()        one thread for each vCPU and each device, until the guest ends
 *     minivmm_system_destroy()
 */
struct minivmm_system;

/* How the kernel is entered (docs/minivmm.md). */
enum minivmm_protocol {
    MINIVMM_PROTOCOL_AUTO,  /* what the file's own format and notes ask for */
    MINIVMM_PROTOCOL_LINUX, /* the 64-bit Linux boot protocol: bzImage and ELF */
    MINIVMM_PROTOCOL_PVH,   /* 32-bit entry by the ELF note XEN_ELFNOTE_PHYS32_ENTRY */
};

struct minivmm_disk {
    const char *path; /* a regular file or a block device */
    int read_only;
    int cow; /* writes go to an overlay that ends with the machine; the file is never touched */
};

struct minivmm_network {
    const char *tap; /* the name of a tap interface; NULL: a network of user space (libslirp) */
    const char *const *forwards; /* user: "tcp:HOSTPORT:GUESTPORT", ended by NULL; NULL: none */
};

enum {
    MINIVMM_CPUS_MAX = 64,
    MINIVMM_DISKS_MAX = 8,
    MINIVMM_NETWORKS_MAX = 4,
};

#define MINIVMM_SYSTEM_MEMORY_MIN (UINT64_C(32) << 20)

struct minivmm_system_config {
    const char *kernel;
    const char *initrd;  /* NULL: none */
    int initrd_extra_fd; /* a file whose whole content follows the initrd's in memory; -1: none */
    const char *append;  /* the kernel's command line; NULL: none */
    enum minivmm_protocol protocol;
    uint64_t memory_bytes; /* a multiple of 4096 */
    unsigned cpus;         /* 1 to MINIVMM_CPUS_MAX */
    const int *pins;       /* for each vCPU the host's processor it stays on; NULL: no pinning */
    const struct minivmm_disk *disks;
    size_t disks_count;
    const struct minivmm_network *networks;
    size_t networks_count;
    int random; /* not 0: a virtio entropy device */
    /*
     * The virtio console's ports, host descriptors each, -1 where there is none: the terminal is
     * the guest's hvc0; the others are the streams of a program that its init starts, by name.
     */
    struct {
        int console_in, console_out;
        int stdin_fd, stdout_fd, stderr_fd;
    } ports;
    int serial_in, serial_out; /* the first serial port; -1: nothing is read, output is dropped */
    int escapes;        /* not 0: Ctrl-A x in serial_in or ports.console_in ends the machine */
    int64_t timeout_ns; /* from the start of minivmm_system_run(); 0: never */
    /*
     * Not 0: minivmm_system_run() takes from each thread, its caller's for good, the right to all
     * system calls but those that running, telling about and destroying the machine need.
     */
    int sandbox;
    int measure; /* not 0: take the time of each exit, for minivmm_system_print_statistics() */
    struct trace trace;
};

enum minivmm_system_end {
    MINIVMM_SYSTEM_POWERED_OFF,
    MINIVMM_SYSTEM_REBOOTED,     /* the guest asked for a reset: with panic=-1, after a panic too */
    MINIVMM_SYSTEM_TRIPLE_FAULT, /* the processor gave up: the guest's state makes no sense to it */
    MINIVMM_SYSTEM_EXITED,       /* by the debug exit port: status is what the guest wrote */
    MINIVMM_SYSTEM_TIMED_OUT,
    MINIVMM_SYSTEM_SIGNALLED, /* this process got SIGTERM, SIGINT or SIGHUP: status is the number */
    MINIVMM_SYSTEM_QUIT,      /* Ctrl-A x on the console */
    MINIVMM_SYSTEM_FAILED,    /* the VMM or KVM could not go on: minivmm_system_run() returns it */
};

struct minivmm_system_outcome {
    enum minivmm_system_end end;
    int status; /* with TRIPLE_FAULT: the number of the vCPU */
    /* The guest's init told that it was about to start the program (LAYOUT_PORT_MARK, 2). */
    int program_started;
};

/*
 * Make a machine as *config says. The struct is copied, with the pointers in it: what they point
 * at, and all descriptors, must outlive the machine. Images and network interfaces are opened here.
 * Errors: what /dev/kvm says, EINVAL for a value out of its range, and what open(2) says about an
 * image or an interface.
 */
int minivmm_system_create(struct minivmm_system **system,
                          const struct minivmm_system_config *config, struct error *error);

/*
 * Put the kernel and its initial RAM file system into memory, write the ACPI tables, and let the
 * first vCPU stand at the kernel's entry. error->exit_status is 127 where there is no such file,
 * 126 for what is no kernel, or a damaged one, or one that does not fit.
 */
int minivmm_system_load(struct minivmm_system *system, struct error *error);

/*
 * Run the guest to its end, once. Meanwhile SIGTERM, SIGINT and SIGHUP end the machine, SIGPIPE is
 * blocked, and SIGBUS and the first real-time signal are handled. Returns 0 in whatever way the
 * guest ended; a negative errno when the machine itself failed, or output of the guest was lost.
 */
int minivmm_system_run(struct minivmm_system *system, struct minivmm_system_outcome *outcome,
                       struct error *error);

/* Copy the last bytes that the guest sent to the serial port; returns how many, at most size. */
size_t minivmm_system_recent(struct minivmm_system *system, char *to, size_t size);

/* Exits by reason, by device and up to /init, the devices' work, and the time of each vCPU. */
void minivmm_system_print_statistics(const struct minivmm_system *system, FILE *out);

/* Give everything back. NULL is allowed. */
void minivmm_system_destroy(struct minivmm_system *system);

#endif
