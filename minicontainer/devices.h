/* SPDX-License-Identifier: MIT */
/* /dev: the few devices that every program may count on (OCI runtime-spec, "Default Devices"). */
#ifndef MINICONTAINER_DEVICES_H
#define MINICONTAINER_DEVICES_H

#include <stdbool.h>

#include "common/error.h"
#include "minicontainer/minicontainer.h"

/* Make /dev in the root at the descriptor. many_ids: group 5 is mapped. */
int devices_make(int root, const struct minicontainer_config *config, bool many_ids,
                 struct error *error);

#endif
