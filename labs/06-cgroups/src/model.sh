#!/bin/sh
# SPDX-License-Identifier: MIT
# sh model.sh 1|2: a model of /sys/fs/cgroup, version 1 or 2, in ./model1 or ./model2.
#
# It is made of ordinary files: whatever is written stays there to be read, no kernel looks at it, and
# nothing is limited. So no root is needed, and both versions can be tried on any machine.
rm -rf "model$1"
case $1 in
1) mkdir -p model1/memory model1/cpu model1/pids ;;
2) mkdir model2 && echo "cpuset cpu io memory pids" >model2/cgroup.controllers ;;
*) echo "usage: sh model.sh 1|2" >&2 && exit 2 ;;
esac
