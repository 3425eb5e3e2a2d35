# SPDX-License-Identifier: GPL-2.0
#
# What is fetched from Debian and not installed, below build/. To be sourced by
# what says with have() whether it is there, and in $place where it belongs.

say()
{
	echo "${0##*/}: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# The archive this machine takes Debian's packages from, up to /debian.
own_archive()
{
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' |
		sed -n 's,/debian/*$,,p' | head -n 1
}

# From now on apt goes by package lists of our own, in the working directory.
# Newer kernels come with the security suite, beside the archive itself.
use_own_lists()
{
	archive=$(own_archive)
	[ -n "$archive" ] ||
		die "apt knows no Debian archive: add one to /etc/apt/sources.list"
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	mkdir -p apt/lists/partial apt/cache/archives/partial
	cat >apt/sources.list <<-END
	deb [signed-by=$keys] $archive/debian bookworm main
	deb [signed-by=$keys] $archive/debian-security bookworm-security main
	END
	cat >apt/apt.conf <<-END
	APT::Sandbox::User "root";
	Dir::Etc::SourceList "$PWD/apt/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::State::Lists "$PWD/apt/lists";
	Dir::Cache "$PWD/apt/cache";
	END
	export APT_CONFIG="$PWD/apt/apt.conf"
	say "this machine's package lists do not do; fetching Debian's"
	apt-get -q update >&2
}

download_listed()
{
	names=$("$1" "$2" | tr '\n' ' ')
	[ -n "$names" ] || return
	say "downloading ${names% }"
	# shellcheck disable=SC2086 # package names hold no blanks
	apt-get -q -o APT::Sandbox::User=root download $names >&2
}

# download RESOLVE PACKAGE: fetch it into the working directory. The machine's
# lists may be old, absent or of another archive.
download()
{
	download_listed "$@" && return
	use_own_lists
	download_listed "$@" ||
		die "cannot download $2 from $archive; can this machine reach it?"
}

# bring NAME COMMAND...: unless it is there, have COMMAND make what is to be in
# $place, in an empty working directory
bring()
{
	! have || return 0
	mkdir -p "${place%/*}"
	exec 9>"$place.lock"
	if ! flock -n 9; then
		say "waiting for another run to bring $1"
		flock 9
	fi
	! have || return 0

	# What appears under the final name is whole, even if this is killed.
	rm -rf "$place".new.*
	new=$(mktemp -d "$place.new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	cd "$new"
	shift
	"$@"
	chmod 755 .
	[ ! -d "$place" ] || mv "$place" "$new/old"
	mv "$new" "$place"
	rm -rf "$place/old"
}
