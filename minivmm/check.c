/* SPDX-License-Identifier: MIT */
/* minivmm check: whether guest systems can be run here, before anything is measured with them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/options.h"
#include "minivmm/boot/image.h"
#include "minivmm/boot/qemu.h"
#include "minivmm/commands.h"
#include "minivmm/minivmm.h"

enum { KEY_GUEST = 256 };

static const struct option_spec options[] = {
    {KEY_GUEST,       "guest", "debian|small", "that guest system, not any that has been made"},
    {0},
};

static const struct command_spec command = {
    .name = "minivmm check",
    .synopsis = "boot|emulate",
    .purpose = "Tell whether that command can run a made guest here: status 0, or 125 and why not.",
    .options = options,
};

static int check_kvm(struct error *error)
{
    struct minivmm_probe probe;
    int result = minivmm_probe_kvm(&probe, error);

    if (result == 0 && probe.software)
        return error_set(error, ENOTSUP,
                         "KVM here is the software back end: it cannot run a Linux guest");
    return result;
}

static int check(const char *what, const char *guest, struct error *error)
{
    struct image image;
    int result;

    if (strcmp(what, "boot") == 0)
        result = check_kvm(error);
    else if (strcmp(what, "emulate") == 0)
        result = qemu_check(error);
    else
        return options_misuse(&command, error, "'%s' is neither boot nor emulate", what);
    return result < 0 ? result : image_find(&image, guest, error);
}

int command_check(int argc, char **argv)
{
    struct option_parser parser;
    struct error error;
    const char *guest = NULL;
    int key;

    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, &error)) > 0)
        guest = parser.argument;
    if (key == OPTIONS_SHOWN)
        return 0;
    if (key == OPTIONS_END && parser.rest != argc - 1)
        key = options_misuse(&command, &error, "check what: boot or emulate?");
    if (key != OPTIONS_END || check(argv[parser.rest], guest, &error) < 0)
        return error_report(&error, "minivmm");
    return 0;
}
