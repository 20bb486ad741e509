/* SPDX-License-Identifier: MIT */
#ifndef VIRTLAB_TUI_THEME_NAMES_H
#define VIRTLAB_TUI_THEME_NAMES_H

enum theme { THEME_DARK, THEME_LIGHT, THEME_MONO, THEMES };

extern const char *const theme_names[THEMES];

/* THEMES: there is none of that name. */
enum theme theme_find(const char *name);

#endif
