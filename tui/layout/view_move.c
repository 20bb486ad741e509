/* SPDX-License-Identifier: MIT */
/* The keys that move: the cursor on a page, and the text in a popup. */
#include "tui/layout/view.h"

/* A page is as much as was seen, less a row that stays in sight. */
static size_t page_of(size_t shown)
{
    return shown > 2 ? shown - 1 : 1;
}

void view_move(struct view *view, enum action action, size_t count, size_t columns)
{
    struct page_view *at = &view->pages[view->page];
    size_t page = page_of(view->rows_shown);

    at->moved = true;
    switch (action) {
    case ACTION_UP:
        at->row -= at->row > 0;
        break;
    case ACTION_DOWN:
        at->row += at->row + 1 < count;
        break;
    case ACTION_LEFT:
        at->column -= at->column > 1;
        break;
    case ACTION_RIGHT:
        at->column += at->column + 1 < columns;
        break;
    case ACTION_PAGE_UP:
        at->row -= at->row < page ? at->row : page;
        break;
    case ACTION_PAGE_DOWN:
        at->row = at->row + page < count ? at->row + page : count > 0 ? count - 1 : 0;
        break;
    case ACTION_TOP:
        at->row = 0;
        break;
    default:
        at->row = count > 0 ? count - 1 : 0;
    }
}

enum { POPUP_COLUMNS = 8 };

/* In a popup the same keys move its text. */
void view_scroll(struct view *view, enum action action)
{
    size_t step =
        action == ACTION_PAGE_UP || action == ACTION_PAGE_DOWN ? page_of(view->popup_shown) : 1;

    switch (action) {
    case ACTION_UP:
    case ACTION_PAGE_UP:
        view->popup_scroll -= view->popup_scroll < step ? view->popup_scroll : step;
        break;
    case ACTION_DOWN:
    case ACTION_PAGE_DOWN:
        view->popup_scroll += step; /* view_settle() keeps it inside */
        break;
    case ACTION_TOP:
        view->popup_scroll = view->popup_column = 0;
        break;
    case ACTION_END:
        view->popup_scroll = SIZE_MAX / 2;
        break;
    case ACTION_LEFT:
        view->popup_column -=
            view->popup_column < POPUP_COLUMNS ? view->popup_column : POPUP_COLUMNS;
        break;
    case ACTION_RIGHT:
        view->popup_column += POPUP_COLUMNS;
        break;
    default:
        break;
    }
}
