/* SPDX-License-Identifier: MIT */
/* Classic BPF without the kernel: what a filter may answer; and that the kernel sees it so too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/analysis/random.h"
#include "bench/experiments/bpf.h"
#include "bench/experiments/reach.h"

#define COUNT(list)   (sizeof(list) / sizeof *(list))
#define ONLY(action)  (1u << BPF_ACTION_##action)
#define LOAD(field)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

/* Does the kernel take it, that is, do we? */
static bool loads(const struct sock_filter *instructions, size_t length)
{
    struct error error;
    struct bpf_program program = {instructions, (unsigned)length};
    int result = bpf_check(&program, &error);

    if (result < 0)
        assert_string_not_equal(error.text, "");
    return result == 0;
}

static struct bpf_answers answers_to(const struct sock_filter *instructions, size_t length,
                                     const struct seccomp_data *data, bool known)
{
    struct bpf_answers answers;
    struct error error;
    struct bpf_program program = {instructions, (unsigned)length};

    assert_true(loads(instructions, length));
    assert_int_equal(bpf_answers(&program, data, known, &answers, &error), 0);
    return answers;
}
#define ANSWERS(list, data) answers_to(list, COUNT(list), data, false)
#define RESULT(list, data)  answers_to(list, COUNT(list), data, true)

static void a_number_decides(void **state)
{
    const struct sock_filter filter[] = {
        LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 1),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct seccomp_data data = {.nr = 7};
    (void)state;

    struct bpf_answers answers = ANSWERS(filter, &data);
    assert_int_equal(answers.actions, ONLY(ERRNO));
    assert_true(answers.exact);
    assert_int_equal(answers.value, SECCOMP_RET_ERRNO | EPERM);
    data.nr = 8;
    answers = ANSWERS(filter, &data);
    assert_int_equal(answers.actions, ONLY(ALLOW));
}

static void what_arguments_decide_is_open(void **state)
{
    const struct sock_filter filter[] = {
        LOAD(args[1]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xae80, 0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 0, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        RETURN(SECCOMP_RET_ERRNO | ENOTTY),
    };
    struct seccomp_data data = {
        .args = {0, 4}
    };
    (void)state;

    struct bpf_answers answers = ANSWERS(filter, &data);
    assert_int_equal(answers.actions, ONLY(ALLOW) | ONLY(KILL_PROCESS) | ONLY(ERRNO));
    assert_false(answers.exact);
    /* With the arguments known there is one answer. */
    assert_int_equal(RESULT(filter, &data).value, SECCOMP_RET_KILL_PROCESS);
    data.args[1] = 0xae80;
    assert_int_equal(RESULT(filter, &data).value, SECCOMP_RET_ALLOW);
}

static void an_equal_word_is_known_from_there_on(void **state)
{
    /* if (A == 3 || A == 3) for ever: the second question has one answer where the first was yes */
    const struct sock_filter filter[] = {
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 1),
        RETURN(SECCOMP_RET_ERRNO | 1),
        RETURN(SECCOMP_RET_KILL_THREAD),
    };
    (void)state;
    assert_int_equal(ANSWERS(filter, &(struct seccomp_data){0}).actions, ONLY(ALLOW) | ONLY(ERRNO));
}

static void unknown_ways_that_meet_agree_on_what_they_have_in_common(void **state)
{
    /* X is 5 on both ways, memory 1 on one and 2 on the other. */
    const struct sock_filter filter[] = {
        BPF_STMT(BPF_LDX | BPF_IMM, 5),
        BPF_STMT(BPF_LD | BPF_IMM, 1),
        BPF_STMT(BPF_ST, 0),
        LOAD(args[5]),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 9, 0, 2),
        BPF_STMT(BPF_LD | BPF_IMM, 2),
        BPF_STMT(BPF_ST, 0),
        BPF_STMT(BPF_MISC | BPF_TXA, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_MEM, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_LOG),
    };
    (void)state;
    assert_int_equal(ANSWERS(filter, &(struct seccomp_data){0}).actions, ONLY(ALLOW) | ONLY(LOG));
}

static void a_returned_argument_may_be_anything(void **state)
{
    const struct sock_filter filter[] = {LOAD(args[2]), BPF_STMT(BPF_RET | BPF_A, 0)};
    struct seccomp_data data = {
        .args = {0, 0, SECCOMP_RET_TRAP | 3}
    };
    (void)state;
    assert_int_equal(ANSWERS(filter, &data).actions, (1u << BPF_ACTIONS) - 1);
    assert_false(ANSWERS(filter, &data).exact);
    assert_int_equal(RESULT(filter, &data).actions, ONLY(TRAP));
}

