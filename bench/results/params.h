/* SPDX-License-Identifier: MIT */
/* The parameters of a measure as one text, "limits=on,mode=single": what is asked of it. */
#ifndef VIRTLAB_PARAMS_H
#define VIRTLAB_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

enum { PARAMS_TEXT_MAX = 1024 };

/* Whether "name=value" is one of them. */
bool params_have(const char *params, const char *name, const char *value);

/* The value of name, cut off at size − 1 bytes; "" when there is none of that name. */
const char *params_get(const char *params, const char *name, char *value, size_t size);

/* Their copy with another value of name, if it is there. */
void params_set(char changed[PARAMS_TEXT_MAX], const char *params, const char *name,
                const char *value);

#endif
