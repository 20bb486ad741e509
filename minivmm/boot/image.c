/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/image.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct guest {
    const char *name;
    const char *kernel; /* the form that starts fastest */
    const char *made_by;
};

/* The small kernel as an ELF file: it needs no unpacking, and its pages can be mapped. */
static const struct guest guests[] = {
    {"small",  "vmlinux", "make guest-linux-small"},
    {"debian", "vmlinuz", "make guest-linux"      },
};

enum { GUESTS = sizeof guests / sizeof *guests };

/* 1: it is there, 0: it has not been made, or a negative errno. */
static int look(struct image *image, const struct guest *guest, const struct paths *paths,
                struct error *error)
{
    char name[64];
    int result;

    snprintf(name, sizeof name, "guest/%s/%s", guest->name, guest->kernel);
    if ((result = paths_join(image->kernel, paths->share, name, error)) < 0)
        return result;
    snprintf(name, sizeof name, "guest/%s/initrd", guest->name);
    if ((result = paths_join(image->initrd, paths->share, name, error)) < 0)
        return result;
    return access(image->kernel, R_OK) == 0 && access(image->initrd, R_OK) == 0;
}

int image_find(struct image *image, const char *name, struct error *error)
{
    struct paths paths;
    const struct guest *named = NULL;
    int result = paths_find(&paths, error);

    for (int i = 0; i < GUESTS && result == 0; i++) {
        if (name && strcmp(name, guests[i].name) != 0)
            continue;
        named = &guests[i];
        result = look(image, named, &paths, error);
    }
    if (result != 0)
        return result < 0 ? result : 0;
    if (name && !named)
        return error_set(error, EINVAL, "there is no guest '%s', only small and debian", name);
    if (name)
        return error_set(error, ENOENT, "the guest '%s' has not been made: run '%s'", name,
                         named->made_by);
    return error_set(error, ENOENT,
                     "no guest system has been made: run 'make guest-linux-small' or "
                     "'make guest-linux', or name a kernel with --kernel");
}
