/* SPDX-License-Identifier: MIT */
/* Telling one machine's results from another's, without telling whose machine it is. */
#ifndef VIRTLAB_HOST_IDENTITY_H
#define VIRTLAB_HOST_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

enum { HOST_MACHINE_ID_SIZE = 33 };

/*
 * What stands before the machine's own id when it is hashed. Anyone can compute it again:
 *
 *     printf 'virtlab machine id 1:%s' "$(cat /etc/machine-id)" | sha256sum | cut -c1-32
 *
 * machine-id(5) asks for such a thing: the id itself is confidential, and a hash that is an
 * application's own cannot be matched with another's.
 */
#define HOST_MACHINE_ID_SALT "virtlab machine id 1:"

/* The first 128 bits of SHA-256 of the salt and id, as 32 hexadecimal digits. */
void host_identity_hash(const char *machine_id, char hash[HOST_MACHINE_ID_SIZE]);

/* The hash of /etc/machine-id; false, and hash empty: there is no such file, or it is not set. */
bool host_identity_read(char hash[HOST_MACHINE_ID_SIZE]);

/* What --identify adds; empty where it is not known or not allowed. */
struct host_identity {
    char host[65], user[65];
    char serial[65], uuid[65]; /* of the firmware; only root may read them */
};

void host_identity_reveal(struct host_identity *identity);

#endif
