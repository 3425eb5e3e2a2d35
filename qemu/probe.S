/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that does what a hypervisor must get right before it can boot Linux:
 * enter long mode, write MSRs, swap GS, take a trap and return from it. It
 * leaves through isa-debug-exit with PASS, or not at all.
 *
 * A 32-bit multiboot image, since QEMU loads no other ELF without a BIOS disk.
 */
#define PASS			0x2a
#define EXIT_PORT		0xf4

#define MULTIBOOT_MAGIC		0x1badb002

#define CR0_PE_PG		0x80000001
#define CR4_PAE			0x20
#define MSR_EFER		0xc0000080
#define EFER_LME		0x100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102

#define CODE64			0x08
#define DATA64			0x10
#define BREAKPOINT		3

	.text
	.long	MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

	.code32
	.globl	_start
_start:
	mov	$stack, %esp
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$MSR_EFER, %ecx
	mov	$EFER_LME, %eax
	xor	%edx, %edx
	wrmsr
	mov	$CR0_PE_PG, %eax
	mov	%eax, %cr0
	mov	$breakpoint, %eax
	mov	%ax, idt + BREAKPOINT * 16
	shr	$16, %eax
	mov	%ax, idt + BREAKPOINT * 16 + 6
	lidt	idt_pointer
	lgdt	gdt_pointer
	ljmp	$CODE64, $long_mode

	.code64
long_mode:
	mov	$DATA64, %eax
	mov	%eax, %ss

	/* What swapgs brings in must be what wrmsr put there. */
	mov	$MSR_KERNEL_GS_BASE, %ecx
	mov	$0x5a5a5a5a, %eax
	xor	%edx, %edx
	wrmsr
	swapgs
	mov	$MSR_GS_BASE, %ecx
	rdmsr
	cmp	$0x5a5a5a5a, %eax
	jne	hang

	/* int3, and iretq out of its handler. */
	xor	%ebx, %ebx
	int3
	cmp	$PASS, %ebx
	jne	hang

	mov	%ebx, %eax
	out	%al, $EXIT_PORT
hang:
	pause
	jmp	hang

breakpoint:
	mov	$PASS, %ebx
	iretq

	.data
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.balign	8
idt:
	.fill	BREAKPOINT * 2, 8, 0
	.word	0, CODE64, 0x8e00, 0
	.quad	0
idt_pointer:
	.word	idt_pointer - idt - 1
	.long	idt

	/* The first two megabytes, mapped to themselves. */
	.balign	4096
pml4:
	.long	pdpt + 3, 0
	.balign	4096
pdpt:
	.long	pd + 3, 0
	.balign	4096
pd:
	.long	0x83, 0
	.balign	4096

	.bss
	.balign	16
	.skip	4096
stack:

	.section .note.GNU-stack, "", @progbits
