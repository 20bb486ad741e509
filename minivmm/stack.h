/* SPDX-License-Identifier: MIT */
/*
 * The stack as a program finds it at its entry point: argc, argv, envp, the auxiliary vector, and
 * the strings that they point at (System V ABI, x86-64 psABI, section 3.4.1; getauxval(3)).
 */
#ifndef MINIVMM_STACK_H
#define MINIVMM_STACK_H

#include "minivmm/elf.h"

/*
 * Map the stack and fill it in; *rsp is where it then ends. program is the path that the program
 * finds as AT_EXECFN. Fails with exit status 126 where argv and envp take more than a quarter.
 */
int stack_create(struct space *space, const struct elf *elf, const char *program,
                 char *const argv[], char *const envp[], uint64_t *rsp, struct error *error);

#endif
