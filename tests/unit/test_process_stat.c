/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/process_stat.h"

static uint64_t ticks_now(void)
{
    struct timespec now;
    uint64_t per_s = (uint64_t)sysconf(_SC_CLK_TCK);

    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
    return (uint64_t)now.tv_sec * per_s + (uint64_t)now.tv_nsec * per_s / 1000000000;
}

static void a_process_is_known_by_its_start_whatever_its_name(void **state)
{
    struct process_stat stat;
    int ready[2];
    char byte;
    uint64_t before = ticks_now();
    (void)state;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NAME, "a) Z 1 2 3 (b");
        if (write(ready[1], "", 1) == 1)
            raise(SIGSTOP);
        _exit(0);
    }
    uint64_t after = ticks_now();
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(waitpid(child, NULL, WUNTRACED), child);
    assert_true(process_stat_read(child, &stat));
    assert_int_equal(stat.state, 'T');
    assert_int_equal(stat.parent, getpid());
    /* To the tick: the kernel rounds down, too. */
    assert_in_range(stat.start_ticks, before, after);

    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_false(process_stat_read(child, &stat));
    assert_int_equal(stat.start_ticks, 0);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_is_known_by_its_start_whatever_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
