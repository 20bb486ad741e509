/* SPDX-License-Identifier: MIT */
#include "bench/results/params.h"

#include <stdio.h>
#include <string.h>

/* The value of name within params, and its length; NULL: there is none. */
static const char *find(const char *params, const char *name, size_t *length)
{
    size_t name_length = strlen(name);

    while (*params) {
        size_t whole = strcspn(params, ",");
        if (whole > name_length && strncmp(params, name, name_length) == 0 &&
            params[name_length] == '=') {
            *length = whole - name_length - 1;
            return params + name_length + 1;
        }
        params += whole;
        params += *params == ',';
    }
    return NULL;
}

bool params_have(const char *params, const char *name, const char *value)
{
    size_t length;
    const char *found = find(params, name, &length);

    return found && length == strlen(value) && strncmp(found, value, length) == 0;
}

const char *params_get(const char *params, const char *name, char *value, size_t size)
{
    size_t length = 0;
    const char *found = find(params, name, &length);

    snprintf(value, size, "%.*s", found ? (int)length : 0, found ? found : "");
    return value;
}

void params_set(char changed[PARAMS_TEXT_MAX], const char *params, const char *name,
                const char *value)
{
    size_t length;
    const char *found = find(params, name, &length);

    if (found)
        snprintf(changed, PARAMS_TEXT_MAX, "%.*s%s%s", (int)(found - params), params, value,
                 found + length);
    else
        snprintf(changed, PARAMS_TEXT_MAX, "%s", params);
}
