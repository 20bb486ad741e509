/* SPDX-License-Identifier: MIT */
/*
 * Makes each system call that minivmm serves, well and badly, and looks at the answers. With
 * "native" only what holds on every Linux is checked; with "vm" also what is minivmm's own.
 * /data holds "0123456789" (native: the file named by the second argument). Standard input is
 * "input", standard output a pipe or file. Prints what did not hold, and "checked N".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int checks, failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            dprintf(2, "line %d does not hold: %s (errno %d)\n", __LINE__, #condition, errno);     \
        }                                                                                          \
    } while (0)

/* The call must fail with that error. */
#define FAILS(error, call) CHECK((errno = 0, (call) == -1) && errno == (error))

#define PAGE         4096
#define BAD_POINTER  ((void *)0x10)           /* in the null page */
#define FAR_POINTER  ((void *)0x7ffffffff000) /* the last page below the hole */
#define HOLE_POINTER ((void *)(uintptr_t)0x8000000000000000)

static const char *data_path = "/data";

static void check_memory(void)
{
    int rw = PROT_READ | PROT_WRITE, anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

    char *end = (char *)syscall(SYS_brk, 0);
    CHECK((char *)syscall(SYS_brk, end + 3 * PAGE) == end + 3 * PAGE);
    memset(end, 1, 3 * PAGE);
    CHECK((char *)syscall(SYS_brk, end) == end);
    CHECK((char *)syscall(SYS_brk, end + PAGE) == end + PAGE);
    CHECK(end[0] == 0 || (uintptr_t)end % PAGE != 0); /* given back pages come back empty */
    CHECK((char *)syscall(SYS_brk, 1) == end + PAGE);
    CHECK((char *)syscall(SYS_brk, 1L << 62) == end + PAGE);

    char *pages = mmap(NULL, 8 * PAGE, rw, anonymous, -1, 0);
    CHECK(pages != MAP_FAILED);
    CHECK(pages[0] == 0 && pages[8 * PAGE - 1] == 0);
    memset(pages, 7, 8 * PAGE);
    CHECK(mprotect(pages, PAGE, PROT_READ) == 0);
    CHECK(pages[0] == 7);
    FAILS(EFAULT, syscall(SYS_getcwd, pages, 100)); /* the VMM too may not write there */
    CHECK(mprotect(pages, PAGE, rw) == 0);
    pages[0] = 8;
    CHECK(mprotect(pages + PAGE, PAGE, PROT_NONE) == 0);
    FAILS(EFAULT, syscall(SYS_write, 1, pages + PAGE, 1));
    CHECK(mprotect(pages + PAGE, PAGE, rw) == 0);
    CHECK(pages[PAGE] == 7); /* what was there is still there */
    CHECK(munmap(pages + 2 * PAGE, PAGE) == 0);
    FAILS(ENOMEM, mprotect(pages, 4 * PAGE, PROT_READ));
    CHECK(mprotect(pages, 2 * PAGE, rw) == 0);
    CHECK(mmap(pages + 2 * PAGE, PAGE, rw, anonymous | MAP_FIXED, -1, 0) == pages + 2 * PAGE);
    CHECK(pages[2 * PAGE] == 0);
    CHECK(mmap(pages, PAGE, rw, anonymous | MAP_FIXED, -1, 0) == pages);
    CHECK(pages[0] == 0 && pages[PAGE] == 7);
    FAILS(EEXIST, (intptr_t)mmap(pages, PAGE, rw, anonymous | MAP_FIXED_NOREPLACE, -1, 0));
    CHECK(madvise(pages + PAGE, PAGE, MADV_DONTNEED) == 0);
    CHECK(pages[PAGE] == 0);
    CHECK(madvise(pages, 8 * PAGE, MADV_WILLNEED) == 0);
    FAILS(EINVAL, madvise(pages, PAGE, 9999));
    FAILS(EINVAL, madvise(pages + 1, PAGE, MADV_DONTNEED));
    FAILS(EINVAL, munmap(pages + 1, PAGE));
    FAILS(EINVAL, munmap(pages, 0));
    FAILS(EINVAL, (intptr_t)mmap(NULL, 0, rw, anonymous, -1, 0));
    FAILS(EINVAL, (intptr_t)mmap(NULL, PAGE, rw, MAP_ANONYMOUS, -1, 0));
    FAILS(EINVAL, (intptr_t)mmap((char *)1 + PAGE * 16, PAGE, rw, anonymous | MAP_FIXED, -1, 0));
    FAILS(ENOMEM, (intptr_t)mmap(NULL, SIZE_MAX - PAGE, rw, anonymous, -1, 0));
    FAILS(ENOMEM, (intptr_t)mmap(NULL, (size_t)1 << 46, rw, anonymous, -1, 0));
    FAILS(EBADF, (intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 55, 0));
    FAILS(ENOMEM, mprotect(FAR_POINTER, PAGE, rw));
    FAILS(EINVAL, syscall(SYS_mprotect, pages + 1, PAGE, rw));
    CHECK(munmap(pages, 8 * PAGE) == 0);
    CHECK(munmap(pages, 8 * PAGE) == 0); /* nothing there is no error */

    pages = mmap(NULL, 3 * PAGE, rw, anonymous, -1, 0);
    char *blocker = pages + 2 * PAGE; /* in the way when the first two want to grow */
    strcpy(pages, "kept");
    strcpy(pages + PAGE, "second");
    FAILS(ENOMEM, (intptr_t)mremap(pages, 2 * PAGE, 600 * PAGE, 0));
    char *moved = mremap(pages, 2 * PAGE, 600 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && strcmp(moved, "kept") == 0 &&
          strcmp(moved + PAGE, "second") == 0 && moved[599 * PAGE] == 0);
    FAILS(EFAULT, syscall(SYS_write, 1, pages, 1)); /* it is gone from where it was */
    moved[599 * PAGE] = 3;
    CHECK(mremap(moved, 600 * PAGE, PAGE, 0) == moved && strcmp(moved, "kept") == 0);
    FAILS(EFAULT, syscall(SYS_write, 1, moved + PAGE, 1));
    FAILS(EFAULT, (intptr_t)mremap(FAR_POINTER, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    FAILS(EINVAL, (intptr_t)mremap(moved + 1, PAGE, 2 * PAGE, 0));
    munmap(moved, PAGE);
    munmap(blocker, PAGE);
}

/* 2 MiB pages: joined, split, protected and given back in part; contents must not change. */
static void check_huge(void)
{
    size_t huge = 2 << 20, bytes = 4 * huge;
    char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *block = (char *)(((uintptr_t)pages + huge - 1) & ~(uintptr_t)(huge - 1));

    CHECK(pages != MAP_FAILED);
    for (size_t i = 0; i < bytes; i += PAGE)
        pages[i] = (char)(i / PAGE);
    madvise(pages, bytes, MADV_HUGEPAGE);
    bool same = true;
    for (size_t i = 0; i < bytes; i += PAGE)
        same &= pages[i] == (char)(i / PAGE);
    CHECK(same);
    CHECK(mprotect(block + 5 * PAGE, PAGE, PROT_READ) == 0);
    FAILS(EFAULT, syscall(SYS_getcwd, block + 5 * PAGE, 100));
    block[6 * PAGE] = 42;
    block[4 * PAGE] = 42;
    CHECK(munmap(block + huge + PAGE, PAGE) == 0);
    FAILS(EFAULT, syscall(SYS_write, 1, block + huge + PAGE, 1));
    CHECK(block[huge] == (char)((block + huge - pages) / PAGE));
    CHECK(block[huge + 2 * PAGE] == (char)((block + huge + 2 * PAGE - pages) / PAGE));
    madvise(pages, bytes, MADV_NOHUGEPAGE);
    CHECK(block[huge] == (char)((block + huge - pages) / PAGE));
    CHECK(munmap(pages, bytes) == 0);
}

static void check_reading(void)
{
    char buffer[64] = "";

    CHECK(read(0, buffer, 2) == 2 && memcmp(buffer, "in", 2) == 0);
    struct iovec vectors[2] = {
        {buffer,      1 },
        {buffer + 10, 20}
    };
    CHECK(readv(0, vectors, 2) == 3 && buffer[0] == 'p' && memcmp(buffer + 10, "ut", 2) == 0);
    CHECK(read(0, buffer, 10) == 0); /* the end */
    CHECK(read(0, buffer, 0) == 0);
    FAILS(EBADF, read(99, buffer, 1));
    FAILS(EBADF, read(-1, buffer, 1));

    int file = open(data_path, O_RDONLY);
    CHECK(file >= 3);
    CHECK(read(file, buffer, 4) == 4 && memcmp(buffer, "0123", 4) == 0);
    CHECK(lseek(file, 0, SEEK_CUR) == 4);
    CHECK(lseek(file, -1, SEEK_END) == 9);
    CHECK(read(file, buffer, 4) == 1 && buffer[0] == '9');
    CHECK(read(file, buffer, 4) == 0);
    CHECK(lseek(file, 2, SEEK_SET) == 2);
    FAILS(EINVAL, lseek(file, -3, SEEK_SET));
    FAILS(EINVAL, lseek(file, INT64_MAX, SEEK_END));
    FAILS(EINVAL, lseek(file, 0, 77));
    CHECK(lseek(file, 2, SEEK_SET) == 2);
    CHECK(pread(file, buffer, 3, 5) == 3 && memcmp(buffer, "567", 3) == 0);
    FAILS(EINVAL, syscall(SYS_pread64, file, buffer, 3, (long)-1));
    CHECK(lseek(file, 0, SEEK_CUR) == 2);
    FAILS(EFAULT, read(file, FAR_POINTER, 3));
    FAILS(EFAULT, read(file, HOLE_POINTER, 3));
    FAILS(EBADF, write(file, "x", 1));
    CHECK(lseek(file, 0, SEEK_CUR) == 2);

    /* A copy shares the offset, a second opening does not. */
    int copy = dup(file), second = open(data_path, O_RDONLY | O_CLOEXEC);
    CHECK(copy > file && second > copy);
    CHECK(read(copy, buffer, 1) == 1 && buffer[0] == '2' && lseek(file, 0, SEEK_CUR) == 3);
    CHECK(lseek(second, 0, SEEK_CUR) == 0);
    CHECK(fcntl(second, F_GETFD) == FD_CLOEXEC && fcntl(copy, F_GETFD) == 0);
    CHECK(fcntl(copy, F_SETFD, FD_CLOEXEC) == 0 && fcntl(copy, F_GETFD) == FD_CLOEXEC);
    CHECK((fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY);
    CHECK(dup2(second, 20) == 20 && read(20, buffer, 1) == 1 && buffer[0] == '0');
    CHECK(dup2(20, 20) == 20);
    CHECK(dup3(second, 21, O_CLOEXEC) == 21);
    FAILS(EINVAL, dup3(second, second, 0));
    FAILS(EBADF, dup2(63, 22));
    FAILS(EBADF, dup(1000));
    CHECK(fcntl(file, F_DUPFD, 30) == 30);
    CHECK(fcntl(file, F_DUPFD_CLOEXEC, 30) == 31);
    FAILS(EINVAL, fcntl(file, 7777));
    for (int i = 20; i < 32; i++)
        close(i);
    char *mapped = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, second, 0);
    CHECK(mapped != MAP_FAILED && memcmp(mapped, "0123456789\0", 11) == 0);
    munmap(mapped, PAGE);
    CHECK(close(second) == 0 && close(copy) == 0);
    CHECK(lseek(file, 0, SEEK_CUR) == 3); /* still open */
    CHECK(close(file) == 0);
    FAILS(EBADF, close(file));
    FAILS(ENOENT, open("/no/such/file", O_RDONLY));
    FAILS(ENOENT, open("", O_RDONLY));
    FAILS(EFAULT, syscall(SYS_open, BAD_POINTER, O_RDONLY));
    FAILS(ENOTDIR, open(data_path, O_RDONLY | O_DIRECTORY));
    CHECK((file = openat(AT_FDCWD, data_path, O_RDONLY)) >= 0 && close(file) == 0);
}

static void check_writing(void)
{
    struct iovec vectors[3] = {
        {(char *)"writ",  4},
        {NULL,            0},
        {(char *)"ten\n", 4}
    };
    struct iovec bad[2] = {
        {(char *)"",   0},
        {HOLE_POINTER, 4}
    };

    CHECK(writev(1, vectors, 3) == 8);
    CHECK(write(1, "", 0) == 0);
    FAILS(EFAULT, writev(1, bad, 2));
    FAILS(EFAULT, writev(1, (void *)BAD_POINTER, 1));
    FAILS(EINVAL, writev(1, vectors, 1000000));
    FAILS(EFAULT, write(1, HOLE_POINTER, 8));
    FAILS(EBADF, write(77, "x", 1));
}

static void check_names(void)
{
    struct stat status;
    char text[100];

    CHECK(stat(data_path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 10);
    CHECK(lstat(data_path, &status) == 0 && status.st_size == 10);
    int file = open(data_path, O_RDONLY);
    CHECK(fstat(file, &status) == 0 && status.st_size == 10 && S_ISREG(status.st_mode));
    CHECK(fstatat(file, "", &status, AT_EMPTY_PATH) == 0 && status.st_size == 10);
    CHECK(fstatat(AT_FDCWD, data_path, &status, 0) == 0 && status.st_size == 10);
    close(file);
    CHECK(fstat(0, &status) == 0);
    CHECK(stat("/", &status) == 0 && S_ISDIR(status.st_mode));
    FAILS(ENOENT, stat("/no/such/file", &status));
    FAILS(EBADF, fstat(99, &status));
    FAILS(EFAULT, syscall(SYS_stat, data_path, BAD_POINTER));
    FAILS(EFAULT, syscall(SYS_stat, HOLE_POINTER, &status));
    CHECK(access(data_path, R_OK) == 0 && access("/", R_OK) == 0);
    CHECK(faccessat(AT_FDCWD, data_path, F_OK, 0) == 0);
    FAILS(ENOENT, access("/no/such/file", F_OK));
    CHECK(readlink("/proc/self/exe", text, sizeof text) > 1 && text[0] == '/');
    CHECK(readlinkat(AT_FDCWD, "/proc/self/exe", text, 3) == 3);
    FAILS(EINVAL, readlink(data_path, text, sizeof text));
    FAILS(ENOENT, readlink("/no/such/file", text, sizeof text));
    FAILS(EINVAL, syscall(SYS_readlink, "/proc/self/exe", text, 0));
    CHECK(syscall(SYS_getcwd, text, sizeof text) > 1 && text[0] == '/');
    FAILS(ERANGE, syscall(SYS_getcwd, text, 1));
    FAILS(ENOTTY, ioctl(0, 0x5401 /* TCGETS */, text));
    FAILS(EBADF, ioctl(99, 0x5401, text));
    CHECK(umask(022) <= 0777);
}

static void check_itself(void)
{
    struct utsname name;
    struct rlimit limit;
    struct sysinfo info;
    char text[32] = "";
    uint64_t set = 0;

    CHECK(getpid() > 0 && syscall(SYS_gettid) == getpid() && getppid() >= 0);
    CHECK(getpgrp() >= 0 && getpgid(0) >= 0 && getsid(0) >= 0);
    CHECK(getuid() == geteuid() && getgid() == getegid());
    CHECK(getgroups(0, NULL) >= 0);
    CHECK(syscall(SYS_set_tid_address, &set) == getpid());
    CHECK(syscall(SYS_set_robust_list, &set, 24) == 0);
    FAILS(EINVAL, syscall(SYS_set_robust_list, &set, 23));
    CHECK(uname(&name) == 0 && strcmp(name.sysname, "Linux") == 0);
    CHECK(strcmp(name.machine, "x86_64") == 0);
    FAILS(EFAULT, syscall(SYS_uname, BAD_POINTER));
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur > 65536);
    CHECK(syscall(SYS_getrlimit, RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 3);
    FAILS(EINVAL, syscall(SYS_getrlimit, 77, &limit));
    FAILS(ESRCH, syscall(SYS_prlimit64, 0x3fffffff, RLIMIT_CORE, NULL, &limit));
    CHECK(syscall(SYS_sysinfo, &info) == 0 && info.totalram >= info.freeram);
    CHECK(getrandom(text, sizeof text, 0) == sizeof text);
    FAILS(EFAULT, syscall(SYS_getrandom, BAD_POINTER, 4, 0));
    FAILS(EINVAL, syscall(SYS_getrandom, text, 4, 0x1000));
    uint64_t cpus[16] = {0};
    CHECK(syscall(SYS_sched_getaffinity, 0, sizeof cpus, cpus) >= 8 && cpus[0] != 0);
    FAILS(EINVAL, syscall(SYS_sched_getaffinity, 0, 3, cpus));
    CHECK(syscall(SYS_sched_yield) == 0);
    CHECK(prctl(PR_SET_NAME, "a name that is far too long") == 0);
    CHECK(prctl(PR_GET_NAME, text) == 0 && strcmp(text, "a name that is ") == 0);
    FAILS(EFAULT, prctl(PR_GET_NAME, BAD_POINTER));
    FAILS(EINVAL, prctl(99999, 0));

    uint64_t fs = 0, old;
    CHECK(syscall(SYS_arch_prctl, 0x1003 /* ARCH_GET_FS */, &fs) == 0 && fs != 0);
    CHECK(syscall(SYS_arch_prctl, 0x1002 /* ARCH_SET_FS */, fs) == 0);
    CHECK(syscall(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, 0x123000) == 0);
    CHECK(syscall(SYS_arch_prctl, 0x1004 /* ARCH_GET_GS */, &old) == 0 && old == 0x123000);
    FAILS(EPERM, syscall(SYS_arch_prctl, 0x1002, (uint64_t)1 << 63));
    FAILS(EINVAL, syscall(SYS_arch_prctl, 0x9999, 0));
}

static void check_signals(void)
{
    struct sigaction old;
    sigset_t set, before;

    CHECK(signal(SIGUSR1, SIG_IGN) == SIG_DFL);
    CHECK(sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == SIG_IGN);
    CHECK(raise(SIGUSR1) == 0); /* ignored */
    CHECK(raise(SIGCHLD) == 0); /* ignored by default */
    CHECK(kill(getpid(), 0) == 0 && kill(getpid(), SIGUSR1) == 0);
    CHECK(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1) == 0);
    FAILS(ESRCH, kill(0x3fffffff, SIGTERM));
    FAILS(EINVAL, kill(getpid(), 99));
    FAILS(EINVAL, syscall(SYS_rt_sigaction, SIGKILL, &(uint64_t[4]){1}, NULL, 8));
    FAILS(EINVAL, syscall(SYS_rt_sigaction, 99, NULL, NULL, 8));
    FAILS(EINVAL, syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK(sigprocmask(SIG_BLOCK, &set, &before) == 0 && !sigismember(&before, SIGUSR2));
    CHECK(raise(SIGUSR2) == 0);                 /* waits ... */
    CHECK(signal(SIGUSR2, SIG_IGN) == SIG_DFL); /* ... and is forgotten */
    CHECK(sigprocmask(SIG_SETMASK, &before, &set) == 0 && sigismember(&set, SIGUSR2));
    FAILS(EINVAL, syscall(SYS_rt_sigprocmask, 9, &set, NULL, 8));
    FAILS(EFAULT, syscall(SYS_rt_sigprocmask, 0, BAD_POINTER, NULL, 8));
    stack_t stack;
    CHECK(sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE));
}

static void check_time(void)
{
    struct timespec first, second, nap = {0, 1000000};
    struct timeval now;
    struct tms tms;
    struct rusage usage;

    CHECK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &first) == 0);
    CHECK(syscall(SYS_nanosleep, &nap, NULL) == 0);
    CHECK(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &nap, NULL) == 0);
    CHECK(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &first, NULL) == 0);
    CHECK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &second) == 0);
    CHECK((second.tv_sec - first.tv_sec) * 1000000000 + second.tv_nsec - first.tv_nsec >= 2000000);
    CHECK(syscall(SYS_clock_gettime, CLOCK_REALTIME, &first) == 0);
    CHECK(syscall(SYS_gettimeofday, &now, NULL) == 0 && now.tv_sec - first.tv_sec <= 1);
    CHECK(syscall(SYS_time, NULL) - first.tv_sec <= 1);
    CHECK(syscall(SYS_clock_getres, CLOCK_MONOTONIC, &second) == 0);
    FAILS(EINVAL, syscall(SYS_clock_gettime, 5555, &first));
    FAILS(EFAULT, syscall(SYS_clock_gettime, CLOCK_MONOTONIC, HOLE_POINTER));
    FAILS(EINVAL, syscall(SYS_nanosleep, &(struct timespec){0, -1}, NULL));
    FAILS(EFAULT, syscall(SYS_nanosleep, BAD_POINTER, NULL));
    CHECK(syscall(SYS_times, &tms) != -1);
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    FAILS(EINVAL, getrusage(77, &usage));
    struct pollfd polled[2] = {
        {.fd = 1,  .events = POLLOUT},
        {.fd = 99, .events = POLLIN }
    };
    CHECK(syscall(SYS_poll, polled, 2, 0) == 2 && (polled[0].revents & POLLOUT) &&
          polled[1].revents == POLLNVAL);
    FAILS(EFAULT, syscall(SYS_poll, BAD_POINTER, 1, 0));
}

