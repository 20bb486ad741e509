/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/harness/workload.h"
#include "bench/process/guard.h"
#include "bench/process/memory.h"
#include "bench/process/process.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/exitcode.h"

/* A word of an argv, which execve(2) wants writable. */
#define WORD(text) ((char[]){text})

static char *empty_environment[] = {NULL};

static int start(struct process *process, const char *script, bool input, int64_t timeout_ns,
                 struct error *error)
{
    char *argv[] = {WORD("/bin/sh"), WORD("-c"), (char *)script, NULL};
    struct process_options options = {
        .argv = argv,
        .envp = empty_environment,
        .input = input,
        .timeout_ns = timeout_ns,
        .cpu = -1,
    };
    return process_start(process, &options, error);
}

/* Runs a shell script to its end; what it wrote goes to output, its exit status is returned. */
static int run_script(const char *script, char *output, size_t size)
{
    struct process process;
    struct error error;
    enum process_event event;
    size_t used = 0;

    assert_int_equal(start(&process, script, false, 0, &error), 0);
    while ((event = process_next(&process)) == PROCESS_OUTPUT) {
        assert_true(used + process.output_length < size);
        memcpy(output + used, process.output, process.output_length);
        used += process.output_length;
    }
    assert_int_equal(event, PROCESS_ENDED);
    output[used] = '\0';
    process_close(&process);
    return process.exit;
}

static void output_and_status_arrive(void **state)
{
    char output[256];
    (void)state;

    assert_int_equal(run_script("echo one; echo two; exit 3", output, sizeof output), 3);
    assert_string_equal(output, "one\ntwo\n");
    assert_int_equal(run_script("kill -9 $$", output, sizeof output), EXIT_SIGNAL_BASE + SIGKILL);
    assert_int_equal(run_script("exit 0", output, sizeof output), 0);
    assert_string_equal(output, "");
}

static void the_program_has_a_clean_start(void **state)
{
    char output[512], expected[64];
    (void)state;

    /* As the harness does with what it inherits. */
    close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    guard_forget_ignored_signals();
    assert_int_equal(run_script("grep -E 'SigBlk|SigIgn' /proc/self/status; ls /proc/self/fd; "
                                "ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat; "
                                "echo $$; env | grep -v -E '^(PWD|SHLVL|_|OLDPWD)='",
                                output, sizeof output),
                     1); /* grep finds no variable */
    assert_non_null(strstr(output, "SigBlk:\t0000000000000000"));
    assert_non_null(strstr(output, "SigIgn:\t0000000000000000"));
    assert_non_null(strstr(output, "0\n1\n2\n3\n")); /* 3 is ls reading the folder */
    assert_null(strstr(output, "\n4\n"));
    /* Its session is its own: the session's number is its pid. */
    long sid = 0, pid = 0;
    char *at = strstr(output, "0\n1\n2\n3\n") + 8;
    assert_int_equal(sscanf(at, "%ld %ld", &sid, &pid), 2);
    assert_int_equal(sid, pid);
    snprintf(expected, sizeof expected, "%ld\n", pid);
    assert_string_equal(output + strlen(output) - strlen(expected), expected);
}

static void what_cannot_be_executed_is_told_with_its_status(void **state)
{
    static const struct {
        const char *path;
        int exit_status;
    } wrong[] = {
        {"/nonexistent/program", EXIT_NOT_FOUND     },
        {"/etc/passwd",          EXIT_CANNOT_EXECUTE},
        {"/tmp",                 EXIT_CANNOT_EXECUTE},
    };
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *argv[] = {(char *)wrong[i].path, NULL};
        struct process_options options = {.argv = argv, .envp = empty_environment, .cpu = -1};
        struct process process;
        struct error error;

        assert_true(process_start(&process, &options, &error) < 0);
        assert_int_equal(error.exit_status, wrong[i].exit_status);
        assert_non_null(strstr(error.text, wrong[i].path));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* and no zombie is left */
        assert_int_equal(errno, ECHILD);
    }
}

static void a_deadline_ends_what_never_ends(void **state)
{
    struct process process;
    struct error error;
    enum process_event event;
    (void)state;

    assert_int_equal(
        start(&process, "while :; do echo again; done", false, 100 * NS_PER_MS, &error), 0);
    while ((event = process_next(&process)) == PROCESS_OUTPUT)
        ;
    assert_int_equal(event, PROCESS_TIMED_OUT);
    process_kill(&process);
    assert_int_equal(kill(process.pid, 0), -1);
    assert_int_equal(process.exit, EXIT_SIGNAL_BASE + SIGKILL);
}

