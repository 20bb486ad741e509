/* SPDX-License-Identifier: MIT */
/*
 * The box that a student's code is built and run in: our own minicontainer. Its root holds the
 * system's compilers, libraries and headers (read-only), what the caller adds, and a /tmp of
 * memory; no network, no home, none of virtlab's tests, solutions or grades. Root inside it is
 * nobody outside. So an endless loop, a fork bomb or a hostile Makefile costs a test, not the
 * machine.
 */
#ifndef VIRTLAB_LABS_BOX_H
#define VIRTLAB_LABS_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/process/scratch.h"
#include "common/error.h"
#include "common/paths.h"

enum {
    BOX_FILES_MAX = 16,
    BOX_WORDS_MAX = 64,
    BOX_ERRORS_SIZE = 1024 + 1, /* as much as a process's errors, and a 0 */
    BOX_FACTOR_MAX = 50,
    BOX_OUTPUT_MAX = 1 << 20,   /* bytes of a program's output; an artifact may be larger */
    BOX_ARTIFACT_MAX = 16 << 20 /* bytes */
};

struct box {
    char tool[PATHS_MAX]; /* minicontainer */
    char root[PATHS_MAX]; /* the folder that becomes "/" */
    /* How many times slower this machine is now than the one that time limits were written on; 1 or
     * more. */
    double factor;
};

/* What a box is to hold and do. Zero: nothing more. */
struct box_request {
    const char *const *words; /* the command, NULL at the end */
    struct {
        const char *guest, *host;
    } files[BOX_FILES_MAX];
    size_t file_count;
    unsigned access; /* enum lab_access */
    int seconds;     /* before the factor */
    size_t output_max;
};

enum box_end { BOX_ENDED, BOX_TIMED_OUT, BOX_TALKED_TOO_MUCH, BOX_INTERRUPTED };

struct box_result {
    enum box_end end;
    int exit; /* as a shell gives it */
    char *output;
    size_t length;                /* a 0 stands behind it */
    char errors[BOX_ERRORS_SIZE]; /* the last of standard error */
    int64_t ns;
};

/*
 * Make the root in the scratch folder, and see how fast this machine builds a program of three
 * lines. Errors: the box itself cannot be made, or nothing can be built in it: with the reason.
 */
int box_open(struct box *box, const struct scratch *scratch, struct error *error);

/*
 * Run the command. Errors: it was not the command but the box that failed (shown by one more box,
 * with a command that cannot fail), or there is no memory. The output is free()d by the caller,
 * also after an error.
 */
int box_run(const struct box *box, const struct box_request *request, struct box_result *result,
            struct error *error);

/* The time limit that a request has here. */
int box_seconds(const struct box *box, const struct box_request *request);

#endif
