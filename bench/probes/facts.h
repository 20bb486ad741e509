/* SPDX-License-Identifier: MIT */
/*
 * What a kernel tells of the machine to everybody. A probe says what it sees in its box, and the
 * witness compares that with what it sees on the host by the same functions.
 */
#ifndef VIRTLAB_PROBES_FACTS_H
#define VIRTLAB_PROBES_FACTS_H

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACT_BYTES = 128 };

/*
 * "NUMBERxMODEL" of /proc/cpuinfo, blanks as '_', since a fact is one word. Returns 0, or -1 and
 * errno.
 */
static inline int fact_processors(char fact[FACT_BYTES])
{
    char line[4096], model[FACT_BYTES - 16] = "";
    unsigned count = 0;
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return -1;
    while (fgets(line, sizeof(line), file)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "processor", strlen("processor")) == 0)
            count++;
        if (colon && !*model && strncmp(line, "model name", strlen("model name")) == 0)
            snprintf(model, sizeof(model), "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    }
    fclose(file);
    if (count == 0) {
        errno = ENOENT;
        return -1;
    }
    for (char *at = model; *at; at++) {
        if (!isgraph((unsigned char)*at))
            *at = '_';
    }
    snprintf(fact, FACT_BYTES, "%ux%s", count, model);
    return 0;
}

/* The running kernel's boot_id. Returns 0, or -1 and errno. */
static inline int fact_boot(char fact[FACT_BYTES])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file)
        return -1;
    int words = fscanf(file, "%63s", fact);
    fclose(file);
    if (words == 1)
        return 0;
    errno = ENOENT;
    return -1;
}

/* Whole seconds since the kernel booted, or -1 and errno. */
static inline long fact_uptime(void)
{
    long seconds = 0;
    FILE *file = fopen("/proc/uptime", "re");
    if (!file)
        return -1;
    int numbers = fscanf(file, "%ld", &seconds);
    fclose(file);
    if (numbers == 1 && seconds >= 0)
        return seconds;
    errno = ENOENT;
    return -1;
}

#endif
