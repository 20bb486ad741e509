/* SPDX-License-Identifier: MIT */
/* A page as a table, for programs: CSV and JSON. */
#ifndef VIRTLAB_TUI_PAGE_TABLE_H
#define VIRTLAB_TUI_PAGE_TABLE_H

#include "common/table.h"
#include "tui/model/state.h"

/* To be freed with table_free(); NULL: no memory. */
struct table *page_table(const struct page *page);

#endif
