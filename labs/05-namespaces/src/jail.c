/* SPDX-License-Identifier: MIT */
/*
 * A container by hand: jail [--until STEP] WITNESS, or jail [--until STEP] run PROGRAM ARGUMENT...
 *
 * A witness is a prisoner that tries one way out, or looks at one thing that is not its own. The
 * keeper stays outside and plants what there is to be found. The five functions of steps 1 to 5 are
 * the walls between the two; `all` asks every witness, and the last one has to say `closed`.
 */
#define _GNU_SOURCE /* unshare() and chroot() are not POSIX's */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 5 };
enum verdict { CLOSED, OPEN, BROKEN, FAILED };

/* Say it on standard error; returns -1, so that a function can end with `return fail(...)`. */
static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("jail: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return -1;
}

/* Write a whole file of the kernel's with one write(); 0 or -1, with errno. */
static int write_file(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t written = file < 0 ? -1 : write(file, text, strlen(text));

    if (file >= 0)
        close(file);
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

/* --- The witnesses. None does harm, even where nothing is closed. ---------------------------- */

/* What the keeper has planted outside. */
static pid_t keeper;
static int segment; /* of shared memory */
static struct sockaddr_un telephone = {.sun_family = AF_UNIX};
static socklen_t telephone_length;

/* The machine's name. */
static enum verdict name(void)
{
    char host[65] = "";

    gethostname(host, sizeof host - 1);
    return strcmp(host, "jail") == 0 ? CLOSED : OPEN;
}

/* Has the keeper a number here, by which it could be killed? */
static enum verdict signals(void)
{
    return kill(keeper, 0) == 0 ? OPEN : CLOSED;
}

/* Is the keeper to be seen in /proc? */
static enum verdict processes(void)
{
    char path[40];

    if (access("/proc/self/status", F_OK) < 0)
        return BROKEN; /* its own process everybody may see */
    snprintf(path, sizeof path, "/proc/%d/status", (int)keeper);
    return access(path, F_OK) == 0 ? OPEN : CLOSED;
}

/* The system's files. */
static enum verdict files(void)
{
    return access("/usr", F_OK) == 0 ? OPEN : CLOSED;
}

/* The same by a trick: whoever may chroot() once more stands outside of the new root, and goes up.
 */
static enum verdict way_back(void)
{
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    bool outside =
        here >= 0 && mkdir("aside", 0700) == 0 && chroot("aside") == 0 && fchdir(here) == 0;
    unlinkat(here, "aside", AT_REMOVEDIR);
    for (int i = 0; outside && i < 64 && chdir("..") == 0; i++)
        ;
    return access("usr", F_OK) == 0 || files() == OPEN ? OPEN : CLOSED;
}

/* A socket without a file: all of one network see it by its name. */
static enum verdict network(void)
{
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return connect(sock, (struct sockaddr *)&telephone, telephone_length) == 0 ? OPEN : CLOSED;
}

/* Memory that the keeper shares with whoever knows its number. */
static enum verdict memory(void)
{
    return shmat(segment, NULL, SHM_RDONLY) != (void *)-1 ? OPEN : CLOSED;
}

/* Any of root's powers, used or kept to be used. */
static enum verdict powers(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    if (syscall(SYS_capget, &header, data) < 0)
        return BROKEN;
    return data[0].effective | data[0].permitted | data[1].effective | data[1].permitted ? OPEN
                                                                                         : CLOSED;
}

/* No witness: what the kernel says about the prisoner. */
static enum verdict status(void)
{
    static const char *const wanted[] = {"Pid:", "Uid:", "CapEff:", "NoNewPrivs:"};
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");

    if (!file)
        return BROKEN;
    while (fgets(line, sizeof line, file))
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
                fputs(line, stdout);
    fclose(file);
    return CLOSED;
}

static const struct {
    const char *name;
    enum verdict (*ask)(void);
} witnesses[] = {
    {"name",      name     },
    {"signals",   signals  },
    {"processes", processes},
    {"files",     files    },
    {"way-back",  way_back },
    {"network",   network  },
    {"memory",    memory   },
    {"powers",    powers   },
    {"status",    status   }, /* the last: not one of `all` */
};
enum { WITNESSES = sizeof witnesses / sizeof *witnesses };

/* --- The walls. ------------------------------------------------------------------------------ */

/* Step 1: a user namespace, in which we are root; with it one for the machine's name, "jail". */
static int become_root(void)
{
    /*@ solution 1 */
    char map[40];
    const unsigned uid = geteuid(), gid = getegid(); /* asked before: inside they are nobody's */

    if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) < 0)
        return fail("cannot make a user namespace: %s", strerror(errno));
    if (write_file("/proc/self/setgroups", "deny") < 0)
        return fail("cannot deny setgroups: %s", strerror(errno));
    snprintf(map, sizeof map, "0 %u 1", uid);
    if (write_file("/proc/self/uid_map", map) < 0)
        return fail("cannot map the user: %s", strerror(errno));
    snprintf(map, sizeof map, "0 %u 1", gid);
    if (write_file("/proc/self/gid_map", map) < 0)
        return fail("cannot map the group: %s", strerror(errno));
    /*@ solution 1 */
    if (sethostname("jail", 4) < 0)
        return fail("cannot set the name: %s", strerror(errno));
    /*@ mutant name-not-set */
    /*@ solution 1 */
    return 0;
    /*@ skeleton */
    (void)write_file;
    return fail("step 1 is still to do: become_root()");
    /*@ end */
}

