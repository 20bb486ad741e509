/* SPDX-License-Identifier: MIT */
#include "common/i18n.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/paths.h"
#include "common/terminal.h"

/* What the environment names for messages and characters, by the precedence of locale(7). */
static const char *wanted_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "C";
}

/*
 * A fresh system knows LANG=ko_KR.UTF-8 by name only: its data was never generated. Then what is
 * needed of it is had all the same: UTF-8 from C.UTF-8, and the language by LANGUAGE, which
 * gettext(3) reads.
 */
static void do_without_locale_data(void)
{
    const char *wanted = wanted_locale();
    const char *codeset = strchr(wanted, '.');

    if (!codeset || (strcasecmp(codeset, ".utf8") != 0 && strcasecmp(codeset, ".utf-8") != 0))
        return;
    char language[16] = "";
    size_t length = strcspn(wanted, ".");
    if (!setlocale(LC_ALL, "C.UTF-8") || length >= sizeof language)
        return;
    memcpy(language, wanted, length);
    setenv("LANGUAGE", language, 0);
}

static void open_translations(void)
{
    struct paths paths;
    struct error error;

    if (paths_find(&paths, &error) < 0)
        return;
    bindtextdomain("virtlab", paths.locale);
    bind_textdomain_codeset("virtlab", "UTF-8");
    textdomain("virtlab");
}

void i18n_start(void)
{
    if (!setlocale(LC_ALL, ""))
        do_without_locale_data();
    setlocale(LC_NUMERIC, "C");
    /* In another character set there are no translations: the text is English, put into ASCII. */
    if (terminal_utf8())
        open_translations();
}

bool i18n_choose(const char *language)
{
    if (strcmp(language, "en") != 0 && strcmp(language, "ko") != 0)
        return false;
    /* gettext(3) reads LANGUAGE in every locale but "C". */
    if (!terminal_utf8())
        setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
    setenv("LANGUAGE", language, 1);
    open_translations();
    return true;
}
