/* SPDX-License-Identifier: MIT */
/* Makes two system calls that minivmm does not serve, then exits with its argument's length. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)!socket(AF_INET, SOCK_STREAM, 0);
    (void)!fork();
    return argc > 1 ? (int)strlen(argv[1]) : 0;
}
