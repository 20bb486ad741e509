/* SPDX-License-Identifier: MIT */
/*
 * Which user inside is which user outside. Inside, the program is root or whoever --user says;
 * outside it is nobody in particular, so that whatever it breaks out of, it owns nothing there
 * (user_namespaces(7)).
 */
#ifndef MINICONTAINER_IDMAP_H
#define MINICONTAINER_IDMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

enum {
    /*
     * Root can map any range. This one lies among those that systemd's UIDS-GIDS document keeps for
     * containers (524288 to 1879048191), and nobody has files with these IDs: everything the
     * program reaches, it reaches as "others". All containers share it; their namespaces keep them
     * apart.
     */
    IDMAP_FIRST_OUTSIDE = 1879048192 - 65536,
    IDMAP_COUNT = 65536,
};

/*
 * Write the maps of a child in a new user namespace. privileged: try IDMAP_COUNT IDs from 0 on,
 * which the kernel grants to root outside of all user namespaces; *many says whether it did. Else
 * the only map that everyone is granted, 0 inside being the caller outside, after setgroups(2) has
 * been denied (or a program could leave a group that a file shuts out).
 */
int idmap_write(pid_t child, bool privileged, bool *many, struct error *error);

/*
 * In the child: become root of the new namespace, and leave all supplementary groups if many and
 * not told to keep them (those that the maker has chosen for the devices).
 */
int idmap_become_root(bool many, bool keep_groups, struct error *error);

/*
 * In the child where only 0 is mapped: a second user namespace in which that one ID is called uid
 * and gid. Nobody else may be in the container yet.
 */
int idmap_rename(uint32_t uid, uint32_t gid, struct error *error);

#endif
