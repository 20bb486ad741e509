/* SPDX-License-Identifier: MIT */
/*
 * What a lab is: its lab.conf, its tests, and where its parts lie. What a student may see is in
 * share/virtlab/labs/NN-name; hidden tests, solutions and mutants are in a folder of the teacher's,
 * which neither `make install` nor the handout has.
 */
#ifndef VIRTLAB_LABS_LAB_H
#define VIRTLAB_LABS_LAB_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/paths.h"

enum {
    LAB_NAME_MAX = 40,
    LAB_TESTS_MAX = 64,
    LAB_FILES_MAX = 32,   /* of the student's, that are asked for by name */
    LAB_DATA_MAX = 8,     /* files that one test needs */
    LAB_PATTERNS_MAX = 8, /* that one test's output is held against */
    LAB_CONF_MAX = 256 << 10,
};

/* What the student's program is given beside its own files, and what a test may need. */
enum lab_access { LAB_ACCESS_KVM = 1, LAB_ACCESS_NAMESPACES = 2 };

/* A file that a test puts into /test. */
struct lab_data {
    char *name;
    unsigned char *bytes;
    size_t length;
};

struct lab_pattern {
    bool errors; /* of standard error; else of standard output */
    char *text;  /* extended regular expression */
};

/* How an answer is judged. */
struct lab_rule {
    char *key;     /* in the student's answers.conf */
    char *pattern; /* a word: extended regular expression; NULL: a number */
    char *figure;  /* where the number comes from: see answers.h; NULL: anything in low…high */
    char *over;    /* the figure is divided by this one; NULL: it is not */
    double low, high;
    double within; /* relative: 0.1 is ten percent */
    double per;    /* the figure is divided by it: 1000000 makes milliseconds of nanoseconds */
};

enum lab_test_kind { LAB_TEST_BUILD, LAB_TEST_RUN, LAB_TEST_ANSWER };

struct lab_test {
    char *name, *title, *advice, *repeat;
    char *title_ko, *advice_ko; /* NULL: not translated */
    enum lab_test_kind kind;
    bool hidden;
    unsigned points, step; /* passes from that step on */
    unsigned needs;        /* enum lab_access */
    char *run;             /* LAB_TEST_RUN: words; {program} is the student's */
    int seconds;
    int status; /* the exit status that is wanted; −1: any that is a failure of its own, 1 to 123 */
    char *output; /* all of standard output; NULL: not asked */
    struct lab_pattern patterns[LAB_PATTERNS_MAX];
    size_t pattern_count;
    struct lab_data data[LAB_DATA_MAX];
    size_t data_count;
    struct lab_rule rule; /* LAB_TEST_ANSWER */
};

struct lab {
    char name[LAB_NAME_MAX]; /* "01-hello-vm" */
    char folder[PATHS_MAX];  /* what students see */
    char teacher[PATHS_MAX]; /* "": not here */
    char *title, *title_ko;
    unsigned minutes, points, steps;
    unsigned access;
    char *program;              /* what its Makefile makes; NULL: a lab of answers only */
    char *files[LAB_FILES_MAX]; /* what the student hands in */
    size_t file_count;
    struct lab_test tests[LAB_TESTS_MAX];
    size_t test_count;
    unsigned points_hidden; /* of tests that are not made here */
};

/* The folders that labs lie in. */
struct lab_places {
    char labs[PATHS_MAX];
    char teacher[PATHS_MAX]; /* "": none */
    bool graded_by_teacher;  /* hidden tests count: the teacher's folder was named */
};

/* teacher: the folder named on the command line, or NULL: beside a build tree, if it is there. */
int lab_find_places(struct lab_places *places, const char *teacher, struct error *error);

/* The names of all labs, sorted. Returns how many, or a negative errno. */
int lab_list(const struct lab_places *places, char names[][LAB_NAME_MAX], size_t most,
             struct error *error);

/* Read the lab with this number or name ("1", "01", "hello-vm", "01-hello-vm"). */
int lab_read(struct lab **lab, const struct lab_places *places, const char *name,
             struct error *error);
void lab_free(struct lab *lab);

/* Titles and advice in the user's language. */
const char *lab_title(const struct lab *lab);
const char *lab_test_title(const struct lab_test *test);
const char *lab_test_advice(const struct lab_test *test);

#endif
