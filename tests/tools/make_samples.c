/* SPDX-License-Identifier: MIT */
/*
 * make_samples DIR SEED [PERCENT]: make DIR and fill it with a made-up run of `virtlab compare`,
 * with a slowdown of so much planted in everything that the container does.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "tests/unit/make_samples.h"

int main(int argc, char **argv)
{
    struct folder folder = {0};

    if (argc < 3 || argc > 4 || strlen(argv[1]) >= sizeof folder.path || mkdir(argv[1], 0755) != 0)
        return 125;
    strcpy(folder.path, argv[1]);
    snprintf(folder.samples, sizeof folder.samples, "%s/samples.jsonl", folder.path);
    folder.file = fopen(folder.samples, "we");
    if (!folder.file)
        return 125;
    samples_slowdown = argc == 4 ? 1 + strtod(argv[3], NULL) / 100 : 1;
    samples_compare(&folder, strtoull(argv[2], NULL, 10), 20);
    folder_close(&folder);
    samples_write_environment(&folder);
    return 0;
}
