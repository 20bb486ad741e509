/* SPDX-License-Identifier: MIT */
/* A guest: says one line, then halts. The processor is in real mode, so this is 16-bit code. */
    .code16
    .text
start:
    mov $(message - start + 0x1000), %si    /* the image lies at 0x1000 */
    mov $0xE9, %dx
next:
    lodsb                                   /* al = *si++ */
    test %al, %al
    jz over
    out %al, %dx
    jmp next
over:
    hlt

message:
    .asciz "Hello from ring 0!\n"
