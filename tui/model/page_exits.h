/* SPDX-License-Identifier: MIT */
/* The screen of exits, made of a record, and of a moment in it that may move. */
#ifndef VIRTLAB_TUI_PAGE_EXITS_H
#define VIRTLAB_TUI_PAGE_EXITS_H

#include "tui/model/exit_record.h"
#include "tui/model/state.h"

/* The exits up to the at-th (SIZE_MAX: all). held: the moment was chosen by the user. */
void page_exits_fill(struct page *page, struct arena *arena, const struct exit_record *record,
                     size_t at, bool held);

/* There is none: why; NULL: nobody asked for one yet. */
void page_exits_explain(struct page *page, struct arena *arena, const char *why);

#endif
