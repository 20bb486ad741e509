/* SPDX-License-Identifier: MIT */
/*
 * A cage for a program that fails: cage [--until STEP] TENANT
 *
 * The tenants are below, each with a fault of its own. The cage starts one in a process, takes from
 * it what it does not need, and says how it ended: the cage itself must survive all of them.
 *
 * Steps 3, 4 and 5 of the lab are three functions and a filter. main() at the end is complete.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MEMORY_MOST = 64 << 20, /* bytes of address space that a tenant may have */
    SECONDS_MOST = 1,       /* of processor time */
    SIGNALLED = 128,        /* what watch() adds to the number of a signal */
    STEPS = 5,
};

/* Say it on standard error; returns -1, so that a function can end with `return fail(...)`. */
static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("cage: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return -1;
}

/* --- The tenants. None does harm for long, even without a cage. ------------------------------ */

/* Each speaks with one call and no buffer, so that nothing is lost or said twice. */
static void say(const char *text)
{
    ssize_t written = write(STDOUT_FILENO, text, strlen(text));

    (void)written;
}

static void well(void)
{
    say("the tenant did its work\n");
}

static void status(void)
{
    say("the tenant ends with status 3\n");
    _exit(3);
}

static void crash(void)
{
    *(volatile int *)8 = 1;
}

static void leak(void)
{
    enum { PIECE = 1 << 20, PIECES = 256, FEW = 16 };
    int pieces = 0;

    for (char *memory; pieces < PIECES && (memory = malloc(PIECE)) != NULL; pieces++)
        memset(memory, 1, PIECE);
    say(pieces == PIECES ? "the tenant took 256 MiB, and nobody stopped it\n"
        : pieces < FEW   ? "the tenant was refused the memory that it needs\n"
                         : "the tenant was refused more memory\n");
}

static void loop(void)
{
    while (clock() < 3 * CLOCKS_PER_SEC)
        ;
    say("the tenant computed for 3 s, and nobody stopped it\n");
}

/* A process that ends at once. */
static pid_t splinter(long call)
{
    pid_t child = call == SYS_vfork ? vfork() : fork();

    if (child == 0)
        _exit(0);
    return child;
}

/* A bomb with few splinters. */
static void explode(long call)
{
    for (int i = 0; i < 20; i++) {
        pid_t child = splinter(call);
        if (child < 0) {
            say("the tenant was refused a process\n");
            return;
        }
        waitpid(child, NULL, 0);
    }
    say("the tenant made 20 processes, and nobody stopped it\n");
}

static void bomb(void)
{
    explode(SYS_clone);
}

static void bomb2(void)
{
    explode(SYS_vfork);
}

static void caller(void)
{
    say(socket(AF_INET, SOCK_STREAM, 0) < 0 ? "the tenant was refused a socket\n"
                                            : "the tenant has a socket, and may call anybody\n");
}

/* What the kernel says about the process itself. */
static void privileges(void)
{
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "CapEff", 6) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
            say(line);
}

static const struct {
    const char *name;
    void (*run)(void);
} tenants[] = {
    {"well",       well      },
    {"status",     status    },
    {"crash",      crash     },
    {"leak",       leak      },
    {"loop",       loop      },
    {"bomb",       bomb      },
    {"bomb2",      bomb2     },
    {"caller",     caller    },
    {"privileges", privileges},
};

/* --- The cage. ------------------------------------------------------------------------------- */

/* Step 4, in the tenant's process: no more than MEMORY_MOST and SECONDS_MOST. */
static int limit(void)
{
    /*@ solution 4 */
    const struct rlimit memory = {MEMORY_MOST, MEMORY_MOST};
    /*@ mutant kilobytes */
    const struct rlimit memory = {MEMORY_MOST >> 10, MEMORY_MOST >> 10};
    /*@ solution 4 */
    if (setrlimit(RLIMIT_AS, &memory) < 0)
        return fail("cannot limit the memory: %s", strerror(errno));
    /*@ solution 4 */
    /* The signal comes at the first number, at the second one that nobody can ignore. */
    const struct rlimit seconds = {SECONDS_MOST, SECONDS_MOST + 1};
    if (setrlimit(RLIMIT_CPU, &seconds) < 0)
        return fail("cannot limit the processor time: %s", strerror(errno));
    /*@ mutant no-time-limit */
    /*@ solution 4 */
    return 0;
    /*@ skeleton */
    return fail("step 4 is still to do: limit()");
    /*@ end */
}

