/* SPDX-License-Identifier: MIT */
/* The dashboard on a terminal: model, layout and screen put together. */
#ifndef VIRTLAB_TUI_APP_H
#define VIRTLAB_TUI_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "tui/layout/theme_names.h"

struct app_wish {
    const char *folder;   /* of the results */
    const char *timeline; /* NULL: none */
    size_t page;          /* the first one shown */
    enum theme theme;
    bool ascii, mouse, replay;
    double speed;
};

/* Until the user leaves. The exit status: 0, 128+N after signal N; negative errno with *error. */
int app_run(const struct app_wish *wish, struct error *error);

#endif
