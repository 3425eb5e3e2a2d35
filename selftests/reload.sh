#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes under watches, monitors, connections and dumps.

set -u

dir=$(dirname "$0")
# shellcheck source=common.sh
. "$dir/common.sh"

[ -e "${DIVULGE_KO-}" ] || skip_all "DIVULGE_KO does not name a divulge.ko"
[ "$(id -u)" -eq 0 ] || skip_all "insmod needs root"
mountpoint -q /mnt/xfs || skip_all "nothing is mounted at /mnt/xfs"

files=$(mktemp -d /mnt/xfs/reload.XXXXXX)
at_exit "rm -rf $files"

python3 - <<-'END' &
	import socket, sys, time
	made = []
	while True:
	    listener = socket.socket(socket.AF_INET, 6, 33)
	    listener.bind(("127.0.0.1", 0))
	    listener.listen(1)
	    client = socket.socket(socket.AF_INET, 6, 33)
	    client.connect(listener.getsockname())
	    made = made[-5:] + [(listener, client, listener.accept()[0])]
	    time.sleep(0.01)
END
at_exit "kill $!"

while :; do
	mkdir "$files/d" && rmdir "$files/d"
done &
at_exit "kill $!"

complaints()
{
	dmesg | grep -cE 'WARNING|BUG|Oops|refcount|use-after-free|lockdep'
}

is_gone()
{
	! kill -0 "$1" 2>/dev/null
}

# reload N: the module goes while a monitor, and with it a watch, is alive
reload()
{
	local monitor dumper status=0 before

	before=$(complaints)
	lsmod | grep -q ^divulge || insmod "$DIVULGE_KO" || return 1
	divulge monitor --json "$files" >"$tmp/monitor" 2>"$tmp/err" &
	monitor=$!
	(while divulge dccp >/dev/null 2>&1; do :; done) &
	dumper=$!
	wait_for 20 grep -q dccp-state "$tmp/monitor" &&
	wait_for 20 grep -q birth "$tmp/monitor" || status=1

	# A dump that is under way holds the module for that long.
	wait_for 20 rmmod divulge 2>/dev/null || status=1
	wait "$dumper"
	# The monitor sees it by itself, says so and fails.
	wait_for 20 is_gone "$monitor" || status=1
	! wait "$monitor" && grep -q "unloaded" "$tmp/err" || status=1
	insmod "$DIVULGE_KO" || status=1
	[ "$(complaints)" -eq "$before" ] || status=1
	return "$status"
}

umount_race()
{
	local before umounter

	before=$(complaints)
	mkdir -p "$tmp/mnt"
	for _ in 1 2 3; do
		mount -t tmpfs none "$tmp/mnt" || return 1
		divulge monitor births "$tmp/mnt" >/dev/null 2>"$tmp/err" &
		wait_for 20 grep -q watching "$tmp/err" || return 1
		umount "$tmp/mnt" &
		umounter=$!
		wait_for 20 rmmod divulge 2>/dev/null || return 1
		wait "$umounter" || return 1
		insmod "$DIVULGE_KO" || return 1
	done
	[ "$(complaints)" -eq "$before" ]
}

ktap_print_header
ktap_set_plan 21
for i in $(seq 20); do
	reload
	result "reload_$i"
done
umount_race
result umount_race
ktap_finished
