/* SPDX-License-Identifier: MIT */
/*
 * A marked source: one file from which the skeleton, the solution, each step between them and each
 * mutant come, so that they cannot drift apart. A mark is a line of its own, in a comment that
 * starts with a slash, a star and @, or with #@:
 *
 *     #@ solution 2      what follows is the solution of step 2
 *     #@ mutant NAME     ... stands there instead, in the mutant NAME: one student's mistake
 *     #@ skeleton        ... stands there until the step is done
 *     #@ end             what follows is everybody's
 *
 * From `solution` to `end` is a group. It may hold several solutions, each followed by its mutants,
 * and one skeleton as its last part. No mark is ever in what is made.
 */
#ifndef VIRTLAB_LABS_MARKED_H
#define VIRTLAB_LABS_MARKED_H

#include <stdbool.h>
#include <stdio.h>

#include "common/error.h"

enum { MARKED_STEPS_MAX = 99, MARKED_FILE_MAX = 1 << 20, MARKED_LINES_MAX = 20000 };

/* What to make: the work of a student who has done the steps up to this one; 0: the skeleton. */
struct marked_request {
    int step;
    const char *mutant; /* a whole solution but for this mistake; NULL: none */
};

/*
 * Make it of the text, which is changed in place; name is the file's, for errors. *used says
 * whether the mutant was met (may be NULL). Errors: -EINVAL for marks that make no sense, with
 * their line.
 */
int marked_make(char *text, const char *name, const struct marked_request *request, FILE *out,
                bool *used, struct error *error);

/*
 * Every file of the folder source, below it, made into the folder target, which must not be there.
 * Errors: as above, those of reading and writing, a mutant that no file knows.
 */
int marked_make_folder(const char *source, const char *target, const struct marked_request *request,
                       struct error *error);

#endif
