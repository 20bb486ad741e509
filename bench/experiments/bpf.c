/* SPDX-License-Identifier: MIT */
#include "bench/experiments/bpf.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = BPF_MEMWORDS };

/* A word of the machine as far as we know it. */
struct word {
    bool known;
    uint32_t value;
};

/* Everything that an instruction may depend on. */
struct state {
    bool reached; /* some way leads here */
    struct word a, x, memory[WORDS];
};

struct machine {
    const struct bpf_program *program;
    const struct seccomp_data *data;
    bool arguments_known;
    unsigned returns; /* how many instructions returned */
    struct bpf_answers answers;
    struct state *states; /* before each instruction */
};

enum bpf_action bpf_action(uint32_t value)
{
    switch (value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_KILL_THREAD:
        return BPF_ACTION_KILL_THREAD;
    case SECCOMP_RET_TRAP:
        return BPF_ACTION_TRAP;
    case SECCOMP_RET_ERRNO:
        return BPF_ACTION_ERRNO;
    case SECCOMP_RET_USER_NOTIF:
        return BPF_ACTION_NOTIFY;
    case SECCOMP_RET_TRACE:
        return BPF_ACTION_TRACE;
    case SECCOMP_RET_LOG:
        return BPF_ACTION_LOG;
    case SECCOMP_RET_ALLOW:
        return BPF_ACTION_ALLOW;
    default:
        return BPF_ACTION_KILL_PROCESS;
    }
}

/* --- Checking, as the kernel does before it loads a filter. */

static bool is_conditional_jump(uint16_t code)
{
    return BPF_CLASS(code) == BPF_JMP && BPF_OP(code) != BPF_JA;
}