/* Step 5, first half: no privileges, and no way to get some. */
static int drop_privileges(void)
{
    /*@ solution 5 */
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail("cannot forbid new privileges: %s", strerror(errno));
    if (syscall(SYS_capset, &header, none) < 0)
        return fail("cannot drop the capabilities: %s", strerror(errno));
    return 0;
    /*@ skeleton */
    return fail("step 5 is still to do: drop_privileges()");
    /*@ end */
}

/* One line of the filter: if the number loaded is that of this call, it fails with EPERM. */
#define REFUSE(call)                                                                               \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1),                                         \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* Step 5, second half: no new processes, no sockets. The kernel runs this program on each call. */
static int close_calls(void)
{
    /*@ solution 5 */
    struct sock_filter lines[] = {
        /* The numbers below are those of this architecture; by another one's nobody gets past. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        /*@ solution 5 */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        /*@ mutant number-not-loaded */
        /*@ solution 5 */
        /* x32's numbers are the same calls with this bit set. */
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x40000000, 0, 1),
        /*@ mutant x32-mistaken */
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x40000000, 1, 0),
        /*@ solution 5 */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        REFUSE(clone),
        REFUSE(clone3),
        REFUSE(fork),
        /*@ solution 5 */
        REFUSE(vfork),
        /*@ mutant one-way-to-fork */
        /*@ solution 5 */
        REFUSE(socket),
        /*@ mutant socket-forgotten */
        /*@ solution 5 */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof lines / sizeof *lines, lines};

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        return fail("cannot load the filter: %s", strerror(errno));
    return 0;
    /*@ skeleton */
    return fail("step 5 is still to do: close_calls()");
    /*@ end */
}

/* In the tenant's process: shut the cage as far as that step, and be the tenant. */
static void become(void (*tenant)(void), long until)
{
    if (until >= 4 && limit() < 0)
        _exit(1);
    if (until >= 5 && (drop_privileges() < 0 || close_calls() < 0))
        _exit(1);
    tenant();
    _exit(0);
}

/*
 * Step 3: make a process that calls become(), wait for its end, and return its exit status, or
 * SIGNALLED + the number of the signal that ended it; -1 when the cage itself failed.
 */
static int watch(void (*tenant)(void), long until)
{
    /*@ solution 3 */
    pid_t child = fork();
    int status;

    if (child < 0)
        return fail("cannot make a process: %s", strerror(errno));
    if (child == 0)
        become(tenant, until);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail("cannot wait: %s", strerror(errno));
    /*@ solution 3 */
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
    /*@ mutant signal-unseen */
    return WEXITSTATUS(status);
    /*@ mutant status-not-decoded */
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : status;
    /*@ skeleton */
    (void)tenant, (void)until, (void)become;
    return fail("step 3 is still to do: watch()");
    /*@ end */
}

int main(int argc, char **argv)
{
    const size_t count = sizeof tenants / sizeof *tenants;
    long until = STEPS;
    size_t i = 0;

    if (argc == 4 && strcmp(argv[1], "--until") == 0)
        until = strtol(argv[2], NULL, 10);
    else if (argc != 2)
        until = 0;
    while (i < count && strcmp(tenants[i].name, argv[argc - 1]) != 0)
        i++;
    if (until < 3 || until > STEPS || i == count) {
        fail("usage: cage [--until 3|4|5] TENANT, one of:");
        for (i = 0; i < count; i++)
            fprintf(stderr, "  %s\n", tenants[i].name);
        return 2;
    }
    int status = watch(tenants[i].run, until);
    if (status > SIGNALLED)
        fail("the tenant was ended by signal %d (%s)", status - SIGNALLED,
             strsignal(status - SIGNALLED));
    else if (status >= 0)
        fail("the tenant ended with status %d", status);
    return status < 0 || status > SIGNALLED ? 1 : status;
}
