/* SPDX-License-Identifier: MIT */
/* Exceptions of the program, told as an operating system would: a signal, and one line of why. */
#ifndef MINIVMM_FAULT_H
#define MINIVMM_FAULT_H

#include "minivmm/cpu.h"
#include "minivmm/machine.h"

/* End the program by the signal that Linux sends for this fault, with a report. */
void fault_end(struct minivmm *machine, const struct cpu_fault *fault);

#endif
