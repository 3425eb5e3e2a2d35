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

conf=/run/modprobe.d/divulge-selftest.conf

# said_with LINE PATTERN: of DCCP where modprobe.d has the line
said_with()
{
	local status

	mkdir -p "${conf%/*}" && printf '%s\n' "$1" >"$conf" || return 1
	fails 1 "$2" divulge dccp
	status=$?
	rm "$conf"
	return "$status"
}

tests+=(modprobe_d_is_heeded)
modprobe_d_is_heeded()
{
	fails 1 "DCCP is not loaded \(its autoloading is turned off" \
		divulge dccp &&
	said_with "install dccp /bin/false" \
		"'install dccp /bin/false': remove that line.*modprobe -a" &&
	said_with "install dccp_ipv6 /bin/true" "'install dccp_ipv6" &&
	said_with "install dccp_diag /bin/true" "its autoloading" &&
	said_with "blacklist dccp_ipv4" "is blacklisted.*modprobe -a" &&
	said_with "blacklist dccp_diag" "its autoloading" &&
	said_with "alias net-pf-2-proto-33-type-6 dccp_ipv4" \
		"DCCP is not loaded: run 'modprobe -a"
}

# Without touching those that are there
other_modules()
{
	# shellcheck disable=SC2016 # it is for the other shell
	unshare -m sh -c 'mount -t tmpfs none /lib/modules && eval "$1" &&
		exec divulge "$2"' - "$@"
}

tests+=(missing_modules_are_told)
missing_modules_are_told()
{
	# shellcheck disable=SC2016 # it is for the other shell
	local make='mkdir /lib/modules/$(uname -r)'

	fails 1 "\(/lib/modules/[^ ]* is missing\)" other_modules : dccp &&
	fails 1 "/lib/modules/[^ ]* has no dccp_ipv4.ko" \
		other_modules "$make" dccp
}

tests+=(info_tells_of_dccp_without_the_module)
info_tells_of_dccp_without_the_module()
{
	local status=0

	[ -e "${DIVULGE_KO-}" ] || return "$KSFT_SKIP"
	rmmod divulge || return 1
	fails 1 "kernel module is not loaded.*insmod" divulge info &&
	grep -q "CCIDs of DCCP *none: DCCP is not loaded.*modprobe -a" \
		"$tmp/out" &&
	fails 1 "kernel module is not loaded" divulge info --json &&
	grep -q '"version":null,.*"dccp_why":"DCCP is not loaded.*"ccids":null' \
		"$tmp/out" || status=1
	insmod "$DIVULGE_KO" || status=1
	return "$status"
}

# Where a file says to keep it out
kept_out()
{
	unshare -m sh -ec 'mount -t tmpfs none /etc/modprobe.d
		echo "install dccp /bin/false" >/etc/modprobe.d/no.conf
		exec "$@"' sh "$@"
}

tests+=(dccpcat_says_why)
dccpcat_says_why()
{
	local mend="DCCP is not loaded.*run 'modprobe -a dccp_ipv4 dccp_ipv6'"

	fails 1 "cannot use DCCP: $mend" dccpcat --probe &&
	fails 1 "cannot use DCCP: $mend" dccpcat --probe --json &&
	[ ! -s "$tmp/out" ] &&
	fails 1 "cannot connect to 127.0.0.1:5001: $mend" \
		dccpcat 127.0.0.1 5001 &&
	fails 1 "cannot connect to .*::1.*:5001 for SC:demo: $mend" \
		dccpcat -s demo ::1 5001 &&
	fails 1 "cannot listen on 0.0.0.0:5001: $mend" dccpcat -l 5001 &&
	fails 1 "$mend" dccpcat -z 127.0.0.1 5001-5010 &&
	fails 1 "'install dccp /bin/false': remove that line" \
		kept_out dccpcat --probe &&
	modprobe dccp &&
	fails 1 "DCCP is loaded, but not for IPv6: run 'modprobe -a" \
		dccpcat ::1 5001 &&
	rmmod dccp
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
		divulge dccp >/dev/null || return 1
		divulge info | grep -q "neither IPv4 nor IPv6.*modprobe -a" ||
			return 1
		# Idle, nobody holds it.
		[ "$(cat /sys/module/dccp/refcnt)" -eq 0 ] || return 1
		rmmod dccp && info dccp_dump not-loaded &&
		info dccp_watch not-loaded || return 1
	done
	: "$i"
}

tests+=(dccp_that_fails_to_load)
dccp_that_fails_to_load()
{
	# It comes, and goes before it was ever alive.
	! modprobe dccp thash_entries=none 2>/dev/null &&
	[ ! -d /sys/module/dccp ] &&
	info dccp_dump not-loaded && info dccp_watch not-loaded &&
	modprobe dccp && info dccp_watch present && rmmod dccp
}

tests+=(dumps_while_dccp_comes_and_goes)
dumps_while_dccp_comes_and_goes()
{
	local dumper status=0

	# Each is empty, or refused for the one reason: by divulge, or in the
	# module's words where dccp.ko went after it had been asked about.
	while [ ! -e "$tmp/enough" ]; do
		divulge dccp >"$tmp/dump" 2>"$tmp/why" && continue
		grep -qE "(DCCP|dccp module) is not loaded" "$tmp/why" || exit 1
	done &
	dumper=$!
	for _ in $(seq 30); do
		modprobe dccp && wait_for 20 rmmod dccp 2>"$tmp/rmmod" ||
			status=1
	done
	touch "$tmp/enough"
	wait "$dumper" && [ "$status" -eq 0 ] && return
	sed 's/^/# /' "$tmp/why" "$tmp/rmmod"
	return 1
}

tests+=(dccp_that_came_later)
dccp_that_came_later()
{
	# One that could do with births alone hears of it when it comes.
	divulge monitor --json /dev/shm >"$tmp/out" 2>"$tmp/err" &
	wait_for 20 grep -q watching "$tmp/err" || return 1
	# With tables as small as they can be, for dccp_buckets.py
	modprobe dccp thash_entries=1 &&
	modprobe -a dccp_ipv4 dccp_ipv6 || return 1
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, 6, 33)
s.bind(("127.0.0.1", 0))
s.listen(1)'
	wait_for 20 grep -q '"state":"closed"' "$tmp/out"
	kill $! && wait $! && grep -q '"state":"listen"' "$tmp/out"
}

tests+=(what_is_there_is_told)
what_is_there_is_told()
{
	local name

	divulge info >"$tmp/out" || return 1
	grep -q 'CCIDs of DCCP *2 (TCP-like), 3 (TFRC)$' "$tmp/out" ||
		return 1
	for name in seq_window rx_ccid tx_ccid request_retries retries1 \
		    retries2 tx_qlen sync_ratelimit; do
		grep -q "^net.dccp.default.$name  *$(
			cat /proc/sys/net/dccp/default/$name)\$" "$tmp/out" ||
			return 1
	done
	grep -q '^dccp passive opens  *[0-9][0-9]*$' "$tmp/out" &&
	divulge info --json | grep -q '"dccp_why":null,"ccids":\[2,3\],' &&
	unshare -n divulge info >"$tmp/out" &&
	grep -q '^CCIDs of DCCP *2 (TCP-like)' "$tmp/out" &&
	grep -q '^net.dccp.default *in the first network' "$tmp/out" &&
	! grep -q '^dccp passive' "$tmp/out"
}

run_tests "${tests[@]}"
