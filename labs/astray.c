/* SPDX-License-Identifier: MIT */
#include "labs/astray.h"

#include <math.h>
#include <stdbool.h>

#include "common/i18n.h"

/* A student who took the wrong unit also rounds: more coarsely than a right answer may be. */
enum { ROUNDING_PERCENT = 5 };

static bool near(double number, double other, const struct astray *astray)
{
    return fabs(number - other) <= (astray->slack + ROUNDING_PERCENT / 100.0) * fabs(other);
}

static const char *unit_kind(double number, const struct astray *astray)
{
    static const double steps[] = {1e3, 1e6, 1e9};

    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (near(number, astray->right * steps[i], astray))
            return _("it is in a smaller unit than the question's");
        if (near(number, astray->right / steps[i], astray))
            return _("it is in a larger unit than the question's");
    }
    if (near(number, astray->right * 100, astray))
        return _("it is a hundred times too large: per cent?");
    if (near(number, astray->right / 100, astray))
        return _("it is a hundred times too small: per cent?");
    return NULL;
}

static const char *formula_kind(double number, const struct astray *astray)
{
    if (astray->divisor == 1 || number == 0)
        return NULL;
    if (near(number, astray->dividend, astray))
        return _("it is not divided yet");
    if (near(number, astray->divisor, astray))
        return _("it is what should be divided by");
    if (near(1 / number, astray->right, astray))
        return _("it is divided the wrong way round");
    if (near(number, astray->right - 1, astray) && number != 0)
        return _("it says by how much more, not how many times as much");
    return NULL;
}

static const char *direction(double number, double right)
{
    const double factor = fabs(number) / fabs(right);

    if (number * right < 0)
        return _("it has the wrong sign");
    if (right == 0 || number == 0)
        return fabs(number) > fabs(right) ? _("it is too large") : _("it is too small");
    if (factor >= 10)
        return _("it is too large, by a factor of ten or more");
    if (factor >= 2)
        return _("it is too large, by a factor of two or more");
    if (factor > 1)
        return _("it is too large, by less than a factor of two");
    if (factor > 0.5)
        return _("it is too small, by less than a factor of two");
    if (factor > 0.1)
        return _("it is too small, by a factor of two or more");
    return _("it is too small, by a factor of ten or more");
}

const char *astray_kind(double number, const struct astray *astray)
{
    const char *kind = formula_kind(number, astray);

    if (!kind)
        kind = unit_kind(number, astray);
    return kind ? kind : direction(number, astray->right);
}
