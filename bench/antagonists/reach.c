/* SPDX-License-Identifier: MIT */
/*
 * reach: how much does a box let its program have, and how does it refuse the rest?
 *
 *     reach memory MIB        touch memory, a MiB more at a time, and keep it
 *     reach processes N       make children that do nothing, one more at a time, and keep them
 *
 * After each step that went well it says `at NUMBER`, since it may not live to say more; at the end
 * `end NUMBER WHY`, where WHY is what refused it the next, such as ENOMEM, or `none`: it was given
 * all that it wanted, which is bounded as in every antagonist. Where there is no such thing at all,
 * it says `cannot WHY`.
 */
#include <sys/wait.h>

#include "bench/antagonists/bounds.h"

static void say(const char *word, unsigned number, const char *why)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%s %u%s%s\n", word, number, *why ? " " : "", why);
    protocol_say("reach", line, (size_t)length);
}

static const char *name_of(int errnum)
{
    return errnum == ENOMEM ? "ENOMEM" : errnum == EAGAIN ? "EAGAIN" : "other";
}

static int reach_memory(unsigned most)
{
    unsigned count = 0;

    for (; count < most; say("at", ++count, "")) {
        char *block = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block == MAP_FAILED)
            break;
        for (size_t at = 0; at < MIB; at += PAGE_BYTES)
            block[at] = 1;
    }
    say("end", count, count < most ? name_of(errno) : "none");
    return EXIT_SUCCESS;
}

static int reach_processes(unsigned most)
{
    pid_t children[BOUND_PROCESSES], parent = getpid();
    unsigned count = 0;
    int refusal = 0;

    /* It is one itself. */
    while (count + 1 < most && refusal == 0) {
        children[count] = fork();
        if (children[count] == 0) {
            bounds_set_child(parent);
            for (;;)
                pause();
        }
        if (children[count] < 0)
            refusal = errno;
        else
            say("at", ++count + 1, "");
    }
    for (unsigned i = 0; i < count; i++)
        kill(children[i], SIGKILL);
    for (unsigned i = 0; i < count; i++)
        waitpid(children[i], NULL, 0);
    if (refusal == ENOSYS)
        protocol_cannot("reach", "no processes can be made in here", refusal);
    say("end", count + 1, refusal ? name_of(refusal) : "none");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint64_t number = 0;
    bool memory = argc == 3 && strcmp(argv[1], "memory") == 0;
    bool processes = argc == 3 && strcmp(argv[1], "processes") == 0;

    if (!(memory || processes) ||
        !protocol_parse_number(argv[2], strlen(argv[2]),
                               memory ? BOUND_MEMORY_MIB : BOUND_PROCESSES, &number))
        protocol_fail("reach", "usage: memory MIB (192 at most) or processes N (64 at most)");
    bounds_set();
    return memory ? reach_memory((unsigned)number) : reach_processes((unsigned)number);
}
