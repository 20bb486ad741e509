/* SPDX-License-Identifier: MIT */
/* A guest system as its own files see it: what minivmm.h leaves undefined. */
#ifndef MINIVMM_SYSTEM_H
#define MINIVMM_SYSTEM_H

#include "minivmm/boot/board.h"
#include "minivmm/boot/cpus.h"
#include "minivmm/boot/phases.h"
#include "minivmm/boot/shared_trace.h"
#include "minivmm/devices/control.h"
#include "minivmm/devices/ram.h"
#include "minivmm/minivmm.h"

struct minivmm_system {
    struct minivmm_system_config config;
    struct shared_trace trace;
    struct control control;
    int kvm_fd, vm_fd;
    struct ram ram;
    struct board board;
    struct cpus cpus;
    struct phases phases;
    struct kernel_start start;
};

#endif
