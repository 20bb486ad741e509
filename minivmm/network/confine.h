/* SPDX-License-Identifier: MIT */
/*
 * The network's own walls. It parses whatever a hostile guest sends, with more code than all the
 * rest of minivmm; so once it has its sockets it gives up everything else.
 */
#ifndef MINIVMM_NETWORK_CONFINE_H
#define MINIVMM_NETWORK_CONFINE_H

#include "common/error.h"

/* For good. Where the kernel has no Landlock, the other walls must do. */
int confine_network(struct error *error);

#endif