/* Linux looks at 32 bits of an int; what stands in the register's upper half is nothing to it. */
static void check_ints(void)
{
    const uint64_t high = UINT64_C(1) << 32;
    struct timespec now;
    char text[144];

    CHECK(syscall(SYS_write, high | 1, "", 0) == 0);
    CHECK(syscall(SYS_fcntl, high, high | F_GETFD) >= 0);
    CHECK(syscall(SYS_fstat, high, text) == 0);
    CHECK(syscall(SYS_clock_gettime, high | CLOCK_MONOTONIC, &now) == 0);
    CHECK(syscall(SYS_rt_sigaction, high | SIGUSR1, NULL, NULL, 8) == 0);
    CHECK(syscall(SYS_prctl, high | PR_GET_NAME, text) == 0);
    CHECK(syscall(SYS_kill, high, high) == 0);
    CHECK(close((int)syscall(SYS_openat, high, data_path, high | O_RDONLY)) == 0);
    CHECK(syscall(SYS_poll, NULL, high, high) == 0);
    FAILS(EINVAL, syscall(SYS_readlink, "/proc/self/exe", text, UINT64_C(0xffffffff)));
    FAILS(EBADF, syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, high | 55, 0));
    CHECK(syscall(SYS_madvise, NULL, 0, high) == 0);
}