static void a_caller_can_be_woken_meanwhile(void **state)
{
    struct process process;
    struct error error;
    (void)state;

    assert_int_equal(start(&process, "exec sleep 1000", false, 0, &error), 0);
    process.wake_ns = clock_now_ns() + NS_PER_MS;
    assert_int_equal(process_next(&process), PROCESS_WOKEN);
    assert_int_equal(process.wake_ns, 0);
    process_kill(&process);
    process_kill(&process); /* safe in every state */
}

static void the_last_line_of_its_errors_is_kept(void **state)
{
    struct process process;
    struct error error;
    char line[64];
    (void)state;

    assert_int_equal(start(&process,
                           "i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done; "
                           "printf '  the reason \\n\\n' >&2",
                           false, 0, &error),
                     0);
    while (process_next(&process) != PROCESS_ENDED)
        ;
    process_last_error_line(&process, line, sizeof line);
    assert_string_equal(line, "the reason");
    assert_true(process.errors_length <= sizeof process.errors);
    process_close(&process);

    process.errors_length = 0;
    process_last_error_line(&process, line, sizeof line);
    assert_string_equal(line, "");
}

static void whatever_it_leaves_behind_is_killed(void **state)
{
    char output[64];
    (void)state;

    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    /* A daemon: a session of its own, its parent gone, the pipe still open. */
    assert_int_equal(run_script("setsid sh -c 'sleep 1000 & echo $!; exec sleep 1000' & read -r x "
                                "</dev/null; sleep 0.01; exit 0",
                                output, sizeof output),
                     0);
    assert_true(spawn_kill_all() >= 1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(spawn_kill_all(), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 0L);
}

static void nobody_left_behind_can_keep_it_from_ending(void **state)
{
    enum { PIPE_BYTES = 1 << 20 };
    struct process process;
    struct error error;
    enum process_event event;
    size_t after = 0, stood = 0;
    int standing = 0;
    (void)state;

    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    assert_int_equal(
        start(&process, "setsid yes & setsid yes & exec sleep 1000", false, 20 * NS_PER_S, &error),
        0);
    /* A large pipe, so that the writers are awake again long before it has been read. */
    assert_int_equal(fcntl(process.output_fd, F_SETPIPE_SZ, PIPE_BYTES), PIPE_BYTES);
    while (standing < PIPE_BYTES - 65536)
        assert_int_equal(ioctl(process.output_fd, FIONREAD, &standing), 0);
    kill(process.pid, SIGTERM);
    while ((event = process_next(&process)) == PROCESS_OUTPUT) {
        if (process.ended && stood == 0)
            stood = process.output_length + (size_t)process.output_left;
        after += process.ended ? process.output_length : 0;
    }
    assert_int_equal(event, PROCESS_ENDED);
    assert_in_range(after, stood, stood + 65536); /* up to one read more than stood there */
    process_close(&process);
    spawn_kill_all();
    prctl(PR_SET_CHILD_SUBREAPER, 0L);
}

static void it_dies_with_the_harness(void **state)
{
    int ends[2];
    char byte;
    (void)state;

    assert_int_equal(pipe(ends), 0);
    pid_t harness = fork();
    if (harness == 0) {
        char *argv[] = {WORD("/bin/sh"), WORD("-c"), WORD("exec sleep 1000"), NULL};
        struct spawn_request request = {.argv = argv,
                                        .envp = empty_environment,
                                        .input = -1,
                                        .output = ends[1],
                                        .errors = -1,
                                        .cpu = -1};
        struct spawned spawned;
        struct error error;
        spawn(&request, &spawned, &error);
        raise(SIGKILL);
    }
    close(ends[1]);
    /* The program holds the other end; its end is the end of the pipe. */
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    assert_int_equal(waitpid(harness, NULL, 0), harness);
}

static void a_tree_holds_all_descendants(void **state)
{
    struct process process;
    struct memory_usage usage = {0};
    struct tree tree;
    struct error error;
    (void)state;

    assert_int_equal(
        start(&process, "sleep 1000 & sh -c 'sleep 1000 & echo up; wait' & wait", false, 0, &error),
        0);
    assert_int_equal(process_next(&process), PROCESS_OUTPUT);
    assert_int_equal(tree_read(&tree, process.pid), 0);
    assert_int_equal(tree.pids[0], process.pid);
    assert_true(tree.count == 4);
    for (size_t i = 1; i < tree.count; i++)
        assert_int_not_equal(tree_parent(tree.pids[i]), 0);
    do { /* until a sleep has been executed in the shell's child */
        usage = (struct memory_usage){0};
        assert_int_equal(memory_read(&usage, process.pid, "/bin/sh"), 0);
    } while (usage.tool_bytes == 0);
    assert_int_equal(usage.processes, 4);
    assert_true(usage.pss_bytes > 0);
    assert_int_equal(usage.pss_bytes, usage.guest_bytes + usage.tool_bytes);
    assert_true(usage.split && usage.guest_bytes > 0 && usage.tool_bytes > 0);
    process_kill(&process);
}

static void a_branch_can_be_left_out(void **state)
{
    struct process process;
    struct tree all, some;
    struct error error;
    (void)state;

    assert_int_equal(
        start(&process, "sleep 1000 & sh -c 'sleep 1000 & echo up; wait' & wait", false, 0, &error),
        0);
    assert_int_equal(process_next(&process), PROCESS_OUTPUT);
    assert_int_equal(tree_read(&all, process.pid), 0);
    pid_t branch = tree_parent(all.pids[all.count - 1]);
    assert_int_equal(tree_read_without(&some, process.pid, &branch, 1), 0);
    assert_int_equal(some.count, all.count - 2);
    for (size_t i = 0; i < some.count; i++) {
        assert_int_not_equal(some.pids[i], branch);
        assert_true(tree_runs(some.pids[i]));
    }
    process_kill(&process);
}

static void an_account_counts_when_any_of_its_processes_runs(void **state)
{
    struct process_account account = {0};
    char *argv[] = {WORD("/bin/sh"), WORD("-c"), WORD("read line"), NULL}, *envp[] = {NULL};
    struct process_options options = {
        .argv = argv, .envp = envp, .input = true, .cpu = -1, .account = &account};
    struct process first, second;
    struct error error;
    (void)state;

    assert_int_equal(process_start(&first, &options, &error), 0);
    assert_int_equal(process_start(&second, &options, &error), 0);
    assert_int_equal(account.running, 2);
    process_kill(&first);
    assert_int_equal(account.running, 1);
    assert_int_equal(account.total_ns, 0);
    process_kill(&second);
    assert_int_equal(account.running, 0);
    assert_int_equal(account.total_ns, second.ended_ns - first.t0_ns);
    process_kill(&second);
    assert_int_equal(account.running, 0);
}

static void who_waits_to_be_waited_for_does_not_run(void **state)
{
    siginfo_t ended;
    pid_t child = fork();
    (void)state;

    if (child == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
    assert_false(tree_runs(child));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(tree_parent(child), 0);
    assert_false(tree_runs(child));
    assert_true(tree_runs(getpid()));
}

/* One that may run elsewhere is enough, whichever of them it is. */
static void a_tree_runs_where_any_of_it_may(void **state)
{
    struct process process;
    struct tree tree;
    struct error error;
    cpu_set_t ours, one;
    int cpu[2] = {-1, -1};
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof ours, &ours), 0);
    for (int i = 0, found = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET((size_t)i, &ours))
            cpu[found++] = i;
    assert_int_equal(start(&process, "sleep 1000 & echo up; wait", false, 0, &error), 0);
    assert_int_equal(process_next(&process), PROCESS_OUTPUT);
    assert_int_equal(tree_read(&tree, process.pid), 0);
    assert_int_equal(tree.count, 2);
    for (size_t i = 0; i < tree.count; i++) {
        CPU_ZERO(&one);
        CPU_SET((size_t)cpu[0], &one);
        assert_int_equal(sched_setaffinity(tree.pids[i], sizeof one, &one), 0);
    }
    assert_int_equal(tree_processors(process.pid), 1);
    assert_true(tree_is_bound(process.pid, cpu[0]));
    assert_false(tree_is_bound(process.pid, cpu[0] + 1));
    for (size_t i = 0; i < tree.count && cpu[1] >= 0; i++) {
        CPU_ZERO(&one);
        CPU_SET((size_t)cpu[1], &one);
        assert_int_equal(sched_setaffinity(tree.pids[i], sizeof one, &one), 0);
        assert_int_equal(tree_processors(process.pid), i == 0 ? 2 : 1);
        assert_true(tree_is_bound(process.pid, cpu[1]) == (i == 1));
        assert_false(tree_is_bound(process.pid, cpu[0]));
    }
    process_kill(&process);
}

