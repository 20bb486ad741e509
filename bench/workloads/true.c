/* SPDX-License-Identifier: MIT */
/*
 * true: what does it cost to start a box, run nothing in it, and take it down again?
 *
 * It ends with status 0 at once: the shortest program there is. What it does not answer: when the
 * program itself began to run, since it prints nothing; that is `hello`.
 */
int main(void)
{
    return 0;
}
