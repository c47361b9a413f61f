# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# packages.sh - which Debian packages are needed for what; sourced by quickstart,
# check and .ci/run.

# To build and to run.
BUILD_PACKAGES="gcc make autoconf automake pkg-config libc6-dev
	libuv1-dev liblmdb-dev liblua5.4-dev lua-lpeg lua-lpeg-dev libhyperscan-dev
	libjansson-dev libconfuse-dev libpoppler-glib-dev libarchive-dev libxml2-dev
	libgmime-3.0-dev libgsf-1-dev libheif-dev libleptonica-dev libtesseract-dev
	libseccomp-dev poppler-data libmagic-dev libunistring-dev libzstd-dev libssl-dev zlib1g-dev"
# To read words in pictures; without them such files are named with that reason.
OCR_PACKAGES="tesseract-ocr-eng tesseract-ocr-cym"
# To ask on the socket by hand.
ASK_PACKAGES="socat jq"
# To test.
TEST_PACKAGES="python3 python3-pytest python3-pytest-xdist libcmocka-dev util-linux poppler-utils strace procps git xz-utils
	libtool"
# To look at the code.
LINT_PACKAGES="clang clang-format lua-check"
# ./check --long: libFuzzer targets.
FUZZ_PACKAGES="clang libclang-rt-14-dev"
# By hand: make check-valgrind.
VALGRIND_PACKAGES="valgrind"

# Installs those of its arguments that are missing, and says which.
install_packages() {
	missing=
	for package; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
		installed) ;;
		*) missing="$missing $package" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	echo "Installing Debian packages:$missing"
	sudo=
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