/* The instructions of seccomp_check_filter(): fewer than classic BPF has. */
static bool is_known(uint16_t code)
{
    static const uint16_t codes[] = {
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
        BPF_RET | BPF_K,
        BPF_RET | BPF_A,
        BPF_ALU | BPF_NEG,
        BPF_JMP | BPF_JA,
    };
    static const uint16_t with_operand[] = {
        BPF_ALU | BPF_ADD,  BPF_ALU | BPF_SUB, BPF_ALU | BPF_MUL, BPF_ALU | BPF_DIV,
        BPF_ALU | BPF_AND,  BPF_ALU | BPF_OR,  BPF_ALU | BPF_XOR, BPF_ALU | BPF_LSH,
        BPF_ALU | BPF_RSH,  BPF_JMP | BPF_JEQ, BPF_JMP | BPF_JGE, BPF_JMP | BPF_JGT,
        BPF_JMP | BPF_JSET,
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (code == codes[i])
            return true;
    for (size_t i = 0; i < sizeof with_operand / sizeof *with_operand; i++)
        if (code == (with_operand[i] | BPF_K) || code == (with_operand[i] | BPF_X))
            return true;
    return false;
}

static const char *find_mistake(const struct bpf_program *program, unsigned at, uint16_t written)
{
    const struct sock_filter *i = &program->instructions[at];
    unsigned left = program->length - at - 1; /* instructions behind this one */

    if (!is_known(i->code))
        return "is none that a filter of system calls may have";
    if (i->code == (BPF_LD | BPF_W | BPF_ABS) &&
        (i->k >= sizeof(struct seccomp_data) || i->k % sizeof(uint32_t) != 0))
        return "reads outside of the call's data";
    if (i->code == (BPF_JMP | BPF_JA) && i->k >= left)
        return "jumps out of the program";
    if (is_conditional_jump(i->code) && (i->jt >= left || i->jf >= left))
        return "jumps out of the program";
    if (i->code == (BPF_ALU | BPF_DIV | BPF_K) && i->k == 0)
        return "divides by 0";
    if ((i->code == (BPF_ALU | BPF_LSH | BPF_K) || i->code == (BPF_ALU | BPF_RSH | BPF_K)) &&
        i->k >= 32)
        return "shifts by more than a word";
    bool stores = i->code == BPF_ST || i->code == BPF_STX;
    bool loads = i->code == (BPF_LD | BPF_MEM) || i->code == (BPF_LDX | BPF_MEM);
    if ((stores || loads) && i->k >= WORDS)
        return "uses memory that there is not";
    if (loads && !(written >> i->k & 1))
        return "reads memory that nothing was written to";
    return NULL;
}

/* In written[], which words of memory have a value on every way to an instruction. */
static void pass_on(uint16_t written[], const struct bpf_program *program, unsigned at)
{
    const struct sock_filter *i = &program->instructions[at];
    uint16_t after = written[at];

    if (i->code == BPF_ST || i->code == BPF_STX)
        after |= (uint16_t)(1u << i->k);
    if (i->code == (BPF_JMP | BPF_JA)) {
        written[at + 1 + i->k] &= after;
    } else if (is_conditional_jump(i->code)) {
        written[at + 1 + i->jt] &= after;
        written[at + 1 + i->jf] &= after;
    } else if (at + 1 < program->length) { /* behind a return too: the kernel looks no closer */
        written[at + 1] &= after;
    }
}

int bpf_check(const struct bpf_program *program, struct error *error)
{
    uint16_t written[BPF_LENGTH_MAX];

    if (program->length == 0 || program->length > BPF_LENGTH_MAX)
        return error_set(error, EINVAL, "a filter of %u instructions is none", program->length);
    memset(written, 0xff, sizeof written);
    written[0] = 0;
    for (unsigned at = 0; at < program->length; at++) {
        const char *mistake = find_mistake(program, at, written[at]);
        if (mistake)
            return error_set(error, EINVAL, "instruction %u of the filter %s", at, mistake);
        pass_on(written, program, at);
    }
    if (BPF_CLASS(program->instructions[program->length - 1].code) != BPF_RET)
        return error_set(error, EINVAL, "the filter has no end");
    return 0;
}

/* --- Running. */

static const struct word unknown = {.known = false};

static struct word known(uint32_t value)
{
    return (struct word){true, value};
}

/* What both agree on. */
static struct word meet_words(struct word one, struct word other)
{
    return one.known && other.known && one.value == other.value ? one : unknown;
}

/* One way more leads to the instruction, with this state. */
static void arrive(struct machine *machine, unsigned at, const struct state *state)
{
    struct state *there = &machine->states[at];

    if (!there->reached) {
        *there = *state;
        return;
    }
    there->a = meet_words(there->a, state->a);
    there->x = meet_words(there->x, state->x);
    for (unsigned i = 0; i < WORDS; i++)
        there->memory[i] = meet_words(there->memory[i], state->memory[i]);
}

/* Number and ABI come first in the data, and are all that is known without the arguments. */
static struct word load(const struct machine *machine, uint32_t offset)
{
    uint32_t value;

    if (!machine->arguments_known && offset >= offsetof(struct seccomp_data, instruction_pointer))
        return unknown;
    memcpy(&value, (const char *)machine->data + offset, sizeof value);
    return known(value);
}

static void answer(struct machine *machine, struct word value)
{
    struct bpf_answers *answers = &machine->answers;

    if (value.known)
        answers->actions |= 1u << bpf_action(value.value);
    else
        answers->actions |= (1u << BPF_ACTIONS) - 1;
    answers->exact =
        value.known && (machine->returns == 0 || (answers->exact && answers->value == value.value));
    answers->value = value.value;
    machine->returns++;
}

/* Division by 0 ends the program with 0, as the kernel's translation of it does. */
static struct word calculate(struct machine *machine, uint16_t operation, struct word a,
                             struct word b, bool *ends)
{
    if (operation == BPF_DIV && (!b.known || b.value == 0)) {
        answer(machine, known(0));
        *ends = b.known;
        return unknown;
    }
    if (operation == BPF_AND && ((a.known && a.value == 0) || (b.known && b.value == 0)))
        return known(0);
    if (!a.known || !b.known)
        return unknown;
    switch (operation) {
    case BPF_ADD:
        return known(a.value + b.value);
    case BPF_SUB:
        return known(a.value - b.value);
    case BPF_MUL:
        return known(a.value * b.value);
    case BPF_DIV:
        return known(a.value / b.value);
    case BPF_AND:
        return known(a.value & b.value);
    case BPF_OR:
        return known(a.value | b.value);
    case BPF_XOR:
        return known(a.value ^ b.value);
    case BPF_LSH:
        return known(a.value << (b.value & 31));
    case BPF_RSH:
        return known(a.value >> (b.value & 31));
    default:
        return unknown;
    }
}

static bool compare(uint16_t operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case BPF_JEQ:
        return a == b;
    case BPF_JGT:
        return a > b;
    case BPF_JGE:
        return a >= b;
    default:
        return (a & b) != 0; /* BPF_JSET */
    }
}

