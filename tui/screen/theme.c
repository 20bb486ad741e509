/* SPDX-License-Identifier: MIT */
#include "tui/screen/theme.h"

/* The eight colours that every terminal has. */
enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, NONE = COLOUR_DEFAULT };

/*
 * Series and verdicts keep to the palette of Okabe and Ito ("Color Universal Design", 2008): good
 * is blue, bad is vermilion, and nothing is said by red against green.
 */
static const struct look dark[ROLES] = {
    [ROLE_TEXT] = {NONE, NONE, NONE,    NONE,   0        },
    [ROLE_TITLE] = {231,  24,   WHITE,   BLUE,   LOOK_BOLD},
    [ROLE_TAB] = {250,  236,  WHITE,   BLACK,  0        },
    [ROLE_TAB_HERE] = {16,   75,   BLACK,   CYAN,   LOOK_BOLD},
    [ROLE_HEAD] = {117,  NONE, CYAN,    NONE,   LOOK_BOLD},
    [ROLE_LABEL] = {NONE, NONE, NONE,    NONE,   0        },
    [ROLE_GOOD] = {75,   NONE, CYAN,    NONE,   0        },
    [ROLE_WARN] = {221,  NONE, YELLOW,  NONE,   0        },
    [ROLE_BAD] = {209,  NONE, MAGENTA, NONE,   LOOK_BOLD},
    [ROLE_WEAK] = {245,  NONE, NONE,    NONE,   0        },
    [ROLE_ROW_HERE] = {231,  238,  WHITE,   BLUE,   0        },
    [ROLE_CELL_HERE] = {16,   117,  BLACK,   CYAN,   LOOK_BOLD},
    [ROLE_FOUND] = {16,   221,  BLACK,   YELLOW, 0        },
    [ROLE_AXIS] = {245,  NONE, WHITE,   NONE,   0        },
    [ROLE_BORDER] = {117,  NONE, CYAN,    NONE,   0        },
    [ROLE_PROMPT] = {221,  NONE, YELLOW,  NONE,   0        },
    [ROLE_KEY] = {250,  NONE, WHITE,   NONE,   LOOK_BOLD},
    [ROLE_KEY_TEXT] = {16,   75,   BLACK,   CYAN,   0        },
    [ROLE_SERIES] = {75,   NONE, CYAN,    NONE,   0        },
    [ROLE_SERIES + 1] = {214,  NONE, YELLOW,  NONE,   0        },
    [ROLE_SERIES + 2] = {36,   NONE, GREEN,   NONE,   0        },
    [ROLE_SERIES + 3] = {175,  NONE, MAGENTA, NONE,   0        },
    [ROLE_SERIES + 4] = {227,  NONE, WHITE,   NONE,   LOOK_BOLD},
    [ROLE_SERIES + 5] = {209,  NONE, RED,     NONE,   0        },
    [ROLE_SERIES + 6] = {33,   NONE, BLUE,    NONE,   LOOK_BOLD},
    [ROLE_SERIES + 7] = {250,  NONE, WHITE,   NONE,   0        },
};

static const struct look light[ROLES] = {
    [ROLE_TEXT] = {NONE, NONE, NONE,    NONE,   0        },
    [ROLE_TITLE] = {231,  25,   WHITE,   BLUE,   LOOK_BOLD},
    [ROLE_TAB] = {238,  253,  BLACK,   WHITE,  0        },
    [ROLE_TAB_HERE] = {231,  25,   WHITE,   BLUE,   LOOK_BOLD},
    [ROLE_HEAD] = {25,   NONE, BLUE,    NONE,   LOOK_BOLD},
    [ROLE_LABEL] = {NONE, NONE, NONE,    NONE,   0        },
    [ROLE_GOOD] = {26,   NONE, BLUE,    NONE,   0        },
    [ROLE_WARN] = {130,  NONE, MAGENTA, NONE,   0        },
    [ROLE_BAD] = {160,  NONE, RED,     NONE,   LOOK_BOLD},
    [ROLE_WEAK] = {242,  NONE, NONE,    NONE,   0        },
    [ROLE_ROW_HERE] = {16,   254,  BLACK,   WHITE,  0        },
    [ROLE_CELL_HERE] = {231,  25,   WHITE,   BLUE,   LOOK_BOLD},
    [ROLE_FOUND] = {16,   222,  BLACK,   YELLOW, 0        },
    [ROLE_AXIS] = {242,  NONE, BLACK,   NONE,   0        },
    [ROLE_BORDER] = {25,   NONE, BLUE,    NONE,   0        },
    [ROLE_PROMPT] = {130,  NONE, MAGENTA, NONE,   0        },
    [ROLE_KEY] = {238,  NONE, BLACK,   NONE,   LOOK_BOLD},
    [ROLE_KEY_TEXT] = {231,  25,   WHITE,   BLUE,   0        },
    [ROLE_SERIES] = {32,   NONE, BLUE,    NONE,   0        },
    [ROLE_SERIES + 1] = {166,  NONE, RED,     NONE,   0        },
    [ROLE_SERIES + 2] = {29,   NONE, GREEN,   NONE,   0        },
    [ROLE_SERIES + 3] = {132,  NONE, MAGENTA, NONE,   0        },
    [ROLE_SERIES + 4] = {94,   NONE, BLACK,   NONE,   LOOK_BOLD},
    [ROLE_SERIES + 5] = {160,  NONE, RED,     NONE,   LOOK_BOLD},
    [ROLE_SERIES + 6] = {18,   NONE, BLUE,    NONE,   LOOK_BOLD},
    [ROLE_SERIES + 7] = {240,  NONE, BLACK,   NONE,   0        },
};

static const unsigned mono[ROLES] = {
    [ROLE_TITLE] = LOOK_REVERSE,
    [ROLE_TAB_HERE] = LOOK_BOLD | LOOK_UNDERLINE,
    [ROLE_HEAD] = LOOK_BOLD,
    [ROLE_WARN] = LOOK_UNDERLINE,
    [ROLE_BAD] = LOOK_BOLD | LOOK_UNDERLINE,
    [ROLE_WEAK] = LOOK_DIM,
    [ROLE_ROW_HERE] = LOOK_BOLD,
    [ROLE_CELL_HERE] = LOOK_REVERSE,
    [ROLE_FOUND] = LOOK_REVERSE,
    [ROLE_KEY_TEXT] = LOOK_REVERSE,
};

struct look theme_look(enum theme theme, enum role role)
{
    if (theme == THEME_MONO)
        return (struct look){NONE, NONE, NONE, NONE, mono[role]};
    return theme == THEME_LIGHT ? light[role] : dark[role];
}
