#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# divulged logs what happens, and ends with everything written.

set -u

dir=$(dirname "$0")
# shellcheck source=common.sh
. "$dir/common.sh"

[ -d /sys/module/divulge ] || skip_all "divulge.ko is not loaded"
[ "$(id -u)" -eq 0 ] || skip_all "watching needs root"
command -v divulged >/dev/null || skip_all "there is no divulged on PATH"
mountpoint -q /mnt/ext4 || skip_all "nothing is mounted at /mnt/ext4"

files=$(mktemp -d /mnt/ext4/divulged.XXXXXX)
at_exit "rm -rf $files"

# start NAME ARG...: run the daemon until it is ready
start()
{
	local name=$1

	shift
	divulged "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" &
	daemon=$!
	wait_for 30 grep -q ready "$tmp/$name.err"
}

is_gone()
{
	! kill -0 "$1" 2>/dev/null
}

births()
{
	grep -c '"event": *"birth"' "$1"
}

tests=()

tests+=(logs_to_stdout)
logs_to_stdout()
{
	start stdout /mnt/ext4 || return 1
	mkdir "$files/a" "$files/b" "$files/c"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	[ "$(births "$tmp/stdout.out")" -eq 3 ]
}

tests+=(logs_to_file_and_appends)
logs_to_file_and_appends()
{
	local log=$tmp/log i

	for i in 1 2; do
		start file --output "json:$log" /mnt/ext4 || return 1
		mkdir "$files/file$i"
		kill -INT "$daemon"
		wait "$daemon" || return 1
	done
	[ "$(births "$log")" -eq 2 ]
}

tests+=(all_is_written_at_the_end)
all_is_written_at_the_end()
{
	start many /mnt/ext4 || return 1
	python3 -c 'import os, sys
for i in range(3000): os.mkdir(f"{sys.argv[1]}/many{i}")' "$files"
	# What was queued in the kernel is sent within 10 ms or so.
	sleep 1
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	python3 - "$tmp/many.out" <<-END
	import json, sys
	seen = [json.loads(line) for line in open(sys.argv[1])]
	births = [o for o in seen if o["event"] == "birth"]
	assert len(births) == 3000, len(births)
	assert [o["seq"] for o in births] == \
		list(range(births[0]["seq"], births[0]["seq"] + 3000))
	assert all(o["path"].endswith("/many%d" % i)
		   for i, o in enumerate(births))
	END
}

tests+=(logs_dccp_too)
logs_dccp_too()
{
	start dccp /mnt/ext4 || return 1
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, 6, 33)
s.bind(("127.0.0.1", 0))
s.listen(1)'
	wait_for 10 grep -q '"dccp-state"' "$tmp/dccp.out"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	grep -q '"state": *"listen"' "$tmp/dccp.out"
}

# Of a listener that comes and goes its end alone, with the reason
tests+=(some_of_dccp)
some_of_dccp()
{
	start some --no-births --event close || return 1
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, 6, 33)
s.bind(("127.0.0.1", 0))
s.listen(1)'
	wait_for 10 grep -q '"cause":"listener"' "$tmp/some.out"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	[ "$(wc -l <"$tmp/some.out")" -eq 1 ]
}

tests+=(several_filesystems)
several_filesystems()
{
	mountpoint -q /mnt/xfs && mountpoint -q /mnt/btrfs ||
		return "$KSFT_SKIP"
	start several --no-dccp /mnt/ext4 /mnt/xfs /mnt/btrfs || return 1
	mkdir "$files/s" /mnt/xfs/s /mnt/btrfs/s
	rmdir /mnt/xfs/s /mnt/btrfs/s
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	[ "$(births "$tmp/several.out")" -eq 3 ]
}

# has EVENT FILE: it is there
has()
{
	grep -q "\"event\":\"$1\"" "$2"
}

