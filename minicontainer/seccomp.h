/* SPDX-License-Identifier: MIT */
/* Which system calls the program may make: seccomp(2), seccomp.list. */
#ifndef MINICONTAINER_SECCOMP_H
#define MINICONTAINER_SECCOMP_H

#include <stdbool.h>

#include "common/error.h"

struct sock_filter;

/*
 * Load the filter, for this process and all its descendants for ever. Sets no_new_privs first.
 * nested: the one that lets a program make namespaces.
 */
int seccomp_load(bool nested, struct error *error);

/* The filter itself, to be tested. Returns the number of instructions. */
unsigned seccomp_instructions(bool nested, const struct sock_filter **instructions);

#endif
