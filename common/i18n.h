/* SPDX-License-Identifier: MIT */
/*
 * virtlab's sentences in the user's language: write _("text") for what a person will read,
 * N_("text") for it in a static table (and _() where it is used). Keys of JSON and CSV are never
 * translated.
 */
#ifndef VIRTLAB_I18N_H
#define VIRTLAB_I18N_H

#include <libintl.h>
#include <stdbool.h>

#define _(text)  gettext(text)
#define N_(text) (text)

/*
 * First call of main(): take the locale from the environment and find the translations beside the
 * program (common/paths.h). Numbers keep their decimal point, since programs read them too.
 */
void i18n_start(void);

/*
 * After i18n_start(): another language than the environment's, "en" or "ko", in UTF-8. false: there
 * is no such translation, and nothing has changed.
 */
bool i18n_choose(const char *language);

#endif
