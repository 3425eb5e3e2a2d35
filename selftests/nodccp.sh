#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Without dccp.ko, and while it comes and goes. Must run where DCCP is not
# loaded; once it is, with address families, it cannot go any more.

set -u

dir=$(dirname "$0")
# shellcheck source=common.sh
. "$dir/common.sh"

[ -d /sys/module/divulge ] || skip_all "divulge.ko is not loaded"
[ "$(id -u)" -eq 0 ] || skip_all "modprobe needs root"
[ ! -d /sys/module/dccp ] || skip_all "DCCP is loaded"
modprobe -n dccp_ipv4 2>/dev/null || skip_all "this kernel has no DCCP"

info()
{
	divulge info --json | grep -q "\"$1\":\"$2\""
}

tests=()

tests+=(refusals_name_the_mend)
refusals_name_the_mend()
{
	fails 1 "DCCP is not loaded.*modprobe" divulge dccp &&
	fails 1 "DCCP is not loaded.*modprobe" divulge dccp --json &&
	fails 1 "DCCP is not loaded.*modprobe" divulge monitor dccp &&
	fails 1 "DCCP is not loaded.*modprobe" divulged --no-births
}

tests+=(info_says_why)
info_says_why()
{
	info dccp_dump not-loaded && info dccp_watch not-loaded &&
	divulge info | grep -q "modprobe"
}

tests+=(births_go_on)
births_go_on()
{
	divulge birth /dev/shm >/dev/null || return 1
	divulge monitor --count 1 /dev/shm >"$tmp/out" 2>"$tmp/err" &
	wait_for 20 grep -q watching "$tmp/err" || return 1
	mkdir "/dev/shm/${tmp##*/}" && rmdir "/dev/shm/${tmp##*/}"
	wait $! && grep -q "${tmp##*/}" "$tmp/out"
}

tests+=(dccp_comes_and_goes)
dccp_comes_and_goes()
{
	local i

	for i in 1 2 3; do
		modprobe dccp && info dccp_dump present &&
		info dccp_watch present || return 1
		divulge dccp || return 1
		# Idle, nobody holds it.
		[ "$(cat /sys/module/dccp/refcnt)" -eq 0 ] || return 1
		rmmod dccp && info dccp_dump not-loaded &&
		info dccp_watch not-loaded || return 1
	done
	: "$i"
}

tests+=(dccp_that_came_later)
dccp_that_came_later()
{
	# One that could do with births alone hears of it when it comes.
	divulge monitor --json /dev/shm >"$tmp/out" 2>"$tmp/err" &
	wait_for 20 grep -q watching "$tmp/err" || return 1
	modprobe -a dccp_ipv4 dccp_ipv6 || return 1
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, 6, 33)
s.bind(("127.0.0.1", 0))
s.listen(1)'
	wait_for 20 grep -q '"state":"closed"' "$tmp/out"
	kill $! && wait $! && grep -q '"state":"listen"' "$tmp/out"
}

run_tests "${tests[@]}"
