/* SPDX-License-Identifier: MIT */
/*
 * The grader. The student's program is built once, in a box, out of a copy of the student's files;
 * what comes out is one file. Each test runs that file in a box of its own, and judges out here
 * what it wrote and how it ended.
 */
#ifndef VIRTLAB_LABS_GRADE_H
#define VIRTLAB_LABS_GRADE_H

#include "bench/process/scratch.h"
#include "labs/box.h"
#include "labs/lab.h"

enum outcome {
    OUTCOME_OK,
    OUTCOME_FAIL,
    OUTCOME_SKIP,   /* the machine lacks what the test needs */
    OUTCOME_BROKEN, /* the machine or the grader failed: never the student's loss */
};

struct verdict {
    const struct lab_test *test;
    enum outcome outcome;
    bool unbuilt;          /* OUTCOME_FAIL: there was no program to be tested */
    unsigned points;       /* gained */
    char *expected, *seen; /* OUTCOME_FAIL; may hold anything the student's program wrote */
    char *reason;          /* OUTCOME_SKIP, OUTCOME_BROKEN */
};

struct grade {
    const struct lab *lab;
    struct verdict verdicts[LAB_TESTS_MAX];
    size_t count;
    size_t later;   /* tests of steps behind one that is not done: not made */
    double factor;  /* time limits were multiplied by it */
    unsigned score; /* points gained */
    unsigned tried; /* points of the tests that are OK or FAIL */
    bool interrupted;
};

struct grade_request {
    const char *folder;  /* the student's */
    const char *results; /* a results folder for answers; NULL: results/latest in the folder */
    const char *only;    /* the name of the only test to make; NULL: all */
    bool step_by_step;   /* no tests of steps behind one that is not done */
    bool elsewhere;      /* the results may come from another machine: a teacher's grading */
    bool tells_right;    /* verdicts on answers give the right one: for teachers */
};

/*
 * Grade it. What fails in the machine becomes a verdict; errors are only a test that is not there,
 * and no memory. Afterwards grade_free(), also after an error.
 */
int grade_make(struct grade *grade, const struct lab *lab, const struct grade_request *request,
               const struct scratch *scratch, struct error *error);
void grade_free(struct grade *grade);

/* "ok", "fail", "skip", "broken": as programs read it. */
const char *grade_outcome_name(enum outcome outcome);

#endif