/* What only holds in the machine. */
static void check_machine(void)
{
    uint64_t handler[4] = {0x401000};
    char rseq[64] __attribute__((aligned(32))) = {0};

    CHECK(getpid() == 1 && getuid() == 0);
    struct stat root, data, input;
    CHECK(stat("/", &root) == 0 && stat(data_path, &data) == 0 && fstat(0, &input) == 0);
    CHECK(root.st_dev == data.st_dev && root.st_ino != data.st_ino && root.st_dev != input.st_dev);
    FAILS(ESRCH, kill(-1, SIGTERM)); /* nobody else is here */
    CHECK(raise(SIGTSTP) == 0 && raise(SIGTTIN) == 0 && raise(SIGTTOU) == 0);
    FAILS(EROFS, open(data_path, O_WRONLY));
    FAILS(EROFS, open("/new", O_WRONLY | O_CREAT, 0600));
    FAILS(EROFS, access(data_path, W_OK));
    FAILS(ENOENT, open("/etc/passwd", O_RDONLY));
    FAILS(ENOENT, open("../../../../etc/passwd", O_RDONLY));
    FAILS(EBADF, syscall(SYS_read, 3, rseq, 1)); /* /dev/kvm on the host */
    FAILS(EBADF, syscall(SYS_read, 4, rseq, 1));
    FAILS(EBADF, syscall(SYS_write, 0, "x", 1));
    FAILS(EBADF, syscall(SYS_read, 1, rseq, 1));
    FAILS(EPERM,
          (intptr_t)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    FAILS(ENOMEM, (intptr_t)mmap((void *)0x7fffffffb000, PAGE, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    FAILS(EINVAL, munmap((void *)0x7fffffffb000, PAGE));
    FAILS(ENOMEM, mprotect((void *)0x7fffffffd000, PAGE, PROT_READ | PROT_WRITE));
    FAILS(EFAULT, syscall(SYS_getcwd, 0x7fffffffe000, 100)); /* the machine's own stack */
    FAILS(EFAULT, syscall(SYS_write, 1, 0x7fffffffd000, 8));
    FAILS(ENOSYS, syscall(SYS_fork));
    FAILS(ENOSYS, syscall(SYS_clone, 0, 0, 0, 0, 0));
    FAILS(ENOSYS, syscall(SYS_execve, "/data", NULL, NULL));
    FAILS(ENOSYS, syscall(SYS_socket, 2, 1, 0));
    FAILS(ENOSYS, syscall(SYS_ptrace, 0, 0, 0, 0));
    FAILS(ENOSYS, syscall(SYS_rt_sigaction, SIGUSR1, handler, NULL, 8));
    FAILS(ENOSYS, syscall(400));
    FAILS(ENOSYS, syscall(0x40000001)); /* the x32 ABI's write */
    FAILS(ENOSYS, syscall(-1));
    static uint32_t lock = 7;
    CHECK(syscall(SYS_futex, &lock, FUTEX_WAKE_PRIVATE, 1) == 0);
    FAILS(EAGAIN, syscall(SYS_futex, &lock, FUTEX_WAIT_PRIVATE, 8, NULL));
    FAILS(EINVAL, syscall(SYS_futex, (char *)&lock + 1, FUTEX_WAKE_PRIVATE, 1));
    CHECK(syscall(SYS_rseq, rseq, 32, 0, 0x53053053) == 0 && *(uint32_t *)(rseq + 4) == 0);
    FAILS(EINVAL, syscall(SYS_rseq, rseq + 1, 32, 0, 0x53053053));
    FAILS(EFAULT, syscall(SYS_rseq, (void *)0x20, 32, 0, 0x53053053));
    FAILS(EPERM, setrlimit(RLIMIT_STACK, &(struct rlimit){1, 1}));
}

int main(int argc, char **argv)
{
    bool vm = argc > 1 && strcmp(argv[1], "vm") == 0;

    if (argc > 2)
        data_path = argv[2];
    check_memory();
    check_huge();
    check_reading();
    check_writing();
    check_names();
    check_itself();
    check_signals();
    check_time();
    check_ints();
    if (vm)
        check_machine();
    dprintf(2, "checked %d\n", checks);
    return failures > 0;
}