static void talk(const char *script, int await, int go, enum record_status wanted, const char *why)
{
    struct workload workload = {0};
    struct workload_work work;
    enum record_status status = RECORD_OK;
    struct error error = {0};

    assert_int_equal(start(&workload.process, script, true, 300 * NS_PER_MS, &error), 0);
    signal(SIGPIPE, SIG_IGN);
    int result = workload_await_ready(&workload, &status, &error);
    if (await == 0 && result < 0)
        fail_msg("%s: %s", script, error.text);
    assert_int_equal(result < 0, await);
    if (result == 0) {
        result = workload_go(&workload, 10, &work, &status, &error);
        assert_int_equal(result < 0, go);
    }
    if (result == 0) {
        assert_int_equal(work.checksum, 0x1f);
        assert_true(work.work_ns > 0);
        result = workload_end(&workload, &status, &error);
    }
    assert_int_equal(status, wanted);
    if (why && !strstr(error.text, why))
        fail_msg("%s: '%s' does not say '%s'", script, error.text, why);
    workload_kill(&workload);
}

static void a_workload_is_believed_only_what_is_due(void **state)
{
    (void)state;
    talk("echo ready; read x; [ \"$x\" = 'go 10' ] && echo done 10 1f; read x; exit 0", 0, 0,
         RECORD_OK, NULL);
    talk("printf rea; printf 'dy\\n'; read x; printf 'done 10 '; echo 1f; read x; exit 0", 0, 0,
         RECORD_OK, NULL);
    talk("exec sleep 1000", 1, 0, RECORD_TIMEOUT, "did not say 'ready' in time");
    talk("echo ready; exec sleep 1000", 0, 1, RECORD_TIMEOUT, "did not say 'done' in time");
    talk("echo ready; read x; echo done 10 1f; exec sleep 1000", 0, 0, RECORD_TIMEOUT,
         "did not end in time");
    talk("echo hello", 1, 0, RECORD_FAILED, "something else than 'ready'");
    talk("echo why not >&2; exit 3", 1, 0, RECORD_FAILED, "status 3 before 'ready': why not");
    talk("yes", 1, 0, RECORD_FAILED, "something else than 'ready'");
    talk("yes ready", 1, 0, RECORD_FAILED, "something else than 'ready'");
    talk("echo ready; read x; echo done 11 1f", 0, 1, RECORD_FAILED, "something else than 'done'");
    talk("echo ready; exit 4", 0, 1, RECORD_FAILED, "status 4 before 'done'");
    talk("echo ready; read x; echo done 10 1f; exit 5", 0, 0, RECORD_FAILED,
         "status 5 before 'the end'");
    talk("echo ready; read x; echo done 10 1f; read x; echo more", 0, 0, RECORD_FAILED,
         "something else than 'the end'");
}