static void division_by_zero_kills(void **state)
{
    const struct sock_filter filter[] = {
        LOAD(args[0]),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_IMM, 8),
        BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct seccomp_data data = {.args = {2}};
    (void)state;
    assert_int_equal(ANSWERS(filter, &data).actions, ONLY(ALLOW) | ONLY(KILL_THREAD));
    assert_int_equal(RESULT(filter, &data).actions, ONLY(ALLOW));
    data.args[0] = 0;
    assert_int_equal(RESULT(filter, &data).actions, ONLY(KILL_THREAD));
}

static void hostile_programs_are_refused(void **state)
{
    static const struct sock_filter bad[][3] = {
        {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 64},         RETURN(0), RETURN(0)                  },
        {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0xfffffffc}, RETURN(0), RETURN(0)                  },
        {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 2},          RETURN(0), RETURN(0)                  },
        {{BPF_LD | BPF_W | BPF_IND, 0, 0, 0},          RETURN(0), RETURN(0)                  },
        {{BPF_LD | BPF_B | BPF_ABS, 0, 0, 0},          RETURN(0), RETURN(0)                  },
        {{BPF_JMP | BPF_JA, 0, 0, 2},                  RETURN(0), RETURN(0)                  },
        {{BPF_JMP | BPF_JA, 0, 0, 0xffffffff},         RETURN(0), RETURN(0)                  },
        {{BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 0},         RETURN(0), RETURN(0)                  },
        {{BPF_JMP | BPF_JSET | BPF_X, 0, 255, 0},      RETURN(0), RETURN(0)                  },
        {{BPF_ALU | BPF_DIV | BPF_K, 0, 0, 0},         RETURN(0), RETURN(0)                  },
        {{BPF_ALU | BPF_MOD | BPF_K, 0, 0, 3},         RETURN(0), RETURN(0)                  },
        {{BPF_ALU | BPF_LSH | BPF_K, 0, 0, 32},        RETURN(0), RETURN(0)                  },
        {{BPF_ST, 0, 0, 16},                           RETURN(0), RETURN(0)                  },
        {{BPF_LD | BPF_MEM, 0, 0, 0},                  RETURN(0), RETURN(0)                  },
        {{BPF_LDX | BPF_MEM, 0, 0, 0xffffffff},        RETURN(0), RETURN(0)                  },
        {{0xffff, 0, 0, 0},                            RETURN(0), RETURN(0)                  },
        {{BPF_RET | BPF_X, 0, 0, 0},                   RETURN(0), RETURN(0)                  },
        {RETURN(0),                                    RETURN(0), {BPF_LD | BPF_IMM, 0, 0, 0}},
    };
    /* Memory is written on one of two ways only. */
    static const struct sock_filter half[] = {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
                                              BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3),
                                              RETURN(0)};
    static struct sock_filter many[BPF_LENGTH_MAX + 1];
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(loads(bad[i], 3));
    assert_false(loads(half, COUNT(half)));
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    assert_false(loads(many, 0));
    assert_true(loads(many, BPF_LENGTH_MAX));
    assert_false(loads(many, BPF_LENGTH_MAX + 1));
}

