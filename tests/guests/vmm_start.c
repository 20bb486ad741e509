/* SPDX-License-Identifier: MIT */
/* Prints what a program finds when it starts: arguments, environment, auxiliary vector, memory. */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int zeros[3000]; /* .bss beyond the file's last page */
static int initialised = 42;

int main(int argc, char **argv)
{
    const Elf64_Phdr *headers = (const void *)getauxval(AT_PHDR);
    int sum = 0;

    for (int i = 1; i < argc; i++)
        printf("argument %s\n", argv[i]);
    for (char **variable = environ; *variable; variable++)
        printf("variable %s\n", *variable);
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        sum += zeros[i];
    printf("bss %d data %d\n", sum, initialised);
    printf("page %lu\n", getauxval(AT_PAGESZ));
    printf("headers %s\n", headers && headers->p_type != PT_NULL ? "readable" : "missing");
    printf("random %s\n", getauxval(AT_RANDOM) ? "there" : "missing");
    printf("name %s\n", (const char *)getauxval(AT_EXECFN));
    printf("stack %s\n", (uintptr_t)__builtin_frame_address(0) % 16 == 0 ? "aligned" : "crooked");
    return 0;
}
