/* SPDX-License-Identifier: MIT */
/* Executes COMMAND with FILE, opened by O_PATH, as standard input: container_path FILE COMMAND...
 */
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int file = argc > 2 ? open(argv[1], O_PATH) : -1;

    if (file < 0 || dup2(file, STDIN_FILENO) < 0)
        return 2;
    execvp(argv[2], argv + 2);
    return 2;
}
