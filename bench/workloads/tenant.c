/* SPDX-License-Identifier: MIT */
/*
 * tenant: a small server. Does it notice when its neighbour fails, and how soon is one that failed
 * itself back?
 *
 * One iteration is one request: 64 fresh pages are written, and a child is made and buried, as a
 * server does that forks. The checksum counts what was refused: 0, all is well. In a box in which
 * no processes can be made (found by trying, before `ready`) there is the memory alone.
 *
 *     tenant [--fault KIND [--memory MIB] [--processes N] [--host BOOT_ID BOOT_TIME]]
 *
 * With --fault, one request is answered as ever, but `go 2` is one too many: then it fails in the
 * way that KIND names, and does not answer.
 *
 *     crash    it writes to address 0
 *     memory   it takes memory until it gets no more, MIB at most
 *     forks    it and all its children make children, N in all at most, for ten seconds at most
 *     loop     it does nothing any more, as fast as it can, for half a minute at most
 *     guest    it takes the system along under which it runs, if that is not the host's; where
 *              there is none at all, its processor meets an instruction that is not allowed
 *
 * What cannot be done in this box is said before `ready`, as a failure of the box (status 125).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench/workloads/protocol.h"

enum {
    PAGE_BYTES = 4096,
    REQUEST_PAGES = 64,
    MIB = 1 << 20,
    TAKEN_MIB = 16,
    MOST_MIB = 1 << 14,
    MOST_PROCESSES = 1024,
    FORKS_SECONDS = 10,
    LOOP_SECONDS = 30,
};

struct tenant {
    bool forks; /* processes can be made in this box */
    void (*fail)(const struct tenant *tenant);
    uint64_t memory_mib, processes;
    const char *host_boot_id;
    uint64_t host_boot_time;
    bool own_kernel; /* the kernel in here is certainly not the host's */
};

/* --- requests -------------------------------------------------------------------------------- */

