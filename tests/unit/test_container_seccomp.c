/* SPDX-License-Identifier: MIT */
/* The container's system call filter, run call by call on a machine of our own for classic BPF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

#include "minicontainer/seccomp.h"

/* Which of the two filters is asked. */
static bool nested;

static uint32_t judge_data(const struct seccomp_data *data)
{
    const struct sock_filter *filter;
    unsigned count = seccomp_instructions(nested, &filter);
    uint32_t accumulator = 0;

    for (unsigned at = 0; at < count; at++) {
        const struct sock_filter *i = &filter[at];
        bool taken;
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            assert_true(i->k + sizeof accumulator <= sizeof *data);
            memcpy(&accumulator, (const char *)data + i->k, sizeof accumulator);
            continue;
        case BPF_RET | BPF_K:
            return i->k;
        case BPF_JMP | BPF_JEQ | BPF_K:
            taken = accumulator == i->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            taken = accumulator >= i->k;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            taken = (accumulator & i->k) != 0;
            break;
        default: /* nor may there be any that the kernel does not follow: see make_seccomp.c */
            fail_msg("unexpected instruction 0x%x", i->code);
            return 0;
        }
        at += taken ? i->jt : i->jf;
    }
    fail_msg("the filter has no end");
    return 0;
}

static uint32_t judge(long number, unsigned argument, uint64_t value)
{
    struct seccomp_data data = {.nr = (int)number, .arch = AUDIT_ARCH_X86_64};

    data.args[argument] = value;
    return judge_data(&data);
}

enum { ALLOWED = SECCOMP_RET_ALLOW };
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
#define ABSENT  (SECCOMP_RET_ERRNO | ENOSYS)

static void calls_of_ordinary_programs_are_allowed(void **state)
{
    static const int calls[] = {
        SYS_read,         SYS_write,      SYS_openat,       SYS_close,     SYS_mmap,
        SYS_brk,          SYS_fork,       SYS_vfork,        SYS_execve,    SYS_exit_group,
        SYS_wait4,        SYS_futex,      SYS_rt_sigaction, SYS_getrandom, SYS_clock_gettime,
        SYS_epoll_pwait2, SYS_statx,      SYS_rseq,         SYS_prctl,     SYS_arch_prctl,
        SYS_connect,      SYS_getdents64, SYS_ptrace,       SYS_uname,     452 /* fchmodat2 */,
    };
    (void)state;

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_int_equal(judge(calls[i], 0, 0), ALLOWED);
}

static void calls_on_the_whole_kernel_are_refused(void **state)
{
    static const int calls[] = {
        SYS_mount,
        SYS_umount2,
        SYS_pivot_root,
        SYS_chroot,
        SYS_setns,
        SYS_unshare,
        SYS_bpf,
        SYS_keyctl,
        SYS_add_key,
        SYS_request_key,
        SYS_io_uring_setup,
        SYS_io_uring_enter,
        SYS_userfaultfd,
        SYS_perf_event_open,
        SYS_init_module,
        SYS_finit_module,
        SYS_kexec_load,
        SYS_reboot,
        SYS_settimeofday,
        SYS_clock_settime,
        SYS_sethostname,
        SYS_swapon,
        SYS_iopl,
        SYS_open_by_handle_at,
        SYS_syslog,
        SYS_acct,
        SYS_open_tree,
        SYS_move_mount,
        SYS_fsopen,
        SYS_mount_setattr,
        SYS_pidfd_getfd,
        SYS_delete_module,
        SYS_quotactl,
        SYS_fanotify_init,
        SYS_kexec_file_load,
        SYS_ioperm,
    };
    (void)state;

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_int_equal(judge(calls[i], 0, 0), REFUSED);
}

static void unknown_calls_do_not_exist(void **state)
{
    (void)state;

    assert_int_equal(judge(470, 0, 0), ABSENT);
    assert_int_equal(judge(1000000, 0, 0), ABSENT);
    assert_int_equal(judge(-1, 0, 0), ABSENT);
    assert_int_equal(judge(SYS_clone3, 0, 0), ABSENT);
    /* The x32 ABI. */
    assert_int_equal(judge(0x40000000 + SYS_read, 0, 0), ABSENT);
    assert_int_equal(judge(0x40000000 + SYS_mount, 0, 0), ABSENT);
}

