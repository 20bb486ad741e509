/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "common/exitcode.h"
#include "minicontainer/minicontainer.h"

int main(int argc, char **argv)
{
    struct error error = {0};
    struct minicontainer *container;
    int status = 0;

    if (argc < 3 || strcmp(argv[1], "run"))
        return EXIT_TOOL_FAILED;
    struct minicontainer_config config = {.argv = argv + 2};
    int result = minicontainer_create(&container, &config, &error);
    if (result == 0)
        result = minicontainer_start(container, &error);
    if (result == 0)
        result = minicontainer_wait(container, &status, &error);
    minicontainer_delete(container, &error);
    return result < 0 ? error_report(&error, "minicontainer run") : status;
}
