/* SPDX-License-Identifier: MIT */
/*
 * fork: a fork bomb that goes out by itself. It makes children that do nothing, until there are
 * `--processes` of them (63 unless told, which is the most) or it is refused more; then it ends
 * them all and starts again. Only the first process forks, so that there can never be more. A unit
 * is such a round; what it got is the children that it made.
 */
#include <sys/wait.h>

#include "bench/antagonists/bounds.h"

enum { CHILDREN_MAX = BOUND_PROCESSES - 1 };

__attribute__((noreturn)) static void be_child(pid_t parent)
{
    bounds_set_child(parent);
    for (;;)
        pause();
}

/* Returns how many children there were; fewer than most: it was refused the next, errno says why.
 */
static unsigned fork_round(unsigned most)
{
    pid_t children[CHILDREN_MAX], parent = getpid();
    unsigned count = 0;
    int refusal = 0;

    while (count < most && refusal == 0) {
        pid_t pid = fork();
        if (pid == 0)
            be_child(parent);
        if (pid > 0)
            children[count++] = pid;
        else
            refusal = errno;
    }
    for (unsigned i = 0; i < count; i++)
        kill(children[i], SIGKILL);
    for (unsigned i = 0; i < count; i++)
        waitpid(children[i], NULL, 0);
    errno = refusal;
    return count;
}

static uint64_t fork_work(void *state, uint64_t units)
{
    const unsigned *most = state;
    uint64_t got = 0;

    for (uint64_t i = 0; i < units; i++)
        got += fork_round(*most);
    return got;
}

int main(int argc, char **argv)
{
    unsigned most = CHILDREN_MAX;
    uint64_t number;

    if (argc == 3 && strcmp(argv[1], "--processes") == 0 &&
        protocol_parse_number(argv[2], strlen(argv[2]), CHILDREN_MAX, &number))
        most = (unsigned)number;
    else if (argc > 1)
        protocol_fail("fork", "usage: [--processes N], N from 1 to 63");
    bounds_set();
    if (fork_round(1) == 0)
        protocol_cannot("fork", "no processes can be made in here", errno);
    return protocol_serve("fork", fork_work, &most);
}
