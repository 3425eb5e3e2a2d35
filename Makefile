# SPDX-License-Identifier: GPL-2.0
#
# The front door; "make help" shows what is behind it.

BUILD := $(CURDIR)/build
KDIR ?= /lib/modules/$(shell uname -r)/build
KERNELS := 6.1 6.12
ALL_KERNELS := $(KERNELS) debug kcsan

export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: all
all: module user

.PHONY: help
help:
	@echo 'On this machine:'
	@echo '  make               divulge.ko for the running kernel, and the tools'
	@echo '  make KDIR=DIR      divulge.ko for the kernel whose build is in DIR'
	@echo '  make install       install the tools, their man pages and the module'
	@echo '  make clean         remove what was built, keep what was fetched'
	@echo 'In a virtual machine, which needs no kernel of yours:'
	@echo '  make demo          show the main job; installs what is missing'
	@echo '  make check         test all of it on Linux $(KERNELS)'
	@echo '  make check KERNEL=debug'
	@echo '                     the same on a kernel that tells on us; see below'
	@echo '  make check-long    test what takes too long for every day, and 4 GB'
	@echo '  make vm            a root shell there, with the module loaded'
	@echo 'For who works on it:'
	@echo '  make debug         gdb there, stopped where the module begins'
	@echo '  make debug BREAK=FUNCTION KERNEL=6.1    or elsewhere, on another Linux'
	@echo '  make debug-check   test that, on Linux $(KERNELS)'
	@echo '  make kernel        build the kernel "debug": KASAN, lockdep, kmemleak ...;'
	@echo '                     with SANITIZER=kcsan "kcsan", which finds data races'
	@echo '  make generate      make the C side of module/divulge.yaml anew'
	@echo '  make bench         count instructions, against statx, fanotify and inet_diag'
	@echo '  make style         checkpatch, sparse, W=1, clang, shellcheck'
	@echo '  make distclean     remove the build folder'

# A build folder for each kernel, with links to the sources: Kbuild puts its
# objects beside them.
stage = mkdir -p $(1) && find $(1) -xtype l -delete && \
	cp -rsf $(addprefix $(CURDIR)/,$(2)) $(1)/

# $(1): kernel build folder, $(2): where to build, $(3): of what
build-module = mkdir -p $(BUILD)/module && $(call stage,$(2),$(3)) && \
	flock $(2).lock $(MAKE) -C $(1) M=$(2) modules

.PHONY: module
module:
	@test -e $(KDIR)/Makefile || { \
		echo "There is nothing to build a module with in $(KDIR):" \
		"install linux-headers-$$(uname -r), name another folder with" \
		"KDIR=, or use the virtual machine ('make vm')." >&2; exit 1; }
	$(call build-module,$(KDIR),$(BUILD)/module/own,Kbuild module)
	cp $(BUILD)/module/own/divulge.ko divulge.ko

.PHONY: kernel
kernel:
	@qemu/kernel $(or $(filter-out kasan,$(SANITIZER)),debug)

.PHONY: $(ALL_KERNELS:%=kernel-%)
$(ALL_KERNELS:%=kernel-%): kernel-%:
	@qemu/packages build vm
	@qemu/kernel $*

.PHONY: $(ALL_KERNELS:%=module-%)
$(ALL_KERNELS:%=module-%): module-%: kernel-%
	+$(call build-module,$(BUILD)/kernel/$*/build,$(BUILD)/module/$*,\
		Kbuild module)

# Modules that only the tests need
.PHONY: $(ALL_KERNELS:%=test-module-%)
$(ALL_KERNELS:%=test-module-%): test-module-%: kernel-%
	+$(call build-module,$(BUILD)/kernel/$*/build,$(BUILD)/module/$*-test,\
		selftests/Kbuild selftests/foreign_ccid.c \
		selftests/faults.c module)

.PHONY: user
user:
	$(MAKE) -C user OUT=$(BUILD)/user

.PHONY: install
install: module user
	$(MAKE) -C user OUT=$(BUILD)/user install
	$(MAKE) -C $(KDIR) M=$(BUILD)/module/own modules_install

.PHONY: vm
vm:
	@qemu/packages build vm
	@qemu/vm shell

.PHONY: debug
debug:
	@qemu/packages build vm debug
	@qemu/debug $(KERNEL:%=--kernel=%) $(BREAK)

.PHONY: debug-check
debug-check: user $(KERNELS:%=module-%)
	@qemu/packages check
	@selftests/debug $(KERNELS)

.PHONY: demo
demo:
	@qemu/packages build vm demo
	@qemu/demo

.PHONY: check
check:
	@qemu/packages build vm check
	@selftests/check $(or $(KERNEL),$(KERNELS))

.PHONY: check-long
check-long:
	@qemu/packages build vm check
	@selftests/check --long $(KERNELS)

.PHONY: style
style:
	@qemu/packages build vm check
	@selftests/style $(KERNELS)

.PHONY: bench
bench:
	@qemu/packages build vm check
	@selftests/bench $(KERNELS)

.PHONY: generate
generate:
	@qemu/packages check
	@qemu/kernel source
	/usr/bin/python3 module/generate.py $(BUILD)/source

.PHONY: clean
clean:
	rm -rf $(BUILD)/module $(BUILD)/user $(BUILD)/selftests divulge.ko

.PHONY: distclean
distclean: clean
	rm -rf $(BUILD)
