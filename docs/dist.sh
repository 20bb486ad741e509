#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/dist.sh VERSION ARCHIVE: the files of this version, as they are committed, in a folder of that name.
#
# What makes it is git, so there is nothing in it that is not in the history: no build, no results. The same
# commit gives the same bytes.
set -eu
version=$1 archive=$2
cd "$(dirname "$0")/.."
git rev-parse --git-dir >/dev/null 2>&1 ||
    { echo "make dist: this is no clone, so nobody knows which files belong to it" >&2; exit 125; }
git diff --quiet HEAD -- || echo "make dist: what is not committed is not in it" >&2
grep -q "^## $version " CHANGELOG.md || { echo "make dist: CHANGELOG.md does not know $version" >&2; exit 125; }
mkdir -p "$(dirname "$archive")"
git archive --format=tar --prefix="virtlab-$version/" HEAD | gzip -n >"$archive.new"
mv "$archive.new" "$archive"
echo "$archive"
