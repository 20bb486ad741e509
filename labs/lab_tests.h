/* SPDX-License-Identifier: MIT */
/* A lab's tests: public.conf and hidden.conf (docs/formats.md, "Labs"). */
#ifndef VIRTLAB_LABS_LAB_TESTS_H
#define VIRTLAB_LABS_LAB_TESTS_H

#include "common/ini.h"
#include "labs/lab.h"

/* Add the tests of the file to the lab's. Errors: with the line that is wrong. */
int lab_tests_read(struct lab *lab, const char *path, bool hidden, struct error *error);

/* "kvm namespaces" as bits of enum lab_access. */
int lab_read_access(const struct ini *ini, unsigned *access, char *value);

void lab_test_free(struct lab_test *test);

#endif
