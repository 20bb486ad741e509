/* SPDX-License-Identifier: MIT */
#include "tui/layout/theme_names.h"

#include <string.h>

const char *const theme_names[THEMES] = {"dark", "light", "mono"};

enum theme theme_find(const char *name)
{
    int i = 0;

    while (i < THEMES && strcmp(theme_names[i], name) != 0)
        i++;
    return (enum theme)i;
}
