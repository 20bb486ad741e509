/* SPDX-License-Identifier: MIT */
/* Keys while the screen of neighbours is live: its cursor goes along the boxes to tick. */
#include <string.h>

#include "tui/layout/view.h"
#include "tui/model/pages.h"

bool view_neighbours_shown(const struct view *view)
{
    return view->neighbours && strcmp(page_kinds[view->page].name, "neighbours") == 0;
}

bool view_neighbours_act(struct view *view, enum action action, struct request *request)
{
    if (!view_neighbours_shown(view))
        return false;
    size_t last = view->neighbours->antagonist_count; /* behind them stand the limits */

    switch (action) {
    case ACTION_LEFT:
    case ACTION_UP:
        view->neighbour -= view->neighbour > 0;
        return true;
    case ACTION_RIGHT:
    case ACTION_DOWN:
        view->neighbour += view->neighbour < last;
        return true;
    case ACTION_TOP:
    case ACTION_PAGE_UP:
        view->neighbour = 0;
        return true;
    case ACTION_END:
    case ACTION_PAGE_DOWN:
        view->neighbour = last;
        return true;
    case ACTION_ENTER:
    case ACTION_PAUSE:
        *request = (struct request){ACTION_TICK, ""};
        return true;
    /* There are no rows. */
    case ACTION_SEARCH:
    case ACTION_SEARCH_NEXT:
    case ACTION_FILTER:
    case ACTION_SORT:
    case ACTION_RATIOS:
    case ACTION_MARK:
        return true;
    default:
        return false;
    }
}
