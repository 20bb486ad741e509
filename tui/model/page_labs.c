/* SPDX-License-Identifier: MIT */
#include "common/i18n.h"
#include "tui/model/pages.h"

void page_make_labs(struct page *page, struct arena *arena, const struct sources *sources)
{
    (void)sources;
    grid_add_column(arena, &page->grid, "lab", _("lab"), false);
    page->empty = arena_text(arena, _("This version of virtlab has no labs."));
}
