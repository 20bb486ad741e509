/* SPDX-License-Identifier: MIT */
#include "common/host_memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/host_file.h"

static const struct {
    const char *name;
    size_t offset;
    int64_t unit; /* bytes per count; proc(5): "kB" there are KiB */
} lines[] = {
    {"MemTotal:",        offsetof(struct host_memory, total_bytes),      1024},
    {"MemAvailable:",    offsetof(struct host_memory, available_bytes),  1024},
    {"SwapTotal:",       offsetof(struct host_memory, swap_total_bytes), 1024},
    {"SwapFree:",        offsetof(struct host_memory, swap_free_bytes),  1024},
    {"HugePages_Total:", offsetof(struct host_memory, huge_pages),       1   },
    {"HugePages_Free:",  offsetof(struct host_memory, huge_pages_free),  1   },
    {"Hugepagesize:",    offsetof(struct host_memory, huge_page_bytes),  1024},
};

void host_memory_parse(const char *text, struct host_memory *memory)
{
    *memory = (struct host_memory){-1, -1, -1, -1, -1, -1, -1};
    for (const char *line = text; *line; line += *line == '\n') {
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
            size_t length = strlen(lines[i].name);
            if (strncmp(line, lines[i].name, length) == 0)
                *(int64_t *)((char *)memory + lines[i].offset) =
                    strtoll(line + length, NULL, 10) * lines[i].unit;
        }
        line += strcspn(line, "\n");
    }
}

void host_memory_read(struct host_memory *memory)
{
    char text[8192];

    host_read("/proc/meminfo", text, sizeof text);
    host_memory_parse(text, memory);
}