static bool memory_refused(void)
{
    char *pages = mmap(NULL, REQUEST_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return true;
    for (size_t i = 0; i < REQUEST_PAGES; i++)
        *(volatile char *)(pages + i * PAGE_BYTES) = 1;
    munmap(pages, REQUEST_PAGES * PAGE_BYTES);
    return false;
}

static bool child_refused(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(EXIT_SUCCESS);
    if (child < 0)
        return true;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return false;
}

static uint64_t tenant_work(void *state, uint64_t iterations)
{
    const struct tenant *tenant = state;
    uint64_t refused = 0;

    if (tenant->fail && iterations > 1) {
        tenant->fail(tenant);
        protocol_fail("tenant", "the fault did not happen");
    }
    for (uint64_t i = 0; i < iterations; i++) {
        refused += memory_refused();
        refused += tenant->forks && child_refused();
    }
    return refused;
}

/* --- faults ---------------------------------------------------------------------------------- */

static void fail_by_crash(const struct tenant *tenant)
{
    (void)tenant;
    prctl(PR_SET_DUMPABLE, 0); /* no core file */
    /* cppcheck-suppress nullPointer */
    *(volatile int *)0 = 1;
}

static void fail_by_memory(const struct tenant *tenant)
{
    struct rlimit most = {tenant->memory_mib * MIB, tenant->memory_mib * MIB};

    setrlimit(RLIMIT_AS, &most); /* a second bound, where there are such limits */
    for (uint64_t taken = 0; taken < tenant->memory_mib; taken += TAKEN_MIB) {
        char *more =
            mmap(NULL, TAKEN_MIB * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED)
            break;
        madvise(more, TAKEN_MIB * MIB, MADV_HUGEPAGE); /* the sooner it is over */
        for (size_t at = 0; at < TAKEN_MIB * MIB; at += PAGE_BYTES)
            *(volatile char *)(more + at) = 1;
    }
    protocol_fail("tenant", "got no more memory");
}

/* Each process of the bomb counts itself, in memory that all of them share. */
static void fail_by_forks(const struct tenant *tenant)
{
    _Atomic uint64_t *made =
        mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return;
    alarm(FORKS_SECONDS);
    for (;;) {
        if (atomic_fetch_add(made, 1) >= tenant->processes)
            for (;;)
                pause();
        pid_t child = fork();
        if (child < 0)
            atomic_fetch_sub(made, 1);
        if (child == 0) {
            alarm(FORKS_SECONDS); /* fork(2) does not hand it on */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        }
    }
}

static void fail_by_loop(const struct tenant *tenant)
{
    (void)tenant;
    alarm(LOOP_SECONDS);
    for (;;)
        __asm__ volatile("");
}

static void fail_by_guest(const struct tenant *tenant)
{
    if (!tenant->own_kernel) {
        prctl(PR_SET_DUMPABLE, 0);
        __asm__ volatile("hlt"); /* for ring 0 only: Intel SDM, vol. 2, HLT */
        return;
    }
    int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!write(fd, "c", 1); /* a crash of the kernel, admin-guide/sysrq.rst */
    reboot(RB_AUTOBOOT);          /* a kernel that was built without it */
    pause();
}

/* --- whose kernel is this? ------------------------------------------------------------------- */

static bool read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/* When this kernel was booted, in seconds since 1970 (proc_stat(5)); 0: unknown. */
static uint64_t boot_time(void)
{
    static char text[256 * 1024]; /* the line comes after a long one about interrupts */
    uint64_t time;
    if (!read_file("/proc/stat", text, sizeof text))
        return 0;
    const char *line = strstr(text, "\nbtime ");
    return line && sscanf(line, " btime %" SCNu64, &time) == 1 ? time : 0;
}

/*
 * A mistake here would take the host down, so four things have to say so: the kernel has booted at
 * another time, under another identifier (random for each boot: random(4)), its process 1 is the
 * /init of an initial RAM file system, and we are its root, which no container makes us.
 */
static bool is_own_kernel(const struct tenant *tenant, const char *boot_id)
{
    char init[64];
    ssize_t length = readlink("/proc/1/exe", init, sizeof init);
    uint64_t booted = boot_time();

    return strlen(boot_id) == 36 && strlen(tenant->host_boot_id) == 36 &&
           strcmp(boot_id, tenant->host_boot_id) != 0 && booted != 0 &&
           (booted > tenant->host_boot_time + 1 || booted + 1 < tenant->host_boot_time) &&
           length == 5 && memcmp(init, "/init", 5) == 0 && getuid() == 0;
}

static void look_for_guest(struct tenant *tenant)
{
    char boot_id[64];

    if (!tenant->host_boot_id)
        protocol_fail("tenant", "--fault guest needs --host");
    if (!read_file("/proc/sys/kernel/random/boot_id", boot_id, sizeof boot_id))
        return; /* no system that could be asked, so none that could fail */
    boot_id[strcspn(boot_id, "\n")] = '\0';
    tenant->own_kernel = is_own_kernel(tenant, boot_id);
    if (!tenant->own_kernel)
        protocol_fail("tenant", "there is no guest that could fail: the kernel is the host's");
}

/* --- the command line ------------------------------------------------------------------------ */

static void choose_fault(struct tenant *tenant, const char *kind)
{
    static const struct {
        const char *kind;
        void (*fail)(const struct tenant *tenant);
    } faults[] = {
        {"crash",  fail_by_crash },
        {"memory", fail_by_memory},
        {"forks",  fail_by_forks },
        {"loop",   fail_by_loop  },
        {"guest",  fail_by_guest },
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(faults[i].kind, kind) == 0)
            tenant->fail = faults[i].fail;
    if (!tenant->fail)
        protocol_fail("tenant", "--fault: crash, memory, forks, loop or guest");
}

static uint64_t parse_number(const char *text, uint64_t max)
{
    uint64_t number;
    if (!protocol_parse_number(text, strlen(text), max, &number))
        protocol_fail("tenant", "a number is expected that is neither 0 nor too large");
    return number;
}

static void parse(struct tenant *tenant, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool value = i + 1 < argc;
        if (value && strcmp(argv[i], "--fault") == 0)
            choose_fault(tenant, argv[++i]);
        else if (value && strcmp(argv[i], "--memory") == 0)
            tenant->memory_mib = parse_number(argv[++i], MOST_MIB);
        else if (value && strcmp(argv[i], "--processes") == 0)
            tenant->processes = parse_number(argv[++i], MOST_PROCESSES);
        else if (i + 2 < argc && strcmp(argv[i], "--host") == 0) {
            tenant->host_boot_id = argv[++i];
            tenant->host_boot_time = parse_number(argv[++i], UINT64_MAX / 2);
        } else
            protocol_fail("tenant", "options: --fault KIND --memory MIB --processes N "
                                    "--host BOOT_ID BOOT_TIME");
    }
}

int main(int argc, char **argv)
{
    struct tenant tenant = {.memory_mib = 64, .processes = 16};

    parse(&tenant, argc, argv);
    tenant.forks = !child_refused() || errno != ENOSYS;
    if (tenant.fail == fail_by_forks && !tenant.forks)
        protocol_fail("tenant", "no processes can be made in this box");
    if (tenant.fail == fail_by_guest)
        look_for_guest(&tenant);
    return protocol_serve("tenant", tenant_work, &tenant);
}