/* Each question doubles the ways, were they followed one by one. */
static void ways_without_number_take_no_time(void **state)
{
    static struct sock_filter filter[BPF_LENGTH_MAX];
    size_t length = 0;
    (void)state;

    while (length + 3 < COUNT(filter)) {
        filter[length++] = (struct sock_filter)LOAD(args[0]);
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
    assert_int_equal(answers_to(filter, length, &(struct seccomp_data){0}, false).actions,
                     (1u << BPF_ACTIONS) - 1);
}

/* --- The kernel as the judge: random filters for a call that there is not. */

enum { NO_CALL = 999, PROLOGUE = 3, RANDOM_LENGTH = 24, ARGUMENTS = 6 };

static struct sock_filter random_instruction(struct random *random, unsigned left)
{
    static const uint16_t codes[] = {
        BPF_LD | BPF_W | BPF_ABS,
        BPF_LD | BPF_W | BPF_ABS,
        BPF_LD | BPF_W | BPF_LEN,
        BPF_LDX | BPF_W | BPF_LEN,
        BPF_LD | BPF_IMM,
        BPF_LDX | BPF_IMM,
        BPF_LD | BPF_MEM,
        BPF_LDX | BPF_MEM,
        BPF_ST,
        BPF_STX,
        BPF_MISC | BPF_TAX,
        BPF_MISC | BPF_TXA,
        BPF_ALU | BPF_NEG,
        BPF_JMP | BPF_JA,
        BPF_RET | BPF_K,
        BPF_RET | BPF_A,
        BPF_ALU | BPF_MOD,
    };
    static const uint16_t operations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
                                          BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH};
    static const uint16_t questions[] = {BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET};
    static const uint32_t actions[] = {
        SECCOMP_RET_ALLOW, SECCOMP_RET_LOG,          SECCOMP_RET_TRACE,       SECCOMP_RET_ERRNO | 5,
        SECCOMP_RET_TRAP,  SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | 4000};
    struct sock_filter i = {
        .jt = (uint8_t)random_below(random, left + (random_below(random, 20) == 0)),
        .jf = (uint8_t)random_below(random, left),
        .k = (uint32_t)random_below(random, 40),
    };
    uint16_t operand = random_below(random, 2) ? BPF_X : BPF_K;

    switch (random_below(random, 4)) {
    case 0:
        i.code =
            (uint16_t)(BPF_ALU | operand | operations[random_below(random, COUNT(operations))]);
        break;
    case 1:
        i.code = (uint16_t)(BPF_JMP | operand | questions[random_below(random, COUNT(questions))]);
        break;
    default:
        i.code = codes[random_below(random, COUNT(codes))];
    }
    if (i.code == (BPF_LD | BPF_W | BPF_ABS)) /* not where the call is made from */
        i.k = 4 * (uint32_t)random_below(random, 2) + (random_below(random, 4) ? 16 : 0) +
              8 * (uint32_t)random_below(random, 5);
    if (i.code == (BPF_LD | BPF_W | BPF_ABS) && (i.k == 8 || i.k == 12))
        i.k = 0;
    if (i.code == (BPF_JMP | BPF_JA))
        i.k = (uint32_t)random_below(random, left);
    if (i.code == BPF_ST || i.code == BPF_STX || BPF_MODE(i.code) == BPF_MEM)
        i.k = (uint32_t)random_below(random, 3);
    if (i.code == (BPF_RET | BPF_K))
        i.k = actions[random_below(random, COUNT(actions))];
    return i;
}

static void make_filter(struct random *random, struct sock_filter filter[])
{
    /* Other calls are let through: the process that tries it has to end. */
    filter[0] = (struct sock_filter)LOAD(nr);
    filter[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NO_CALL, 1, 0);
    filter[2] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    for (unsigned i = PROLOGUE; i < RANDOM_LENGTH - 1; i++)
        filter[i] = random_instruction(random, RANDOM_LENGTH - 1 - i);
    filter[RANDOM_LENGTH - 1] = random_below(random, 8)
                                    ? (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | 77)
                                    : (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
}

enum outcome { REFUSED = -1, KILLED = -2 }; /* else the errno that the call gave */

/* Have the kernel load the filter, and make the call. */
static int ask_kernel(const struct sock_filter *filter, const uint64_t arguments[ARGUMENTS])
{
    const struct sock_fprog program = {RANDOM_LENGTH, (struct sock_filter *)filter};
    int ends[2], answer = KILLED, status;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSYS, SIG_DFL); /* cmocka has a handler for it */
        answer = REFUSED;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
            answer = syscall(NO_CALL, arguments[0], arguments[1], arguments[2], arguments[3],
                             arguments[4], arguments[5]) < 0
                         ? errno
                         : 0;
        bool said = write(ends[1], &answer, sizeof answer) == sizeof answer;
        _exit(said ? 0 : 1);
    }
    close(ends[1]);
    bool said = read(ends[0], &answer, sizeof answer) == sizeof answer;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(said || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS));
    return answer;
}

/* What the process sees of a filter's return value. */
static int outcome_of(uint32_t value)
{
    unsigned data = value & SECCOMP_RET_DATA;

    switch (bpf_action(value)) {
    case BPF_ACTION_ERRNO:
        return (int)(data < 4095 ? data : 4095);
    case BPF_ACTION_ALLOW:
    case BPF_ACTION_LOG:
    case BPF_ACTION_TRACE:
    case BPF_ACTION_NOTIFY:
        return ENOSYS;
    default:
        return KILLED;
    }
}

