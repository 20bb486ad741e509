/* SPDX-License-Identifier: MIT */
#ifndef VIRTLAB_VERSION_H
#define VIRTLAB_VERSION_H

#define VIRTLAB_VERSION "0.1.0"

#endif
