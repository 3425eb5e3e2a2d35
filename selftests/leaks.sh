#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# No memory of the kernel was lost in what ran before. To be run last.

set -u

dir=$(dirname "$0")
# shellcheck source=common.sh
. "$dir/common.sh"

kmemleak=/sys/kernel/debug/kmemleak

[ "$(id -u)" -eq 0 ] || skip_all "kmemleak needs root"
[ -w "$kmemleak" ] || skip_all "this kernel has no kmemleak"

# found: what two scans say is lost. What was just allocated may be on its way
# to where it belongs: only after some seconds does kmemleak tell of it.
found()
{
	echo scan >"$kmemleak" && sleep 6 && echo scan >"$kmemleak" &&
		cat "$kmemleak" >"$tmp/found"
}

nothing_lost()
{
	found || return 1
	[ -s "$tmp/found" ] || return 0
	sed 's/^/# /' "$tmp/found"
	# The kernel's own word on it is too quiet for a kernel log that is sent
	# down a serial line.
	echo "<4>kmemleak: $(grep -c ^unreferenced "$tmp/found") new suspected memory leaks" \
		>/dev/kmsg
	return 1
}

# What only the module still knew of is lost when it is gone.
nothing_lost_without_module()
{
	[ -d /sys/module/divulge ] && [ -e "${DIVULGE_KO-}" ] || return "$KSFT_SKIP"
	rmmod divulge || return 1
	nothing_lost
	local status=$?
	insmod "$DIVULGE_KO" || status=1
	return "$status"
}

run_tests nothing_lost nothing_lost_without_module
