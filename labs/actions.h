/* SPDX-License-Identifier: MIT */
/* What `virtlab lab` does, one function for each word behind it. */
#ifndef VIRTLAB_LABS_ACTIONS_H
#define VIRTLAB_LABS_ACTIONS_H

#include "bench/process/scratch.h"
#include "common/error.h"
#include "labs/lab.h"
#include "labs/report.h"

struct lab_request {
    const char *action;
    const char *words[3]; /* behind the action; NULL: not given */
    const char *in, *results, *teacher, *from, *mutant;
    unsigned step;
    bool elsewhere;
    enum report_form form;
};

/*
 * Each returns 0, or a negative errno with error filled. Those that grade return the exit status: 0
 * for all points that could be tried, 1 for fewer.
 */
int action_list(const struct lab_request *request, const struct lab_places *places,
                struct error *error);
int action_start(const struct lab_request *request, const struct lab *lab, struct error *error);
int action_hint(const struct lab_request *request, const struct lab *lab, struct error *error);
int action_catch_up(const struct lab_request *request, const struct lab *lab, struct error *error);
int action_submit(const struct lab_request *request, const struct lab *lab,
                  const struct scratch *scratch, struct error *error);
int action_grade(const struct lab_request *request, const struct lab *lab,
                 const struct scratch *scratch, struct error *error);

#endif
