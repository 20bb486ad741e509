/* SPDX-License-Identifier: MIT */
/*
 * The write-up: answers.conf in the student's folder, `[answers]` and then `question = answer`.
 * A number can be asked for that stands in the student's own results: so everybody's right answer
 * is another one, and has to come from a run on this machine.
 */
#ifndef VIRTLAB_LABS_ANSWERS_H
#define VIRTLAB_LABS_ANSWERS_H

#include <stdbool.h>

#include "bench/analysis/analysis.h"
#include "labs/lab.h"

#define ANSWERS_FILE "answers.conf"

struct answers {
    const char *folder;
    char results[PATHS_MAX];
    bool elsewhere;   /* the results may come from another machine */
    bool tells_right; /* a verdict gives the right answer: it is the teacher who reads it */
    bool tried;
    struct analysis *analysis; /* NULL: there are no results, or none that count: */
    struct error why;
};

/* results NULL: results/latest in the folder. Reads nothing yet. */
void answers_start(struct answers *answers, const char *folder, const char *results, bool elsewhere,
                   bool tells_right);

/*
 * Judge one answer. Returns 1: right; 0: not, and *expected and *seen (to be freed) say how; or a
 * negative errno: it could not be judged.
 */
int answers_judge(struct answers *answers, const struct lab_test *test, char **expected,
                  char **seen, struct error *error);

void answers_end(struct answers *answers);

#endif
