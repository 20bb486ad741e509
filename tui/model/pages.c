/* SPDX-License-Identifier: MIT */
#include "tui/model/pages.h"

#include <dirent.h>
#include <string.h>

#include "common/i18n.h"

const struct page_kind page_kinds[] = {
    {
     .name = "compare",
     .title = N_("Compare"),
     .purpose = N_("the platforms side by side: start-up, overhead, memory, isolation"),
     .chart = CHART_BARS,
     .plot = "ratios",
     .make = page_make_compare,
     },
    {
     .name = "start-up",
     .title = N_("Start-up"),
     .purpose = N_("how long each box takes to start, and of which stages that consists"),
     .chart = CHART_START,
     .run = "startup --quick",
     .held = {"startup", "compare", "all"},
     .plot = "startup",
     .make = page_make_startup,
     },
    {
     .name = "isolation",
     .title = N_("Isolation"),
     .purpose = N_("what a program in each box can reach of the host; Enter explains a cell"),
     .run = "escape",
     .held = {"escape", "compare", "all"},
     .plot = "escape",
     .make = page_make_isolation,
     },
    {
     .name = "neighbours",
     .title = N_("Neighbours"),
     .purpose = N_("how long a victim's answers take beside an aggressor"),
     .chart = CHART_BARS,
     .run = "neighbours --quick",
     .held = {"neighbours", "all"},
     .plot = "neighbours",
     .make = page_make_neighbours,
     },
    {
     .name = "exits",
     .title = N_("Exits"),
     .purpose = N_("why a virtual machine left guest mode, and what that cost"),
     .chart = CHART_RECORD,
     .command = "trace syscall 100000",
     .make = page_make_exits,
     },
    {
     .name = "claims",
     .title = N_("Claims"),
     .purpose = N_("what is said of virtualization, and what these figures say to it"),
     .chart = CHART_DETAIL,
     .make = page_make_claims,
     },
    {
     .name = "results",
     .title = N_("Results"),
     .purpose = N_("earlier runs: open one, compare two, export a report"),
     .make = page_make_results,
     },
    {
     .name = "labs",
     .title = N_("Labs"),
     .purpose = N_("the labs, with progress and last grade"),
     .chart = CHART_DETAIL,
     .make = page_make_labs,
     },
};
const size_t page_kinds_count = sizeof page_kinds / sizeof *page_kinds;

size_t page_find(const char *name)
{
    size_t i = 0;

    while (i < page_kinds_count && strcmp(page_kinds[i].name, name) != 0)
        i++;
    return i;
}

enum { TIME_LENGTH = 17, FOLDERS_MAX = 4096 }; /* "20260102T030405Z-" */

/* Whether a folder's name is that of a run of this name: behind it stands nothing, or "-2". */
static bool is_run_of(const char *folder, const char *name)
{
    size_t length = strlen(name);

    return strlen(folder) >= TIME_LENGTH + length &&
           strncmp(folder + TIME_LENGTH, name, length) == 0 &&
           strchr("-", folder[TIME_LENGTH + length]); /* which finds the end, too */
}

static bool may_hold(const struct page_kind *kind, const char *folder)
{
    for (size_t i = 0; kind->held[i]; i++)
        if (is_run_of(folder, kind->held[i]))
            return true;
    return false;
}

void pages_point_to_earlier(struct page *pages, struct arena *arena, const struct sources *sources)
{
    size_t counts[PAGES_MAX] = {0};
    DIR *root = sources->root ? opendir(sources->root) : NULL;
    struct dirent *entry;

    for (size_t n = 0; root && n < FOLDERS_MAX && (entry = readdir(root)); n++)
        for (size_t i = 0; i < page_kinds_count; i++)
            counts[i] += strcmp(entry->d_name, sources->name) != 0 &&
                         may_hold(&page_kinds[i], entry->d_name);
    if (root)
        closedir(root);
    for (size_t i = 0; i < page_kinds_count; i++)
        if (pages[i].empty && counts[i] > 0)
            pages[i].empty =
                arena_format(arena,
                             _("%s Earlier runs may have this: %zu; the screen Results (%zu) "
                               "opens one."),
                             pages[i].empty, counts[i], page_find("results") + 1);
}
