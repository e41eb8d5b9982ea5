"""Runs the plugin inside the real collectd under a memory checker and fails
where it finds a fault in this project's code. collectd's own are not counted.

usage: memory.py --asan|--valgrind FOLDER   (FOLDER holds anomaly.so)"""

import glob
import os
import re
import shutil
import subprocess
import sys

import daemon

SECONDS = 30
INTERVAL = 1
# A path from the root or from a build; the C library's has ../ in its middle.
OWN_CODE = re.compile(r"(%s/|(?<=[( ])(\.\./)+)(src|plugin|include)/|anomaly\.so"
                      % re.escape(daemon.TOP))


def asan(folder):
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], check=True,
                             capture_output=True, text=True).stdout.strip()
    options = "detect_leaks=0:exitcode=99:log_path=%s" % os.path.join(folder, "report")
    return [], {"LD_PRELOAD": os.path.realpath(library), "ASAN_OPTIONS": options,
                "UBSAN_OPTIONS": "print_stacktrace=1:log_path=%s" % os.path.join(folder, "report")}


def valgrind(folder):
    return ["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite",
            "--keep-debuginfo=yes", "--fullpath-after=", "--num-callers=30",
            "--log-file=" + os.path.join(folder, "report.%p")], {}


CHECKERS = {"--asan": asan, "--valgrind": valgrind}


def faults(folder):
    """Those reports that have a line of ours in their trace."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "report*"))):
        with open(path, errors="replace") as file:
            text = re.sub(r"(?m)^==\d+== ?", "", file.read())
        found += [block for block in text.split("\n\n") if OWN_CODE.search(block)]
    return found


def run(checker, plugins):
    folder = os.path.join(daemon.TOP, "build", "memory" + checker.strip("-"))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    rules = os.path.join(folder, "anomaly.cfg")
    daemon.write_rules(rules, SECONDS / 3)
    command, environment = CHECKERS[checker](folder)
    collectd = daemon.Daemon(folder, INTERVAL, rules, plugins=plugins, command=command,
                             environment=environment)
    watched = 0
    try:
        with collectd:
            daemon.wait(SECONDS)
            collectd.must_run()
            watched = collectd.value("anomaly/gauge-metrics")
            collectd.stop(patience=120)
    except daemon.Failure as failure:
        print(failure)
    found = faults(folder)
    for block in found:
        print(block + "\n")
    print("%s: %d metrics watched for %d s, collectd ended with status %d, %d faults"
          % (checker.strip("-"), watched if watched == watched else 0, SECONDS, collectd.status,
             len(found)))
    return 0 if watched > 0 and collectd.status == 0 and not found else 1


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKERS:
        sys.exit(__doc__)
    try:
        return run(sys.argv[1], os.path.abspath(sys.argv[2]))
    except daemon.Failure as failure:
        sys.exit("memory: %s" % failure)


if __name__ == "__main__":
    sys.exit(main())