static void other_instruction_sets_are_killed(void **state)
{
    const struct seccomp_data data = {.nr = 20, .arch = AUDIT_ARCH_I386};
    (void)state;

    assert_int_equal(judge_data(&data), SECCOMP_RET_KILL_PROCESS);
}

static void clone_makes_processes_but_no_namespaces(void **state)
{
    static const uint64_t namespaces[] = {0x00020000, 0x02000000, 0x04000000, 0x08000000,
                                          0x10000000, 0x20000000, 0x40000000};
    (void)state;

    assert_int_equal(judge(SYS_clone, 0, 17), ALLOWED);
    assert_int_equal(judge(SYS_clone, 0, 0x003d0f00), ALLOWED); /* a thread */
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        assert_int_equal(judge(SYS_clone, 0, namespaces[i] | 17), REFUSED);
        assert_int_equal(judge(SYS_clone, 0, namespaces[i] | 0xffffffff00000000), REFUSED);
    }
}

static void ioctls_into_terminals_are_refused_on_32_bits(void **state)
{
    (void)state;

    assert_int_equal(judge(SYS_ioctl, 1, 0x5401), ALLOWED); /* TCGETS */
    assert_int_equal(judge(SYS_ioctl, 1, 0x5412), REFUSED); /* TIOCSTI */
    assert_int_equal(judge(SYS_ioctl, 1, 0x541c), REFUSED); /* TIOCLINUX */
    assert_int_equal(judge(SYS_ioctl, 1, 0x7fffffff00005412), REFUSED);
    /* Another argument does not count. */
    assert_int_equal(judge(SYS_ioctl, 2, 0x5412), ALLOWED);
}

static void sockets_of_common_families_are_allowed(void **state)
{
    static const int families[] = {1, 2, 10, 16};
    (void)state;

    for (unsigned family = 0; family < 50; family++) {
        bool common = false;
        for (size_t i = 0; i < sizeof families / sizeof *families; i++)
            common |= family == (unsigned)families[i];
        assert_int_equal(judge(SYS_socket, 0, family), common ? ALLOWED : REFUSED);
    }
}

/* With --nested a program may make namespaces and mounts, and nothing else that it else may not. */
static void nested_allows_what_a_container_runtime_does(void **state)
{
    static const int more[] = {SYS_clone,  SYS_unshare,    SYS_mount,      SYS_umount2,
                               SYS_chroot, SYS_pivot_root, SYS_sethostname};
    enum { CALLS = 500 };
    (void)state;

    /* Namespaces are asked for by clone's first argument. */
    for (int call = 0; call < CALLS; call++) {
        bool named = false;
        for (size_t i = 0; i < sizeof more / sizeof *more; i++)
            named |= call == more[i];
        nested = false;
        const uint32_t usual = judge(call, 0, 0x10000000);
        nested = true;
        const uint32_t now = judge(call, 0, 0x10000000);
        nested = false;
        assert_int_equal(now, named ? ALLOWED : usual);
        assert_true(!named || usual == REFUSED);
    }
    /* Whoever has a cgroup namespace of its own mounts the cgroups, and lifts its limits. */
    nested = true;
    assert_int_equal(judge(SYS_clone, 0, 0x12000000), REFUSED);
    assert_int_equal(judge(SYS_unshare, 0, 0x02000000), REFUSED);
    nested = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_of_ordinary_programs_are_allowed),
        cmocka_unit_test(calls_on_the_whole_kernel_are_refused),
        cmocka_unit_test(unknown_calls_do_not_exist),
        cmocka_unit_test(other_instruction_sets_are_killed),
        cmocka_unit_test(clone_makes_processes_but_no_namespaces),
        cmocka_unit_test(ioctls_into_terminals_are_refused_on_32_bits),
        cmocka_unit_test(sockets_of_common_families_are_allowed),
        cmocka_unit_test(nested_allows_what_a_container_runtime_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