static void jump(struct machine *machine, unsigned at, struct state *state)
{
    const struct sock_filter *i = &machine->program->instructions[at];
    struct word b = BPF_SRC(i->code) == BPF_X ? state->x : known(i->k);

    if (state->a.known && b.known) {
        bool taken = compare(BPF_OP(i->code), state->a.value, b.value);
        arrive(machine, at + 1 + (taken ? i->jt : i->jf), state);
        return;
    }
    arrive(machine, at + 1 + i->jf, state);
    if (BPF_OP(i->code) == BPF_JEQ && b.known)
        state->a = b; /* on this way it was that value */
    arrive(machine, at + 1 + i->jt, state);
}

/* One instruction, from its state to those of the next. */
static void step(struct machine *machine, unsigned at)
{
    const struct sock_filter *i = &machine->program->instructions[at];
    struct state state = machine->states[at];
    struct word b = BPF_SRC(i->code) == BPF_X ? state.x : known(i->k);
    bool ends = false;

    switch (i->code) {
    case BPF_RET | BPF_K:
        answer(machine, known(i->k));
        return;
    case BPF_RET | BPF_A:
        answer(machine, state.a);
        return;
    case BPF_JMP | BPF_JA:
        arrive(machine, at + 1 + i->k, &state);
        return;
    case BPF_LD | BPF_W | BPF_ABS:
        state.a = load(machine, i->k);
        break;
    case BPF_LD | BPF_W | BPF_LEN:
        state.a = known(sizeof(struct seccomp_data));
        break;
    case BPF_LDX | BPF_W | BPF_LEN:
        state.x = known(sizeof(struct seccomp_data));
        break;
    case BPF_LD | BPF_IMM:
        state.a = known(i->k);
        break;
    case BPF_LDX | BPF_IMM:
        state.x = known(i->k);
        break;
    case BPF_LD | BPF_MEM:
        state.a = state.memory[i->k];
        break;
    case BPF_LDX | BPF_MEM:
        state.x = state.memory[i->k];
        break;
    case BPF_ST:
        state.memory[i->k] = state.a;
        break;
    case BPF_STX:
        state.memory[i->k] = state.x;
        break;
    case BPF_MISC | BPF_TAX:
        state.x = state.a;
        break;
    case BPF_MISC | BPF_TXA:
        state.a = state.x;
        break;
    case BPF_ALU | BPF_NEG:
        state.a.value = 0 - state.a.value;
        break;
    default:
        if (BPF_CLASS(i->code) == BPF_JMP) {
            jump(machine, at, &state);
            return;
        }
        state.a = calculate(machine, BPF_OP(i->code), state.a, b, &ends);
        if (ends)
            return;
    }
    arrive(machine, at + 1, &state);
}

int bpf_answers(const struct bpf_program *program, const struct seccomp_data *data,
                bool known_arguments, struct bpf_answers *answers, struct error *error)
{
    struct machine machine = {
        .program = program,
        .data = data,
        .arguments_known = known_arguments,
        .states = calloc(program->length, sizeof *machine.states),
    };

    if (!machine.states)
        return error_set_errno(error, ENOMEM, "cannot run a filter");
    /* As the kernel starts: A and X are 0. */
    machine.states[0] = (struct state){.reached = true, .a = known(0), .x = known(0)};
    for (unsigned at = 0; at < program->length; at++)
        if (machine.states[at].reached)
            step(&machine, at);
    free(machine.states);
    *answers = machine.answers;
    return 0;
}
