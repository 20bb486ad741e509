/* SPDX-License-Identifier: MIT */
/*
 * What `virtlab doctor` finds out about this machine: a list of findings, each with its state, what
 * was seen, and where something is missing, the command that mends it or why nothing does.
 */
#ifndef VIRTLAB_DOCTOR_H
#define VIRTLAB_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/table.h"

enum finding_state {
    FINDING_FACT,    /* neither good nor bad */
    FINDING_OK,      /* it works */
    FINDING_LIMITED, /* it works in part, or makes figures worse */
    FINDING_MISSING, /* it does not work */
};

struct finding {
    const char *area; /* for programs: "processor" */
    const char *area_title;
    char id[32]; /* for programs: "model"; unique in its area */
    char label[48];
    enum finding_state state;
    char detail[512];
    char mend[512];   /* a command line, to be copied as it stands; or "" */
    char reason[512]; /* what there is to know about the mending, or why there is none; or "" */
};

enum { FINDINGS_MAX = 96 };

struct findings {
    const char *area, *area_title; /* of the next finding */
    size_t count;
    struct finding list[FINDINGS_MAX];
};

void findings_area(struct findings *findings, const char *area, const char *title);
void findings_add(struct findings *findings, const char *id, const char *label,
                  enum finding_state state, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* For the finding just added. */
void findings_mend(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void findings_reason(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "sudo " for whoever is not root. */
const char *doctor_sudo(void);

/* The examinations, in the order in which they are shown. */
void doctor_processor(struct findings *findings);
void doctor_hypervisor(struct findings *findings);
void doctor_kvm(struct findings *findings);
void doctor_kernel(struct findings *findings);
void doctor_privileges(struct findings *findings);
void doctor_namespaces(struct findings *findings);
void doctor_cgroups(struct findings *findings);
void doctor_programs(struct findings *findings);
void doctor_terminal(struct findings *findings);
void doctor_space(struct findings *findings);

/* Print them; TABLE_TEXT and TABLE_MARKDOWN end with what mends what. */
int findings_print(const struct findings *findings, enum table_form form, FILE *out,
                   struct error *error);

#endif
