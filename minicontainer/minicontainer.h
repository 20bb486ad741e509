/* SPDX-License-Identifier: MIT */
/*
 * libminicontainer: one program in a container, from clone3(2) to the last clean-up.
 *
 * A container is an ordinary process that the kernel shows less of the machine (namespaces), lets
 * take less of it (a cgroup) and allows to do less (capabilities, a system call filter). This
 * library makes one container per call sequence:
 *
 *     minicontainer_create()   look at the program, find out what can be limited
 *     minicontainer_start()    make the cgroup, clone into namespaces, build the root, execute
 *     minicontainer_wait()     forward signals until the program has ended
 *     minicontainer_delete()   remove the cgroup, free everything
 *
 * Each may be called once, in this order; after an error in any of them, only
 * minicontainer_delete() may follow, and it leaves no process, mount or cgroup. A process may make
 * containers one after the other, not two at a time, because the signals that are forwarded belong
 * to the whole process. All functions return 0 or a negative errno with *error filled; none prints.
 *
 * The caller must have one thread only. The program inherits descriptors 0, 1 and 2, which must be
 * open and no folders. Needs Linux 5.12.
 */
#ifndef MINICONTAINER_H
#define MINICONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/trace.h"

/* A file or folder of the host that is seen, read-only, inside. */
struct minicontainer_file {
    const char *guest; /* absolute path inside; what is missing of it is made */
    const char *host;  /* path outside, followed through symbolic links */
};

enum minicontainer_net {
    MINICONTAINER_NET_NONE, /* a network namespace of its own, with nothing but a loopback device */
    MINICONTAINER_NET_HOST, /* the caller's network namespace */
};

/* What to run and how. Zero means the default everywhere; strings stay the caller's. */
struct minicontainer_config {
    /* The program: argv[0] is its path, or a name to be found in PATH. Ends with NULL. */
    char *const *argv;
    /*
     * The folder that becomes "/", read-only; mount points missing in it (/proc, /sys, /dev, /tmp,
     * guest paths of files) are made in it, as OCI runtimes do. NULL: an empty root with the
     * program and, where it is dynamic or a script, its interpreter and libraries.
     */
    const char *rootfs;
    const struct minicontainer_file *files;
    size_t file_count;
    /*
     * Devices of the host, right below /dev, that the program may open for reading and writing.
     * Where only a group may, such as kvm, the program is a member of it (not of group 0): an
     * ordinary caller has to be one.
     */
    const char *const *devices;
    size_t device_count;

    uint64_t memory_bytes; /* ceiling for memory, without swap; 0: none */
    uint64_t cpu_millis;   /* thousandths of one CPU per unit of time; 0: no ceiling */
    uint64_t pids;         /* processes and threads, pid 1 not counted; 0: no ceiling */
    /*
     * A cgroup path, such as "/bench/a", below which the container's cgroup is made; it is created
     * where it is missing and never removed. NULL: "/virtlab" for root, else the delegated cgroup.
     */
    const char *cgroup_parent;

    bool strict; /* a limit that is refused is an error, not a warning */
    /*
     * No user namespace: root inside is root outside. Needs root. What is given as standard input,
     * output or error is then given for good: by /proc/self/fd/0 the program opens a file for
     * writing that the caller had opened for reading, if root may write it.
     */
    bool no_userns;
    /*
     * The program may make namespaces and roots of its own, in user namespaces below the
     * container's. Nothing of /proc is covered then. Not together with no_userns.
     */
    bool nested;
    bool new_time; /* a time namespace too: the uptime starts at zero */
    enum minicontainer_net net;
    const char *hostname; /* NULL: "minicontainer" */

    /* "NAME=VALUE" on top of PATH, HOME and (where the caller has it) TERM. */
    const char *const *env;
    size_t env_count;
    const char *workdir; /* NULL: "/" */
    uint32_t uid, gid;   /* inside; 0 is root there */

    /*
     * Where the caller's own command line lies in memory. Pid 1 wipes its copy, or the program
     * could read the paths of the host there (/proc/1/cmdline); so nothing here may point into it.
     * NULL: left as it is.
     */
    char *arguments;
    size_t arguments_size;

    struct trace trace; /* told of every stage and step; see common/trace.h */
    /* Told what was asked for and could not be done, one line each; NULL: nobody is. */
    void (*warn)(const char *sentence);
};

/* The ceilings that are accepted. The kernel could start no program with less, nor has more CPUs.
 */
enum {
    MINICONTAINER_MEMORY_MIN_BYTES = 512 * 1024,
    MINICONTAINER_CPU_MIN_MILLIS = 10,
    MINICONTAINER_CPU_MAX = 8192,
};

/* What can be written to /tmp where there is no ceiling for memory; else as much as the ceiling. */
enum { MINICONTAINER_TMP_BYTES = 64 * 1024 * 1024 };

struct minicontainer;

/*
 * Judge the configuration and find the program. *container is always set, to be given to
 * minicontainer_delete(), except on ENOMEM, where it is NULL.
 * Errors: EXIT_NOT_FOUND or EXIT_CANNOT_EXECUTE in error->exit_status for a program that is missing
 * or is not executable; EXIT_TOOL_FAILED for all else, such as a limit that is refused when strict.
 */
int minicontainer_create(struct minicontainer **container,
                         const struct minicontainer_config *config, struct error *error);

/*
 * Bring the container into being. Returns as soon as its first process exists and has all that the
 * caller must give it; what then fails inside is reported by minicontainer_wait(). The process dies
 * with the caller, at whatever moment that may be.
 */
int minicontainer_start(struct minicontainer *container, struct error *error);

/*
 * Wait for the program to end. Signals that other processes send to the caller meanwhile are
 * passed on to the program. *status becomes its exit status, or 128 + N when signal N ended it.
 * Errors: what failed inside before the program was executed, with error->exit_status as create's.
 */
int minicontainer_wait(struct minicontainer *container, int *status, struct error *error);

/*
 * Kill what is left, remove the cgroup, free all. NULL is allowed.
 * Errors: the cgroup that could not be removed. Freed all the same.
 */
int minicontainer_delete(struct minicontainer *container, struct error *error);

/* What minicontainer_check() found out about this machine and this user. */
struct minicontainer_ability {
    bool container;         /* a container can be started at all */
    bool userns;            /* ... with a user namespace; else only with no_userns */
    bool memory, cpu, pids; /* each limit can be set */
    const char *cgroups;    /* where the controllers are: "v1", "v2", "hybrid" or "none" */
    char reason[512];       /* why not, for the first of these that is false; else empty */
};

/* What minicontainer_check() gives its program as the only argument. */
#define MINICONTAINER_CHECK_ARGUMENT "--version"

/*
 * Find out by doing: runs containers of program, a static one that ends with 0 when it is given
 * MINICONTAINER_CHECK_ARGUMENT; what it prints goes where the caller's output goes. A machine that
 * cannot is no error; errors are a /proc that cannot be read.
 */
int minicontainer_check(const char *program, struct minicontainer_ability *ability,
                        struct error *error);

#endif