# Away and back: what was born meanwhile is found, what is underneath is not
# watched.
tests+=(mounted_again)
mounted_again()
{
	local log=$tmp/again.out at=$tmp/at device

	device=$(findmnt -no SOURCE /mnt/xfs) || return "$KSFT_SKIP"
	mkdir "$at"
	umount /mnt/xfs
	at_exit "umount '$at' '$at'; mount $device /mnt/xfs"
	mount -t tmpfs none "$at" && mount "$device" "$at" || return 1
	start again --no-dccp "$at" || return 1
	umount "$at" && wait_for 10 has unmount "$log" || return 1
	mkdir "$at/underneath"
	mount "$device" /mnt/xfs && mkdir /mnt/xfs/elsewhere &&
		umount /mnt/xfs && mount "$device" "$at" &&
		wait_for 10 has found "$log" || return 1
	mkdir "$at/after"
	wait_for 10 has birth "$log"
	rmdir "$at/elsewhere" "$at/after"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	python3 - "$log" "$at" <<-END
	import json, sys
	at = sys.argv[2]
	seen = [json.loads(line) for line in open(sys.argv[1])]
	got = [(o["event"], o["path"]) for o in seen]
	assert got == [("unmount", at), ("watch", at),
		       ("found", at + "/elsewhere"),
		       ("birth", at + "/after")], got
	END
}

tests+=(filters)
filters()
{
	mkdir "$files/below"
	start filters --no-dccp --type f --subtree "$files/below" || return 1
	mkdir "$files/below/dir"
	touch "$files/file" "$files/below/file"
	wait_for 10 has birth "$tmp/filters.out"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	[ "$(births "$tmp/filters.out")" -eq 1 ] &&
		grep -q "$files/below/file" "$tmp/filters.out"
}

tests+=(full_disk)
full_disk()
{
	local status=0

	start full --output json:/dev/full --output "json:$tmp/healthy" \
		/mnt/ext4 || return 1
	mkdir "$files/full"
	wait_for 10 grep -q "No space left.*trying again" "$tmp/full.err"
	kill -TERM "$daemon"
	wait "$daemon" || status=$?
	[ "$status" -eq 1 ] && [ "$(births "$tmp/healthy")" -eq 1 ] &&
		grep -q "/dev/full: 1 records were not written" "$tmp/full.err"
}

# Nobody reads: the end must come all the same, and be said.
tests+=(stuck_output)
stuck_output()
{
	local status=0 sleeper

	mkfifo "$tmp/fifo"
	sleep 1000 <>"$tmp/fifo" &
	sleeper=$!
	start stuck --output "json:$tmp/fifo" /mnt/ext4 || return 1
	python3 -c 'import os, sys
for i in range(1000): os.mkdir(f"{sys.argv[1]}/stuck{i}")' "$files"
	sleep 1
	kill -TERM "$daemon"
	wait_for 20 is_gone "$daemon" || status=1
	kill "$sleeper"
	! wait "$daemon" && [ "$status" -eq 0 ] &&
		grep -q "fifo: [0-9]* records were not written" "$tmp/stuck.err"
}

# A line that was cut off does not take the next one with it.
tests+=(torn_line)
torn_line()
{
	printf '{"event":"bir' >"$tmp/torn"
	start torn --output "json:$tmp/torn" /mnt/ext4 || return 1
	mkdir "$files/torn"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	[ "$(wc -l <"$tmp/torn")" -eq 2 ] &&
		tail -n 1 "$tmp/torn" | grep -q '^{"event":"birth".*}$'
}

tests+=(closed_files)
closed_files()
{
	divulged --output "json:$tmp/closed" /mnt/ext4 <&- >&- 2>&- &
	daemon=$!
	wait_for 20 test -e "$tmp/closed" && sleep 2
	mkdir "$files/closed"
	kill -TERM "$daemon"
	wait "$daemon" || return 1
	[ "$(wc -l <"$tmp/closed")" -eq 1 ] && [ "$(births "$tmp/closed")" -eq 1 ]
}

run_tests "${tests[@]}"
