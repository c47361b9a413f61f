#!/bin/sh
# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# build.sh DIR [CONFIGURE OPTION]... - configures (when it must) and builds in DIR.
set -eu
cd "$(dirname "$0")/.."
dir=$1
shift
# Another build may be making it at the same moment: configure is made under a lock.
(
	flock 9
	if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ]; then
		autoreconf -fi
	fi
) 9<configure.ac
mkdir -p "$dir"
options="$*"
cd "$dir"
if [ ! -f config.status ] || [ "$(cat configured-with 2>/dev/null || :)" != "$options" ]; then
	"$OLDPWD"/configure --quiet "$@"
	printf '%s' "$options" >configured-with
fi
make -j"$(nproc)"
