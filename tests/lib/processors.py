#!/usr/bin/python3
"""processors.py [MORE]: prints how many processors tests are to use, and so many more. Those of the machine may be many more than a container's share."""
import math
import os
import sys

MOST = 8  # more of them wait for the same disk
GROUPS = "/sys/fs/cgroup"


def words(*files):
    """What stands in these files, as words; none where one cannot be read."""
    found = []
    for name in files:
        try:
            with open(os.path.join(GROUPS, name)) as file:
                found += file.read().split()
        except OSError:
            return []
    return found


def share():
    """What the control group may use: of cgroup v2, else of v1."""
    quota, period = (words("cpu.max") or words("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us") or ["max", "1"])[:2]
    return math.inf if quota in ("max", "-1") else int(quota) / int(period)


def processors():
    return max(1, math.ceil(min(len(os.sched_getaffinity(0)), share(), MOST)))


if __name__ == "__main__":
    print(processors() + sum(map(int, sys.argv[1:])))
