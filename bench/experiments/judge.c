/* SPDX-License-Identifier: MIT */
#include "bench/experiments/judge.h"

#include <stdio.h>
#include <string.h>

bool claim_parse(struct claim *claim, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    if (!space)
        return false;
    size_t word = (size_t)(space - line);
    for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        const char *name = verdict_name(verdict);
        if (strlen(name) != word || memcmp(name, line, word) != 0)
            continue;
        size_t rest = length - word - 1;
        if (rest >= sizeof claim->detail)
            rest = sizeof claim->detail - 1;
        claim->verdict = verdict;
        for (size_t i = 0; i < rest; i++) {
            unsigned char byte = (unsigned char)space[1 + i];
            claim->detail[i] = byte < ' ' || byte == 0x7f ? ' ' : (char)byte;
        }
        claim->detail[rest] = '\0';
        return true;
    }
    return false;
}

/* The word name=VALUE in a detail; NULL: none. */
static const char *find_word(const char *detail, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(detail, name); at; at = strstr(at + 1, name))
        if ((at == detail || at[-1] == ' ') && at[length] == '=')
            return at + length + 1;
    return NULL;
}

static bool says_secret(const struct claim *claim, const char *secret)
{
    const char *said = find_word(claim->detail, "secret");
    return said && strcmp(said, secret) == 0;
}

static bool says_inode(const struct claim *claim, const struct observation *seen)
{
    unsigned long long device, inode;
    const char *said = find_word(claim->detail, "inode");
    return said && sscanf(said, "%llx:%llu", &device, &inode) == 2 && device == seen->device &&
           inode == seen->inode;
}

static bool says_memory(const struct claim *claim, const struct observation *seen)
{
    unsigned long long kib;
    const char *said = find_word(claim->detail, "memory");
    return said && sscanf(said, "%llukB", &kib) == 1 && kib == seen->memory_kib;
}

/* Which of the facts it is does not matter: no two of them can be taken for each other. */
static bool says_fact(const struct claim *claim, const struct observation *seen)
{
    const char *said = find_word(claim->detail, "fact");
    return said && *said && (strcmp(said, seen->processors) == 0 || strcmp(said, seen->boot) == 0);
}

/* The host has been running as long, or as much longer as the probe may have stood. */
static bool says_uptime(const struct claim *claim, const struct observation *seen)
{
    long seconds;
    const char *said = find_word(claim->detail, "uptime");
    return said && sscanf(said, "%lds", &seconds) == 1 && seconds >= 0 && seconds <= seen->uptime &&
           seen->uptime - seconds <= JUDGE_UPTIME_SLACK_S;
}

static enum verdict contained(const char **why, const char *reason)
{
    *why = reason;
    return VERDICT_CONTAINED;
}

static enum verdict unknown(const char **why, const char *reason)
{
    *why = reason;
    return VERDICT_UNKNOWN;
}

/* The process is the host's, and in the namespace that matters. */
static enum verdict judge_namespace(const struct observation *seen, const char **why)
{
    if (!seen->is_process)
        return contained(why, "under another kernel than the host's");
    if (!seen->namespace_readable)
        return unknown(why, "its namespaces cannot be read from here");
    if (!seen->same_namespace)
        return contained(why, "in a namespace of its own");
    return VERDICT_ALLOWED;
}

/* The probe says "allowed": is it so? */
static enum verdict judge_success(const struct probe *probe, const struct claim *claim,
                                  const struct observation *seen, const char **why)
{
    switch (probe->proof) {
    case PROOF_SECRET:
        return says_secret(claim, seen->secret) ? VERDICT_ALLOWED
                                                : unknown(why, "what it read is not the host's");
    case PROOF_SIGNAL:
        return seen->signals ? VERDICT_ALLOWED : contained(why, "no signal reached the host");
    case PROOF_TYPED:
        return seen->typed ? VERDICT_ALLOWED : contained(why, "nothing reached the terminal");
    case PROOF_MOUNT:
        return seen->mounted ? VERDICT_ALLOWED : contained(why, "the host does not see the mount");
    case PROOF_NAMESPACE:
        return judge_namespace(seen, why);
    case PROOF_ROOT:
        if (seen->is_process && seen->uid != 0)
            return contained(why, "on the host it is an ordinary user");
        return judge_namespace(seen, why);
    case PROOF_INODE:
        return says_inode(claim, seen) ? VERDICT_ALLOWED
                                       : contained(why, "the file is a copy, not the host's");
    case PROOF_MEMORY:
        return says_memory(claim, seen) ? VERDICT_ALLOWED
                                        : contained(why, "the host has another amount");
    case PROOF_FACT:
        return says_fact(claim, seen) ? VERDICT_ALLOWED : contained(why, "the host has other ones");
    case PROOF_UPTIME:
        return says_uptime(claim, seen)
                   ? VERDICT_ALLOWED
                   : contained(why, "the host has been running for another time");
    case PROOF_NEW_PRIVILEGES:
        if (seen->is_process && seen->no_new_privileges)
            return unknown(why, "and yet the host says that it has no_new_privs");
        return judge_namespace(seen, why);
    case PROOF_KERNEL:
        return seen->is_process ? VERDICT_ALLOWED
                                : contained(why, "under another kernel than the host's");
    }
    return unknown(why, "no such proof");
}

enum verdict judge(const struct probe *probe, const struct claim *claim,
                   const struct observation *seen, const char **why)
{
    *why = "";
    if (claim->verdict == VERDICT_ALLOWED)
        return judge_success(probe, claim, seen, why);
    if (seen->mounted || seen->signals || seen->typed)
        return unknown(why, "and yet the host was reached");
    return claim->verdict;
}