static void only_a_whole_done_line_is_one(void **state)
{
    static const char *const wrong[] = {"",           "done",
                                        "done 7",     "done 7 ",
                                        "done 8 1",   "done 7 1g",
                                        "done 7 1 ",  " done 7 1",
                                        "done 07 1",  "done 7  1",
                                        "done 7 0x1", "DONE 7 1",
                                        "done 7 -1",  "done 7 12345678901234567"};
    uint64_t checksum;
    (void)state;

    assert_int_equal(workload_parse_done("done 7 89fe", 7, &checksum), 0);
    assert_int_equal(checksum, 0x89fe);
    assert_int_equal(workload_parse_done("done 7 ffffffffffffffff", 7, &checksum), 0);
    assert_int_equal(checksum, UINT64_MAX);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (workload_parse_done(wrong[i], 7, &checksum) == 0)
            fail_msg("'%s' was taken", wrong[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_status_arrive),
        cmocka_unit_test(the_program_has_a_clean_start),
        cmocka_unit_test(what_cannot_be_executed_is_told_with_its_status),
        cmocka_unit_test(a_deadline_ends_what_never_ends),
        cmocka_unit_test(a_caller_can_be_woken_meanwhile),
        cmocka_unit_test(the_last_line_of_its_errors_is_kept),
        cmocka_unit_test(whatever_it_leaves_behind_is_killed),
        cmocka_unit_test(nobody_left_behind_can_keep_it_from_ending),
        cmocka_unit_test(it_dies_with_the_harness),
        cmocka_unit_test(a_tree_holds_all_descendants),
        cmocka_unit_test(a_tree_runs_where_any_of_it_may),
        cmocka_unit_test(a_branch_can_be_left_out),
        cmocka_unit_test(who_waits_to_be_waited_for_does_not_run),
        cmocka_unit_test(an_account_counts_when_any_of_its_processes_runs),
        cmocka_unit_test(a_workload_is_believed_only_what_is_due),
        cmocka_unit_test(only_a_whole_done_line_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
