/* SPDX-License-Identifier: MIT */
/* The system call filter of a thread: what a group lists works, and anything else kills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "minivmm/devices/sandbox.h"

/* AddressSanitizer has needs of its own; no filter is loaded where it is. */
#if defined __SANITIZE_ADDRESS__
enum { FILTERS = 0 };
#else
enum { FILTERS = 1 };
#endif

static const struct sandbox_call table[] = {
    SANDBOX_CALL(SYS_write),   SANDBOX_IOCTL(FIONREAD),      SANDBOX_IOCTL(TIOCGWINSZ),
    SANDBOX_NO_CODE(SYS_mmap), SANDBOX_CALL(SYS_exit_group), SANDBOX_CALL(SYS_getppid),
};
static const struct sandbox_group group = SANDBOX_GROUP("for the test", table);
static const struct sandbox_group *const groups[] = {&group, &sandbox_basics, NULL};

/* Whether what is tried in the sandbox is survived. Anything but an orderly end is no answer. */
static bool survives(void (*attempt)(void))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct error error;
        if (sandbox_thread(groups, &error) < 0)
            _exit(2);
        attempt();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return false;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}

static void do_nothing(void)
{
}

static void do_listed(void)
{
    int value;

    if (write(2, "", 0) != 0 || getppid() <= 0)
        _exit(3);
    /* Wrong descriptors: the kernel's answer, and not the filter's. */
    if (ioctl(-1, FIONREAD, &value) != -1 || errno != EBADF || ioctl(-1, TIOCGWINSZ, &value) != -1)
        _exit(4);
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        _exit(5);
}

static void do_unlisted(void)
{
    getpgid(0);
}

static void do_other_ioctl(void)
{
    ioctl(-1, TIOCSTI, "x");
}

static void do_other_ioctl_of_the_same_kind(void)
{
    ioctl(-1, KVM_RUN, 0);
}

static void do_executable_memory(void)
{
    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void do_executable_protection(void)
{
    static char page[8192];

    mprotect((void *)(((uintptr_t)page + 4095) & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC);
}

/* getppid by its number in the x32 interface, which is the same with one bit more. */
static void do_x32(void)
{
    syscall(0x40000000 | SYS_getppid);
}

static void what_is_listed_works_and_nothing_else(void **state)
{
    (void)state;
    assert_true(survives(do_nothing));
    assert_true(survives(do_listed));
    if (!FILTERS)
        return;
    assert_false(survives(do_unlisted));
    assert_false(survives(do_other_ioctl));
    assert_false(survives(do_other_ioctl_of_the_same_kind));
    assert_false(survives(do_executable_memory));
    assert_false(survives(do_executable_protection));
    assert_false(survives(do_x32));
}

static void *enter(void *argument)
{
    struct error error;

    *(int *)argument = sandbox_thread(groups, &error);
    return NULL;
}

static void one_threads_filter_is_not_anothers(void **state)
{
    pthread_t thread;
    int result = -1;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, enter, &result), 0);
    pthread_join(thread, NULL);
    assert_int_equal(result, 0);
    assert_true(getpgid(0) > 0);
}

static void too_many_calls_are_refused(void **state)
{
    static struct sandbox_call many[600];
    const struct sandbox_group large = {"", 600, many};
    const struct sandbox_group *const list[] = {&large, NULL};
    struct error error;

    (void)state;
    assert_int_equal(sandbox_thread(list, &error), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_listed_works_and_nothing_else),
        cmocka_unit_test(one_threads_filter_is_not_anothers),
        cmocka_unit_test(too_many_calls_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