/*
 * Step 2: a PID namespace. Only a child is in it: it returns from here, its parent waits for it and
 * ends with its exit status.
 */
static int be_alone(void)
{
    /*@ solution 2 */
    int ended;

    if (unshare(CLONE_NEWPID) < 0)
        return fail("cannot make a PID namespace: %s", strerror(errno));
    /*@ solution 2 */
    pid_t first = fork();
    if (first < 0)
        return fail("cannot make process 1: %s", strerror(errno));
    if (first > 0) {
        while (waitpid(first, &ended, 0) < 0 && errno == EINTR)
            ;
        _exit(WIFEXITED(ended) ? WEXITSTATUS(ended) : FAILED);
    }
    /*@ mutant no-child */
    (void)ended;
    /*@ solution 2 */
    return 0;
    /*@ skeleton */
    return fail("step 2 is still to do: be_alone()");
    /*@ end */
}

/*
 * Given. On most machines all mounts are shared: what is mounted in one namespace shows in the
 * others. Not in all containers; so that yours meets the same everywhere, this makes them so, in a
 * mount namespace of its own.
 */
static int share_mounts(void)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
        return fail("cannot share the mounts: %s", strerror(errno));
    return 0;
}

/* Step 3: a mount namespace, and a root of its own: empty memory, and a /proc for this namespace.
 */
static int own_root(void)
{
    /*@ solution 3 */
    if (unshare(CLONE_NEWNS) < 0)
        return fail("cannot make a mount namespace: %s", strerror(errno));
    /*@ solution 3 */
    /* Before any other mount: what we do in here is nobody else's business. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return fail("cannot make the mounts private: %s", strerror(errno));
    /*@ mutant not-private */
    /*@ solution 3 */
    if (mount("none", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755") < 0)
        return fail("cannot mount the new root: %s", strerror(errno));
    if (mkdir("/tmp/proc", 0555) < 0)
        return fail("cannot make /proc: %s", strerror(errno));
    /*@ solution 3 */
    if (mount("none", "/tmp/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return fail("cannot mount /proc: %s", strerror(errno));
    /*@ mutant the-old-proc */
    if (mount("/proc", "/tmp/proc", NULL, MS_BIND | MS_REC, NULL) < 0)
        return fail("cannot bind /proc: %s", strerror(errno));
    /*@ mutant no-proc */
    /*@ solution 3 */
    if (chdir("/tmp") < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return fail("cannot change the root: %s", strerror(errno));
    /*@ mutant only-chroot */
    if (chdir("/tmp") < 0 || chroot(".") < 0)
        return fail("cannot change the root: %s", strerror(errno));
    /*@ solution 3 */
    /* The old root lies on the new one now. */
    if (umount2(".", MNT_DETACH) < 0)
        return fail("cannot leave the old root: %s", strerror(errno));
    /*@ mutant only-chroot */
    /*@ mutant old-root-kept */
    /*@ solution 3 */
    if (chdir("/") < 0)
        return fail("cannot enter the new root: %s", strerror(errno));
    return 0;
    /*@ skeleton */
    return fail("step 3 is still to do: own_root()");
    /*@ end */
}

/* Step 4: namespaces for the network, and for what processes share by System V's calls. */
static int leave_others(void)
{
    /*@ solution 4 */
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0)
        return fail("cannot make a network namespace: %s", strerror(errno));
    /*@ mutant network-forgotten */
    if (unshare(CLONE_NEWIPC) < 0)
        return fail("cannot make an IPC namespace: %s", strerror(errno));
    /*@ mutant memory-forgotten */
    if (unshare(CLONE_NEWNET) < 0)
        return fail("cannot make a network namespace: %s", strerror(errno));
    /*@ solution 4 */
    return 0;
    /*@ skeleton */
    return fail("step 4 is still to do: leave_others()");
    /*@ end */
}

/* Step 5: the powers that all this took are given up, for good. */
static int drop_powers(void)
{
    /*@ solution 5 */
    struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};
    /*@ solution 5 */
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    /*@ mutant only-effective */
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &self, none) < 0)
        return fail("cannot read the capabilities: %s", strerror(errno));
    none[0].effective = none[1].effective = 0;
    /*@ solution 5 */

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail("cannot forbid new privileges: %s", strerror(errno));
    if (syscall(SYS_capset, &self, none) < 0)
        return fail("cannot drop the capabilities: %s", strerror(errno));
    return 0;
    /*@ skeleton */
    return fail("step 5 is still to do: drop_powers()");
    /*@ end */
}

/* --- The keeper. Complete. ------------------------------------------------------------------- */

/* What is there to be found; all of it goes when the keeper ends. */
static int plant(void)
{
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    keeper = getpid();
    /* A name that begins with 0 is in no folder, but the network namespace's: unix(7). */
    snprintf(telephone.sun_path + 1, sizeof telephone.sun_path - 1, "jail-%d", (int)keeper);
    telephone_length =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(telephone.sun_path + 1));
    if (sock < 0 || bind(sock, (struct sockaddr *)&telephone, telephone_length) < 0 ||
        listen(sock, 16) < 0)
        return fail("cannot plant a socket: %s", strerror(errno));
    segment = shmget(IPC_PRIVATE, 4096, 0600);
    if (segment < 0 || shmat(segment, NULL, 0) == (void *)-1)
        return fail("cannot plant memory: %s", strerror(errno));
    /* Removed as soon as nobody uses it any more, however we end. */
    shmctl(segment, IPC_RMID, NULL);
    return 0;
}