static void the_kernel_agrees(void **state)
{
    struct random random;
    unsigned taken = 0, killed = 0;
    (void)state;

    random_seed(&random, 4);
    for (unsigned round = 0; round < 400; round++) {
        struct sock_filter filter[RANDOM_LENGTH];
        struct seccomp_data data = {.nr = NO_CALL, .arch = AUDIT_ARCH_X86_64};
        uint64_t arguments[ARGUMENTS];

        make_filter(&random, filter);
        for (unsigned i = 0; i < ARGUMENTS; i++)
            data.args[i] = arguments[i] =
                random_below(&random, 3) ? random_below(&random, 40) : random_next(&random);
        bool ours = loads(filter, RANDOM_LENGTH);
        int theirs = ask_kernel(filter, arguments);
        if (!ours) {
            assert_int_equal(theirs, REFUSED);
            continue;
        }
        struct bpf_answers answers = answers_to(filter, RANDOM_LENGTH, &data, true);
        assert_true(answers.exact);
        assert_int_equal(theirs, outcome_of(answers.value));
        /* Without the arguments, that answer is among those that there can be. */
        struct bpf_answers all = answers_to(filter, RANDOM_LENGTH, &data, false);
        assert_int_equal(answers.actions & ~all.actions, 0);
        taken++;
        killed += theirs == KILLED;
    }
    assert_true(taken > 50 && killed > 5); /* else this says little */
}

/* --- Several filters, and counting. */

static enum reach judged(const struct reach_filters *filters, int number)
{
    enum reach reach;
    struct error error;
    assert_int_equal(reach_judge(filters, AUDIT_ARCH_X86_64, number, &reach, &error), 0);
    return reach;
}

static const struct sock_filter allow[] = {RETURN(SECCOMP_RET_ALLOW)};
static const struct sock_filter refuse[] = {RETURN(SECCOMP_RET_ERRNO | EPERM)};
static const struct sock_filter notify[] = {RETURN(SECCOMP_RET_USER_NOTIF)};
static const struct sock_filter only_read[] = {
    LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS),
    RETURN(SECCOMP_RET_ALLOW)};
static const struct sock_filter by_argument[] = {
    LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0), RETURN(SECCOMP_RET_ERRNO | EPERM),
    RETURN(SECCOMP_RET_ALLOW)};

static void the_harshest_filter_counts(void **state)
{
    struct reach_filters none = {0}, strict = {.mode = SECCOMP_MODE_STRICT};
    struct reach_filters two = {
        SECCOMP_MODE_FILTER, 2, {{allow, 1}, {by_argument, 4}}
    };
    (void)state;

    assert_int_equal(judged(&none, SYS_reboot), REACH_ALLOWED);
    assert_int_equal(judged(&strict, SYS_read), REACH_ALLOWED);
    assert_int_equal(judged(&strict, SYS_close), REACH_KILLED);
    assert_int_equal(judged(&two, SYS_read), REACH_ARGUMENTS);
    two.programs[0] = (struct bpf_program){refuse, 1};
    assert_int_equal(judged(&two, SYS_read), REACH_ERRNO);
    two.programs[1] = (struct bpf_program){only_read, 4};
    assert_int_equal(judged(&two, SYS_read), REACH_ERRNO);
    assert_int_equal(judged(&two, SYS_write), REACH_KILLED);
    two.programs[0] = (struct bpf_program){notify, 1};
    assert_int_equal(judged(&two, SYS_read), REACH_OTHER);
}

static void the_task_that_may_most_counts(void **state)
{
    struct reach_filters tasks[] = {
        {SECCOMP_MODE_FILTER, 1, {{only_read, 4}}},
        {SECCOMP_MODE_FILTER,   1, {{by_argument, 4}}},
        {0}
    };
    struct reach_counts counts;
    struct error error;
    (void)state;

    unsigned all = (unsigned)reach_abi_64.count;
    assert_true(all > 300);
    assert_int_equal(reach_count(tasks, 1, &reach_abi_64, &counts, &error), 0);
    assert_int_equal(counts.calls[REACH_ALLOWED], 1);
    assert_int_equal(counts.calls[REACH_KILLED], all - 1);
    assert_int_equal(reach_count(tasks, 2, &reach_abi_64, &counts, &error), 0);
    assert_int_equal(counts.calls[REACH_ALLOWED], 1);
    assert_int_equal(counts.calls[REACH_ARGUMENTS], all - 1);
    assert_int_equal(reach_count(tasks, 3, &reach_abi_64, &counts, &error), 0);
    assert_int_equal(counts.calls[REACH_ALLOWED], all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_decides),
        cmocka_unit_test(what_arguments_decide_is_open),
        cmocka_unit_test(an_equal_word_is_known_from_there_on),
        cmocka_unit_test(unknown_ways_that_meet_agree_on_what_they_have_in_common),
        cmocka_unit_test(a_returned_argument_may_be_anything),
        cmocka_unit_test(division_by_zero_kills),
        cmocka_unit_test(hostile_programs_are_refused),
        cmocka_unit_test(ways_without_number_take_no_time),
        cmocka_unit_test(the_kernel_agrees),
        cmocka_unit_test(the_harshest_filter_counts),
        cmocka_unit_test(the_task_that_may_most_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
