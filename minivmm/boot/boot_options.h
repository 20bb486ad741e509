/* SPDX-License-Identifier: MIT */
/* The command line of `minivmm boot`, read into what the library wants to know. */
#ifndef MINIVMM_BOOT_OPTIONS_H
#define MINIVMM_BOOT_OPTIONS_H

#include <stdbool.h>

#include "common/error.h"
#include "minivmm/command_line.h"
#include "minivmm/minivmm.h"

enum { BOOT_FORWARDS_MAX = 32, BOOT_WORDS_MAX = 16384 };

enum boot_console {
    BOOT_CONSOLE_AUTO,   /* serial; none with a program, whose streams are its own */
    BOOT_CONSOLE_SERIAL, /* the first serial port, ttyS0 */
    BOOT_CONSOLE_VIRTIO, /* the first port of a virtio console, hvc0 */
    BOOT_CONSOLE_NONE,
};

struct boot_request {
    struct minivmm_system_config config;
    struct minivmm_disk disks[MINIVMM_DISKS_MAX];
    struct minivmm_network networks[MINIVMM_NETWORKS_MAX];
    const char
        *forwards[BOOT_FORWARDS_MAX + MINIVMM_NETWORKS_MAX]; /* each network's ended by NULL */
    size_t forwards_count;
    int pins[MINIVMM_CPUS_MAX];
    size_t pins_count;
    enum boot_console console;
    struct command_line line;
    char **argv; /* the program's, ended by NULL; NULL: no program */
};

/*
 * Returns 0, OPTIONS_SHOWN, or a negative errno with error filled. *request must stay where it is;
 * strings of argv stay in use, and some are cut.
 */
int boot_options_parse(struct boot_request *request, int argc, char **argv, struct error *error);

/* --- the parts of an option's argument, cut at their commas; each for itself, for tests ----------
 */

/* FILE[,ro][,cow]. A comma before anything else belongs to the name. */
void boot_options_parse_disk(struct minivmm_disk *disk, char *argument);

/* "0,2-3": the processors 0, 2 and 3. Returns how many, or -EINVAL, -E2BIG above max. */
int boot_options_parse_processors(const char *list, int *processors, size_t max);

#endif