/* In the prisoner's process: put up the walls as far as that step. */
static int enter(long until)
{
    if (until >= 1 && become_root() < 0)
        return -1;
    if (until >= 2 && be_alone() < 0)
        return -1;
    if (until >= 3 && (share_mounts() < 0 || own_root() < 0))
        return -1;
    if (until >= 4 && leave_others() < 0)
        return -1;
    return until >= 5 ? drop_powers() : 0;
}

/* One prisoner, and one line about it. -1: the jail could not be built. */
static int ask(size_t i, long until)
{
    static const char *const words[] = {"closed", "open", "broken"};
    int ended;
    pid_t child = fork();

    if (child < 0)
        return fail("cannot make a process: %s", strerror(errno));
    if (child == 0) {
        enum verdict verdict = enter(until) < 0 ? FAILED : witnesses[i].ask();
        fflush(stdout);
        _exit(verdict);
    }
    while (waitpid(child, &ended, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) >= FAILED)
        return -1;
    if (i < WITNESSES - 1)
        printf("%-10s %s\n", witnesses[i].name, words[WEXITSTATUS(ended)]);
    fflush(stdout);
    return 0;
}

/*
 * `run`: the prisoner is no witness of ours but any program, such as one of virtlab's probes. It is
 * opened before the walls stand, for behind them there is no such file; so it has to be a static
 * one.
 */
static int run(char **words, long until)
{
    int program = open(words[0], O_PATH | O_CLOEXEC);

    if (program < 0)
        return fail("cannot open %s: %s", words[0], strerror(errno));
    if (enter(until) < 0)
        return -1;
    /* With process 1 of a PID namespace, all of it ends. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return fail("cannot end with the keeper: %s", strerror(errno));
    syscall(SYS_execveat, program, "", words, environ, AT_EMPTY_PATH);
    return fail("cannot start %s: %s", words[0], strerror(errno));
}

int main(int argc, char **argv)
{
    char **words = argv + 1;
    long until = STEPS;
    size_t i = 0;

    if (argc > 3 && strcmp(argv[1], "--until") == 0) {
        until = strtol(argv[2], NULL, 10);
        words += 2;
    }
    bool sound = words[0] && until >= 0 && until <= STEPS;
    if (sound && words[1] && strcmp(words[0], "run") == 0)
        return run(words + 1, until) < 0 ? 125 : 0;
    while (sound && i < WITNESSES && strcmp(witnesses[i].name, words[0]) != 0)
        i++;
    if (!sound || words[1] || (i == WITNESSES && strcmp(words[0], "all") != 0)) {
        fail("usage: jail [--until 0..5] all, or run PROGRAM ARGUMENT..., or one of:");
        for (i = 0; i < WITNESSES; i++)
            fprintf(stderr, "  %s\n", witnesses[i].name);
        return 2;
    }
    if (plant() < 0)
        return 2;
    if (i < WITNESSES)
        return ask(i, until) < 0 ? 2 : 0;
    for (i = 0; i < WITNESSES - 1; i++)
        if (ask(i, until) < 0)
            return 2;
    return 0;
}
