/* SPDX-License-Identifier: MIT */
#include "common/host_identity.h"

#include <pwd.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/host_file.h"

void host_identity_hash(const char *machine_id, char hash[HOST_MACHINE_ID_SIZE])
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA2_CTX context;

    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)HOST_MACHINE_ID_SALT, strlen(HOST_MACHINE_ID_SALT));
    SHA256Update(&context, (const uint8_t *)machine_id, strlen(machine_id));
    SHA256End(&context, digest);
    snprintf(hash, HOST_MACHINE_ID_SIZE, "%.*s", HOST_MACHINE_ID_SIZE - 1, digest);
}

bool host_identity_read(char hash[HOST_MACHINE_ID_SIZE])
{
    char id[64];

    hash[0] = '\0';
    /* machine-id(5): 32 hexadecimal digits; "uninitialized" before the first boot is over. */
    if (!host_read_line("/etc/machine-id", id, sizeof id) || strlen(id) != 32 ||
        strspn(id, "0123456789abcdef") != 32)
        return false;
    host_identity_hash(id, hash);
    return true;
}

void host_identity_reveal(struct host_identity *identity)
{
    const struct passwd *user = getpwuid(geteuid());

    *identity = (struct host_identity){0};
    if (gethostname(identity->host, sizeof identity->host - 1) < 0)
        identity->host[0] = '\0';
    if (user)
        snprintf(identity->user, sizeof identity->user, "%s", user->pw_name);
    host_read_line("/sys/class/dmi/id/product_serial", identity->serial, sizeof identity->serial);
    host_read_line("/sys/class/dmi/id/product_uuid", identity->uuid, sizeof identity->uuid);
}
