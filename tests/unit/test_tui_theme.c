/* SPDX-License-Identifier: MIT */
/* The themes: readable on their ground, also for those who see no red or no green, or no colour. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tui/screen/theme.h"

enum { SERIES_TOLD_APART = 4 }; /* platforms that a comparison has at most times */

struct rgb {
    double r, g, b; /* linear light, 0 to 1 */
};

static double linear(int byte)
{
    double share = byte / 255.0; /* sRGB, IEC 61966-2-1 */

    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

/* xterm's 256 colours; the first 16 are the user's own, and no theme of ours may take them. */
static struct rgb rgb_of(int colour)
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};

    assert_in_range(colour, 16, 255);
    if (colour >= 232) {
        double gray = linear(8 + 10 * (colour - 232));
        return (struct rgb){gray, gray, gray};
    }
    colour -= 16;
    return (struct rgb){linear(steps[colour / 36]), linear(steps[colour / 6 % 6]),
                        linear(steps[colour % 6])};
}

static double luminance(struct rgb colour)
{
    return 0.2126 * colour.r + 0.7152 * colour.g + 0.0722 * colour.b;
}

/* WCAG 2.1, "contrast ratio": 4.5 is enough for text. */
static double contrast(struct rgb a, struct rgb b)
{
    double light = luminance(a), dark = luminance(b);

    if (light < dark) {
        double swap = light;
        light = dark;
        dark = swap;
    }
    return (light + 0.05) / (dark + 0.05);
}

static void texts_are_readable(void **context)
{
    (void)context;
    for (int theme = THEME_DARK; theme <= THEME_LIGHT; theme++) {
        struct rgb terminal = rgb_of(theme == THEME_DARK ? 16 : 231);
        for (int role = 0; role < ROLES; role++) {
            struct look look = theme_look((enum theme)theme, (enum role)role);
            if (look.colour == COLOUR_DEFAULT && look.ground == COLOUR_DEFAULT)
                continue; /* as the terminal's user wants it */
            assert_true(look.colour != COLOUR_DEFAULT);
            struct rgb ground = look.ground == COLOUR_DEFAULT ? terminal : rgb_of(look.ground);
            /* Curves, bars and axes are no text: 3 is enough. */
            double least = role >= ROLE_SERIES || role == ROLE_AXIS ? 3 : 4.5;
            if (contrast(rgb_of(look.colour), ground) < least)
                fail_msg("theme %s, role %d: contrast %.2f", theme_names[theme], role,
                         contrast(rgb_of(look.colour), ground));
        }
    }
}

static void eight_colours_are_enough(void **context)
{
    (void)context;
    for (int theme = 0; theme < THEMES; theme++) {
        for (int role = 0; role < ROLES; role++) {
            struct look look = theme_look((enum theme)theme, (enum role)role);
            assert_in_range(look.few_colour + 1, 0, 8);
            assert_in_range(look.few_ground + 1, 0, 8);
            if (look.few_ground != COLOUR_DEFAULT)
                assert_int_not_equal(look.few_colour, look.few_ground);
        }
    }
}

/* How those see it who lack the cones for long (red) or middle (green) waves: Viénot, Brettel and
   Mollon (1999), in linear sRGB. */
static struct rgb without(struct rgb colour, char cone)
{
    double mixed = cone == 'r' ? 0.11238 * colour.r + 0.88762 * colour.g
                               : 0.29275 * colour.r + 0.70725 * colour.g;
    double rest = cone == 'r' ? 0.00401 * colour.r - 0.00401 * colour.g + colour.b
                              : -0.02234 * colour.r + 0.02234 * colour.g + colour.b;

    return (struct rgb){mixed, mixed, rest};
}

static double display(double light)
{
    light = light < 0 ? 0 : light;
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

/* In steps of the display's scale, 0 to 255. */
static double distance(struct rgb a, struct rgb b)
{
    double r = display(a.r) - display(b.r), g = display(a.g) - display(b.g);
    double blue = display(a.b) - display(b.b);

    return 255 * sqrt((r * r + g * g + blue * blue) / 3);
}

static void expect_apart(enum theme theme, enum role a, enum role b)
{
    struct rgb one = rgb_of(theme_look(theme, a).colour), two = rgb_of(theme_look(theme, b).colour);

    for (const char *cone = "rg"; *cone; cone++)
        if (distance(without(one, *cone), without(two, *cone)) < 20)
            fail_msg("theme %s: roles %d and %d look alike without %c: %.1f", theme_names[theme], a,
                     b, *cone, distance(without(one, *cone), without(two, *cone)));
}

static void colours_are_told_apart_without_red_or_green(void **context)
{
    (void)context;
    for (int theme = THEME_DARK; theme <= THEME_LIGHT; theme++) {
        expect_apart((enum theme)theme, ROLE_GOOD, ROLE_BAD);
        expect_apart((enum theme)theme, ROLE_GOOD, ROLE_WARN);
        for (int i = 0; i < SERIES_TOLD_APART; i++)
            for (int j = 0; j < i; j++)
                expect_apart((enum theme)theme, (enum role)(ROLE_SERIES + i),
                             (enum role)(ROLE_SERIES + j));
    }
}

static void mono_says_it_by_attributes(void **context)
{
    static const enum role different[][2] = {
        {ROLE_TAB,      ROLE_TAB_HERE },
        {ROLE_TEXT,     ROLE_ROW_HERE },
        {ROLE_ROW_HERE, ROLE_CELL_HERE},
        {ROLE_TEXT,     ROLE_HEAD     },
        {ROLE_TEXT,     ROLE_WARN     },
        {ROLE_TEXT,     ROLE_WEAK     },
        {ROLE_GOOD,     ROLE_BAD      },
        {ROLE_WARN,     ROLE_BAD      },
        {ROLE_KEY,      ROLE_KEY_TEXT },
        {ROLE_TEXT,     ROLE_FOUND    },
        {ROLE_TEXT,     ROLE_TITLE    },
    };
    (void)context;
    for (int role = 0; role < ROLES; role++) {
        struct look look = theme_look(THEME_MONO, (enum role)role);
        assert_true(look.colour == COLOUR_DEFAULT && look.ground == COLOUR_DEFAULT);
        assert_true(look.few_colour == COLOUR_DEFAULT && look.few_ground == COLOUR_DEFAULT);
    }
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        assert_int_not_equal(theme_look(THEME_MONO, different[i][0]).attributes,
                             theme_look(THEME_MONO, different[i][1]).attributes);
}

/* Where the cursor is must be seen in any theme: by ground, or by attributes. */
static void the_cursor_is_seen(void **context)
{
    static const enum role roles[] = {ROLE_ROW_HERE, ROLE_CELL_HERE, ROLE_TAB_HERE};

    (void)context;
    for (int theme = 0; theme < THEMES; theme++) {
        for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
            struct look here = theme_look((enum theme)theme, roles[i]);
            struct look text = theme_look((enum theme)theme, ROLE_TEXT);
            assert_true(here.ground != text.ground || here.attributes != text.attributes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_readable),
        cmocka_unit_test(eight_colours_are_enough),
        cmocka_unit_test(colours_are_told_apart_without_red_or_green),
        cmocka_unit_test(mono_says_it_by_attributes),
        cmocka_unit_test(the_cursor_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
